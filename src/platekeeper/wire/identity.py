"""The identity of a read: the same whenever the same read is sent again, and ordered by time.

A read's id has the layout of UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds, then bits of a digest
where others have random ones. So a retry is recognised by its id alone, and the id alone tells which month
holds it.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from platekeeper.wire.read import Read, altered, milliseconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]  # of ten bits


def read_id(producer: str, event: str, index: int, captured_at: datetime) -> UUID:
    """Make the id of a read.

    Args:
        producer: who sent it, as authenticated.
        event: the producer's number of the event, or the digest of its message.
        index: which plate of that message, from 0.
        captured_at: when the camera saw it; aware.

    Returns:
        A UUID of version 7; equal arguments give equal ids, unequal ones differ but for a collision of 74
        bits.

    Raises:
        ValueError: `captured_at` has no zone.
    """
    if captured_at.tzinfo is None:
        raise ValueError("captured_at must be aware")
    moment = captured_at if captured_at.tzinfo is UTC else captured_at.astimezone(UTC)
    facts = msgspec.json.encode([producer, event, index, moment.isoformat()])
    digest = int.from_bytes(hashlib.sha256(facts).digest()[:10])
    high = (milliseconds(moment) << 80) | (7 << 76) | ((digest >> 62 & 0xFFF) << 64)
    return UUID(int=high | (0b10 << 62) | (digest & (2**62 - 1)))


def captured_between(read: UUID) -> tuple[datetime, datetime]:
    """Return the millisecond that an id carries, half open: first moment in it, first moment after it."""
    start = _EPOCH + timedelta(milliseconds=read.int >> 80)
    return start, start + timedelta(milliseconds=1)


def event_number(read: UUID) -> str:
    """Return the public number of a read: 26 characters that survive telephone and handwriting.

    The alphabet has no I, L, O, U; the number is the id itself, so it needs no table and never changes.

    Source:
        formats 3 (Nlets: "give every read a stable public event number")
    """
    number = read.int
    return "".join([_PAIRS[number >> shift & 0x3FF] for shift in range(120, -1, -10)])


def identified(read: Read, *, producer: str) -> Read:
    """Return a read with its id, public number and passage.

    Where the sender gives no id, it is made of what stays the same when the read is sent again: the producer's
    number or the digest of its message, the camera, the time, the plate and the revision.

    Args:
        read: as it came.
        producer: who sent it, as authenticated.
    """
    this = read.id or read_id(producer, _event_of(read), 0, read.captured_at)
    return altered(read, id=this, event_number=event_number(this), passage_id=read.passage_id or this)


def _event_of(read: Read) -> str:
    # one message may bring two plates, and a later one a second word on each
    event, camera = read.source_event_id or read.body_sha256, read.camera
    facts = (event, camera.id, camera.ref_raw, camera.channel, read.plate.norm, read.revision)
    return msgspec.json.encode(facts).decode()
