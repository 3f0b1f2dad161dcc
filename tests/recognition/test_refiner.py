from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.geometry import as_corners, as_quad
from platekeeper.recognition.refiner import (
    HEIGHT_PX,
    MOST_REGIONS,
    WIDTH_PX,
    RefiningFinder,
    is_cut_off,
    near_look,
    shifted,
)
from platekeeper.recognition.results import PlateRegion

FRAME = np.zeros((200, 400, 3), np.uint8)
ROUGH = np.array([[100, 50], [200, 60], [200, 90], [100, 80]], np.float32)


def region(quad: np.ndarray, confidence: float = 0.9) -> PlateRegion:
    return PlateRegion(as_corners(quad.astype(np.float32)), confidence)


@dataclass
class GivenRegions:
    regions: list[PlateRegion]

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        return self.regions


class ShiftingSession:
    """Stands for a model that moves every corner by the same parts of the look."""

    def __init__(self, *shifts: list[float]) -> None:
        self.shifts = [np.array(shift, np.float32) for shift in shifts]
        self.looks: list[int] = []

    def run(self, names: list[str] | None, feeds: dict[str, np.ndarray]) -> list[Any]:
        assert names == ["shifts"]
        looks = feeds["crops"]
        assert looks.shape[1:] == (1, HEIGHT_PX, WIDTH_PX)
        self.looks.append(len(looks))
        return [np.stack([self.shifts[at % len(self.shifts)] for at in range(len(looks))])]


def refined(regions: list[PlateRegion], session: ShiftingSession, *, times: int = 1) -> list[PlateRegion]:
    return RefiningFinder(GivenRegions(regions), session, times=times).find_plates(FRAME)


class TestShifted:
    def test_leaves_corners_where_nothing_is_to_be_moved(self) -> None:
        assert_allclose(shifted(ROUGH, np.zeros(8, np.float32)), ROUGH, atol=1e-3)

    def test_moves_by_parts_of_what_was_looked_at(self) -> None:
        square = np.array([[100, 50], [200, 50], [200, 100], [100, 100]], np.float32)
        # the look is 1.5 plates wide and 1.8 high
        moved = shifted(square, np.array([0.1, 0.2] * 4, np.float32))
        assert_allclose(moved, square + np.array([15.0, 18.0]), atol=1e-3)


class TestNearLook:
    def test_shows_the_plate_in_grey_with_its_surroundings(self) -> None:
        frame = FRAME.copy()
        frame[50:100, 100:200] = 255
        look = near_look(frame, np.array([[100, 50], [200, 50], [200, 100], [100, 100]], np.float32))
        assert look.shape == (1, HEIGHT_PX, WIDTH_PX)
        assert look[0, HEIGHT_PX // 2, WIDTH_PX // 2] == 255
        assert look[0, 2, 2] == 0


class TestIsCutOff:
    @pytest.mark.parametrize("moved", [(-110, 0), (210, 0), (0, -60), (0, 120)])
    def test_is_what_one_side_of_the_frame_cuts(self, moved: tuple[int, int]) -> None:
        assert is_cut_off(region(ROUGH + np.array(moved)), 400, 200)

    def test_is_not_what_lies_within_nor_a_picture_of_the_plate_alone(self) -> None:
        assert not is_cut_off(region(ROUGH), 400, 200)
        assert not is_cut_off(region(np.array([[-9, -6], [109, -6], [109, 56], [-9, 56]])), 100, 50)


class TestFindPlates:
    def test_drops_what_is_refined_to_nothing_and_what_is_twisted(self) -> None:
        collapsed = [1 / 3, 0, -1 / 3, 0, -1 / 3, 0, 1 / 3, 0]
        twisted = [2 / 3, 0, -2 / 3, 0, 0, 0, 0, 0]
        for shifts in (collapsed, twisted):
            assert refined([region(ROUGH)], ShiftingSession(shifts)) == []

    def test_tells_a_plate_once_that_was_found_twice(self) -> None:
        near = ROUGH + 4
        assert [
            r.confidence for r in refined([region(ROUGH), region(near, 0.5)], ShiftingSession([0.0] * 8))
        ] == [0.9]

    def test_looks_at_no_more_than_a_bounded_number(self) -> None:
        many = [region(ROUGH + np.array([0, 3 * at]), 0.5) for at in range(30)]
        session = ShiftingSession([0.0] * 8)
        refined(many, session)
        assert session.looks == [MOST_REGIONS]

    def test_asks_nothing_where_nothing_was_found(self) -> None:
        session = ShiftingSession([0.0] * 8)
        assert refined([], session) == []
        assert session.looks == []

    @pytest.mark.parametrize("times", [1, 2])
    def test_sets_corners_right_as_often_as_asked(self, times: int) -> None:
        session = ShiftingSession([0.04] * 8)
        (found,) = refined([region(ROUGH)], session, times=times)
        assert session.looks == [1] * times
        assert (as_quad(found.corners) > ROUGH).all()
        assert found.confidence == 0.9

    def test_looks_again_only_at_what_it_moved_far(self) -> None:
        session = ShiftingSession([0.01] * 8, [0.06] * 8)
        refined([region(ROUGH), region(ROUGH + 40, 0.5)], session, times=3)
        assert session.looks == [2, 1]
