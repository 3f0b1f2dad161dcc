"""Dies after public specimens: what sets the serials of some states apart, as proportions and skeletons.

Only facts about letter shapes are kept here, in the words of `dies.py`; no drawing and no font is copied.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from training.dies import Cut, Die, cut_die

Span = tuple[float, float]
_FLAG, _HOOK, _BAR = (".55,1 .55,0 .2,.2", ".55,1 .55,0 .5,.1* .15,.2", ".5,0 .5,1")
_FOOT = ".5,1 .5,0 .1,.22 | .05,1 .95,1"
_PLAIN_4, _HALF_M, _HALF_W = (
    ".74,1 .74,0 0,.68 0,.7 1,.7",
    "0,1 0,0 .5,.6 1,0 1,1",
    "0,0 0,1 .5,.4 1,1 1,0",
)
_FULL_M, _SLANTED_W = "0,1 0,0 .5,1 1,0 1,1", "0,0 .24,1 .5,.3 .76,1 1,0"
_CROSSED_I, _BARRED_Z = ".5,0 .5,1 | .1,0 .9,0 | .1,1 .9,1", "0,.06 0,0 1,0 0,1 1,1 1,.94"


@dataclass(frozen=True)
class Specimen:
    """What a state's dies have in common; spans are shares of a character's height, `bones` skeletons."""

    width: Span = (0.43, 0.52)
    stroke: Span = (0.12, 0.15)
    radius: Span = (0.4, 0.5)
    serif: Span = (0.0, 0.0)
    wide_m: Span = (1.0, 1.1)
    bones: dict[str, str] = field(default_factory=dict)


_CALIFORNIA = {"1": _FLAG, "4": _PLAIN_4, "7": "0,0 1,0 .32,1", "M": _HALF_M, "W": _HALF_W, "I": _BAR}
SPECIMENS: dict[str, Specimen] = {
    "US-CA": Specimen((0.43, 0.5), (0.125, 0.155), bones=_CALIFORNIA),
    "US-TX": Specimen((0.4, 0.47), (0.1, 0.135), wide_m=(0.95, 1.0), bones={"M": _FULL_M, "W": _SLANTED_W}),
    "US-NY": Specimen((0.42, 0.48), (0.11, 0.14), bones={"1": _HOOK, "I": _CROSSED_I}),
    "US-FL": Specimen((0.45, 0.52), (0.12, 0.15), bones={"1": _FLAG, "4": _PLAIN_4}),
    "US-MA": Specimen((0.4, 0.47), (0.13, 0.165), bones={"1": _BAR, "I": _BAR}),
    "US-AZ": Specimen((0.42, 0.49), (0.11, 0.14), bones={"V": "0,0 0,.4 .5,1 1,.4 1,0"}),
    "US-VA": Specimen((0.42, 0.5), (0.11, 0.14), serif=(0.1, 0.25), bones={"1": _FOOT, "I": _CROSSED_I}),
    "US-IL": Specimen((0.4, 0.48), (0.11, 0.14), bones={"1": _FOOT, "I": _CROSSED_I}),
    "US-OH": Specimen((0.42, 0.5), (0.12, 0.15), bones={"1": _FLAG}),
    "US-PA": Specimen((0.43, 0.5), (0.11, 0.14), bones={"1": _HOOK, "4": _PLAIN_4}),
    "US-NJ": Specimen((0.4, 0.46), (0.12, 0.15), bones={"1": _FLAG}),
    "US-GA": Specimen((0.38, 0.46), (0.1, 0.13), bones={"1": _HOOK}),
    "US-WA": Specimen((0.45, 0.54), (0.12, 0.15), bones={"1": _FLAG, "4": _PLAIN_4}),
    "US-VT": Specimen((0.48, 0.58), (0.13, 0.16), bones={"1": _BAR}),
    "US-WY": Specimen((0.36, 0.44), (0.12, 0.15), wide_m=(1.0, 1.2)),
    "US-DE": Specimen((0.46, 0.56), (0.1, 0.14), (0.45, 0.5), bones={"1": _HOOK}),
    "US-ID": Specimen((0.38, 0.46), (0.11, 0.15), bones={"1": _FOOT, "Z": _BARRED_Z}),
    "BR": Specimen((0.46, 0.56), (0.12, 0.15), (0.3, 0.45), bones={"1": _FLAG, "I": _CROSSED_I}),
}


def cut_specimen(rng: np.random.Generator, region: str) -> Die:
    """Cut a die as a region's plates have it, a little different every time."""
    specimen = SPECIMENS[region]
    cut = Cut(
        width=float(rng.uniform(*specimen.width)),
        stroke=float(rng.uniform(*specimen.stroke)),
        radius=float(rng.uniform(*specimen.radius)),
        roundness=float(rng.uniform(0.75, 1.0)),
        flat_ends=bool(rng.random() < 0.85),
        serif=float(rng.uniform(*specimen.serif)),
        narrow_i=float(rng.uniform(0.15, 0.7)),
        wide_m=float(rng.uniform(*specimen.wide_m)),
        oval_0=float(rng.uniform(0.92, 1.0)),
        jitter=0.008,
    )
    return cut_die(rng, region, cut, specimen.bones)
