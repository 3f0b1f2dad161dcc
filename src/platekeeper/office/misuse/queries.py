"""What a finding rests on, for whoever judges it: when and why each look was taken, never what it showed (PUR-06)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections

from platekeeper.office.access.events import WEB
from platekeeper.office.accounts.models import Person
from platekeeper.office.misuse.models import Finding


@dataclass(frozen=True)
class FoundLook:
    """One look of a finding, as its access record keeps it.

    Attributes:
        id: of the record.
        accessed_at: when.
        function: what it was opened for.
        purpose: its purpose's code.
        case_number: as stated; empty for none.
        reason: as stated; empty for none.
        outcome: allowed or refused.
        explanation: why it was refused; empty where it was not.
    """

    id: UUID
    accessed_at: datetime
    function: str
    purpose: str
    case_number: str
    reason: str
    outcome: str
    explanation: str


def looks_of(finding: Finding, reviewer: Person) -> list[FoundLook]:
    """Return the looks that a finding rests on, the first one first; that they are opened is in the ledger before.

    Args:
        finding: which.
        reviewer: who judges it; the policy was asked before.

    Records:
        `misuse.finding-opened`.

    Source:
        PUR-06, AUD-08
    """
    with connections[WEB].cursor() as cursor:
        cursor.execute("SELECT open_finding(%s, %s)", [reviewer.pk, finding.pk])
        cursor.execute("SELECT * FROM finding_looks(%s, %s)", [reviewer.pk, finding.pk])
        return [FoundLook(*row) for row in cursor.fetchall()]
