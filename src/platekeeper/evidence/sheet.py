"""The sheet: one read on one page, for a court's paper file (HLD-06).

Pictures on it are display copies: made smaller, with the watermark drawn into them (SHR-11). The originals are files of
the package, byte for byte.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import qrcode
from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

rl_config.useA85 = 0  # a third smaller and faster; every PDF reader takes binary streams

_WIDTH, _HEIGHT = 612.0, 792.0  # letter, in points
_MARGIN = 42.0
_INK, _SOFT, _LINE = HexColor("#1a1d21"), HexColor("#565c65"), HexColor("#c6cace")
_WIDEST_PX = 640
_MARK_PX = (640, 640)


@dataclass(frozen=True)
class Watermark:
    """Who took a copy out, when, and under which request (SHR-11).

    Attributes:
        person: name and username.
        moment: the time, in words.
        request: number of the access record.
    """

    person: str
    moment: str
    request: str

    @property
    def lines(self) -> tuple[str, str]:
        """What is drawn."""
        return f"{self.person}  {self.moment}", self.request


@dataclass(frozen=True)
class Sheet:
    """What stands on the page.

    Attributes:
        agency: whose read it is.
        plate: the text that was read.
        region: its state, in words; empty if unknown.
        facts: label and value, in order.
        characters: for each place of the plate the likeliest characters with their probability, 0..1.
        hits: a line each.
        pictures: title and bytes of each original.
        read_id: the read's number.
        digest: SHA-256 of the read's document, 64 hexadecimal digits.
        mark: who prints it.
    """

    agency: str
    plate: str
    region: str
    facts: Sequence[tuple[str, str]]
    characters: Sequence[Sequence[tuple[str, float]]]
    hits: Sequence[str]
    pictures: Mapping[str, bytes]
    read_id: str
    digest: str
    mark: Watermark


def display_copy(content: bytes, mark: Watermark) -> bytes | None:
    """Return a smaller JPEG of a picture with the watermark drawn into it, or None where it is no picture.

    Args:
        content: the original's bytes.
        mark: what is drawn.
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            # with a gap of 1 a JPEG is decoded at a fraction of its size, four times as fast
            picture.thumbnail((_WIDEST_PX, _WIDEST_PX), Image.Resampling.BILINEAR, reducing_gap=1.0)
            copy = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if copy.width < 360:  # so that the watermark is legible on a plate's crop
        copy = copy.resize((360, max(1, copy.height * 360 // copy.width)))
    light, dark = _mark_of(mark)
    copy.paste((0, 0, 0), (0, 0), dark.crop((0, 0, *copy.size)))
    copy.paste((255, 255, 255), (0, 0), light.crop((0, 0, *copy.size)))
    written = io.BytesIO()
    copy.save(written, "JPEG", quality=82)
    return written.getvalue()


@lru_cache(maxsize=4)
def _mark_of(mark: Watermark) -> tuple[Image.Image, Image.Image]:
    """Return the watermark as two masks, letters and their shadow, repeated over more than any copy is large."""
    font = ImageFont.load_default(13)
    masks = []
    for shift in (0, 1):
        mask = Image.new("L", _MARK_PX, 0)
        draw = ImageDraw.Draw(mask)
        for row, y in enumerate(range(6, _MARK_PX[1], 40)):
            draw.text((8 - row % 3 * 60 + shift, y + shift), f"{mark.lines[row % 2]}     " * 6, 105, font)
        masks.append(mask)
    return masks[0], masks[1]


def pdf_of(sheet: Sheet) -> bytes:
    """Return the page as a PDF; the same sheet is the same bytes.

    Args:
        sheet: what stands on it.
    """
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    canvas.setTitle(f"Read {sheet.read_id}")
    canvas.setAuthor(sheet.agency)
    y = _head(canvas, sheet)
    y = _pictures(canvas, sheet, y)
    y = _facts(canvas, sheet, y)
    y = _characters(canvas, sheet, y)
    _lines(canvas, "Hits", sheet.hits or ("On no hot list when it was read.",), y)
    _foot(canvas, sheet)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def _text(canvas: Canvas, x: float, y: float, text: str, *, size: float = 9, bold: bool = False) -> None:
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    canvas.drawString(x, y, _printable(text))


def _printable(text: str) -> str:
    return text.encode("cp1252", "replace").decode("cp1252")  # what the standard fonts of PDF can write


def _head(canvas: Canvas, sheet: Sheet) -> float:
    top = _HEIGHT - _MARGIN
    canvas.setFillColor(_SOFT)
    _text(canvas, _MARGIN, top - 8, f"{sheet.agency}  ·  License plate read")
    canvas.setFillColor(_INK)
    canvas.setFont("Courier-Bold", 30)
    canvas.drawString(_MARGIN, top - 42, _printable(sheet.plate))
    _text(canvas, _MARGIN + 20 + len(sheet.plate) * 18, top - 40, sheet.region, size=12)
    canvas.setStrokeColor(_LINE)
    canvas.line(_MARGIN, top - 54, _WIDTH - _MARGIN, top - 54)
    return top - 64


def _pictures(canvas: Canvas, sheet: Sheet, y: float) -> float:
    height, x, lowest = 210.0, _MARGIN, y
    free = _WIDTH - 2 * _MARGIN
    for title, content in sheet.pictures.items():
        copy = display_copy(content, sheet.mark)
        if copy is None:
            _text(canvas, x, y - 12, f"{title}: this file is not a picture that can be drawn.")
            lowest = min(lowest, y - 24)
            continue
        reader = ImageReader(io.BytesIO(copy))
        width_px, height_px = reader.getSize()
        box = free * (0.62 if x == _MARGIN and len(sheet.pictures) > 1 else 0.36)
        scale = min(box / width_px, height / height_px)
        canvas.drawImage(reader, x, y - height_px * scale, width_px * scale, height_px * scale)
        canvas.setFillColor(_SOFT)
        _text(canvas, x, y - height_px * scale - 10, f"{title}, display copy", size=7.5)
        canvas.setFillColor(_INK)
        lowest = min(lowest, y - height_px * scale - 16)
        x += box + free * 0.02
    return lowest - 10


def _facts(canvas: Canvas, sheet: Sheet, y: float) -> float:
    for label, value in sheet.facts:
        canvas.setFillColor(_SOFT)
        _text(canvas, _MARGIN, y, label)
        canvas.setFillColor(_INK)
        _text(canvas, _MARGIN + 112, y, value[:88])
        y -= 13
    return y - 6


def _characters(canvas: Canvas, sheet: Sheet, y: float) -> float:
    if not sheet.characters:
        return y
    _text(canvas, _MARGIN, y, "Character by character, likeliest first", bold=True)
    step = min(52.0, (_WIDTH - 2 * _MARGIN) / len(sheet.characters))
    for place, alternatives in enumerate(sheet.characters):
        for row, (char, probability) in enumerate(alternatives[:3]):
            x, line = _MARGIN + place * step, y - 14 - row * 12
            _text(canvas, x, line, char, bold=row == 0)
            _text(canvas, x + 11, line, f"{int(probability * 1000) / 10:g} %", size=7.5)
    return y - 58


def _lines(canvas: Canvas, title: str, lines: Sequence[str], y: float) -> None:
    _text(canvas, _MARGIN, y, title, bold=True)
    room = max(0, int((y - _MARGIN - 110) / 12))
    shown = [
        *lines[:room],
        *((f"and {len(lines) - room} more, in the package",) if len(lines) > room else ()),
    ]
    for number, line in enumerate(shown):
        _text(canvas, _MARGIN, y - 13 - number * 12, line[:104])


def _foot(canvas: Canvas, sheet: Sheet) -> None:
    side = 84.0
    code = _qr_of(f"platekeeper read {sheet.read_id} sha256 {sheet.digest}")
    canvas.drawImage(ImageReader(code), _WIDTH - _MARGIN - side, _MARGIN, side, side)
    canvas.setStrokeColor(_LINE)
    canvas.line(_MARGIN, _MARGIN + side + 6, _WIDTH - _MARGIN, _MARGIN + side + 6)
    lines = (
        ("Read", sheet.read_id, "Courier"),
        ("SHA-256", sheet.digest[:32], "Courier"),
        ("", sheet.digest[32:], "Courier"),
        ("Printed by", sheet.mark.person, "Helvetica"),
        ("On", sheet.mark.moment, "Helvetica"),
        ("Access record", sheet.mark.request, "Courier"),
    )
    for number, (label, value, font) in enumerate(lines):
        line = _MARGIN + side - 12 - number * 13
        canvas.setFillColor(_SOFT)
        _text(canvas, _MARGIN, line, label)
        canvas.setFillColor(_INK)
        canvas.setFont(font, 9)
        canvas.drawString(_MARGIN + 76, line, _printable(value))


def _qr_of(text: str) -> Image.Image:
    # a fixed mask: looking for the prettiest of eight takes longer than all the rest of the page
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=2, mask_pattern=3)
    code.add_data(text)
    code.make(fit=True)
    cells = code.get_matrix()
    picture = Image.new("1", (len(cells), len(cells)), 1)
    picture.putdata([0 if cell else 1 for row in cells for cell in row])
    return picture.resize((len(cells) * 4, len(cells) * 4))
