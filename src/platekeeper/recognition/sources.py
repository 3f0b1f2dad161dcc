"""Where pictures come from: files, folders, videos and network streams, one frame in memory at a time.

A thing that cannot be read is a value in the stream (`UnreadableFile`), not the end of it: the rest is still
read.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.videos import (
    SourceFrame,
    UnreadableFile,
    is_live,
    is_stream,
    stream_frames,
    video_frames,
)

__all__ = ["SourceFrame", "UnreadableFile", "frames_of", "is_stream", "is_video", "listed", "load_picture"]

PICTURES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".jp2"}
)
VIDEOS = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".ts", ".mts", ".mpg", ".mpeg", ".wmv", ".flv"}
)

MAX_PIXELS = 120_000_000
"""8K has 33 million; what is beyond this is an orthophoto or an attack, and 360 MB in memory."""


def is_video(path: str) -> bool:
    """Say whether a path names a video, a file or a stream: what it shows is read by passages."""
    return is_stream(path) or Path(path).suffix.lower() in VIDEOS


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
    if is_live(path):
        yield from stream_frames(path, every_s=every_s)
    elif is_video(path):
        yield from video_frames(path, every_s=every_s)
    else:
        try:
            yield SourceFrame(path, load_picture(Path(path)))
        except UnreadableFile as problem:
            yield problem


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
    ImageOps.exif_transpose(picture, in_place=True)
    upright: Image.Image = picture
    if upright.mode in {"I;16", "I;16B", "I;16L", "I;16N", "I", "F"}:
        grey = _eight_bits(np.asarray(upright))
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
    if upright.has_transparency_data:
        seen = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    rgb = np.asarray(upright if upright.mode == "RGB" else upright.convert("RGB"))
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _eight_bits(grey: np.ndarray) -> np.ndarray:
    """Bring deeper grey values down to 8 bits; 12-bit cameras write their values into 16 bits unscaled."""
    values = grey.astype(np.float64)
    top = next((limit for limit in (1.0, 255.0, 4095.0) if values.max() <= limit), 65535.0)
    return np.asarray(np.clip(values * (255.0 / top), 0, 255), dtype=np.uint8)
