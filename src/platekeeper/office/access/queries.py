"""What a person already opened, so that the next step of the same work need not ask again why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.policy import Function


@dataclass(frozen=True)
class OwnRecord:
    """Why a person opened an access, and to whose data.

    Attributes:
        id: the record.
        accessed_at: when it was opened.
        agency: whose data it opened.
        function: what it was opened for.
        purpose: its purpose.
        case_number: its case.
        reason: its reason.
        on_behalf_of: whom it was for.
        release: number of the request for release under which it was asked; empty where there was none.
    """

    id: UUID
    accessed_at: datetime
    agency: Agency
    function: Function
    purpose: str
    case_number: str
    reason: str
    on_behalf_of: str
    release: str = ""

    @property
    def under(self) -> dict[str, str]:
        """What the query of an access says that goes on from this one: the release, if there is one (SRC-05)."""
        return {"release": self.release} if self.release else {}


def own_record(person: Person, record_id: UUID) -> OwnRecord | None:
    """Return a person's own access record of the last twelve hours, or None.

    Args:
        person: the person.
        record_id: the record.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM own_record(%s, %s)", [person.pk, record_id])
        row = cursor.fetchone()
    if row is None:
        return None
    accessed_at, function, purpose, case_number, reason, on_behalf_of, release, agency_id = row
    agency = Agency.objects.get(pk=agency_id)
    return OwnRecord(
        record_id,
        accessed_at,
        agency,
        Function(function),
        purpose,
        case_number,
        reason,
        on_behalf_of,
        release or "",
    )
