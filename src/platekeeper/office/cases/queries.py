"""Cases and what was gathered in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections

from platekeeper.office.access.events import WEB
from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.accounts.models import Person
from platekeeper.office.cases.models import CaseFile, CaseItem, ItemKind
from platekeeper.office.reads.models import Read


@dataclass(frozen=True)
class GatheredSearch:
    """A search in a case, as its access record keeps it."""

    access_id: UUID
    accessed_at: datetime
    full_name: str
    function: str
    query: dict[str, Any]
    reason: str


def cases_of(person: Person) -> list[CaseFile]:
    """Return the cases that a person works on, open ones first.

    Args:
        person: the person.
    """
    mine = CaseFile.objects.filter(
        agency=person.agency, members__person=person, members__removed_at__isnull=True
    )
    return sorted(mine, key=lambda case: (case.closed_at is not None, -case.opened_at.timestamp()))


def case_for(person: Person, number: int) -> CaseFile | None:
    """Return a case that a person works on, or None: whoever does not is not told that there is one.

    Args:
        person: the person.
        number: the case's key.
    """
    return next((case for case in cases_of(person) if case.pk == number), None)


def case_numbered(person: Person, number: str) -> CaseFile | None:
    """Return the open case of a number that a person works on, or None.

    Args:
        person: the person.
        number: the agency's number.
    """
    return next((case for case in cases_of(person) if case.number == number and case.closed_at is None), None)


def pinned(case: CaseFile) -> list[CaseItem]:
    """Return the reads that were put into a case, by id; to see one needs an access.

    Args:
        case: the case.
    """
    return list(CaseItem.objects.filter(case=case, kind=ItemKind.READ).select_related("added_by"))


def notes_in(case: CaseFile) -> list[CaseItem]:
    """Return the notes of a case, newest first.

    Args:
        case: the case.
    """
    return list(CaseItem.objects.filter(case=case, kind=ItemKind.NOTE).select_related("added_by"))


def searches_in(case: CaseFile, person: Person) -> list[GatheredSearch]:
    """Return the searches of a case; none to who does not work on it.

    Args:
        case: the case.
        person: who looks.
    """
    with connections[WEB].cursor() as cursor:
        cursor.execute("SELECT * FROM case_searches(%s, %s)", [person.pk, case.pk])
        rows = cursor.fetchall()
    return [
        GatheredSearch(
            record,
            at,
            name,
            function,
            msgspec.json.decode(query) if isinstance(query, str) else query,
            reason,
        )
        for record, at, name, function, query, reason in rows
    ]


def reads_in(grant: AccessGrant, items: list[CaseItem]) -> list[Read]:
    """Return the reads of a case that are still stored and visible, newest first.

    Args:
        grant: an open access to them.
        items: what `pinned` gave.
    """
    if not items:
        return []
    with grant.used():
        found = Read.objects.select_related("camera").filter(
            read_at__in=[item.read_at for item in items], id__in=[item.read_id for item in items]
        )
        return list(found)
