"""Terminals that the idle lock spares, because a vehicle or a guarded room stands around them (CJIS AC-11).

An administrator registers one and gets a code; somebody logged in at the terminal types the code there within an hour,
and the terminal gets a token in a cookie. The token is good until it expires or is revoked, in its own agency only.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Agency, Person, PersonSession, Terminal
from platekeeper.office.accounts.operations import one_time_password
from platekeeper.office.accounts.signals import terminal_changed

CODE_LASTS = timedelta(hours=1)
LONGEST = timedelta(days=366)  # its place is looked at again at least as often as accounts are (CJIS AC-2)


class TerminalError(PlatekeeperError):
    """A terminal cannot be registered or enrolled."""


def register_terminal(
    *, agency: Agency, name: str, kind: str, secured_by: str, expires_at: datetime, by: Person, now: datetime
) -> tuple[Terminal, str]:
    """Register a terminal, which counts once its code was typed at it.

    Args:
        agency: whose.
        name: what people call it, such as "Unit 12".
        kind: one of `Terminal.Kind`.
        secured_by: what keeps others away from it, such as "locked vehicle".
        expires_at: until when it counts, at most a year ahead.
        by: the administrator.
        now: the present time.

    Returns:
        The terminal, and its code in clear for this once.

    Raises:
        TerminalError: the kind is none, or the expiry is past or too far.

    Records:
        `terminal.registered`
    """
    if kind not in Terminal.Kind.values:
        raise TerminalError(f"There is no terminal class {kind}: choose {', '.join(Terminal.Kind.values)}.")
    if not now < expires_at <= now + LONGEST:
        raise TerminalError("A terminal expires within a year: choose a day ahead of today and within it.")
    code = one_time_password()
    with transaction.atomic():
        terminal = Terminal.objects.create(
            agency=agency,
            name=name,
            kind=kind,
            secured_by=secured_by,
            registered_by=by.username,
            registered_at=now,
            code_sha256=_digest(code),
            code_until=now + CODE_LASTS,
            expires_at=expires_at,
        )
        terminal_changed.send(Terminal, terminal=terminal, event="terminal.registered", by=by)
    return terminal, code


def enrol_terminal(*, code: str, by: Person, now: datetime) -> tuple[Terminal, str]:
    """Make the device at hand the terminal that a code was made for.

    Args:
        code: as the administrator was given it; spaces and capitals do not matter.
        by: who is logged in at the device.
        now: the present time.

    Returns:
        The terminal, and the token for the device's cookie.

    Raises:
        TerminalError: no terminal of their agency waits for this code.

    Records:
        `terminal.enrolled`
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        waiting = Terminal.objects.select_for_update().filter(
            code_sha256=_digest("".join(code.split()).lower()),
            code_until__gt=now,
            agency=by.agency,
            revoked_at__isnull=True,
        )
        terminal = waiting.first()
        if terminal is None:
            raise TerminalError(
                "No terminal of your agency waits for this code: each works once and for an hour. Ask for a new one."
            )
        terminal.code_sha256 = None
        terminal.token_sha256 = _digest(token)
        terminal.enrolled_by, terminal.enrolled_at = by.username, now
        terminal.save(update_fields=["code_sha256", "token_sha256", "enrolled_by", "enrolled_at"])
        terminal_changed.send(Terminal, terminal=terminal, event="terminal.enrolled", by=by)
    return terminal, token


def revoke_terminal(terminal: Terminal, *, by: Person, now: datetime) -> bool:
    """Take a terminal's exemption back; sessions at it end where the idle lock would have ended them.

    Args:
        terminal: the terminal.
        by: the administrator.
        now: the present time.

    Returns:
        Whether it counted until now.

    Records:
        `terminal.revoked`
    """
    with transaction.atomic():
        still = Terminal.objects.filter(pk=terminal.pk, revoked_at__isnull=True)
        revoked = still.update(revoked_by=by.username, revoked_at=now, token_sha256=None, code_sha256=None)
        if revoked:
            # a session keeps naming the terminal; only one that counts spares it
            PersonSession.objects.filter(terminal=terminal, ended_at__isnull=True).update(terminal=None)
            terminal_changed.send(Terminal, terminal=terminal, event="terminal.revoked", by=by)
    return bool(revoked)


def terminal_of(token: str, agency: Agency, now: datetime) -> Terminal | None:
    """Return the terminal of an agency that holds a token and counts, or None.

    Args:
        token: the cookie's value.
        agency: the agency of whoever is logged in at it.
        now: the present time.
    """
    if not token:
        return None
    counting = Terminal.objects.filter(
        token_sha256=_digest(token), agency=agency, revoked_at__isnull=True, expires_at__gt=now
    )
    return counting.first()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
