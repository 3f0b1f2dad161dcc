"""What a finder must not take for a plate: fences, grilles, wheels, lamps, signs, captions, clocks."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from training.lettering import write
from training.sensor import Grey

_SIGNS = (
    "SPEED LIMIT 35",
    "ONE WAY",
    "STOP",
    "NO PARKING",
    "EXIT 24",
    "TAXI",
    "POLICE",
    "SCHOOL BUS",
    "AMBULANCE",
    "FOR SALE",
    "OPEN 24H",
    "555-0142",
    "CALL 555 0199",
    "PIZZA",
    "MARKET ST",
    "US 101",
    "SR-22",
    "UNIT 4471",
    "FedParcel",
    "RENT ME",
    "DIESEL",
    "MAX 3.5T",
    "HYBRID",
    "4x4",
    "TURBO",
    "XLE",
    "GT500",
    "V6",
    "AWD",
    "COROLLA",
    "SILVERADO",
    "DUSTER",
    "LOGAN",
    "BABY ON BOARD",
)
_CAPTIONS = (
    "2024-05-17 14:22:07",
    "CAM 03",
    "12:45:10",
    "REC",
    "05/11/2023 08:31",
    "N 34.0522 W 118.2437",
    "52 KM/H",
    "FRONT",
    "1080P 30FPS",
    "rendered scene",
    "DASHCAM PRO",
    "06:12:44 PM",
    "CH01 MAIN ST",
    "31 MPH",
    "LPR-7 EAST",
)


def background(rng: np.random.Generator, height: int, width: int) -> Grey:
    """Draw a street-like mess without any plate, grey."""
    picture = _texture(rng, height, width) if rng.random() < 0.5 else _patches(rng, height, width)
    for _ in range(int(rng.integers(2, 9))):
        x, y, w, h = _spot(rng, picture, 0.5)
        cv2.rectangle(
            picture,
            (x, y),
            (x + w, y + h),
            int(rng.integers(0, 255)),
            -1 if rng.random() < 0.7 else int(rng.integers(1, 6)),
        )
    for _ in range(int(rng.integers(0, 5))):
        add_distractor(rng, picture)
    return picture


def _patches(rng: np.random.Generator, height: int, width: int) -> Grey:
    cells = rng.uniform(10, 230, (int(rng.integers(2, 7)), int(rng.integers(2, 7)))).astype(np.float32)
    smooth = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST]))
    picture = cv2.resize(cells, (width, height), interpolation=smooth)
    grain = cv2.resize(rng.standard_normal((height // 3, width // 3), np.float32), (width, height))
    return np.clip(picture + grain * rng.uniform(0, 12), 0, 255).astype(np.uint8)


def _texture(rng: np.random.Generator, height: int, width: int) -> Grey:
    # Noise in octaves has the statistics of foliage, stone and clouds.
    light, swing = np.full((height, width), rng.uniform(40, 200), np.float32), rng.uniform(15, 60)
    fall = rng.uniform(0.45, 0.85)
    for size in (3, 6, 12, 24, 48, 96):
        across = max(2, round(size * rng.uniform(0.5, 1.5)))
        light += cv2.resize(rng.standard_normal((size, across), np.float32), (width, height)) * swing
        swing *= fall
    return np.clip(light, 0, 255).astype(np.uint8)


def add_distractor(rng: np.random.Generator, picture: Grey) -> None:
    """Draw one thing that looks a little like a plate into a picture, in place."""
    _DISTRACTORS[int(rng.integers(len(_DISTRACTORS)))](rng, picture)


def _spot(rng: np.random.Generator, picture: Grey, largest: float) -> tuple[int, int, int, int]:
    height, width = picture.shape
    w, h = int(rng.uniform(0.05, largest) * width), int(rng.uniform(0.03, largest) * height)
    return int(rng.uniform(-0.1, 1) * width), int(rng.uniform(-0.1, 1) * height), max(6, w), max(5, h)


def _tones(rng: np.random.Generator) -> tuple[int, int]:
    dark, light = int(rng.integers(0, 110)), int(rng.integers(120, 255))
    return (dark, light) if rng.random() < 0.5 else (light, dark)


def _fence(rng: np.random.Generator, picture: Grey) -> None:
    x, y, w, h = _spot(rng, picture, 0.9)
    step, thick = int(rng.integers(4, 18)), int(rng.integers(1, 5))
    tone = int(rng.integers(0, 255))
    for i in range(x, x + w, step):
        cv2.line(picture, (i, y), (i, y + h), tone, thick)
    for j in (y, y + h):
        cv2.line(picture, (x, j), (x + w, j), tone, thick + 1)


def _grille(rng: np.random.Generator, picture: Grey) -> None:
    x, y, w, h = _spot(rng, picture, 0.45)
    dark, light = _tones(rng)
    cv2.rectangle(picture, (x, y), (x + w, y + h // 2), dark, -1)
    upright = rng.random() < 0.4
    for i in range(0, w if upright else h // 2, int(rng.integers(3, 11))):
        ends = ((x + i, y), (x + i, y + h // 2)) if upright else ((x, y + i), (x + w, y + i))
        cv2.line(picture, *ends, light, int(rng.integers(1, 3)))


def _wheel(rng: np.random.Generator, picture: Grey) -> None:
    height, width = picture.shape
    centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
    reach, flat = int(rng.integers(8, 70)), rng.uniform(0.45, 1)
    tyre, rim = int(rng.integers(5, 50)), int(rng.integers(90, 230))
    cv2.ellipse(picture, centre, (int(reach * flat), reach), 0, 0, 360, tyre, -1, cv2.LINE_AA)
    cv2.ellipse(
        picture, centre, (int(reach * flat * 0.65), int(reach * 0.65)), 0, 0, 360, rim, -1, cv2.LINE_AA
    )
    for turn in np.linspace(0, 2 * np.pi, int(rng.integers(4, 13)))[:-1] + rng.uniform(0, 1):
        end = (
            int(centre[0] + reach * flat * 0.6 * np.cos(turn)),
            int(centre[1] + reach * 0.6 * np.sin(turn)),
        )
        cv2.line(picture, centre, end, tyre, max(1, reach // 9))


def _lamp(rng: np.random.Generator, picture: Grey) -> None:
    x, y, w, h = _spot(rng, picture, 0.22)
    dark, light = _tones(rng)
    cv2.rectangle(picture, (x, y), (x + w, y + h), dark, -1)
    cv2.rectangle(picture, (x + w // 8, y + h // 6), (x + w // 2, y + h - h // 6), light, -1)
    if rng.random() < 0.5:
        cv2.rectangle(
            picture, (x + w // 2 + 2, y + h // 6), (x + w - w // 8, y + h - h // 6), (dark + light) // 2, -1
        )


def _empty_plate(rng: np.random.Generator, picture: Grey) -> None:
    x, y, w, h = _spot(rng, picture, 0.3)
    dark, light = _tones(rng)
    h = int(w / rng.uniform(1.6, 5))
    cv2.rectangle(picture, (x, y), (x + w, y + h), dark, -1)
    cv2.rectangle(picture, (x, y), (x + w, y + h), light, int(rng.integers(1, 4)))


def _sign(rng: np.random.Generator, picture: Grey) -> None:
    x, y, w, h = _spot(rng, picture, 0.4)
    dark, light = _tones(rng)
    if rng.random() < 0.6:
        cv2.rectangle(picture, (x, y), (x + w, y + h), dark, -1)
    _lines(rng, picture, _SIGNS, light, (x, y, w, h))


def _caption(rng: np.random.Generator, picture: Grey) -> None:
    height, width = picture.shape
    h = int(rng.integers(8, 22))
    y = int(rng.choice([h, height - 2 * h, rng.integers(0, height)]))
    _lines(
        rng,
        picture,
        _CAPTIONS,
        int(rng.choice([255, 230, 10])),
        (int(rng.integers(0, width)) - 40, y, width, h),
    )


def _lines(
    rng: np.random.Generator,
    picture: Grey,
    texts: tuple[str, ...],
    tone: int,
    spot: tuple[int, int, int, int],
) -> None:
    x, y, w, h = spot
    rows = int(rng.integers(1, 3)) if h > 24 else 1
    colour = np.stack([picture] * 1, axis=2)
    for row in range(rows):
        kind = str(rng.choice(["sans", "serif", "narrow", "mono", "script"]))
        centre_y = y + h * (row + 0.5) / rows
        write(
            colour,
            str(rng.choice(texts)),
            kind,
            np.full(1, float(tone), np.float32),
            (x + w / 2, centre_y, w * 0.92, h / rows * 0.7),
        )
    picture[:] = colour[..., 0]


def _windows(rng: np.random.Generator, picture: Grey) -> None:
    x, y, w, h = _spot(rng, picture, 0.7)
    dark, light = _tones(rng)
    step_x, step_y = int(rng.integers(8, 40)), int(rng.integers(8, 30))
    cv2.rectangle(picture, (x, y), (x + w, y + h), light, -1)
    for i in range(x + 3, x + w - step_x, step_x):
        for j in range(y + 3, y + h - step_y, step_y):
            cv2.rectangle(picture, (i, j), (i + step_x * 2 // 3, j + step_y // 2), dark, -1)


_DISTRACTORS: tuple[Callable[[np.random.Generator, Grey], None], ...] = (
    _fence,
    _grille,
    _wheel,
    _lamp,
    _empty_plate,
    _sign,
    _sign,
    _caption,
    _caption,
    _windows,
)
