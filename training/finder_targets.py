"""What the finder must answer for a picture whose plates' corners are known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.sensor import Corners

STRIDE = 8
_INNER = 0.55
_SURE_WEIGHT, _BOX_WEIGHT = 1.0, 0.25


@dataclass(frozen=True)
class Target:
    """`wanted` (2, h, w): score 1, 0 or -1 (ignored), corners' weight; `corners` (8, h, w), pixels."""

    wanted: NDArray[np.float32]
    corners: NDArray[np.float32]


def targets(plates: list[Corners], sure: bool, side: int) -> Target:
    """Return the targets of one square picture.

    Args:
        plates: corners, each (4, 2), clockwise from the plate's top left, pixels.
        sure: whether the corners are exact; only boxes are known otherwise, which are learned less from.
        side: of the picture, pixels.

    Returns:
        Cells in the inner part of a plate are positive, a ring around it is ignored.
    """
    cells = side // STRIDE
    wanted = np.zeros((2, cells, cells), np.float32)
    corners = np.zeros((8, cells, cells), np.float32)
    centres = (np.arange(cells, dtype=np.float32) + 0.5) * STRIDE
    for plate in plates:
        middle = plate.mean(axis=0)
        if not (0 <= middle[0] < side and 0 <= middle[1] < side):
            wanted[0][_mask(plate, cells)] = -1
            continue
        inner = _mask((plate - middle) * _INNER + middle, cells)
        at = (min(cells - 1, int(middle[1] // STRIDE)), min(cells - 1, int(middle[0] // STRIDE)))
        inner[at] = True
        ring = _mask((plate - middle) * 1.15 + middle, cells) & ~inner
        wanted[0][ring] = -1
        wanted[0][inner] = 1
        wanted[1][inner] = _SURE_WEIGHT if sure else _BOX_WEIGHT
        ys, xs = np.nonzero(inner)
        offsets = plate[None] - np.stack([centres[xs], centres[ys]], axis=1)[:, None]
        corners[:, ys, xs] = offsets.reshape(-1, 8).T
    return Target(wanted, corners)


def _mask(plate: Corners, cells: int) -> NDArray[np.bool_]:
    # A cell counts when its centre lies inside; the centre of cell i is at (i + 0.5) * STRIDE.
    mask = np.zeros((cells, cells), np.uint8)
    points = np.round((plate / STRIDE - 0.5) * 256).astype(np.int32)
    cv2.fillConvexPoly(mask, points, 1, lineType=8, shift=8)
    return mask > 0
