"""Failed log-ins: counted, and an account locked by them until an administrator releases it (CJIS AC-7, USR-10)."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

from django.db import connections

from platekeeper import policy
from platekeeper.office.accounts.models import LoginAttempt, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.policy.session import LoginFacts, decide_login

_TURNS = 7452021


@contextlib.contextmanager
def in_turn(person: Person) -> Iterator[None]:
    """Have one attempt on an account at a time: each is decided, looked at and counted before the next (CJIS AC-7).

    Held by the connection and not by a transaction: what a refused attempt leaves in the ledger must stay.

    Args:
        person: whose account.
    """
    turn = [_TURNS, person.pk % 2**31]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", turn)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", turn)


def decide_attempt(person: Person, now: datetime) -> policy.Decision:
    """Decide whether a person may try to log in now.

    Args:
        person: who the attempt names.
        now: the present time.
    """
    facts = LoginFacts(
        profile=profile_of(person.agency),
        person=facts_of(person),
        failures=_failures(person, now),
        locked=person.locked_at is not None,
        now=now,
    )
    return decide_login(facts)


def decide_stay(person: Person, now: datetime) -> policy.Decision | None:
    """Decide whether somebody who is logged in may stay, though they left or were suspended since (USR-09, USR-11).

    A lock by failed log-ins ends no session: anybody could throw anybody out.

    Args:
        person: who.
        now: the present time.

    Returns:
        The decision; None where nothing was noted that could end it.
    """
    if person.separated_at is None and person.suspended_until is None:
        return None
    facts = LoginFacts(
        profile=profile_of(person.agency), person=facts_of(person), failures=0, locked=False, now=now
    )
    return decide_login(facts)


def note_attempt(person: Person, *, succeeded: bool, source: str, now: datetime) -> bool:
    """Keep an attempt; lock the account if it is one failure too many.

    Args:
        person: who the attempt named.
        succeeded: whether it was their password.
        source: network address.
        now: the present time.

    Returns:
        Whether this attempt locked the account.
    """
    LoginAttempt.objects.create(person=person, attempted_at=now, succeeded=succeeded, source=source)
    if succeeded or person.locked_at is not None:
        return False
    if _failures(person, now) < profile_of(person.agency).cjis.attempts.value:
        return False
    person.locked_at = now
    person.save(update_fields=["locked_at"])
    return True


def release(person: Person, *, using: str, now: datetime) -> None:
    """Unlock an account; its person has all attempts again.

    Args:
        person: whose account.
        using: the connection to write over.
        now: the present time.
    """
    person.locked_at, person.released_at = None, now
    person.save(using=using, update_fields=["locked_at", "released_at"])


def _failures(person: Person, now: datetime) -> int:
    """Count the failures since the last success or release, within the window that the policy names."""
    since = profile_of(person.agency).cjis.attempts_within.value.cutoff(now)
    since = max(since, person.released_at or since)
    attempts = LoginAttempt.objects.filter(person=person, attempted_at__gt=since)
    last_success = attempts.filter(succeeded=True).values_list("attempted_at", flat=True).first()
    failed = attempts.filter(succeeded=False)
    return (failed.filter(attempted_at__gt=last_success) if last_success else failed).count()
