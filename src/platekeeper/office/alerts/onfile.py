"""What is on file about one alert, gathered from its steps, and what the policy says to the next one.

The facts come from rows that are never changed; the rules are `policy.alerts`. What the database must refuse even to
raw SQL goes with each alert as its `demands`, from the policy in force when it was raised.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from platekeeper.office.alerts import lifecycle as steps
from platekeeper.office.alerts.models import AlertStep
from platekeeper.policy import Allowed, Decision, Denied, Profile
from platekeeper.policy.alerts import (
    ALERT,
    AlertFacts,
    AlertFile,
    StatusAnswer,
    StatusConfirmation,
    VisualVerification,
    decide_alert_step,
)
from platekeeper.policy.alerts import AlertStep as Asked
from platekeeper.policy.hotlists import CancellationFacts, decide_cancellation
from platekeeper.policy.vocabulary import CheckRule, VisualPart

AGREES, DIFFERS, NOT_LISTED, NOT_LOOKED = "agrees", "differs", "not-listed", "not-looked"

_ANSWERS = {
    steps.CONFIRM_STATUS.name: StatusAnswer.CONFIRMED,
    steps.NO_ANSWER.name: StatusAnswer.NO_ANSWER,
    steps.ENTRY_WITHDRAWN.name: StatusAnswer.WITHDRAWN,
}
_LOOKS = {steps.VERIFY.name, steps.DIFFER.name}
_TRIED = {*_ANSWERS, steps.ASK_STATUS.name}
_EXCUSED = (CheckRule.SHOULD, CheckRule.IF_PRACTICABLE)


@dataclass(frozen=True)
class Demand:
    """What must be on file before a step, whoever takes it.

    Attributes:
        step: the step.
        needs: any one of these steps will do.
        clause: whose word it is.
        reason: one sentence.
    """

    step: str
    needs: tuple[str, ...]
    clause: str
    reason: str


def listed_parts(entry: Mapping[str, Any]) -> frozenset[VisualPart]:
    """Return what a list says of a vehicle; what it does not say nobody can compare.

    Args:
        entry: the entry as the hit keeps it.
    """
    said = {VisualPart.STATE: entry.get("region"), VisualPart.VEHICLE: entry.get("vehicle")}
    return frozenset({VisualPart.CHARACTERS} | {part for part, value in said.items() if value})


def answers_status(one: AlertStep) -> bool:
    """Tell whether a step ends the wait of whoever asked for the status.

    Args:
        one: a step that was taken.
    """
    return one.step in {*_ANSWERS, steps.IMPRACTICABLE.name, steps.EXIGENT.name}


@dataclass(frozen=True)
class Check:
    """One check on the way to a stop, as it stands.

    Attributes:
        name: status, visual, suspicion, stop or disposition.
        title: one or two words.
        firmness: how firmly the policy asks for it.
        is_done: whether it is behind.
        said: what is on file, in a sentence; empty for nothing.
        clause: who asks for it.
    """

    name: str
    title: str
    firmness: str
    is_done: bool
    said: str
    clause: str


def checklist(profile: Profile, file: AlertFile) -> tuple[Check, ...]:
    """Return the checks of an alert, in El Cajon's order, as they stand.

    Args:
        profile: policy of the agency whose alert it is.
        file: what is on file.
    """
    facts = AlertFacts(profile=profile, alert=file, step=Asked.STOP)
    rules, status, seen = profile.alerts, file.status, facts.seen
    asked = {
        CheckRule.MANDATORY: "required", CheckRule.ATTEMPT: "try it", CheckRule.SHOULD: "should",
        CheckRule.IF_PRACTICABLE: "if practicable", CheckRule.NONE: "not asked",
    }  # fmt: skip
    status_said = (
        f"{status.answer.value.replace('-', ' ').capitalize()}: {status.by}, {status.channel}"
        if status
        else ""
    )
    excuses = {
        "Exigent: ": file.exigency, "Not practicable: ": file.status_impracticable,
    }  # fmt: skip
    excuse = next((f"{word}{said}" for word, said in excuses.items() if said), "")
    return (
        Check("status", "Status", asked[rules.status.value], facts.status_passed or bool(excuse),
              status_said or excuse, rules.status.clause),
        Check("visual", "Eyes", asked[rules.visual.value], facts.visual_passed,
              f"Compared by {seen.by}" if seen else file.visual_omitted and f"Left out: {file.visual_omitted}",
              rules.visual.clause),
        Check("suspicion", "Suspicion", asked[rules.suspicion.value], bool(file.suspicion), file.suspicion,
              rules.suspicion.clause),
        Check("stop", "Stop", "", file.stopped, "Vehicle stopped" if file.stopped else "",
              profile.clause_of("ALR-01")),
        Check("disposition", "Outcome", "required" if rules.disposition.value else "asked by Platekeeper",
              bool(file.disposition), file.disposition, rules.disposition.clause),
    )  # fmt: skip


def alert_file(history: Sequence[AlertStep], actor: str) -> AlertFile:
    """Gather what is on file.

    Args:
        history: the steps taken, in order; a restored alert begins anew.
        actor: username of whoever takes the next step.
    """
    history = _since_restored(history)
    last = {one.step: one for one in history}
    looks = [one for one in history if one.step in _LOOKS]
    second = last.get(steps.SECOND_LOOK.name)
    exigent = last.get(steps.EXIGENT.name)
    return AlertFile(
        actor=actor,
        status=_status(history),
        status_impracticable=_said(last, steps.IMPRACTICABLE.name),
        exigency=_said(last, steps.EXIGENT.name),
        supervisor_told=bool(exigent and exigent.detail.get("supervisor_told")),
        visual=_look(looks[-1]) if looks else None,
        visual_omitted=_said(last, steps.UNSEEN.name),
        second_look=_look(second) if second and looks and second.number > looks[-1].number else None,
        suspicion=_said(last, steps.STATE_SUSPICION.name),
        list_checked=any(one.step in _TRIED for one in history),
        cancelled=steps.ENTRY_WRONG.name in last,
        stopped=steps.STOP.name in last,
        disposition=str(last[steps.CLOSE.name].detail.get("disposition", ""))
        if steps.CLOSE.name in last
        else "",
    )


def _since_restored(history: Sequence[AlertStep]) -> Sequence[AlertStep]:
    restored = [place for place, one in enumerate(history) if one.step == steps.RESTORE.name]
    return history[restored[-1] + 1 :] if restored else history


def _said(last: Mapping[str, AlertStep], name: str) -> str:
    return str(last[name].detail.get("reason", "")) if name in last else ""


def _status(history: Iterable[AlertStep]) -> StatusConfirmation | None:
    answers = [one for one in history if one.step in _ANSWERS]
    if not answers:
        return None
    one = answers[-1]
    return StatusConfirmation(
        channel=str(one.detail.get("channel", "")), by=one.username, answer=_ANSWERS[one.step],
        confirmed_at=one.taken_at,
    )  # fmt: skip


def _look(one: AlertStep) -> VisualVerification:
    found = {VisualPart(part): said for part, said in one.detail.get("parts", {}).items()}
    return VisualVerification(
        by=one.username,
        # what the list does not state cannot disagree with it; the row keeps that it was not compared
        agreeing=frozenset(part for part, said in found.items() if said in {AGREES, NOT_LISTED}),
        differing=frozenset(part for part, said in found.items() if said == DIFFERS),
        verified_at=one.taken_at,
    )


def decide_step(
    profile: Profile, file: AlertFile, step: steps.Step, detail: Mapping[str, Any] | None = None
) -> Decision:
    """Decide whether a step may be taken, by what is on file and what comes with it.

    Args:
        profile: policy of the agency whose alert it is.
        file: what is on file.
        step: the step.
        detail: what comes with it; None to ask before anything was entered.

    Source:
        ALR-01 to ALR-07, HOT-08 to HOT-10
    """
    if step.excuse:
        return _excused(profile, file, step, detail or {"reason": "-", "supervisor_told": True})
    if step is steps.CLOSE:
        said = "-" if detail is None else str(detail.get("disposition", ""))
        return decide_alert_step(profile, replace(file, disposition=said), Asked.CLOSE)
    if step is steps.SECOND_LOOK and file.visual is not None and file.visual.by == file.actor:
        return _alone(profile)
    if step.asks is None:
        return Allowed(clauses=(), version=profile.version)
    return decide_alert_step(profile, file, step.asks)


def decide_look(profile: Profile, step: steps.Step, *, has_picture: bool) -> Decision | None:
    """Decide whether there is anything to compare; None where that is no question of this step.

    Args:
        profile: policy of the agency whose alert it is.
        step: the step.
        has_picture: whether a picture of the plate came with the read.

    Source:
        ALR-03
    """
    if step not in (steps.VERIFY, steps.SECOND_LOOK) or has_picture:
        return None
    if profile.alerts.visual.value is not CheckRule.MANDATORY:
        return None
    return _uncompared(
        profile,
        "No picture of the plate came with this read, and it must be compared with the vehicle.",
        "Nobody is stopped on this alert: wait for another read, or close it.",
    )


def _alone(profile: Profile) -> Denied:
    return _uncompared(
        profile,
        "You made the first comparison, and it found a contradiction.",
        "Have somebody else compare plate and vehicle with the pictures.",
    )


def _uncompared(profile: Profile, reason: str, remedy: str) -> Denied:
    clause, version = profile.alerts.visual.clause, profile.version
    return Denied(clause=clause, reason=reason, remedy=remedy, obligation="ALR-03", version=version)


def _excused(profile: Profile, file: AlertFile, step: steps.Step, detail: Mapping[str, Any]) -> Decision:
    """An excuse is taken where the policy then no longer asks for what it excuses."""
    told = bool(detail.get("supervisor_told"))
    excuse = {step.excuse: str(detail.get("reason", ""))}
    after = replace(file, **excuse, supervisor_told=told or file.supervisor_told)  # type: ignore[arg-type]
    refusals = ALERT.refusals(AlertFacts(profile=profile, alert=after, step=Asked.STOP))
    refused = (one for one in refusals if one.obligation == step.obligation)
    return next(refused, Allowed(clauses=profile.clauses_of(step.obligation)[:1], version=profile.version))


def decide_broadcast(profile: Profile, told_at: datetime, broadcast_at: datetime | None) -> Decision:
    """Decide whether a wrong entry is dealt with; that it matches nothing here, the cancellation itself sees to.

    Args:
        profile: policy of the agency whose entry it is.
        told_at: when Communications was told.
        broadcast_at: when the cancellation went on the air; None before.

    Source:
        HOT-10
    """
    return decide_cancellation(
        CancellationFacts(
            profile=profile, error_verified=True, communications_told_at=told_at, broadcast_at=broadcast_at,
            suppressed=True, import_guarded=True,
        )
    )  # fmt: skip


def demands_of(profile: Profile) -> list[Demand]:
    """Return what a policy demands before which step, for the database to hold everybody to.

    Args:
        profile: the policy in force.

    Source:
        ALR-01 to ALR-05
    """
    rules = profile.alerts
    confirmed = (steps.CONFIRM_STATUS.name, *((steps.EXIGENT.name,) if rules.exigency.value else ()))
    looked = (steps.VERIFY.name, steps.SECOND_LOOK.name)
    excused = (steps.IMPRACTICABLE.name,)
    status = {
        CheckRule.MANDATORY: confirmed,
        CheckRule.ATTEMPT: (*confirmed, steps.NO_ANSWER.name),
        **dict.fromkeys(_EXCUSED, (*confirmed, *excused)),
    }.get(rules.status.value)
    seen = {
        CheckRule.MANDATORY: looked,
        CheckRule.ATTEMPT: looked,
        **dict.fromkeys(_EXCUSED, (*looked, steps.UNSEEN.name)),
    }.get(rules.visual.value)
    found = []
    if rules.in_order.value:
        found += [
            Demand(name, confirmed, rules.status.clause, "The status of the entry is confirmed first.")
            for name in (steps.VERIFY.name, steps.DIFFER.name, steps.STATE_SUSPICION.name)
        ]
    if status:
        found.append(
            Demand(steps.STOP.name, status, rules.status.clause, "The entry's status is not confirmed.")
        )
    if seen:
        found.append(
            Demand(steps.STOP.name, seen, rules.visual.clause, "Plate and picture were not compared.")
        )
    floor = profile.floor.alert_is_not_suspicion
    asked = rules.suspicion if rules.suspicion.value is CheckRule.MANDATORY else floor
    if asked and asked.value:
        reason = "No articulable reasonable suspicion is stated."
        found.append(Demand(steps.STOP.name, (steps.STATE_SUSPICION.name,), asked.clause, reason))
    anything = (*confirmed, *excused, steps.NO_ANSWER.name, *looked, steps.EXIGENT.name)
    found.append(
        Demand(
            steps.STOP.name, tuple(dict.fromkeys(anything)), profile.clause_of("ALR-01"),
            "An alert alone is never the basis for a stop.",
        )
    )  # fmt: skip
    return found
