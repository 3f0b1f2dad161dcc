"""Free fonts as dies: about one plate in seven is drawn with them. Only pixels ever leave the machine."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.dies import ALPHABET, DRAWN_HEIGHT_PX, Die, Mask

FOLDERS = (Path(__file__).parent / "runs" / "fonts", Path("/usr/share/fonts"))
_LEFT_OUT = ("Math", "Oblique", "Italic", "ExtraLight", "Emoji", "Symbol", "Dingbats", "ZapfD")


def font_files(folders: tuple[Path, ...] = FOLDERS) -> list[Path]:
    """Return the upright font files under some folders, by name; an empty list where there are none."""
    found = (f for folder in folders if folder.is_dir() for f in folder.rglob("*"))
    fonts = (f for f in found if f.suffix in {".ttf", ".otf", ".woff"})
    return sorted((f for f in fonts if not any(part in f.name for part in _LEFT_OUT)), key=lambda f: f.name)


def font_die(file: Path, width: float) -> Die:
    """Rasterise one font as a die.

    Args:
        file: a TrueType, OpenType or WOFF file.
        width: factor on the characters' width.

    Returns:
        The die, each character stretched to the full height.
    """
    font = ImageFont.truetype(str(file), 130)
    return Die(file.stem, {c: _character(font, c, width) for c in ALPHABET})


def _character(font: ImageFont.FreeTypeFont, character: str, width: float) -> Mask:
    image = Image.new("L", (240, 240))
    ImageDraw.Draw(image).text((50, 30), character, font=font, fill=255)
    mask = np.asarray(image)
    rows, columns = np.flatnonzero(mask.max(axis=1) > 40), np.flatnonzero(mask.max(axis=0) > 40)
    cropped = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    across = max(4, round(cropped.shape[1] * DRAWN_HEIGHT_PX / cropped.shape[0] * width))
    return cv2.resize(cropped, (across, DRAWN_HEIGHT_PX), interpolation=cv2.INTER_AREA).astype(np.uint8)
