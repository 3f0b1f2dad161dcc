"""From a recognition to the message that the office takes (`wire.Read`), with its pictures."""

from datetime import datetime
from pathlib import Path

import cv2
import numpy as np

from platekeeper import wire
from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.results import Recognition

_AROUND = 0.18  # of the plate's width: enough to see frame and stickers, too little to see who drives
_QUALITY = 88
_SHOWN_PROBABILITY = 0.001


def plate_picture(frame: BgrFrame, found: Recognition) -> bytes:
    """Return the plate's own picture as JPEG.

    Args:
        frame: the whole picture, (h, w, 3) uint8, BGR; not changed.
        found: where the plate is.
    """
    x1, y1, x2, y2 = found.region.box
    around = _AROUND * (x2 - x1)
    height, width = frame.shape[:2]
    top, bottom = max(int(y1 - around), 0), min(int(y2 + around) + 1, height)
    left, right = max(int(x1 - around), 0), min(int(x2 + around) + 1, width)
    return _jpeg(frame[top:bottom, left:right])


def read_message(
    frame: BgrFrame,
    found: Recognition,
    *,
    engine: wire.Engine,
    camera: str,
    captured_at: datetime,
    event: str,
    original: Path | None = None,
    flags: tuple[str, ...] = (),
) -> wire.Read:
    """Return a recognition as a message with the plate's picture and the whole scene.

    Args:
        frame: the whole picture, (h, w, 3) uint8, BGR.
        found: the plate in it.
        engine: what read it.
        camera: the camera's name at the office.
        captured_at: when the picture was taken.
        event: what makes this picture the same one when it is sent again.
        original: the picture's own file, sent as it is; without one the frame is encoded.
        flags: what a reader of the message should know.
    """
    reading = found.reading
    scene = original.read_bytes() if original else _jpeg(frame)
    height, width = frame.shape[:2]
    return wire.Read(
        plate=wire.Plate(
            raw=reading.raw or reading.text,
            norm=reading.text,
            region=reading.region if reading.region and "-" in reading.region else None,
            country=reading.region[:2] if reading.region else None,
            conf=reading.confidence,
            det_conf=found.region.confidence,
            characters=tuple(
                {char: round(p, 4) for char, p in one.probabilities.items() if p >= _SHOWN_PROBABILITY}
                for one in reading.characters
            ),
            candidates=tuple(
                wire.Candidate(one.text, round(one.confidence, 4)) for one in reading.candidates
            ),
        ),
        captured_at=captured_at,
        camera=wire.Camera(ref_raw=camera),
        source_event_id=event,
        geometry=wire.Geometry(
            image_w=width,
            image_h=height,
            plate_box=found.region.box,
            plate_polygon=found.region.corners,
        ),
        images=(
            wire.Image(role="plate", data=plate_picture(frame, found)),
            wire.Image(role="context", data=scene),
        ),
        vehicle=wire.Vehicle(color=(wire.Attribute(found.vehicle["color"]),))
        if "color" in found.vehicle
        else None,
        engine=engine,
        flags=flags,
    )


def _jpeg(frame: BgrFrame) -> bytes:
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(frame), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done, "a frame of positive size can always be encoded"
    return bytes(encoded)
