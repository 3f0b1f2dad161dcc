"""The reader: our own model's columns turned into a reading, from several looks at the same crop."""

import re
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.calibration import Points, calibrated
from platekeeper.recognition.ctc import LogProbs, reading_of
from platekeeper.recognition.finder import Session
from platekeeper.recognition.frames import BgrFrame, check_bgr
from platekeeper.recognition.geometry import plate_within, rectify
from platekeeper.recognition.results import PlateReading

HEIGHT_PX, WIDTH_PX = 48, 128
ISO_3166 = re.compile(r"(?!EU$)[A-Z]{2}(-[A-Z0-9]{1,3})?")
MARGIN = (0.12, 0.16)
"""What a crop shows around the plate, parts of its width and height: room for every look."""


def looks_at(crop: BgrFrame, margins: Sequence[tuple[float, float]]) -> NDArray[np.float32]:
    """Cut a plate out of its crop once for each margin.

    Args:
        crop: the plate made upright, with `MARGIN` around it, BGR uint8.
        margins: what to show around the plate in each look, parts of its width and height.

    Returns:
        Grey pictures, shape (looks, 1, HEIGHT_PX, WIDTH_PX), float32, 0 to 255.
    """
    plate = plate_within(crop, MARGIN)
    size = (WIDTH_PX, HEIGHT_PX)
    cuts = [
        cv2.cvtColor(rectify(crop, plate, margin=each, size=size), cv2.COLOR_BGR2GRAY) for each in margins
    ]
    return np.stack(cuts).astype(np.float32)[:, None]


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
        confidence: Points = ((0.0, 0.0), (1.0, 1.0)),
    ) -> None:
        self._session = session
        self._margins = tuple(margins)
        self._temperature = temperature
        self._regions = tuple(regions)
        self._region_confidence = region_confidence
        self._confidence = confidence
        self._outputs = ["log_probs", "region"] if regions else ["log_probs"]

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        """Read the plate in the middle of a crop that has `MARGIN` around it (`PlateReader`)."""
        check_bgr(crop)
        columns, *region = self._session.run(self._outputs, {"crops": looks_at(crop, self._margins)})
        region_told = (
            region_of(region[0], self._regions, at_least=self._region_confidence) if region else None
        )
        looks = list(tempered(columns, self._temperature))
        return calibrated(reading_of(looks, region=region_told), self._confidence)
