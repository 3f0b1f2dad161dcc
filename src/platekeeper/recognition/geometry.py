"""Quadrilaterals and boxes: overlap, order of corners, and making a plate upright."""

from math import ceil, dist, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.frames import BgrFrame, Boxes, GrayFrame, Quad, check_bgr, check_quad
from platekeeper.recognition.results import Corners

MAX_CROP_PX = 1024
"""No crop is made larger than this, however near the camera a plate is."""
AROUND_PX = 3
"""So many pixels beside it count where a picture is cut out between its pixels."""


def overlaps(boxes: Boxes, others: Boxes) -> np.ndarray:
    """Return the intersection over union of every pair of boxes.

    Args:
        boxes: shape (n, 4), pixels x1, y1, x2, y2.
        others: shape (m, 4), alike.

    Returns:
        Ratios in [0, 1], shape (n, m); 0 where a box has no area.
    """
    shared = _shared(boxes, others)
    union = _areas(boxes)[:, None] + _areas(others)[None, :] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def covered(boxes: Boxes, others: Boxes) -> np.ndarray:
    """Return how much of each other box lies within each box.

    Args:
        boxes: shape (n, 4), pixels x1, y1, x2, y2.
        others: shape (m, 4), alike.

    Returns:
        Parts of the other boxes' own areas, in [0, 1], shape (n, m); 0 where an other box has no area.
    """
    shared = _shared(boxes, others)
    areas = np.broadcast_to(_areas(others)[None, :], shared.shape)
    return np.asarray(np.divide(shared, areas, out=np.zeros_like(shared), where=areas > 0))


def _shared(boxes: Boxes, others: Boxes) -> np.ndarray:
    a, b = boxes[:, None, :], others[None, :, :]
    wide = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    high = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    return np.asarray(np.clip(wide, 0, None) * np.clip(high, 0, None))


def _areas(boxes: Boxes) -> np.ndarray:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def boxes_of(quads: np.ndarray) -> Boxes:
    """Return the upright boxes around quadrilaterals.

    Args:
        quads: shape (n, 4, 2), pixels.

    Returns:
        Boxes, shape (n, 4), pixels x1, y1, x2, y2.
    """
    return np.concatenate([quads.min(axis=1), quads.max(axis=1)], axis=1).astype(np.float32)


def reading_order(corners: Quad) -> Quad:
    """Order four corners clockwise from the top left of text that reads from left to right.

    Args:
        corners: shape (4, 2), pixels, in any order.

    Returns:
        The same corners, shape (4, 2): top left, top right, bottom right, bottom left.
    """
    check_quad(corners)
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    top_left, bottom_left = left[np.argsort(left[:, 1], kind="stable")]
    top_right, bottom_right = right[np.argsort(right[:, 1], kind="stable")]
    return np.array([top_left, top_right, bottom_right, bottom_left], dtype=np.float32)


def size_of(corners: Quad) -> tuple[float, float]:
    """Return width and height of a quadrilateral, each the longer of its two sides, in pixels."""
    check_quad(corners)
    a, b, c, d = corners.tolist()  # plain numbers: an array so small costs more to handle than to measure
    return max(dist(a, b), dist(c, d)), max(dist(b, c), dist(d, a))


def rectify(
    frame: BgrFrame,
    corners: Quad,
    *,
    margin: tuple[float, float] = (0.0, 0.0),
    size: tuple[int, int] | None = None,
) -> BgrFrame:
    """Cut a quadrilateral out of a frame and make it an upright rectangle.

    Args:
        frame: the picture, BGR uint8.
        corners: shape (4, 2), pixels, clockwise from the top left in reading direction; may reach beyond the
            frame, whose edge is then repeated.
        margin: what to add on each side, as parts of the quadrilateral's width and height; negative cuts
            inwards.
        size: width and height of the answer in pixels; by default its natural size, at most `MAX_CROP_PX` a
            side.

    Returns:
        The crop, BGR uint8.

    Raises:
        ValueError: the frame or the corners have another shape.
    """
    check_bgr(frame)
    return _upright(frame, corners, margin, size)


def rectify_grey(
    frame: BgrFrame, corners: Quad, *, margin: tuple[float, float], size: tuple[int, int]
) -> GrayFrame:
    """Cut a quadrilateral out of a frame as `rectify` does, in grey: a third of the work, for networks.

    Args:
        frame: the picture, BGR uint8.
        corners: as for `rectify`.
        margin: as for `rectify`.
        size: width and height of the answer in pixels.

    Returns:
        The crop, shape (height, width), uint8.

    Raises:
        ValueError: the frame or the corners have another shape.
    """
    check_bgr(frame)
    warp = cv2.getPerspectiveTransform(_inner(size, margin), np.asarray(corners, dtype=np.float32))
    xs, ys = zip(*cv2.perspectiveTransform(_inner(size, (0.0, 0.0))[None], warp)[0].tolist(), strict=True)
    left, right = _within(min(xs), max(xs), frame.shape[1])
    top, bottom = _within(min(ys), max(ys), frame.shape[0])
    grey = cv2.cvtColor(frame[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    moved = (corners - np.array([left, top])).astype(np.float32)
    return _upright(np.asarray(grey, dtype=np.uint8), moved, margin, size)


def _within(low: float, high: float, side: int) -> tuple[int, int]:
    """Return from where to where pixels count that lie between two places of a side, at least one."""
    start = min(max(floor(low) - AROUND_PX, 0), side - 1)
    return start, min(max(ceil(high) + AROUND_PX, start + 1), side)


def _upright(
    pixels: NDArray[np.uint8], corners: Quad, margin: tuple[float, float], size: tuple[int, int] | None
) -> NDArray[np.uint8]:
    width, height = size_of(corners)
    wide, high = width * (1 + 2 * margin[0]), height * (1 + 2 * margin[1])
    shrink = min(1.0, MAX_CROP_PX / max(wide, high, 1.0))
    natural = (max(1, round(wide * shrink)), max(1, round(high * shrink)))
    if size is None or (size[0] >= natural[0] and size[1] >= natural[1]):
        return _warped(pixels, corners, margin, size or natural)
    # shrinking while warping would skip pixels; averaging keeps thin strokes
    between = (max(natural[0], size[0]), max(natural[1], size[1]))
    whole = _warped(pixels, corners, margin, between)
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _warped(
    pixels: NDArray[np.uint8], corners: Quad, margin: tuple[float, float], size: tuple[int, int]
) -> NDArray[np.uint8]:
    warp = cv2.getPerspectiveTransform(np.asarray(corners, dtype=np.float32), _inner(size, margin))
    crop = cv2.warpPerspective(pixels, warp, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, dtype=np.uint8)


def _inner(size: tuple[int, int], margin: tuple[float, float]) -> Quad:
    """Return the corners of what a margin surrounds in a picture of this width and height."""
    left, top = size[0] * margin[0] / (1 + 2 * margin[0]), size[1] * margin[1] / (1 + 2 * margin[1])
    right, bottom = size[0] - left, size[1] - top
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)


def plate_within(crop: BgrFrame, margin: tuple[float, float]) -> Quad:
    """Return where the plate lies in a crop that was cut with a margin around it.

    Args:
        crop: of `rectify`.
        margin: the margin that it was cut with, parts of the plate's width and height.

    Returns:
        The plate's corners in the crop, shape (4, 2), pixels.
    """
    check_bgr(crop)
    return _inner((crop.shape[1], crop.shape[0]), margin)


def trimmed(crop: BgrFrame, *, margin: tuple[float, float], to: tuple[float, float]) -> BgrFrame:
    """Cut a crop down to a smaller margin.

    Args:
        crop: of `rectify`.
        margin: the margin that it was cut with, parts of the plate's width and height.
        to: the margin wanted, not larger.

    Returns:
        A view of the crop, at least one pixel each way.
    """
    (left, top), _, (right, bottom), _ = plate_within(crop, margin)
    wide, high = (right - left) * to[0], (bottom - top) * to[1]
    x1, y1 = max(0, round(left - wide)), max(0, round(top - high))
    return crop[y1 : max(y1 + 1, round(bottom + high)), x1 : max(x1 + 1, round(right + wide))]


def as_corners(quad: Quad) -> Corners:
    """Turn a quadrilateral into plain numbers, to a tenth of a pixel."""
    check_quad(quad)
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in quad)
    return a, b, c, d


def as_quad(corners: Corners) -> Quad:
    """Turn corners of plain numbers into an array of shape (4, 2)."""
    return np.array(corners, dtype=np.float32)
