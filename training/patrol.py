"""The patrol photographs, where they lie beside the project: real pictures, split once by car.

A car belongs to the tune half or the quote half by a digest of its text; plates without a text are trained on
by the finder only. Nothing is ever tuned on the quote half.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from training.crops import rectified
from training.sensor import Corners, Grey

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "patrol-photos"


@dataclass(frozen=True)
class PatrolPlate:
    """One marked plate: file name, box x1, y1, x2, y2 in pixels, text (empty where nobody agreed)."""

    file: str
    box: tuple[float, float, float, float]
    text: str


def plates(folder: Path = FOLDER) -> list[PatrolPlate]:
    """Return every marked plate; an empty list where the photographs are absent."""
    table = folder / "plates.csv"
    if not table.exists():
        return []
    with table.open() as lines:
        rows = list(csv.DictReader(lines))
    return [
        PatrolPlate(r["file"], (float(r["x1"]), float(r["y1"]), float(r["x2"]), float(r["y2"])), r["plate"])
        for r in rows
    ]


def is_quoted(text: str) -> bool:
    """Tell whether a car's pictures belong to the half that figures are quoted from."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def files_of_half(quoted: bool, folder: Path = FOLDER) -> set[str]:
    """Return the photographs of one half: those with a quoted car are quoted, all others are for tuning."""
    marked = plates(folder)
    quoted_files = {p.file for p in marked if p.text and is_quoted(p.text)}
    return quoted_files if quoted else {p.file for p in marked} - quoted_files


@lru_cache(maxsize=1)
def _pictures(folder: Path) -> dict[str, Grey]:
    files = {p.file for p in plates(folder)}
    return {f: cv2.imread(str(folder / "images" / f), cv2.IMREAD_GRAYSCALE).astype(np.uint8) for f in files}


def pictures(folder: Path = FOLDER) -> dict[str, Grey]:
    """Return the photographs in grey, by file name."""
    return _pictures(folder)


def text_crops(quoted: bool, folder: Path = FOLDER) -> list[tuple[Grey, str]]:
    """Return crops (48, 128) of the plates with a text of one half, cut by their marked boxes."""
    chosen = [p for p in plates(folder) if p.text and is_quoted(p.text) == quoted]
    return [(rectified(pictures(folder)[p.file], _corners(p)), p.text) for p in chosen]


def _corners(plate: PatrolPlate) -> Corners:
    x1, y1, x2, y2 = plate.box
    dx, dy = 0.04 * (x2 - x1), 0.04 * (y2 - y1)
    return np.array(
        [[x1 - dx, y1 - dy], [x2 + dx, y1 - dy], [x2 + dx, y2 + dy], [x1 - dx, y2 + dy]], np.float32
    )
