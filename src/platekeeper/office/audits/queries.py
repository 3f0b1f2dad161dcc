"""Access records, for whoever may browse them; browsing leaves a record of its own."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
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
    if given.get("since"):
        rows = rows.filter(accessed_at__gte=_midnight(given["since"]))
    if given.get("until"):
        rows = rows.filter(accessed_at__lt=_midnight(given["until"] + timedelta(days=1)))
    return rows


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
