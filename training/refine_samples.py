"""What the refiner learns from: plates in pictures of all kinds, cut out as an inexact finder would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training import patrol
from training.backgrounds import background
from training.frames import SIDE, base_pictures, mounted, paste, patrol_crop
from training.mounts import lit
from training.plates import Foundry, Mix, choose_serial, choose_style, draw_plate
from training.replanted import replant
from training.sensor import Corners, Grey, exposed, plate_corners, to_grey

HEIGHT, WIDTH = 64, 128
MARGIN = (0.25, 0.4)
"""What a crop shows around the plate as the finder saw it, parts of its width and height."""
_BOX_SHARE, _BOX_WEIGHT = 0.15, 0.3
_REPLANTED_SHARE = 0.4
NARROWEST_PX = 38.0
_VIEWS_A_PLATE = 3
INNER = np.array(
    [
        [MARGIN[0], MARGIN[1]],
        [1 + MARGIN[0], MARGIN[1]],
        [1 + MARGIN[0], 1 + MARGIN[1]],
        [MARGIN[0], 1 + MARGIN[1]],
    ],
    np.float32,
) / (1 + 2 * np.array(MARGIN, np.float32))
"""Where the finder's corners lie in a crop, parts of its width and height."""


@dataclass(frozen=True)
class Sample:
    """A crop (64, 128), grey, the shifts (8,) wanted for it, and how much it counts."""

    crop: Grey
    shifts: NDArray[np.float32]
    weight: float


def cut(picture: Grey, guess: Corners) -> tuple[Grey, NDArray[np.float64]]:
    """Cut a plate out by a guess of its corners, with `MARGIN` around it; also return the warp, pixels to pixels."""
    flat = INNER * (WIDTH, HEIGHT)
    warp = cv2.getPerspectiveTransform(guess.astype(np.float32), flat.astype(np.float32))
    crop = cv2.warpPerspective(picture, warp, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return crop.astype(np.uint8), np.asarray(warp)


def shifts_of(warp: NDArray[np.float64], corners: Corners) -> NDArray[np.float32]:
    """Return where corners lie in a crop, from where the guess has them, parts of its width and height; (8,)."""
    there = cv2.perspectiveTransform(corners[None].astype(np.float64), warp)[0] / (WIDTH, HEIGHT)
    return (there - INNER).reshape(8).astype(np.float32)


def guessed(rng: np.random.Generator, corners: Corners) -> Corners:
    """Shake corners as a finder errs: place, size, tilt, and each corner by itself."""
    rough = 1.0 if rng.random() < 0.6 else 0.35
    middle = corners.mean(axis=0)
    span = np.array([np.ptp(corners[:, 0]), np.ptp(corners[:, 1])])
    across, down = (corners[1] - corners[0] + corners[2] - corners[3]) / 2, (corners[3] - corners[0]) / 1.0
    size = np.exp(rng.normal(0, (0.10, 0.16), 2) * rough)
    if rng.random() < 0.2:  # the recess that the plate lies in, taken for the plate
        size = rng.uniform((1.05, 1.1), (1.9, 1.8))
    flat = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size
    if rng.random() < 0.2:
        shape = np.stack([flat[:, 0] * span[0], flat[:, 1] * span[1]], axis=1)  # an upright box
    else:
        shape = flat[:, :1] * across + flat[:, 1:] * down
    turn = np.deg2rad(rng.normal(0, 2.5) * rough)
    shape = shape @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    moved = middle + rng.normal(0, (0.035, 0.09), 2) * span * rough
    return (moved + shape + rng.normal(0, 0.012, (4, 2)) * span[0] * rough).astype(np.float32)


def samples(seed: int, quoted: bool = False, folder: Path = patrol.FOLDER) -> Iterator[Sample]:
    """Draw samples without end; only the patrol photographs of one half of the cars are used."""
    rng = np.random.default_rng(seed)
    foundry, mix = Foundry(rng, 60), Mix(europe=0.25, brazil=0.12)
    files = patrol.files_of_half(quoted, folder) if patrol.plates(folder) else set()
    marked = [p for p in patrol.plates(folder) if p.file in files]
    bases = base_pictures(rng, quoted, folder)
    while True:
        roll = rng.random()
        if marked and roll < _BOX_SHARE + _REPLANTED_SHARE:
            plate = marked[rng.integers(len(marked))]
            photograph = patrol.pictures(folder)[plate.file]
            if roll < _BOX_SHARE:
                yield _marked(rng, photograph, plate)
                continue
            boxes = [np.array(p.box) for p in marked if p.file == plate.file]
            yield from _replanted(rng, photograph, boxes, foundry=foundry, mix=mix)
            continue
        style = choose_style(rng, mix)
        drawn = draw_plate(
            rng, foundry.die(rng, mix, style), style, choose_serial(style, rng, mix), height=72
        )
        for _ in range(_VIEWS_A_PLATE):
            picture = next(bases) if rng.random() < 0.75 else background(rng, SIDE, SIDE)
            across = float(np.exp(rng.uniform(np.log(NARROWEST_PX), np.log(190))))
            grey = to_grey(drawn.picture, rng)
            corners = plate_corners(rng, across, across * grey.shape[0] / grey.shape[1])
            corners += np.float32(SIDE / 2)
            mounted(rng, picture, corners)
            paste(rng, picture, grey, corners)
            lit(rng, picture, corners)
            yield _seen(rng, picture, corners)


def _marked(rng: np.random.Generator, photograph: Grey, plate: patrol.PatrolPlate) -> Sample:
    x1, y1, x2, y2 = plate.box
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    crop, warp = cut(photograph, guessed(rng, corners))
    return Sample(crop, shifts_of(warp, corners), _BOX_WEIGHT)


def _replanted(
    rng: np.random.Generator,
    photograph: Grey,
    boxes: list[NDArray[np.float64]],
    *,
    foundry: Foundry,
    mix: Mix,
) -> Iterator[Sample]:
    picture, places, _ = patrol_crop(rng, photograph, boxes)
    for hung in replant(rng, picture, places, foundry, mix):
        inside = hung.corners.min() >= 0 and hung.corners.max() <= SIDE
        if inside and np.ptp(hung.corners[:, 0]) >= NARROWEST_PX:
            yield _seen(rng, picture, hung.corners)


def _seen(rng: np.random.Generator, picture: Grey, corners: Corners) -> Sample:
    """See a plate in a picture as a camera does, cut out by a guess of its corners."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = 0.5 * (high - low) + 6
    x0, y0 = np.maximum(0, low - room).astype(int)
    x1, y1 = np.minimum(SIDE, high + room).astype(int)
    across = float(np.hypot(*(corners[1] - corners[0])))
    near = exposed(rng, np.ascontiguousarray(picture[y0:y1, x0:x1]), across, 0.9 * rng.random())
    if rng.random() < 0.05:
        near = (255 - near).astype(np.uint8)
    corners = corners - np.array([x0, y0], np.float32)
    crop, warp = cut(near, guessed(rng, corners))
    return Sample(crop, shifts_of(warp, corners), 1.0)
