"""Two independent readers on one crop: where they agree they are hardly ever wrong."""

from collections import defaultdict
from dataclasses import dataclass, replace

from platekeeper.plates import fold
from platekeeper.recognition.calibration import Points, calibrated
from platekeeper.recognition.frames import BgrFrame, check_bgr
from platekeeper.recognition.fusion import fuse
from platekeeper.recognition.geometry import plate_within, size_of, trimmed
from platekeeper.recognition.plausibility import is_caption, is_wording
from platekeeper.recognition.ranking import is_wide, ranked
from platekeeper.recognition.reader import STACKED_BELOW
from platekeeper.recognition.results import NOTHING_READ, Candidate, PlateReading
from platekeeper.recognition.seams import PlateReader

Margin = tuple[float, float]
UNTOLD, AT_LEAST = 0.7, 0.3
"""So much of what a general reader says for a text it says for all that look like it, for it never learned plates'
typefaces; where ours is less sure than the second figure, it knows no better, and both count in full."""


def among_look_alikes(reading: PlateReading, others: PlateReading, *, untold: float = UNTOLD) -> PlateReading:
    """Share a part of each candidate's confidence out among the texts that look like it.

    Args:
        reading: of a reader that does not tell 8 from B or D from 0 on every plate.
        others: of the one it is held against; its candidates are texts that may look alike too.
        untold: how large the part is, 0..1.

    Returns:
        The reading, its candidates' confidences evened out within each class of look-alikes; their sum is the same.
    """
    told = {each.text: each.confidence for each in reading.candidates}
    classes: dict[str, list[str]] = defaultdict(list)
    for text in dict.fromkeys([*told, *(each.text for each in others.candidates)]):
        classes[fold(text)].append(text)
    alike = [(text, texts) for texts in classes.values() for text in texts]
    shares = {text: sum(told.get(each, 0.0) for each in texts) / len(texts) for text, texts in alike}
    evened = {text: (1 - untold) * told.get(text, 0.0) + untold * share for text, share in shares.items()}
    falling = sorted(evened.items(), key=lambda each: -each[1])
    return replace(reading, candidates=tuple(Candidate(text, share) for text, share in falling if share > 0))


@dataclass(frozen=True)
class SecondOpinion:
    """A reader that asks two others (`PlateReader`).

    Attributes:
        first: the reader whose word counts more.
        second: an independent one, of other training and other make.
        first_margin: what the first wants around the plate, parts of its width and height.
        second_margin: what the second wants; both at least as much as the first's.
        agreeing: calibration of readings on which both agree.
        disagreeing: calibration of all others.
        nearer: the second reader, looking nearer: asked where the two differ and neither says that it would be in vain,
            and at once where a plate may bear two rows.
        confirmed: a first reader at least so sure that the second confirms needs no nearer look.
        sure: nor does it where the two differ and one of them is so sure.
        hopeless: nor does a place where the first and the second are no surer than this.
        first_weight: how much the first's word counts beside the second's 1.
    """

    first: PlateReader
    second: PlateReader
    first_margin: Margin
    second_margin: Margin
    agreeing: Points
    disagreeing: Points
    nearer: PlateReader | None = None
    confirmed: float = 0.3
    sure: float = 0.6
    hopeless: tuple[float, float] = (0.05, 0.3)
    first_weight: float = 1.5

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read the plate in the middle of a crop that has `second_margin` around it (`PlateReader`)."""
        check_bgr(crop)
        first = self.first.read_plate(trimmed(crop, margin=self.second_margin, to=self.first_margin))
        fused, agree, raws = self.fused(crop, first)
        # it sees the marks that ours cannot express: what has a clock's is no plate, however sure ours is
        if any(is_caption(raw, local=False) or is_wording(fused.text, raw) for raw in raws):
            return NOTHING_READ
        return calibrated(fused, self.agreeing if agree else self.disagreeing)

    def fused(self, crop: BgrFrame, first: PlateReading) -> tuple[PlateReading, bool, tuple[str, ...]]:
        """Hold the first reader's reading against the second's.

        Args:
            crop: of `read_plate`.
            first: what the first reader reads.

        Returns:
            What all say together, uncalibrated; whether the second confirms the first; and what it saw, with marks.
        """
        if self.nearer is not None and self._may_bear_two_rows(crop):
            # read as one line such a plate says one row, and surely; by its lines it says both
            return self._both(crop, first, self.nearer.read_plate(crop))
        second = self.second.read_plate(crop)
        agree = bool(first.text) and first.text == second.text
        if self.nearer is None or not self._worth_a_nearer_look(first, second, agree):
            return self._both(crop, first, second)
        near = self.nearer.read_plate(crop)
        agree = bool(first.text) and first.text == near.text
        said = [first, _held_against(first, second), _held_against(first, near)]
        fused = fuse(said, weights=[2 * self.first_weight, 1.0, 1.0])
        return self._ranked(crop, fused), agree, (second.raw, near.raw)

    def _both(
        self, crop: BgrFrame, first: PlateReading, second: PlateReading
    ) -> tuple[PlateReading, bool, tuple[str, ...]]:
        agree = bool(first.text) and first.text == second.text
        fused = fuse([first, _held_against(first, second)], weights=[self.first_weight, 1.0])
        return self._ranked(crop, fused), agree, (second.raw,)

    def _ranked(self, crop: BgrFrame, fused: PlateReading) -> PlateReading:
        return ranked(fused, wide=is_wide(crop, self.second_margin))

    def _may_bear_two_rows(self, crop: BgrFrame) -> bool:
        width, height = size_of(plate_within(crop, self.second_margin))
        return width < STACKED_BELOW * height

    def _worth_a_nearer_look(self, first: PlateReading, second: PlateReading, agree: bool) -> bool:
        """Say whether looking for the lines may change what is read: it costs as much as finding and reading."""
        if agree:
            return first.confidence < self.confirmed
        if max(first.confidence, second.confidence) >= self.sure:
            return False
        return first.confidence > self.hopeless[0] or second.confidence > self.hopeless[1]


def _held_against(first: PlateReading, second: PlateReading) -> PlateReading:
    if second.text == first.text or first.confidence < AT_LEAST:
        return second
    return among_look_alikes(second, first)
