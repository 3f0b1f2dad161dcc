"""Small wording: state names, slogans, stickers, frames, captions and signs, cached as masks."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.dies import Mask
from training.fonts import font_files

Picture = NDArray[np.uint8]
_KINDS = {
    "serif": ("LiberationSerif-Bold.", "DejaVuSerif-Bold."),
    "script": ("LiberationSerif-Bold.", "DejaVuSerifCondensed-Bold."),
    "sans": ("LiberationSans-Bold.", "DejaVuSans-Bold."),
    "narrow": ("LiberationSansNarrow-Bold.", "DejaVuSansCondensed-Bold."),
    "mono": ("LiberationMono-Bold.", "DejaVuSansMono-Bold."),
}


@lru_cache(maxsize=16)
def _font(kind: str) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    wanted = _KINDS[kind]
    for file in font_files():
        if file.name.startswith(wanted):
            return ImageFont.truetype(str(file), 40)
    return ImageFont.load_default(40)


@lru_cache(maxsize=4096)
def lettering(text: str, kind: str = "sans") -> Mask:
    """Return the mask of a line of text, cropped to its ink, about 30 px high; sheared for `script`."""
    font = _font(kind)
    width = int(font.getlength(text)) + 40
    image = Image.new("L", (width, 64))
    ImageDraw.Draw(image).text((20, 6), text, font=font, fill=255)
    mask = np.asarray(image)
    if kind == "script":
        shear = np.array([[1, -0.25, 12], [0, 1, 0]], np.float32)
        mask = cv2.warpAffine(mask, shear, (width, 64)).astype(np.uint8)
    rows, columns = np.flatnonzero(mask.max(axis=1) > 60), np.flatnonzero(mask.max(axis=0) > 60)
    if not len(rows):
        return np.zeros((8, 8), np.uint8)
    return np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def write(
    picture: Picture, text: str, kind: str, ink: NDArray[np.float32], box: tuple[float, float, float, float]
) -> None:
    """Write a line of text into a picture, in place, shrunk to fit a box.

    Args:
        picture: BGR, changed.
        text: the line.
        kind: one of serif, script, sans, narrow, mono.
        ink: BGR, 0..255.
        box: centre x, centre y, greatest width, height, in pixels.
    """
    mask = lettering(text, kind)
    centre_x, centre_y, widest, height = box
    across = min(widest, mask.shape[1] * height / mask.shape[0])
    size = (max(2, round(across)), max(2, round(height)))
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    blend(picture, small, ink, round(centre_x - size[0] / 2), round(centre_y - size[1] / 2))


def blend(picture: Picture, mask: Mask, ink: NDArray[np.float32], x: int, y: int) -> None:
    """Lay one colour over a picture, in place, through a mask with its corner at x, y; it may stick out."""
    left, top = max(0, -x), max(0, -y)
    right, bottom = min(mask.shape[1], picture.shape[1] - x), min(mask.shape[0], picture.shape[0] - y)
    if right <= left or bottom <= top:
        return
    part = picture[y + top : y + bottom, x + left : x + right]
    share = mask[top:bottom, left:right, None].astype(np.float32) * (1 / 255)
    part[:] = part + (ink - part) * share


def colour(code: str) -> NDArray[np.float32]:
    """Return RRGGBB as BGR, 0..255."""
    return np.array([int(code[i : i + 2], 16) for i in (4, 2, 0)], np.float32)
