"""The profile in force and its history, what a proposed one would change, and what the agency attests."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Designation, Person, ProfileVersion
from platekeeper.office.accounts.queries import facts_of, profile_of, rules_of
from platekeeper.office.governance.models import Attestation, ProfileProposal
from platekeeper.policy import Denied, Function, Profile, Role, governance
from platekeeper.policy.check import Problem, Severity, check_profile
from platekeeper.policy.differences import Difference, concerns_retention, differences

LONGEST_TEXT = 1_000_000
_ANSWERABLE = (Role.ADMINISTRATOR, Role.CUSTODIAN)


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a changed profile would mean.

    Attributes:
        problems: everything that is wrong with it, and what should be thought over.
        profile: the profile; None where it cannot be read.
        changes: the rules that it changes, in plain words.
        lines: the change line by line.
        concerns_retention: whether administrator and custodian must both agree (GOV-07).
    """

    problems: tuple[Problem, ...]
    profile: Profile | None = None
    changes: tuple[Difference, ...] = ()
    lines: tuple[str, ...] = ()
    concerns_retention: bool = False

    @property
    def may_be_proposed(self) -> bool:
        """Whether nothing bars it from being published."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def review_profile(agency: Agency, text: str, *, against: ProfileVersion | None = None) -> Review:
    """Check a changed profile and compare it.

    Args:
        agency: whose profile it would be.
        text: TOML.
        against: the version to compare with; the one in force if none is named.

    Source:
        GOV-04, C-1 to C-12
    """
    before = against or version_in_force(agency)
    in_force = rules_of(before.text)
    problems = (*_misplaced(in_force, text), *check_profile(text))
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Review(problems=problems)
    profile = rules_of(text)
    lines = difflib.unified_diff(
        before.text.splitlines(), text.splitlines(), "before", "after", lineterm="", n=1
    )
    return Review(
        problems=problems,
        profile=profile,
        changes=differences(in_force, profile),
        lines=tuple(lines)[2:],
        concerns_retention=concerns_retention(in_force, profile),
    )


def _misplaced(in_force: Profile, text: str) -> Sequence[Problem]:
    """Find what `check_profile` cannot know: that it is another agency's profile, or no change at all."""
    try:
        header = tomllib.loads(text).get("policy")
    except tomllib.TOMLDecodeError:
        return ()
    if isinstance(header, dict) and header.get("slug") != in_force.slug:
        return (
            Problem(
                line=1,
                path="policy.slug",
                clause=in_force.clause_of("GOV-12"),
                sentence=f'This is the profile of "{header.get("slug")}", not of {in_force.name}.',
                remedy=f'Begin from the version in force, whose slug is "{in_force.slug}".',
            ),
        )
    return ()


def version_in_force(agency: Agency) -> ProfileVersion:
    """Return the version of the profile that is in force for an agency."""
    return ProfileVersion.objects.get(agency=agency, number=agency.profile_number)


def versions_of(agency: Agency) -> list[ProfileVersion]:
    """Return all versions of an agency's profile, the latest first."""
    return list(ProfileVersion.objects.filter(agency=agency))


def proposals_of(agency: Agency) -> list[ProfileProposal]:
    """Return all proposals, the latest first, each with its answer."""
    rows = ProfileProposal.objects.filter(agency=agency)
    return list(rows.select_related("agency", "proposed_by", "answer", "answer__answered_by"))


def proposal_of(agency: Agency, proposal_id: int) -> ProfileProposal | None:
    """Return one proposal of an agency, or None."""
    return next((one for one in proposals_of(agency) if one.pk == proposal_id), None)


def roles_that_answer(person: Person) -> tuple[Role, ...]:
    """Return in which roles a person answers for the profile."""
    return tuple(role for role in _ANSWERABLE if role.value in person.roles)


def decision_on(person: Person, proposal: ProfileProposal, now: datetime) -> policy.Decision:
    """Decide whether a person may bring a proposal into force.

    Args:
        person: who would approve.
        proposal: what; of the person's agency.
        now: the present time.

    Source:
        GOV-07, GOV-09
    """
    profile = profile_of(proposal.agency)
    may_publish = policy.decide_function(profile, facts_of(person), Function.PUBLISH, now)
    if isinstance(may_publish, Denied):
        return may_publish
    # where retention is concerned, people of different roles must agree, so whoever has both acts in the other's
    consents = [governance.Consent(by=proposal.proposed_by.username, role=Role(proposal.proposed_as))]
    if person.pk != proposal.proposed_by_id:
        consents.append(governance.Consent(by=person.username, role=role_to_answer_in(person, proposal)))
    change = governance.ChangeOfSettings(
        profile=profile,
        proposed_by=proposal.proposed_by.username,
        consents=tuple(consents),
        concerns_retention=proposal.concerns_retention,
    )
    return governance.decide_change_of_settings(change)


def role_to_answer_in(person: Person, proposal: ProfileProposal) -> Role:
    """Return the role in which a person answers: the other one than the proposer's where they have both."""
    roles = roles_that_answer(person)
    return next((role for role in roles if role.value != proposal.proposed_as), roles[0])


def programme_of(agency: Agency, now: datetime) -> governance.Programme:
    """Return what an agency has in place, as its rows and its attestations say.

    Args:
        agency: the agency.
        now: the present time.
    """
    attested = attestations_in_force(agency, now)

    def papers(obligation: str) -> frozenset[str]:
        one = attested.get(obligation)
        return frozenset({one.document or one.statement}) if one else frozenset()

    def when(obligation: str) -> datetime | None:
        return attested[obligation].attested_at if obligation in attested else None

    return governance.Programme(
        owner=profile_of(agency).slug,  # each row of this installation bears the agency that owns it
        designations=tuple(_designation(one) for one in Designation.objects.filter(agency=agency)),
        procedures=papers("GOV-04"),
        statutes_reviewed_at=when("GOV-13"),
        protocols=papers("GOV-11"),
        monitored_at=when("GOV-06"),
        training_written="TRN-08" in attested,
        equipment_registered="GOV-03" in attested,
    )


def _designation(one: Designation) -> governance.Designation:
    return governance.Designation(
        office=one.title,
        holder=one.holder,
        valid_from=_midnight(one.held_from),
        valid_to=_midnight(one.held_to) if one.held_to else None,
        delegated_by=getattr(one, "delegated_by", ""),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def attestations_in_force(agency: Agency, now: datetime) -> Mapping[str, Attestation]:
    """Return the latest attestation of each obligation that still counts.

    Args:
        agency: the agency.
        now: the present time.
    """
    rows = Attestation.objects.filter(agency=agency, valid_until__gt=now).select_related("attested_by")
    return {one.obligation: one for one in reversed(rows)}


def open_points_of(agency: Agency, now: datetime) -> tuple[Denied, ...]:
    """Return what still stands in the way of an agency's programme, each with clause and remedy.

    Args:
        agency: the agency.
        now: the present time.

    Source:
        GOV-01 to GOV-06, GOV-11 to GOV-13, TRN-08
    """
    return governance.open_points(profile_of(agency), programme_of(agency, now), now)


def text_with_ruling(text: str, *, counsel: str, ruled_on: str, reference: str, sentence: str) -> str:
    """Return a profile's text with counsel's ruling on retention in it, for a proposal (C-6).

    Args:
        text: TOML, in which `[retention.counsel_ruling]` may stand already.
        counsel: who ruled.
        ruled_on: the day.
        reference: where the ruling is kept.
        sentence: what it says.
    """
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip() == "[retention.counsel_ruling]"
        if not inside:
            kept.append(line)
    ruling = {"counsel": counsel, "ruled_on": ruled_on, "reference": reference, "sentence": sentence}
    table = "\n".join(f"{name} = {_quoted(value)}" for name, value in ruling.items())
    return "\n".join(kept).rstrip() + f"\n\n[retention.counsel_ruling]\n{table}\n"


def _quoted(value: str) -> str:
    escaped = "".join(
        f"\\u{ord(mark):04x}" if ord(mark) < 32 or mark in '"\\\x7f' else mark for mark in value
    )
    return f'"{escaped}"'
