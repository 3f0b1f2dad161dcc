"""Where pictures come from: files, folders, videos and network streams, one frame in memory at a time.

A thing that cannot be read is a value in the stream (`UnreadableFile`), not the end of it: the rest is still
read.
"""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from platekeeper.recognition.frames import BgrFrame, RecognitionError

PICTURES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".jp2"}
)
VIDEOS = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".ts", ".mts", ".mpg", ".mpeg", ".wmv", ".flv"}
)
STREAMS = frozenset({"rtsp", "rtsps", "rtmp", "http", "https"})

MAX_PIXELS = 120_000_000
"""8K has 33 million; what is beyond this is an orthophoto or an attack, and 360 MB in memory."""
STREAM_TIMEOUT_MS = 10_000


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


def is_stream(path: str) -> bool:
    """Say whether a path is the address of a network stream."""
    return urlsplit(path).scheme.lower() in STREAMS


def listed(path: str) -> list[str]:
    """List the files that a path stands for.

    Args:
        path: a file, a folder (searched in depth for pictures and videos), or the address of a stream.

    Returns:
        The paths, sorted; the path itself where it is no folder.

    Raises:
        UnreadableFile: there is no such file, or the folder holds neither pictures nor videos.
    """
    if is_stream(path):
        return [path]
    place = Path(path)
    if not place.exists():
        raise UnreadableFile(path, "there is no such file or folder", "check the name")
    if not place.is_dir():
        return [path]
    files = sorted(str(each) for each in place.rglob("*") if _wanted(each, place))
    if not files:
        raise UnreadableFile(path, "the folder holds no pictures and no videos", "name a folder that does")
    return files


def _wanted(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.lower() in PICTURES | VIDEOS and file.is_file()


def frames_of(path: str, *, every_s: float = 0.5) -> Iterator[SourceFrame | UnreadableFile]:
    """Read the pictures of one file or stream, one at a time.

    Args:
        path: a picture file, a video file, or the address of a stream.
        every_s: of a video, give one frame in so many seconds; 0 gives all.

    Yields:
        Frames in their order; an `UnreadableFile` where nothing (more) can be read.
    """
    if is_stream(path):
        yield from _video_frames(path, _without_credentials(path), every_s)
    elif Path(path).suffix.lower() in VIDEOS:
        yield from _video_frames(path, path, every_s)
    else:
        try:
            yield SourceFrame(path, load_picture(Path(path)))
        except UnreadableFile as problem:
            yield problem


def _without_credentials(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def load_picture(file: Path) -> BgrFrame:
    """Load a picture file as it is meant to be seen.

    Args:
        file: the file; its rotation mark (EXIF) is honoured, grey, 16-bit, CMYK and transparent pictures are
            brought to colour (transparency over white).

    Returns:
        The picture, shape (height, width, 3), uint8, BGR.

    Raises:
        UnreadableFile: the file cannot be opened, is empty, is no picture, is damaged, or is too large.
    """
    name = str(file)
    try:
        with warnings.catch_warnings():
            # Pillow warns of sizes far below our own limit, and of small slips in a file's metadata
            warnings.simplefilter("ignore")
            return _load(file)
    except UnidentifiedImageError:
        if file.stat().st_size == 0:
            raise UnreadableFile(name, "the file is empty", "copy it again from its source") from None
        raise UnreadableFile(
            name, "this is no picture that can be read", "give JPEG, PNG, WebP, BMP or TIFF"
        ) from None
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except (OSError, SyntaxError, ValueError, EOFError) as problem:
        if isinstance(problem, PermissionError | FileNotFoundError | IsADirectoryError):
            raise UnreadableFile(
                name, f"it cannot be opened ({problem.strerror})", "check name and rights"
            ) from None
        raise UnreadableFile(
            name, "the picture is damaged or cut short", "copy it again from its source"
        ) from None


def _load(file: Path) -> BgrFrame:
    with Image.open(file) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise _too_large(str(file))
        return _bgr(picture)


def _too_large(name: str) -> UnreadableFile:
    return UnreadableFile(
        name, f"it has more than {MAX_PIXELS // 1_000_000} million pixels", "scale it down first"
    )


def _bgr(picture: Image.Image) -> BgrFrame:
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in {"I;16", "I;16B", "I;16L", "I;16N", "I", "F"}:
        grey = _eight_bits(np.asarray(upright))
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
    if upright.has_transparency_data:
        seen = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    return np.ascontiguousarray(np.asarray(upright.convert("RGB"))[:, :, ::-1])


def _eight_bits(grey: np.ndarray) -> np.ndarray:
    """Bring deeper grey values down to 8 bits; 12-bit cameras write their values into 16 bits unscaled."""
    values = grey.astype(np.float64)
    top = next((limit for limit in (1.0, 255.0, 4095.0) if values.max() <= limit), 65535.0)
    return np.asarray(np.clip(values * (255.0 / top), 0, 255), dtype=np.uint8)


def _video_frames(path: str, name: str, every_s: float) -> Iterator[SourceFrame | UnreadableFile]:
    """Give the frames of a video in steps of `every_s`, then say so if the file ended before its time."""
    video = _open_video(path)
    try:
        expected, number, due_s, time_s = int(video.get(cv2.CAP_PROP_FRAME_COUNT)), 0, 0.0, 0.0
        while video.grab():
            # the clock of the file: frames of varying rate have no other time
            time_s = max(time_s, video.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            if time_s >= due_s:
                decoded, pixels = video.retrieve()
                if decoded:
                    due_s = time_s + every_s
                    yield SourceFrame(name, np.asarray(pixels, dtype=np.uint8), number, round(time_s, 3))
            number += 1
    finally:
        video.release()
    if not number:
        yield UnreadableFile(name, "no picture can be had from it", _video_remedy(path))
    elif is_stream(path):
        yield UnreadableFile(
            name, f"the stream ended after {time_s:.0f} s", "check the camera and start again"
        )
    elif number < 0.95 * expected - 2:
        yield UnreadableFile(
            name,
            f"the video is cut short, {number} of {expected} frames could be read",
            "copy it again from its source if the end matters",
        )


def _video_remedy(path: str) -> str:
    if is_stream(path):
        return "check the address, the password and that the camera answers"
    return "check that it is a video with pictures and was copied whole"


def _open_video(path: str) -> cv2.VideoCapture:
    # what is wrong with a file is said once, in our words; -8 is FFmpeg's "quiet"
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    timeouts = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, STREAM_TIMEOUT_MS),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, STREAM_TIMEOUT_MS),
    ]
    return cv2.VideoCapture(path, cv2.CAP_FFMPEG, timeouts)
