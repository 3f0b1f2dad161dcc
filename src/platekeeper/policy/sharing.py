"""Who else may have data: single releases to other agencies (SHR-01 to SHR-13, PUR-10 to PUR-13).

Standing access under an agreement is decided in `access`; here is the request for particular data, whose facts are in
`release`. There is no way from here to the public: such requests go to records staff.
"""

from dataclasses import replace
from datetime import datetime

from platekeeper.policy.decision import AllOf, Decision, Denied, Refusal, Rule
from platekeeper.policy.facts import Agreement
from platekeeper.policy.lint import Fault, lint_reason
from platekeeper.policy.profile import Profile
from platekeeper.policy.release import OF_PROCEEDINGS, ReleaseFacts, ReleaseRequest
from platekeeper.policy.vocabulary import BarredPurpose, Duty, RecipientClass, RequestField, Statute

_PROCESSORS = frozenset({RecipientClass.HOSTING})
_OUTSIDE_ENFORCEMENT = frozenset({RecipientClass.PUBLIC})


def _public(facts: ReleaseFacts) -> Refusal | None:
    if facts.request.recipient not in _OUTSIDE_ENFORCEMENT:
        return None
    return Refusal(
        "Requests from outside law enforcement are not fulfilled here.",
        f"Refer it to: {facts.profile.sharing.public_requests_to.value}.",
    )


def _commercial(facts: ReleaseFacts) -> Refusal | None:
    if facts.request.recipient is not RecipientClass.COMMERCIAL:
        return None
    return Refusal(
        "Nothing goes to commercial or private entities.", "Refuse the request and keep it on file."
    )


def _barred_recipient(facts: ReleaseFacts) -> Refusal | None:
    recipient, sharing = facts.recipient, facts.profile.sharing
    if recipient in _PROCESSORS or (
        recipient in sharing.recipients.value and recipient not in facts.profile.barred_recipients
    ):
        return None
    if facts.is_compelled:
        return None
    if recipient in OF_PROCEEDINGS - facts.profile.barred_recipients:
        return _uncompelled(facts)
    return Refusal(
        f"This agency does not share with recipients of the class {recipient}.",
        "Refuse the request and keep it on file.",
        clause=_barring_clause(facts, recipient),
    )


def _uncompelled(facts: ReleaseFacts) -> Refusal:
    answered = facts.profile.sharing.answered
    kinds = ", ".join(sorted(one.replace("-", " ") for one in answered)) or "none is named"
    return Refusal(
        f"This agency hands data to a {facts.recipient} only where legal process of its state obliges it ({kinds}).",
        "Enter the process with its number, its issuer and the paper itself; without one refer the request to counsel.",
        clause=facts.profile.sharing.process_clause,
    )


def _barring_clause(facts: ReleaseFacts, recipient: RecipientClass) -> str:
    """Return the law that bars a recipient, else the agency's own words; empty where neither names the class."""
    floor, own = facts.profile.floor.barred_recipients, facts.profile.sharing.barred_recipients
    if floor and recipient in floor.value:
        return floor.clause
    return own.clause if recipient in own.value else ""


def _purpose_barred(facts: ReleaseFacts, purpose: BarredPurpose) -> bool:
    request = facts.request
    said = f"{request.purpose}. {request.authority}. {request.agency}. {request.requester}"
    findings = lint_reason(said, barred=facts.profile.barred_purposes)
    found = any(finding.purpose is purpose for finding in findings)
    # a court declares nothing: what its paper says is looked at all the same, and without one the next rule speaks
    asks_by_right = (
        facts.is_compelled or facts.recipient in OF_PROCEEDINGS - facts.profile.sharing.recipients.value
    )
    undeclared = purpose not in request.disclaims and not asks_by_right
    return purpose in facts.profile.barred_purposes and (found or undeclared)


def _immigration(facts: ReleaseFacts) -> Refusal | None:
    immigration = facts.request.recipient is RecipientClass.IMMIGRATION
    if not immigration and not _purpose_barred(facts, BarredPurpose.IMMIGRATION):
        return None
    return Refusal(
        "Data is not shared for federal immigration enforcement, and the request does not rule that out.",
        "Refuse it, or have the requester declare in writing that it is not for that.",
    )


def _reproductive(facts: ReleaseFacts) -> Refusal | None:
    if not _purpose_barred(facts, BarredPurpose.REPRODUCTIVE_CARE):
        return None
    return Refusal(
        "Data is not shared against lawful reproductive health care, and the request does not rule that out.",
        "Refuse it, or have the requester declare in writing that it is not for that.",
    )


def _for_commerce(facts: ReleaseFacts) -> Refusal | None:
    findings = lint_reason(facts.request.purpose, barred=frozenset({BarredPurpose.COMMERCIAL}))
    if not any(finding.fault is Fault.BARRED for finding in findings):
        return None
    return Refusal("The intended purpose is commercial.", "Refuse the request and keep it on file.")


def _unwritten(facts: ReleaseFacts) -> Refusal | None:
    request = facts.request
    given = {
        RequestField.AGENCY: request.agency,
        RequestField.REQUESTER: request.requester,
        RequestField.PURPOSE: request.purpose,
    }
    missing = [name for name in facts.profile.sharing.written_request.value if not given[name].strip()]
    if request.written and not missing:
        return None
    return Refusal(
        "The request is not in writing with agency, requesting person and intended purpose.",
        "Have the agency send it in writing with all three.",
    )


def _nameless_process(facts: ReleaseFacts) -> Refusal | None:
    request = facts.request
    if request.process is None or (request.process_number.strip() and request.process_issuer.strip()):
        return None
    return Refusal(
        "The legal process has no number, or it is not said who issued it.",
        "Enter both as they stand on the paper.",
        clause=facts.profile.sharing.process_clause,
    )


def _unauthorized_purpose(facts: ReleaseFacts) -> Refusal | None:
    if facts.profile.purpose(facts.request.purpose_code) is not None:
        return None
    return Refusal(
        f'"{facts.request.purpose_code[:40]}" is not a purpose that the policy authorizes.',
        "Choose the authorized purpose that the request serves, or refuse it.",
    )


def _unverified(facts: ReleaseFacts) -> Refusal | None:
    if facts.request.verified_by.strip():
        return None
    return Refusal(
        "It is not recorded how the requesting official was verified.", "Verify the person and record how."
    )


def _unconsidered(facts: ReleaseFacts, statute: Statute) -> bool:
    return statute in facts.profile.sharing.considered_first.value and statute not in facts.request.considered


def _without_right(facts: ReleaseFacts) -> Refusal | None:
    if (facts.request.authority.strip() or facts.is_compelled) and facts.request.purpose.strip():
        return None
    return Refusal(
        "The request does not show both a right to know and a need to know.",
        "Have the agency state its lawful authority and its purpose.",
    )


def _values_act(facts: ReleaseFacts) -> Refusal | None:
    if not _unconsidered(facts, Statute.VALUES_ACT):
        return None
    return Refusal(
        "The approver has not considered the Values Act.", "Consider it and tick it with a reason."
    )


def _reproductive_act(facts: ReleaseFacts) -> Refusal | None:
    if not _unconsidered(facts, Statute.REPRODUCTIVE_PRIVACY_ACT):
        return None
    return Refusal(
        "The approver has not considered the Reproductive Privacy Act.",
        "Consider it and tick it with a reason.",
    )


def _untested(facts: ReleaseFacts) -> Refusal | None:
    if facts.request.finding.strip():
        return None
    return Refusal(
        f"The approver has not found {facts.profile.sharing.test.value}.", "Write down what was found."
    )


def _unapproved(facts: ReleaseFacts) -> Refusal | None:
    office = facts.profile.duties[Duty.RELEASE].value
    request = facts.request
    by_the_office = request.approved_by_office == office and bool(request.approver)
    if by_the_office and request.approver not in {request.asked_by, request.handled_by}:
        return None
    return Refusal(
        f"The request is not approved by the {office} or designee, apart from whoever entered or fulfils it.",
        f"Submit it to the {office}.",
    )


def _unfiled(facts: ReleaseFacts) -> Refusal | None:
    if facts.request.request_digest.strip():
        return None
    return Refusal("The approved request is not on file.", "Put the request on file, then fulfil it.")


def _unagreed(facts: ReleaseFacts) -> Refusal | None:
    agreement = facts.request.agreement
    in_force = (
        agreement is not None
        and agreement.valid_from <= facts.now
        and (agreement.valid_to is None or facts.now < agreement.valid_to)
    )
    if in_force or not facts.profile.sharing.agreement.value or facts.is_compelled:
        return None
    return Refusal(
        "No interagency agreement with this agency is in force.", "Conclude or renew the agreement first."
    )


def _onward(facts: ReleaseFacts) -> Refusal | None:
    agreement = facts.request.agreement
    if agreement is None or agreement.forbids_onward:
        return None
    return Refusal(
        "The agreement does not forbid passing data on.", "Amend the agreement and have it reviewed."
    )


RELEASE_RULES: tuple[Rule[ReleaseFacts], ...] = (
    Rule("public-to-records", "SHR-12", _public),
    Rule("nothing-commercial", "SHR-10", _commercial),
    Rule("release-not-immigration", "PUR-10", _immigration),
    Rule("release-not-reproductive-care", "PUR-11", _reproductive),
    Rule("release-not-commerce", "PUR-12", _for_commerce),
    Rule("recipient-of-a-shared-class", "SHR-01", _barred_recipient),
    Rule("release-agreement", "SHR-08", _unagreed),
    Rule("release-no-onward", "SHR-09", _onward),
    Rule("request-in-writing", "SHR-02", _unwritten),
    Rule("legal-process-named", "SHR-02", _nameless_process),
    Rule("release-purpose-authorized", "PUR-01", _unauthorized_purpose),
    Rule("official-verified", "SHR-13", _unverified),
    Rule("right-and-need-shown", "PUR-13", _without_right, lambda facts: facts.profile.states("PUR-13")),
    Rule("values-act-considered", "SHR-06", _values_act),
    Rule("reproductive-act-considered", "SHR-07", _reproductive_act),
    Rule("test-applied", "SHR-04", _untested),
    Rule("release-approved", "SHR-03", _unapproved),
    Rule("request-on-file", "SHR-05", _unfiled),
)


RELEASE: AllOf[ReleaseFacts] = AllOf(RELEASE_RULES)


def decide_release(profile: Profile, request: ReleaseRequest, now: datetime) -> Decision:
    """Decide whether a request for data may be fulfilled.

    Args:
        profile: policy of the agency that is asked.
        request: the request and what was done with it.
        now: aware.

    Source:
        SHR-01 to SHR-10, SHR-12, SHR-13, PUR-01, PUR-10 to PUR-13
    """
    return RELEASE.decide(ReleaseFacts(profile=profile, request=request, now=now))


def missing_for_release(profile: Profile, request: ReleaseRequest, now: datetime) -> tuple[Denied, ...]:
    """Return everything that still keeps a request from being fulfilled.

    Args:
        profile: policy of the agency that is asked.
        request: the request and what was done with it.
        now: aware.
    """
    return RELEASE.refusals(ReleaseFacts(profile=profile, request=request, now=now))


def as_if_approved(profile: Profile, request: ReleaseRequest, now: datetime) -> ReleaseRequest:
    """Return a request with all that an approver could add: what is refused even so, no approval can mend.

    Args:
        profile: policy of the agency that is asked.
        request: as it came.
        now: aware.
    """
    agreement = Agreement(
        agency=request.agency, recipient=request.recipient, valid_from=now, valid_to=None, forbids_onward=True,
        functions=frozenset(), kinds=frozenset(),
    )  # fmt: skip
    considered = frozenset(profile.sharing.considered_first.value)
    return replace(
        request, considered=considered, finding="imagined", approver="somebody else",
        approved_by_office=profile.duties[Duty.RELEASE].value, request_digest="imagined", agreement=agreement,
    )  # fmt: skip
