"""Access records, for whoever may browse them; browsing leaves a record of its own."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from platekeeper.office.access.models import AccessRecord, Entry, Grant
from platekeeper.office.access.operations import AccessGrant

PAGE = 50


def access_records(
    grant: AccessGrant, given: dict[str, Any], *, before: datetime | None = None
) -> tuple[list[AccessRecord], bool]:
    """Return a page of records, newest first, and whether there are more.

    Args:
        grant: an open access to access records.
        given: the filters that were filled in, by field name.
        before: only records older than this.
    """
    with grant.used():
        rows = _filtered(AccessRecord.objects.all(), given)
        if before:
            rows = rows.filter(accessed_at__lt=before)
        page = list(rows[: PAGE + 1])
    return page[:PAGE], len(page) > PAGE


@dataclass(frozen=True)
class Opened:
    """One access record with all that belongs to it.

    Attributes:
        record: the record.
        grants: what it opened.
        children: the records opened in its course.
        entry: the ledger entry that seals it.
    """

    record: AccessRecord
    grants: tuple[Grant, ...]
    children: tuple[AccessRecord, ...]
    entry: Entry | None


def access_record(grant: AccessGrant, record_id: UUID) -> Opened | None:
    """Return one record, or None where there is none that the grant opens.

    Args:
        grant: an open access to access records.
        record_id: the record.
    """
    with grant.used():
        record = AccessRecord.objects.filter(id=record_id).first()
        if record is None:
            return None
        return Opened(
            record=record,
            grants=tuple(Grant.objects.filter(access_id=record_id)),
            children=tuple(AccessRecord.objects.filter(parent_id=record_id)[:PAGE]),
            entry=Entry.objects.filter(access_id=record_id).first(),
        )


def _filtered(rows: QuerySet[AccessRecord], given: dict[str, Any]) -> QuerySet[AccessRecord]:
    if given.get("person"):
        rows = rows.filter(Q(username__icontains=given["person"]) | Q(full_name__icontains=given["person"]))
    for name in ("function", "purpose", "case_number", "outcome"):
        if given.get(name):
            rows = rows.filter(**{name: given[name]})
    if given.get("plate"):
        about = RawSQL("SELECT * FROM records_about(%s)", [given["plate"]])  # the plate is a parameter
        rows = rows.filter(id__in=about)
    if given.get("since"):
        rows = rows.filter(accessed_at__gte=_midnight(given["since"]))
    if given.get("until"):
        rows = rows.filter(accessed_at__lt=_midnight(given["until"] + timedelta(days=1)))
    return rows


@dataclass(frozen=True)
class Covering:
    """The first checkpoint that counts an entry.

    Attributes:
        size: how many entries it counts.
        made_at: when it was made.
    """

    size: int
    made_at: datetime


def covering_checkpoint(sequence: int) -> Covering | None:
    """Return the first signed checkpoint that counts an entry, or None where none does yet.

    Args:
        sequence: the entry.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_checkpoint_over(%s)", [sequence])
        row = cursor.fetchone()
    return Covering(*row) if row else None


@dataclass(frozen=True)
class LedgerState:
    """What a check of the ledger last found.

    Attributes:
        check: signing or verification.
        holds: whether the ledger held.
        noted_at: since when.
        sentence: what does not hold; empty where it does.
    """

    check: str
    holds: bool
    noted_at: datetime
    sentence: str


def ledger_states() -> list[LedgerState]:
    """Return what each check of the ledger last found, where its state ever changed."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (check_name) check_name, holds, noted_at, sentence FROM ledger_state"
            " ORDER BY check_name, id DESC"
        )
        return [LedgerState(*row) for row in cursor.fetchall()]


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
