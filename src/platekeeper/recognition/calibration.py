"""Confidence that means what it says: of reads shown at 0.9, about 90 % are right.

A model's own surety is mapped through points measured on pictures that it was not trained on: isotonic
regression, straight lines between the points. The order of readings by confidence never changes.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.results import Candidate, PlateReading

Points = Sequence[tuple[float, float]]
"""(said, right): what a model says, and how often that is right; both rising, in [0, 1]."""


def calibrate(said: float, points: Points) -> float:
    """Return how often a reading of this surety is right.

    Args:
        said: the model's confidence, in [0, 1].
        points: at least one point.

    Returns:
        A confidence in [0, 1]; beyond the outer points, theirs.
    """
    xs, ys = zip(*points, strict=True)
    return float(np.interp(said, xs, ys))


def calibrated(reading: PlateReading, points: Points) -> PlateReading:
    """Return a reading whose confidence is calibrated; its candidates keep their shares of it.

    Args:
        reading: as the model gives it.
        points: of `fit_points`.

    Returns:
        The same reading with other confidences; an empty reading as it is.
    """
    if not reading.candidates:
        return reading
    right = round(calibrate(reading.confidence, points), 6)
    # what the best text loses goes to all others, what it gains comes from them
    scale = (1 - right) / max(1 - reading.confidence, 1e-9)
    rest = (Candidate(c.text, round(min(right, c.confidence * scale), 6)) for c in reading.candidates[1:])
    return replace(reading, confidence=right, candidates=(Candidate(reading.text, right), *rest))


def fit_points(
    said: NDArray[np.float64], right: NDArray[np.bool_], *, at_most: int = 20
) -> tuple[tuple[float, float], ...]:
    """Fit a rising curve to what a model said and whether it was right.

    Args:
        said: confidences, shape (n,), in [0, 1], n at least 1.
        right: whether each reading was right, shape (n,).
        at_most: how many points the curve may have.

    Returns:
        Points (said, right), both rising.

    Source:
        Zadrozny and Elkan 2002, "Transforming classifier scores into accurate multiclass probability
        estimates"
    """
    if said.shape != right.shape or said.ndim != 1 or not said.size:
        raise ValueError(f"expected two arrays of one shape (n,); got {said.shape} and {right.shape}")
    order = np.argsort(said, kind="stable")
    # pool adjacent violators: blocks of (sum of right, count, sum of said)
    blocks: list[tuple[float, int, float]] = []
    for at in order:
        blocks.append((float(right[at]), 1, float(said[at])))
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            last, before = blocks.pop(), blocks.pop()
            blocks.append((before[0] + last[0], before[1] + last[1], before[2] + last[2]))
    blocks = _fewer(blocks, at_most)
    # one right and one wrong reading more in each block: three right ones alone make no certainty
    shares = np.maximum.accumulate([(r + 1) / (n + 2) for r, n, _ in blocks])
    return tuple((round(s / n, 6), round(float(p), 6)) for (_, n, s), p in zip(blocks, shares, strict=True))


def _fewer(blocks: list[tuple[float, int, float]], at_most: int) -> list[tuple[float, int, float]]:
    """Join the smallest block with its smaller neighbour until so many are left."""
    blocks = list(blocks)
    while len(blocks) > at_most:
        small = min(range(len(blocks)), key=lambda at: blocks[at][1])
        near = [at for at in (small - 1, small + 1) if 0 <= at < len(blocks)]
        other = min(near, key=lambda at: blocks[at][1])
        low, high = sorted((small, other))
        joined = tuple(a + b for a, b in zip(blocks[low], blocks[high], strict=True))
        blocks[low : high + 1] = [(joined[0], int(joined[1]), joined[2])]
    return blocks
