"""Passages: one read for each time a plate goes by, however many frames show it.

Still frames are not searched. Plates are followed from frame to frame; of each, the best few crops are kept
and read when it has gone by (or, on live streams, once it has been in view for a while), and their readings
are fused. What is kept is bounded: an hour of video needs no more memory than a minute.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from platekeeper.recognition.engines import Engine
from platekeeper.recognition.frames import BgrFrame, GrayFrame, check_bgr
from platekeeper.recognition.fusion import fuse
from platekeeper.recognition.geometry import as_quad, rectify
from platekeeper.recognition.results import PlateReading, PlateRegion, Recognition
from platekeeper.recognition.seams import EngineFailed
from platekeeper.recognition.tracking import Track, followed, moved
from platekeeper.recognition.videos import SourceFrame, UnreadableFile, unread

STILL_LEVELS = 10
"""A frame is still when no patch of it has changed by more grey levels than this (of 255)."""
PATCHES = (64, 36)
FIXED_S, FIXED_WIDTHS = 2.0, 0.02
"""What moves by less than this part of its width a look, for so long, stands still."""
MOST_REFUSED = 16
"""So many texts that were no plates are remembered: what stands beside the camera's clock is none."""
SAME_PLATE_S = 5.0
"""The same text again within so many seconds is the same passage: a wiper, a lamp post, a lost track."""


@dataclass(frozen=True)
class PassageRules:
    """How passages are told.

    Attributes:
        gone_s: a plate not seen for so long has gone by.
        settled_s: a plate in view for so long is told at once and not again; None waits until it has gone by.
        crops: how many of the best crops are read.
        looks: a plate seen fewer times than this is an error of the finder.
        live: how many plates are followed at a time; the oldest gives way.
    """

    gone_s: float = 1.0
    settled_s: float | None = None
    crops: int = 3
    looks: int = 2
    live: int = 32


@dataclass(frozen=True)
class Passage:
    """One plate going by.

    Attributes:
        best: the frame that shows it best.
        found: where it is in that frame, and what all good frames together say.
        started_s: when it was first seen, seconds of the video.
        ended_s: when it was last seen.
        looks: in how many frames it was seen.
    """

    best: SourceFrame
    found: Recognition
    started_s: float
    ended_s: float
    looks: int


@dataclass
class _Crop:
    quality: float
    pixels: BgrFrame


@dataclass
class _Followed:
    """A plate in view: its track, its best crops, and the frame that shows it best."""

    track: Track
    best: SourceFrame
    region: PlateRegion
    crops: list[_Crop] = field(default_factory=list)
    told: bool = False

    def is_fixed(self) -> bool:
        """Say whether it has long stood on one spot: parked, or a caption, whose text changes if it is a clock."""
        x1, _, x2, _ = self.track.box
        long = self.track.seen_s - self.track.started_s >= FIXED_S
        return long and self.track.travelled_px < FIXED_WIDTHS * (x2 - x1) * self.track.looks


def clearness(crop: BgrFrame) -> float:
    """Say how well a crop can be read: sharp edges and many pixels.

    Args:
        crop: a plate made upright, BGR uint8.

    Returns:
        A number to compare crops of one plate by; 0 for an even area.
    """
    check_bgr(crop)
    grey = cv2.resize(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), (128, 48), interpolation=cv2.INTER_AREA)
    edges = cv2.Laplacian(grey, cv2.CV_32F)
    return float(edges.std() * min(crop.shape[1], 160) ** 0.5)


def is_still(before: GrayFrame | None, now: GrayFrame) -> bool:
    """Say whether nothing moved between two thumbnails of one shape."""
    return before is not None and int(cv2.absdiff(before, now).max()) <= STILL_LEVELS


def thumbnail(frame: BgrFrame) -> GrayFrame:
    """Shrink a frame to a few grey patches; averaging takes the sensor's noise out."""
    small = cv2.resize(frame, PATCHES, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


class PassageReader:
    """Reads the frames of one video in their order."""

    def __init__(self, engine: Engine, rules: PassageRules = PassageRules()) -> None:
        self._engine = engine
        self._rules = rules
        self._followed: list[_Followed] = []
        self._numbers = 0
        self._searched: GrayFrame | None = None
        self._before_s = 0.0
        self._lately: dict[str, float] = {}
        self._refused: list[Recognition] = []
        self._failing = False

    def see(self, frame: SourceFrame) -> list[Passage | UnreadableFile]:
        """Look at the next frame.

        Args:
            frame: with its time; times rise.

        Returns:
            The passages that this frame ends or settles; an `UnreadableFile` where the engine fails at it, of
            several frames in a row at the first.
        """
        now = frame.time_s or 0.0
        problems: list[UnreadableFile] = []
        patches = thumbnail(frame.pixels)
        if is_still(self._searched, patches):
            # what was there in the frame before is there still; what had left has not come back
            for each in self._followed:
                if each.track.seen_s >= self._before_s:
                    each.track = replace(each.track, seen_s=now)
        else:
            problems = self._search(frame, now)
            self._searched = None if self._failing else patches
        self._before_s = now
        gone = [each for each in self._followed if now - each.track.seen_s > self._rules.gone_s]
        self._followed = [each for each in self._followed if each not in gone]
        settled = [each for each in self._followed if self._has_settled(each)]
        return [*problems, *self._told([*gone, *settled])]

    def end(self) -> list[Passage | UnreadableFile]:
        """Tell the passages that were under way when the video ended."""
        rest, self._followed = self._followed, []
        return self._told(rest)

    def _has_settled(self, each: _Followed) -> bool:
        settled = self._rules.settled_s
        return settled is not None and each.track.seen_s - each.track.started_s >= settled

    def _search(self, frame: SourceFrame, now: float) -> list[UnreadableFile]:
        was_failing, self._failing = self._failing, True
        try:
            regions = self._engine.finder.find_plates(frame.pixels)
        except EngineFailed as failure:
            return [] if was_failing else [unread(frame, failure)]
        self._failing = False
        self._follow(frame, regions, now)
        return []

    def _follow(self, frame: SourceFrame, regions: Sequence[PlateRegion], now: float) -> None:
        pairs = followed([each.track for each in self._followed], [region.box for region in regions], now)
        for index, region in enumerate(regions):
            if index in pairs:
                each = self._followed[pairs[index]]
                each.track = moved(each.track, region.box, now)
            else:
                each = _Followed(Track(self._numbers, region.box, now, now), frame, region)
                self._numbers += 1
                self._followed.append(each)
            self._keep(each, frame, region)
        overfull = len(self._followed) - self._rules.live
        if overfull > 0:
            del self._followed[:overfull]

    def _keep(self, each: _Followed, frame: SourceFrame, region: PlateRegion) -> None:
        """Keep this look at a plate if it is among its best."""
        if each.told:
            return
        pixels = rectify(frame.pixels, as_quad(region.corners), margin=self._engine.margin)
        crop = _Crop(clearness(pixels) * region.confidence, pixels)
        if not each.crops or crop.quality >= max(kept.quality for kept in each.crops):
            each.best, each.region = frame, region
        each.crops = sorted([*each.crops, crop], key=lambda kept: -kept.quality)[: self._rules.crops]

    def _told(self, finished: Iterable[_Followed]) -> list[Passage | UnreadableFile]:
        """Read plates that have gone by or settled, and leave out captions and what was told a moment ago."""
        read = [(each, self._read(each)) for each in finished if not each.told]
        seen = [(each, found) for each, found in read if isinstance(found, Recognition)]
        problems = [found for _, found in read if isinstance(found, UnreadableFile)]
        plates = self._engine.choose([*(found for _, found in seen), *self._refused])
        kept = {id(found) for found in plates}
        self._refused = [*(found for _, found in seen if id(found) not in kept), *self._refused][
            :MOST_REFUSED
        ]
        passages = [
            Passage(
                each.best,
                self._engine.described(each.best.pixels, found),
                each.track.started_s,
                each.track.seen_s,
                each.track.looks,
            )
            for each, found in seen
            if id(found) in kept
        ]
        return [*problems, *(passage for passage in passages if self._is_new(passage))]

    def _read(self, each: _Followed) -> Recognition | UnreadableFile | None:
        """Read a plate's best crops together; None for what was seen too seldom to be one."""
        each.told = True
        crops, each.crops = each.crops, []
        if each.track.looks < self._rules.looks:
            return None
        readings, failures = self._readings(crops)
        if not readings:
            return unread(each.best, failures[0])
        if each.is_fixed() and len({reading.text for reading in readings}) > 1:
            return None
        return Recognition(each.region, fuse(readings))

    def _readings(self, crops: Iterable[_Crop]) -> tuple[list[PlateReading], list[EngineFailed]]:
        """Read crops, each apart: the engine may fail at some of them."""
        readings: list[PlateReading] = []
        failures: list[EngineFailed] = []
        for crop in crops:
            try:
                readings.append(self._engine.reader.read_plate(crop.pixels))
            except EngineFailed as failure:
                failures.append(failure)
        return readings, failures

    def _is_new(self, passage: Passage) -> bool:
        """Say whether this plate was not told a moment ago, and remember it."""
        text = passage.found.reading.text
        self._lately = {
            known: ended for known, ended in self._lately.items() if passage.started_s - ended < SAME_PLATE_S
        }
        before, self._lately[text] = self._lately.get(text), passage.ended_s
        return before is None


def passages_of(
    frames: Iterable[SourceFrame | UnreadableFile], engine: Engine, rules: PassageRules = PassageRules()
) -> Iterator[Passage | UnreadableFile]:
    """Read the passages of one video.

    Args:
        frames: its frames in order (`sources.frames_of`).
        engine: finds and reads.
        rules: how passages are told.

    Yields:
        Passages as they end or settle, and what could not be read as it comes.
    """
    reader = PassageReader(engine, rules)
    for frame in frames:
        if isinstance(frame, UnreadableFile):
            yield frame
        else:
            yield from reader.see(frame)
    yield from reader.end()
