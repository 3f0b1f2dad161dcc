"""The sign of life of a field unit or a producer."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from platekeeper.wire.errors import UNDECODABLE, WireError
from platekeeper.wire.fields import Count, Moment, Name, Number, Seconds, ShortText, in_utc
from platekeeper.wire.read import SCHEMA, Producer


class Disk(Struct, frozen=True, kw_only=True):
    """Room on the unit's disk."""

    free_bytes: Count
    total_bytes: Count


class CameraState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One camera of the unit."""

    id: Name
    streaming: bool
    fps: Annotated[float, Meta(ge=0, le=10_000)] | None = None
    last_read_at: Moment | None = None


class HeldList(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hot list that the unit matches against, and which version of it."""

    id: Name
    version: ShortText
    loaded_at: Moment | None = None


class Heartbeat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a unit is.

    Attributes:
        device: the unit's name.
        at: its clock when it sent this, UTC; compared with the receiver's it shows a wrong clock.
        queue_depth: reads not yet acknowledged by the office.
        oldest_unsent_at: when the oldest of them was captured (VEH rows of obligations.md: the transfer
            delay).
        clock_offset_s: its clock minus GPS time, where it has a fix.
    """

    device: Name
    at: Moment
    schema: Annotated[int, Meta(ge=1)] = msgspec.field(
        default_factory=lambda: SCHEMA
    )  # so it is always written
    producer: Producer = Producer()
    uptime_s: Seconds | None = None
    queue_depth: Count | None = None
    oldest_unsent_at: Moment | None = None
    clock_offset_s: Number | None = None
    disk: Disk | None = None
    cameras: Annotated[tuple[CameraState, ...], Meta(max_length=200)] = ()
    hot_lists: Annotated[tuple[HeldList, ...], Meta(max_length=200)] = ()

    def __post_init__(self) -> None:
        """Bring the times to UTC."""
        msgspec.structs.force_setattr(self, "at", in_utc(self.at, "at"))
        if self.oldest_unsent_at is not None:
            oldest = in_utc(self.oldest_unsent_at, "oldest_unsent_at")
            msgspec.structs.force_setattr(self, "oldest_unsent_at", oldest)


_heartbeat = msgspec.json.Decoder(Heartbeat)


def decode_heartbeat(body: bytes) -> Heartbeat:
    """Read a heartbeat.

    Raises:
        WireError: not JSON, or a field outside its bounds.
    """
    try:
        return _heartbeat.decode(body)
    except UNDECODABLE as error:
        raise WireError.of(error, what="heartbeat") from error
