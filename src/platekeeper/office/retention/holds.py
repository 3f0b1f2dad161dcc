"""Holds: asked for in writing, in effect at once, approved by somebody else, released by a decision only (HLD)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import DatabaseError, connections, transaction
from psycopg.errors import CheckViolation, InsufficientPrivilege

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.notices.operations import tell
from platekeeper.office.retention.lifecycle import (
    ANSWER_WITHIN,
    APPROVE,
    HOLD_MOVES,
    REFUSE,
    HoldMove,
    state_of,
    verified_at,
)
from platekeeper.office.retention.models import Hold, HoldScope, HoldStep, HoldStepName
from platekeeper.office.retention.schedules import CUSTODIAN
from platekeeper.policy import Decision, Denied, Function, Role, decide_function
from platekeeper.policy.holds import HoldFile, decide_hold_step, hold_verification_due_at
from platekeeper.policy.holds import HoldStep as PolicyStep

_SYSTEM = "platekeeper"


class HoldError(PlatekeeperError):
    """A step with a hold that cannot be taken."""


@dataclass(frozen=True, kw_only=True)
class HoldRequest:
    """What an investigator asks to keep.

    Attributes:
        kind: which of the policy's exceptions it stands on.
        case_number: case or DR number.
        reason: why it should be kept.
        contact: how to reach the investigator.
        scope: what it covers.
        reads: moment and id of single reads, where it covers those.
        plate: normal form, where it covers a plate.
        lat: degrees north of a place, where it covers one.
        lon: degrees east.
        radius_m: metres around it.
        covers_from: captured at or after this; None for all. A place needs it.
        covers_to: captured before this.
    """

    kind: str
    case_number: str
    reason: str
    contact: str
    scope: HoldScope
    reads: tuple[tuple[datetime, UUID], ...] = field(default=())
    plate: str = ""
    lat: float | None = None
    lon: float | None = None
    radius_m: float | None = None
    covers_from: datetime | None = None
    covers_to: datetime | None = None

    def as_row(self) -> dict[str, Any]:
        """Return what the database and the ledger keep of it."""
        row = {name: value for name, value in vars(self).items() if name not in {"reads", "scope"}}
        reads = [{"read_at": read_at, "read_id": read_id} for read_at, read_id in self.reads]
        return {**row, "scope": self.scope.value, "reads": reads}


def request_hold(*, person: Person, request: HoldRequest, now: datetime) -> UUID:
    """Ask for data to be kept beyond its schedule; it is kept from this moment on, whatever the answer will be.

    Args:
        person: the investigator.
        request: what and why.
        now: the present time.

    Returns:
        The hold's id.

    Raises:
        AccessDenied: the person may not ask, or the request lacks case number, reason or contact.
        HoldError: it covers nothing that can be kept.

    Records:
        `hold.requested`.

    Source:
        RET-04, HLD-03
    """
    profile = profile_of(person.agency)
    _refuse(decide_function(profile, facts_of(person), Function.REQUEST_HOLD, now))
    file = HoldFile(
        actor=person.username, actor_role=_role(person), requested_by=person.username,
        case_number=request.case_number, reason=request.reason, contact=request.contact,
    )  # fmt: skip
    _refuse(decide_hold_step(profile, file, PolicyStep.REQUEST, now))
    try:
        with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
            cursor.execute(
                "SELECT request_hold(%s, %s::jsonb)",
                [person.pk, msgspec.json.encode(request.as_row()).decode()],
            )
            hold_id = UUID(str(cursor.fetchone()[0]))
    except DatabaseError as error:
        if isinstance(error.__cause__, CheckViolation):
            raise HoldError(
                "This hold covers nothing: name reads, a plate, or a place with both ends of a time."
            ) from error
        raise
    tell(
        agency=person.agency, to=Role.SUPERVISOR, kind="hold-requested", now=now,
        subject="A hold waits for a supervisor's approval; the data is kept meanwhile.",
        link=f"/retention/holds/{hold_id}/", key=f"hold-{hold_id}",
    )  # fmt: skip
    return hold_id


def decide_move(
    hold: Hold, steps: Sequence[HoldStep], move: HoldMove, person: Person, now: datetime,
    detail: dict[str, Any] | None = None,
) -> Decision:  # fmt: skip
    """Say whether a person may take a step with a hold, before or while they do.

    Args:
        hold: the hold.
        steps: its steps so far, in order.
        move: the step.
        person: who.
        now: the present time.
        detail: what was stated; None where nothing was yet, and the words are not judged.
    """
    profile = profile_of(person.agency)
    may = decide_function(profile, facts_of(person), move.function, now)
    if isinstance(may, Denied) or move.policy is None:
        return may
    given = detail or {}
    asked = next((one for one in reversed(steps) if one.step == HoldStepName.ASK_RELEASE), None)
    stated = detail is not None
    file = HoldFile(
        actor=person.username,
        actor_role=_role(person),
        requested_by=hold.requested_by,
        case_number=hold.case_number,
        reason=hold.reason,
        contact=hold.contact,
        property_number=given.get("property_number", "") if stated else "(to be stated)",
        verified_at=verified_at(list(steps)),
        investigator_answered=True,
        disposed_at=_moment(asked.detail.get("disposed_at")) if asked else None,
        disposition_authority=str(asked.detail.get("authority", "")) if asked else "",
        release_requested_by=asked.username if asked else "",
    )
    return decide_hold_step(profile, file, move.policy, now)


def take_hold_step(*, hold: Hold, person: Person, step: str, detail: dict[str, Any], now: datetime) -> None:
    """Take a step with a hold; the database holds to the same rules.

    Args:
        hold: the hold.
        person: who takes it.
        step: a `HoldStepName` that people take.
        detail: what was stated: a reason, a property number, disposition and authority.
        now: the present time.

    Raises:
        AccessDenied: this person may not, or something is not stated.
        HoldError: the step does not follow from where the hold stands.

    Records:
        `hold.approved`, `hold.refused`, `hold.booked`, `hold.verified`, `hold.release-requested` or `hold.released`.

    Source:
        HLD-02 to HLD-05
    """
    steps = list(hold.steps.order_by("number"))
    state = state_of(steps)
    move = next((one for one in HOLD_MOVES[state] if one.step == step), None)
    if move is None:
        raise HoldError("This step does not follow from where the hold stands now: look at the hold again.")
    _refuse(decide_move(hold, steps, move, person, now, detail))
    if step == HoldStepName.ASK_RELEASE:
        file = HoldFile(
            actor=person.username, actor_role=Role.SUPERVISOR, requested_by=hold.requested_by,
            disposed_at=_moment(detail.get("disposed_at")), disposition_authority=str(detail.get("authority", "")),
            release_requested_by="-",
        )  # fmt: skip
        _refuse(decide_hold_step(profile_of(person.agency), file, PolicyStep.RELEASE, now))
    try:
        with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
            cursor.execute(
                "SELECT take_hold_step(%s, %s, %s, %s::jsonb)",
                [person.pk, hold.pk, step, msgspec.json.encode(detail).decode()],
            )
    except DatabaseError as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise HoldError("Somebody else was faster with this hold: look at it again.") from error
        raise
    if move in {APPROVE, REFUSE}:
        tell(
            agency=person.agency, to=hold.requester, kind="hold-answered", now=now,
            subject=f"Your hold was {'approved' if move is APPROVE else 'refused'}.",
            link=f"/retention/holds/{hold.pk}/", key=f"hold-{hold.pk}-{step}",
        )  # fmt: skip


def verify_holds(now: datetime) -> int:
    """Ask the investigators of holds whose verification is due; tell the commanding officers of unanswered questions.

    Nothing ends here: silence keeps the data (HLD-05).

    Args:
        now: the present time.

    Returns:
        How many questions and escalations there were.

    Records:
        `hold.verification-asked`, `hold.escalated`.
    """
    told = 0
    for agency in Agency.objects.all():
        for hold in Hold.objects.using(CUSTODIAN).filter(agency=agency):
            steps = list(hold.steps.using(CUSTODIAN).order_by("number"))
            told += _question(agency, hold, steps, now)
    return told


def verification_due_at(agency: Agency, steps: list[HoldStep]) -> datetime | None:
    """Return when somebody must be asked whether a hold is still needed, or None where nobody must.

    Args:
        agency: whose hold.
        steps: its steps, in order.
    """
    if state_of(steps) not in {HoldStepName.APPROVE, HoldStepName.ASK_RELEASE}:
        return None
    file = HoldFile(actor=_SYSTEM, actor_role=Role.CUSTODIAN, requested_by="", verified_at=verified_at(steps))
    return hold_verification_due_at(profile_of(agency), file)


def _question(agency: Agency, hold: Hold, steps: list[HoldStep], now: datetime) -> int:
    due = verification_due_at(agency, steps)
    if due is None or due > now:
        return 0
    since = [one for one in steps if one.taken_at >= due]
    asked = next((one for one in since if one.step == HoldStepName.ASK), None)
    if asked is None:
        _note(hold, HoldStepName.ASK)
        person = Person.objects.get(pk=hold.requester_id)
        tell(
            agency=agency, to=person, kind="hold-to-verify", now=now,
            subject="Is this hold still needed? Please answer within 30 days.",
            link=f"/retention/holds/{hold.pk}/", key=f"hold-{hold.pk}-verify-{due:%Y-%m-%d}",
        )  # fmt: skip
        return 1
    escalated = any(one.step == HoldStepName.ESCALATE for one in since)
    if escalated or now < asked.taken_at + ANSWER_WITHIN:
        return 0
    _note(hold, HoldStepName.ESCALATE)
    for role in (Role.COMMANDER, Role.CUSTODIAN):
        tell(
            agency=agency, to=role, kind="hold-unanswered", now=now,
            subject="An investigator has not answered whether a hold is still needed; the data stays (HLD-05).",
            link=f"/retention/holds/{hold.pk}/", key=f"hold-{hold.pk}-unanswered-{due:%Y-%m-%d}-{role}",
        )  # fmt: skip
    return 1


def _note(hold: Hold, step: HoldStepName) -> None:
    with connections[CUSTODIAN].cursor() as cursor:
        cursor.execute("SELECT note_hold_question(%s, %s, %s)", [hold.agency_id, hold.pk, step.value])


def _role(person: Person) -> Role:
    """Return the role in which somebody acts on a hold: the one that may approve, where they have it."""
    return next(
        (role for role in (Role.COMMANDER, Role.SUPERVISOR) if role.value in person.roles),
        Role(person.roles[0]) if person.roles else Role.RECORDS,
    )


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _refuse(decision: Decision) -> None:
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
