"""Plates of two rows, as motorcycles bear: about as high as wide, half of the serial above the other half.

Nothing learns from them; they show how well such plates are found and read by their rows.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.dies import Die
from training.lettering import Picture, blend, colour, write
from training.plates import Plate
from training.serials import fill

PATTERNS = ("@@|####", "##@|####", "@@@|###", "#@#|####", "@@ ##|@@@", "@ ##|@@ #")
HEIGHT_PX = 150
_INK, _WORDING = "23326E", "962828"
_GAP_PX = 6


def draw_two_rows(rng: np.random.Generator, die: Die) -> Plate:
    """Draw one plate of two rows; half of them bear their state's name above."""
    pattern = str(rng.choice(PATTERNS))
    rows = [fill(row, rng) for row in pattern.split("|")]
    width = int(HEIGHT_PX * rng.uniform(0.95, 1.35))
    picture = np.full((HEIGHT_PX, width, 3), 245, np.uint8)
    cv2.rectangle(picture, (3, 3), (width - 4, HEIGHT_PX - 4), (30, 30, 30), 1)
    named = rng.random() < 0.5
    if named:
        high = HEIGHT_PX * 0.09
        write(picture, "CALIFORNIA", "sans", colour(_WORDING), (width / 2, high, width * 0.6, high))
    top = 0.16 if named else 0.06
    high = HEIGHT_PX * (0.94 - top) / 2
    for at, row in enumerate(rows):
        _draw_row(picture, die, row, y=round(HEIGHT_PX * top + high * at) + 4, high=round(high) - 10)
    return Plate(picture, "".join(rows).replace(" ", ""), "US-CA" if named else "other", "two rows")


def _draw_row(picture: Picture, die: Die, row: str, *, y: int, high: int) -> None:
    space = np.zeros((96, 30), np.uint8)
    masks = [die.masks.get(character, space) for character in row]
    widths = [mask.shape[1] * high / mask.shape[0] + _GAP_PX for mask in masks]
    shrink = min(1.0, (picture.shape[1] - 16) / sum(widths))
    x = (picture.shape[1] - sum(widths) * shrink) / 2
    for mask, wide in zip(masks, widths, strict=True):
        size = (max(2, round((wide - _GAP_PX) * shrink)), high)
        blend(picture, cv2.resize(mask, size, interpolation=cv2.INTER_AREA), colour(_INK), round(x), y)
        x += wide * shrink
