"""Video files and network streams, frame by frame; one frame is in memory, however long the video is.

A file is read whole, in steps. A live stream does not wait for us: a thread of its own takes every frame, and
only the newest is kept, so that a slow engine reads fewer frames and never late ones.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import floor
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np

from platekeeper.recognition.frames import BgrFrame, RecognitionError
from platekeeper.recognition.seams import EngineFailed

LIVE = frozenset({"rtsp", "rtsps", "rtmp", "udp", "tcp"})
"""Streams that do not wait for us, and that are opened again when they drop."""
SERVED = frozenset({"http", "https"})
"""Video files on a server: they wait, and they end."""
STREAM_TIMEOUT_MS = 10_000
WHOLE, LAST_FRAME_S = 0.95, 1.0
"""A video that ends before this part of its length, by more than so long as a frame may stand, is cut short."""
CLOCK_GRAIN_S = 0.001
"""A file's clock counts in steps of about this: what is early by no more is on time."""
RETRY_AFTER_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait before each new attempt at a dropped stream; it is given up after the last."""


class UnreadableFile(RecognitionError):  # noqa: N818  # named for what is so
    """A file, folder or stream of which no picture, or not every picture, can be had."""

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        super().__init__(f"{name}: {reason}; {remedy}.")
        self.name = name


@dataclass(frozen=True)
class SourceFrame:
    """One picture out of a source.

    Attributes:
        file: the file's path as given, or the stream's address without user and password.
        pixels: the picture, BGR uint8, upright.
        frame: number of the frame in a video, from 0; None for a picture file.
        time_s: seconds since the video's start; None for a picture file.
    """

    file: str
    pixels: BgrFrame
    frame: int | None = None
    time_s: float | None = None


def unread(frame: SourceFrame, failure: EngineFailed) -> UnreadableFile:
    """Return that an engine failed at a frame as what is told of a picture that cannot be read."""
    where = "" if frame.time_s is None else f"at {frame.time_s:.1f} s "
    return UnreadableFile(frame.file, f"{where}{failure.reason}", failure.remedy)


def is_stream(path: str) -> bool:
    """Say whether a path is the address of a network stream."""
    return urlsplit(path).scheme.lower() in LIVE | SERVED


def is_live(path: str) -> bool:
    """Say whether a path is the address of a stream that does not wait for us."""
    return urlsplit(path).scheme.lower() in LIVE


def without_credentials(address: str) -> str:
    """Return an address without user and password, fit to be shown and stored."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def duration_of(path: str) -> float | None:
    """Return how long a video file says it is, in seconds; None where it does not tell."""
    video = _open(path)
    try:
        return _promised_s(video)
    finally:
        video.release()


def _promised_s(video: cv2.VideoCapture) -> float | None:
    """Return how long a file says it is; what count and rate tell apart is guessed, what both tell together is not."""
    frames, rate = video.get(cv2.CAP_PROP_FRAME_COUNT), video.get(cv2.CAP_PROP_FPS)
    return frames / rate if frames > 0 and rate > 0 else None


def video_frames(path: str, *, every_s: float) -> Iterator[SourceFrame | UnreadableFile]:
    """Read a video file, from disk or from a server.

    Args:
        path: the file, or its address.
        every_s: the first frame of every so many seconds of its own clock; 0 gives all.

    Yields:
        Frames in their order; at the end an `UnreadableFile` if there were none, or if they end long before the
        file says that it does. (Frames are not counted: of a rate that varies, a file promises any number.)
    """
    name = without_credentials(path)
    video = _open(path)
    try:
        promised_s, seen, given, time_s = _promised_s(video) or 0.0, 0, -1, 0.0
        while video.grab():
            # the clock of the file: frames of varying rate have no other time
            time_s = max(time_s, video.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            # the first of each span, not the next so long after the last: frames seldom come when one is due
            span = floor((time_s + CLOCK_GRAIN_S) / every_s) if every_s else seen
            if span > given:
                decoded, pixels = video.retrieve()
                if decoded:
                    given = span
                    yield SourceFrame(name, np.asarray(pixels, dtype=np.uint8), seen, round(time_s, 3))
            seen += 1
    finally:
        video.release()
    if not seen:
        yield _without_pictures(path)
    elif time_s < WHOLE * promised_s - LAST_FRAME_S:
        reason = f"the video is cut short, {time_s:.1f} of {promised_s:.1f} s could be read"
        yield UnreadableFile(name, reason, "copy it again from its source if the end matters")


def _without_pictures(path: str) -> UnreadableFile:
    name = without_credentials(path)
    if not is_stream(path) and Path(path).is_file() and not Path(path).stat().st_size:
        return UnreadableFile(name, "the file is empty", "copy it again from its source")
    remedy = "check that it is a video with pictures, that it was copied whole, and its address if it has one"
    return UnreadableFile(name, "no picture can be had from it", remedy)


def stream_frames(
    address: str,
    *,
    every_s: float,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[SourceFrame | UnreadableFile]:
    """Read a live stream, always its newest frame; it is opened again when it drops.

    Args:
        address: with user and password where it needs them; they are never shown.
        every_s: one frame in so many seconds; 0 gives as many as can be taken.
        wait: waits so many seconds.
        clock: tells seconds, rising.

    Yields:
        Frames, numbered as they are taken, their time counted from the first; an `UnreadableFile` for each
        drop, and a last one when the stream never answered or stays away.
    """
    name = without_credentials(address)
    started, number = clock(), 0
    pauses: Iterator[float] = iter(())
    while True:
        for pixels in _newest_frames(address, every_s, wait, clock):
            pauses = iter(RETRY_AFTER_S)
            yield SourceFrame(name, pixels, number, round(clock() - started, 3))
            number += 1
        if not number:
            remedy = "check the address, the password and that the camera answers"
            yield UnreadableFile(name, "no picture can be had from it", remedy)
            return
        pause = next(pauses, None)
        if pause is None:
            yield UnreadableFile(name, "the stream ended and stays away", "check the camera and start again")
            return
        yield UnreadableFile(name, "the stream dropped", f"it is opened again in {pause:.0f} s")
        wait(pause)


def _newest_frames(
    address: str, every_s: float, wait: Callable[[float], None], clock: Callable[[], float]
) -> Iterator[BgrFrame]:
    """Give the newest frame whenever we are ready for one, until the stream drops."""
    taker = _Taker(address)
    taker.start()
    try:
        while (pixels := taker.newest()) is not None:
            due_s = clock() + every_s
            yield pixels
            wait(max(0.0, due_s - clock()))
    finally:
        taker.stop()


class _Taker(threading.Thread):
    """Takes every frame of a stream as it comes and keeps the newest."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True, name="stream")
        self._address = address
        self._changed = threading.Condition()
        self._newest: BgrFrame | None = None
        self._over = False

    def run(self) -> None:
        video = _open(self._address)
        try:
            while not self._over:
                taken, pixels = video.read()
                if not taken:
                    break
                with self._changed:
                    self._newest = np.asarray(pixels, dtype=np.uint8)
                    self._changed.notify()
        finally:
            video.release()
            with self._changed:
                self._over = True
                self._changed.notify()

    def newest(self) -> BgrFrame | None:
        """Wait for a frame not given before; None once the stream is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._over)
            newest, self._newest = self._newest, None
            return newest

    def stop(self) -> None:
        """Take no more frames."""
        self._over = True
        self.join(timeout=STREAM_TIMEOUT_MS / 1000)


def _open(path: str) -> cv2.VideoCapture:
    # what is wrong with a file is said once, in our words; -8 is FFmpeg's "quiet"
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    timeouts = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, STREAM_TIMEOUT_MS),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, STREAM_TIMEOUT_MS),
    ]
    return cv2.VideoCapture(path, cv2.CAP_FFMPEG, timeouts)
