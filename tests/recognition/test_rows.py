from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.testing import assert_allclose

from platekeeper.recognition.frames import Quad
from platekeeper.recognition.results import PlateRegion
from platekeeper.recognition.rows import (
    PLATE_RATIOS,
    ROWS,
    Look,
    grown,
    in_two_rows,
    may_be_of_two_rows,
    row_of,
)

LOWER = PlateRegion(((100, 100), (220, 100), (220, 170), (100, 170)), 0.9)
PLATE_TOP = 170 - 120 / PLATE_RATIOS[1]


def seen(
    *, upper: Look, lower: Look, top: float = PLATE_TOP, bottom: float = 170
) -> Callable[[Sequence[Quad]], Sequence[Look]]:
    """Make a glance that sees two rows where the plate is, and nothing where it is not."""
    middle = (top + bottom) / 2

    def glance(quads: Sequence[Quad]) -> list[Look]:
        boxes = [(float(quad[:, 1].min()), float(quad[:, 1].max())) for quad in quads]
        high = bottom - top
        return [
            upper
            if abs(low - top) < 0.05 * high and abs(end - middle) < 0.05 * high
            else lower
            if abs(low - middle) < 0.05 * high and abs(end - bottom) < 0.05 * high
            else ("", 0.0)
            for low, end in boxes
        ]

    return glance


class TestMayBeOfTwoRows:
    @pytest.mark.parametrize(("characters", "may"), [(1, False), (2, True), (5, True), (6, False)])
    def test_goes_by_the_characters(self, characters: int, may: bool) -> None:
        assert may_be_of_two_rows(LOWER, ("8ABC12"[:characters], 0.9)) is may

    def test_leaves_out_what_is_very_wide_or_bears_nothing_legible(self) -> None:
        wide = PlateRegion(((0, 0), (100, 0), (100, 20), (0, 20)), 0.9)
        assert not may_be_of_two_rows(wide, ("8ABC", 0.9))
        assert not may_be_of_two_rows(LOWER, ("8ABC", 0.3))


class TestGrown:
    def test_keeps_the_edge_that_is_the_plates_own(self) -> None:
        quad = np.array(LOWER.corners, np.float32)
        for upwards, downwards in zip(grown(quad)[0::2], grown(quad)[1::2], strict=True):
            assert_allclose(upwards[2:], quad[2:])
            assert_allclose(downwards[:2], quad[:2])


class TestRowOf:
    def test_cuts_between_parts_of_the_height(self) -> None:
        square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], np.float32)
        assert_allclose(row_of(square, ROWS[1])[:, 1], [4.8, 4.8, 10, 10], atol=1e-5)


class TestInTwoRows:
    def test_finds_none_where_the_other_half_bears_nothing(self) -> None:
        assert in_two_rows(LOWER, seen(upper=("", 0.0), lower=("C123", 0.99))) is None

    def test_finds_none_where_the_other_half_is_doubtful_or_too_long(self) -> None:
        assert in_two_rows(LOWER, seen(upper=("8AB", 0.5), lower=("C123", 0.99))) is None
        assert in_two_rows(LOWER, seen(upper=("CALIFORN", 0.99), lower=("C123", 0.99))) is None

    def test_tells_the_whole_plate(self) -> None:
        plate = in_two_rows(LOWER, seen(upper=("8AB", 0.9), lower=("C123", 0.99)))

        assert plate is not None
        assert plate.text == "8ABC123"
        assert plate.surety == 0.9
        assert plate.region.box == pytest.approx((100, PLATE_TOP, 220, 170), abs=0.1)

    def test_tells_a_plate_that_was_found_as_a_whole(self) -> None:
        whole = PlateRegion(((100, 100), (220, 100), (220, 200), (100, 200)), 0.9)

        plate = in_two_rows(whole, seen(upper=("8AB", 0.7), lower=("C123", 0.99), top=100, bottom=200))

        assert plate is not None
        assert plate.region.box == whole.box

    def test_asks_more_of_what_is_as_wide_as_plates_of_one_row(self) -> None:
        wide = PlateRegion(((100, 118), (220, 118), (220, 170), (100, 170)), 0.9)

        assert in_two_rows(wide, seen(upper=("8AB", 0.7), lower=("C123", 0.99))) is None
        assert in_two_rows(wide, seen(upper=("8AB", 0.9), lower=("C123", 0.99))) is not None

    def test_finds_none_where_both_halves_together_bear_too_little(self) -> None:
        assert in_two_rows(LOWER, seen(upper=("8A", 0.99), lower=("17", 0.99))) is None
