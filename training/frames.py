"""What the finder learns from: pictures with plates pasted in perspective, and where their corners fell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training import patrol
from training.backgrounds import add_distractor, background
from training.finder_targets import Target, targets
from training.mounts import lit, recess
from training.plates import Foundry, Mix, choose_serial, choose_style, draw_plate
from training.replanted import replant
from training.scenes import empty_streets
from training.sensor import Corners, Grey, exposed, plate_corners, to_grey

SIDE = 256
NARROWEST_PX, WIDEST_PX = 22.0, 210.0
_PLATE_HEIGHT_PX = {"us": 80, "eu": 52, "br": 64}


@dataclass(frozen=True)
class Frame:
    """A training picture (SIDE, SIDE), grey, and its targets."""

    picture: Grey
    target: Target


def frames(seed: int, quoted: bool = False, folder: Path = patrol.FOLDER) -> Iterator[Frame]:
    """Draw frames without end; only the patrol photographs of one half of the cars are used."""
    rng = np.random.default_rng(seed)
    foundry, mix = Foundry(rng, 60), Mix(europe=0.2, brazil=0.15)
    photographs = patrol.pictures(folder) if patrol.plates(folder) else {}
    photographs = {f: p for f, p in photographs.items() if f in patrol.files_of_half(quoted, folder)}
    marked = {f: [p for p in patrol.plates(folder) if p.file == f] for f in photographs}
    names, streets = sorted(photographs), empty_streets(rng, 24)
    for street in streets:
        for _ in range(int(rng.integers(0, 12))):
            add_distractor(rng, street)
    while True:
        roll = rng.random()
        if names and roll < 0.45:
            name = names[rng.integers(len(names))]
            picture, plates, sure = patrol_crop(
                rng, photographs[name], [np.array(p.box) for p in marked[name]]
            )
            if roll >= 0.2:
                plates, sure = [h.corners for h in replant(rng, picture, plates, foundry, mix)], True
        else:
            base = None
            if names and roll < 0.72:
                name = names[rng.integers(len(names))]
                base = _without_plates(rng, photographs[name], [np.array(p.box) for p in marked[name]])
            elif roll < 0.84:
                street = streets[rng.integers(len(streets))]
                base = _window(
                    rng, street, [], rng.uniform((0, 200), street.shape[::-1]), rng.uniform(0.35, 1.0)
                )[0]
            picture = base if base is not None else background(rng, SIDE, SIDE)
            plates, sure = _pasted(rng, picture, foundry, mix), True
        picture = exposed(rng, picture, 90.0, 0.75 * rng.random())
        if rng.random() < 0.06:
            picture = (255 - picture).astype(np.uint8)
        yield Frame(picture, targets(plates, sure, SIDE))


def base_pictures(
    rng: np.random.Generator, quoted: bool = False, folder: Path = patrol.FOLDER
) -> Iterator[Grey]:
    """Cut pictures (SIDE, SIDE) without plates out of photographs and drawn streets, without end."""
    photographs = patrol.pictures(folder) if patrol.plates(folder) else {}
    photographs = {f: p for f, p in photographs.items() if f in patrol.files_of_half(quoted, folder)}
    boxes = {f: [np.array(p.box) for p in patrol.plates(folder) if p.file == f] for f in photographs}
    names, streets = sorted(photographs), empty_streets(rng, 12)
    while True:
        picture = None
        if names and rng.random() < 0.75:
            name = names[rng.integers(len(names))]
            picture = _without_plates(rng, photographs[name], boxes[name])
        if picture is None:
            street = streets[rng.integers(len(streets))]
            middle = rng.uniform((0, 200), street.shape[::-1])
            picture = _window(rng, street, [], middle, rng.uniform(0.35, 1.0))[0]
        yield picture


def patrol_crop(
    rng: np.random.Generator, photograph: Grey, boxes: list[NDArray[np.float64]]
) -> tuple[Grey, list[Corners], bool]:
    """Cut a picture (SIDE, SIDE) with one of its plates out of a photograph, and say where its plates are.

    Args:
        rng: decides what, how near and where in the picture.
        photograph: grey.
        boxes: the marked plates, each x1, y1, x2, y2, pixels; at least one.

    Returns:
        The picture, the corners of all plates, each (4, 2), and whether they are exact: boxes are not.
    """
    chosen = boxes[rng.integers(len(boxes))]
    across = chosen[2] - chosen[0]
    wanted = float(np.exp(rng.uniform(np.log(24), np.log(210))))
    scale = float(np.clip(wanted / across, 0.2, 1.6))
    middle = np.array([(chosen[0] + chosen[2]) / 2, (chosen[1] + chosen[3]) / 2])
    middle += rng.uniform(-0.4, 0.4, 2) * SIDE / scale
    return _window(rng, photograph, boxes, middle, scale)


def _window(
    rng: np.random.Generator,
    photograph: Grey,
    boxes: list[NDArray[np.float64]],
    middle: NDArray[np.float64],
    scale: float,
) -> tuple[Grey, list[Corners], bool]:
    flip = rng.random() < 0.3
    turn = np.deg2rad(rng.normal(0, 3))
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    if scale < 0.6:
        photograph = cv2.GaussianBlur(photograph, (0, 0), 0.4 / scale).astype(np.uint8)
    if flip:
        matrix[0] *= -1
    shift = SIDE / 2 - matrix @ middle
    warp = np.concatenate([matrix, shift[:, None]], axis=1)
    picture = cv2.warpAffine(photograph, warp, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
    plates = []
    for x1, y1, x2, y2 in boxes:
        order = [(x2, y1), (x1, y1), (x1, y2), (x2, y2)] if flip else [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
        plates.append((np.array(order) @ matrix.T + shift).astype(np.float32))
    return picture, plates, False


def _without_plates(
    rng: np.random.Generator, photograph: Grey, boxes: list[NDArray[np.float64]]
) -> Grey | None:
    for _ in range(6):
        scale = float(np.exp(rng.uniform(np.log(0.35), np.log(1.3))))
        middle = rng.uniform((0, 0.2 * photograph.shape[0]), photograph.shape[::-1])
        reach = 0.75 * SIDE / scale
        if all(
            max(abs((b[0] + b[2]) / 2 - middle[0]), abs((b[1] + b[3]) / 2 - middle[1])) > reach for b in boxes
        ):
            return _window(rng, photograph, [], middle, scale)[0]
    return None


def _pasted(rng: np.random.Generator, picture: Grey, foundry: Foundry, mix: Mix) -> list[Corners]:
    plates: list[Corners] = []
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.15, 0.45, 0.28, 0.12]))):
        style = choose_style(rng, mix)
        die, serial = foundry.die(rng, mix, style), choose_serial(style, rng, mix)
        drawn = draw_plate(rng, die, style, serial, height=_PLATE_HEIGHT_PX[style.kind])
        grey = to_grey(drawn.picture, rng)
        aspect = grey.shape[1] / grey.shape[0]
        across = float(
            np.exp(rng.uniform(np.log(NARROWEST_PX * (1.5 if aspect > 3 else 1)), np.log(WIDEST_PX)))
        )
        corners = plate_corners(rng, across, across / aspect)
        corners += rng.uniform(0.02, 0.98, 2).astype(np.float32) * SIDE
        if any(
            np.abs(corners.mean(axis=0) - p.mean(axis=0)).max() < np.ptp(p[:, 0]) * 0.5 + across * 0.6
            for p in plates
        ):
            continue
        mounted(rng, picture, corners)
        paste(rng, picture, grey, corners)
        lit(rng, picture, corners)
        plates.append(corners)
    return plates


def mounted(rng: np.random.Generator, picture: Grey, corners: Corners) -> None:
    """Put something behind where a plate will be, mostly, in place: a recess, or an upright box of one tone."""
    roll = rng.random()
    if roll < 0.3:
        return
    if roll < 0.75:
        recess(rng, picture, corners)
        return
    low, high = corners.min(axis=0), corners.max(axis=0)
    grow = (high - low) * rng.uniform(0.03, 0.9, 2)
    start, end = (low - grow).astype(int), (high + grow * rng.uniform(0.5, 1.5)).astype(int)
    cv2.rectangle(
        picture, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), int(rng.integers(0, 255)), -1
    )


def paste(rng: np.random.Generator, picture: Grey, grey: Grey, corners: Corners) -> None:
    """Lay a flat plate into a picture, in place, so that its corners fall where they shall."""
    height, width = picture.shape
    across = float(np.hypot(*(corners[1] - corners[0])))
    if grey.shape[1] > 1.5 * across:
        size = (max(6, round(across * 1.2)), max(4, round(across * 1.2 * grey.shape[0] / grey.shape[1])))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    light = grey.astype(np.float32) * rng.uniform(0.45, 1.15)
    h, w = grey.shape
    warp = cv2.getPerspectiveTransform(np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32), corners)
    layer = cv2.warpPerspective(np.clip(light, 0, 255).astype(np.uint8), warp, (width, height))
    share = cv2.warpPerspective(np.full((h, w), 255, np.uint8), warp, (width, height))
    inside = share > 127
    picture[inside] = layer[inside]
