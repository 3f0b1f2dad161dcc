"""What is told, asked and filed about units that carry readers (OPS-01 to OPS-04).

Nothing here can hold a car back: a rule says what is missing, and the board shows it with the clock running.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule, at
from platekeeper.policy.profile import Profile


class UnitStep(StrEnum):
    """What a unit does that the policy speaks of."""

    PATROL = "patrol"
    PURSUE = "pursue"
    END_PURSUIT = "end-pursuit"
    REPORT_TROUBLE = "report-trouble"


@dataclass(frozen=True, kw_only=True)
class UnitFile:
    """What is on file about a unit.

    Attributes:
        officer: username.
        dispatch_told_at: when dispatch was told that the unit carries a reader; None before.
        pursuit_approved_by: username of the supervisor who approved the pursuit; empty before.
        handover_asked_at: when a marked unit without a reader was asked to take over; None before.
        handover_excused: why none could be asked; empty where nobody says so.
        ticket: what is said of the inoperable system; empty before.
    """

    officer: str
    dispatch_told_at: datetime | None = None
    pursuit_approved_by: str = ""
    handover_asked_at: datetime | None = None
    handover_excused: str = ""
    ticket: str = ""


@dataclass(frozen=True, kw_only=True)
class UnitFacts:
    """One question: is what this step needs on file?"""

    profile: Profile
    unit: UnitFile
    step: UnitStep


def _untold(facts: UnitFacts) -> Refusal | None:
    if facts.unit.dispatch_told_at is not None:
        return None
    return Refusal(
        "Dispatch was not told that this unit carries a plate reader.", "Log on with your call sign."
    )


def _unapproved(facts: UnitFacts) -> Refusal | None:
    approver = facts.unit.pursuit_approved_by
    if approver and approver != facts.unit.officer:
        return None
    return Refusal(
        "No supervisor has approved that a unit with a plate reader is in this pursuit.",
        "Have a supervisor approve it, or leave the pursuit.",
    )


def _not_handed_over(facts: UnitFacts) -> Refusal | None:
    if facts.unit.handover_asked_at is not None or facts.unit.handover_excused.strip():
        return None
    return Refusal(
        "No marked unit without a plate reader was asked to take over.",
        "Ask for one as soon as it is practical, or say why that was not possible.",
    )


def _unfiled(facts: UnitFacts) -> Refusal | None:
    if facts.unit.ticket.strip():
        return None
    return Refusal(
        "The ticket does not say what is wrong.", "Describe in a sentence what does not work, and since when."
    )


UNIT_RULES: tuple[Rule[UnitFacts], ...] = (
    Rule("dispatch-told", "OPS-01", _untold, at(UnitStep.PATROL)),
    Rule("pursuit-approved", "OPS-02", _unapproved, at(UnitStep.PURSUE)),
    Rule("handover-asked", "OPS-03", _not_handed_over, at(UnitStep.END_PURSUIT)),
    Rule("ticket-filed", "OPS-04", _unfiled, at(UnitStep.REPORT_TROUBLE)),
)


def decide_unit_step(profile: Profile, unit: UnitFile, step: UnitStep) -> Decision:
    """Decide whether what a unit does has what the policy wants with it.

    Args:
        profile: policy of the unit's agency.
        unit: what is on file.
        step: what the unit does.

    Source:
        OPS-01 to OPS-04
    """
    return AllOf(UNIT_RULES).decide(UnitFacts(profile=profile, unit=unit, step=step))
