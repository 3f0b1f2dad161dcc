from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from platekeeper.recognition.finder import STRIDE, OnnxFinder, decode_maps, input_size, merge_quads

OFFSETS = np.array([-40, -12, 40, -12, 40, 12, -40, 12], dtype=np.float32)


def maps(*cells: tuple[int, int, float], rows: int = 8, columns: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Make score and corner maps with plates of 80 x 24 px around cells (row, column, score)."""
    score, corners = np.zeros((rows, columns), np.float32), np.zeros((8, rows, columns), np.float32)
    for row, column, sure in cells:
        score[row, column] = sure
        corners[:, row, column] = OFFSETS
    return score, corners


def quad(x: float, y: float) -> np.ndarray:
    return OFFSETS.reshape(4, 2) + np.array([x, y], dtype=np.float32)


class PaintedSession:
    """Stands for a model that sees one plate in the middle of every picture, and keeps what it was shown."""

    def __init__(self) -> None:
        self.shown: list[np.ndarray] = []

    def run(self, names: list[str] | None, feeds: dict[str, np.ndarray]) -> list[Any]:
        assert names == ["score", "corners"]
        image = feeds["image"]
        self.shown.append(image)
        rows, columns = image.shape[2] // STRIDE, image.shape[3] // STRIDE
        score, corners = maps((rows // 2, columns // 2, 0.9), rows=rows, columns=columns)
        return [score[None, None], corners[None]]


class TestInputSize:
    @pytest.mark.parametrize(
        ("width", "height", "seen"),
        [
            (1280, 720, (960, 544)),
            (720, 1280, (544, 960)),
            (7680, 4320, (960, 544)),
            (640, 480, (640, 480)),
            (1, 1, (32, 32)),
            (10_000, 10, (960, 32)),
        ],
    )
    def test_is_bounded_and_a_multiple_of_the_grain(
        self, width: int, height: int, seen: tuple[int, int]
    ) -> None:
        assert input_size(width, height, side_px=960) == seen


class TestDecodeMaps:
    def test_refuses_maps_that_do_not_belong_together(self) -> None:
        with pytest.raises(ValueError, match=r"got \(8, 16\) and \(8, 8, 15\)"):
            decode_maps(np.zeros((8, 16), np.float32), np.zeros((8, 8, 15), np.float32), threshold=0.3)

    def test_finds_nothing_below_the_threshold(self) -> None:
        quads, scores = decode_maps(*maps((4, 8, 0.29)), threshold=0.3)

        assert quads.shape == (0, 4, 2)
        assert scores.shape == (0,)

    def test_adds_offsets_to_the_centre_of_the_cell(self) -> None:
        quads, scores = decode_maps(*maps((4, 8, 0.9)), threshold=0.3)

        # the cell at row 4, column 8 has its centre at x 68, y 36
        assert_allclose(quads, [[[28, 24], [108, 24], [108, 48], [28, 48]]])
        assert_allclose(scores, [0.9])

    def test_gives_the_surest_first(self) -> None:
        _, scores = decode_maps(*maps((4, 8, 0.5), (1, 2, 0.9), (6, 3, 0.7)), threshold=0.3)

        assert_allclose(scores, [0.9, 0.7, 0.5])


class TestMergeQuads:
    def test_gives_nothing_for_nothing(self) -> None:
        quads, scores = merge_quads(np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32), merge_iou=0.4)

        assert quads.shape == (0, 4, 2)
        assert scores.shape == (0,)

    def test_averages_what_overlaps_by_score_and_keeps_the_leaders_score(self) -> None:
        near = np.stack([quad(100, 50), quad(108, 50)])

        quads, scores = merge_quads(near, np.array([0.9, 0.3], np.float32), merge_iou=0.4)

        assert_allclose(quads, [quad(102, 50)], atol=1e-4)
        assert_allclose(scores, [0.9])

    def test_drops_a_part_of_a_stronger_plate(self) -> None:
        part = np.array([[100, 40], [130, 40], [130, 60], [100, 60]], np.float32)

        quads, _ = merge_quads(
            np.stack([quad(100, 50), part]), np.array([0.9, 0.8], np.float32), merge_iou=0.4
        )

        assert_allclose(quads, [quad(100, 50)])

    def test_keeps_what_lies_apart(self) -> None:
        apart = np.stack([quad(100, 50), quad(100, 90)])

        quads, scores = merge_quads(apart, np.array([0.9, 0.8], np.float32), merge_iou=0.4)

        assert_allclose(quads, apart)
        assert_allclose(scores, [0.9, 0.8])

    def test_keeps_boxes_without_area(self) -> None:
        points = np.zeros((2, 4, 2), np.float32)

        assert len(merge_quads(points, np.array([0.9, 0.8], np.float32), merge_iou=0.4)[0]) == 2

    def test_leaves_its_arrays_as_they_were(self) -> None:
        near, scores = np.stack([quad(100, 50), quad(108, 50)]), np.array([0.9, 0.3], np.float32)
        before = near.copy()

        merge_quads(near, scores, merge_iou=0.4)

        assert_array_equal(near, before)


class TestFindPlates:
    def test_refuses_what_is_no_bgr_frame(self) -> None:
        with pytest.raises(ValueError, match="expected a BGR frame"):
            OnnxFinder(PaintedSession()).find_plates(np.zeros((4, 4), np.uint8))

    def test_shows_the_model_a_grey_picture_of_bounded_size(self) -> None:
        session = PaintedSession()

        OnnxFinder(session, sides_px=(640,)).find_plates(np.full((2160, 3840, 3), (10, 20, 30), np.uint8))

        (image,) = session.shown
        assert image.shape == (1, 1, 352, 640)
        assert image.dtype == np.float32
        assert set(np.unique(image)) == {22.0}

    def test_looks_at_every_size_and_tells_a_plate_once(self) -> None:
        session = PaintedSession()

        (found,) = OnnxFinder(session, sides_px=(640, 608)).find_plates(np.zeros((704, 1280, 3), np.uint8))

        assert [image.shape[3] for image in session.shown] == [640, 608]
        assert found.confidence == 0.9

    def test_looks_once_at_a_picture_smaller_than_every_size(self) -> None:
        session = PaintedSession()

        OnnxFinder(session, sides_px=(960, 384)).find_plates(np.zeros((96, 160, 3), np.uint8))

        assert [image.shape for image in session.shown] == [(1, 1, 96, 160)]

    def test_gives_corners_in_the_pixels_of_the_frame(self) -> None:
        (found,) = OnnxFinder(PaintedSession(), sides_px=(640,)).find_plates(
            np.zeros((704, 1280, 3), np.uint8)
        )

        # the model's cell at row 22, column 40 is at x 324, y 180; the frame is twice as large
        assert found.corners == ((568.0, 336.0), (728.0, 336.0), (728.0, 384.0), (568.0, 384.0))
        assert found.box == (568.0, 336.0, 728.0, 384.0)
        assert found.confidence == 0.9
