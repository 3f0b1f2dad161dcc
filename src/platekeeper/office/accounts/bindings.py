"""People bound to an identity provider's own lasting name for them: by it they are known, not by a name that passes on.

The database binds and never binds anew (roster/sql/bindings.sql); only an administrator's release lets it.

Source: CJIS IA-4; OpenID Connect Core 1.0 5.7; SAML 2.0 core 8.3.7
"""

from typing import Any

import psycopg
from allauth.account.internal.flows.login import get_authentication_records
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest

from platekeeper.office.accounts.models import Person, ProviderBinding
from platekeeper.office.accounts.queries import profile_of
from platekeeper.policy import Denied

FEDERATION = "federation"
_FIRST_FACTORS = (FEDERATION, "password")


def bound_to(issuer: str, subject: str) -> Person | None:
    """Return who is known by this subject.

    Args:
        issuer: the provider's own address.
        subject: its lasting name for somebody; empty where it has none.
    """
    found = ProviderBinding.objects.select_related("person__agency").filter(issuer=issuer, subject=subject)
    return next((binding.person for binding in found), None) if subject else None


def refusal_of(person: Person, issuer: str, subject: str) -> Denied | None:
    """Return why somebody may not come in as a person; None where nobody else is bound.

    Args:
        person: whom the provider named.
        issuer: the provider's own address.
        subject: its lasting name for whoever came; empty where it has none.
    """
    bound = ProviderBinding.objects.filter(person=person, issuer=issuer).first()
    return None if bound is None or bound.subject == subject else another_subject(person)


def another_subject(person: Person) -> Denied:
    """Return the refusal of somebody who bears a person's name and is not known to be that person.

    Args:
        person: whose name it is.
    """
    profile = profile_of(person.agency)
    return Denied(
        clause="CJIS IA-4",
        reason="This account belongs to another identity at your provider.",
        remedy="If it is yours all the same, an administrator releases the binding under People.",
        obligation="USR-10",
        version=profile.version,
        report_to=profile.users.improper_logins_to.value,
    )


def bind(person: Person, issuer: str, subject: str) -> bool:
    """Bind a person to a subject for good, or see that they are bound to it.

    Args:
        person: who came in.
        issuer: the provider's own address.
        subject: its lasting name for them.

    Returns:
        Whether they are; False where another subject is theirs, or the subject another's.

    Records:
        `identity.bound`, the first time.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT bind_subject(%s, %s, %s)", [person.pk, issuer, subject])
    except DatabaseError as error:
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            return False
        raise
    return True


def word_behind(request: HttpRequest, person: Person) -> dict[str, Any] | None:
    """Return what an identity provider said, where this log-in began with its word.

    Args:
        request: the request that ends the log-in.
        person: who logs in.
    """
    records = get_authentication_records(request, person)
    first = next((one for one in reversed(records) if one["method"] in _FIRST_FACTORS), None)
    return first if first is not None and first["method"] == FEDERATION else None
