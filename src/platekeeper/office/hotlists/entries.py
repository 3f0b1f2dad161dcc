"""The agency's own entries: asked for with their case, approved by a supervisor on duty, ended in time.

HOT-05 to HOT-07, PUR-04.

Which of them run is never stored: it follows from the requests, their steps and the policy in force. What runs is put
into the agency's own list as a version like any other, so matching knows one kind of list only.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime

import msgspec
from django.db import DatabaseError, connections, transaction
from django.db.models import Prefetch, QuerySet

from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.screening import screened
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.hotlists.lifecycle import EntryState, EntryStepName
from platekeeper.office.hotlists.models import EntryRequest, EntryStep, HotList
from platekeeper.office.hotlists.operations import add_list, put_in_force
from platekeeper.office.hotlists.rows import ListedVehicle, plate_or_pattern
from platekeeper.office.hotlists.versions import INGEST, HotListError, locked
from platekeeper.policy import Approval, ApprovalKind, Denied, Function, Role
from platekeeper.policy.hotlists import EntryRequest as EntryFacts
from platekeeper.policy.hotlists import decide_hot_list_entry
from platekeeper.policy.vocabulary import MisuseFlag

OWN_LIST = "Own entries"
_PERSONAL = frozenset({MisuseFlag.OWN_PLATE, MisuseFlag.HOUSEHOLD_PLATE, MisuseFlag.COLLEAGUE_PLATE})
# whoever they are: a request that two willing supervisors could not bring into force is refused at once
_WILLING = ("supervisor one", "supervisor two")


class EntryRefused(HotListError):  # noqa: N818  # named for what happened
    """The policy refuses an entry, or a step."""

    def __init__(self, decision: Denied) -> None:
        """Keep what a page needs to explain it.

        Args:
            decision: the refusal.
        """
        super().__init__(str(decision))
        self.decision = decision


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """What somebody asks for.

    Attributes:
        plate: whole, or in part with `?` and `*`.
        interest: why the vehicle is of interest.
        purpose: code of an authorised purpose.
        expires_at: when it ends.
        region: ISO 3166-2, if it is known.
        vehicle: in words.
        case_agent: name (HOT-07).
        case_number: as the agency writes it (HOT-07).
        synopsis: the nature of the case (HOT-07).
        report_attested: the case report documents it (HOT-05).
        shift_ends_at: when the requester's shift ends, where the policy lets entries end with it.
    """

    plate: str
    interest: str
    purpose: str
    expires_at: datetime
    region: str = ""
    vehicle: str = ""
    case_agent: str = ""
    case_number: str = ""
    synopsis: str = ""
    report_attested: bool = False
    shift_ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A request as it stands.

    Attributes:
        request: the request, with its steps.
        state: what became of it.
        missing: what still keeps it from running; None if nothing does or it is closed.
    """

    request: EntryRequest
    state: EntryState
    missing: Denied | None = None


def start_own_list(*, agency: Agency, authority: str, purpose: str, actor: str, now: datetime) -> HotList:
    """Decide that the agency runs a list of its own entries; it is empty until the first is approved.

    Args:
        agency: whose.
        authority: by which authority it looks for vehicles itself.
        purpose: code of the authorised purpose that its alerts serve.
        actor: administrator; the policy was asked before.
        now: the present time.

    Raises:
        HotListError: it runs already, or the policy lets none run.

    Records:
        `hot-list.activated`.

    Source:
        HOT-01
    """
    return add_list(
        agency=agency, name=OWN_LIST, source=agency.name, authority=authority, purpose=purpose, actor=actor, now=now,
        settings={"is_own": True}, using=INGEST,
    )  # fmt: skip


def request_entry(*, person: Person, entry: NewEntry, now: datetime) -> EntryRequest:
    """Ask for an entry; it runs when a supervisor on duty has approved it.

    Args:
        person: who asks; the policy's word on the function was asked before.
        entry: what they ask for.
        now: the present time.

    Raises:
        HotListError: the plate is none, or the agency runs no list of its own.
        EntryRefused: no approval could bring it into force.

    Records:
        `hot-list.entry-requested`.

    Source:
        HOT-05, HOT-07, PUR-04
    """
    plate = plate_or_pattern(entry.plate)
    if not plate:
        raise HotListError(
            f"{entry.plate[:20]!r} is no plate to look for: write at least two of its characters, "
            "? for each one that is not known and * for any number of them."
        )
    own_list_of(person.agency)
    is_personal = bool(_PERSONAL & screened(person, person.agency, _inquiry(plate, entry), now).flags)
    facts = _facts(entry, plate, person.username, is_personal=is_personal, approvals=_imagined(now))
    decision = decide_hot_list_entry(profile_of(person.agency), facts, now)
    if isinstance(decision, Denied):
        raise EntryRefused(decision)
    content = msgspec.json.encode(asdict(entry) | {"plate": plate, "is_personal": is_personal}).decode()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT request_entry(%s, %s::jsonb)", [person.pk, content])
        return EntryRequest.objects.get(pk=cursor.fetchone()[0])


def decide_entry(
    *, person: Person, request: EntryRequest, step: EntryStepName, reason: str, now: datetime
) -> Standing:
    """Approve, refuse or end a request, and bring what now runs into force.

    Args:
        person: who decides; the policy's word on the function was asked before.
        request: the request, of the person's agency.
        step: what they decide.
        reason: in their words; needed to refuse.
        now: the present time.

    Returns:
        The request as it stands then.

    Raises:
        EntryRefused: the policy refuses the step.
        HotListError: the database does.

    Records:
        `hot-list.entry-approved`, `-refused` or `-ended`; `hot-list.replaced` where the list changed.

    Source:
        HOT-06
    """
    refusal = step_refusal(person, request, step, reason)
    if refusal is not None:
        raise EntryRefused(refusal)
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT step_entry(%s, %s, %s, %s)", [person.pk, request.pk, step.value, reason])
    except DatabaseError as error:
        raise HotListError(
            f"That cannot be decided now ({str(error).splitlines()[0]}): look at how the request stands."
        ) from error
    refresh_own_list(own_list_of(person.agency), actor=person.username, now=now)
    return standing_of(requests_of(person.agency).get(pk=request.pk), now)


def refresh_own_list(hot_list: HotList, *, actor: str, now: datetime) -> bool:
    """Bring into force what runs now; nothing changes where that is what is in force.

    Args:
        hot_list: the agency's own list.
        actor: who or what asked for it.
        now: the present time.

    Returns:
        Whether the list changed.
    """
    with transaction.atomic(using=INGEST):
        # the list's turn first: what is looked up before it could have ended when it comes into force
        before = locked(hot_list).current_id
        vehicles = _running(hot_list.agency, now)
        version = put_in_force(
            hot_list=hot_list,
            entries=vehicles,
            sha256=hashlib.sha256(msgspec.json.encode(vehicles)).digest(),
            listed_at=now,
            actor=actor,
            now=now,
            may_be_empty=True,
        )
    return version.pk != before


def _running(agency: Agency, now: datetime) -> list[ListedVehicle]:
    going_on = requests_of(agency).filter(expires_at__gt=now).order_by("pk")
    standings = (standing_of(request, now) for request in going_on)
    return [_vehicle(one.request) for one in standings if one.state is EntryState.RUNNING]


def own_list_of(agency: Agency) -> HotList:
    """Return the agency's list of its own entries.

    Args:
        agency: whose.

    Raises:
        HotListError: it runs none.
    """
    found = HotList.objects.using(INGEST).select_related("agency").filter(agency=agency, is_own=True).first()
    if found is None:
        raise HotListError(
            f"{agency.name} runs no list of its own entries: "
            "an administrator starts it on the page of hot lists (HOT-01)."
        )
    return found


def requests_of(agency: Agency) -> QuerySet[EntryRequest]:
    """Return an agency's requests with their steps, the newest first.

    Args:
        agency: whose.
    """
    steps = Prefetch("steps", EntryStep.objects.select_related("person"))
    return (
        EntryRequest.objects.filter(agency=agency)
        .select_related("agency", "requested_by")
        .prefetch_related(steps)
    )


def standing_of(request: EntryRequest, now: datetime) -> Standing:
    """Return how a request stands under the policy in force.

    Args:
        request: with its steps.
        now: the present time.
    """
    names = {step.step for step in request.steps.all()}
    if EntryStepName.REFUSED in names:
        return Standing(request=request, state=EntryState.REFUSED)
    if EntryStepName.ENDED in names or request.expires_at <= now:
        return Standing(request=request, state=EntryState.ENDED)
    facts = _facts(
        request, request.plate, request.requested_by.username, is_personal=request.is_personal,
        approvals=tuple(_approval(step, now) for step in request.steps.all() if step.step == EntryStepName.APPROVED),
    )  # fmt: skip
    # how long it may run was settled when it was asked for: an end that was near enough then does not move away
    decision = decide_hot_list_entry(profile_of(request.agency), facts, now)
    if isinstance(decision, Denied):
        return Standing(request=request, state=EntryState.WAITING, missing=decision)
    return Standing(request=request, state=EntryState.RUNNING)


def step_refusal(
    person: Person, request: EntryRequest, step: EntryStepName, reason: str = "-"
) -> Denied | None:
    """Return why somebody may not decide so on a request, or None where they may; the database says the same.

    Args:
        person: who would decide.
        request: the request, with its steps.
        step: what they would decide.
        reason: in their words.

    Source:
        HOT-06, PUR-04
    """
    rules = profile_of(person.agency)
    on_duty = rules.hot_lists.approved_on_duty
    approves, refuses = step is EntryStepName.APPROVED, step is EntryStepName.REFUSED
    is_given = any(one.step == step and one.person_id == person.pk for one in request.steps.all())
    checks = (
        (request.requested_by_id == person.pk, "Nobody decides on their own request.",
         "Ask another supervisor on duty."),
        (Role.SUPERVISOR.value not in person.roles, "A supervisor decides on entries.", "Ask a supervisor on duty."),
        (is_given, "You have decided so already: a second approval is a second person's.",
         "Leave it to another supervisor on duty."),
        (approves and on_duty.value and not person.is_on_duty, "You are not on duty.",
         "Leave it to a supervisor on duty."),
        (refuses and not reason.strip(), "The requester must learn why.", "Give a reason in a sentence."),
    )  # fmt: skip
    if not (approves or refuses):
        return None
    found = next(((why, remedy) for applies, why, remedy in checks if applies), None)
    return found and Denied(
        clause=on_duty.clause, reason=found[0], remedy=found[1], obligation="HOT-06", version=rules.version
    )


def _facts(
    entry: NewEntry | EntryRequest,
    plate: str,
    username: str,
    *,
    is_personal: bool,
    approvals: tuple[Approval, ...],
) -> EntryFacts:
    return EntryFacts(
        plate=plate, interest=entry.interest, purpose=entry.purpose, case_agent=entry.case_agent,
        case_number=entry.case_number, synopsis=entry.synopsis, report_attested=entry.report_attested,
        requested_by=username, expires_at=entry.expires_at, shift_ends_at=entry.shift_ends_at, approvals=approvals,
        personal=is_personal,
    )  # fmt: skip


def _approval(step: EntryStep, now: datetime) -> Approval:
    return Approval(
        kind=ApprovalKind.COSIGN,
        by=step.person.username,
        role=Role.SUPERVISOR,
        on_duty=step.on_duty,
        approved_at=min(step.at, now),  # the database's clock may run before ours
    )


def _imagined(now: datetime) -> tuple[Approval, ...]:
    return tuple(
        Approval(kind=ApprovalKind.COSIGN, by=name, role=Role.SUPERVISOR, on_duty=True, approved_at=now)
        for name in _WILLING
    )


def _inquiry(plate: str, entry: NewEntry) -> Inquiry:
    return Inquiry(
        function=Function.REQUEST_HOTLIST_ENTRY, purpose=entry.purpose, case_number=entry.case_number,
        reason=entry.synopsis, query={"plate": plate},
    )  # fmt: skip


def _vehicle(request: EntryRequest) -> ListedVehicle:
    return ListedVehicle(
        plate=request.plate, category=request.interest.replace("-", "_").upper(), region=request.region,
        record=f"request {request.pk}", vehicle=request.vehicle, case_agent=request.case_agent,
        case_number=request.case_number, synopsis=request.synopsis, expires_at=request.expires_at,
    )  # fmt: skip
