"""Opening an access: the decision by the policy, the record in the database, the pass for one transaction.

`open_access` is the only way to a read, an image, a hit or an access record. It asks the policy of the agency whose
data it is, lets the database write the record (also of a refusal) in a transaction of its own, and returns an
`AccessGrant`, without which no query of this product answers (promise 1; SRC-01, PUR-01).
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import DatabaseError, connections, transaction
from django.db.models import Q

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.access.inquiries import Inquiry, Lookup, Screening
from platekeeper.office.access.queries import OwnRecord
from platekeeper.office.access.screening import consented, joined, screens
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of, trainings_asked
from platekeeper.office.rms.queries import case_known, registry_asked
from platekeeper.office.statements import Ask, Rows, ask_in_one_go, asking_together, prepared
from platekeeper.policy import (
    AccessRequest,
    Allowed,
    Beneficiary,
    Decision,
    Denied,
    ParentRecord,
    decide_access,
)
from platekeeper.policy import Person as PersonFacts
from platekeeper.policy.vocabulary import DISCLOSING, INQUIRING

# The record is committed, and on the disk, when this returns; the ledger is not locked meanwhile (ADR 0011).
_RECORD = "CALL record_access(%s::jsonb, %s, NULL, NULL)"
_AWAIT = "SELECT await_record()"
_OPEN = "SELECT set_config('platekeeper.access', %s, true)"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

# What the same lookups said last time. On the supposition that they say it again the policy is asked while the database
# looks; its answer counts if the database finds just that, else it is asked anew (ADR 0013).
_FOUND_LAST: dict[tuple[int, int, tuple[str, ...]], list[Rows]] = {}
_MOST_SUPPOSED = 1000


class LedgerBroken(PlatekeeperError):  # noqa: N818  # named for what happened
    """Nothing can be recorded now, so nothing is shown (CJIS AU-5)."""


class _Uncovered(Exception):  # noqa: N818  # it never leaves this module
    """The database knows no release and no colleague for whom this could be asked (SRC-05)."""


class _Barred(Exception):  # noqa: N818  # it never leaves this module
    """Whoever asks was suspended, disabled or gone when the record was to be written (USR-09 to USR-11)."""


class AccessDenied(PlatekeeperError):  # noqa: N818  # named for what happened
    """The policy says no; the refusal is on record."""

    def __init__(self, decision: Denied, record_id: UUID | None) -> None:
        """Keep what a page needs to explain it.

        Args:
            decision: the refusal.
            record_id: the access record that keeps it.
        """
        super().__init__(str(decision))
        self.decision = decision
        self.record_id = record_id


# what open_access() refuses -> what that means here
_REFUSED: Mapping[str, Callable[[], Exception]] = {
    "PK001": lambda: LedgerBroken("The ledger does not hold: ask the administrator to find out why."),
    "PK002": _Uncovered,
    "PK003": _Barred,
}


@dataclass(frozen=True)
class AccessGrant:
    """Proof that an access record was committed; the key to the gate for a minute.

    Attributes:
        record_id: the record.
        agency: whose data it opens.
        decision: what the policy said.
    """

    record_id: UUID
    agency: Agency
    decision: Allowed
    _pass: str = field(repr=False)
    _told: tuple[tuple[Ask, Rows], ...] = field(default=(), repr=False)

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Open the gate for the length of a transaction."""
        with transaction.atomic(using=WEB):
            with prepared(WEB) as cursor, cursor.connection.pipeline():  # with the BEGIN, in one go
                cursor.execute(_OPEN, [self._pass], prepare=True)
            yield

    def asked(self, *asks: Ask) -> list[Rows]:
        """Ask prepared statements through the gate, in a transaction of their own and one round trip.

        Args:
            asks: the statements, none of which needs another's answer.

        Returns:
            The rows of each; of what travelled with the opening, what it found then.
        """
        if self._told and asks == tuple(ask for ask, _ in self._told):
            return [rows for _, rows in self._told]
        assert not connections[WEB].in_atomic_block, "the gate would stay open behind the statements"
        # what is sent together, with no transaction begun, is one transaction; the setting ends with it
        _, *rows = ask_in_one_go(Ask(_OPEN, [self._pass]), *asks, using=WEB)
        return rows


def open_access(
    *, person: Person, agency: Agency, inquiry: Inquiry, now: datetime, asks: Sequence[Ask] = ()
) -> AccessGrant:
    """Decide, record, and open the gate.

    Args:
        person: who asks.
        agency: whose data it is; its policy decides, whoever asks.
        inquiry: what is asked, and why.
        now: the present time.
        asks: what the grant will be asked first, where that is known: it travels behind the record in the same round
            trip, is answered while the disk works, and given out when the record is on it.

    Returns:
        The grant.

    Raises:
        AccessDenied: the policy refuses; that is recorded too.

    Records:
        One access record and one `access.opened` or `access.denied` entry, committed before this returns.

    Source:
        RB 432.4(a), MO 463.5(b), EC 427.7(d), LA Records of Access
    """
    request = AccessRequest(
        function=inquiry.function,
        data_agency=agency.profile,
        purpose=inquiry.purpose,
        case_number=inquiry.case_number,
        reason=inquiry.reason,
        parent=_parent(person, inquiry.parent, now),
        asked_from=inquiry.asked_from,
        asked_to=inquiry.asked_to,
        approved_query=inquiry.approved_query,
    )
    request, decision = _decided(person, agency, inquiry, request, now)
    try:
        return _opened(person, agency, inquiry, request, decision, now, asks)
    except LedgerBroken:
        unrecorded = replace(request, recorded=False)
        refused = decide_access(profile_of(agency), facts_of(person, asked=agency), unrecorded, now)
        assert isinstance(refused, Denied), "what cannot be recorded is never allowed (SRC-01, SRC-06)"
        raise AccessDenied(refused, None) from None
    except _Uncovered:
        return _opened(person, agency, inquiry, *_without_cover(person, agency, request, now), now, asks)
    except _Barred:
        person, now = _as_barred(person, now)
        refused = decide_access(profile_of(agency), facts_of(person, asked=agency), request, now)
        assert isinstance(refused, Denied), (
            "the database lets act whomever the policy does (USR-09 to USR-11)"
        )
        return _opened(person, agency, inquiry, request, refused, now, asks)


def _as_barred(person: Person, now: datetime) -> tuple[Person, datetime]:
    """Return a person as they are by now, and a time at which that is so: the database's clock may run before ours."""
    found = Person.objects.select_related("agency").get(pk=person.pk)
    return found, max(now, found.separated_at or now, found.disabled_at or now)


def _without_cover(
    person: Person, agency: Agency, request: AccessRequest, now: datetime
) -> tuple[AccessRequest, Decision]:
    """Decide again where the release ended, or the colleague left, between the decision and its record."""
    behalf = request.on_behalf_of
    assert behalf is not None, "nothing else is refused by the database that the policy allowed"
    alone = replace(request, on_behalf_of=replace(behalf, is_own=False, is_released=False))
    return alone, decide_access(profile_of(agency), facts_of(person, asked=agency), alone, now)


def _opened(
    person: Person,
    agency: Agency,
    inquiry: Inquiry,
    request: AccessRequest,
    decision: Decision,
    now: datetime,
    asks: Sequence[Ask],
) -> AccessGrant:
    filed_as = profile_of(agency).access.rms_classification.value if inquiry.function in DISCLOSING else ""
    record: dict[str, Any] = {
        "person_id": person.pk,
        "function": inquiry.function.value,
        "query": inquiry.query,
        "purpose": inquiry.purpose,
        "case_number": inquiry.case_number,
        "reason": inquiry.reason,
        "on_behalf_of": inquiry.on_behalf_of,
        "policy_version": decision.version,
        "parent_id": str(inquiry.parent.id) if inquiry.parent else None,
        "source": inquiry.source,
        "case_known": request.case_known,
        "rms_classification": filed_as,
    }
    if isinstance(decision, Denied):
        refusal = {"outcome": "DENIED", "clauses": [decision.clause], "explanation": str(decision)}
        record_id, _, _ = _write({**record, **refusal})
        raise AccessDenied(decision, record_id)
    grant = {
        "data_agency_id": agency.pk,
        "visible_from": (decision.visible_from or _BEGINNING).isoformat(),
        "anchor": profile_of(agency).retention.anchor.value.value,
        "kinds": sorted(kind.value for kind in decision.kinds),
        "camera_groups": None if decision.camera_groups is None else sorted(decision.camera_groups),
        "read_ids": None if inquiry.read_ids is None else [str(read_id) for read_id in inquiry.read_ids],
    }
    allowed = {"outcome": "ALLOWED", "clauses": list(decision.clauses), "grants": [grant]}
    record_id, opened, told = _write({**record, **allowed}, *asks)
    _note_use(person, now)
    return AccessGrant(record_id, agency, decision, opened, tuple(zip(asks, told, strict=True)))


def _decided(
    person: Person, agency: Agency, inquiry: Inquiry, request: AccessRequest, now: datetime
) -> tuple[AccessRequest, Decision]:
    profile, found = profile_of(agency), screens(person, agency, inquiry, now)
    # all that must be looked up before the decision travels to the database and back together (ADR 0013)
    lookups = [one.ask for one in found if isinstance(one, Lookup)]
    asks = (trainings_asked(person), registry_asked(agency), *lookups)
    # and meanwhile the policy is asked on the supposition that nothing has changed
    supposed = _supposed(person, agency, inquiry, asks)
    known = None if supposed is None else _known(person, agency, inquiry, request, found, supposed)
    with asking_together(*asks) as told:
        decision = None if known is None else decide_access(profile, *known, now)
    if known is None or decision is None or told != supposed:
        _suppose(person, agency, asks, told)
        known = _known(person, agency, inquiry, request, found, told)
        decision = decide_access(profile, *known, now)
    facts, request = known
    if isinstance(decision, Denied) and decision.approval is not None:
        # only then does anybody look for consents: most inquiries need none
        request = replace(request, approvals=consented(person, agency, inquiry, now))
        decision = decide_access(profile, facts, request, now)
    return request, decision


def _supposed(person: Person, agency: Agency, inquiry: Inquiry, asks: Sequence[Ask]) -> list[Rows] | None:
    supposed = _FOUND_LAST.get(_key(person, agency, asks))
    # with a registry, or for somebody else, more is asked after the lookups, whatever they say
    return None if supposed is None or supposed[1] or inquiry.on_behalf_of else supposed


def _suppose(person: Person, agency: Agency, asks: Sequence[Ask], told: list[Rows]) -> None:
    if len(_FOUND_LAST) >= _MOST_SUPPOSED:
        _FOUND_LAST.clear()
    _FOUND_LAST[_key(person, agency, asks)] = told


def _key(person: Person, agency: Agency, asks: Sequence[Ask]) -> tuple[int, int, tuple[str, ...]]:
    return person.pk, agency.pk, tuple(ask.statement for ask in asks)


def _known(
    person: Person,
    agency: Agency,
    inquiry: Inquiry,
    request: AccessRequest,
    found: Sequence[Screening | Lookup],
    told: Sequence[Rows],
) -> tuple[PersonFacts, AccessRequest]:
    """Return what the policy is asked when the lookups say this."""
    trainings, registry, *rows = told
    answers = iter(rows)
    known = joined(one.told(next(answers)) if isinstance(one, Lookup) else one for one in found)
    # what goes on from a record was asked about when that one was opened
    is_new = inquiry.function in INQUIRING and inquiry.parent is None
    request = replace(
        request,
        flags=known.flags,
        sensitive_place=known.sensitive_place,
        case_known=case_known(agency, inquiry.case_number, registry) if is_new else None,
        on_behalf_of=_beneficiary(person, inquiry, known),
    )
    return facts_of(person, asked=agency, trainings=trainings), request


def in_house(person: Person) -> str:
    """Return how a record names somebody who copies reads out for their own agency; the database knows it, too.

    Args:
        person: who.
    """
    return f"{person.full_name}, {person.agency.name}"


def colleague(person: Person) -> str:
    """Return how a record names a member of the agency for whom another one asks; the database knows it, too.

    Args:
        person: who.
    """
    return f"{person.full_name} ({person.username}), {person.agency.name}"


def colleague_named(agency: Agency, text: str) -> Person | None:
    """Return the one active member of an agency of that username, name, or name as records have it; else None.

    Args:
        agency: whose.
        text: as it was typed.
    """
    at = re.search(r"\(([^()]+)\), ", text)
    username = at[1] if at else text.strip()
    members = Person.objects.select_related("agency").filter(agency=agency, is_active=True)
    found = list(members.filter(Q(username__iexact=username) | Q(full_name__iexact=text.strip()))[:2])
    return found[0] if len(found) == 1 and (not at or colleague(found[0]) == text) else None


def _beneficiary(person: Person, inquiry: Inquiry, known: Screening) -> Beneficiary | None:
    name = inquiry.on_behalf_of
    if not name:
        return None
    if known.released_to is not None:
        return Beneficiary(
            name=name, organization=name, recipient=known.released_to, is_own=False, is_released=True
        )
    if name == in_house(person):
        return Beneficiary(name=name, organization=person.agency.name)
    member = colleague_named(person.agency, name)
    facts = facts_of(member) if member is not None and colleague(member) == name else None
    return Beneficiary(name=name, organization=person.agency.name, is_own=facts is not None, member=facts)


def _parent(person: Person, record: OwnRecord | None, now: datetime) -> ParentRecord | None:
    if record is None:
        return None
    return ParentRecord(
        accessed_at=min(record.accessed_at, now),  # the database's clock may run before ours
        username=person.username,
        purpose=record.purpose,
        case_number=record.case_number,
        reason=record.reason,
    )


def _write(record: dict[str, Any], *asks: Ask) -> tuple[UUID, str, list[Rows]]:
    assert not connections[WEB].in_atomic_block, "a record that could be rolled back is no record"
    written = msgspec.json.encode(record).decode()
    try:
        # NOTHING MAY BE SHOWN before the record is committed and on the disk: what travels behind it is answered while
        # the disk works, and these answers are ours only when both are done
        if asks:
            sent = Ask(_RECORD, [written, True]), *asks, Ask(_AWAIT)
            ((access_id, opened),), *told, _ = ask_in_one_go(*sent, using=WEB)
            return access_id, opened, told
        with prepared(WEB) as cursor:
            row = cursor.execute(_RECORD, [written, False], prepare=True).fetchone()
    except DatabaseError as error:
        known = _REFUSED.get(getattr(error.__cause__, "sqlstate", None) or "")
        if known is None:
            raise
        raise known() from error
    assert row is not None
    access_id, opened = row
    return access_id, opened, []


def _note_use(person: Person, now: datetime) -> None:
    # a year without use asks for reorientation (USR-12): the day is enough, and spares a write per request
    if person.last_used_at is None or (now - person.last_used_at).days >= 1:
        Person.objects.filter(pk=person.pk).update(last_used_at=now)
