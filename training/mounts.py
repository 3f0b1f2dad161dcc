"""What a plate is mounted in: the recess of a boot lid or bumper, a holder's strip, the lamps that light it.

A recess is an oblong around the plate, of another tone and with an edge of its own: what a finder takes for the plate
when it errs, and what made nearly half of the misreadings of real photographs.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.lettering import write
from training.sensor import Corners, Grey

_ABOVE, _BESIDE = 1.3, 0.7
"""How much of the car is drawn around the plate: parts of its height above and below, of its width at each side."""
_STRIPS = ("AUTO HAUS", "www.autos.example", "MOTORS", "Smith & Sons", "VALLEY FORD", "SERVICE 555 0142")


def recess(rng: np.random.Generator, picture: Grey, corners: Corners) -> None:
    """Draw the car's sheet metal around the place where a plate will be, in the plate's own perspective, in place.

    Args:
        rng: decides everything.
        picture: grey.
        corners: of the plate, clockwise from its top left, pixels.
    """
    across, tall = _size(corners)
    metal, (left, top) = _metal(rng, across, tall)
    flat = np.array(
        [[left, top], [left + across, top], [left + across, top + tall], [left, top + tall]], np.float32
    )
    warp = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    size = (picture.shape[1], picture.shape[0])
    # The car's skin is as likely darker or brighter than the place that it lies in; only part of it is drawn over.
    share = np.zeros(metal.shape, np.uint8)
    inset = (rng.uniform(0, 0.3, 2) * metal.shape).astype(int)
    share[inset[0] : metal.shape[0] - inset[0], inset[1] : metal.shape[1] - inset[1]] = 255
    seen = cv2.warpPerspective(share, warp, size) > 127
    picture[seen] = cv2.warpPerspective(metal, warp, size)[seen]


def _size(corners: Corners) -> tuple[int, int]:
    across = float(np.hypot(*(corners[1] - corners[0])))
    tall = float(np.hypot(*(corners[3] - corners[0])))
    return max(12, round(across)), max(5, round(tall))


def _metal(rng: np.random.Generator, across: int, tall: int) -> tuple[Grey, tuple[int, int]]:
    left, top = round(across * _BESIDE), round(tall * _ABOVE)
    height, width = tall + 2 * top, across + 2 * left
    skin = float(rng.uniform(10, 235))
    metal = _ramp(rng, height, width, skin)
    # One recess, or one within another; each a little askew, as it is narrower below than above.
    reach = rng.uniform(0.05, 0.55), rng.uniform(0.06, 1.1), rng.uniform(0.06, 0.9)
    for _ in range(1 if rng.random() < 0.7 else 2):
        x = np.array([left - reach[0] * across, left + across + reach[0] * across * rng.uniform(0.7, 1.3)])
        y = np.array([top - reach[1] * tall, top + tall + reach[2] * tall])
        _hollow(rng, metal, x, y, float(np.clip(skin + rng.normal(0, 45), 5, 245)), across)
        reach = reach[0] * 0.4, reach[1] * 0.4, reach[2] * 0.4
    if rng.random() < 0.3:
        _strip(rng, metal, left, top + tall, across, tall)
    return metal, (left, top)


def _ramp(rng: np.random.Generator, height: int, width: int, tone: float) -> Grey:
    slope = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * rng.normal(0, 25)
    slope = slope + np.linspace(-1, 1, width, dtype=np.float32)[None] * rng.normal(0, 10)
    return np.clip(tone + slope, 0, 255).astype(np.uint8)


def _hollow(
    rng: np.random.Generator,
    metal: Grey,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    tone: float,
    across: int,
) -> None:
    askew = rng.uniform(-0.02, 0.08) * across
    outline = np.array([[x[0], y[0]], [x[1], y[0]], [x[1] - askew, y[1]], [x[0] + askew, y[1]]], np.int32)
    inside = np.zeros(metal.shape, np.uint8)
    cv2.fillPoly(inside, [outline], 255)
    rounding = max(1, round(across * rng.uniform(0.01, 0.08)))
    if rng.random() < 0.6:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rounding + 1, 2 * rounding + 1))
        inside = cv2.morphologyEx(inside, cv2.MORPH_OPEN, kernel).astype(np.uint8)
    floor = _ramp(rng, *metal.shape, tone)
    if rng.random() < 0.5:  # the upper edge throws its shadow, or a lamp behind it its light
        depth = np.clip(
            (np.arange(metal.shape[0]) - y[0]) / max(1.0, (y[1] - y[0]) * rng.uniform(0.2, 0.7)), 0, 1
        )
        light = 1 + (1 - depth) * rng.uniform(-0.7, 0.9)
        floor = np.clip(floor * light[:, None], 0, 255).astype(np.uint8)
    metal[inside > 127] = floor[inside > 127]
    for _ in range(int(rng.integers(0, 3))):  # its edges catch the light
        edges, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        offset = (int(rng.integers(-2, 3)), int(rng.integers(-2, 3)))
        thick = max(1, round(across * rng.uniform(0.005, 0.03)))
        cv2.drawContours(metal, edges, -1, int(rng.integers(0, 256)), thick, cv2.LINE_AA, offset=offset)


def _strip(rng: np.random.Generator, metal: Grey, left: int, below: int, across: int, tall: int) -> None:
    # A holder of plastic: a thin rim around the plate and a strip with the dealer's name under it.
    rim, strip = max(1, round(tall * rng.uniform(0.02, 0.09))), round(tall * rng.uniform(0.08, 0.3))
    tone = int(rng.choice([15, 30, 60, 170, 215]))
    start, end = (left - rim, below - tall - rim), (left + across + rim, below + strip)
    cv2.rectangle(metal, start, end, tone, -1)
    if strip > 4:
        colour = np.stack([metal[below - rim : below + strip + 1]] * 3, axis=-1)
        ink = np.full(3, 230.0 if tone < 120 else 25.0, np.float32)
        box = (left + across / 2, colour.shape[0] / 2, across * rng.uniform(0.4, 0.9), strip * 0.7)
        write(colour, str(rng.choice(_STRIPS)), "sans", ink, box)
        metal[below - rim : below + strip + 1] = colour[..., 0]


def lit(rng: np.random.Generator, picture: Grey, corners: Corners, share: float = 0.12) -> None:
    """Light some plates by the lamps above them, as by night: bright spots that reach into them, in place.

    Args:
        rng: decides everything.
        picture: grey, the plate already in it.
        corners: of the plate, clockwise from its top left, pixels.
        share: of plates that are lit.
    """
    if rng.random() >= share:
        return
    across, tall = _size(corners)
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    light = np.zeros(picture.shape, np.float32)
    places = (0.28, 0.72) if rng.random() < 0.6 else (float(rng.uniform(0.2, 0.8)),)
    row = rng.uniform(-0.35, 0.12)
    reach = (max(1, round(across * rng.uniform(0.02, 0.07))), max(1, round(tall * rng.uniform(0.04, 0.14))))
    for place in places:
        x, y = corners[0] + along * (place + rng.normal(0, 0.03)) + down * (row + rng.normal(0, 0.02))
        cv2.ellipse(light, (int(x), int(y)), reach, 0, 0, 360, 255, -1, cv2.LINE_AA)
    spill = cv2.GaussianBlur(light, (0, 0), max(1.0, tall * rng.uniform(0.1, 0.4))) * rng.uniform(0.6, 2.0)
    picture[:] = np.clip(picture + light * rng.uniform(0.5, 1.0) + spill, 0, 255).astype(np.uint8)
