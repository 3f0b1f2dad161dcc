"""What must be done between an alert and a stop, and after it (ALR-01 to ALR-07, HOT-08 to HOT-10).

An alert is a list's word, hours old, about characters that a machine read. Each check is a fact of its own
with the name of whoever made it, because "each assumed that another had checked" is how people were stopped
at gunpoint.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule, at
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import CheckRule, VisualPart

_WHEN_ASKED = frozenset({CheckRule.SHOULD, CheckRule.IF_PRACTICABLE})


class AlertStep(StrEnum):
    """What somebody wants to do with an alert."""

    ACKNOWLEDGE = "acknowledge"
    CONFIRM_STATUS = "confirm-status"
    VERIFY_VISUALLY = "verify-visually"
    STATE_SUSPICION = "state-suspicion"
    STOP = "stop"
    CLOSE = "close"


class StatusAnswer(StrEnum):
    """What the source of the list said."""

    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    NO_ANSWER = "no-answer"


@dataclass(frozen=True, kw_only=True)
class StatusConfirmation:
    """Somebody asked whether the entry still stands.

    Attributes:
        channel: how, such as `dispatcher`, `CLETS`, `department device`.
        by: username of whoever asked.
        answer: what came back.
        confirmed_at: when.
    """

    channel: str
    by: str
    answer: StatusAnswer
    confirmed_at: datetime


@dataclass(frozen=True, kw_only=True)
class VisualVerification:
    """Somebody compared plate and vehicle with the picture, part by part.

    Attributes:
        by: username of whoever looked.
        agreeing: the parts that agree.
        differing: the parts that do not.
        verified_at: when.
    """

    by: str
    agreeing: frozenset[VisualPart]
    differing: frozenset[VisualPart]
    verified_at: datetime


@dataclass(frozen=True, kw_only=True)
class AlertFile:
    """What is on file about one alert.

    Attributes:
        actor: username of whoever takes the step.
        list_age_shown: whether the age of the list was shown beside the alert.
        readings_shown: whether confidence and other readings were shown beside the picture.
        status: the last confirmation; None before.
        status_impracticable: why confirmation was not practicable; empty where nobody says so.
        exigency: the exigent circumstances, in words; empty where there are none.
        supervisor_told: whether a supervisor was told of the exigency.
        visual: the last comparison; None before.
        visual_omitted: why nobody compared; empty where nobody says so.
        second_look: a comparison by another person after a difference; None where there was none.
        suspicion: the articulable reasonable suspicion, in words.
        list_checked: whether the officer in the car tried to verify the list's entry.
        cancelled: whether the entry was found wrong and cancelled.
        stopped: whether a stop was made.
        disposition: outcome of the contact; empty until noted.
    """

    actor: str
    list_age_shown: bool = True
    readings_shown: bool = True
    status: StatusConfirmation | None = None
    status_impracticable: str = ""
    exigency: str = ""
    supervisor_told: bool = False
    visual: VisualVerification | None = None
    visual_omitted: str = ""
    second_look: VisualVerification | None = None
    suspicion: str = ""
    list_checked: bool = False
    cancelled: bool = False
    stopped: bool = False
    disposition: str = ""


@dataclass(frozen=True, kw_only=True)
class AlertFacts:
    """One question: may this step be taken?"""

    profile: Profile
    alert: AlertFile
    step: AlertStep

    @property
    def status_passed(self) -> bool:
        """Whether the first check is behind: confirmed, or exigent where the policy knows exigency."""
        status = self.alert.status
        confirmed = status is not None and status.answer is StatusAnswer.CONFIRMED
        return confirmed or (self.profile.alerts.exigency.value and bool(self.alert.exigency.strip()))

    @property
    def seen(self) -> VisualVerification | None:
        """The comparison that counts: a second person's after a difference, else the first."""
        first, second = self.alert.visual, self.alert.second_look
        if first is None or second is None or second.by == first.by:
            return first
        return second

    @property
    def visual_passed(self) -> bool:
        """Whether all parts agree in the comparison that counts."""
        seen = self.seen
        return (
            seen is not None
            and not seen.differing
            and seen.agreeing.issuperset(self.profile.alerts.visual_parts.value)
        )


def _age_unseen(facts: AlertFacts) -> Refusal | None:
    if facts.alert.list_age_shown:
        return None
    return Refusal(
        "The age of the list was not shown: it may lag its source.",
        "Open the alert where the list's age is shown.",
    )


def _cancelled(facts: AlertFacts) -> Refusal | None:
    if not facts.alert.cancelled:
        return None
    return Refusal(
        "This entry was found wrong and is cancelled.",
        "Let the vehicle go and close the alert with that outcome.",
    )


def _out_of_order(facts: AlertFacts) -> Refusal | None:
    if not facts.profile.alerts.in_order.value or facts.status_passed:
        return None
    return Refusal(
        "The status of the entry is not confirmed yet, and that check comes first.",
        "Ask the dispatcher, or look it up on a department device.",
        clause=facts.profile.alerts.status.clause,
    )


def _readings_unseen(facts: AlertFacts) -> Refusal | None:
    if facts.alert.readings_shown:
        return None
    return Refusal(
        "The confidence of the reading was not shown beside the picture.",
        "Compare where picture, confidence and other readings stand side by side.",
    )


def _alone(facts: AlertFacts) -> Refusal | None:
    alert = facts.alert
    said = alert.status or alert.visual or alert.status_impracticable.strip() or alert.exigency.strip()
    if said:
        return None
    return Refusal(
        "An alert alone is never the basis for a stop.",
        "Confirm the entry's status and compare plate and picture first.",
    )


def _withdrawn(facts: AlertFacts) -> Refusal | None:
    status = facts.alert.status
    if status is None or status.answer is not StatusAnswer.WITHDRAWN:
        return None
    return Refusal(
        "The entry no longer stands: its source withdrew it.", "Close the alert with that outcome."
    )


def _unconfirmed(facts: AlertFacts) -> Refusal | None:
    rule, alert = facts.profile.alerts.status, facts.alert
    excused = {
        CheckRule.MANDATORY: facts.status_passed,
        CheckRule.ATTEMPT: facts.status_passed or alert.status is not None,
        CheckRule.SHOULD: facts.status_passed or bool(alert.status_impracticable.strip()),
        CheckRule.IF_PRACTICABLE: facts.status_passed or bool(alert.status_impracticable.strip()),
        CheckRule.NONE: True,
    }[rule.value]
    if excused:
        return None
    remedy = {
        CheckRule.MANDATORY: "Have the dispatcher or a department device confirm it.",
        CheckRule.ATTEMPT: "Try to confirm it and note what came back.",
    }.get(rule.value, "Confirm it through CLETS, or say why that is not practicable.")
    return Refusal("The entry's status is not confirmed.", remedy, clause=rule.clause)


def _badly_exigent(facts: AlertFacts) -> Refusal | None:
    rule, alert = facts.profile.alerts.exigency, facts.alert
    if not alert.exigency.strip() or (rule.value and alert.supervisor_told):
        return None
    if not rule.value:
        return Refusal(
            "This policy knows no exigency that replaces a check.",
            "Confirm the status, or say why that is not practicable.",
            clause=rule.clause,
        )
    return Refusal(
        "No supervisor was told of the exigency.", "Tell a supervisor and note it.", clause=rule.clause
    )


def _different(facts: AlertFacts) -> Refusal | None:
    seen = facts.seen
    if seen is None or not seen.differing:
        return None
    return Refusal(
        f"Plate and vehicle do not agree with the list ({', '.join(sorted(seen.differing))}).",
        "Have a second person compare them; without agreement, close the alert.",
        clause=facts.profile.alerts.visual.clause,
    )


def _unseen(facts: AlertFacts) -> Refusal | None:
    rule = facts.profile.alerts.visual
    excused = rule.value in _WHEN_ASKED and bool(facts.alert.visual_omitted.strip())
    if facts.visual_passed or excused or rule.value is CheckRule.NONE:
        return None
    parts = ", ".join(facts.profile.alerts.visual_parts.value)
    return Refusal(
        f"Plate and picture were not compared part by part ({parts}).",
        "Compare each part and tick it, by name.",
        clause=rule.clause,
    )


def _unsuspected(facts: AlertFacts) -> Refusal | None:
    rule, floor = facts.profile.alerts.suspicion, facts.profile.floor.alert_is_not_suspicion
    if rule.value is not CheckRule.MANDATORY and not (floor and floor.value):
        return None
    if facts.alert.suspicion.strip():
        return None
    clause = rule.clause if rule.value is CheckRule.MANDATORY or not floor else floor.clause
    return Refusal(
        "No articulable reasonable suspicion is stated.",
        "State it, on the totality of the circumstances.",
        clause=clause,
    )


def _list_unchecked(facts: AlertFacts) -> Refusal | None:
    if facts.profile.hot_lists.cars_may_edit.value or facts.alert.list_checked:
        return None
    return Refusal(
        "The officer has not tried to verify the list's entry.", "Try to verify it and tick that you did."
    )


def _undisposed(facts: AlertFacts) -> Refusal | None:
    if not facts.alert.stopped or facts.alert.disposition.strip():
        return None
    return Refusal(
        "The disposition of the stop is not noted.",
        "Note it in the call for service or the report, and here.",
    )


_VERIFYING = at(AlertStep.VERIFY_VISUALLY, AlertStep.STATE_SUSPICION, AlertStep.STOP)
_STOPPING = at(AlertStep.STOP)

ALERT_RULES: tuple[Rule[AlertFacts], ...] = (
    Rule("list-age-shown", "HOT-08", _age_unseen, at(AlertStep.ACKNOWLEDGE)),
    Rule("entry-not-cancelled", "HOT-10", _cancelled, _VERIFYING),
    Rule("readings-shown", "ALR-07", _readings_unseen, at(AlertStep.VERIFY_VISUALLY)),
    Rule("status-first", "ALR-02", _out_of_order, at(AlertStep.VERIFY_VISUALLY, AlertStep.STATE_SUSPICION)),
    Rule("never-alone", "ALR-01", _alone, _STOPPING),
    Rule("entry-stands", "ALR-02", _withdrawn, _STOPPING),
    Rule("exigency-stated-and-told", "ALR-05", _badly_exigent, _STOPPING),
    Rule("status-confirmed", "ALR-02", _unconfirmed, _STOPPING),
    Rule("parts-agree", "ALR-03", _different, _STOPPING),
    Rule("parts-compared", "ALR-03", _unseen, _STOPPING),
    Rule("suspicion-stated", "ALR-04", _unsuspected, _STOPPING),
    Rule("list-verified-from-the-car", "HOT-09", _list_unchecked, _STOPPING),
    Rule("disposition-noted", "ALR-06", _undisposed, at(AlertStep.CLOSE)),
)
ALERT: AllOf[AlertFacts] = AllOf(ALERT_RULES)


def decide_alert_step(profile: Profile, alert: AlertFile, step: AlertStep) -> Decision:
    """Decide whether a step may be taken with an alert, by what is on file.

    Args:
        profile: policy of the agency whose alert it is.
        alert: what is on file.
        step: what is wanted.

    Source:
        ALR-01 to ALR-07, HOT-08 to HOT-10
    """
    return ALERT.decide(AlertFacts(profile=profile, alert=alert, step=step))
