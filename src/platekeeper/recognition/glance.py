"""A glance: what the finder takes for plates is shown to the reader once, all at a time, before any is read.

A fence or a grille looks like a plate, but nothing can be read on it. One look each, in one run of the
model and without weighing candidates, costs a tenth of a reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from platekeeper.recognition.ctc import BLANK, LogProbs, best_path
from platekeeper.recognition.finder import INSIDE, Session
from platekeeper.recognition.frames import BgrFrame, Quad
from platekeeper.recognition.geometry import as_quad, covered, rectify_grey
from platekeeper.recognition.reader import HEIGHT_PX, WIDTH_PX
from platekeeper.recognition.results import PlateRegion
from platekeeper.recognition.rows import Look, in_two_rows, may_be_of_two_rows
from platekeeper.recognition.seams import PlateFinder

MOST_REGIONS = 12
"""More plates than this in one picture are not looked at."""
FEWEST_CHARACTERS, USUAL_CHARACTERS = 3, 7
CLOSE_UP_PX, CLOSE_UP_RATIO, CLOSE_UP_CONFIDENCE = 480, (1.2, 6.5), 0.6
"""A picture so small and of such a shape may be a plate and nothing else; the finder sees no edge of it then."""
LOOK = (0.04, 0.04)
SURE_WHOLE = 0.75
"""What is read so surely is a plate, and what lies in it is lettering: short serials bear less than dealers' frames."""


def shown_by(columns: LogProbs) -> Look:
    """Tell what a look shows.

    Args:
        columns: log-probabilities, shape (columns, classes), class 0 blank.

    Returns:
        The text along the likeliest path, and the geometric mean of its characters' probabilities, in [0, 1];
        ("", 0.0) where it has none.
    """
    best = columns.argmax(axis=1)
    fresh = np.concatenate([[True], best[1:] != best[:-1]]) & (best != BLANK)
    if not fresh.any():
        return "", 0.0
    # a character lasts over several columns: its surest one speaks for it
    runs = np.cumsum(np.concatenate([[True], best[1:] != best[:-1]]))
    top = columns.max(axis=1)
    peaks = [float(top[runs == run].max()) for run in runs[fresh]]
    return best_path(columns), float(np.exp(np.mean(peaks)))


@dataclass(frozen=True)
class Glanced:
    """What a glance at a region shows: which text, and how sure the reader is of it."""

    region: PlateRegion
    text: str
    reading: float

    @property
    def surety(self) -> float:
        """How sure finder and reader are together."""
        return self.region.confidence * self.reading

    @property
    def worth(self) -> float:
        """Rises with surety, and slowly with the characters; more than a serial has count for nothing."""
        return self.surety * float(np.sqrt(min(len(self.text), USUAL_CHARACTERS)))


def whole_ones(glanced: Sequence[Glanced]) -> list[Glanced]:
    """Drop parts of plates: of two that lie in one another, the one that is worth less.

    Half a plate bears fewer characters than the whole. A dealer's frame and a state's name within a plate that is
    near may seem to bear more than its serial, but the finder is less sure of them, and so is the reader; where the
    whole is sure, they do not count. What bears the same text as something within it is the recess that the plate
    lies in, and the plate is what counts.

    Args:
        glanced: in any order.

    Returns:
        What is left, the surest first.
    """
    boxes = np.array([g.region.box for g in glanced], dtype=np.float32).reshape(-1, 4)
    inside = covered(boxes, boxes) >= INSIDE
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    around = inside & (areas[:, None] > areas[None, :])
    texts = np.array([g.text for g in glanced], dtype=str)
    recesses = (around & (texts[:, None] == texts[None, :])).any(axis=1)
    sure = np.array([g.surety >= SURE_WHOLE for g in glanced], dtype=bool) & ~recesses
    parts = (around & sure[:, None]).any(axis=0)
    falling = sorted(np.flatnonzero(~(parts | recesses)).tolist(), key=lambda at: -glanced[at].worth)
    kept: list[int] = []
    for at in falling:
        if not any(inside[at, other] or inside[other, at] for other in kept):
            kept.append(at)
    return sorted((glanced[at] for at in kept), key=lambda g: -g.surety)


def is_close_up(frame: BgrFrame) -> bool:
    """Say whether a picture may be of a plate alone, cut out by whoever sent it."""
    height, width = frame.shape[:2]
    low, high = CLOSE_UP_RATIO
    return bool(width <= CLOSE_UP_PX and low * height <= width <= high * height)


def all_of(frame: BgrFrame) -> PlateRegion:
    """Take a whole picture for a plate."""
    height, width = float(frame.shape[0]), float(frame.shape[1])
    return PlateRegion(((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)), CLOSE_UP_CONFIDENCE)


class GlancingFinder:
    """Keeps of another finder's regions those that bear a text (`PlateFinder`)."""

    def __init__(self, finder: PlateFinder, session: Session, *, least: float) -> None:
        self._finder = finder
        self._session = session
        self._least = least

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        """Find the plates in a frame, the surest first (`PlateFinder`)."""
        seen = self._seen(frame, self._finder.find_plates(frame)[:MOST_REGIONS])
        if not any(self._is_plausible(each) for each in seen) and is_close_up(frame):
            seen = [*seen, *self._seen(frame, [all_of(frame)])]
        whole = whole_ones([each for each in seen if self._is_plausible(each)])
        whole = whole_ones([*whole, *self._of_two_rows(frame, seen)])
        return [glanced.region for glanced in whole]

    def _of_two_rows(self, frame: BgrFrame, seen: Sequence[Glanced]) -> list[Glanced]:
        parts = [each for each in seen if may_be_of_two_rows(each.region, (each.text, each.reading))]
        look = partial(self._looks, frame)
        plates = [(part, in_two_rows(part.region, look)) for part in parts]
        return [
            Glanced(plate.region, plate.text, max(part.reading, plate.surety))
            for part, plate in plates
            if plate
        ]

    def _seen(self, frame: BgrFrame, regions: Sequence[PlateRegion]) -> list[Glanced]:
        return [
            Glanced(region, *look)
            for region, look in zip(regions, self._glances(frame, regions), strict=True)
        ]

    def _is_plausible(self, glanced: Glanced) -> bool:
        return len(glanced.text) >= FEWEST_CHARACTERS and glanced.surety >= self._least

    def _glances(self, frame: BgrFrame, regions: Sequence[PlateRegion]) -> list[Look]:
        return self._looks(frame, [as_quad(region.corners) for region in regions])

    def _looks(self, frame: BgrFrame, quads: Sequence[Quad]) -> list[Look]:
        if not quads:
            return []
        size = (WIDTH_PX, HEIGHT_PX)
        crops = np.stack([rectify_grey(frame, quad, margin=LOOK, size=size) for quad in quads]).astype(
            np.float32
        )
        columns = self._session.run(["log_probs"], {"crops": crops[:, None]})[0]
        return [shown_by(each) for each in columns]
