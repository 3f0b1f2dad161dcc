"""Lines of text as quadrilaterals: out of a detector's map, pieces of one plate joined, captions told apart.

All functions are pure; what a line says is not known here, only its place and shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.frames import Quad
from platekeeper.recognition.geometry import reading_order, size_of

MIN_SIDE_PX = 3
"""A blob of the map thinner than this is noise."""


@dataclass(frozen=True)
class TextLine:
    """A line of text: corners (shape (4, 2), pixels, reading order), the detector's confidence in [0, 1]."""

    corners: Quad
    confidence: float

    @property
    def width(self) -> float:
        """Length of the line in pixels."""
        return size_of(self.corners)[0]

    @property
    def height(self) -> float:
        """Height of the line in pixels."""
        return size_of(self.corners)[1]

    @property
    def centre(self) -> NDArray[np.float32]:
        """Centre, shape (2,), pixels."""
        return np.asarray(self.corners.mean(axis=0), dtype=np.float32)


def lines_from_map(
    text_map: NDArray[np.float32], *, threshold: float = 0.3, min_confidence: float = 0.3, grow: float = 1.6
) -> list[TextLine]:
    """Find the lines of text in a detector's probability map.

    Args:
        text_map: probability that a pixel lies in the (shrunk) core of a line, shape (height, width), in [0,
            1].
        threshold: pixels above it belong to a core.
        min_confidence: lines whose mean probability is lower are left out.
        grow: each core is widened on all sides by its area times this over its perimeter.

    Returns:
        The lines, in the map's pixels.

    Source:
        Liao et al. 2020, "Real-time Scene Text Detection with Differentiable Binarization", section 3.5
    """
    core = cv2.dilate((text_map > threshold).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    lines = []
    for contour in contours:
        centre, (wide, high), angle = cv2.minAreaRect(contour)
        if min(wide, high) < MIN_SIDE_PX:
            continue
        confidence = _mean_inside(text_map, cv2.boxPoints((centre, (wide, high), angle)))
        if confidence < min_confidence:
            continue
        reach = wide * high * grow / (2 * (wide + high))
        corners = cv2.boxPoints((centre, (wide + 2 * reach, high + 2 * reach), angle))
        lines.append(TextLine(reading_order(corners), confidence))
    return lines


def _mean_inside(text_map: NDArray[np.float32], corners: Quad) -> float:
    """Return the mean of the map inside a quadrilateral."""
    low = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    high = np.ceil(corners.max(axis=0)).astype(int) + 1
    patch = text_map[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(patch.shape, np.uint8)
    cv2.fillPoly(mask, [(corners - low).astype(np.int32)], (1,))
    return float(cv2.mean(patch, mask)[0])


def around(lines: Sequence[TextLine]) -> TextLine:
    """Return the smallest line that holds all the given ones; its confidence is that of the least sure."""
    points = np.concatenate([line.corners for line in lines])
    corners = reading_order(cv2.boxPoints(cv2.minAreaRect(points)))
    return TextLine(corners, min(line.confidence for line in lines))


def offset_along(line: TextLine, other: TextLine) -> tuple[float, float]:
    """Return where another line's centre lies, along and across a line, in units of that line's height."""
    along = line.corners[1] - line.corners[0]
    along = along / max(float(np.linalg.norm(along)), 1e-6)
    step = other.centre - line.centre
    across = float(along[0] * step[1] - along[1] * step[0])
    return float(step @ along) / line.height, across / line.height


def one_row(line: TextLine, other: TextLine, *, gap: float = 1.2) -> bool:
    """Say whether two lines are pieces of one row of characters: alike in height, level, and close."""
    low, high = sorted((line.height, other.height))
    if low < 0.6 * high:
        return False
    along, across = offset_along(line, other)
    between = abs(along) - (line.width + other.width) / (2 * line.height)
    return abs(across) < 0.35 and between < gap


def two_rows(line: TextLine, other: TextLine) -> bool:
    """Say whether two lines are the two rows of one plate: short, alike in size, one above the other."""
    if max(line.width / line.height, other.width / other.height) > 4.5:
        return False
    low, high = sorted((line.height, other.height))
    narrow, wide = sorted((line.width, other.width))
    along, across = offset_along(line, other)
    return low > 0.65 * high and narrow > 0.45 * wide and 0.6 < abs(across) < 1.7 and abs(along) < 1.2


def plates_among(lines: Sequence[TextLine], *, widest: float = 9.0) -> list[list[TextLine]]:
    """Group lines into what may be plates: rows of pieces, and pairs of rows.

    Args:
        lines: the lines found in one picture.
        widest: a row wider than so many times its height is left apart: no plate is so long.

    Returns:
        Groups of lines in reading order (rows from top to bottom, pieces from left to right).
    """
    rows = _rows(lines)
    whole = [row for row in rows if _ratio(around(row)) <= widest]
    apart = [[line] for row in rows if _ratio(around(row)) > widest for line in row]
    bodies = {id(row): around(row) for row in whole}
    groups = []
    taken: set[int] = set()
    for upper, lower in combinations(sorted(whole, key=lambda row: float(bodies[id(row)].centre[1])), 2):
        if not taken & {id(upper), id(lower)} and two_rows(bodies[id(upper)], bodies[id(lower)]):
            taken |= {id(upper), id(lower)}
            groups.append([*upper, *lower])
    return groups + [row for row in whole if id(row) not in taken] + apart


def _ratio(line: TextLine) -> float:
    return line.width / line.height


def _rows(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Chain lines that belong to one row."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda each: float(each.centre[0])):
        row = next((row for row in rows if one_row(row[-1], line)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return rows
