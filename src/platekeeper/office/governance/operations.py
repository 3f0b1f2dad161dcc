"""Proposing and answering changed profiles, attesting, and taking up a floor that a new version brought.

Who may is decided by `policy`; that nobody does it alone is promised by the database (`sql/governance.sql`).
"""

from datetime import datetime
from hashlib import sha256

from django.db import connections, transaction
from django.db.models import F

from platekeeper import policy
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Agency, Person, ProfileVersion
from platekeeper.office.accounts.operations import INSTALLATION
from platekeeper.office.accounts.queries import facts_of, profile_of, rules_of
from platekeeper.office.governance.models import ProfileAnswer, ProfileProposal
from platekeeper.office.governance.queries import (
    LONGEST_TEXT,
    Review,
    decision_on,
    review_profile,
    role_to_answer_in,
    roles_that_answer,
)
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Denied, Function, Role
from platekeeper.policy.clauses import obligations
from platekeeper.policy.period import Period

OWNER = "owner"
COUNTS_FOR = Period.parse("P1Y")
_LONGEST_REASON = 2000


class GovernanceError(PlatekeeperError):
    """A profile cannot be proposed or answered as asked."""


class NotToBeProposed(GovernanceError):  # noqa: N818  # reads as what happened
    """A profile has faults that bar it."""

    def __init__(self, review: Review) -> None:
        self.review = review
        super().__init__(
            f"{len(review.problems)} things bar this profile; the first: {review.problems[0]}"
            if review.problems
            else "This profile says what the one in force says: change something first."
        )


def propose_profile(*, person: Person, text: str, reason: str, now: datetime) -> int:
    """Propose a changed profile to the second person.

    Args:
        person: who proposes; of the agency whose profile it is.
        text: TOML.
        reason: why it is changed.
        now: the present time.

    Returns:
        The proposal's number.

    Raises:
        AccessDenied: the person may not publish.
        NotToBeProposed: the profile has faults, or changes nothing.
        GovernanceError: no reason is given, or the text is too long.

    Records:
        `policy.proposed`.

    Source:
        GOV-04, GOV-07, GOV-09
    """
    _demand(person, now)
    why = _said(reason, "why the profile is changed")
    if len(text) > LONGEST_TEXT:
        raise GovernanceError("A profile has at most 1,000,000 characters: leave out what is no rule.")
    review = review_profile(person.agency, text)
    if review.profile is None or not review.lines:
        raise NotToBeProposed(review)
    role = roles_that_answer(person)[0]
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT propose_profile(%s, %s, %s, %s, %s, %s)",
            [person.pk, role.value, text, review.profile.version, why, review.concerns_retention],
        )
        proposal = int(cursor.fetchone()[0])
    for other in (Role.ADMINISTRATOR, Role.CUSTODIAN):
        tell(
            agency=person.agency, to=other, kind="profile-proposed", now=now, key=f"profile-proposed-{proposal}",
            subject=f"{person.full_name} proposes a change of the policy profile.",
            body="A second person must approve or refuse it.", link=f"/policy/proposals/{proposal}/",
        )  # fmt: skip
    return proposal


def answer_profile(
    *, person: Person, proposal: ProfileProposal, adopt: bool, reason: str, now: datetime
) -> ProfileAnswer.Outcome:
    """Bring a proposed profile into force, or refuse it; refused ones are kept with the reason.

    Args:
        person: who answers; to adopt, not the proposer.
        proposal: the proposal; of the person's agency.
        adopt: whether it comes into force now.
        reason: why.
        now: the present time.

    Returns:
        What became of it.

    Raises:
        AccessDenied: the policy in force does not let this person adopt it.
        GovernanceError: it was answered already, is outdated, or no reason is given.

    Records:
        `policy.published` or `policy.refused`.

    Source:
        GOV-07, GOV-09
    """
    why = _said(reason, "why")
    if ProfileAnswer.objects.filter(proposal=proposal).exists():
        raise GovernanceError("This proposal was answered already: propose the change anew.")
    if adopt:
        agreed = decision_on(person, proposal, now)
        if isinstance(agreed, Denied):
            raise AccessDenied(agreed, None)
        _refuse_outdated(proposal)
    elif person.pk != proposal.proposed_by_id:
        _demand(person, now)
    role = role_to_answer_in(person, proposal)
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT answer_profile(%s, %s, %s, %s, %s)", [proposal.pk, person.pk, role.value, adopt, why]
        )
        outcome = ProfileAnswer.Outcome(cursor.fetchone()[0])
    if person.pk != proposal.proposed_by_id:
        tell(
            agency=person.agency, to=proposal.proposed_by, kind="profile-answered", now=now,
            subject=f"Your change of the policy profile is {outcome.label}.", link=f"/policy/proposals/{proposal.pk}/",
        )  # fmt: skip
    return outcome


def _refuse_outdated(proposal: ProfileProposal) -> None:
    agency = Agency.objects.get(pk=proposal.agency_id)
    if proposal.based_on != agency.profile_number:
        raise GovernanceError(
            f"Version {agency.profile_number} has come into force since this was proposed on version "
            f"{proposal.based_on}: propose the change anew."
        )
    if not review_profile(agency, proposal.text).may_be_proposed:
        # an update of Platekeeper may have raised the floor in between
        raise GovernanceError("The floor does not bear this profile any more: check it and propose it anew.")


def attest(*, person: Person, obligation: str, statement: str, document: str, now: datetime) -> None:
    """Note an agency's word that it did what no software can see; it counts for a year.

    Args:
        person: who gives it.
        obligation: what it is about, such as GOV-13.
        statement: what was done.
        document: where the paper lies; may be empty.
        now: the present time.

    Raises:
        AccessDenied: the person may not publish.
        GovernanceError: there is no such obligation, or nothing is stated.

    Records:
        `obligation.attested`.

    Source:
        GOV-03, GOV-04, GOV-06, GOV-11, GOV-13, TRN-08
    """
    _demand(person, now)
    if obligation not in obligations():
        raise GovernanceError(f"There is no obligation {obligation[:20]}: choose one of the list.")
    said = _said(statement, "what was done")
    until = COUNTS_FOR.after(now)
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT attest(%s, %s, %s, %s, %s, %s)",
            [person.pk, roles_that_answer(person)[0].value, obligation, said, document.strip()[:200], until],
        )


def take_up_floors(now: datetime) -> list[ProfileVersion]:
    """Publish anew, word for word, every profile in force whose floor an update of Platekeeper changed.

    So the version that a decision names is always one of the table, also after an update.

    Args:
        now: the present time.

    Returns:
        The new versions.

    Records:
        `policy.published`, as the installation's act.
    """
    made = []
    in_force = ProfileVersion.objects.using(OWNER).filter(number=F("agency__profile_number"))
    for current in in_force.select_related("agency"):
        version = rules_of(current.text).version
        if version == current.version:
            continue
        reason = (
            "The floor beneath this profile changed with an update of Platekeeper; its own text is the same."
        )
        made.append(
            ProfileVersion.objects.using(OWNER).create(
                agency=current.agency, number=current.number + 1, text=current.text,
                sha256=sha256(current.text.encode()).hexdigest(), version=version, reason=reason,
                proposed_by=INSTALLATION, proposed_as=INSTALLATION, proposed_at=now,
                approved_by=INSTALLATION, approved_as=INSTALLATION, in_force_from=now,
            )
        )  # fmt: skip
    return made


def _demand(person: Person, now: datetime) -> None:
    decision = policy.decide_function(profile_of(person.agency), facts_of(person), Function.PUBLISH, now)
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
    if not roles_that_answer(person):
        raise GovernanceError(
            "Administrators and custodians answer for the profile: ask one of them (GOV-07)."
        )


def _said(words: str, what: str) -> str:
    said = words.strip()
    if not said:
        raise GovernanceError(f"Say {what}, in a sentence.")
    if len(said) > _LONGEST_REASON:
        raise GovernanceError(f"Say {what} in at most {_LONGEST_REASON} characters.")
    return said
