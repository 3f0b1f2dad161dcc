import numpy as np
import pytest

from training.dies import ALPHABET, DRAWN_HEIGHT_PX, cut_die, random_cut, state_cut
from training.plates import Foundry, Mix, choose_serial, choose_style, draw_plate
from training.serials import fill, letters_and_digits, noise, personal
from training.styles import BRAZIL, CALIFORNIA, EUROPE, OTHER_STATES, REGIONS

STYLES = CALIFORNIA + OTHER_STATES + EUROPE + BRAZIL


class TestSerials:
    def test_never_ask_a_reader_for_marks_or_gaps(self):
        assert letters_and_digits("AB-12*C.3 dp") == "AB12C3DP"

    def test_fill_digits_and_letters_and_keep_the_marks(self):
        serial = fill("#@-*X", np.random.default_rng(1))

        assert serial[0].isdigit()
        assert serial[1].isalpha()
        assert serial[2:] == "-*X"

    def test_rarely_hold_letters_that_are_hardly_issued(self):
        rng = np.random.default_rng(2)

        letters = "".join(fill("@@@@@@@", rng) for _ in range(500))

        assert sum(letters.count(c) for c in "IOQ") / len(letters) < 0.05

    @pytest.mark.parametrize("draw", [personal, noise])
    def test_are_never_empty_and_never_longer_than_eight(self, draw):
        rng = np.random.default_rng(3)

        lengths = {len(letters_and_digits(draw(rng))) for _ in range(300)}

        assert min(lengths) >= 1
        assert max(lengths) <= 8


class TestStyles:
    def test_name_every_state_and_the_capital(self):
        assert sum(region.startswith("US-") for region in REGIONS) == 51

    @pytest.mark.parametrize("style", STYLES, ids=lambda s: f"{s.region}-{s.formats[0]}")
    def test_write_serials_of_at_most_eight_characters(self, style):
        rng = np.random.default_rng(4)

        texts = [letters_and_digits(fill(pattern, rng)) for pattern in style.formats]

        assert all(4 <= len(text) <= 8 for text in texts)


class TestDies:
    @pytest.mark.parametrize("cut", [random_cut, state_cut])
    def test_cut_every_character_with_ink(self, cut):
        rng = np.random.default_rng(5)

        die = cut_die(rng, "any", cut(rng))

        assert set(die.masks) == set(ALPHABET)
        assert all(m.shape[0] == DRAWN_HEIGHT_PX and m.max() == 255 for m in die.masks.values())

    def test_are_the_same_for_the_same_seed(self):
        first, second = (_die(6) for _ in range(2))

        assert all(np.array_equal(first.masks[c], second.masks[c]) for c in ALPHABET)


class TestDrawPlate:
    def test_is_the_same_for_the_same_seed(self):
        first, second = (_plate(7) for _ in range(2))

        assert first.text == second.text
        assert np.array_equal(first.picture, second.picture)

    def test_differs_between_seeds(self):
        assert not np.array_equal(_plate(8).picture, _plate(9).picture)

    @pytest.mark.parametrize("style", STYLES, ids=lambda s: f"{s.region}-{s.formats[0]}")
    def test_draws_every_style_in_its_proportions(self, style):
        rng = np.random.default_rng(10)

        plate = draw_plate(rng, _die(1), style, fill(style.formats[0], rng), height=64)

        assert plate.picture.shape[0] == 64
        assert plate.picture.shape[1] / 64 == pytest.approx(style.aspect, rel=0.05)
        assert plate.region == style.region


def _die(seed):
    rng = np.random.default_rng(seed)
    return cut_die(rng, "any", state_cut(rng))


def _plate(seed):
    rng = np.random.default_rng(seed)
    mix = Mix()
    style = choose_style(rng, mix)
    return draw_plate(rng, Foundry(rng, 2).die(rng, mix), style, choose_serial(style, rng, mix))
