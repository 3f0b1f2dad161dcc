"""What a camera does to a plate: distance, angle, movement, light, noise, sharpening, compression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Corners = NDArray[np.float32]

NARROWEST_PX, WIDEST_PX = 42.0, 165.0


@dataclass(frozen=True)
class View:
    """A plate as a camera saw it: a grey picture, the plate's corners in it clockwise from its top left."""

    picture: Grey
    corners: Corners
    width_px: float


def to_grey(picture: NDArray[np.uint8], rng: np.random.Generator) -> Grey:
    """Turn BGR into grey; a third of the time with weights as infra-red or a tinted filter would give."""
    if rng.random() < 0.65:
        return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8)
    weights = rng.dirichlet(np.ones(3)).astype(np.float32)[None]
    return cv2.transform(picture, weights).astype(np.uint8)


Setting: TypeAlias = Callable[[np.random.Generator, Grey, Corners], None]
"""Draws something around or over a plate of these corners, in place."""


def view(
    rng: np.random.Generator,
    plate: Grey,
    strength: float = 1.0,
    width_px: float | None = None,
    *,
    behind: Setting | None = None,
    before: Setting | None = None,
) -> View:
    """See a flat grey plate through a camera.

    Args:
        rng: decides everything.
        plate: the flat plate, grey.
        strength: 0..1, scales every degradation; geometry stays.
        width_px: of the plate in the picture; log-uniform where not given.
        behind: draws what the plate is mounted in.
        before: draws what lies over it.

    Returns:
        A small picture around the plate, blurred and noisy as the strength asks.
    """
    height, width = plate.shape
    aspect = width / height
    low, high = NARROWEST_PX * (1.25 if aspect > 3 else 1.0), WIDEST_PX * (1.25 if aspect > 3 else 1.0)
    low = low * (1.6 - 0.6 * strength)
    across = width_px or float(np.exp(rng.uniform(np.log(low), np.log(high))))
    corners = plate_corners(rng, across, across / aspect)
    room = 0.22 * across + 5
    corners += room - corners.min(axis=0)
    size = np.ceil(corners.max(axis=0) + room).astype(int)
    surround = _surround(rng, size[0], size[1], int(plate.mean()))
    if behind:
        behind(rng, surround, corners)
    if width > 1.7 * across:
        shrunk = (max(8, round(across * 1.3)), max(8, round(across * 1.3 / aspect)))
        plate = cv2.resize(plate, shrunk, interpolation=cv2.INTER_AREA).astype(np.uint8)
    h, w = plate.shape
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners)
    cv2.warpPerspective(
        plate, warp, (int(size[0]), int(size[1])), dst=surround, borderMode=cv2.BORDER_TRANSPARENT
    )
    if before:
        before(rng, surround, corners)
    return View(exposed(rng, surround, across, strength), corners, across)


def plate_corners(rng: np.random.Generator, across: float, tall: float) -> Corners:
    """Draw where the four corners of a plate fall, around the origin: roll, yaw, shear and a little noise."""
    roll = np.deg2rad(np.clip(rng.normal(0, 4.5), -14, 14))
    turned = rng.random()  # mostly up to 44 degrees, some as far as 60
    yaw = rng.uniform(0.72, 1.0) if turned < 0.53 else rng.uniform(0.5, 0.72) if turned < 0.6 else 1.0
    shear, pitch = rng.normal(0, 0.06), rng.uniform(0.9, 1.05)
    half_w, half_h = across / 2, tall * pitch / 2 / max(yaw, 0.8)
    far = 1 - rng.uniform(0, 0.12) * (1 - yaw) / 0.28
    left, right = (1.0, far) if rng.random() < 0.5 else (far, 1.0)
    box = np.array(
        [
            [-half_w, -half_h * left],
            [half_w, -half_h * right],
            [half_w, half_h * right],
            [-half_w, half_h * left],
        ]
    )
    box[:, 1] += box[:, 0] * shear
    box[:, 0] += box[:, 1] * rng.normal(0, 0.06)
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    return (box @ turn.T + rng.normal(0, 0.006 * across, (4, 2))).astype(np.float32)


def _surround(rng: np.random.Generator, width: int, height: int, like: int) -> Grey:
    cells = rng.normal(
        rng.uniform(20, 220), rng.uniform(3, 40), (int(rng.integers(2, 6)), int(rng.integers(2, 7)))
    )
    if rng.random() < 0.15:
        cells = rng.normal(like, 15, cells.shape)
    picture = cv2.resize(
        np.clip(cells, 0, 255).astype(np.uint8), (width, height), interpolation=int(rng.integers(0, 3))
    )
    for _ in range(int(rng.integers(0, 3))):
        ends = rng.integers(-5, max(width, height), 4)
        cv2.line(
            picture,
            (int(ends[0]), int(ends[1])),
            (int(ends[2]), int(ends[3])),
            int(rng.integers(0, 255)),
            int(rng.integers(1, 7)),
        )
    if rng.random() < 0.08:
        _lamps(rng, picture)
    return picture.astype(np.uint8)


def _lamps(rng: np.random.Generator, picture: NDArray[np.uint8]) -> None:
    # The lamps over a plate at night, brighter than all else.
    height, width = picture.shape
    y = int(height * rng.uniform(0.02, 0.22))
    for x in rng.uniform(0.15, 0.85, int(rng.integers(1, 3))):
        reach = (max(2, int(width * rng.uniform(0.02, 0.08))), max(2, int(height * rng.uniform(0.02, 0.08))))
        cv2.ellipse(picture, (int(x * width), y), reach, 0, 0, 360, 255, -1, cv2.LINE_AA)


def exposed(rng: np.random.Generator, picture: Grey, across: float, strength: float) -> Grey:
    """Light, blur, noise and compress a grey picture; `across` is the plate's width in it, pixels."""
    light = picture.astype(np.float32)
    if rng.random() < 0.22 * strength:
        light *= _shadow(rng, light.shape)
    if rng.random() < 0.35 * strength:
        light = _dirt(rng, light)
    if rng.random() < 0.08 * strength:
        light += _glare(rng, light.shape)
    if rng.random() < 0.15 * strength:
        light = _bloom(rng, light)
    light = _lens(rng, light, across, strength)
    light = _levels(rng, light, strength)
    light += rng.standard_normal(light.shape, np.float32) * _noise(rng, float(light.mean())) * strength
    if rng.random() < 0.35 * strength:
        soft = cv2.GaussianBlur(light, (0, 0), 1.0)
        light += (light - soft) * rng.uniform(0.4, 2.2)
    seen = np.clip(light, 0, 255).astype(np.uint8)
    roll = rng.random()
    if roll < 0.8 * strength:
        quality = rng.integers(18, 95) if roll < 0.7 * strength else rng.integers(8, 22)
        _, data = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
        seen = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.uint8)
    return seen


def _lens(
    rng: np.random.Generator, light: NDArray[np.float32], across: float, strength: float
) -> NDArray[np.float32]:
    sigma = rng.uniform(0.2, 1.35) * (0.4 + 0.6 * strength)
    if sigma > 0.3:
        light = cv2.GaussianBlur(light, (0, 0), sigma)
    if rng.random() < 0.22 * strength:
        length = rng.uniform(1.5, max(1.6, 0.032 * across))
        size = int(np.ceil(length)) | 1
        kernel = np.zeros((size + 2, size + 2), np.float32)
        turn = rng.normal(0, 0.35) if rng.random() < 0.7 else rng.uniform(0, np.pi)
        step = np.array([np.cos(turn), np.sin(turn)]) * length / 2
        middle = (size + 2) / 2 - 0.5
        ends = [tuple(int(v * 16) for v in middle + s * step) for s in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
        light = cv2.filter2D(
            light, -1, kernel / max(float(kernel.sum()), 1e-6), borderType=cv2.BORDER_REPLICATE
        )
    return light.astype(np.float32)


def _levels(rng: np.random.Generator, light: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    mean = float(light.mean())
    contrast = 1 + (rng.uniform(0.35, 1.25) - 1) * strength
    gain = np.exp(rng.normal(0, 0.25) * strength)
    roll = rng.random()
    if roll < 0.16 * strength:
        gain *= rng.uniform(0.15, 0.5)
    elif roll < 0.21 * strength:
        gain *= rng.uniform(1.15, 1.5)
    # Haze and over-exposure together would leave nothing to read.
    gain = min(gain, 1 + 0.45 * contrast)
    gamma = np.exp(rng.normal(0, 0.3) * strength)
    # A table of 256 greys is many times faster than a power for every pixel.
    greys = (np.arange(256, dtype=np.float32) - mean) * contrast + mean
    table = (255 * np.power(np.clip(greys * gain / 255, 0, 1), gamma)).astype(np.float32)
    return cv2.LUT(np.clip(light, 0, 255).astype(np.uint8), table).astype(np.float32)


def _shadow(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    height, width = shape
    turn = rng.uniform(0, 2 * np.pi)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    far = (xs - rng.uniform(0.2, 0.8) * width) * np.cos(turn) + (
        ys - rng.uniform(0.2, 0.8) * height
    ) * np.sin(turn)
    edge = np.clip(far / rng.uniform(0.5, 8) + 0.5, 0, 1)
    return (1 - edge * rng.uniform(0.2, 0.65)).astype(np.float32)


def _dirt(rng: np.random.Generator, light: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = light.shape
    cells = rng.random((int(rng.integers(3, 16)), int(rng.integers(5, 30))), dtype=np.float32)
    cover = cv2.resize(np.clip((cells - rng.uniform(0.55, 0.9)) * 4, 0, 1), (width, height)) * rng.uniform(
        0.1, 0.7
    )
    return (light + (rng.uniform(20, 200) - light) * cover).astype(np.float32)


def _glare(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    height, width = shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = rng.uniform(0.05, 0.3) * width
    far = ((xs - rng.uniform(0, width)) ** 2 + (ys - rng.uniform(0, height)) ** 2) / reach**2
    return (np.exp(-far) * rng.uniform(60, 220)).astype(np.float32)


def _noise(rng: np.random.Generator, mean: float) -> float:
    # A dark picture keeps its signal: noise beyond it would only teach the reader to guess.
    return float(np.exp(rng.uniform(np.log(0.5), np.log(14)))) * min(1.0, 0.25 + mean / 110)


def _bloom(rng: np.random.Generator, light: NDArray[np.float32]) -> NDArray[np.float32]:
    # Lamps and wet lenses at night: bright parts spill over their surroundings.
    spill = cv2.GaussianBlur(light, (0, 0), float(rng.uniform(3, 9)))
    return (light * rng.uniform(0.5, 0.9) + spill * rng.uniform(0.3, 0.8)).astype(np.float32)
