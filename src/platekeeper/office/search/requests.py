"""Asking a second person for consent to one inquiry, and finding the consents when exactly that is run.

Who may consent is the policy's (`decide_function`, APPROVE_ACCESS) and the database's: never the requester. The
consents found here reach the policy as facts through `access.screening`; nothing here decides an access.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections, transaction
from django.urls import reverse

from platekeeper import policy
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Approval, Denied, Function, Role
from platekeeper.policy.vocabulary import ApprovalKind


class ConsentRefused(PlatekeeperError):  # noqa: N818  # named for what happened
    """A request cannot be made or answered; the sentence says why."""


@dataclass(frozen=True)
class Request:
    """A request for a second person's consent, with what was asked.

    Attributes:
        id: its number.
        requested_at: when.
        kind: what is to be consented to.
        note: the requester's words to the supervisor.
        person_id: who asks.
        username: their username.
        full_name: their name.
        access_id: the refused access record.
        function: what they wanted to do.
        query: the elements of the question.
        purpose: its purpose.
        case_number: its case.
        reason: its reason.
        on_behalf_of: whom it is for.
        explanation: the sentence of the refusal.
        clause: the clause of the refusal.
        consents: the answer; None while there is none.
        decided_by: who answered.
        decided_at: when.
        answer: their words.
    """

    id: int
    requested_at: datetime
    kind: ApprovalKind
    note: str
    person_id: int
    username: str
    full_name: str
    access_id: UUID
    function: Function
    query: dict[str, Any]
    purpose: str
    case_number: str
    reason: str
    on_behalf_of: str
    explanation: str
    clause: str
    consents: bool | None
    decided_by: str | None
    decided_at: datetime | None
    answer: str | None


def ask_consent(*, person: Person, access_id: UUID, kind: ApprovalKind, note: str, now: datetime) -> int:
    """Ask the agency's supervisors to consent to an inquiry that was refused.

    Args:
        person: whose inquiry it was.
        access_id: the record of the refusal.
        kind: what is to be consented to.
        note: words to the supervisor.
        now: the present time.

    Returns:
        The request's number; the same one where it was made already.

    Raises:
        ConsentRefused: the record is no refusal of the person's own of the last twelve hours.

    Records:
        `access-request.made`.

    Source:
        PUR-05, PUR-06, PUR-07, PUR-08, SRC-02
    """
    with transaction.atomic(using=WEB):
        number = _value(
            "SELECT request_consent(%s, %s, %s, %s)", [person.pk, access_id, kind.value, note.strip()]
        )
        if number is None:
            raise ConsentRefused("That refusal is not yours or is too old: make the inquiry again, then ask.")
        for role in (Role.SUPERVISOR, Role.COMMANDER):
            tell(
                agency=person.agency,
                to=role,
                kind="access-request",
                subject=f"{person.full_name} asks for your approval of a search",
                link=reverse("search:request", args=[number]),
                key=f"access-request-{number}",
                now=now,
            )
    return int(number)


def answer_request(*, request: Request, person: Person, consents: bool, note: str, now: datetime) -> None:
    """Consent to an inquiry, or refuse to.

    Args:
        request: the request.
        person: who answers.
        consents: whether they consent.
        note: why; needed for a refusal.
        now: the present time.

    Raises:
        ConsentRefused: the policy says that this person may not, or it was answered already.

    Records:
        `access-request.approved` or `access-request.refused`.

    Source:
        PUR-05, PUR-06, PUR-07, PUR-08
    """
    decision = decide_answer(request, person, now)
    if isinstance(decision, Denied):
        raise ConsentRefused(str(decision))
    if request.consents is not None:
        raise ConsentRefused(f"{request.decided_by} has answered this request already.")
    if not consents and not note.strip():
        raise ConsentRefused("Say in a few words why you refuse.")
    with transaction.atomic(using=WEB):
        on_duty = facts_of(person).on_duty
        _value(
            "SELECT answer_request(%s, %s, %s, %s, %s)",
            [person.pk, request.id, consents, note.strip(), on_duty],
        )
        tell(
            agency=person.agency,
            to=Person.objects.get(pk=request.person_id),
            kind="access-request-answered",
            subject="Your search was approved: run it within twelve hours"
            if consents
            else "Your search was not approved",
            link=reverse("search:request", args=[request.id]),
            key=f"access-request-{request.id}-answered",
            now=now,
        )


def decide_answer(request: Request, person: Person, now: datetime) -> policy.Decision:
    """Decide whether somebody may answer a request: a supervisor on duty, and never the requester.

    Args:
        request: the request.
        person: who would answer.
        now: the present time.
    """
    profile, facts = profile_of(person.agency), facts_of(person)
    if request.person_id == person.pk:
        return _denied(profile, "Nobody approves an inquiry of their own.", "Wait for another supervisor.")
    if not facts.roles & {Role.SUPERVISOR, Role.COMMANDER}:
        return _denied(
            profile, "Only a supervisor or commander approves an inquiry.", "Tell a supervisor of it."
        )
    if not facts.on_duty:
        return _denied(
            profile, "You are off duty.", "Leave it to a supervisor on duty, or log on for your shift."
        )
    return policy.decide_function(profile, facts, Function.APPROVE_ACCESS, now)


def requests_of(person: Person) -> list[Request]:
    """Return the requests of the last thirty days that a person may see: their own, a supervisor's whole agency.

    Args:
        person: the person.
    """
    with connections[WEB].cursor() as cursor:
        cursor.execute("SELECT * FROM requests_seen_by(%s)", [person.pk])
        return [_request(row) for row in cursor.fetchall()]


def request_by_id(person: Person, number: int) -> Request | None:
    """Return one request that a person may see, or None.

    Args:
        person: the person.
        number: its number.
    """
    return next((one for one in requests_of(person) if one.id == number), None)


def consents(person: Person, agency: Agency, inquiry: Inquiry, now: datetime) -> tuple[Approval, ...]:
    """Return who consented to exactly this inquiry (see `access.screening`).

    Args:
        person: who asks.
        agency: whose data it is; supervisors consent for their own agency's people only.
        inquiry: what is asked.
        now: the present time.
    """
    if agency.pk != person.agency_id:
        return ()
    asked = {
        "function": inquiry.function.value,
        "query": inquiry.query,
        "purpose": inquiry.purpose,
        "case_number": inquiry.case_number,
        "reason": inquiry.reason,
        "on_behalf_of": inquiry.on_behalf_of,
        "in_course": inquiry.parent is not None,
    }
    with connections[WEB].cursor() as cursor:
        cursor.execute(
            "SELECT * FROM consents_to(%s, %s::jsonb)", [person.pk, msgspec.json.encode(asked).decode()]
        )
        rows = cursor.fetchall()
    return tuple(
        Approval(
            kind=ApprovalKind(kind), by=by, role=Role(role), on_duty=on_duty,
            approved_at=min(decided_at, now),  # the database's clock may run before ours
        )
        for kind, by, role, on_duty, decided_at in rows
    )  # fmt: skip


def _denied(profile: policy.Profile, reason: str, remedy: str) -> Denied:
    obligation = "PUR-08"
    return Denied(
        clause=profile.clauses_of(obligation)[0],
        reason=reason,
        remedy=remedy,
        obligation=obligation,
        version=profile.version,
    )


def _request(row: tuple[Any, ...]) -> Request:
    number, at, kind, note, person_id, username, full_name, access_id, function, query, *rest = row
    asked = msgspec.json.decode(query) if isinstance(query, str) else query
    return Request(
        number,
        at,
        ApprovalKind(kind),
        note,
        person_id,
        username,
        full_name,
        access_id,
        Function(function),
        asked,
        *rest,
    )


def _value(statement: str, arguments: list[Any]) -> Any:
    with connections[WEB].cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchone()[0]
