"""Messages for the tests: the least a simple camera sends, and strategies for all that a read may hold."""

import base64
import hashlib
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st

from platekeeper.plates import is_normal
from platekeeper.wire import (
    Attribute,
    Camera,
    Candidate,
    Engine,
    Geometry,
    Image,
    Motion,
    Plate,
    Position,
    Producer,
    ProducerHit,
    Read,
    Unit,
    Vehicle,
)

JPEG = b"\xff\xd8\xff\xe0picture"
JPEG_SHA256 = hashlib.sha256(JPEG).hexdigest()
JPEG_BASE64 = base64.b64encode(JPEG).decode()


def simple(**changes):
    """Return the smallest valid read, as JSON objects."""
    return {"plate": "8ABC123", "captured_at": "2026-01-02T03:04:05.678901Z", "camera": "gate-1"} | changes


few = settings(max_examples=25)  # a whole read is large; more examples of it find no more

_probabilities = st.floats(0, 1)
_texts = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20)
_moments = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))
_coordinates = st.floats(0, 1000)
_boxes = st.tuples(_coordinates, _coordinates).map(lambda p: (p[0], p[1], p[0] + 1, p[1] + 1))
_norms = st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=1, max_size=10).filter(is_normal)
_attributes = st.lists(st.builds(Attribute, _texts, st.none() | _probabilities), max_size=2).map(tuple)
_plates = _norms.flatmap(
    lambda norm: st.builds(
        Plate,
        raw=st.just(norm),
        country=st.sampled_from([None, "US"]),
        region=st.sampled_from([None, "US-CA"]),
        conf=st.none() | _probabilities,
        char_conf=st.none() | st.just(tuple(0.5 for _ in norm)),
        characters=st.just(tuple({c: 0.9} for c in norm)),
        candidates=st.lists(st.builds(Candidate, _norms, _probabilities), max_size=2).map(tuple),
    )
)
reads = st.builds(
    Read,
    plate=_plates,
    captured_at=_moments,
    camera=st.builds(Camera, id=_texts.filter(bool), lane_raw=st.none() | _texts),
    revision=st.integers(1, 9),
    revision_kind=st.sampled_from(["single", "new", "update", "final", "preview"]),
    producer=st.builds(Producer, vendor=_texts, principal=_texts),
    source_event_id=st.none() | _texts,
    dropped_keys=st.lists(_texts, max_size=3).map(tuple),
    extras=st.dictionaries(_texts, st.none() | st.booleans() | _texts | _coordinates, max_size=3),
    captured_raw=st.none() | _texts,
    captured_basis=st.sampled_from(["utc", "offset", "camera_zone", "assumed", "received"]),
    received_at=st.none() | _moments,
    retransmitted=st.none() | st.booleans(),
    late=st.booleans(),
    geometry=st.none() | st.builds(Geometry, plate_box=_boxes, image_w=st.integers(1, 8000)),
    position=st.none() | st.builds(Position, lat=st.floats(-90, 90), lon=st.floats(-180, 180)),
    reader=st.none() | st.builds(Unit, vehicle_unit=_texts, speed_mps=st.floats(0, 80)),
    motion=st.none() | st.builds(Motion, relative=st.sampled_from(["toward", "away", "unknown"])),
    vehicle=st.none() | st.builds(Vehicle, make=_attributes, color=_attributes),
    images=st.sampled_from([(), (Image(role="plate", data=JPEG),), (Image(sha256=JPEG_SHA256),)]),
    producer_hit=st.none() | st.builds(ProducerHit, list=_texts),
    engine=st.none() | st.builds(Engine, _texts, _texts),
    flags=st.lists(_texts, max_size=3).map(tuple),
)
