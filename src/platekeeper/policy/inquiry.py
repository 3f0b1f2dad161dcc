"""Whether this inquiry may be made: record, purpose, case, reason, for whom, about what, how far back.

A second person's consent (`Approval`) lifts what only needs a look by somebody else; what is barred stays
barred.
"""

import re
from collections.abc import Callable

from platekeeper.policy.decision import Refusal, Rule
from platekeeper.policy.facts import AccessFacts
from platekeeper.policy.lint import Fault, Finding, lint_reason
from platekeeper.policy.period import Period
from platekeeper.policy.retention import visible_from
from platekeeper.policy.vocabulary import (
    DISCLOSING,
    INQUIRING,
    ApprovalKind,
    BarredPurpose,
    CaseRule,
    DataKind,
    Function,
    MisuseFlag,
    RecipientClass,
)

_FRESH = Period.parse("PT12H")
_LONGEST_CASE_NUMBER = 64
_PRIVATE_FLAGS = frozenset(MisuseFlag) - {MisuseFlag.REPEAT_TARGET}


def discloses(facts: AccessFacts) -> bool:
    """Whether the function shows what a camera saw."""
    return facts.request.function in DISCLOSING


def inquires(facts: AccessFacts) -> bool:
    """Whether somebody asks, rather than an alert coming by itself."""
    return facts.request.function in INQUIRING


def _acts_otherwise(facts: AccessFacts) -> bool:
    return not discloses(facts)


def granted_kinds(facts: AccessFacts) -> frozenset[DataKind]:
    """Return the kinds of data that the person's roles, or the agreement, open for this function."""
    agreement = facts.request.agreement
    if facts.outsider:
        return agreement.kinds if agreement else frozenset()
    rights = (facts.profile.roles[role] for role in facts.person.roles if role in facts.profile.roles)
    opened = [right.kinds for right in rights if facts.request.function in right.functions]
    return frozenset().union(*opened)


def _unrecorded(facts: AccessFacts) -> Refusal | None:
    if facts.request.recorded:
        return None
    return Refusal(
        "The access cannot be recorded now, so nothing is shown.",
        "Tell the administrator that logging has failed.",
    )


def _unqueued(facts: AccessFacts) -> Refusal | None:
    rule = facts.profile.access.rms_classification
    if facts.request.rms_queued:
        return None
    return Refusal(
        f'The access cannot be documented in the records management system as "{rule.value}" now.',
        "Tell the administrator that the outbox has failed.",
        clause=rule.clause,
    )


def _borrowed(facts: AccessFacts) -> Refusal | None:
    parent = facts.request.parent
    if parent is None or (
        parent.username == facts.person.username
        and _FRESH.cutoff(facts.now) <= parent.accessed_at <= facts.now
    ):
        return None
    return Refusal(
        "The access record that this goes on from is not yours or is too old.",
        "Make the inquiry anew, with its purpose.",
    )


def _purposeless(facts: AccessFacts) -> Refusal | None:
    if facts.purpose:
        return None
    return Refusal("No purpose is stated.", "Choose the authorized purpose of this inquiry.")


def _unauthorized_purpose(facts: AccessFacts) -> Refusal | None:
    if facts.profile.purpose(facts.purpose) is not None:
        return None
    return Refusal(
        f'"{facts.purpose[:40]}" is not a purpose that the policy authorizes.',
        "Choose one of the listed purposes.",
    )


def _caseless(facts: AccessFacts) -> Refusal | None:
    purpose, rule = facts.profile.purpose(facts.purpose), facts.profile.access.case_required
    if facts.case_number or purpose is None or not purpose.needs_case:
        return None
    example = facts.profile.access.case_number_example.value
    if rule.value is CaseRule.NUMBER:
        return Refusal(
            "No case or incident number is stated.",
            f"State the number, such as {example}.",
            clause=rule.clause,
        )
    if rule.value is CaseRule.NUMBER_OR_COSIGN and not facts.approved(ApprovalKind.COSIGN):
        return Refusal(
            "No case or incident number is stated.",
            f"State the number, such as {example}, or ask a supervisor to co-sign the reason.",
            clause=rule.clause,
            approval=ApprovalKind.COSIGN,
        )
    return None


def _reasonless(facts: AccessFacts) -> Refusal | None:
    access = facts.profile.access
    either = access.case_required.value is CaseRule.NUMBER_OR_REASON and not facts.case_number
    if facts.reason or not (access.reason_required.value or either):
        return None
    return Refusal(
        "No reason is stated.",
        "Say in a few words what is investigated.",
        clause=access.reason_required.clause,
    )


def _unlike_a_case(facts: AccessFacts) -> Refusal | None:
    access, number = facts.profile.access, facts.case_number
    if not number:
        return None
    if len(number) > _LONGEST_CASE_NUMBER or not re.fullmatch(
        access.case_number_pattern.value, number, re.ASCII
    ):
        return Refusal(
            f'"{number[:40]}" is not a case or incident number of this agency.',
            f"State it like {access.case_number_example.value}.",
        )
    if facts.request.case_known is False:
        return Refusal(
            f"The case registry does not know an open case {number}.",
            "State the number of an open case or incident.",
        )
    return None


def _found(facts: AccessFacts, fault: Fault) -> Finding | None:
    if not facts.reason:
        return None
    findings = lint_reason(facts.reason, barred=facts.profile.barred_purposes)
    return next((finding for finding in findings if finding.fault is fault), None)


def _meaningless(facts: AccessFacts) -> Refusal | None:
    if not (_found(facts, Fault.EMPTY) or _found(facts, Fault.VAGUE)):
        return None
    return Refusal(
        "The reason says nothing about what is investigated.",
        "Name the offense or incident, such as: burglary at a pharmacy, silver sedan seen leaving.",
    )


def _protected_trait(facts: AccessFacts) -> Refusal | None:
    finding = _found(facts, Fault.PROTECTED)
    if finding is None or facts.approved(ApprovalKind.WORDING):
        return None
    return Refusal(
        f'The reason names a protected trait or activity ("{finding.words}").',
        "State the offense without it, or ask a supervisor to look at the wording.",
        approval=ApprovalKind.WORDING,
    )


def _barred_purpose(purpose: BarredPurpose, called: str) -> Callable[[AccessFacts], Refusal | None]:
    def finds(facts: AccessFacts) -> Refusal | None:
        behalf = facts.request.on_behalf_of
        said = {"reason": facts.reason, "recipient": behalf.name if behalf else ""}
        for where, text in said.items():
            findings = lint_reason(text, barred=facts.profile.barred_purposes) if text else ()
            found = next((one for one in findings if one.purpose is purpose), None)
            if found is not None:
                return barred(where, found.words, facts)
        return None

    def barred(where: str, words: str, facts: AccessFacts) -> Refusal:
        return Refusal(
            f'The {where} points to {called} ("{words}"), for which nobody may have this data.',
            "Withdraw the inquiry; if the words mean something else, say it otherwise.",
            report_to=facts.profile.users.improper_logins_to.value,
        )

    return finds


def _private(facts: AccessFacts) -> Refusal | None:
    flags = facts.request.flags & _PRIVATE_FLAGS
    if not flags or facts.approved(ApprovalKind.PLATE_RELATION):
        return None
    return Refusal(
        f"This inquiry looks personal ({', '.join(sorted(flags))}).",
        "Ask a supervisor to clear it.",
        approval=ApprovalKind.PLATE_RELATION,
    )


def _repeated(facts: AccessFacts) -> Refusal | None:
    if MisuseFlag.REPEAT_TARGET not in facts.request.flags or facts.approved(ApprovalKind.REPEAT_TARGET):
        return None
    return Refusal(
        "This vehicle was inquired about again and again without an open case.",
        "Ask a supervisor to clear it.",
        approval=ApprovalKind.REPEAT_TARGET,
    )


def _sensitive(facts: AccessFacts) -> Refusal | None:
    if not facts.request.sensitive_place or facts.approved(ApprovalKind.SENSITIVE_PLACE):
        return None
    return Refusal(
        "The area and time touch a lawful event or a sensitive place.",
        "Make the area smaller, or ask a supervisor to approve it.",
        approval=ApprovalKind.SENSITIVE_PLACE,
    )


def _nameless_beneficiary(facts: AccessFacts) -> Refusal | None:
    behalf = facts.request.on_behalf_of
    if behalf is None:
        return None
    if not (behalf.name.strip() and behalf.organization.strip()):
        return Refusal(
            "It is not said for whom the inquiry is made.",
            "Name the person and the organization that receive it.",
        )
    return None


def _barred_beneficiary(facts: AccessFacts) -> Refusal | None:
    behalf = facts.request.on_behalf_of
    if behalf is None or behalf.recipient not in {RecipientClass.PUBLIC, *facts.profile.barred_recipients}:
        return None
    return Refusal(
        f"Nothing may be looked up for {behalf.organization} ({behalf.recipient}).",
        f"Refer the request to: {facts.profile.sharing.public_requests_to.value}.",
        clause=facts.profile.sharing.barred_recipients.clause,
    )


def _unaddressed(facts: AccessFacts) -> Refusal | None:
    if facts.request.function is not Function.EXPORT or facts.request.on_behalf_of is not None:
        return None
    return Refusal(
        "It is not said who receives the export.",
        "Name the person and the organization; your own, for the case file.",
    )


def _unreleased(facts: AccessFacts) -> Refusal | None:
    behalf = facts.request.on_behalf_of
    if behalf is None or behalf.is_own or behalf.is_released:
        return None
    return Refusal(
        f'"{behalf.name[:80]}" is nobody of your agency, and no approved request for release covers this.',
        "For another agency enter its request under Releases, have it approved by somebody else, and choose it here; "
        "where it names plates, ask for those alone. A colleague is named by username.",
        clause=facts.profile.sharing.approval.clause,
    )


def _other_kinds(facts: AccessFacts) -> Refusal | None:
    missing = facts.request.kinds - granted_kinds(facts)
    if not missing:
        return None
    return Refusal(
        f"Your class of users does not see data of the kind {min(missing)} here.",
        "Ask somebody whose class does, or the custodian about your class.",
    )


def _hidden(facts: AccessFacts) -> Refusal | None:
    visible, ends = facts.profile.retention.visible, facts.request.asked_to
    if visible.value is None or ends is None or ends > visible_from(facts.profile, facts.now):
        return None
    return Refusal(
        f"Reads of that time are logically deleted: they are older than {visible.value.words}.",
        "Request a search of deleted data, if one of the listed circumstances applies.",
        clause=visible.clause,
    )


def _unapproved_query(facts: AccessFacts) -> Refusal | None:
    if facts.request.approved_query:
        return None
    return Refusal(
        "Deleted reads are searched only as an approved request says.",
        "Open the approved request and run the query that it states.",
    )


def _goes_to_rms(facts: AccessFacts) -> bool:
    return discloses(facts) and bool(facts.profile.access.rms_classification.value)


def _looks_back(facts: AccessFacts) -> bool:
    return discloses(facts) and facts.request.function is not Function.SEARCH_DELETED


def _searches_deleted(facts: AccessFacts) -> bool:
    return facts.request.function is Function.SEARCH_DELETED


INQUIRY_RULES: tuple[Rule[AccessFacts], ...] = (
    Rule("recorded-or-not-shown", "SRC-01", _unrecorded, discloses),
    Rule("recorded-or-not-done", "SRC-06", _unrecorded, _acts_otherwise),
    Rule("documented-in-rms", "SRC-03", _unqueued, _goes_to_rms),
    Rule("own-fresh-parent", "SRC-01", _borrowed, discloses),
    Rule("purpose-stated", "PUR-01", _purposeless, discloses),
    Rule("purpose-authorized", "SRC-04", _unauthorized_purpose, discloses),
    Rule(
        "no-immigration-enforcement",
        "PUR-10",
        _barred_purpose(BarredPurpose.IMMIGRATION, "immigration enforcement"),
    ),
    Rule(
        "no-reproductive-care",
        "PUR-11",
        _barred_purpose(BarredPurpose.REPRODUCTIVE_CARE, "reproductive health care"),
    ),
    Rule("no-commerce", "PUR-12", _barred_purpose(BarredPurpose.COMMERCIAL, "commerce")),
    Rule("case-stated", "SRC-02", _caseless, inquires),
    Rule("reason-stated", "SRC-02", _reasonless, inquires),
    Rule("case-of-this-agency", "PUR-14", _unlike_a_case, inquires),
    Rule("reason-says-something", "SRC-04", _meaningless, inquires),
    Rule("no-protected-trait", "PUR-07", _protected_trait, inquires),
    Rule("not-personal", "PUR-05", _private, inquires),
    Rule("no-harassment", "PUR-06", _repeated, inquires),
    Rule("no-lawful-event", "PUR-08", _sensitive, inquires),
    Rule("beneficiary-named", "SRC-05", _nameless_beneficiary, discloses),
    Rule("beneficiary-not-barred", "SHR-11", _barred_beneficiary, discloses),
    Rule("released-to-others-only-by-request", "SHR-11", _unreleased, discloses),
    Rule("recipient-recorded", "AUD-08", _unaddressed, discloses),
    Rule("kinds-granted", "GOV-09", _other_kinds, discloses),
    Rule("not-logically-deleted", "RET-05", _hidden, _looks_back),
    Rule("approved-query-only", "RET-07", _unapproved_query, _searches_deleted),
)
