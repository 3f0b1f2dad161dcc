"""The vehicle's colour, told from the pixels above its plate; nothing else of vehicles is told from pixels.

There is nearly always bodywork: boot lid, tailgate or bonnet. Each pixel there votes for a colour name; where
none has a clear share, none is told. None is told either by night and where the light has a colour of its own
(tail lamps paint everything red): the plate's bright field shows that, and a wrong colour is worse than none.
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
NIGHT = 45
"""A picture whose median grey level is lower was taken by night."""
TINTED_PLATE, TINTED_SCENE = 45, 60
"""Median saturation of a plate's bright field, and of a whole scene, from which on the light is coloured."""
DARK, BRIGHT = 55, 175
"""Value (brightest channel) below which a grey pixel is black, and above which it is white."""
COLOURFUL = 70
"""Saturation above which a pixel has a hue."""
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
        The colour; None where no colour has a clear share or the bodywork is not in the picture.

    Raises:
        ValueError: the array is no BGR frame.
    """
    check_bgr(frame)
    if _is_unfit(frame, rectify(frame, as_quad(region.corners), size=(64, 16))):
        return None
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


def _is_unfit(frame: BgrFrame, plate: BgrFrame) -> bool:
    """Say whether it is night or the light is coloured (a yellow plate passes for that too)."""
    scene = cv2.cvtColor(cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2HSV)
    field = cv2.cvtColor(plate, cv2.COLOR_BGR2HSV)
    bright = field[..., 2] >= np.percentile(field[..., 2], 60)
    return bool(
        np.median(scene[..., 2]) < NIGHT
        or np.median(scene[..., 1]) > TINTED_SCENE
        or np.median(field[..., 1][bright]) > TINTED_PLATE
    )


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
