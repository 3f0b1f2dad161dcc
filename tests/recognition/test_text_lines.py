import numpy as np
import pytest
from numpy.testing import assert_allclose

from platekeeper.recognition.text_lines import (
    TextLine,
    around,
    lines_from_map,
    one_row,
    plates_among,
    two_rows,
)


def line(x: float, y: float, *, width: float = 80, height: float = 20, confidence: float = 0.9) -> TextLine:
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float32)
    return TextLine(corners, confidence)


class TestLinesFromMap:
    def test_finds_nothing_in_an_empty_map(self) -> None:
        assert lines_from_map(np.zeros((64, 64), dtype=np.float32)) == []

    def test_leaves_specks_and_faint_blobs_out(self) -> None:
        text_map = np.zeros((64, 64), dtype=np.float32)
        text_map[10, 10] = 1.0
        text_map[30:40, 10:50] = 0.32

        assert lines_from_map(text_map, min_confidence=0.5) == []

    def test_grows_a_core_to_the_whole_line(self) -> None:
        text_map = np.zeros((100, 200), dtype=np.float32)
        text_map[40:50, 50:150] = 0.8

        (found,) = lines_from_map(text_map)

        # area * 1.6 / perimeter = 7.3 px on each side of the 100 x 10 px core
        assert found.width == pytest.approx(115, abs=3)
        assert found.height == pytest.approx(25, abs=3)
        assert found.confidence > 0.7


class TestOneRow:
    def test_joins_level_neighbours_of_like_height(self) -> None:
        assert one_row(line(0, 0), line(90, 2))

    @pytest.mark.parametrize(
        ("other", "why"),
        [
            (line(200, 0), "too far along"),
            (line(90, 15), "not level"),
            (line(90, 4, height=8, width=30), "too low: a country band or a caption"),
        ],
    )
    def test_parts_others(self, other: TextLine, why: str) -> None:
        assert not one_row(line(0, 0), other), why


class TestTwoRows:
    def test_joins_the_rows_of_a_square_plate(self) -> None:
        assert two_rows(line(0, 0, width=60), line(0, 25, width=60))

    @pytest.mark.parametrize(
        "other",
        [
            line(0, 25, width=100),
            line(0, 60, width=60),
            line(0, 25, width=60, height=8),
            line(90, 25, width=60),
            line(20, 25, width=20),
        ],
    )
    def test_parts_others(self, other: TextLine) -> None:
        assert not two_rows(line(0, 0, width=60), other)


class TestPlatesAmong:
    def test_is_empty_without_lines(self) -> None:
        assert plates_among([]) == []

    def test_joins_pieces_from_left_to_right(self) -> None:
        left, right = line(0, 0, width=50), line(60, 1, width=50)

        assert plates_among([right, left]) == [[left, right]]

    def test_joins_rows_from_top_to_bottom(self) -> None:
        upper, lower = line(0, 0, width=60), line(2, 26, width=60)

        assert plates_among([lower, upper]) == [[upper, lower]]

    def test_takes_a_row_too_long_for_a_plate_apart(self) -> None:
        pieces = [line(90 * at, 0) for at in range(4)]

        assert plates_among(pieces) == [[piece] for piece in pieces]

    def test_holds_all_pieces_in_one_outline(self) -> None:
        body = around([line(0, 0, confidence=0.9), line(100, 0, confidence=0.6)])

        assert_allclose(body.corners, [[0, 0], [180, 0], [180, 20], [0, 20]], atol=0.01)
        assert body.confidence == 0.6
