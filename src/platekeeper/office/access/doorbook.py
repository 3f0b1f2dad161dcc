"""Log-ins, failed ones and ended sessions, entered in the ledger (CJIS AU-2, USR-10)."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from platekeeper.office.access.events import record_event
from platekeeper.office.accounts.lockout import note_attempt
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import source_of
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.signals import login_failed, login_refused, session_ended
from platekeeper.policy import Denied


@receiver(user_logged_in)
def succeeded(request: HttpRequest, user: Person, **_: Any) -> None:
    """Enter a log-in.

    Args:
        request: the request.
        user: who.
    """
    note_attempt(user, succeeded=True, source=source_of(request), now=timezone.now())
    _enter(user, "login.succeeded", {"source": source_of(request)})


@receiver(user_logged_out)
def ended(request: HttpRequest, user: Person | None, **_: Any) -> None:
    """Enter a log-out.

    Args:
        request: the request.
        user: who, if anybody was logged in.
    """
    if isinstance(user, Person):
        _enter(user, "login.ended", {"source": source_of(request)})


@receiver(login_failed)
def failed(person: Person | None, source: str, *, locked: bool, **_: Any) -> None:
    """Enter a failed log-in, and the lock that it may have caused.

    Args:
        person: whose name was used; None for a name that nobody has.
        source: network address.
        locked: whether it locked the account.
    """
    _enter(person, "login.failed", {"source": source})
    if person is not None and locked:
        office = profile_of(person.agency).users.improper_logins_to.value
        _enter(person, "account.locked", {"source": source, "reported_to": office})


@receiver(login_refused)
def refused(person: Person, decision: Denied, source: str, **_: Any) -> None:
    """Enter an attempt on a locked or deactivated account, with the office that is told of it (USR-10).

    Args:
        person: whose account.
        decision: the refusal.
        source: network address.
    """
    details = {
        "source": source,
        "clause": decision.clause,
        "reason": decision.reason,
        "reported_to": decision.report_to,
    }
    _enter(person, "login.refused", details)


@receiver(session_ended)
def session_over(person: Person, decision: Denied, **_: Any) -> None:
    """Enter a session that the policy ended.

    Args:
        person: whose session.
        decision: why.
    """
    _enter(person, "login.expired", {"clause": decision.clause, "reason": decision.reason})


def _enter(person: Person | None, event: str, details: dict[str, str]) -> None:
    record_event(
        agency=person.agency.slug if person else "",
        event=event,
        actor=person.username if person else "unknown",
        subject=person.username if person else "unknown",
        details=details,
    )
