import pytest

torch = pytest.importorskip("torch", reason="torch is needed to train only, and is not installed here")

from training.export import unshuffled  # noqa: E402
from training.finder import Finder  # noqa: E402
from training.loop import Plan, fresh, mean, resume, save  # noqa: E402
from training.reader import CLASSES, COLUMNS, Reader, loss  # noqa: E402


class TestReader:
    def test_is_of_the_size_the_recipe_asks(self):
        assert 0.4e6 < sum(p.numel() for p in Reader().parameters()) < 1.3e6

    def test_does_not_care_how_bright_a_crop_is(self):
        torch.manual_seed(1)
        reader, crop = Reader().eval(), torch.rand(1, 1, 48, 128) * 100

        with torch.no_grad():
            dark, light = reader(crop)[0], reader(crop + 100)[0]

        assert dark.shape == (1, COLUMNS, CLASSES)
        assert torch.allclose(dark, light, atol=1e-3)

    def test_loses_nothing_when_its_stem_is_unshuffled(self):
        torch.manual_seed(2)
        reader, crop = Reader().eval(), torch.rand(2, 1, 48, 128) * 255

        with torch.no_grad():
            before = reader(crop)[0]
            reader.stem = unshuffled(reader.stem)
            after = reader(crop)[0]

        assert torch.allclose(before, after, atol=1e-4)

    def test_loss_is_finite_for_a_text_that_cannot_fit(self):
        outputs = Reader()(torch.rand(1, 1, 48, 128))

        assert torch.isfinite(loss(outputs, torch.full((1, 9), 5), torch.zeros(1, dtype=torch.long)))


class TestFinder:
    def test_answers_between_nought_and_one_only_outside_training(self):
        finder = Finder()

        score, corners = finder.eval()(torch.rand(1, 1, 64, 96) * 255)

        assert 0 <= score.min() <= score.max() <= 1
        assert corners.shape == (1, 8, 8, 12)
        assert finder.train()(torch.rand(2, 1, 64, 96) * 255)[0].min() < 0


class TestCheckpoint:
    def test_takes_training_up_where_it_stopped(self, tmp_path):
        plan = Plan(samples=96)
        state, other = fresh(Finder(), plan), fresh(Finder(), plan)
        state.seen = 48

        save(state, tmp_path / "a.pt")
        resume(other, tmp_path / "a.pt")

        assert other.seen == 48
        assert all(
            torch.equal(a, b)
            for a, b in zip(
                state.network.state_dict().values(), other.network.state_dict().values(), strict=True
            )
        )

    def test_starts_afresh_where_there_is_none(self, tmp_path):
        state = fresh(Finder(), Plan(samples=96))

        resume(state, tmp_path / "none.pt")

        assert state.seen == 0


class TestMean:
    def test_lies_half_way_between_two_rounds(self, tmp_path):
        for seed in (3, 4):
            torch.manual_seed(seed)
            save(fresh(Finder(), Plan(samples=96)), tmp_path / f"{seed}.pt")

        mean(tmp_path / "3.pt", tmp_path / "4.pt", tmp_path / "mean.pt")

        first, second, both = (
            torch.load(tmp_path / f"{name}.pt", weights_only=True)["average"] for name in ("3", "4", "mean")
        )
        assert all(torch.allclose(both[name] * 2, first[name] + second[name]) for name in both)

    def test_is_what_a_new_round_can_begin_with(self, tmp_path):
        save(fresh(Finder(), Plan(samples=96)), tmp_path / "a.pt")
        mean(tmp_path / "a.pt", tmp_path / "a.pt", tmp_path / "mean.pt")
        state = fresh(Finder(), Plan(samples=96))

        resume(state, tmp_path / "mean.pt", weights_only=True)

        assert state.seen == 0
