"""The messages between cameras, field units and the office.

Values and their validation only; what a camera's own format means is `intake`'s business, what may be stored
is decided by the office. Fields that a newer sender adds are ignored, so that version n reads what version
n+1 writes.
"""

from platekeeper.wire.batch import (
    LARGEST_BODY_BYTES,
    MOST_READS,
    ReadBatch,
    Refused,
    Sifted,
    decode_batch,
    decode_lines,
    decode_read,
    encode,
    encode_lines,
    sift_batch,
)
from platekeeper.wire.errors import WireError
from platekeeper.wire.heartbeat import CameraState, Disk, Heartbeat, HeldList, decode_heartbeat
from platekeeper.wire.identity import captured_between, event_number, identified, read_id
from platekeeper.wire.image import Image, sniffed
from platekeeper.wire.read import (
    SCHEMA,
    Attribute,
    Camera,
    Candidate,
    Engine,
    Geometry,
    Motion,
    Plate,
    Position,
    Producer,
    ProducerHit,
    Read,
    Unit,
    Vehicle,
    altered,
)

__all__ = [
    "LARGEST_BODY_BYTES",
    "MOST_READS",
    "SCHEMA",
    "Attribute",
    "Camera",
    "CameraState",
    "Candidate",
    "Disk",
    "Engine",
    "Geometry",
    "Heartbeat",
    "HeldList",
    "Image",
    "Motion",
    "Plate",
    "Position",
    "Producer",
    "ProducerHit",
    "Read",
    "ReadBatch",
    "Refused",
    "Sifted",
    "Unit",
    "Vehicle",
    "WireError",
    "altered",
    "captured_between",
    "decode_batch",
    "decode_heartbeat",
    "decode_lines",
    "decode_read",
    "encode",
    "encode_lines",
    "event_number",
    "identified",
    "read_id",
    "sift_batch",
    "sniffed",
]
