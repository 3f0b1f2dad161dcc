"""Sightings: every plate of a picture, and one a passage of a video, whatever the path names."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from platekeeper.recognition.engines import Engine
from platekeeper.recognition.passages import PassageRules, passages_of
from platekeeper.recognition.results import Recognition
from platekeeper.recognition.seams import EngineFailed
from platekeeper.recognition.sources import frames_of, is_video
from platekeeper.recognition.videos import SourceFrame, UnreadableFile, is_live, unread

SETTLED_S = 2.0
"""On a live stream a plate in view for so long is told at once: an alert cannot wait until it has gone by."""


@dataclass(frozen=True)
class Sighting:
    """One plate seen: the frame that shows it (of a passage, the best), what was read, its number in that frame."""

    frame: SourceFrame
    found: Recognition
    place: int


def rules_for(path: str) -> PassageRules:
    """Return how the passages of a video or a stream are told."""
    return PassageRules(settled_s=SETTLED_S) if is_live(path) else PassageRules()


def sightings_in(path: str, engine: Engine, *, every_s: float = 0.1) -> Iterator[Sighting | UnreadableFile]:
    """Read what one picture, video or stream shows.

    Args:
        path: a file, or the address of a stream.
        engine: finds and reads.
        every_s: of a video, look at one frame in so many seconds; 0 looks at all.

    Yields:
        Plates with a text, as they are read; an `UnreadableFile` where nothing (more) can be read.
    """
    places: Counter[int | None] = Counter()
    frames = frames_of(path, every_s=every_s)
    for outcome in passages_of(frames, engine, rules_for(path)) if is_video(path) else frames:
        if isinstance(outcome, UnreadableFile):
            yield outcome
            continue
        frame = outcome if isinstance(outcome, SourceFrame) else outcome.best
        try:
            found = engine.recognize(frame.pixels) if isinstance(outcome, SourceFrame) else [outcome.found]
        except EngineFailed as failure:
            yield unread(frame, failure)
            continue
        for each in found:
            if each.reading.text:
                yield Sighting(frame, each, places[frame.frame])
                places[frame.frame] += 1
