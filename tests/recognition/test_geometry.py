import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from platekeeper.recognition.frames import check_bgr, check_quad
from platekeeper.recognition.geometry import (
    MAX_CROP_PX,
    as_corners,
    as_quad,
    boxes_of,
    overlaps,
    plate_within,
    reading_order,
    rectify,
    rectify_grey,
    size_of,
    trimmed,
)

SQUARE = np.array([[10, 20], [50, 20], [50, 40], [10, 40]], dtype=np.float32)


class TestDoor:
    @pytest.mark.parametrize(
        "frame",
        [
            np.zeros((4, 4), dtype=np.uint8),
            np.zeros((4, 4, 4), dtype=np.uint8),
            np.zeros((0, 4, 3), dtype=np.uint8),
            np.zeros((4, 4, 3), dtype=np.float32),
        ],
    )
    def test_refuses_what_is_no_bgr_frame_and_tells_what_came(self, frame: np.ndarray) -> None:
        with pytest.raises(ValueError, match=r"expected a BGR frame.*got"):
            check_bgr(frame)

    def test_refuses_what_is_no_quadrilateral(self) -> None:
        with pytest.raises(ValueError, match=r"expected four corners of shape \(4, 2\); got shape \(3, 2\)"):
            check_quad(SQUARE[:3])


class TestOverlaps:
    def test_is_nothing_for_boxes_apart_and_for_boxes_without_area(self) -> None:
        boxes = np.array([[0, 0, 10, 10], [5, 5, 5, 5]], dtype=np.float32)
        others = np.array([[20, 20, 30, 30], [5, 5, 5, 5]], dtype=np.float32)

        assert_array_equal(overlaps(boxes, others), [[0, 0], [0, 0]])

    def test_is_intersection_over_union(self) -> None:
        boxes = np.array([[0, 0, 10, 10]], dtype=np.float32)
        others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [0, 0, 5, 5]], dtype=np.float32)

        assert_allclose(overlaps(boxes, others), [[1, 1 / 3, 0.25]])


class TestReadingOrder:
    @pytest.mark.parametrize("turn", range(4))
    def test_starts_at_the_top_left_whatever_comes_first(self, turn: int) -> None:
        assert_array_equal(reading_order(np.roll(SQUARE, turn, axis=0)), SQUARE)

    def test_keeps_a_tilted_plate_in_reading_direction(self) -> None:
        tilted = np.array([[10, 20], [50, 10], [52, 30], [12, 40]], dtype=np.float32)

        assert_array_equal(reading_order(tilted[[2, 0, 3, 1]]), tilted)


class TestRectify:
    def test_cuts_out_exactly_what_the_corners_hold(self) -> None:
        frame = np.zeros((60, 80, 3), dtype=np.uint8)
        frame[20:40, 10:50] = (10, 120, 250)

        crop = rectify(frame, SQUARE)

        assert crop.shape == (20, 40, 3)
        assert_array_equal(crop[2:-2, 2:-2], np.broadcast_to((10, 120, 250), (16, 36, 3)))

    def test_adds_a_margin_in_parts_of_the_plate(self) -> None:
        frame = np.zeros((60, 80, 3), dtype=np.uint8)
        frame[20:40, 10:50] = 255

        crop = rectify(frame, SQUARE, margin=(0.25, 0.5))

        assert crop.shape == (40, 60, 3)
        assert crop[20, 30].tolist() == [255, 255, 255]
        assert crop[20, 5].tolist() == [0, 0, 0]

    def test_repeats_the_edge_beyond_the_frame(self) -> None:
        frame = np.full((30, 30, 3), 90, dtype=np.uint8)

        assert set(np.unique(rectify(frame, SQUARE))) == {90}

    def test_bounds_the_size_of_its_answer(self) -> None:
        vast = np.array([[0, 0], [90_000, 0], [90_000, 100], [0, 100]], dtype=np.float32)

        assert max(rectify(np.zeros((9, 9, 3), dtype=np.uint8), vast).shape) <= MAX_CROP_PX

    def test_leaves_frame_and_corners_as_they_were(self) -> None:
        frame, corners = np.full((60, 80, 3), 7, dtype=np.uint8), SQUARE.copy()

        rectify(frame, corners, size=(8, 4))[:] = 0

        assert set(np.unique(frame)) == {7}
        assert_array_equal(corners, SQUARE)


class TestMargins:
    CROP = np.zeros((40, 60, 3), dtype=np.uint8)

    def test_tell_where_the_plate_lies_in_its_crop(self) -> None:
        assert_allclose(plate_within(self.CROP, (0.25, 0.5)), [[10, 10], [50, 10], [50, 30], [10, 30]])

    def test_can_be_trimmed(self) -> None:
        assert trimmed(self.CROP, margin=(0.25, 0.5), to=(0.125, 0.25)).shape == (30, 50, 3)
        assert trimmed(self.CROP, margin=(0.25, 0.5), to=(0.25, 0.5)).shape == self.CROP.shape
        assert trimmed(self.CROP[:1, :1], margin=(0.25, 0.5), to=(0, 0)).size

    def test_shrink_by_averaging(self) -> None:
        stripes = np.zeros((80, 160, 3), dtype=np.uint8)
        stripes[:, ::2] = 200
        corners = np.array([[0, 0], [160, 0], [160, 80], [0, 80]], dtype=np.float32)

        small = rectify(stripes, corners, size=(16, 8))

        assert np.abs(small.astype(int) - 100).max() <= 3


class TestPlainNumbers:
    def test_round_trip(self) -> None:
        assert_allclose(as_quad(as_corners(SQUARE)), SQUARE)
        assert size_of(SQUARE) == (40, 20)
        assert_array_equal(boxes_of(SQUARE[None]), [[10, 20, 50, 40]])


class TestRectifyGrey:
    @pytest.mark.parametrize(
        "corners",
        [
            [(20, 30), (70, 26), (72, 44), (19, 47)],
            [(-15, -5), (30, -4), (31, 12), (-14, 10)],
            [(80, 50), (130, 52), (131, 75), (79, 71)],
            [(0, 0), (100, 0), (100, 60), (0, 60)],
        ],
    )
    def test_is_what_rectify_shows_in_grey(self, corners: list[tuple[int, int]]) -> None:
        frame = cv2.resize(
            np.random.default_rng(3).integers(0, 255, (15, 25, 3), dtype=np.uint8),
            (100, 60),
            interpolation=cv2.INTER_CUBIC,
        )
        quad = np.array(corners, dtype=np.float32)

        grey = rectify_grey(frame, quad, margin=(0.2, 0.3), size=(64, 32))

        coloured = rectify(frame, quad, margin=(0.2, 0.3), size=(64, 32))
        assert np.abs(grey.astype(int) - cv2.cvtColor(coloured, cv2.COLOR_BGR2GRAY)).max() <= 8
        assert grey.shape == (32, 64)

    @pytest.mark.parametrize(
        "corners",
        [[(500, 500), (520, 500), (520, 510), (500, 510)], [(5, 5)] * 4, [(1, 1), (9, 9), (1, 1), (9, 9)]],
    )
    def test_bears_places_that_are_none(self, corners: list[tuple[int, int]]) -> None:
        frame = np.full((60, 100, 3), 9, np.uint8)

        grey = rectify_grey(frame, np.array(corners, np.float32), margin=(0.1, 0.1), size=(64, 32))

        assert grey.shape == (32, 64)
