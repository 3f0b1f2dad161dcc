"""Plates of two rows, as motorcycles bear: the finder, which knows plates of one, tells one row and some of the other.

What bears few characters may be part of such a plate. As much more is looked at above it, or below it, as a plate of
that width would be high; where both halves bear characters, it is one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from platekeeper.recognition.frames import Quad
from platekeeper.recognition.geometry import as_corners, as_quad, size_of
from platekeeper.recognition.results import PlateRegion

ROW_CHARACTERS = (2, 5)
"""So few and so many characters stand in one of two rows."""
FEWEST_CHARACTERS = 5
"""Both rows together bear no fewer."""
WIDEST_PART = 4.5
"""The part of such a plate that the finder tells is at most so many times as wide as high."""
NARROW = 2.0
"""Hardly a plate of one row is so narrow: what is may be all of a plate of two rows, and needs less surety."""
LEAST_SURETY, NARROW_LEAST = 0.6, 0.45
"""What is read less surely at a glance is no part of one."""
PLATE_RATIOS = (0.98, 1.12, 1.3)
"""How many times as wide as high plates of two rows are."""
ROWS = ((0.0, 0.52), (0.48, 1.0))
"""Between which parts of its height each row of such a plate stands."""
ROW_SURETY, NARROW_SURETY = 0.8, 0.65
"""A half that is read less surely is bodywork, a frame's wording or the wording of the plate itself."""

Look = tuple[str, float]
"""The text that a glance shows, and how surely."""


@dataclass(frozen=True)
class TwoRows:
    """A plate of two rows: its region, its text, and how sure the reader is of the less sure row."""

    region: PlateRegion
    text: str
    surety: float


def may_be_of_two_rows(region: PlateRegion, look: Look) -> bool:
    """Say whether a region may be a plate of two rows, or a part of one.

    Args:
        region: the region.
        look: what a glance at it shows.
    """
    text, surety = look
    low, high = ROW_CHARACTERS
    ratio = _ratio(as_quad(region.corners))
    least = NARROW_LEAST if ratio <= NARROW else LEAST_SURETY
    return low <= len(text) <= high and surety >= least and ratio <= WIDEST_PART


def _ratio(quad: Quad) -> float:
    width, height = size_of(quad)
    return width / max(height, 1.0)


def grown(quad: Quad) -> list[Quad]:
    """Return the plates of two rows that a part of one may belong to: it is their lower part, or their upper one.

    Args:
        quad: the part's corners, shape (4, 2), pixels, clockwise from the top left.

    Returns:
        Corners of each.
    """
    width, height = size_of(quad)
    top_left, top_right, bottom_right, bottom_left = quad
    plates = []
    for ratio in PLATE_RATIOS:
        left, right = (bottom_left - top_left, bottom_right - top_right)
        left, right = left * (width / ratio / height), right * (width / ratio / height)
        plates.append(np.stack([bottom_left - left, bottom_right - right, bottom_right, bottom_left]))
        plates.append(np.stack([top_left, top_right, top_right + right, top_left + left]))
    return plates


def row_of(quad: Quad, part: tuple[float, float]) -> Quad:
    """Return what lies between two parts of a plate's height."""
    top_left, top_right, bottom_right, bottom_left = quad
    left, right = bottom_left - top_left, bottom_right - top_right
    top, bottom = part
    return np.stack(
        [top_left + left * top, top_right + right * top, top_right + right * bottom, top_left + left * bottom]
    )


def in_two_rows(region: PlateRegion, glance: Callable[[Sequence[Quad]], Sequence[Look]]) -> TwoRows | None:
    """Find the plate of two rows that a region is a part of.

    Args:
        region: what may be a part.
        glance: looks at places.

    Returns:
        The plate, or None where no half beside the region bears characters.
    """
    quad = as_quad(region.corners)
    plates = [quad, *grown(quad)] if _ratio(quad) <= NARROW else grown(quad)
    looks = glance([row_of(plate, part) for plate in plates for part in ROWS])
    least = NARROW_SURETY if _ratio(quad) <= NARROW else ROW_SURETY
    best = None
    for plate, upper, lower in zip(plates, looks[0::2], looks[1::2], strict=True):
        told = TwoRows(
            PlateRegion(as_corners(plate), region.confidence), upper[0] + lower[0], min(upper[1], lower[1])
        )
        if told.surety >= least and _is_one(upper, lower) and (best is None or told.surety > best.surety):
            best = told
    return best


def _is_one(upper: Look, lower: Look) -> bool:
    low, high = ROW_CHARACTERS
    each_row, both = (len(upper[0]), len(lower[0])), len(upper[0]) + len(lower[0])
    return all(low <= row <= high for row in each_row) and both >= FEWEST_CHARACTERS
