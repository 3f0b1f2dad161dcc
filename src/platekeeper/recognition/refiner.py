"""The refiner: corners that the finder tells roughly, told exactly by a second, nearer look.

A reader loses more by loose corners than by anything else save blur. The finder sees the whole picture, and
a plate in it is a dozen cells wide; the refiner sees that plate alone.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.finder import Session
from platekeeper.recognition.frames import BgrFrame, Quad
from platekeeper.recognition.geometry import (
    as_corners,
    as_quad,
    boxes_of,
    overlaps,
    plate_within,
    rectify_grey,
    size_of,
)
from platekeeper.recognition.results import PlateRegion
from platekeeper.recognition.seams import PlateFinder

HEIGHT_PX, WIDTH_PX = 64, 128
MARGIN = (0.25, 0.4)
"""What the model sees around the plate, parts of its width and height as the finder tells them."""
MOST_REGIONS = 12
"""More plates than this in one picture are not looked at."""
FAR = 0.03
"""Corners that a look moved by more than these parts of it are looked at once more: they came from a poor guess."""
SAME_PLATE_IOU = 0.5
"""Regions that overlap so much once refined were the same plate."""
OUTSIDE = (0.02, 0.12)
"""A plate that lies by more than these parts of its width or height beyond the frame is cut off."""
SMALLEST_PX = 6.0
"""What is refined to less than this in width or height is no plate."""


def near_look(frame: BgrFrame, corners: Quad) -> NDArray[np.float32]:
    """Cut out what the model sees of one plate.

    Args:
        frame: the picture, BGR uint8.
        corners: as the finder tells them, shape (4, 2), pixels.

    Returns:
        A grey picture, shape (1, HEIGHT_PX, WIDTH_PX), float32, 0 to 255.
    """
    crop = rectify_grey(frame, corners, margin=MARGIN, size=(WIDTH_PX, HEIGHT_PX))
    return crop.astype(np.float32)[None]


def shifted(corners: Quad, shifts: NDArray[np.float32]) -> Quad:
    """Move corners as the model says.

    Args:
        corners: those that the look was cut out by, shape (4, 2), pixels of the frame.
        shifts: x and y of each corner, shape (8,), parts of the look's width and height.

    Returns:
        The corners, shape (4, 2), pixels of the frame.
    """
    there = plate_within(np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8), MARGIN)
    back = cv2.getPerspectiveTransform(there, np.asarray(corners, dtype=np.float32))
    moved = there + shifts.reshape(4, 2) * np.array([WIDTH_PX, HEIGHT_PX], dtype=np.float32)
    return np.asarray(cv2.perspectiveTransform(moved[None], back)[0], dtype=np.float32)


class RefiningFinder:
    """Sets another finder's corners right (`PlateFinder`).

    The model has the input "crops", looks of shape (n, 1, HEIGHT_PX, WIDTH_PX), and the output "shifts" (n, 8).
    """

    def __init__(self, finder: PlateFinder, session: Session, *, times: int = 1) -> None:
        self._finder = finder
        self._session = session
        self._times = times

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        """Find the plates in a frame, the surest first (`PlateFinder`)."""
        regions = self._finder.find_plates(frame)[:MOST_REGIONS]
        quads = [as_quad(region.corners) for region in regions]
        moved = list(range(len(quads)))
        for _ in range(self._times):
            if not moved:
                break
            looks = np.stack([near_look(frame, quads[at]) for at in moved])
            shifts = self._session.run(["shifts"], {"crops": looks})[0]
            for at, shift in zip(moved, shifts, strict=True):
                quads[at] = shifted(quads[at], shift)
            moved = [at for at, shift in zip(moved, shifts, strict=True) if np.abs(shift).max() > FAR]
        exact = [PlateRegion(as_corners(q), r.confidence) for r, q in zip(regions, quads, strict=True)]
        return _apart([region for region in exact if not is_cut_off(region, frame.shape[1], frame.shape[0])])


def is_cut_off(region: PlateRegion, width: int, height: int) -> bool:
    """Say whether a plate is only partly in view: what is left of it would be read as another plate.

    Args:
        region: the plate, its corners exact.
        width: of the frame, pixels.
        height: of the frame, pixels.

    Returns:
        True where one side of it lies beyond the frame; not where opposite ones do, for the frame is then a picture
        of the plate alone.
    """
    x1, y1, x2, y2 = region.box
    wide, high = (x2 - x1) * OUTSIDE[0], (y2 - y1) * OUTSIDE[1]
    left, right, top, bottom = x1 < -wide, x2 > width + wide, y1 < -high, y2 > height + high
    return left != right or top != bottom


def _apart(regions: Sequence[PlateRegion]) -> list[PlateRegion]:
    """Keep of regions of one plate the surest, and of the rest what is large enough to be one."""
    kept: list[PlateRegion] = []
    for region in regions:
        quad = as_quad(region.corners)
        others = boxes_of(np.stack([as_quad(other.corners) for other in kept])) if kept else np.empty((0, 4))
        if min(size_of(quad)) < SMALLEST_PX or not cv2.isContourConvex(quad[:, None]):
            continue
        if not (overlaps(boxes_of(quad[None]), others.astype(np.float32)) >= SAME_PLATE_IOU).any():
            kept.append(region)
    return kept
