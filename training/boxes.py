"""From the finder's cells to plates, for figures only; the product has its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.finder_targets import STRIDE


@dataclass(frozen=True)
class Found:
    """A found plate: score in 0..1 and corners (4, 2), pixels."""

    score: float
    corners: NDArray[np.float64]


def found_plates(
    score: NDArray[np.float32], corners: NDArray[np.float32], threshold: float = 0.5
) -> list[Found]:
    """Return plates, surest first: cells that agree are merged, weighted by their scores.

    Args:
        score: (h, w).
        corners: (8, h, w), pixel offsets from the cells' centres.
        threshold: least score of a plate's surest cell.
    """
    ys, xs = np.nonzero(score >= min(threshold, 0.3))
    centres = np.stack([xs, ys], axis=1) * STRIDE + STRIDE / 2
    quads = corners[:, ys, xs].T.reshape(-1, 4, 2) + centres[:, None]
    sure = score[ys, xs]
    boxes = np.concatenate([quads.min(axis=1), quads.max(axis=1)], axis=1)
    left = list(np.argsort(-sure))
    plates: list[Found] = []
    while left and sure[left[0]] >= threshold:
        first = left[0]
        near = [i for i in left if overlap(boxes[first], boxes[i]) > 0.4]
        weights = sure[near] ** 2
        merged = (quads[near] * weights[:, None, None]).sum(axis=0) / weights.sum()
        plates.append(Found(float(sure[first]), merged))
        left = [i for i in left if i not in near]
    return plates


def overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the intersection over the union of two boxes x1, y1, x2, y2."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    both = across * down
    return float(both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both))
