"""The vehicle's colour, told from the pixels around its plate; nothing else of vehicles is told from pixels.

Above the plate there is nearly always bodywork: boot lid, tailgate or bonnet. Each pixel there votes for a colour
name; where none has a clear share, none is told. Where the light has a colour of its own (dusk, a camera's cast, tail
lamps) the plate's bright field is taken for white and the darkest spots around it for black: against these, black
and strong colours can still be told, white and grey cannot, and red would as often be the lamps'. By night none is
told: a wrong colour is worse than none.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.frames import BgrFrame, check_bgr
from platekeeper.recognition.geometry import as_quad, rectify
from platekeeper.recognition.results import PlateRegion

BODY = (1.1, 3.2)
"""Bodywork is looked for so many plate heights above the plate's middle, as wide as the plate."""
CLEAR_SHARE = 0.55
NIGHT, DIM = 45, 105
"""A picture of lower median brightness was taken by night, or is too dark to tell a colour in coloured light."""
TINTED_PLATE, TINTED_SCENE = 45, 60
"""Median saturation of a plate's bright field, and of a whole scene, from which on the light is coloured."""
DARK, BRIGHT = 55, 175
"""Value (brightest channel) below which a grey pixel is black, and above which it is white."""
COLOURFUL = 70
"""Saturation above which a pixel has a hue."""
BESIDE = (
    (slice(40, 56), slice(64, 128)), (slice(16, 40), slice(64, 128)), (slice(28, 56), slice(30, 64)),
    (slice(28, 56), slice(128, 162)), (slice(60, 84), slice(24, 54)), (slice(60, 84), slice(138, 168)),
)  # fmt: skip
"""Where bodywork may be around a plate that fills rows 64 to 80 and columns 64 to 128: above it, and beside it."""
AROUND, AROUND_PX = (1.0, 4.0), (192, 144)
DARKEST = 4
"""The darkest so many of a hundred pixels, around the plate and in the scene, are taken for black."""
LEAST_CONTRAST = 10
"""Grey levels between what is taken for white and what is taken for black."""
MOST_OF_BLACK, LEAST_SATURATION = 0.35, 0.38
"""In coloured light: how bright black paint seems beside the plate, and how saturated a colour must be to be told."""
TOLD_HUES = (40.0, 255.0)
"""Of the hues only these, from yellow to blue: tail lamps paint everything red."""
# hue in degrees -> name, each up to its bound
HUES = (
    (15, "red"),
    (40, "orange"),
    (70, "yellow"),
    (165, "green"),
    (255, "blue"),
    (330, "purple"),
    (360, "red"),
)
NAMES = ("black", "gray", "white", "red", "orange", "yellow", "green", "blue", "purple")


@dataclass(frozen=True)
class VehicleColour:
    """A colour name and the share of the bodywork's pixels that have it, in [0, 1]."""

    name: str
    confidence: float


def colour_of(frame: BgrFrame, region: PlateRegion) -> VehicleColour | None:
    """Tell the colour of the vehicle that a plate is on.

    Args:
        frame: the picture, BGR uint8; not changed.
        region: the plate.

    Returns:
        The colour; None by night, where no colour has a clear share or the bodywork is not in the picture.

    Raises:
        ValueError: the array is no BGR frame.
    """
    check_bgr(frame)
    plate = rectify(frame, as_quad(region.corners), size=(64, 16))
    brightness, saturation = _scene_of(frame)
    if brightness < NIGHT:
        return None
    if saturation > TINTED_SCENE or _tint_of(plate) > TINTED_PLATE:
        return _in_coloured_light(frame, region, plate) if brightness >= DIM else None
    return _in_even_light(frame, region)


def _in_even_light(frame: BgrFrame, region: PlateRegion) -> VehicleColour | None:
    low, high = BODY
    # a crop from `high` plate heights above to as many below; its upper part is the bodywork
    around = rectify(frame, as_quad(region.corners), margin=(0.0, high - 0.5), size=(64, 128))
    top = region.box[1] - (high - 0.5) * (region.box[3] - region.box[1])
    if top < 0:
        return None
    body = around[: round(128 * (high - low) / (2 * high))]
    names = named(body)
    shares = np.bincount(names.ravel(), minlength=len(NAMES)) / names.size
    best = int(shares.argmax())
    return VehicleColour(NAMES[best], round(float(shares[best]), 3)) if shares[best] >= CLEAR_SHARE else None


def _in_coloured_light(frame: BgrFrame, region: PlateRegion, plate: BgrFrame) -> VehicleColour | None:
    around = rectify(frame, as_quad(region.corners), margin=AROUND, size=AROUND_PX)
    small = cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA)
    # a car whose surroundings have no shadow must not be black by its own measure
    black = np.minimum(*(np.percentile(part.reshape(-1, 3), DARKEST, axis=0) for part in (around, small)))
    white = np.median(_bright_field(plate), axis=0)
    shares = [np.median(around[where].reshape(-1, 3), axis=0) - black for where in BESIDE]
    paint = np.median(shares, axis=0) / np.maximum(white - black, LEAST_CONTRAST)
    return _of_paint(np.clip(paint, 0, 1))


def _of_paint(paint: NDArray[np.float64]) -> VehicleColour | None:
    """Name a paint by the parts of blue, green and red light that it throws back, each in [0, 1]."""
    most, least = float(paint.max()), float(paint.min())
    if most <= MOST_OF_BLACK:
        return VehicleColour("black", round(1 - most, 3))
    hue, saturation, _ = cv2.cvtColor(paint.astype(np.float32)[None, None], cv2.COLOR_BGR2HSV)[0, 0]
    low, high = TOLD_HUES
    if saturation < LEAST_SATURATION or not low <= hue < high:
        return None
    return VehicleColour(next(name for bound, name in HUES if hue < bound), round(1 - least / most, 3))


def _scene_of(frame: BgrFrame) -> tuple[float, float]:
    """Return the median brightness and saturation of a whole picture."""
    scene = cv2.cvtColor(cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2HSV)
    return float(np.median(scene[..., 2])), float(np.median(scene[..., 1]))


def _bright_field(plate: BgrFrame) -> NDArray[np.uint8]:
    """Return the brightest pixels of a plate, shape (n, 3): its field."""
    brightest = plate.max(axis=2)
    return np.asarray(plate[brightest >= np.percentile(brightest, 70)], dtype=np.uint8)


def _tint_of(plate: BgrFrame) -> float:
    """Return the median saturation of a plate's bright field (a yellow plate passes for coloured light too)."""
    field = cv2.cvtColor(plate, cv2.COLOR_BGR2HSV)
    bright = field[..., 2] >= np.percentile(field[..., 2], 60)
    return float(np.median(field[..., 1][bright]))


def colour_told(frame: BgrFrame, region: PlateRegion) -> dict[str, str]:
    """Return the vehicle's colour as an attribute by name, or nothing (`engines.Engine.describe`)."""
    told = colour_of(frame, region)
    return {"color": told.name} if told else {}


def named(pixels: BgrFrame) -> NDArray[np.intp]:
    """Name the colour of each pixel.

    Args:
        pixels: BGR uint8, shape (height, width, 3).

    Returns:
        Indices into `NAMES`, shape (height, width).
    """
    hsv = cv2.cvtColor(pixels, cv2.COLOR_BGR2HSV)
    hue, saturation, value = hsv[..., 0].astype(np.int32) * 2, hsv[..., 1], hsv[..., 2]
    of_hue = np.array([NAMES.index(name) for _, name in HUES])
    coloured = of_hue[np.searchsorted([bound for bound, _ in HUES], hue, side="right").clip(0, len(HUES) - 1)]
    grey = np.where(value < DARK, 0, np.where(value > BRIGHT, 2, 1))
    return np.asarray(np.where((saturation > COLOURFUL) & (value >= DARK), coloured, grey), dtype=np.intp)
