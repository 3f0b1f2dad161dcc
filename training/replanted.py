"""Drawn plates where real ones were: in a photograph's own mount, light and sharpness, their corners exactly known.

What is drawn around a plate (`mounts`) is never quite like a car. Here the car is real: its plate is painted over, and
one of another make, often of another shape, hangs in its place. Only the half that may be learned from is used so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training import patrol
from training.plates import Foundry, Mix, choose_serial, choose_style, draw_plate
from training.sensor import Corners, Grey, plate_corners, to_grey

SMALLEST_PX = 16.0
"""A place narrower than this is painted over and left empty."""
_DARK, _BRIGHT = 4, 88
"""Percentiles of a plate's greys that are its ink and its ground, or the other way round."""
_INK_AND_GROUND = 20.0
"""No plate is matched with less contrast than this, or noise alone would be left of it."""
_MILLIMETRES = {"us": 305, "eu": 520, "br": 400}
SEED = 993_000
SETS = {
    "american": Mix(california=0.35, other_states=0.65, europe=0.0, brazil=0.0),
    "european": Mix(california=0.0, other_states=0.0, europe=1.0, brazil=0.0),
    "brazilian": Mix(california=0.0, other_states=0.0, europe=0.0, brazil=1.0),
}


@dataclass(frozen=True)
class Hung:
    """A drawn plate in a picture: its corners (4, 2), clockwise from its top left, pixels; its text and region."""

    corners: Corners
    text: str
    region: str


def replant(
    rng: np.random.Generator, picture: Grey, places: list[Corners], foundry: Foundry, mix: Mix
) -> list[Hung]:
    """Put drawn plates where real ones are, in place.

    Args:
        rng: decides everything.
        picture: grey.
        places: of the real plates, each (4, 2), clockwise from the top left, pixels; they may reach beyond the picture.
        foundry: cuts the typefaces.
        mix: how often which country's plates are drawn.

    Returns:
        The plates that hang there now.
    """
    light = [_light_of(picture, place) for place in places]
    for place in places:
        _paint_over(rng, picture, place)
    return [
        hung
        for place, lit in zip(places, light, strict=True)
        if lit and (hung := _hang(rng, picture, place, lit, foundry=foundry, mix=mix)) is not None
    ]


def _light_of(picture: Grey, place: Corners) -> tuple[float, float] | None:
    (x1, y1), (x2, y2) = _within(picture, place.min(axis=0), place.max(axis=0))
    inside = picture[y1:y2, x1:x2]
    if inside.size < 24:
        return None
    return float(np.percentile(inside, _DARK)), float(np.percentile(inside, _BRIGHT))


def _within(
    picture: Grey, low: NDArray[np.float32], high: NDArray[np.float32]
) -> tuple[tuple[int, int], tuple[int, int]]:
    height, width = picture.shape
    x1, x2 = (int(np.clip(x, 0, width)) for x in (low[0], high[0]))
    y1, y2 = (int(np.clip(y, 0, height)) for y in (low[1], high[1]))
    return (x1, y1), (x2, y2)


def _paint_over(rng: np.random.Generator, picture: Grey, place: Corners) -> None:
    low, high = place.min(axis=0), place.max(axis=0)
    grow = (high - low) * np.array([0.05, 0.16]) * rng.uniform(0.6, 1.6) + 1
    (x1, y1), (x2, y2) = _within(picture, low - grow, high + grow)
    room = 8
    (a, b), (c, d) = _within(picture, low - grow - room, high + grow + room)
    if x1 >= x2 or y1 >= y2:
        return
    gone = np.zeros((d - b, c - a), np.uint8)
    gone[y1 - b : y2 - b, x1 - a : x2 - a] = 255
    if gone.all():
        return
    picture[b:d, a:c] = cv2.inpaint(picture[b:d, a:c], gone, 3, cv2.INPAINT_TELEA)


def _hang(
    rng: np.random.Generator,
    picture: Grey,
    place: Corners,
    light: tuple[float, float],
    *,
    foundry: Foundry,
    mix: Mix,
) -> Hung | None:
    style = choose_style(rng, mix)
    serial = choose_serial(style, rng, mix)
    drawn = draw_plate(rng, foundry.die(rng, mix, style), style, serial, height=80)
    grey = to_grey(drawn.picture, rng)
    # The marked plates are European: another country's is as wide as it is beside them, or somewhat nearer.
    ratio = _MILLIMETRES[style.kind] / _MILLIMETRES["eu"]
    across = float(np.ptp(place[:, 0]) * rng.uniform(0.92 * ratio, max(1.05, 1.2 * ratio)))
    if across < SMALLEST_PX:
        return None
    corners = plate_corners(rng, across, across * grey.shape[0] / grey.shape[1])
    corners += place.mean(axis=0) + rng.normal(0, 0.04, 2).astype(np.float32) * across
    corners = corners.astype(np.float32)
    _lay(rng, picture, _matched(rng, grey, light), corners)
    return Hung(corners, drawn.text, drawn.region)


def _matched(rng: np.random.Generator, grey: Grey, light: tuple[float, float]) -> NDArray[np.float32]:
    """Give a plate the greys of the one that hung there, somewhat brighter or darker."""
    dark, bright = (float(np.percentile(grey, each)) for each in (_DARK, _BRIGHT))
    contrast = max(_INK_AND_GROUND, light[1] - light[0]) / max(_INK_AND_GROUND, bright - dark)
    lit = (grey.astype(np.float32) - dark) * contrast * rng.uniform(0.6, 1.1) + light[0]
    return np.clip(lit * rng.uniform(0.8, 1.15), 0, 255).astype(np.float32)


def _lay(rng: np.random.Generator, picture: Grey, plate: NDArray[np.float32], corners: Corners) -> None:
    """Lay a plate into the picture, its edges as soft as a lens makes them."""
    across = float(np.hypot(*(corners[1] - corners[0])))
    wide = max(8, round(across * 1.3))
    if plate.shape[1] > wide:
        size = (wide, max(4, round(wide * plate.shape[0] / plate.shape[1])))
        plate = cv2.resize(plate, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    high, wide = plate.shape
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners)
    size = (picture.shape[1], picture.shape[0])
    share = cv2.warpPerspective(np.ones_like(plate), warp, size)
    layer = cv2.warpPerspective(plate, warp, size)
    sigma = float(rng.uniform(0.4, 1.1))
    share, layer = (cv2.GaussianBlur(each, (0, 0), sigma) for each in (share, layer))
    picture[:] = np.clip(picture * (1 - share) + layer, 0, 255).astype(np.uint8)


def write_replanted(
    folder: Path, *, quoted: bool, mix: Mix, seed: int = SEED, photographs: Path = patrol.FOLDER
) -> int:
    """Write the photographs of one half with drawn plates in place of theirs, as `bench recognition` reads them.

    Args:
        folder: made where it is missing; `images` and `plates.csv` in it are written anew.
        quoted: which half; the one that nothing was learned from shows how well drawn plates are found on real cars.
        mix: how often which country's plates are drawn.
        seed: decides every plate.
        photographs: the folder of real ones.

    Returns:
        How many plates hang in them.
    """
    rng = np.random.default_rng(seed)
    foundry, marked = Foundry(rng, 60), patrol.plates(photographs)
    rows = [["file", "x1", "y1", "x2", "y2", "plate"]]
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for file in sorted(patrol.files_of_half(quoted, photographs)):
        picture = patrol.pictures(photographs)[file].copy()
        places = [_corners_of(plate) for plate in marked if plate.file == file]
        for hung in replant(rng, picture, places, foundry, mix):
            box = np.concatenate([hung.corners.min(axis=0), hung.corners.max(axis=0)])
            rows.append([file, *(f"{side:.1f}" for side in box), hung.text])
        cv2.imwrite(str(folder / "images" / file), picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    with (folder / "plates.csv").open("w", newline="") as table:
        csv.writer(table).writerows(rows)
    return len(rows) - 1


def _corners_of(plate: patrol.PatrolPlate) -> Corners:
    x1, y1, x2, y2 = plate.box
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
