"""Stroke dies: thousands of made-up typefaces for embossed characters.

A die is one way of cutting the thirty-six characters of a plate: proportions, stroke, corner radius and, for
every character, one of several skeletons. Nothing is taken from a font file; `fonts.py` holds those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Point = tuple[float, float, bool]

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DRAWN_HEIGHT_PX = 96

# A stroke is a run of points "x,y" in a unit box, y down; a star rounds the corner there. "|" parts strokes.
SKELETONS: dict[str, tuple[str, ...]] = {
    "0": ("0,.5 0,0* 1,0* 1,1* 0,1* 0,.5",),
    "1": (
        ".5,0 .5,1",
        ".55,1 .55,0 .2,.2",
        ".5,1 .5,0 .1,.22 | .05,1 .95,1",
        ".55,1 .55,0 .5,.1* .15,.2",
        ".5,0 .5,1 | .1,0 .5,0 | .05,1 .95,1",
        ".6,1 .6,0 .1,.28",
    ),
    "2": (
        "0,.26 0,0* 1,0* 1,.42* 0,.98 0,1 1,1",
        "0,.24 0,0* 1,0* 1,.5* 0,.62* 0,1 1,1",
        "0,.3 0,0* 1,0* 1,.36* .05,1 1,1",
        "0,.2 0,0* .95,0* .95,.46* .1,.8* 0,1 1,1",
    ),
    "3": (
        "0,.22 0,0* 1,0* 1,.47* .35,.47 | .35,.47 1,.47* 1,1* 0,1* 0,.78",
        "0,0 1,0 .42,.4 1,.4* 1,1* 0,1* 0,.78",
        "0,.15 0,0* .94,0* .94,.48* .4,.48 | .4,.48 1,.48* 1,1* 0,1* 0,.85",
    ),
    "4": (
        ".74,1 .74,0 0,.68 0,.7 1,.7",
        ".78,1 .78,0 .7,0 0,.62 0,.74 1,.74",
        ".7,1 .7,0 0,.6 1,.6",
        "0,0 0,.6 1,.6 | .78,.25 .78,1",
        ".35,0 0,.66 1,.66 | .72,.34 .72,1",
        ".8,1 .8,0 0,.78 1,.78",
    ),
    "5": (
        ".95,0 .08,0 0,.46 .02,.4* 1,.4* 1,1* 0,1* 0,.78",
        "1,0 0,0 0,.45 .6,.45* 1,.45* 1,1* 0,1* 0,.8",
        "1,0 .04,0 .04,.42 1,.42* 1,1* 0,1* 0,.75",
    ),
    "6": (
        "1,.2 1,0* 0,0* 0,1* 1,1* 1,.42* 0,.42* 0,.7",
        ".75,0 0,.45* 0,1* 1,1* 1,.42* 0,.42* 0,.72",
        ".9,.02 .1,.1* 0,.6 0,1* 1,1* 1,.46* 0,.46* 0,.75",
        "1,.12 1,0* 0,0* 0,1* 1,1* 1,.48* .2,.48 0,.5",
    ),
    "7": (
        "0,0 1,0 .32,1",
        "0,.12 0,0 1,0 1,.12 .3,.7* .3,1",
        "0,0 1,0 1,.15* .4,.55* .4,1",
        "0,0 1,0 .5,1",
    ),
    "8": (
        ".5,0 .95,0* .95,.47* .05,.47* .05,0* .5,0 | .5,.47 1,.47* 1,1* 0,1* 0,.47* .5,.47",
        ".5,0 1,0* 1,.49* 0,.49* 0,0* .5,0 | .5,.49 1,.49* 1,1* 0,1* 0,.49* .5,.49",
        ".5,0 .9,0* .9,.44* .1,.44* .1,0* .5,0 | .5,.44 1,.44* 1,1* 0,1* 0,.44* .5,.44",
    ),
    "A": (
        "0,1 .5,0 1,1 | .17,.68 .83,.68",
        "0,1 .42,0 .58,0 1,1 | .15,.7 .85,.7",
        "0,1 0,.3 .5,0 1,.3 1,1 | 0,.62 1,.62",
        "0,1 .5,0 1,1 | .2,.6 .8,.6",
        "0,1 0,0* 1,0* 1,1 | 0,.58 1,.58",
        "0,1 .3,0* .7,0* 1,1 | .14,.68 .86,.68",
    ),
    "B": (
        "0,0 0,1 | 0,0 .93,0* .93,.48* 0,.48 | 0,.48 1,.48* 1,1* 0,1",
        "0,0 0,1 | 0,0 1,0* 1,.5* 0,.5 | 0,.5 1,.5* 1,1* 0,1",
        "0,0 0,1 | 0,0 .88,0* .88,.46* 0,.46 | 0,.46 1,.46* 1,1* 0,1",
    ),
    "C": ("1,.26 1,0* 0,0* 0,1* 1,1* 1,.74", "1,.18 1,0* 0,0* 0,1* 1,1* 1,.82"),
    "D": ("0,0 1,0* 1,1* 0,1 0,0", "0,0 .6,0* 1,.1* 1,.9* .6,1* 0,1 0,0"),
    "E": ("1,0 0,0 0,1 1,1 | 0,.49 .85,.49", "1,0 0,0 0,1 1,1 | 0,.48 .7,.48"),
    "F": ("1,0 0,0 0,1 | 0,.49 .85,.49", "1,0 0,0 0,1 | 0,.52 .75,.52"),
    "G": (
        "1,.25 1,0* 0,0* 0,1* 1,1* 1,.55 .55,.55",
        "1,.22 1,0* 0,0* 0,1* .8,1* 1,.9 1,.52 .5,.52 | 1,.6 1,1",
        "1,.2 1,0* 0,0* 0,1* 1,1* 1,.6 .6,.6",
        "1,.25 1,0* 0,0* 0,1* 1,1* 1,.58 | .6,.58 1.08,.58",
    ),
    "H": ("0,0 0,1 | 1,0 1,1 | 0,.49 1,.49", "0,0 0,1 | 1,0 1,1 | 0,.53 1,.53"),
    "I": (".5,0 .5,1", ".5,0 .5,1", ".5,0 .5,1 | .1,0 .9,0 | .1,1 .9,1"),
    "J": ("1,0 1,1* 0,1* 0,.7", "1,0 1,1* 0,1* 0,.78", ".4,0 .9,0 .9,1* 0,1* 0,.72"),
    "K": (
        "0,0 0,1 | 1,0 0,.62 | .33,.42 1,1",
        "0,0 0,1 | 1,0 .05,.5 1,1",
        "0,0 0,1 | .95,0 0,.55 | .4,.38 1,1",
        "0,0 0,1 | 0,.5 .45,.5 1,0 | .45,.5 1,1",
    ),
    "L": ("0,0 0,1 1,1",),
    "M": (
        "0,1 0,0 .5,.6 1,0 1,1",
        "0,1 0,0 .5,1 1,0 1,1",
        "0,1 .08,0 .5,.75 .92,0 1,1",
        "0,1 0,0 .5,.4 1,0 1,1",
        "0,1 0,0 .5,.8 1,0 1,1",
    ),
    "N": ("0,1 0,0 1,1 1,0", "0,1 0,0 .06,0 .94,1 1,1 1,0"),
    "P": ("0,1 0,0 1,0* 1,.54* 0,.54", "0,1 0,0 1,0* 1,.48* 0,.48", "0,1 0,0 1,0* 1,.6* 0,.6"),
    "R": (
        "0,1 0,0 1,0* 1,.52* 0,.52 | .45,.52 1,1",
        "0,1 0,0 1,0* 1,.5* 0,.5 | .4,.5 1,.5* 1,1",
        "0,1 0,0 .95,0* .95,.52* 0,.52 | .55,.52 1,1",
        "0,1 0,0 1,0* 1,.5* 0,.5 | .7,.5 1,.6 1,1",
    ),
    "S": (
        "1,.22 1,0* 0,0* 0,.47* 1,.51* 1,1* 0,1* 0,.78",
        "1,.16 1,0* .04,0* .04,.48* 1,.48* 1,1* 0,1* 0,.84",
        "1,.26 1,0* 0,0* 0,.44* 1,.56* 1,1* 0,1* 0,.74",
    ),
    "T": (".5,0 .5,1 | 0,0 1,0",),
    "U": ("0,0 0,1* 1,1* 1,0",),
    "V": ("0,0 .5,1 1,0", "0,0 .44,1 .56,1 1,0", "0,0 0,.4 .5,1 1,.4 1,0"),
    "W": (
        "0,0 .24,1 .5,.3 .76,1 1,0",
        "0,0 0,1 .5,.4 1,1 1,0",
        "0,0 .2,1 .5,0 .8,1 1,0",
        "0,0 .06,1 .5,.45 .94,1 1,0",
        "0,0 0,1* .5,1* .5,.3 | .5,.5 .5,1* 1,1* 1,0",
    ),
    "X": ("0,0 1,1 | 1,0 0,1", "0,0 .5,.45 1,0 | 0,1 .5,.45 1,1"),
    "Y": (
        "0,0 .5,.5 1,0 | .5,.5 .5,1",
        "0,0 .5,.58 1,0 | .5,.58 .5,1",
        "0,0 0,.45* 1,.45* 1,0 | .5,.45 .5,1",
        "0,0 .5,.4 1,0 | .5,.4 .5,1",
    ),
    "Z": ("0,0 1,0 0,1 1,1", "0,.06 0,0 1,0 0,1 1,1 1,.94"),
}
_SLASHES = ("", "", "", "", "", "", "", "", ".15,.85 .85,.15", ".5,.45 .5,.55")
_TAILS = (
    ".55,.68 1.02,1.04",
    ".6,.75 .95,1.06",
    ".5,.62 .98,.98",
    ".5,1 .55,1.12* .95,1.1",
    ".45,.8 1.05,.92",
)
_THINNER = {"M": 0.84, "W": 0.82, "N": 0.93, "B": 0.97, "8": 0.97}


@dataclass(frozen=True)
class Die:
    """One cut typeface: for every character its mask, DRAWN_HEIGHT_PX high, 0..255, and nothing around it."""

    name: str
    masks: dict[str, Mask]


@dataclass(frozen=True)
class Cut:
    """The proportions of a die; lengths are shares of the character's height."""

    width: float
    stroke: float
    radius: float
    roundness: float
    flat_ends: bool
    serif: float
    narrow_i: float
    wide_m: float
    oval_0: float
    jitter: float


def random_cut(rng: np.random.Generator) -> Cut:
    """Draw the proportions of a made-up die."""
    return Cut(
        width=float(rng.uniform(0.38, 0.66)),
        stroke=float(rng.uniform(0.085, 0.185)),
        radius=float(rng.choice([rng.uniform(0.08, 0.3), rng.uniform(0.3, 0.5), 0.5])),
        roundness=float(rng.uniform(0.6, 1.0)),
        flat_ends=bool(rng.random() < 0.7),
        serif=float(rng.uniform(0.1, 0.3)) if rng.random() < 0.07 else 0.0,
        narrow_i=float(rng.uniform(0.15, 1.0)),
        wide_m=float(rng.uniform(1.0, 1.3)),
        oval_0=float(rng.uniform(0.75, 1.0)),
        jitter=float(rng.uniform(0.0, 0.03)),
    )


def state_cut(rng: np.random.Generator) -> Cut:
    """Draw the proportions of a die as the big American states cut them: narrow, even, round shoulders."""
    return Cut(
        width=float(rng.uniform(0.42, 0.55)),
        stroke=float(rng.uniform(0.115, 0.16)),
        radius=float(rng.uniform(0.38, 0.5)),
        roundness=float(rng.uniform(0.75, 1.0)),
        flat_ends=bool(rng.random() < 0.85),
        serif=0.0,
        narrow_i=float(rng.uniform(0.15, 1.0)),
        wide_m=float(rng.choice([1.0, 1.0, 1.1])),
        oval_0=float(rng.uniform(0.9, 1.0)),
        jitter=0.01,
    )


def cut_die(rng: np.random.Generator, name: str, cut: Cut, known: Mapping[str, str] | None = None) -> Die:
    """Cut every character of the alphabet once.

    Args:
        rng: decides each character's skeleton.
        name: what the die is called in figures.
        cut: its proportions.
        known: skeletons of characters that are not left to chance.

    Returns:
        The die.
    """
    overlap = rng.random() < 0.25
    bones = {c: _parse(text) for c, text in (known or {}).items()}
    return Die(
        name,
        {c: _cut_character(c, bones.get(c) or _bones(c, rng, overlap), cut, rng) for c in ALPHABET},
    )


def _bones(character: str, rng: np.random.Generator, overlap: bool) -> list[list[Point]]:
    if character == "9":
        return [[(1 - x, 1 - y, r) for x, y, r in s] for s in _bones("6", rng, overlap=False)]
    if character in "OQ":
        bones = _parse(SKELETONS["0"][0])
        return bones + _parse(str(rng.choice(_TAILS))) if character == "Q" else bones
    text = str(rng.choice(SKELETONS[character]))
    if character == "0":
        text = "|".join(part for part in (text, str(rng.choice(_SLASHES))) if part)
    if character == "D" and overlap and rng.random() < 0.3:
        text = "0,.1 .08,0* 1,0* 1,1* .08,1* 0,.9 0,.1"
    # In part of the dies look-alikes are cut nearly the same, as on public specimens: context must decide.
    if character == "Z" and overlap and rng.random() < 0.5:
        text = "0,.1 0,0 1,0* 1,.2* 0,.9 0,1 1,1"
    if character == "B" and overlap and rng.random() < 0.5:
        text = SKELETONS["8"][0]
    return _parse(text)


def _parse(text: str) -> list[list[Point]]:
    strokes = []
    for part in text.split("|"):
        points = [[*point.rstrip("*").split(","), "*" * point.endswith("*")] for point in part.split()]
        strokes.append([(float(x), float(y), bool(star)) for x, y, star in points])
    return strokes


def _cut_character(character: str, bones: list[list[Point]], cut: Cut, rng: np.random.Generator) -> Mask:
    height = DRAWN_HEIGHT_PX
    width = _width(character, cut, bones) * height
    stroke = cut.stroke * height * _THINNER.get(character, 1.0)
    pad = height // 4
    canvas = np.zeros((height + 2 * pad, int(width) + 2 * pad), np.uint8)
    inner_w, inner_h = max(width - stroke, 1.0), height - stroke
    radius = min(cut.radius * inner_w, 0.5 * inner_h)
    for stroke_points in bones:
        points = np.array([(x, y) for x, y, _ in stroke_points])
        points += rng.normal(0, cut.jitter, points.shape) * (np.abs(points - 0.5) < 0.45)
        pixels = points * (inner_w, inner_h) + pad + stroke / 2
        if cut.flat_ends:
            pixels = _lengthened(pixels, stroke / 2, pad, height)
        line = _rounded(pixels, [r for _, _, r in stroke_points], radius, cut.roundness)
        slash = character == "0" and stroke_points is bones[-1] and len(bones) > 1
        _draw(canvas, line, stroke * (0.5 if slash else 1.0))
        if cut.serif and character not in "0OQCGS8":
            _add_serifs(canvas, line, cut.serif * width, stroke)
    below = int(0.08 * height) if character == "Q" else 0
    box = canvas[pad : pad + height + below]
    columns = np.flatnonzero(box.max(axis=0) > 40)
    mask = box[:, columns[0] : columns[-1] + 1]
    if below:
        mask = cv2.resize(mask, (mask.shape[1], height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(mask)


def _width(character: str, cut: Cut, bones: list[list[Point]]) -> float:
    if character in "1I" and len(bones) == 1 and len(bones[0]) == 2:
        return cut.stroke * 1.05
    if character in "1I":
        return cut.stroke + (cut.width - cut.stroke) * (0.35 + 0.65 * cut.narrow_i)
    if character in "MW":
        return cut.width * cut.wide_m
    if character == "0":
        return cut.width * cut.oval_0
    return cut.width


def _lengthened(pixels: NDArray[np.float64], by: float, pad: int, height: int) -> NDArray[np.float64]:
    longer = pixels.copy()
    for end, next_to in ((0, 1), (-1, -2)):
        step = pixels[end] - pixels[next_to]
        length = float(np.hypot(*step))
        at_edge = pixels[end, 1] < pad + by + 2 or pixels[end, 1] > pad + height - by - 2
        if length > 1 and at_edge and abs(step[1]) > 0.4 * length:
            longer[end] = pixels[end] + step / length * by
    return longer


def _rounded(
    pixels: NDArray[np.float64], stars: list[bool], radius: float, roundness: float
) -> NDArray[np.float64]:
    line: list[NDArray[np.float64]] = [pixels[:1]]
    t = np.linspace(0, 1, 7)[:, None]
    for i in range(1, len(pixels) - 1):
        if not stars[i]:
            line.append(pixels[i : i + 1])
            continue
        before, after = pixels[i - 1] - pixels[i], pixels[i + 1] - pixels[i]
        a = pixels[i] + before * min(0.5 if stars[i - 1] else 0.98, _reach(before, radius))
        b = pixels[i] + after * min(0.5 if stars[i + 1] else 0.98, _reach(after, radius))
        weight = 0.7071 / max(roundness, 0.3)
        base = (1 - t) ** 2 + 2 * weight * t * (1 - t) + t**2
        line.append(((1 - t) ** 2 * a + 2 * weight * t * (1 - t) * pixels[i] + t**2 * b) / base)
    line.append(pixels[-1:])
    return np.concatenate(line)


def _reach(step: NDArray[np.float64], radius: float) -> float:
    return radius / max(float(np.hypot(*step)), 1e-6)


def _draw(canvas: Mask, line: NDArray[np.float64], stroke: float) -> None:
    points = np.round(line * 16).astype(np.int32)[None]
    cv2.polylines(canvas, points, False, 255, max(1, round(stroke)), cv2.LINE_AA, 4)


def _add_serifs(canvas: Mask, line: NDArray[np.float64], length: float, stroke: float) -> None:
    for end in (line[0], line[-1]):
        reach = np.array([length, 0])
        _draw(canvas, np.stack([end - reach, end + reach]), stroke * 0.7)
