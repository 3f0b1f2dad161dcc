"""May this person do this now? The whole answer, put together from the rules of the other modules.

The agency whose data it is decides by its own policy, also when another agency's people ask; those need an
agreement and their own agency's consent besides (`decide_cross_agency`).
"""

from datetime import datetime

from platekeeper.policy.decision import AllOf, Allowed, Answered, Decision, Denied, Refusal, Rule
from platekeeper.policy.facts import AccessFacts, AccessRequest, Agreement, Person
from platekeeper.policy.inquiry import INQUIRY_RULES, discloses, granted_kinds
from platekeeper.policy.profile import Profile
from platekeeper.policy.retention import purge_before, visible_from
from platekeeper.policy.standing import ACCOUNT_RULES, ROLE_RULES
from platekeeper.policy.training import TRAINING_RULES
from platekeeper.policy.vocabulary import DISCLOSING, Function


def _in_force(agreement: Agreement | None, facts: AccessFacts) -> Agreement | None:
    if (
        agreement is None
        or agreement.agency != facts.person.agency
        or agreement.valid_from > facts.now
        or (agreement.valid_to is not None and agreement.valid_to <= facts.now)
    ):
        return None
    return agreement


def _outsider(facts: AccessFacts) -> bool:
    return facts.outsider


def _without_agreement(facts: AccessFacts) -> Refusal | None:
    if _in_force(facts.request.agreement, facts) is not None:
        return None
    return Refusal(
        "Your agency has no agreement in force with the agency whose data this is.",
        "Ask that agency in writing for a release.",
    )


def _barred_recipient(facts: AccessFacts) -> Refusal | None:
    agreement, sharing = facts.request.agreement, facts.profile.sharing
    if agreement is None or (
        agreement.recipient in sharing.recipients.value
        and agreement.recipient not in facts.profile.barred_recipients
    ):
        return None
    return Refusal(
        f"This agency does not share with recipients of the class {agreement.recipient}.",
        "Ask your own counsel for another lawful way.",
        clause=sharing.barred_recipients.clause,
    )


def _onward(facts: AccessFacts) -> Refusal | None:
    agreement = facts.request.agreement
    if agreement is None or agreement.forbids_onward:
        return None
    return Refusal(
        "The agreement holds no clause against passing data on.", "Ask the custodian to amend the agreement."
    )


def _beyond_agreement(facts: AccessFacts) -> Refusal | None:
    agreement = facts.request.agreement
    if agreement is None or facts.request.function in agreement.functions & DISCLOSING:
        return None
    return Refusal(
        f"The agreement does not open this to your agency ({facts.request.function}).",
        "Ask that agency in writing for a release.",
    )


OUTSIDER_RULES: tuple[Rule[AccessFacts], ...] = (
    Rule("agreement-in-force", "SHR-08", _without_agreement, _outsider),
    Rule("recipient-allowed", "SHR-01", _barred_recipient, _outsider),
    Rule("no-onward-sharing", "SHR-09", _onward, _outsider),
    Rule("function-agreed", "GOV-09", _beyond_agreement, _outsider),
)


def _unable_colleague(facts: AccessFacts) -> Refusal | None:
    behalf = facts.request.on_behalf_of
    if behalf is None or behalf.member is None:
        return None
    theirs = _bare(facts.profile, behalf.member, Function.VIEW_READ, facts.now)
    refused = AllOf((_ACCOUNT, _LEARNT)).decide(theirs)
    if isinstance(refused, Denied):
        return Refusal(
            f"What is looked up for {behalf.name} is their access, too: {refused.reason}",
            f"Look it up for somebody who may see it. For them: {refused.remedy}",
            clause=refused.clause,
        )
    rights = (facts.profile.roles[role] for role in behalf.member.roles if role in facts.profile.roles)
    if any(right.functions & DISCLOSING for right in rights):
        return None
    return Refusal(
        f"What is looked up for {behalf.name} is their access, too, and none of their roles sees reads.",
        "Look it up for somebody whose role does, or ask the administrator about theirs.",
    )


BENEFICIARY_RULES: tuple[Rule[AccessFacts], ...] = (
    Rule("beneficiary-entitled", "SRC-05", _unable_colleague, discloses),
)

_ACCOUNT: AllOf[AccessFacts] = AllOf(ACCOUNT_RULES)
_RIGHTS: AllOf[AccessFacts] = AllOf((*OUTSIDER_RULES, *ROLE_RULES))
_LEARNT: AllOf[AccessFacts] = AllOf(TRAINING_RULES)
STANDING: AllOf[AccessFacts] = AllOf((_ACCOUNT, _RIGHTS, _LEARNT))
ACCESS: AllOf[AccessFacts] = AllOf((STANDING, *INQUIRY_RULES, *BENEFICIARY_RULES))


def decide_access(profile: Profile, person: Person, request: AccessRequest, now: datetime) -> Decision:
    """Decide whether somebody may do something now.

    Args:
        profile: policy of the agency whose data it is.
        person: who.
        request: what, why, for whom; its `data_agency` is the profile's.
        now: aware.

    Returns:
        `Allowed` with the limits of the grant, or `Denied` with clause, reason and remedy.

    Raises:
        ValueError: the request concerns another agency's data.

    Source:
        GOV-05, GOV-09, PUR-01 to PUR-14, USR-01 to USR-13, TRN-01 to TRN-07, SRC-01 to SRC-06, AUD-08,
        RET-05, RET-07
    """
    if request.data_agency != profile.slug:
        raise ValueError(f"the data of {request.data_agency} is not {profile.slug}'s to open")
    facts = AccessFacts(profile=profile, person=person, request=request, now=now)
    return _limited(ACCESS, facts)


def decide_cross_agency(
    home: Profile, profile: Profile, person: Person, request: AccessRequest, now: datetime
) -> Decision:
    """Decide whether another agency's member may do something: by its own policy first, then by this one's.

    Args:
        home: policy of the agency that the person belongs to: is this person in good standing there?
        profile: policy of the agency whose data it is.
        person: who.
        request: what; with the `agreement` between the two.
        now: aware.

    Source:
        SHR-01, SHR-08, SHR-09; abuse cases (other agencies' users get the same tests)
    """
    at_home = AccessFacts(profile=home, person=person, request=request, now=now)
    standing = STANDING.decide(at_home)
    return standing if isinstance(standing, Denied) else decide_access(profile, person, request, now)


def explain(profile: Profile, person: Person, now: datetime) -> tuple[tuple[Function, Decision], ...]:
    """Say of every function whether somebody may do it, before any particular inquiry is stated.

    Args:
        profile: policy of the agency that the person belongs to.
        person: who.
        now: aware.

    Returns:
        Every function with its decision, in the vocabulary's order; for pages and for disabled buttons.
    """
    asked = {function: _bare(profile, person, function, now) for function in Function}
    facts = asked[Function.SEARCH]
    # neither the account nor the training depends on the function
    account, learnt = _ACCOUNT.decide(facts), _LEARNT.decide(facts)
    standing: AllOf[AccessFacts] = AllOf((Answered(account), _RIGHTS, Answered(learnt)))
    return tuple((function, _limited(standing, facts)) for function, facts in asked.items())


def decide_function(profile: Profile, person: Person, function: Function, now: datetime) -> Decision:
    """Decide whether somebody may do a thing at all, as `explain` does for all of them.

    Args:
        profile: policy of the agency that the person belongs to.
        person: who.
        function: what.
        now: aware.
    """
    return _limited(STANDING, _bare(profile, person, function, now))


def _bare(profile: Profile, person: Person, function: Function, now: datetime) -> AccessFacts:
    request = AccessRequest(function=function, data_agency=profile.slug)
    return AccessFacts(profile=profile, person=person, request=request, now=now)


def _limited(checks: AllOf[AccessFacts], facts: AccessFacts) -> Decision:
    decision = checks.decide(facts)
    return decision if isinstance(decision, Denied) else _limits(facts, decision)


def _limits(facts: AccessFacts, allowed: Allowed) -> Allowed:
    agreement = facts.request.agreement
    # a neighbour's own groups are of other cameras: there the agreement alone says which
    groups = agreement.camera_groups if facts.outsider and agreement else facts.person.camera_groups
    deleted_too = facts.request.function is Function.SEARCH_DELETED
    return Allowed(
        clauses=allowed.clauses,
        version=allowed.version,
        visible_from=(purge_before if deleted_too else visible_from)(facts.profile, facts.now),
        kinds=granted_kinds(facts) & (facts.request.kinds or granted_kinds(facts)),
        camera_groups=groups,
    )
