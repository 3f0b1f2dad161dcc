"""What a plate may bear, weighed in: of texts that look alike, the one that some state issues is the likelier.

Only the order of what was read changes, never a character; what was read stays beside it (`PlateReading.raw`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from platekeeper.plates import RankedText, formats_matching, rerank
from platekeeper.recognition.calibration import Points, calibrated
from platekeeper.recognition.characters import characters_of_candidates
from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.geometry import plate_within, size_of
from platekeeper.recognition.reader import MARGIN
from platekeeper.recognition.results import Candidate, Character, PlateReading
from platekeeper.recognition.seams import PlateReader

LOOK_ALIKE = str.maketrans("OI", "01")
STRENGTH = 0.5
"""How much formats count, 0..1: a plate of no known format must still be read as it is."""


WIDE = 3.4
"""A plate that is seen so many times as wide as high is none of 12 by 6 inches, however it is turned or tilted."""


def is_wide(crop: BgrFrame, margin: tuple[float, float]) -> bool:
    """Say whether a plate is too wide for an American one.

    Args:
        crop: the plate made upright.
        margin: what the crop shows around it, parts of its width and height.
    """
    width, height = size_of(plate_within(crop, margin))
    return width >= WIDE * height


def ranked(reading: PlateReading, *, strength: float = STRENGTH, wide: bool = False) -> PlateReading:
    """Weigh a reading's candidates by the formats of its region, or of all where none was told.

    A region that issues none of them was told wrongly; one that does not issue the best of them stays untold.

    Args:
        reading: as a reader gives it.
        strength: how much formats count, 0 not at all, 1 fully.
        wide: whether the plate is too wide for an American one.

    Returns:
        The reading with its candidates in the new order; together they keep the confidence that they had.
    """

    def is_issued(text: str, region: str | None) -> bool:
        return region is None or bool(formats_matching(text, region, wide=wide))

    if reading.region and not any(is_issued(each.text, reading.region) for each in reading.candidates):
        reading = replace(reading, region=None)
    weighed = _weighed(reading, strength=strength, wide=wide)
    return weighed if is_issued(weighed.text, weighed.region) else replace(weighed, region=None)


def _weighed(reading: PlateReading, *, strength: float, wide: bool) -> PlateReading:
    if len(reading.candidates) < 2:
        return reading
    offered = [(each.text, each.confidence) for each in reading.candidates]
    weighed = rerank(offered, reading.region, strength=strength, wide=wide)
    if sum(each.score for each in weighed) <= 0:
        return reading
    scores = _with_look_alikes(weighed)
    scale = sum(each.confidence for each in reading.candidates) / sum(scores.values())
    falling = sorted(scores.items(), key=lambda each: -each[1])
    candidates = tuple(Candidate(text, round(min(1.0, score * scale), 6)) for text, score in falling)
    best = candidates[0]
    return replace(
        reading,
        text=best.text,
        confidence=best.confidence,
        characters=_spelled(reading, best.text, candidates),
        candidates=candidates,
        raw=reading.raw or reading.text,
    )


def _with_look_alikes(weighed: Sequence[RankedText]) -> dict[str, float]:
    """Let texts that differ by O and 0 or I and 1 alone speak for the one of them that is issued.

    Those are cut alike on most plates: what was read as SB90TZ1 speaks for SB90TZI, where that was offered too,
    rather than for SB90TZ.
    """
    scores = {each.text: each.score for each in weighed}
    for best in weighed:  # the best of its like comes first
        alike = [e for e in weighed if e.text.translate(LOOK_ALIKE) == best.text.translate(LOOK_ALIKE)]
        if alike[0] is best:
            weight = best.score / best.confidence if best.confidence else 0.0
            scores[best.text] = weight * sum(each.confidence for each in alike)
    return scores


def _spelled(reading: PlateReading, text: str, candidates: tuple[Candidate, ...]) -> tuple[Character, ...]:
    """Return a text's characters by the probabilities of its places, where the reading told as many."""
    if len(text) != len(reading.characters):
        return characters_of_candidates(text, candidates)
    return tuple(
        Character(char, place.probabilities.get(char, 0.0), place.probabilities)
        for char, place in zip(text, reading.characters, strict=True)
    )


@dataclass(frozen=True)
class RankingReader:
    """A reader whose readings are weighed by formats, and then calibrated (`PlateReader`)."""

    reader: PlateReader
    confidence: Points
    margin: tuple[float, float] = MARGIN

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read one plate, with the margin that the reader within asks for."""
        reading = ranked(self.reader.read_plate(crop), wide=is_wide(crop, self.margin))
        return calibrated(reading, self.confidence)
