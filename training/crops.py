"""What the reader learns from: crops of 48 x 128 grey pixels and what is written on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.dies import ALPHABET
from training.mounts import lit, recess
from training.plates import Foundry, Mix, choose_serial, choose_style, draw_plate
from training.sensor import Corners, Grey, View, to_grey, view
from training.styles import REGIONS

CROP_HEIGHT, CROP_WIDTH = 48, 128
LONGEST = 9
_VIEWS_A_PLATE = 3
_PLATE_HEIGHT_PX = {"us": 72, "eu": 56, "br": 64}


@dataclass(frozen=True)
class Crop:
    """One crop: grey picture (48, 128), text (A-Z0-9), region, plate width in the camera's pixels."""

    picture: Grey
    text: str
    region: str
    width_px: float


def crops(seed: int, strength: float = 1.0, mix: Mix | None = None) -> Iterator[Crop]:
    """Draw crops without end; each plate is seen a few times, each time differently."""
    rng = np.random.default_rng(seed)
    mix = mix or Mix()
    foundry = Foundry(rng)
    while True:
        style = choose_style(rng, mix)
        serial = choose_serial(style, rng, mix)
        tall = _PLATE_HEIGHT_PX[style.kind]
        plate = draw_plate(rng, foundry.die(rng, mix, style), style, serial, height=tall)
        for _ in range(_VIEWS_A_PLATE):
            grey = to_grey(plate.picture, rng)
            if rng.random() < 0.04:
                grey = (255 - grey).astype(np.uint8)
            # Mostly mild: what no one can read teaches little, and street pictures are clearer than they are not.
            behind = recess if rng.random() < 0.5 else None
            seen = view(rng, grey, strength * float(rng.uniform(0.15, 1.0)), behind=behind, before=lit)
            yield Crop(cut_out(rng, seen), plate.text, plate.region, seen.width_px)


def cut_out(rng: np.random.Generator, seen: View) -> Grey:
    """Cut a plate from a view as a finder would hand it over: a loose box, or rectified by noisy corners."""
    if rng.random() < 0.5:
        noise = rng.normal(0, rng.uniform(0.012, 0.04), (4, 2)) * (seen.width_px, seen.width_px * 0.5)
        margin = float(np.clip(rng.normal(0.045, 0.03), -0.03, 0.15))
        if rng.random() < 0.12:  # the recess was taken for the plate
            margin = float(rng.uniform(0.1, 0.24))
        corners = grown(seen.corners + noise.astype(np.float32), margin)
        return rectified(seen.picture, corners)
    low, high = seen.corners.min(axis=0), seen.corners.max(axis=0)
    edges = np.clip(rng.normal(0.045, 0.06, 4), -0.06, 0.28)
    span = high - low
    x0, y0 = low - edges[:2] * span
    x1, y1 = high + edges[2:] * span
    return rectified(seen.picture, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32))


def grown(corners: Corners, by: float) -> Corners:
    """Move four corners outwards from their middle, by a share of their distance to it times two."""
    middle = corners.mean(axis=0)
    return ((corners - middle) * (1 + 2 * by) + middle).astype(np.float32)


def rectified(picture: Grey, corners: Corners) -> Grey:
    """Stretch what lies between four corners to 48 x 128."""
    flat = np.array([[0, 0], [CROP_WIDTH, 0], [CROP_WIDTH, CROP_HEIGHT], [0, CROP_HEIGHT]], np.float32)
    warp = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    size = (CROP_WIDTH, CROP_HEIGHT)
    return cv2.warpPerspective(
        picture, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)


def encoded(text: str) -> NDArray[np.int64]:
    """Return the classes of a text, 0 kept for the blank, padded with zeros to the longest text."""
    classes = np.zeros(LONGEST, np.int64)
    classes[: len(text)] = [ALPHABET.index(c) + 1 for c in text[:LONGEST]]
    return classes


def region_class(region: str) -> int:
    """Return a region's place in `styles.REGIONS`."""
    return REGIONS.index(region)
