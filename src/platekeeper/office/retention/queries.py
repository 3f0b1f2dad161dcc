"""What the pages of retention show; none of it is a read."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.retention.holds import verification_due_at
from platekeeper.office.retention.lifecycle import OLD_DATA_CHAIN, next_move, state_of
from platekeeper.office.retention.models import (
    Certificate,
    Consent,
    Forecast,
    Hold,
    HoldStep,
    HoldStepName,
    OldDataRequest,
    OldDataStep,
    Schedule,
)
from platekeeper.office.retention.schedules import schedule_in_force
from platekeeper.policy.period import Period

_OVER = frozenset({HoldStepName.REFUSE, HoldStepName.RELEASE})
_SHOWN = 100


@dataclass(frozen=True)
class HoldView:
    """A hold as a list shows it.

    Attributes:
        hold: the hold.
        steps: its steps, in order.
        state: where it stands.
        due_at: when somebody must say again that it is needed; None where nobody must.
        is_overdue: whether that moment has passed.
        reads: how many due reads it keeps, as of the last look; None where nobody looked yet.
    """

    hold: Hold
    steps: tuple[HoldStep, ...]
    state: HoldStepName
    due_at: datetime | None
    is_overdue: bool
    reads: int | None

    @property
    def is_over(self) -> bool:
        """Whether it keeps nothing any more."""
        return self.state in _OVER


def holds_of(agency: Agency, now: datetime) -> list[HoldView]:
    """Return an agency's holds: those that wait first, then the newest.

    Args:
        agency: whose.
        now: the present time.
    """
    forecast = forecast_of(agency)
    kept = forecast.body.get("holds", {}) if forecast else {}
    found = Hold.objects.filter(agency=agency).prefetch_related("steps").select_related("requester")
    views = [_viewed(agency, hold, kept, now) for hold in found[:_SHOWN]]
    waiting = {HoldStepName.REQUEST: 0, HoldStepName.ASK_RELEASE: 0, HoldStepName.APPROVE: 1}
    return sorted(views, key=lambda view: (waiting.get(view.state, 2), not view.is_overdue))


def hold_by_id(agency: Agency, hold_id: UUID, now: datetime) -> HoldView | None:
    """Return one hold of an agency, or None.

    Args:
        agency: whose.
        hold_id: its id.
        now: the present time.
    """
    hold = Hold.objects.filter(agency=agency, pk=hold_id).select_related("requester", "agency").first()
    if hold is None:
        return None
    forecast = forecast_of(agency)
    return _viewed(agency, hold, forecast.body.get("holds", {}) if forecast else {}, now)


def _viewed(agency: Agency, hold: Hold, kept: dict[str, int], now: datetime) -> HoldView:
    steps = sorted(hold.steps.all(), key=lambda step: step.number)
    due = verification_due_at(agency, steps)
    overdue = due is not None and due <= now
    return HoldView(hold, tuple(steps), state_of(steps), due, overdue, kept.get(str(hold.pk)))


def forecast_of(agency: Agency) -> Forecast | None:
    """Return what the next purge will do, as the custodian last saw it.

    Args:
        agency: whose.
    """
    return Forecast.objects.filter(agency=agency).first()


@dataclass(frozen=True)
class Approval:
    """A schedule with who agreed to it.

    Attributes:
        schedule: the schedule.
        consents: by role.
        is_in_force: whether it decides.
    """

    schedule: Schedule
    consents: dict[str, Consent]
    is_in_force: bool


def schedules_of(agency: Agency) -> list[Approval]:
    """Return an agency's schedules, the newest first.

    Args:
        agency: whose.
    """
    in_force = schedule_in_force(agency, using="default")
    return [
        Approval(one, {consent.role: consent for consent in one.consents.all()}, one == in_force)
        for one in Schedule.objects.filter(agency=agency).prefetch_related("consents")[:10]
    ]


@dataclass(frozen=True)
class CalendarLine:
    """What happens to the reads of one month.

    Attributes:
        month: its first day.
        hidden_at: when the last of them is hidden; None where the policy hides none.
        destroyed_at: when the last of them is destroyed.
        age: how far it has come: visible, hidden, or due.
    """

    month: date
    hidden_at: datetime | None
    destroyed_at: datetime
    age: str


def calendar_of(agency: Agency, now: datetime, months: int = 12) -> list[CalendarLine]:
    """Return what becomes of the reads of the months whose end is next, the nearest first.

    Args:
        agency: whose.
        now: the present time.
        months: how many.
    """
    retention = profile_of(agency).retention
    purge: Period = retention.purge.value
    lines: list[CalendarLine] = []
    month = purge.cutoff(now).date().replace(day=1) if purge.months else now.date().replace(day=1)
    month = max(month, date(2000, 1, 1))
    while len(lines) < months and month <= now.date():
        following = (month + timedelta(days=32)).replace(day=1)
        last = datetime.combine(following, datetime.min.time(), now.tzinfo) - timedelta(microseconds=1)
        hidden = retention.visible.value.after(last) if retention.visible.value else None
        destroyed = purge.after(last)
        age = "due" if destroyed <= now else "hidden" if hidden and hidden <= now else "visible"
        lines.append(CalendarLine(month, hidden, destroyed, age))
        month = following
    return lines


def certificates_of(agency: Agency) -> list[Certificate]:
    """Return an agency's certificates, the newest first.

    Args:
        agency: whose.
    """
    return list(Certificate.objects.filter(agency=agency).select_related("run")[:_SHOWN])


@dataclass(frozen=True)
class ChainLink:
    """One of the four, and the handing over, as the chain shows it.

    Attributes:
        who: whose turn it is.
        label: what was done, or is to be done.
        step: the step taken; None where it is still to come.
    """

    who: str
    label: str
    step: OldDataStep | None


@dataclass(frozen=True)
class RequestView:
    """A request for deleted data with its chain.

    Attributes:
        request: the request.
        steps: its steps, in order.
        chain: every link of it.
        title: the circumstance in words.
        state: where it stands, in words.
        executed: what the query found when it was first run; None before.
    """

    request: OldDataRequest
    steps: tuple[OldDataStep, ...]
    chain: tuple[ChainLink, ...]
    title: str
    state: str
    executed: OldDataStep | None

    @property
    def since(self) -> datetime:
        """What is wanted was captured at or after this."""
        return datetime.fromisoformat(self.request.query["since"])

    @property
    def until(self) -> datetime:
        """What is wanted was captured before this."""
        return datetime.fromisoformat(self.request.query["until"])


def old_data_requests(agency: Agency) -> list[RequestView]:
    """Return an agency's requests for deleted data, the newest first.

    Args:
        agency: whose.
    """
    found = OldDataRequest.objects.filter(agency=agency).prefetch_related("steps").select_related("requester")
    return [_request_view(agency, one) for one in found[:_SHOWN]]


def old_data_request(agency: Agency, request_id: UUID) -> RequestView | None:
    """Return one request, or None.

    Args:
        agency: whose.
        request_id: its id.
    """
    found = OldDataRequest.objects.filter(agency=agency, pk=request_id).select_related("requester", "agency")
    one = found.first()
    return None if one is None else _request_view(agency, one)


def _request_view(agency: Agency, request: OldDataRequest) -> RequestView:
    steps = tuple(sorted(request.steps.all(), key=lambda step: step.number))
    by: dict[str, OldDataStep] = {step.step: step for step in steps}
    chain = tuple(
        ChainLink(move.who, move.done if move.step in by else move.label, by.get(move.step))
        for move in OLD_DATA_CHAIN
    )
    listed: Any = profile_of(agency).retention.old_data
    title = next((one.title for one in listed if one.code == request.circumstance), request.circumstance)
    coming = next_move([step.step for step in steps])
    done = "refused" if "REFUSE" in by else "handed over"
    return RequestView(
        request,
        steps,
        chain,
        title,
        f"waits for the {coming.who.lower()}" if coming else done,
        by.get("EXECUTE"),
    )
