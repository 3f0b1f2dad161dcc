"""What stands between or beside the characters of a serial: dashes, dots, emblems, small stacked letters."""

from __future__ import annotations

import cv2
import numpy as np

from training.dies import Die, Mask


def mark(rng: np.random.Generator, mark: str) -> Mask:
    """Return a dash or a dot between groups, 96 px high."""
    mask = np.zeros((96, int(rng.integers(16, 40))), np.uint8)
    if mark == "-":
        thick = int(rng.integers(4, 9))
        cv2.rectangle(mask, (1, 48 - thick), (mask.shape[1] - 2, 48 + thick), 255, -1)
    else:
        cv2.circle(mask, (mask.shape[1] // 2, int(rng.choice([48, 85]))), int(rng.integers(5, 9)), 255, -1)
    return mask


def stacked(die: Die, letters: str) -> Mask:
    """Return two small letters one above the other, 96 px high."""
    rows = [cv2.resize(die.masks[c], (26, 42), interpolation=cv2.INTER_AREA) for c in letters[:2]]
    gap = np.zeros((12, 26), np.uint8)
    return (
        np.concatenate([rows[0], gap, rows[-1]])
        if len(rows) > 1
        else np.concatenate([rows[0], gap, gap * 0, rows[0] * 0])
    )


def emblem(rng: np.random.Generator) -> Mask:
    """Return some solid or outlined shape between groups: star, map, wheelchair, oval or fruit, 96 px high."""
    size = int(rng.integers(28, 64))
    mask = np.zeros((96, size), np.uint8)
    middle, reach = (size / 2, 48.0), size * 0.46
    sort = rng.integers(0, 6)
    if sort == 0:
        turns = np.linspace(-np.pi / 2, 1.5 * np.pi, 11)[:10]
        radii = np.where(np.arange(10) % 2, reach * 0.42, reach)
        points = np.stack([middle[0] + radii * np.cos(turns), middle[1] + radii * np.sin(turns)], 1)
        cv2.fillPoly(mask, [points.astype(np.int32)], 255, cv2.LINE_AA)
    elif sort in (1, 2):
        turns = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(4, 11))))
        radii = rng.uniform(0.4, 1.0, len(turns)) * reach * (1, 1.4)[int(sort) - 1]
        points = np.stack([middle[0] + radii * np.cos(turns), middle[1] + radii * np.sin(turns)], 1)
        cv2.fillPoly(mask, [points.astype(np.int32)], 255, cv2.LINE_AA)
    elif sort == 3:
        cv2.circle(mask, (size // 2, 56), int(reach * 0.7), 255, 6)
        cv2.circle(mask, (size // 2, 22), 7, 255, -1)
        cv2.line(mask, (size // 2, 28), (size // 2 + 6, 56), 255, 7)
        cv2.line(mask, (size // 2 + 6, 56), (size - 6, 76), 255, 7)
    elif sort == 4:
        cv2.ellipse(
            mask, (size // 2, 48), (int(reach), int(reach * 1.3)), 0, 0, 360, 255, int(rng.choice([-1, 5]))
        )
    else:
        cv2.circle(mask, (size // 2 - size // 6, 40), max(4, size // 5), 255, -1)
        cv2.circle(mask, (size // 2 + size // 6, 56), max(4, size // 4), 255, -1)
    return (mask * rng.uniform(0.3, 1.0)).astype(np.uint8)
