"""Versions of a list as the database keeps them: entries streamed in, and the swap that puts them in force.

Every function here expects to run inside one transaction of the `ingest` connection; a version whose transaction
does not end well was never there (HOT-04).
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connections, transaction
from django.db.models.functions import Now

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import record_event
from platekeeper.office.hotlists.models import HotList, HotListVersion
from platekeeper.office.hotlists.rows import STORED

INGEST = "ingest"
_NAMES = ", ".join(STORED)
_ENTRIES = f"COPY hot_list_entry (agency_id, version_id, number, {_NAMES}) FROM STDIN"
_CHANGES = f"COPY hot_list_change (number, removes, {_NAMES}) FROM STDIN"
_WAITING_ROOM = """
CREATE TEMPORARY TABLE hot_list_change (
    number int4, removes bool, plate text, match_key text, fold text, region text, category text, record text,
    vehicle text, case_agent text, case_number text, synopsis text, expires_at timestamptz) ON COMMIT DROP
"""
# A line undoes what stood before it: a removal every entry of its plate and state, of its category unless it names
# none; an addition the same entry, so that it stands once.
_CHANGED = f"""
INSERT INTO hot_list_entry (agency_id, version_id, number, {_NAMES})
SELECT %(agency)s, %(version)s, row_number() OVER (ORDER BY s.number, s.place), {_NAMES}
  FROM (SELECT 0 AS number, e.number AS place, {_NAMES} FROM hot_list_entry e
         WHERE e.agency_id = %(agency)s AND e.version_id = %(current)s
        UNION ALL
        SELECT c.number, 0, {_NAMES} FROM hot_list_change c WHERE NOT c.removes) s
 WHERE NOT EXISTS (
       SELECT FROM hot_list_change later
        WHERE later.match_key = s.match_key AND later.number > s.number
          AND (later.region = s.region OR later.removes AND later.region = '')
          AND (later.category = s.category OR later.removes AND later.category = %(any)s))
"""  # noqa: S608  # constant names
_BLOCK = 2000


class HotListError(PlatekeeperError):
    """A list cannot come into force."""


def locked(hot_list: HotList) -> HotList:
    """Return a list as it stands now, its other loaders waiting until this transaction ends; matching goes on.

    Args:
        hot_list: the list.
    """
    found: HotList = (
        HotList.objects.using(INGEST).select_for_update(no_key=True).select_related(None).get(pk=hot_list.pk)
    )
    return found


def new_version(hot_list: HotList, listed_at: datetime, now: datetime) -> HotListVersion:
    """Return a version with a number of its own that is not stored yet, for entries to refer to.

    Its row is written once, complete, when it comes into force: nobody needs the right to change one.

    Args:
        hot_list: the list.
        listed_at: when its source made it.
        now: the present time.
    """
    version = HotListVersion(
        agency_id=hot_list.agency_id,
        hot_list=hot_list,
        sha256=b"",
        listed_at=listed_at,
        loaded_at=now,
        accepted=0,
    )
    with transaction.atomic(using=INGEST):
        version.save(using=INGEST)
        transaction.set_rollback(
            True, using=INGEST
        )  # the row goes, its number stays taken: sequences never go back
    return version


def copy_entries(version: HotListVersion, rows: Iterable[str]) -> int:
    """Stream entries into a version.

    Args:
        version: the new version.
        rows: its entries as `rows` makes them; their order gives them their numbers.

    Returns:
        How many were stored.
    """
    key = f"{version.agency_id}\t{version.pk}\t"
    return _copy(_ENTRIES, (f"{key}{number}\t{row}" for number, row in enumerate(rows, 1)))


def copy_changes(
    version: HotListVersion,
    current: HotListVersion | None,
    changes: Iterable[tuple[bool, str]],
    any_category: str,
) -> int:
    """Make a version out of the one in force and an incremental file.

    Args:
        version: the new version.
        current: the version in force; None for a list's first file.
        changes: whether each line removes, and its row as `rows` makes it, in the order of the file.
        any_category: the category that a removal has which names none.

    Returns:
        How many entries the version has.
    """
    with connections[INGEST].cursor() as cursor:
        cursor.execute(_WAITING_ROOM)
    _copy(
        _CHANGES,
        (f"{number}\t{'t' if removes else 'f'}\t{row}" for number, (removes, row) in enumerate(changes, 1)),
    )
    with connections[INGEST].cursor() as cursor:
        cursor.execute("CREATE INDEX ON hot_list_change (match_key)")
        cursor.execute("ANALYZE hot_list_change")
        cursor.execute(
            _CHANGED,
            {"agency": version.agency_id, "version": version.pk, "current": current.pk if current else None,
             "any": any_category},
        )  # fmt: skip
        return int(cursor.rowcount)


def let_wait(hot_list: HotList, version: HotListVersion) -> None:
    """Keep a version that a person must look at first; nothing is compared with it.

    Args:
        hot_list: the list, locked.
        version: the version, its counts set.
    """
    version.save(using=INGEST, force_insert=True)
    HotList.objects.using(INGEST).filter(pk=hot_list.pk).update(waiting=version)


def put_version_in_force(
    hot_list: HotList, version: HotListVersion, *, actor: str, now: datetime, details: dict[str, Any]
) -> None:
    """Let a version replace the one in force; what waited for a person is over with it.

    Args:
        hot_list: the list, locked.
        version: the new version, its counts set, or the one that waited.
        actor: who brings it.
        now: when its file came.
        details: what else the ledger keeps of it.

    Records:
        `hot-list.replaced`.
    """
    if version.pk != hot_list.waiting_id:
        version.save(using=INGEST, force_insert=True)
    HotList.objects.using(INGEST).filter(pk=hot_list.pk).update(
        current=version,
        in_force_at=Now(),
        fetched_at=now,
        layout=hot_list.layout,
        refused_at=None,
        refusal="",
        waiting=None,
    )
    facts = {"version": version.pk, "sha256": version.sha256.hex(), "accepted": version.accepted,
             "rejected": version.rejected, "excluded": version.excluded, "not_taken": version.not_taken}  # fmt: skip
    record_event(
        agency=hot_list.agency.slug, event="hot-list.replaced", actor=actor, subject=str(hot_list.pk),
        details=facts | details, using=INGEST,
    )  # fmt: skip


def _copy(statement: str, rows: Iterable[str]) -> int:
    lines, copied = iter(rows), 0
    with connections[INGEST].cursor() as cursor, cursor.copy(statement) as copy:
        while block := list(islice(lines, _BLOCK)):
            copied += len(block)
            copy.write("\n".join(block) + "\n")
    return copied
