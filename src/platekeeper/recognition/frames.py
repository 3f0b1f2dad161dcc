"""What an image array is here, checked at the door: the channel order stands in the type's name."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from platekeeper.errors import PlatekeeperError

BgrFrame: TypeAlias = NDArray[np.uint8]
"""A picture, shape (height, width, 3), uint8, channels blue, green, red."""

GrayFrame: TypeAlias = NDArray[np.uint8]
"""A picture, shape (height, width), uint8."""

Quad: TypeAlias = NDArray[np.float32]
"""Four corners, shape (4, 2), pixels (x right, y down), clockwise from the top left in reading direction."""

Boxes: TypeAlias = NDArray[np.float32]
"""Upright boxes, shape (n, 4), pixels x1, y1, x2, y2 with x1 <= x2 and y1 <= y2."""


class RecognitionError(PlatekeeperError):
    """Recognition cannot go on; the sentence says why and what to do."""


def check_bgr(frame: BgrFrame) -> None:
    """Refuse an array that is no BGR picture.

    Args:
        frame: the array to check.

    Raises:
        ValueError: the shape is not (height, width, 3) with both at least 1, or the type is not uint8.
    """
    if frame.ndim != 3 or frame.shape[2] != 3 or not frame.size or frame.dtype != np.uint8:
        raise ValueError(
            "expected a BGR frame, uint8 of shape (height, width, 3);"
            f" got {frame.dtype} of shape {frame.shape}"
        )


def check_quad(corners: Quad) -> None:
    """Refuse an array that is no quadrilateral.

    Args:
        corners: the array to check.

    Raises:
        ValueError: the shape is not (4, 2).
    """
    if corners.shape != (4, 2):
        raise ValueError(f"expected four corners of shape (4, 2); got shape {corners.shape}")
