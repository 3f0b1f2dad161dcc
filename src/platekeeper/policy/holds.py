"""How data is kept beyond its schedule (HLD-01 to HLD-06).

Whoever asks never approves, and a question that
nobody answers ends nothing: a hold is released by a decision, not by silence.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule, at
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import Role


class HoldStep(StrEnum):
    """What somebody wants to do with a hold."""

    REQUEST = "request"
    APPROVE = "approve"
    BOOK = "book"
    CERTIFY = "certify"
    VERIFY = "verify"
    RELEASE = "release"
    PRINT = "print"


@dataclass(frozen=True, kw_only=True)
class HoldFile:
    """What is on file about a hold.

    Attributes:
        actor: username of whoever takes the step.
        actor_role: in which role.
        requested_by: username of the investigator.
        written: whether the request is in writing.
        case_number: DR or case number.
        reason: why the data should be kept.
        contact: how to reach the investigator.
        approved_by: username of the supervisor; empty before.
        property_number: under which the copy was booked into evidence; empty before.
        verified_at: when the investigator last said that it is still needed; the approval counts as the first
            time.
        investigator_answered: whether the investigator answered the question.
        disposed_at: when the case was finally disposed; None before.
        disposition_authority: who says so.
        release_requested_by: username of whoever wants it released.
        sheet_digest: digest that a printed sheet carries.
    """

    actor: str
    actor_role: Role
    requested_by: str
    written: bool = True
    case_number: str = ""
    reason: str = ""
    contact: str = ""
    approved_by: str = ""
    property_number: str = ""
    verified_at: datetime | None = None
    investigator_answered: bool = False
    disposed_at: datetime | None = None
    disposition_authority: str = ""
    release_requested_by: str = ""
    sheet_digest: str = ""


@dataclass(frozen=True, kw_only=True)
class HoldFacts:
    """One question: may this step be taken?"""

    profile: Profile
    hold: HoldFile
    step: HoldStep
    now: datetime


def _unwritten(facts: HoldFacts) -> Refusal | None:
    hold = facts.hold
    if hold.written and hold.case_number.strip() and hold.reason.strip() and hold.contact.strip():
        return None
    return Refusal(
        "The request does not state case number, reason and contact in writing.",
        "Write it with the case or DR number, the specific reason and the investigator's contact.",
    )


def _self_approved(facts: HoldFacts) -> Refusal | None:
    hold, approver = facts.hold, facts.profile.retention.hold_approver
    if hold.actor != hold.requested_by and hold.actor_role in {approver.value, Role.COMMANDER}:
        return None
    return Refusal(
        f"A hold is approved by a {approver.value} other than whoever requested it.",
        f"Ask the investigator's {approver.value}.",
        clause=approver.clause,
    )


def _unbooked(facts: HoldFacts) -> Refusal | None:
    rule = facts.profile.retention.hold_booking
    if facts.hold.property_number.strip() or (not rule.value and facts.step is not HoldStep.BOOK):
        return None
    return Refusal(
        "The held data is not booked into evidence.",
        "Copy it to media, book it, and state the property number.",
        clause=rule.clause,
    )


def _undisposed(facts: HoldFacts) -> Refusal | None:
    disposed = facts.hold.disposed_at
    if disposed is not None and disposed <= facts.now and facts.hold.disposition_authority.strip():
        return None
    until = facts.profile.retention.hold_until
    return Refusal(
        f"The hold lasts until {until.value}.",
        "State the date of the final disposition and who decided it.",
        clause=until.clause,
    )


def _release_unapproved(facts: HoldFacts) -> Refusal | None:
    hold = facts.hold
    entitled = hold.actor_role in {facts.profile.retention.hold_approver.value, Role.COMMANDER}
    if entitled and hold.release_requested_by and hold.actor != hold.release_requested_by:
        return None
    return Refusal(
        "The release is not approved by somebody other than whoever asked for it.",
        "Ask the investigator's supervisor to approve the release.",
    )


def _unanswered(facts: HoldFacts) -> Refusal | None:
    if facts.hold.investigator_answered:
        return None
    return Refusal(
        "The investigator has not answered whether the hold is still needed.",
        "Ask again and tell the investigator's commanding officer; the hold stays.",
    )


def _undigested(facts: HoldFacts) -> Refusal | None:
    if facts.hold.sheet_digest.strip():
        return None
    return Refusal(
        "The sheet carries no digest of the read that it shows.",
        "Print it from the read, which adds the digest.",
    )


HOLD_RULES: tuple[Rule[HoldFacts], ...] = (
    Rule("hold-in-writing", "HLD-03", _unwritten, at(HoldStep.REQUEST, HoldStep.APPROVE)),
    Rule("hold-approved-by-another", "HLD-03", _self_approved, at(HoldStep.APPROVE)),
    Rule("held-data-booked", "HLD-01", _unbooked, at(HoldStep.BOOK, HoldStep.CERTIFY)),
    Rule("case-disposed", "HLD-02", _undisposed, at(HoldStep.RELEASE)),
    Rule("release-approved-by-another", "HLD-04", _release_unapproved, at(HoldStep.RELEASE)),
    Rule("silence-ends-nothing", "HLD-05", _unanswered, at(HoldStep.VERIFY)),
    Rule("sheet-carries-digest", "HLD-06", _undigested, at(HoldStep.PRINT)),
)


def decide_hold_step(profile: Profile, hold: HoldFile, step: HoldStep, now: datetime) -> Decision:
    """Decide whether a step may be taken with a hold.

    Source:
        HLD-01 to HLD-06
    """
    return AllOf(HOLD_RULES).decide(HoldFacts(profile=profile, hold=hold, step=step, now=now))


def hold_verification_due_at(profile: Profile, hold: HoldFile) -> datetime | None:
    """Return when the investigator must be asked again, or None where the policy has no such schedule.

    Source:
        HLD-05
    """
    every = profile.retention.hold_verified_every.value
    return None if every is None or hold.verified_at is None else every.after(hold.verified_at)
