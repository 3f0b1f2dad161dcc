"""Reads as COPY's binary form takes them: each field after its length, which is -1 where there is none.

The driver can write it, too, but looks at each of sixteen values for what it is; here the types are known.
"""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from platekeeper.office.reads.arrival import Arrival
from platekeeper.office.reads.places import cell_of
from platekeeper.office.reads.spots import spot_number

_COLUMNS = (
    "agency_id", "read_at", "id", "received_at", "camera_id", "plate", "plate_raw", "region", "confidence", "lat",
    "lon", "cell", "passage_id", "revision", "producer", "detail",
)  # fmt: skip
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
"""What stands before and after the rows of COPY's binary form."""
_FIRST = struct.Struct("!hiiiqi16siqiq")  # how many fields, agency_id, read_at, id, received_at, camera_id
_FLOAT4, _FLOAT8, _INT4 = struct.Struct("!if"), struct.Struct("!id"), struct.Struct("!ii")
_LENGTH = struct.Struct("!i")
_SIXTEEN = _LENGTH.pack(16)
_REVISION = struct.Struct("!ih")
_NULL = _LENGTH.pack(-1)
_JSONB = b"\x01"  # before its text
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
COPY = f"COPY read ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT binary)"


def rows_of(agency_id: int, arrivals: "Iterable[Arrival]", now: datetime) -> bytes:
    """Return what `COPY` takes for some reads.

    Args:
        agency_id: whose they are.
        arrivals: the reads.
        now: when they were received.
    """
    received = _microseconds(now)
    return b"".join([_BEGIN, *[_row(agency_id, arrival, received) for arrival in arrivals], _END])


def _row(agency_id: int, arrival: "Arrival", received: int) -> bytes:
    read, plate, confidence = arrival.id.bytes, _text(arrival.plate), arrival.confidence
    return b"".join(
        (
            _FIRST.pack(
                len(_COLUMNS), 4, agency_id, 8, _microseconds(arrival.read_at), 16, read, 8, received,
                8, arrival.camera_id,
            ),
            plate,
            plate if arrival.plate_raw == arrival.plate else _text(arrival.plate_raw),
            _word(arrival.region),
            _NULL if confidence is None else _FLOAT4.pack(4, confidence),
            _place(arrival.lat, arrival.lon, spot_number(arrival)),
            _SIXTEEN,
            read if arrival.passage_id is arrival.id else arrival.passage_id.bytes,
            _REVISION.pack(2, arrival.revision),
            _word(arrival.producer),
            _LENGTH.pack(len(arrival.detail) + 1),
            _JSONB,
            arrival.detail,
        )
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _place(lat: float | None, lon: float | None, spot: int | None) -> bytes:
    """Return lat, lon and the spot or cell; most cameras stay where they are."""
    if lat is None or lon is None:
        return _NULL * 3
    return (
        _FLOAT8.pack(8, lat)
        + _FLOAT8.pack(8, lon)
        + _INT4.pack(4, cell_of(lat, lon) if spot is None else spot)
    )


@lru_cache(maxsize=4096)
def _word(text: str | None) -> bytes:
    """Return a region or a producer, of which there are few."""
    return _NULL if text is None else _text(text)


def _text(text: str) -> bytes:
    content = text.encode()
    return _LENGTH.pack(len(content)) + content


def _microseconds(moment: datetime) -> int:
    since = moment - _POSTGRES_EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
