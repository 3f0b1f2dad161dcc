"""Cameras and producers: adding them, and knowing a producer by its token."""

import hashlib
import secrets
from datetime import datetime

from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Agency
from platekeeper.office.devices.models import Camera, Producer

OWNER = "owner"
INGEST = "ingest"
_USUAL = {
    Camera.Kind.FIXED: Camera.Occasion.FIXED_SITE,
    Camera.Kind.VEHICLE: Camera.Occasion.ROUTINE_PATROL,
}


class DeviceError(PlatekeeperError):
    """A camera or producer cannot be registered."""


def agency_of(slug: str, *, using: str = OWNER) -> Agency:
    """Return the agency of a slug.

    Args:
        slug: its short name.
        using: the connection to read over.

    Raises:
        DeviceError: there is none.
    """
    found = Agency.objects.using(using).filter(slug=slug).first()
    if found is None:
        known = ", ".join(Agency.objects.using(using).values_list("slug", flat=True))
        remedy = f"choose one of {known}" if known else "make it with platekeeper agency add"
        raise DeviceError(f"There is no agency {slug}: {remedy}.")
    return found


def add_camera(
    *, agency: Agency, ref: str, name: str, lat: float, lon: float, attested_by: str, now: datetime,
    kind: str = Camera.Kind.FIXED, site_group: str = "", using: str = OWNER,
) -> Camera:  # fmt: skip
    """Return the camera of that name, made if it is new.

    Args:
        agency: whose it is.
        ref: the name by which producers know it.
        name: what people call it.
        lat: degrees north.
        lon: degrees east.
        attested_by: who says that it sees only what is in public view (PUR-09).
        now: the present time.
        kind: fixed, or on a vehicle.
        site_group: camera group.
        using: the connection to write over.
    """
    given = {
        "name": name, "lat": lat, "lon": lon, "public_view_by": attested_by, "public_view_at": now, "kind": kind,
        "site_group": site_group, "occasion": _USUAL[Camera.Kind(kind)],
    }  # fmt: skip
    return Camera.objects.using(using).get_or_create(agency=agency, ref=ref, defaults=given)[0]


def add_producer(*, agency: Agency, name: str, now: datetime, using: str = OWNER) -> tuple[Producer, str]:
    """Make a producer and its token.

    Args:
        agency: whose reads it sends.
        name: what people call it.
        now: the present time.
        using: the connection to write over.

    Raises:
        DeviceError: the agency has one of that name.

    Returns:
        The producer, and its token in clear for this once; only the digest is kept.
    """
    if Producer.objects.using(using).filter(agency=agency, name=name).exists():
        raise DeviceError(f"{agency.name} already has a producer {name}: choose another name.")
    token = secrets.token_urlsafe(32)
    producer = Producer.objects.using(using).create(
        agency=agency, name=name, added_at=now, token_sha256=hashlib.sha256(token.encode()).digest()
    )
    return producer, token


def producer_of(token: str) -> Producer | None:
    """Return the producer that holds a token, or None.

    Args:
        token: as it was given to `add_producer`'s caller.
    """
    digest = hashlib.sha256(token.encode()).digest()
    return (
        Producer.objects.using(INGEST)
        .select_related("agency")
        .filter(token_sha256=digest, revoked_at__isnull=True)
        .first()
    )
