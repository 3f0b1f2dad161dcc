"""From messages to reads: whose camera, what the policy lets be stored, what must wait for a person.

A read of an unknown camera, of one whose public view nobody attested, or from the future is put into quarantine:
not dropped, not stored as a read (COL-04, PUR-09). What the profile does not allow is left out before anything is
stored, and the names of what was left out stay with the read (PUR-16).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db import connections

from platekeeper import wire
from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.alerts.operations import Receipt, take_reads
from platekeeper.office.devices.at_work import cameras_named
from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.transfers import note_transfers
from platekeeper.office.reads.arrival import Arrival
from platekeeper.office.reads.operations import INGEST
from platekeeper.policy import Decision, Denied
from platekeeper.policy.capture import Deployment, allowed_elements, decide_deployment
from platekeeper.policy.vocabulary import DataElement

_CLOCK_TOLERANCE = timedelta(minutes=5)
_PICTURES = {
    "plate": ("plate", DataElement.PLATE_IMAGE),
    "context": ("context", DataElement.SCENE_IMAGE),
    "overview": ("context", DataElement.SCENE_IMAGE),
    "vehicle": ("context", DataElement.SCENE_IMAGE),
}
_ATTRIBUTES = {
    "make": DataElement.MAKE,
    "model": DataElement.MAKE,
    "year": DataElement.MAKE,
    "color": DataElement.COLOR,
    "body": DataElement.BODY,
    "type": DataElement.BODY,
    "orientation": DataElement.UNIQUE_MARKS,
    "plate_missing": DataElement.UNIQUE_MARKS,
}


@dataclass(frozen=True)
class Quarantined:
    """A read that waits for a person, and why."""

    read_id: UUID
    reason: str


@dataclass(frozen=True)
class BatchReceipt:
    """What became of a batch.

    Attributes:
        receipt: of the reads that were taken.
        quarantined: those that wait for a person.
    """

    receipt: Receipt
    quarantined: tuple[Quarantined, ...] = field(default=())


def take_batch(*, agency: Agency, producer: str, reads: Sequence[wire.Read], now: datetime) -> BatchReceipt:
    """Take a batch: store, match and alert what can be, keep the rest apart; committed when this returns.

    Args:
        agency: whose reads they are.
        producer: who sent them, as authenticated.
        reads: at most 1000.
        now: the present time.

    Raises:
        VaultError: a picture cannot be stored; nothing of the batch is.
    """
    allowed = allowed_elements(profile_of(agency))
    cameras = _cameras_of(agency, reads, now)
    arrivals: list[Arrival] = []
    waiting: list[tuple[wire.Read, Quarantined]] = []
    seen: list[tuple[Camera, datetime]] = []
    latest = now + _CLOCK_TOLERANCE
    for message in reads:
        read = wire.identified(message, producer=producer)
        assert read.id is not None
        deployed = cameras.get(read.camera.id) or cameras.get(read.camera.ref_raw)
        if deployed is not None:
            seen.append((deployed.camera, read.captured_at))
        reason = _why_not(read, deployed, latest)
        kept = _minimized(read, allowed)
        if reason is None:
            assert deployed is not None
            arrivals.append(_arrival(kept, deployed, producer, _pictures(read, allowed)))
        else:
            waiting.append((kept, Quarantined(read.id, reason)))
    receipt = take_reads(agency, arrivals, now)
    _quarantine(agency, waiting, now)
    note_transfers(agency, seen, now)
    return BatchReceipt(receipt, tuple(quarantined for _, quarantined in waiting))


@dataclass(frozen=True)
class _Deployed:
    """A camera and what the policy says of it at work: asked once a batch, not once a read."""

    camera: Camera
    row: str
    refusal: str | None


def _cameras_of(agency: Agency, reads: Sequence[wire.Read], now: datetime) -> dict[str, _Deployed]:
    named = {name for read in reads for name in (read.camera.id, read.camera.ref_raw) if name}
    profile = profile_of(agency)
    known: dict[Deployment, str | None] = {}
    found = {}
    for name, one in cameras_named(agency.pk, named).items():
        if one.deployment not in known:  # that of most cameras is that of most others
            known[one.deployment] = _refusal(decide_deployment(profile, one.deployment, now))
        found[name] = _Deployed(one.camera, one.row, known[one.deployment])
    return found


def _refusal(decision: Decision) -> str | None:
    return (
        f"{decision.reason} {decision.remedy} ({decision.clause})" if isinstance(decision, Denied) else None
    )


def _why_not(read: wire.Read, deployed: _Deployed | None, latest: datetime) -> str | None:
    if deployed is None:
        return "This agency has no camera of that name: register it, then release the read."
    if deployed.refusal is None and read.captured_at > latest:
        return "The read comes from the future: set the camera's clock."
    return deployed.refusal


def _arrival(
    read: wire.Read, deployed: _Deployed, producer: str, pictures: tuple[tuple[str, str, bytes], ...]
) -> Arrival:
    assert read.id is not None
    assert read.passage_id is not None
    position, camera = read.position, deployed.camera
    return Arrival(
        id=read.id,
        camera_id=camera.id,
        read_at=read.captured_at,
        plate=read.plate.norm,
        plate_raw=read.plate.raw,
        region=read.plate.region,
        confidence=read.plate.conf,
        lat=position.lat if position else camera.lat,
        lon=position.lon if position else camera.lon,
        passage_id=read.passage_id,
        revision=read.revision,
        producer=producer,
        detail=wire.encode(read),
        pictures=pictures,
        stands=camera.kind == Camera.Kind.FIXED,
        camera_row=deployed.row,
    )


def _minimized(read: wire.Read, allowed: frozenset[DataElement]) -> wire.Read:
    """Return a read as it may be stored: what the profile does not allow is named, not kept; no picture's bytes."""
    if _barred(allowed) and (read.extras or read.producer_hit):
        read = _without_own_words(read)
    vehicle = read.vehicle
    attributes = [name for name in _barred(allowed) if getattr(vehicle, name)] if vehicle else ()
    if read.images:
        may_stay = [image for image in read.images if _is_allowed_picture(image, allowed)]
        dropped = [image.role for image in read.images if not _is_allowed_picture(image, allowed)]
        read = wire.altered(
            read,
            images=tuple(wire.altered(image, data=None) for image in may_stay),
            dropped_keys=(*read.dropped_keys, *dropped),
        )
    if not attributes:
        return read
    assert vehicle is not None
    return wire.altered(
        read,
        vehicle=wire.altered(vehicle, **dict.fromkeys(attributes, ())),
        dropped_keys=(*read.dropped_keys, *[f"vehicle.{name}" for name in attributes]),
    )


def _without_own_words(read: wire.Read) -> wire.Read:
    """Leave out what a producer says in words of its own: no list can tell whether they describe the vehicle."""
    if read.extras:
        read = wire.altered(read, extras={}, dropped_keys=(*read.dropped_keys, "extras"))
    hit = read.producer_hit
    if hit is not None and hit.raw:
        dropped = (*read.dropped_keys, "producer_hit.raw")
        read = wire.altered(read, producer_hit=wire.altered(hit, raw=None), dropped_keys=dropped)
    return read


@lru_cache(maxsize=64)
def _barred(allowed: frozenset[DataElement]) -> tuple[str, ...]:
    return tuple(name for name, element in _ATTRIBUTES.items() if element not in allowed)


def _is_allowed_picture(image: wire.Image, allowed: frozenset[DataElement]) -> bool:
    return image.role in _PICTURES and _PICTURES[image.role][1] in allowed


def _pictures(read: wire.Read, allowed: frozenset[DataElement]) -> tuple[tuple[str, str, bytes], ...]:
    if not read.images:
        return ()
    by_role = {
        _PICTURES[image.role][0]: (image.media_type, image.data)
        for image in reversed(read.images)
        if image.data and _is_allowed_picture(image, allowed)
    }
    return tuple((role, media_type, data) for role, (media_type, data) in by_role.items())


def _quarantine(agency: Agency, waiting: Sequence[tuple[wire.Read, Quarantined]], now: datetime) -> None:
    with connections[INGEST].cursor() as cursor:
        for read, quarantined in waiting:
            cursor.execute(
                "INSERT INTO quarantined_read (agency_id, id, received_at, reason, body)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [agency.pk, quarantined.read_id, now, quarantined.reason, wire.encode(read).decode()],
            )
