"""What the case registry says of a number, and what still waits for a receipt."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections

from platekeeper.office.accounts.models import Agency
from platekeeper.office.rms.links import RmsError, ask, token_in
from platekeeper.office.rms.models import CaseList, KnownCase
from platekeeper.office.statements import Ask, Rows, ask_together

_REGISTRY = "SELECT cases_url, cases_folder, token_file FROM rms_connection WHERE agency_id = %s"


def registry_asked(agency: Agency) -> Ask:
    """Return how to ask where an agency's case registry is.

    Args:
        agency: whose registry.
    """
    return Ask(_REGISTRY, [agency.pk])


def case_known(agency: Agency, number: str, registry: Rows | None = None) -> bool | None:
    """Return what an agency's case registry says of a number.

    Args:
        agency: whose registry.
        number: as typed.
        registry: the answer to `registry_asked`, where it was asked together with something else.

    Returns:
        Whether it knows an open case of that number; None where none is connected, none was loaded yet, or it does not
        answer in two seconds: an unknown is recorded as unknown and never bars an access (PUR-14).

    Source:
        PUR-14, SRC-02
    """
    said = number.strip()
    if not said:
        return None
    if registry is None:
        (registry,) = ask_together(registry_asked(agency))
    if not registry:
        return None
    cases_url, cases_folder, token_file = registry[0]
    if cases_url:
        try:
            return ask(cases_url, said, token_in(token_file))
        except RmsError:
            return None
    if not cases_folder or not CaseList.objects.filter(agency=agency).exists():
        return None
    return KnownCase.objects.filter(agency=agency, number=normal_number(said), is_open=True).exists()


def normal_number(number: str) -> str:
    """Return a case number as it is compared: without spaces, in capitals."""
    return "".join(number.split()).upper()


@dataclass(frozen=True)
class Waiting:
    """One access without a receipt.

    Attributes:
        access_id: the access record.
        queued_at: when it was queued.
        attempts: how often it was tried.
        last_attempt_at: when last; None never.
        last_error: what was wrong; empty before the first attempt.
    """

    access_id: UUID
    queued_at: datetime
    attempts: int
    last_attempt_at: datetime | None
    last_error: str


def unacknowledged(agency: Agency) -> list[Waiting]:
    """Return the accesses that the records management system has not acknowledged, the oldest first.

    Source:
        SRC-03
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM rms_unacknowledged(%s)", [agency.pk])
        return [Waiting(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Filed:
    """How an agency's outbox stands.

    Attributes:
        filed: accesses queued since the beginning.
        acknowledged: how many have their receipt.
        last_receipt_at: when the last one came; None never.
    """

    filed: int
    acknowledged: int
    last_receipt_at: datetime | None


def filed(agency: Agency) -> Filed:
    """Return how an agency's outbox stands."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM rms_counts(%s)", [agency.pk])
        return Filed(*cursor.fetchone())
