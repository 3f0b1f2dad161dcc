"""Greedy decoding of the reader's columns, for figures only; the product has its own decoder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.dies import ALPHABET


def decoded(log_probs: NDArray[np.float32]) -> list[tuple[str, float]]:
    """Return text and confidence of each crop.

    Args:
        log_probs: (n, columns, 37), class 0 the blank.

    Returns:
        The greedy text, and the least of its characters' peak probabilities (0 for an empty text).
    """
    best, sure = log_probs.argmax(axis=2), np.exp(log_probs.max(axis=2))
    return [_collapsed(b, s) for b, s in zip(best, sure, strict=True)]


def _collapsed(classes: NDArray[np.int64], sure: NDArray[np.float32]) -> tuple[str, float]:
    text, peaks, before = "", [], 0
    for c, p in zip(classes, sure, strict=True):
        if c and c != before:
            text += ALPHABET[c - 1]
            peaks.append(float(p))
        elif c and peaks:
            peaks[-1] = max(peaks[-1], float(p))
        before = c
    return text, min(peaks, default=0.0)


def folded(text: str) -> str:
    """Return a text with the look-alikes O and I written as digits."""
    return text.replace("O", "0").replace("I", "1")
