"""What happens at the door, entered in the ledger, and told to whom it concerns (CJIS AU-2, USR-01, USR-10)."""

from datetime import datetime
from typing import Any

from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from platekeeper.office.access.events import record_event
from platekeeper.office.accounts.bindings import word_behind
from platekeeper.office.accounts.lockout import note_attempt
from platekeeper.office.accounts.models import Person, PersonSession, Terminal
from platekeeper.office.accounts.people import source_of
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.signals import (
    function_refused,
    login_failed,
    login_refused,
    session_ended,
    session_revoked,
    sessions_overlap,
    terminal_changed,
)
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Denied, Function, Profile, Role

_TOLD_EVERY_MINUTES = 10  # who hammers at an account fills the ledger, not the office's mailbox


@receiver(user_logged_in)
def succeeded(request: HttpRequest, user: Person, **_: Any) -> None:
    """Enter a log-in, and by what name an identity provider meant the person: it may change, they stay who they are.

    Args:
        request: the request.
        user: who.
    """
    note_attempt(user, succeeded=True, source=source_of(request), now=timezone.now())
    word = word_behind(request, user) or {}
    said = {key: str(word[key]) for key in list(word) if key in ("issuer", "named")}
    _enter(user, "login.succeeded", {"source": source_of(request), **said})


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
    """Enter a failed log-in, and the lock that it may have caused, which the office is told of.

    Args:
        person: whose name was used; None for a name that nobody has.
        source: network address.
        locked: whether it locked the account.
    """
    _enter(person, "login.failed", {"source": source})
    if person is not None and locked:
        office = profile_of(person.agency).users.improper_logins_to.value
        details = {"source": source, "reported_to": office}
        _report(person, "account.locked", details, "Failed log-ins locked an account.")


@receiver(factors.authentication_failed)
def factor_failed(request: HttpRequest, user: Person, **_: Any) -> None:
    """Enter a wrong second factor; it counts towards the lock like a wrong password (CJIS AC-7).

    Args:
        request: the request.
        user: whose factor.
    """
    source = source_of(request)
    locked = note_attempt(user, succeeded=False, source=source, now=timezone.now())
    failed(person=user, source=source, locked=locked)


@receiver(login_refused)
def refused(person: Person, decision: Denied, source: str, **_: Any) -> None:
    """Enter an attempt on an account that is locked, deactivated or another's; tell the policy's office (USR-10).

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
    _report(
        person,
        "login.refused",
        details,
        "Somebody tried to log in to an account that is locked or deactivated, or that is not theirs.",
    )


@receiver(session_ended)
def session_over(person: Person, decision: Denied, **_: Any) -> None:
    """Enter a session that the policy ended.

    Args:
        person: whose session.
        decision: why.
    """
    _enter(person, "login.expired", {"clause": decision.clause, "reason": decision.reason})


@receiver(session_revoked)
def revoked(session: PersonSession, by: Person, **_: Any) -> None:
    """Enter a session that its person or an administrator ended from elsewhere.

    Args:
        session: the session.
        by: who ended it.
    """
    _enter(session.person, "session.revoked", {"session": str(session.pk)}, by=by)


@receiver(sessions_overlap)
def overlapped(session: PersonSession, others: list[PersonSession], now: datetime, **_: Any) -> None:
    """Enter that somebody is logged in at several devices, and tell them and the administrators (USR-01).

    Args:
        session: the session that just began.
        others: those that go on elsewhere.
        now: the present time.
    """
    person = session.person
    places = {"here": _place(session), "elsewhere": "; ".join(map(_place, others))}
    _enter(person, "session.overlapped", places)
    tell(
        agency=person.agency, to=person, kind="session-overlapped", now=now, key=f"overlap-{session.pk}",
        subject="You are logged in at more than one device.", link=reverse("accounts:account"),
        body="If one of them is not you, end that session and choose a new password at once.",
    )  # fmt: skip
    tell(
        agency=person.agency, to=Role.ADMINISTRATOR, kind="session-overlapped", now=now,
        key=f"overlap-{session.pk}", subject="Somebody is logged in at more than one device.",
        body="Ask them whether both are theirs. If not, end the session and issue a new password.",
        link=reverse("accounts:person", args=[person.username]),
    )  # fmt: skip


@receiver(factors.authenticator_added)
def factor_added(user: Person, authenticator: Authenticator, **_: Any) -> None:
    """Enter a new second factor.

    Args:
        user: whose.
        authenticator: the factor.
    """
    _enter(user, "second-factor.added", {"type": authenticator.type})


@receiver(factors.authenticator_removed)
def factor_removed(user: Person, authenticator: Authenticator, **_: Any) -> None:
    """Enter a second factor that was taken off.

    Args:
        user: whose.
        authenticator: the factor.
    """
    _enter(user, "second-factor.removed", {"type": authenticator.type})


@receiver(factors.authenticator_reset)
def codes_renewed(user: Person, authenticator: Authenticator, **_: Any) -> None:
    """Enter that new recovery codes took the place of the old ones.

    Args:
        user: whose.
        authenticator: the codes.
    """
    _enter(user, "second-factor.renewed", {"type": authenticator.type})


@receiver(function_refused)
def function_denied(person: Person, function: Function, decision: Denied, source: str, **_: Any) -> None:
    """Enter that somebody opened a page of a function that the policy does not give them (CJIS AU-2).

    Args:
        person: who.
        function: what the page is for.
        decision: the refusal.
        source: network address.
    """
    _enter(
        person, "function.refused", {"function": function.value, "clause": decision.clause, "source": source}
    )


@receiver(terminal_changed)
def terminal_entered(terminal: Terminal, event: str, by: Person, **_: Any) -> None:
    """Enter what was done with a terminal that the idle lock spares (CJIS AC-11).

    Args:
        terminal: the terminal.
        event: what was done.
        by: who did it.
    """
    record_event(
        agency=terminal.agency.slug,
        event=event,
        actor=by.username,
        subject=str(terminal.pk),
        details={"name": terminal.name, "kind": terminal.kind, "secured_by": terminal.secured_by,
                 "expires_at": terminal.expires_at.isoformat()},
    )  # fmt: skip


def _place(session: PersonSession) -> str:
    return f"{session.device}, {session.source or 'address unknown'}"


def _report(person: Person, event: str, details: dict[str, str], subject: str) -> None:
    """Enter an improper attempt and tell the office at once, both or neither; names stay in the ledger."""
    now = timezone.now()
    span = now.replace(minute=now.minute // _TOLD_EVERY_MINUTES * _TOLD_EVERY_MINUTES)
    with transaction.atomic():
        entry = _enter(person, event, details)
        tell(
            agency=person.agency, to=_office(profile_of(person.agency), details["reported_to"]),
            kind=event.replace(".", "-"), subject=subject, now=now,
            body=f"Ledger entry {entry} says whose account it is and where it was tried.",
            key=f"{event}-{person.pk}-{span:%Y%m%d%H%M}",
        )  # fmt: skip


def _office(profile: Profile, title: str) -> str:
    """Return the duty that an office of that title holds, by which its holders are found; else the title."""
    return next((duty.value for duty, held in profile.duties.items() if held.value == title), title)


def _enter(person: Person | None, event: str, details: dict[str, str], *, by: Person | None = None) -> int:
    subject = person.username if person else "unknown"
    return record_event(
        agency=person.agency.slug if person else "",
        event=event,
        actor=by.username if by else subject,
        subject=subject,
        details=details,
    )
