"""Drawn street pictures by condition, each with one plate: what the bench measures beside photographs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.backgrounds import add_distractor
from training.frames import paste
from training.motorcycles import draw_two_rows
from training.plates import Foundry, Mix, Plate, choose_serial, choose_style, draw_plate
from training.scenes import empty_streets
from training.sensor import Corners, exposed, plate_corners, to_grey

SEED = 992_000
SIZE = (960, 544)
_MIX = Mix(california=0.3, other_states=0.6, europe=0.05, brazil=0.05)


@dataclass(frozen=True)
class Condition:
    """How plates are seen: widths in pixels, strength 0..1 of the degradations, light, blur sigma, yaw in degrees."""

    widths_px: tuple[float, float] = (90, 190)
    strength: float = 0.45
    light: float = 1.0
    blur: float = 0.0
    yaw: float = 0.0
    rows: int = 1


CONDITIONS = {
    "day": Condition(),
    "night": Condition(strength=0.6, light=0.3),
    "blur": Condition(blur=0.016),
    "under 70 px": Condition(widths_px=(45, 70)),
    "yaw 30": Condition(yaw=30.0),
    "near": Condition(widths_px=(260, 640), strength=0.3),
    "two rows": Condition(widths_px=(70, 170), strength=0.3, rows=2),
}


@dataclass(frozen=True)
class StreetPicture:
    """A picture (544, 960, 3), BGR of equal channels, with one plate: corners in pixels, text, region."""

    picture: NDArray[np.uint8]
    corners: Corners
    text: str
    region: str


def street_pictures(condition: str, count: int, seed: int = SEED) -> Iterator[StreetPicture]:
    """Draw the pictures of one condition, the same every time."""
    seen = CONDITIONS[condition]
    rng = np.random.default_rng([seed, *condition.encode()])
    foundry, streets = Foundry(rng, 40), empty_streets(rng, 12)
    for _ in range(count):
        picture = cv2.resize(streets[rng.integers(len(streets))], SIZE, interpolation=cv2.INTER_AREA)
        picture = np.ascontiguousarray(picture[:, ::-1] if rng.random() < 0.5 else picture, np.uint8)
        for _ in range(int(rng.integers(0, 4))):
            add_distractor(rng, picture)
        plate = _drawn(rng, foundry) if seen.rows == 1 else draw_two_rows(rng, foundry.die(rng, _MIX))
        grey = to_grey(plate.picture, rng)
        across = float(rng.uniform(*seen.widths_px))
        corners = _placed(rng, across, across * grey.shape[0] / grey.shape[1], seen.yaw)
        _car(rng, picture, corners)
        paste(rng, picture, grey, corners)
        dark = (picture * seen.light).astype(np.uint8)
        if seen.blur:
            dark = cv2.GaussianBlur(dark, (0, 0), seen.blur * across).astype(np.uint8)
        final = exposed(rng, dark, across, seen.strength)
        yield StreetPicture(np.repeat(final[..., None], 3, axis=2), corners, plate.text, plate.region)


def _drawn(rng: np.random.Generator, foundry: Foundry) -> Plate:
    style = choose_style(rng, _MIX)
    serial = choose_serial(style, rng, _MIX)
    return draw_plate(rng, foundry.die(rng, _MIX, style), style, serial, height=96)


def _placed(rng: np.random.Generator, across: float, tall: float, yaw: float) -> Corners:
    corners = plate_corners(rng, across, tall)
    if yaw:
        turn = np.deg2rad(yaw) * (1 if rng.random() < 0.5 else -1)
        # A pinhole some five plate widths away.
        depth = 5 * across + corners[:, 0] * np.sin(turn)
        corners[:, 0] *= np.cos(turn)
        corners *= (5 * across / depth)[:, None]
    room = np.abs(corners).max(axis=0) + 12
    return (corners + rng.uniform(room, SIZE - room)).astype(np.float32)


def _car(rng: np.random.Generator, picture: NDArray[np.uint8], corners: Corners) -> None:
    low, high = corners.min(axis=0), corners.max(axis=0)
    x, y = ((low + high) / 2).astype(int)
    wide, tone = int((high[0] - low[0]) * rng.uniform(1.4, 2.6)), int(rng.integers(20, 225))
    cv2.rectangle(picture, (x - wide, y - wide), (x + wide, y + wide // 2), tone, -1)
    cv2.rectangle(picture, (x - wide, y - wide // 4), (x + wide, y - wide // 5), max(0, tone - 40), -1)
    for side in (-1, 1):
        lamp = (x + side * wide - 8, y - wide // 2), (x + side * wide + 8, y - wide // 4)
        cv2.rectangle(picture, *lamp, int(rng.integers(60, 220)), -1)
