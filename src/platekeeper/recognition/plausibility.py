"""Which texts of a picture are plates: text recognition also reads captions, clocks and shop signs.

Only shape and characters decide; what serials a state issues is `plates`' business. A text of letters alone
is left out: without a plate finder nothing tells a vanity plate from TAXI, and a wrong read costs more than
a missing one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from platekeeper.recognition.geometry import as_quad, size_of
from platekeeper.recognition.results import PlateRegion, Recognition

SEPARATORS = re.compile(r"[\s\-.·•'|_*]+")
CLOCK_OR_DATE = re.compile(
    r"\d\s*[:/]\s*\d|\b(19|20)\d\d[-.]\d\d?[-.]\d\d?\b|\b\d\d?[-.]\d\d?[-.](19|20)?\d\d\b"
)
PHONE = re.compile(r"\(?\d{3}\)?[\s.\-]?\d{3}[\s.\-]?\d{4}|^\D*\d{8,}\D*$")
LOCAL_PHONE = re.compile(r"^\s*\d{3}[\s.\-]\d{4}\s*$")
"""Looks like a plate of New Hampshire or Illinois too."""
SPEED = re.compile(r"\d\s*(km/?h|mph)\b", re.IGNORECASE)
EDGE_PX, FILLING = 2.0, 1 / 3
"""So near to the frame's edge a plate may be cut off; not where it takes up this part of the frame's width."""
FOREIGN_MARKS = re.compile(r"[^\s\-.·•'|_*0-9A-Za-z]")


@dataclass(frozen=True)
class PlateShape:
    """What the text on a plate looks like.

    Attributes:
        characters: how many characters it has, both ends included.
        ratio: width of the text over its height, both ends included; two rows count as one text.
        min_height_px: lower text cannot be read reliably.
        max_tilt: how far it may lean, as rise over run.
        min_confidence: readings less sure are no plates.
        max_marks: how many characters a plate cannot bear may have been read within it.
    """

    characters: tuple[int, int] = (4, 8)
    ratio: tuple[float, float] = (1.2, 8.5)
    min_height_px: float = 9.0
    max_tilt: float = 0.6
    min_confidence: float = 0.02
    max_marks: int = 1


PLATE_SHAPE = PlateShape()


def is_caption(raw: str, *, local: bool = True) -> bool:
    """Say whether a text as read, with its marks, is a clock, a date, a telephone number or a speed.

    Args:
        raw: the text.
        local: whether three digits and four are a telephone number: not where a finder of plates told the place.
    """
    phones = (PHONE, LOCAL_PHONE) if local else (PHONE,)
    return any(pattern.search(raw) for pattern in (CLOCK_OR_DATE, *phones, SPEED))


def is_wording(text: str, raw: str) -> bool:
    """Say whether letters that were read as a plate's stand there in small ones: a caption, a slogan, a shop sign.

    Args:
        text: what was read, capitals.
        raw: the same place as a reader saw it that tells small letters from capitals.
    """
    seen = SEPARATORS.sub("", raw)
    return text.isalpha() and text not in seen and text.lower() in seen.lower()


def may_be_cut_off(region: PlateRegion, width: int, height: int) -> bool:
    """Say whether a plate ends where the frame does, so that part of it may not be in view.

    Args:
        region: the plate.
        width: of the frame, pixels.
        height: of the frame, pixels.

    Returns:
        False where the plate fills the frame, which was then cut out around it.
    """
    x1, y1, x2, y2 = region.box
    nearest = min(x1, y1, width - x2, height - y2)
    return nearest < EDGE_PX and x2 - x1 < FILLING * width


def is_plate_text(raw: str, text: str, *, shape: PlateShape = PLATE_SHAPE) -> bool:
    """Say whether a text may stand on a plate.

    Args:
        raw: the text as read, with spaces and marks.
        text: the same, only its characters 0-9 and A-Z.
        shape: what plates look like.

    Returns:
        False for clocks, dates, phone numbers, speeds, letters alone, and texts too short or too long.
    """
    low, high = shape.characters
    if not low <= len(text) <= high or text.isalpha():
        return False
    if text.isdigit() and len(text) < 5:
        return False
    return not is_caption(raw) and len(FOREIGN_MARKS.findall(raw)) <= shape.max_marks


def is_plate_shaped(recognition: Recognition, *, shape: PlateShape = PLATE_SHAPE) -> bool:
    """Say whether a text has a plate's form: wide and high enough, not too tilted, read with some surety."""
    corners = as_quad(recognition.region.corners)
    width, height = size_of(corners)
    run, rise = corners[1] - corners[0]
    return (
        height >= shape.min_height_px
        and shape.ratio[0] <= width / height <= shape.ratio[1]
        and abs(rise) <= shape.max_tilt * abs(run)
        and recognition.reading.confidence >= shape.min_confidence
    )


def plates_of(recognitions: Sequence[Recognition], *, shape: PlateShape = PLATE_SHAPE) -> list[Recognition]:
    """Keep the plates among the texts of one picture, the tallest first.

    The tallest plate-like text is a better guess than the surest; a lower text close to a taller one is that
    plate's caption (state, dealer, slogan), and what stands in one row with a clock or a date is the
    camera's own caption.

    Args:
        recognitions: every text that was read in the picture.
        shape: what plates look like.

    Returns:
        The plates.
    """
    captions = [each for each in recognitions if CLOCK_OR_DATE.search(each.reading.raw)]
    plates: list[Recognition] = []
    for each in sorted(recognitions, key=_height, reverse=True):
        likely = is_plate_text(each.reading.raw, each.reading.text, shape=shape) and is_plate_shaped(
            each, shape=shape
        )
        if (
            likely
            and not any(_in_row(each, caption) for caption in captions)
            and not any(_is_caption_of(each, plate) for plate in plates)
        ):
            plates.append(each)
    return plates


def _height(recognition: Recognition) -> float:
    return size_of(as_quad(recognition.region.corners))[1]


def _in_row(recognition: Recognition, caption: Recognition) -> bool:
    """Say whether two texts are level and alike in height, however far apart."""
    ours, theirs = recognition.region.box, caption.region.box
    high = min(ours[3] - ours[1], theirs[3] - theirs[1])
    level = min(ours[3], theirs[3]) - max(ours[1], theirs[1])
    return level > 0.6 * high and high > 0.5 * max(ours[3] - ours[1], theirs[3] - theirs[1])


def _is_caption_of(recognition: Recognition, plate: Recognition) -> bool:
    """Say whether a text lies within or right around a taller one."""
    x1, y1, x2, y2 = plate.region.box
    left, top, right, bottom = recognition.region.box
    x, y = (left + right) / 2, (top + bottom) / 2
    high = y2 - y1
    return x1 - 0.5 * high < x < x2 + 0.5 * high and y1 - 1.2 * high < y < y2 + 1.2 * high
