"""Storing reads: durable and idempotent (promise 4), original pictures sealed (promise 5).

Everything here runs on the `ingest` connection, which may add reads and cannot see them. A read's id comes from its
source, so a batch that is sent again changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connections

from platekeeper import plates
from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.reads.arrival import Arrival
from platekeeper.office.reads.rows import COPY, rows_of
from platekeeper.office.reads.storage import vault
from platekeeper.policy.retention import PictureSlice, picture_slice

INGEST = "ingest"
_STORE_IMAGE = """
INSERT INTO image (agency_id, read_at, read_id, role, sha256, media_type, size_bytes, key_name)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_known_months: set[date] = set()


@dataclass(frozen=True)
class Sealed:
    """A picture on disk, to be named by the transaction that stores its read."""

    arrival: Arrival
    role: str
    media_type: str
    sha256: bytes
    size_bytes: int
    key_name: str


def prepare_months(arrivals: Sequence[Arrival]) -> None:
    """Make sure that the partitions exist; committed by itself, before the batch.

    Args:
        arrivals: the reads to come.
    """
    for month in {arrival.month for arrival in arrivals} - _known_months:
        with connections[INGEST].cursor() as cursor:
            cursor.execute("SELECT ensure_month(%s)", [month])
        _known_months.add(month)


def forget_months() -> None:
    """Ask the database again for each month: a purge removes partitions in which nothing is left."""
    _known_months.clear()


def seal_pictures(agency: Agency, arrivals: Sequence[Arrival], now: datetime) -> list[Sealed]:
    """Write the pictures of a batch to disk, sealed, before the transaction that will name them.

    Args:
        agency: whose they are; its policy says how long a key may live.
        arrivals: the reads to come.
        now: when they were received.

    Raises:
        VaultError: the disk is full; nothing of the batch is stored, and the sender tries again.
    """
    if not any(arrival.pictures for arrival in arrivals):
        return []
    sealed = []
    profile = profile_of(agency)
    keys: dict[str, bytes] = {}
    for arrival in arrivals:
        of = picture_slice(profile, arrival.read_at, now)
        for role, media_type, content in arrival.pictures:
            if of.name not in keys:
                keys[of.name] = _image_key(agency.pk, of)
            digest = vault().seal(content, agency_id=agency.pk, key_name=of.name, wrapped=keys[of.name])
            sealed.append(Sealed(arrival, role, media_type, digest, len(content), of.name))
    return sealed


def _image_key(agency_id: int, of: PictureSlice) -> bytes:
    with connections[INGEST].cursor() as cursor:
        # the first of two writers wins, and both read what won
        cursor.execute(
            "INSERT INTO image_key (agency_id, name, ends_at, wrapped) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [agency_id, of.name, of.ends_at, vault().new_key(agency_id, of.name)],
        )
        cursor.execute(
            "SELECT wrapped FROM image_key WHERE agency_id = %s AND name = %s", [agency_id, of.name]
        )
        return bytes(cursor.fetchone()[0])


def store_reads(
    agency_id: int,
    arrivals: Sequence[Arrival],
    pictures: Sequence[Sealed],
    now: datetime,
    *,
    some_known: bool = True,
) -> list[Arrival]:
    """Insert reads inside the caller's transaction on `ingest`.

    They are copied straight into their table: half the work of an INSERT that watches for conflicts. A read that is
    here already and was not asked for, or that another writer stores in the same moment, therefore collides, and the
    CALLER MUST START ITS TRANSACTION AGAIN.

    Args:
        agency_id: whose they are.
        arrivals: the reads, their months prepared.
        pictures: their pictures, sealed.
        now: when they were received.
        some_known: ask which are here already; without it all are taken for new, as nearly all are.

    Returns:
        Those that were new, each once, in order of time.

    Raises:
        psycopg.errors.UniqueViolation: one of them is here.
    """
    # one order for all writers: no deadlock
    once = dict(sorted({(a.read_at, a.id): a for a in reversed(arrivals)}.items()))
    with connections[INGEST].cursor() as cursor:
        for key in _known(cursor, agency_id, once) if some_known else ():
            del once[key]
        new = list(once.values())
        if new:
            with cursor.copy(COPY) as copy:
                copy.write(rows_of(agency_id, new, now))
            _note_plates(cursor, agency_id, new)
        if pictures:
            cursor.executemany(_STORE_IMAGE, [_image_row(agency_id, picture) for picture in pictures])
    return new


def _known(cursor: Any, agency_id: int, keys: Iterable[tuple[datetime, UUID]]) -> list[tuple[datetime, UUID]]:
    read_at, ids = zip(*keys, strict=True)
    times, names = array_of(moment.isoformat() for moment in read_at), array_of(map(str, ids))
    cursor.execute(
        "SELECT read_at, id FROM known_reads(%s, %s::timestamptz[], %s::uuid[])", [agency_id, times, names]
    )
    found: list[tuple[datetime, UUID]] = cursor.fetchall()
    return found


def array_of(texts: Iterable[str]) -> str:
    """Return PostgreSQL's spelling of an array; the driver's own looks at every element for what to quote.

    Args:
        texts: plates, ids or ISO times: none has a character to escape; the quotation marks are for the plate NULL.
    """
    listed = list(texts)
    return '{"' + '","'.join(listed) + '"}' if listed else "{}"


def _image_row(agency_id: int, sealed: Sealed) -> tuple[Any, ...]:
    of = sealed.arrival
    return (
        agency_id, of.read_at, of.id, sealed.role, sealed.sha256, sealed.media_type, sealed.size_bytes,
        sealed.key_name,
    )  # fmt: skip


def _note_plates(cursor: Any, agency_id: int, arrivals: Sequence[Arrival]) -> None:
    by_month: dict[date, set[str]] = {}
    for arrival in arrivals:
        by_month.setdefault(arrival.month, set()).add(arrival.plate)
    for month, texts in sorted(by_month.items()):
        ordered = sorted(texts)  # one order for all writers: no deadlock
        spelt = array_of(ordered)
        cursor.execute(
            "SELECT note_plates(%s, %s::text[], %s::text[], %s)",
            [agency_id, spelt, plates.fold(spelt), month],  # the array's own marks look like nothing else
        )
