"""The reader: our own model's columns turned into a reading, from several looks at the same crop."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.ctc import LogProbs, best_path, reading_of, text_log_probabilities
from platekeeper.recognition.finder import Session
from platekeeper.recognition.frames import BgrFrame, check_bgr
from platekeeper.recognition.geometry import plate_within, rectify_grey, size_of
from platekeeper.recognition.results import NOTHING_READ, Candidate, PlateReading
from platekeeper.recognition.rows import ROWS

HEIGHT_PX, WIDTH_PX = 48, 128
ISO_3166 = re.compile(r"(?!EU$)[A-Z]{2}(-[A-Z0-9]{1,3})?")
MARGIN = (0.12, 0.16)
"""What a crop shows around the plate, parts of its width and height: room for every look."""
STACKED_BELOW = 1.45
"""A plate that is not so many times as wide as high may bear two rows, as those of motorcycles do."""
MOST_CANDIDATES = 8
AS_SURE = 0.8
"""Two rows may be so much less sure, a character, than the one row that the whole plate was read as."""


def looks_at(
    crop: BgrFrame, margins: Sequence[tuple[float, float]], *, part: tuple[float, float] = (0.0, 1.0)
) -> NDArray[np.float32]:
    """Cut a plate out of its crop once for each margin.

    Args:
        crop: the plate made upright, with `MARGIN` around it, BGR uint8.
        margins: what to show around the plate in each look, parts of its width and height.
        part: between which parts of the plate's height to look; all of it by default.

    Returns:
        Grey pictures, shape (looks, 1, HEIGHT_PX, WIDTH_PX), float32, 0 to 255.
    """
    plate = plate_within(crop, MARGIN)
    (_, top), (_, bottom) = plate[0], plate[2]
    high = bottom - top
    plate[:2, 1], plate[2:, 1] = top + high * part[0], top + high * part[1]
    size = (WIDTH_PX, HEIGHT_PX)
    cuts = [rectify_grey(crop, plate, margin=each, size=size) for each in margins]
    return np.stack(cuts).astype(np.float32)[:, None]


def stacked(upper: PlateReading, lower: PlateReading) -> PlateReading:
    """Put the readings of a plate's two rows together.

    Args:
        upper: the first row's.
        lower: the second row's.

    Returns:
        One reading of both, its confidence their product; empty where a row is.
    """
    if not upper.text or not lower.text:
        return NOTHING_READ
    pairs = sorted(
        (
            Candidate(a.text + b.text, round(a.confidence * b.confidence, 6))
            for a in upper.candidates
            for b in lower.candidates
        ),
        key=lambda each: -each.confidence,
    )
    return PlateReading(
        text=upper.text + lower.text,
        confidence=pairs[0].confidence,
        characters=(*upper.characters, *lower.characters),
        candidates=tuple(pairs[:MOST_CANDIDATES]),
        raw=f"{upper.raw} {lower.raw}",
        region=upper.region or lower.region,
    )


def _tells_more(both: PlateReading, whole: PlateReading) -> bool:
    """Say whether two rows are a better reading than one of the whole plate, which may be of one row alone.

    More characters are less probable together: where the rows tell more, they are compared character by character.
    """
    if len(both.text) <= len(whole.text):
        return both.confidence > whole.confidence
    return _surety(both) >= AS_SURE * _surety(whole)


def _surety_of_path(columns: LogProbs) -> float:
    """Return the probability of the text along the likeliest path: where it is high, it is the likeliest text."""
    text = best_path(columns)
    return float(np.exp(text_log_probabilities(columns, [text])[0])) if text else 0.0


def _surety(reading: PlateReading) -> float:
    """Return the geometric mean of a reading's characters' probabilities."""
    return float(reading.confidence ** (1 / len(reading.text))) if reading.text else 0.0


def tempered(log_probs: LogProbs, temperature: float) -> LogProbs:
    """Divide log-probabilities by a temperature and make each column sum to 1 again.

    Args:
        log_probs: shape (..., classes).
        temperature: above 0; above 1 makes a model less sure.

    Returns:
        Log-probabilities of the same shape.

    Source:
        Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2
    """
    if temperature == 1.0:
        return log_probs
    scaled = log_probs / np.float32(temperature)
    peak = scaled.max(axis=-1, keepdims=True)
    normal: LogProbs = scaled - peak - np.log(np.exp(scaled - peak).sum(axis=-1, keepdims=True))
    return normal


def region_of(shares: NDArray[np.float32], regions: Sequence[str], *, at_least: float) -> str | None:
    """Name the region that several looks agree on.

    Args:
        shares: log-probability of each region in each look, shape (looks, len(regions)).
        regions: what the classes mean; only ISO 3166 codes are told, "EU" is none.
        at_least: below this mean probability no region is named.

    Returns:
        The code, or None.

    Raises:
        ValueError: there are not as many probabilities as regions.
    """
    if shares.ndim != 2 or shares.shape[1] != len(regions):
        raise ValueError(f"expected probabilities of shape (looks, {len(regions)}); got {shares.shape}")
    mean = np.exp(shares).mean(axis=0)
    best = int(mean.argmax())
    return regions[best] if mean[best] >= at_least and ISO_3166.fullmatch(regions[best]) else None


class OnnxReader:
    """Reads a plate with a model of input "crops" and outputs "log_probs" and, optionally, "region"."""

    def __init__(
        self,
        session: Session,
        *,
        margins: Sequence[tuple[float, float]],
        temperature: float = 1.0,
        regions: Sequence[str] = (),
        region_confidence: float = 0.8,
        sure: float = 1.0,
    ) -> None:
        self._session = session
        self._margins = tuple(margins)
        self._temperature = temperature
        self._regions = tuple(regions)
        self._region_confidence = region_confidence
        self._sure = sure
        self._outputs = ["log_probs", "region"] if regions else ["log_probs"]

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read the plate in the middle of a crop that has `MARGIN` around it (`PlateReader`)."""
        check_bgr(crop)
        plate = plate_within(crop, MARGIN)
        whole = self._read(crop)
        width, height = size_of(plate)
        if width >= STACKED_BELOW * height:
            return whole
        upper, lower = (self._read(crop, part=part) for part in ROWS)
        both = stacked(upper, lower)
        return both if _tells_more(both, whole) else whole

    def _read(self, crop: BgrFrame, *, part: tuple[float, float] = (0.0, 1.0)) -> PlateReading:
        """Look once, and where that leaves any character in doubt, as often as there are margins."""
        at_first = 1 if self._sure < 1 else len(self._margins)
        columns, shares = self._look(looks_at(crop, self._margins[:at_first], part=part))
        if at_first < len(self._margins) and _surety_of_path(columns[0]) <= self._sure:
            more, others = self._look(looks_at(crop, self._margins[at_first:], part=part))
            columns, shares = np.concatenate([columns, more]), np.concatenate([shares, others])
        told = region_of(shares, self._regions, at_least=self._region_confidence) if self._regions else None
        return reading_of(list(tempered(columns, self._temperature)), region=told)

    def _look(self, crops: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run the model; log-probabilities by column, and by region where the model tells it."""
        columns, *shares = self._session.run(self._outputs, {"crops": crops})
        return columns, shares[0] if shares else np.empty((len(crops), 0), dtype=np.float32)
