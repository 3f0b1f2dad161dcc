"""Steps that people take with an alert: asked of the policy, refused with its clause, written by the gate alone."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connections

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.alerts.lifecycle import DIFFER, ENTRY_WRONG, EXIGENT, MOVES, STEPS, VERIFY, Step
from platekeeper.office.alerts.models import AlertState, EntryCancellation
from platekeeper.office.alerts.onfile import DIFFERS, alert_file, decide_look, decide_step
from platekeeper.office.alerts.queries import AlertView
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Denied, Role

# who is at a console at night; an agency without dispatchers of its own asks a supervisor
_COMMUNICATIONS = (Role.DISPATCHER, Role.SUPERVISOR)
_TAKE = "SELECT take_alert_step(%s, %s, %s, %s::jsonb)"


class AlertError(PlatekeeperError):
    """A step that cannot be taken."""


class StepRefused(AlertError):  # noqa: N818  # named for what happened
    """The policy says no to a step; the refusal is in the ledger."""

    def __init__(self, decision: Denied) -> None:
        """Keep what a page needs to explain it.

        Args:
            decision: the refusal.
        """
        super().__init__(str(decision))
        self.decision = decision


def take_step(
    *,
    grant: AccessGrant,
    subject: AlertView,
    person: Person,
    name: str,
    detail: dict[str, Any],
    now: datetime,
) -> Step:
    """Take a step with an alert; its row and its ledger entry are one transaction.

    A comparison that meets a contradiction of state or vehicle becomes `differ`: the alert turns red, and a second
    person must look.

    Args:
        grant: an open access of this person to the alert.
        subject: the alert as its person saw it.
        person: who takes the step; whether they may at all was asked before.
        name: the step's name in the lifecycle.
        detail: what was checked, or the reason; keys as the forms give them.
        now: the present time.

    Returns:
        The step that was taken.

    Raises:
        StepRefused: the policy wants something else first.
        AlertError: it cannot follow the alert's present state, or somebody else was faster.

    Records:
        The step's event, or `alert.step-refused`.

    Source:
        ALR-01 to ALR-06, HOT-09, HOT-10
    """
    step = _possible(subject, name)
    if step is VERIFY and subject.hit.contradictions:
        step, detail = DIFFER, _with_contradictions(subject, detail)
    file = alert_file(subject.history, person.username)
    profile = profile_of(person.agency)
    decision = decide_look(profile, step, has_picture=subject.has_picture) or decide_step(
        profile, file, step, detail
    )
    if isinstance(decision, Denied):
        said = {"step": step.name, "clause": decision.clause, "reason": decision.reason}
        record_event(
            agency=person.agency.slug, event="alert.step-refused", actor=person.username, subject=str(subject.id),
            details=said,
        )  # fmt: skip
        raise StepRefused(decision)
    try:
        with grant.used(), connections[WEB].cursor() as cursor:
            cursor.execute(_TAKE, [subject.id, subject.steps + 1, step.name, json.dumps(detail)])
    except IntegrityError as error:
        raise AlertError("Somebody else was faster with this alert: look at it again.") from error
    if step is ENTRY_WRONG:
        _tell_communications(subject, person, now)
    if step is EXIGENT:
        _tell_supervisors(subject, person, now)
    if step is DIFFER:
        _tell_second_person(subject, person, now)
    return step


def _possible(subject: AlertView, name: str) -> Step:
    step = STEPS.get(name)
    if step is None or step not in MOVES[AlertState(subject.state)]:
        raise AlertError(
            "This step does not follow from where the alert stands now: look at the alert again."
        )
    return step


def _with_contradictions(subject: AlertView, detail: dict[str, Any]) -> dict[str, Any]:
    # what the reader saw counts against what one person ticks: that is how people were stopped for motorcycles
    seen = dict.fromkeys((part.value for part in subject.hit.contradictions), DIFFERS)
    return detail | {"parts": detail.get("parts", {}) | seen, "ticked": detail.get("parts", {})}


def _tell_communications(subject: AlertView, person: Person, now: datetime) -> None:
    _tell_one_of_them(
        person, kind="entry-cancelled",
        subject="An entry of a hot list is wrong: broadcast its cancellation",
        body=f"{person.full_name} verified the error. The entry raises no more alerts here.",
        link="/dispatch/board/", key=f"entry-wrong:{subject.id}:{subject.steps + 1}", now=now,
    )  # fmt: skip


def _tell_second_person(subject: AlertView, person: Person, now: datetime) -> None:
    _tell_one_of_them(
        person, kind="second-look",
        subject="An alert contradicts its list: a second person is to compare (ALR-03)",
        body=f"{person.full_name} compared first and cannot confirm it alone.",
        link=f"/alerts/{subject.id}/", key=f"second-look:{subject.id}:{subject.steps + 1}", now=now,
    )  # fmt: skip


def _tell_one_of_them(person: Person, **notice: Any) -> None:
    # supervisors hear of it only where nobody of Communications does
    any(tell(agency=person.agency, to=role, **notice) for role in _COMMUNICATIONS)


def _tell_supervisors(subject: AlertView, person: Person, now: datetime) -> None:
    tell(
        agency=person.agency, to=Role.SUPERVISOR, kind="exigency",
        subject="An officer states exigent circumstances instead of the status check of an alert (ALR-05)",
        link=f"/alerts/{subject.id}/", key=f"exigent:{subject.id}:{subject.steps + 1}", now=now,
    )  # fmt: skip


def broadcast_cancellation(*, grant: AccessGrant, cancellation_id: UUID) -> bool:
    """Note that Communications put a cancellation on the air.

    Args:
        grant: an open access to alerts.
        cancellation_id: which.

    Returns:
        Whether it was the first time.

    Raises:
        AlertError: the grant shows no such cancellation.

    Records:
        `hot-list.cancellation-broadcast`.

    Source:
        HOT-10
    """
    with grant.used(), connections[WEB].cursor() as cursor:
        if not EntryCancellation.objects.filter(id=cancellation_id).exists():
            raise AlertError("There is no such cancellation: look at the board again.")
        cursor.execute("SELECT broadcast_cancellation(%s)", [cancellation_id])
        return bool(cursor.fetchone()[0])
