"""Searches of logically deleted reads: four people in turn, and the approved query only (RET-06, RET-07)."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from platekeeper import plates
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessDenied, AccessGrant, colleague, open_access
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.notices.operations import tell
from platekeeper.office.reads.models import Read
from platekeeper.office.retention.lifecycle import OLD_DATA_CHAIN, OldDataMove, next_move
from platekeeper.office.retention.models import OldDataRequest, OldDataStep
from platekeeper.policy import Decision, Denied, Function, Role, decide_function
from platekeeper.policy.old_data import OldDataRequest as Facts
from platekeeper.policy.old_data import decide_old_data_step

PAGE = 500
_NEXT = {"REQUEST": Role.COMMANDER, "SUBMIT": Role.CUSTODIAN, "APPROVE": Role.ADMINISTRATOR}
_EVENTS = {"REQUEST": "requested", "SUBMIT": "submitted", "APPROVE": "approved", "EXECUTE": "executed",
           "HAND_OVER": "handed-over", "REFUSE": "refused"}  # fmt: skip


class OldDataError(PlatekeeperError):
    """A step with a request for deleted data that cannot be taken."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be searched, and in which circumstance.

    Attributes:
        circumstance: code of one of the policy's circumstances.
        condition: which of its conditions is met; empty where it has none.
        order_number: of the court order, where the circumstance is one.
        case_number: the investigation's.
        data_wanted: in words, as the form says it.
        plate: the plate, as typed.
        since: captured at or after this.
        until: captured before this.
    """

    circumstance: str
    condition: str
    order_number: str
    case_number: str
    data_wanted: str
    plate: str
    since: datetime
    until: datetime

    @property
    def query(self) -> dict[str, str]:
        """The query that is approved and run."""
        return {
            "plate": plates.normalize(self.plate),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
        }


def digest_of(query: dict[str, Any]) -> str:
    """Return the digest by which an approved query is known again.

    Args:
        query: its elements.
    """
    return hashlib.sha256(json.dumps(query, sort_keys=True).encode()).hexdigest()


def request_old_data(*, person: Person, wanted: Wanted, now: datetime) -> UUID:
    """Ask for a search of logically deleted reads.

    Args:
        person: the investigator.
        wanted: what, and in which circumstance.
        now: the present time.

    Returns:
        The request's id.

    Raises:
        AccessDenied: no circumstance of the policy is met, or this person may not ask.

    Records:
        `old-data.requested`.

    Source:
        RET-06, RET-07
    """
    profile = profile_of(person.agency)
    _refuse(decide_function(profile, facts_of(person), OLD_DATA_CHAIN[0].function, now))
    facts = Facts(
        circumstance=wanted.circumstance, condition=wanted.condition, order_number=wanted.order_number,
        data_wanted=wanted.data_wanted, investigator=person.username,
    )  # fmt: skip
    _refuse(decide_old_data_step(profile, facts, OLD_DATA_CHAIN[0].policy))
    request = OldDataRequest(
        id=uuid4(), agency=person.agency, circumstance=wanted.circumstance, condition=wanted.condition,
        order_number=wanted.order_number, case_number=wanted.case_number, data_wanted=wanted.data_wanted,
        query=wanted.query, query_digest=digest_of(wanted.query), requested_at=now, requested_by=person.username,
        requester=person,
    )  # fmt: skip
    with transaction.atomic(using=WEB):
        request.save(force_insert=True)
        _note(request, "REQUEST", person, {"query_digest": request.query_digest}, now)
    return request.id


def decide_step(
    request: OldDataRequest, steps: list[OldDataStep], move: OldDataMove, person: Person, now: datetime
) -> Decision:
    """Say whether a person may take the next step with a request.

    Args:
        request: the request.
        steps: its steps so far, in order.
        move: the step.
        person: who.
        now: the present time.
    """
    profile = profile_of(person.agency)
    if move.function is not Function.SEARCH_DELETED:
        may = decide_function(profile, facts_of(person), move.function, now)
        if isinstance(may, Denied):
            return may
    by = {step.step: step.username for step in steps}
    acting = {"SUBMIT": "commanding_officer", "APPROVE": "bureau_commander", "EXECUTE": "administrator"}
    facts = Facts(
        circumstance=request.circumstance,
        condition=request.condition,
        order_number=request.order_number,
        data_wanted=request.data_wanted,
        query_digest=request.query_digest,
        executed_digest=digest_of(request.query),
        investigator=request.requested_by,
        commanding_officer=by.get("SUBMIT", ""),
        bureau_commander=by.get("APPROVE", ""),
        administrator=by.get("EXECUTE", ""),
        handed_to=request.requested_by,
    )
    if move.step in acting:
        facts = replace(facts, **{acting[move.step]: person.username if _is_one(person, move) else ""})
    elif move.step == "HAND_OVER" and by.get("EXECUTE") != person.username:
        facts = replace(facts, administrator="")
    return decide_old_data_step(profile, facts, move.policy)


def _is_one(person: Person, move: OldDataMove) -> bool:
    role = {"SUBMIT": Role.COMMANDER, "APPROVE": Role.CUSTODIAN, "EXECUTE": Role.ADMINISTRATOR}[move.step]
    return role.value in person.roles


def take_step(
    *, request: OldDataRequest, person: Person, detail: dict[str, Any], now: datetime, refuse: bool = False
) -> OldDataMove | None:
    """Take the next step: the form, the approval, or the handing over; the query itself is `run_query`'s.

    Args:
        request: the request.
        person: who takes it.
        detail: what was stated.
        now: the present time.
        refuse: whether the answer is no.

    Returns:
        The step; None where the request was refused.

    Raises:
        AccessDenied: it is not this person's turn.
        OldDataError: there is no such step now.

    Records:
        `old-data.submitted`, `old-data.approved`, `old-data.handed-over` or `old-data.refused`.
    """
    steps = list(request.steps.order_by("number"))
    move = next_move([step.step for step in steps])
    if move is None or move.step == "EXECUTE" or (refuse and move.step not in {"SUBMIT", "APPROVE"}):
        raise OldDataError("This step does not follow from where the request stands: look at it again.")
    _refuse(decide_step(request, steps, move, person, now))
    step = "REFUSE" if refuse else move.step
    with transaction.atomic(using=WEB):
        _note(request, step, person, {**detail, "query_digest": request.query_digest}, now)
    return None if refuse else move


@dataclass(frozen=True)
class Result:
    """What the approved query found.

    Attributes:
        grant: the access under which it ran.
        reads: the reads of one page, or all; newest first.
        total: how many there are in all.
        sha256: over ids and moments of all, in this order; tells whether it is what was first found.
        page: which page, from 1; None where `reads` are all.
    """

    grant: AccessGrant
    reads: tuple[Read, ...]
    total: int
    sha256: str
    page: int | None

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        """The number of the first read of the page."""
        return ((self.page or 1) - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last."""
        return self.first + len(self.reads) - 1


def run_query(
    *, request: OldDataRequest, person: Person, source: str, now: datetime, page: int | None = 1
) -> Result:
    """Run the approved query, and nothing else, on behalf of the investigator.

    The first time is a step of the chain; the administrator may look again, page by page, until the result is handed
    over. Everything that was approved is found and counted, whatever part of it is shown.

    Args:
        request: the request.
        person: the administrator.
        source: where it is run from.
        now: the present time.
        page: which part of the result is looked at, from 1; None for all of it.

    Raises:
        AccessDenied: it is not approved, or not this person's to run.
        OldDataError: the request is closed.

    Records:
        An access record; `old-data.executed` the first time, with how many reads there are in all.

    Source:
        RET-07
    """
    steps = list(request.steps.order_by("number"))
    again = any(step.step == "EXECUTE" and step.username == person.username for step in steps)
    move = next(one for one in OLD_DATA_CHAIN if one.step == ("HAND_OVER" if again else "EXECUTE"))
    if any(step.step in {"HAND_OVER", "REFUSE"} for step in steps):
        raise OldDataError("This request is closed: ask for another one.")
    _refuse(decide_step(request, steps, move, person, now))
    inquiry = Inquiry(
        function=Function.SEARCH_DELETED, purpose=_purpose(person), case_number=request.case_number,
        reason=f"{_title(person, request)}: {request.data_wanted}"[:500],
        query={**request.query, "old_data_request": str(request.pk), "shown": f"page {page}" if page else "all"},
        on_behalf_of=colleague(request.requester), approved_query=True, source=source,
    )  # fmt: skip
    assert digest_of(request.query) == request.query_digest
    grant = open_access(person=person, agency=person.agency, inquiry=inquiry, now=now)
    with grant.used():
        result = _found(request, grant, page)
    if not again:
        detail = {
            "query_digest": request.query_digest, "access_record": str(grant.record_id), "reads": result.total,
            "result_sha256": result.sha256,
        }  # fmt: skip
        with transaction.atomic(using=WEB):
            _note(request, "EXECUTE", person, detail, now)
    return result


def _found(request: OldDataRequest, grant: AccessGrant, page: int | None) -> Result:
    found = (
        Read.objects.filter(
            plate=request.query["plate"],
            read_at__gte=datetime.fromisoformat(request.query["since"]),
            read_at__lt=datetime.fromisoformat(request.query["until"]),
        )
        .select_related("camera")
        .order_by("-read_at", "-id")
    )
    listed = [[str(read_id), read_at.isoformat()] for read_id, read_at in found.values_list("id", "read_at")]
    digest = hashlib.sha256(json.dumps(listed).encode()).hexdigest()
    if page is None:
        return Result(grant, tuple(found), len(listed), digest, None)
    page = min(page, max(1, -(-len(listed) // PAGE)))  # there may be fewer than when somebody last looked
    return Result(grant, tuple(found[(page - 1) * PAGE : page * PAGE]), len(listed), digest, page)


def _purpose(person: Person) -> str:
    authorized = profile_of(person.agency).purposes.authorized
    return next((one.code for one in authorized if "investigat" in one.code), authorized[0].code)


def _title(person: Person, request: OldDataRequest) -> str:
    listed = profile_of(person.agency).retention.old_data
    return next((one.title for one in listed if one.code == request.circumstance), request.circumstance)


def _note(request: OldDataRequest, step: str, person: Person, detail: dict[str, Any], now: datetime) -> None:
    taken = OldDataStep.objects.filter(request=request).count()
    try:
        with transaction.atomic(using=WEB):
            OldDataStep.objects.create(
                request=request, number=taken + 1, step=step, taken_at=now, person_id=person.pk,
                username=person.username, detail=detail,
            )  # fmt: skip
    except IntegrityError as error:
        raise OldDataError(
            "Somebody else was faster, or you acted on this request before: four different people act in turn (RET-07)."
        ) from error
    receiver = _NEXT.get(step, request.requester)
    tell(
        agency=request.agency, to=receiver, kind="old-data", now=now, link=f"/retention/old-data/{request.pk}/",
        subject=f"A request to search deleted data was {_EVENTS[step].replace('-', ' ')}.",
        key=f"old-data-{request.pk}-{step}",
    )  # fmt: skip


def _refuse(decision: Decision) -> None:
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
