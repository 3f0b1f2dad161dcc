"""Whether an agency's programme is fit to run, and who may change its settings (GOV, TRN-08).

`open_points` lists everything that still stands in the way, for the compliance report; `decide_go_live` gives
the first. What an agency does outside the software (writing procedures, attaching the regional protocol) is
attested, with dates.
"""

from dataclasses import dataclass
from datetime import datetime

from platekeeper.policy.decision import AllOf, Decision, Denied, Refusal, Rule
from platekeeper.policy.period import Period
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import Duty, Role

_REVIEW = Period.parse("P1Y")


@dataclass(frozen=True, kw_only=True)
class Designation:
    """Somebody holds an office, or was assigned by its holder, for a time (half-open).

    Attributes:
        office: title of the office.
        holder: name.
        valid_from: when it begins.
        valid_to: when it ends; None while open.
        delegated_by: name of the office holder who assigned; empty for the holder.
    """

    office: str
    holder: str
    valid_from: datetime
    valid_to: datetime | None = None
    delegated_by: str = ""

    def current(self, now: datetime) -> bool:
        """Whether it is in force."""
        return (
            bool(self.holder.strip())
            and self.valid_from <= now
            and (self.valid_to is None or now < self.valid_to)
        )


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What an agency has in place.

    Attributes:
        owner: slug of the agency that owns system and data.
        designations: who holds which office, with history.
        procedures: names of the written procedures on file.
        statutes_reviewed_at: when the statutes were last gone through; None never.
        protocols: names of the regional protocols on file.
        monitored_at: when compliance was last reported; None never.
        training_written: whether training requirements are in writing.
        equipment_registered: whether every camera, vehicle and server is in the register.
    """

    owner: str
    designations: tuple[Designation, ...]
    procedures: frozenset[str] = frozenset()
    statutes_reviewed_at: datetime | None = None
    protocols: frozenset[str] = frozenset()
    monitored_at: datetime | None = None
    training_written: bool = False
    equipment_registered: bool = False


@dataclass(frozen=True, kw_only=True)
class ProgrammeFacts:
    """One question: is this programme fit to run?"""

    profile: Profile
    programme: Programme
    now: datetime

    def holder(self, office: str) -> Designation | None:
        """Return who holds an office now, or None."""
        held = (one for one in self.programme.designations if one.office == office and not one.delegated_by)
        return next((one for one in held if one.current(self.now)), None)


def _vacant(facts: ProgrammeFacts) -> Refusal | None:
    for duty, office in facts.profile.duties.items():
        if facts.holder(office.value) is None:
            return Refusal(
                f"Nobody holds the office of {office.value}, which answers for {duty.replace('-', ' ')}.",
                "Name the current holder, with the date of taking office.",
                clause=office.clause,
            )
    return None


def _unassigned(facts: ProgrammeFacts) -> Refusal | None:
    office = facts.profile.duties[Duty.ADMINISTRATION].value
    assigned = [one for one in facts.programme.designations if one.delegated_by and one.current(facts.now)]
    if any(one.office == office for one in assigned):
        return None
    return Refusal(
        f"The {office} has assigned nobody to run the day-to-day work.",
        "Assign at least one member, from a date.",
    )


def _unregistered(facts: ProgrammeFacts) -> Refusal | None:
    if facts.programme.equipment_registered:
        return None
    return Refusal(
        "The register of equipment is not complete.", "Enter every camera, vehicle and server with its owner."
    )


def _unwritten(facts: ProgrammeFacts) -> Refusal | None:
    if facts.programme.procedures:
        return None
    return Refusal("No written procedures are on file.", "Put the procedures on file, with their version.")


def _unmonitored(facts: ProgrammeFacts) -> Refusal | None:
    reported = facts.programme.monitored_at
    if reported is not None and reported >= _REVIEW.cutoff(facts.now):
        return None
    return Refusal("Compliance was not reported within a year.", "Make the compliance report and file it.")


def _unreviewed(facts: ProgrammeFacts) -> Refusal | None:
    reviewed = facts.programme.statutes_reviewed_at
    if reviewed is not None and reviewed >= _REVIEW.cutoff(facts.now):
        return None
    return Refusal(
        "The statutes were not gone through within a year.", "Have counsel go through them and note the date."
    )


def _without_protocol(facts: ProgrammeFacts) -> Refusal | None:
    if facts.programme.protocols:
        return None
    return Refusal("The regional protocol is not on file.", "Attach it or its address.")


def _foreign(facts: ProgrammeFacts) -> Refusal | None:
    if facts.programme.owner == facts.profile.slug:
        return None
    return Refusal(
        f"System and data are entered as the property of {facts.programme.owner or 'nobody'}.",
        "Enter the agency as the owner.",
    )


def _training_unwritten(facts: ProgrammeFacts) -> Refusal | None:
    if facts.programme.training_written:
        return None
    return Refusal("The requirements for training are not in writing.", "Write them down and file them.")


def _untitled(facts: ProgrammeFacts) -> Refusal | None:
    if facts.profile.users.titles or not facts.profile.users.titles_closed.value:
        return None
    return Refusal(
        "The list of job titles is empty.", "List every title that may use the system, in the profile."
    )


PROGRAMME_RULES: tuple[Rule[ProgrammeFacts], ...] = (
    Rule("offices-held", "GOV-01", _vacant),
    Rule("members-assigned", "GOV-02", _unassigned),
    Rule("equipment-registered", "GOV-03", _unregistered),
    Rule("procedures-written", "GOV-04", _unwritten),
    Rule("titles-listed", "GOV-05", _untitled),
    Rule("compliance-monitored", "GOV-06", _unmonitored),
    Rule("protocol-on-file", "GOV-11", _without_protocol, lambda facts: facts.profile.states("GOV-11")),
    Rule("agency-owns", "GOV-12", _foreign),
    Rule("statutes-reviewed", "GOV-13", _unreviewed),
    Rule("training-written", "TRN-08", _training_unwritten),
)
_PROGRAMME: AllOf[ProgrammeFacts] = AllOf(PROGRAMME_RULES)


def decide_go_live(profile: Profile, programme: Programme, now: datetime) -> Decision:
    """Decide whether an agency's programme may run.

    Source:
        GOV-01 to GOV-06, GOV-11 to GOV-13, TRN-08
    """
    return _PROGRAMME.decide(ProgrammeFacts(profile=profile, programme=programme, now=now))


def open_points(profile: Profile, programme: Programme, now: datetime) -> tuple[Denied, ...]:
    """Return everything that still stands in the way, each with clause and remedy."""
    return _PROGRAMME.refusals(ProgrammeFacts(profile=profile, programme=programme, now=now))


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Somebody agreed to a change of settings."""

    by: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class ChangeOfSettings:
    """A change that one person alone must not make.

    Attributes:
        profile: the policy in force.
        proposed_by: username.
        consents: who agreed.
        concerns_retention: whether retention, or the first purge under new settings, is concerned.
    """

    profile: Profile
    proposed_by: str
    consents: tuple[Consent, ...]
    concerns_retention: bool


def _one_sided(facts: ChangeOfSettings) -> Refusal | None:
    by_role = {role: {one.by for one in facts.consents if one.role is role} for role in Role}
    both = [
        (one, other)
        for one in by_role[Role.ADMINISTRATOR]
        for other in by_role[Role.CUSTODIAN]
        if one != other
    ]
    if both:
        return None
    return Refusal(
        "Administrator and custodian of records have not both agreed.",
        "Ask the one who is missing; they must be two people.",
    )


def _alone(facts: ChangeOfSettings) -> Refusal | None:
    if {one.by for one in facts.consents} - {facts.proposed_by}:
        return None
    return Refusal("Nobody but the proposer has agreed.", "Ask a second person with the right to publish.")


CHANGE_OF_SETTINGS_RULES: tuple[Rule[ChangeOfSettings], ...] = (
    Rule("two-people-publish", "GOV-09", _alone),
    Rule("both-roles-on-retention", "GOV-07", _one_sided, lambda facts: facts.concerns_retention),
)


def decide_change_of_settings(change: ChangeOfSettings) -> Decision:
    """Decide whether a changed profile, or its first purge, may take effect.

    Source:
        GOV-07, GOV-09
    """
    return AllOf(CHANGE_OF_SETTINGS_RULES).decide(change)
