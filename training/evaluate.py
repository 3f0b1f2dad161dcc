"""Measure a finder and a reader: rendered plates by condition and state, patrol photographs, calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training import patrol
from training.crops import Crop, cut_out
from training.ctc import decoded, folded
from training.plates import Foundry, Mix, choose_serial, choose_style, draw_plate
from training.sensor import Grey, to_grey, view

ReadCrops = Callable[[NDArray[np.float32]], NDArray[np.float32]]
EVALUATION_SEED, TUNING_SEED = 990_000, 991_000
# name: degradation strength, plate widths in pixels, darkening
CONDITIONS: dict[str, tuple[float, tuple[float, float], float]] = {
    "clear": (0.3, (90, 160), 1.0),
    "ordinary": (0.7, (70, 160), 1.0),
    "hard": (1.0, (60, 160), 1.0),
    "under 70 px": (0.6, (42, 70), 1.0),
    "night": (0.6, (70, 160), 0.3),
}


@dataclass(frozen=True)
class Answer:
    """What was read, how sure, and what is right."""

    text: str
    confidence: float
    wanted: str

    @property
    def is_right(self) -> bool:
        """Tell whether the reading is right, look-alikes O and I folded."""
        return folded(self.text) == folded(self.wanted)


def rendered_crops(condition: str, count: int, seed: int = EVALUATION_SEED) -> list[Crop]:
    """Draw held-out crops of one condition, the same every time."""
    strength, widths, light = CONDITIONS[condition]
    rng = np.random.default_rng([seed, *condition.encode()])
    foundry, mix, drawn = (
        Foundry(rng, 60),
        Mix(california=0.25, other_states=0.55, europe=0.1, brazil=0.1),
        [],
    )
    for _ in range(count):
        style = choose_style(rng, mix)
        plate = draw_plate(
            rng, foundry.die(rng, mix, style), style, choose_serial(style, rng, mix), height=80
        )
        grey = (to_grey(plate.picture, rng) * light).astype(np.uint8)
        across = float(rng.uniform(*widths)) * (1.3 if style.kind == "eu" else 1.0)
        seen = view(rng, grey, strength, across)
        drawn.append(Crop(cut_out(rng, seen), plate.text, plate.region, across))
    return drawn


def answers(read: ReadCrops, marked: Sequence[tuple[Grey, str]]) -> list[Answer]:
    """Read crops and set what was read beside what is right."""
    read_texts: list[tuple[str, float]] = []
    for start in range(0, len(marked), 64):
        crops = np.stack([c for c, _ in marked[start : start + 64]])[:, None].astype(np.float32)
        read_texts += decoded(read(crops))
    return [Answer(t, p, wanted) for (t, p), (_, wanted) in zip(read_texts, marked, strict=True)]


def reader_figures(read: ReadCrops, count: int = 500) -> tuple[dict[str, float], list[Answer]]:
    """Return per cent right by condition, state and patrol half, and all rendered answers."""
    figures: dict[str, float] = {}
    by_region: dict[str, list[bool]] = defaultdict(list)
    everything: list[Answer] = []
    for condition in CONDITIONS:
        crops = rendered_crops(condition, count)
        got = answers(read, [(c.picture, c.text) for c in crops])
        figures[condition] = _per_cent([a.is_right for a in got])
        everything += got
        if condition == "ordinary":
            for crop, answer in zip(crops, got, strict=True):
                by_region[crop.region].append(answer.is_right)
    for region, right in sorted(by_region.items()):
        figures[region] = _per_cent(right)
    for name, quoted in (("patrol tune", False), ("patrol quote", True)):
        marked = patrol.text_crops(quoted)
        if marked:
            figures[name] = _per_cent([a.is_right for a in answers(read, marked)])
    return figures, everything


def by_tenths(got: list[Answer], bins: int = 10) -> list[tuple[float, float, int]]:
    """Return mean confidence, share right and count of the answers in each tenth of confidence."""
    sure = np.array([a.confidence for a in got])
    right = np.array([a.is_right for a in got])
    places = np.minimum((sure * bins).astype(int), bins - 1)
    used = [i for i in range(bins) if (places == i).any()]
    return [
        (float(sure[places == i].mean()), float(right[places == i].mean()), int((places == i).sum()))
        for i in used
    ]


def calibration_error(got: list[Answer]) -> float:
    """Return the expected calibration error over ten bins, 0..1."""
    rows = by_tenths(got)
    return sum(n * abs(sure - right) for sure, right, n in rows) / max(1, sum(n for _, _, n in rows))


def answered_at(got: list[Answer], precision: float) -> float:
    """Return the largest share of answers that can be given while this share of them is right."""
    ranked = sorted(got, key=lambda a: -a.confidence)
    right = np.cumsum([a.is_right for a in ranked]) / np.arange(1, len(ranked) + 1)
    enough = np.flatnonzero(right >= precision)
    return float((enough[-1] + 1) / len(ranked)) if len(enough) else 0.0


def _per_cent(right: Sequence[bool]) -> float:
    return round(100 * float(np.mean(right)), 1)
