"""The finder: our own model's maps turned into four corners a plate.

The model looks at a grey picture and answers for every cell of 8 x 8 pixels: a score, and where the four
corners of the plate around it lie. Cells that speak of the same plate are averaged by their scores, which
steadies the corners. Everything but running the model is a pure function of arrays.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.frames import BgrFrame, GrayFrame, check_bgr
from platekeeper.recognition.geometry import as_corners, boxes_of, covered, overlaps
from platekeeper.recognition.results import PlateRegion

STRIDE = 8
"""Pixels of the model's input a cell, both ways."""
GRAIN = 32
"""Both sides of the model's input are multiples of this."""
INSIDE = 0.6
"""What lies within a stronger plate's box by more than this part of its own area is no other plate."""
LITTLE = 0.7
"""A picture that becomes no smaller than this loses no stroke, averaged or not; averaging takes three times as long."""
MOST_CELLS = 2000
"""A picture of thousands of plates is noise; more cells than this are not looked at."""


class Session(Protocol):
    """What is used of an ONNX session."""

    def run(self, names: list[str] | None, feeds: dict[str, NDArray[np.float32]]) -> list[Any]:
        """Run the model and return the named outputs."""
        ...


def input_size(width: int, height: int, *, side_px: int) -> tuple[int, int]:
    """Choose the size at which the model sees a picture.

    Args:
        width: of the picture, pixels.
        height: of the picture, pixels.
        side_px: the longer side is brought down to this; smaller pictures keep their size.

    Returns:
        Width and height, multiples of `GRAIN`; the shape changes by half a grain at most.
    """
    scale = min(1.0, side_px / max(width, height))
    wide, high = (max(GRAIN, round(side * scale / GRAIN) * GRAIN) for side in (width, height))
    return wide, high


def decode_maps(
    score: NDArray[np.float32], corners: NDArray[np.float32], *, threshold: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read quadrilaterals out of the model's maps.

    Args:
        score: how likely a cell lies on a plate, shape (rows, columns), in [0, 1].
        corners: offsets of the four corners from the cell's centre, x and y of each, clockwise from the top
            left in reading direction, shape (8, rows, columns), pixels of the model's input.
        threshold: cells scored lower are left out.

    Returns:
        Quadrilaterals, shape (n, 4, 2), pixels of the model's input, and their scores, shape (n,), falling.

    Raises:
        ValueError: the maps do not have these shapes.
    """
    if score.ndim != 2 or corners.shape != (8, *score.shape):
        raise ValueError(
            "expected maps of shape (rows, columns) and (8, rows, columns);"
            f" got {score.shape} and {corners.shape}"
        )
    rows, columns = np.nonzero(score >= threshold)
    strongest = np.argsort(-score[rows, columns], kind="stable")[:MOST_CELLS]
    rows, columns = rows[strongest], columns[strongest]
    centres = (np.stack([columns, rows], axis=1) + 0.5) * STRIDE
    quads = corners[:, rows, columns].T.reshape(-1, 4, 2) + centres[:, None, :]
    return quads.astype(np.float32), score[rows, columns].astype(np.float32)


def merge_quads(
    quads: NDArray[np.float32], scores: NDArray[np.float32], *, merge_iou: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Make one of all quadrilaterals that mean the same plate.

    The strongest leads; those whose boxes overlap its box are averaged with it, weighted by score. What else
    lies mostly within its box is a part of the same plate, and dropped.

    Args:
        quads: shape (n, 4, 2), pixels.
        scores: shape (n,), in falling order.
        merge_iou: boxes that overlap at least so much are one plate.

    Returns:
        The merged quadrilaterals, shape (m, 4, 2), and the score of each one's leader, shape (m,), falling.
    """
    shares = overlaps(boxes_of(quads), boxes_of(quads))
    insides = covered(boxes_of(quads), boxes_of(quads))
    free = np.ones(len(quads), dtype=bool)
    merged, leaders = [], []
    for leader in range(len(quads)):
        if not free[leader]:
            continue
        together = free & (shares[leader] >= merge_iou)
        together[leader] = True
        free &= ~(together | (insides[leader] >= INSIDE))
        weights = scores[together, None, None]
        merged.append((quads[together] * weights).sum(axis=0) / weights.sum())
        leaders.append(scores[leader])
    return np.array(merged, dtype=np.float32).reshape(-1, 4, 2), np.array(leaders, dtype=np.float32)


class OnnxFinder:
    """Finds plates with a model of inputs "image" and outputs "score" and "corners".

    It knows plates up to a quarter of its view: nearer ones are found where the picture is seen smaller.
    """

    def __init__(
        self,
        session: Session,
        *,
        sides_px: Sequence[int] = (960,),
        threshold: float = 0.3,
        merge_iou: float = 0.4,
    ) -> None:
        self._session = session
        self._sides_px = tuple(sides_px)
        self._threshold = threshold
        self._merge_iou = merge_iou

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        """Find the plates in a frame, the surest first (`PlateFinder`)."""
        check_bgr(frame)
        height, width = frame.shape[:2]
        sizes = dict.fromkeys(input_size(width, height, side_px=side) for side in self._sides_px)
        grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        seen = []
        for size in sorted(sizes, reverse=True):
            # each smaller picture is made of the one before: the large one is gone through only once
            grey = resized(grey, *size)
            seen.append(self._looked(grey, width, height))
        quads, scores = np.concatenate([q for q, _ in seen]), np.concatenate([s for _, s in seen])
        falling = np.argsort(-scores, kind="stable")
        quads, scores = _apart(quads[falling], scores[falling], iou=self._merge_iou)
        return [
            PlateRegion(as_corners(quad), round(float(sure), 4))
            for quad, sure in zip(quads, scores, strict=True)
        ]

    def _looked(
        self, grey: GrayFrame, width: int, height: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Look at a picture of a frame; quadrilaterals in the frame's pixels and their scores."""
        high, wide = grey.shape
        image = grey.astype(np.float32)[None, None]
        score, corners = self._session.run(["score", "corners"], {"image": image})
        found = decode_maps(score[0, 0], corners[0], threshold=self._threshold)
        quads, scores = merge_quads(*found, merge_iou=self._merge_iou)
        return quads * np.array([width / wide, height / high], dtype=np.float32), scores


def _apart(
    quads: NDArray[np.float32], scores: NDArray[np.float32], *, iou: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Keep the surest of those that mean the same plate, seen at several sizes; scores fall."""
    shares = overlaps(boxes_of(quads), boxes_of(quads))
    kept: list[int] = []
    for at in range(len(quads)):
        if not (shares[at, kept] >= iou).any():
            kept.append(at)
    return quads[kept], scores[kept]


def resized(grey: GrayFrame, wide: int, high: int) -> GrayFrame:
    """Bring a grey picture to a size; averaging where it becomes much smaller, for thin strokes to stay.

    It is halved as long as it stays large enough: averages of whole pixels take a tenth of the time of others.
    """
    while (
        grey.shape[1] % 2 == grey.shape[0] % 2 == 0
        and grey.shape[1] >= 2 * wide
        and grey.shape[0] >= 2 * high
    ):
        half = (grey.shape[1] // 2, grey.shape[0] // 2)
        grey = np.asarray(cv2.resize(grey, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if (grey.shape[1], grey.shape[0]) == (wide, high):
        return grey
    how = cv2.INTER_AREA if wide < LITTLE * grey.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, (wide, high), interpolation=how), dtype=np.uint8)
