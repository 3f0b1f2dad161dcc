"""Sessions that people can see and end: one row a log-in, from its beginning to its end (USR-01, CJIS AC-12).

Whether a session may go on is `policy.session`'s to say; here is what is known of it, and who ended it.
"""

import hashlib
import re
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from platekeeper.office.accounts.models import Person, PersonSession, Terminal
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.signals import session_revoked, sessions_overlap

WEB = "default"
POLICY = "policy"
_BROWSERS = (
    ("Edge", r"Edg\w*/"),
    ("Firefox", r"Firefox/"),
    ("Chrome", r"Chrom\w+/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone or iPad", "iPhone|iPad"),
    ("macOS", "Mac OS X|Macintosh"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux"),
)


def device_in_words(user_agent: str) -> str:
    """Say what a browser calls itself, as its user would.

    Args:
        user_agent: the header, which anybody can forge: it helps people to know their own devices, nothing more.

    Returns:
        Such as "Firefox on Windows"; "unknown device" where nothing is recognised.
    """
    browser = next((name for name, sign in _BROWSERS if re.search(sign, user_agent)), "")
    system = next((name for name, sign in _SYSTEMS if re.search(sign, user_agent)), "")
    return " on ".join(filter(None, (browser, system))) or "unknown device"


def begin(
    person: Person,
    *,
    source: str,
    user_agent: str,
    device_token: str,
    terminal: Terminal | None,
    now: datetime,
) -> PersonSession:
    """Keep the beginning of a session; an earlier one at the same device is over, one elsewhere is told of.

    Args:
        person: who logged in.
        source: network address.
        user_agent: what the browser calls itself.
        device_token: the device's cookie, empty where it has none.
        terminal: the registered terminal that it is, if it is one.
        now: the present time.

    Records:
        `session.overlapped` where the person is logged in elsewhere too.

    Source:
        USR-01
    """
    device = hashlib.sha256(device_token.encode()).digest() if device_token else None
    with transaction.atomic():
        earlier = list(going_on(person, now).select_related("terminal"))
        same = [one for one in earlier if device is not None and bytes(one.device_sha256 or b"") == device]
        for one in same:
            end(one, by=person.username, because="Another log-in at the same device took its place.", now=now)
        session = PersonSession.objects.create(
            id=uuid.uuid4(),
            person=person,
            began_at=now,
            last_used_at=now,
            source=source,
            device=device_in_words(user_agent),
            device_sha256=device,
            terminal=terminal,
        )
        others = [one for one in earlier if one not in same]
        if others:
            sessions_overlap.send(PersonSession, session=session, others=others, now=now)
    return session


def going_on(person: Person, now: datetime) -> QuerySet[PersonSession]:
    """Return the sessions of a person that the policy would still let go on, latest first.

    Args:
        person: whose.
        now: the present time.
    """
    rules = profile_of(person.agency).cjis
    spared = Q(terminal__kind__in=rules.idle_exempt.value)
    return PersonSession.objects.filter(
        spared | Q(last_used_at__gte=rules.idle_lock.value.cutoff(now)),
        person=person,
        ended_at__isnull=True,
        began_at__gte=rules.reauthenticate.value.cutoff(now),
    )


def latest(person: Person, now: datetime, *, within: timedelta = timedelta(days=30)) -> list[PersonSession]:
    """Return the sessions of a person that are over, latest first, at most fifty.

    Args:
        person: whose.
        now: the present time.
        within: how far back.
    """
    running = going_on(person, now).values("pk")
    over = PersonSession.objects.filter(person=person, began_at__gte=now - within).exclude(pk__in=running)
    return list(over.select_related("terminal")[:50])


def note_use(session: PersonSession, now: datetime) -> None:
    """Keep when a session was last used.

    Args:
        session: the session.
        now: the present time.
    """
    PersonSession.objects.filter(pk=session.pk, ended_at__isnull=True).update(last_used_at=now)


def end(session: PersonSession, *, by: str, because: str, now: datetime) -> bool:
    """End a session; one that is over stays as it was.

    Args:
        session: the session.
        by: username, or `policy`.
        because: one sentence.
        now: the present time.

    Returns:
        Whether it was still going on.
    """
    still = PersonSession.objects.filter(pk=session.pk, ended_at__isnull=True)
    return bool(still.update(ended_at=now, ended_by=by, ended_because=because[:200]))


def revoke(session: PersonSession, *, by: Person, now: datetime) -> bool:
    """End somebody's session from elsewhere; whoever sits at it is shown the log-in at the next click.

    Args:
        session: the session.
        by: the person themselves, or an administrator.
        now: the present time.

    Returns:
        Whether it was still going on.

    Records:
        `session.revoked`
    """
    whose = "you ended it" if by.pk == session.person_id else f"{by.full_name} ended it"
    with transaction.atomic():
        ended = end(session, by=by.username, because=f"Revoked: {whose} from elsewhere.", now=now)
        if ended:
            session_revoked.send(PersonSession, session=session, by=by)
    return ended


def end_all(person: Person, *, by: str, because: str, now: datetime, keep: str = "", using: str = WEB) -> int:
    """End all sessions of a person, such as after a new password.

    Args:
        person: whose.
        by: username, or `policy`.
        because: one sentence.
        now: the present time.
        keep: the one to leave, empty for none.
        using: the connection to write over.

    Returns:
        How many were ended.
    """
    open_ones = PersonSession.objects.using(using).filter(person=person, ended_at__isnull=True)
    if keep:
        open_ones = open_ones.exclude(pk=keep)
    return open_ones.update(ended_at=now, ended_by=by, ended_because=because)
