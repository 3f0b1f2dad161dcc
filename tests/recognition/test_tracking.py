import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.recognition.tracking import Track, followed, moved


def track(
    x: float, y: float, *, number: int = 0, speed: tuple[float, float] = (0, 0), width: float = 80
) -> Track:
    return Track(number, box(x, y, width=width), seen_s=1.0, started_s=0.0, speed=speed, looks=2)


def box(x: float, y: float, *, width: float = 80) -> tuple[float, float, float, float]:
    return (x, y, x + width, y + width / 4)


class TestFollowed:
    def test_is_empty_without_tracks_or_boxes(self) -> None:
        assert followed([], [box(0, 0)], 1.1) == {}
        assert followed([track(0, 0)], [], 1.1) == {}

    @pytest.mark.parametrize("other", [box(300, 0), box(0, 200), box(0, 0, width=200), box(0, 0, width=30)])
    def test_takes_nothing_far_away_or_of_another_size_for_the_same(
        self, other: tuple[float, float, float, float]
    ) -> None:
        assert followed([track(0, 0)], [other], 1.1) == {}

    def test_follows_a_plate_at_its_speed(self) -> None:
        fast, standing = track(0, 0, number=0, speed=(2000, 0)), track(200, 0, number=1)

        assert followed([fast, standing], [box(202, 0)], 1.1) == {0: 0}

    def test_gives_each_plate_its_own_track(self) -> None:
        tracks = [track(0, 0, number=0), track(100, 0, number=1)]

        assert followed(tracks, [box(104, 2), box(4, 2)], 1.1) == {0: 1, 1: 0}

    def test_leaves_new_plates_out(self) -> None:
        assert followed([track(0, 0)], [box(500, 300), box(3, 0)], 1.1) == {1: 0}

    @given(st.lists(st.tuples(st.floats(0, 600), st.floats(0, 300)), max_size=6))
    def test_never_gives_two_boxes_one_track(self, places: list[tuple[float, float]]) -> None:
        tracks = [track(x, y, number=at) for at, (x, y) in enumerate(places)]

        pairs = followed(tracks, [box(x + 5, y) for x, y in reversed(places)], 1.1)

        assert len(set(pairs.values())) == len(pairs)


class TestMoved:
    def test_learns_speed_and_way(self) -> None:
        once = Track(0, box(0, 0), seen_s=1.0, started_s=1.0)

        twice = moved(once, box(30, 40), 1.5)

        assert twice.speed == pytest.approx((60, 80))
        assert twice.travelled_px == pytest.approx(50)
        assert (twice.looks, twice.seen_s, twice.started_s) == (2, 1.5, 1.0)
        assert twice.expected(2.0) == pytest.approx(box(60, 80))

    def test_leans_towards_the_newest_step(self) -> None:
        slowing = moved(track(0, 0, speed=(100, 0)), box(0, 0), 2.0)

        assert slowing.speed == pytest.approx((40, 0))
