"""Agreements with other agencies: noted after their review, ended once (SHR-08, SHR-09)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from platekeeper.office.access.events import WEB
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.sharing.models import Agreement
from platekeeper.office.sharing.operations import ReleaseError, encoded, refuse
from platekeeper.policy import Function, decide_function


def note_agreement(*, person: Person, agreed: Mapping[str, Any], now: datetime) -> None:
    """Note an agreement with another agency, after its review.

    Args:
        person: who answers for it.
        agreed: the fields of `Agreement`.
        now: the present time.

    Raises:
        AccessDenied: this person may not.

    Records:
        `agreement.noted`

    Source:
        SHR-08, SHR-09
    """
    refuse(decide_function(profile_of(person.agency), facts_of(person), Function.APPROVE_RELEASE, now))
    with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
        cursor.execute("SELECT note_agreement(%s, %s::jsonb)", [person.pk, encoded(dict(agreed))])


def end_agreement(*, person: Person, agreement: Agreement, because: str, now: datetime) -> None:
    """End an agreement today.

    Args:
        person: who answers for it.
        agreement: which.
        because: why.
        now: the present time.

    Raises:
        AccessDenied: this person may not.
        ReleaseError: it has ended already, or nothing was stated.

    Records:
        `agreement.ended`
    """
    refuse(decide_function(profile_of(person.agency), facts_of(person), Function.APPROVE_RELEASE, now))
    if agreement.ended_at is not None or not because.strip():
        raise ReleaseError("Say why the agreement ends; one that has ended stays as it is.")
    with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
        cursor.execute("SELECT end_agreement(%s, %s, %s)", [person.pk, agreement.pk, because.strip()[:300]])
