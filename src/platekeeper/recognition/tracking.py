"""Which plate of this frame is which of the last: by where it should be by now, pure and without pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from platekeeper.recognition.geometry import overlaps
from platekeeper.recognition.results import Box

REACH_WIDTHS = 1.5
"""A plate may be so many of its widths away from where it was expected."""
SIZE_CHANGE = 1.7
"""Between two looks a plate grows or shrinks by this factor at most."""


@dataclass(frozen=True)
class Track:
    """One plate over time.

    Attributes:
        number: tells tracks apart, in order of appearance.
        box: where the plate was last seen, pixels.
        seen_s: when it was last seen, in seconds of the video.
        speed: how fast its centre moved, x and y, pixels a second.
        started_s: when it was first seen.
        travelled_px: how far its centre has come from where it was first seen.
        looks: how often it was seen.
    """

    number: int
    box: Box
    seen_s: float
    started_s: float
    speed: tuple[float, float] = (0.0, 0.0)
    travelled_px: float = 0.0
    looks: int = 1

    def expected(self, time_s: float) -> Box:
        """Return where the plate should be at a time, if it moves on as before."""
        wait = time_s - self.seen_s
        dx, dy = self.speed[0] * wait, self.speed[1] * wait
        x1, y1, x2, y2 = self.box
        return (x1 + dx, y1 + dy, x2 + dx, y2 + dy)


def moved(track: Track, box: Box, time_s: float) -> Track:
    """Return a track that was seen again.

    Args:
        track: as it was.
        box: where its plate is now.
        time_s: when, later than before.

    Returns:
        The track with a speed that leans towards the newest step.
    """
    step = max(time_s - track.seen_s, 1e-3)
    (x, y), (was_x, was_y) = _centre(box), _centre(track.box)
    now = ((x - was_x) / step, (y - was_y) / step)
    speed = (
        now
        if track.looks == 1
        else tuple(0.6 * new + 0.4 * old for new, old in zip(now, track.speed, strict=True))
    )
    come = track.travelled_px + float(np.hypot(x - was_x, y - was_y))
    return replace(
        track, box=box, seen_s=time_s, speed=(speed[0], speed[1]), travelled_px=come, looks=track.looks + 1
    )


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def followed(tracks: Sequence[Track], boxes: Sequence[Box], time_s: float) -> dict[int, int]:
    """Say which box is which track's plate.

    Args:
        tracks: the plates seen lately.
        boxes: the plates of this frame, pixels.
        time_s: the time of this frame.

    Returns:
        Index of a box -> index of its track; boxes of new plates are left out. Each track has one box at
        most.
    """
    if not tracks or not boxes:
        return {}
    expected = np.array([track.expected(time_s) for track in tracks], dtype=np.float32)
    here = np.array(boxes, dtype=np.float32)
    likeness = _likeness(here, expected)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for index in np.argsort(-likeness, axis=None, kind="stable"):
        box, track = divmod(int(index), len(tracks))
        if likeness[box, track] <= 0:
            break
        if box not in pairs and track not in taken:
            pairs[box] = track
            taken.add(track)
    return pairs


def _likeness(here: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Score each pair: overlap plus nearness in plate widths; 0 where size or place cannot be one plate's."""
    wide, was_wide = here[:, 2] - here[:, 0], expected[:, 2] - expected[:, 0]
    ratio = wide[:, None] / np.maximum(was_wide[None, :], 1.0)
    middles = (here[:, :2] + here[:, 2:]) / 2
    was_middles = (expected[:, :2] + expected[:, 2:]) / 2
    apart = np.linalg.norm(middles[:, None] - was_middles[None], axis=2) / np.maximum(was_wide[None, :], 1.0)
    score = overlaps(here, expected) + np.maximum(0.0, 1 - apart / REACH_WIDTHS)
    possible = (ratio < SIZE_CHANGE) & (ratio > 1 / SIZE_CHANGE)
    return np.asarray(np.where(possible, score, 0.0))
