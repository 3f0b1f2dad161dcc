"""Which lists run, which entries an agency makes itself, and what happens when an entry is wrong (HOT).

A downloaded list is replaced whole; an agency's own entry names its case and is approved by somebody else.
"""

from dataclasses import dataclass
from datetime import datetime

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule
from platekeeper.policy.facts import Approval
from platekeeper.policy.lint import Fault, lint_reason
from platekeeper.policy.period import Period
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import EntryField, InterestReason, Role

_WILDCARDS = frozenset("?*")
_PARTIAL_AT_MOST = Period.parse("P7D")


@dataclass(frozen=True, kw_only=True)
class ListFile:
    """A list that is to be put in force, or is.

    Attributes:
        source: where it comes from; empty where nobody says.
        authority: by which authority it is had.
        purpose: code of the authorized purpose that its alerts serve.
        activated_by: office that decided that it runs; empty where none did.
        interests: why its vehicles are of interest, over all entries.
        fetched_at: when it was fetched.
        replaces: whether it replaces the older version whole.
    """

    source: str
    authority: str
    purpose: str
    activated_by: str
    interests: frozenset[InterestReason]
    fetched_at: datetime
    replaces: bool = True


@dataclass(frozen=True, kw_only=True)
class ListFacts:
    """One question: may this list run now?"""

    profile: Profile
    list: ListFile
    now: datetime


@dataclass(frozen=True, kw_only=True)
class EntryRequest:
    """An entry that a member of the agency asks for.

    Attributes:
        plate: A-Z and 0-9; `?` for one unknown character, `*` for any number of them.
        interest: why the vehicle is of interest, as typed.
        purpose: code of the authorized purpose.
        case_agent: name.
        case_number: as the agency writes it.
        synopsis: the nature of the case, a few words.
        report_attested: whether the requester attests that the case report documents it.
        requested_by: username.
        expires_at: when it ends.
        shift_ends_at: when the requester's shift ends; None where that is not known.
        approvals: consents of second persons.
        personal: whether it concerns the requester's own, household's or colleagues' vehicle.
    """

    plate: str
    interest: str
    purpose: str
    case_agent: str
    case_number: str
    synopsis: str
    report_attested: bool
    requested_by: str
    expires_at: datetime
    shift_ends_at: datetime | None = None
    approvals: tuple[Approval, ...] = ()
    personal: bool = False


@dataclass(frozen=True, kw_only=True)
class EntryFacts:
    """One question: may this entry run?"""

    profile: Profile
    entry: EntryRequest
    now: datetime

    @property
    def partial(self) -> bool:
        """Whether the plate is known in part only."""
        return bool(_WILDCARDS & set(self.entry.plate))

    @property
    def approvers(self) -> frozenset[str]:
        """Usernames of those who approved and might: supervisors, on duty, never the requester."""
        must_be_on_duty = self.profile.hot_lists.approved_on_duty.value
        return frozenset(
            approval.by
            for approval in self.entry.approvals
            if approval.role is Role.SUPERVISOR
            and approval.by != self.entry.requested_by
            and (approval.on_duty or not must_be_on_duty)
            and approval.approved_at <= self.now
        )


def _interest(text: str) -> InterestReason | None:
    return InterestReason(text) if text in set(InterestReason) else None


def _unactivated(facts: ListFacts) -> Refusal | None:
    if facts.list.activated_by.strip():
        return None
    return Refusal("Nobody decided that this list runs.", "Ask the office that designates hot lists.")


def _sourceless(facts: ListFacts) -> Refusal | None:
    known = facts.list.source.strip() and facts.list.authority.strip()
    if known and facts.profile.purpose(facts.list.purpose) is not None:
        return None
    return Refusal(
        "The list does not state its source, its authority and an authorized purpose.", "State all three."
    )


def _barred_category(facts: ListFacts) -> Refusal | None:
    barred = facts.list.interests & facts.profile.barred_interests
    if not barred:
        return None
    return Refusal(
        f"The list holds entries of a category that is never stored ({', '.join(sorted(barred))}).",
        "Leave them out at import and count them.",
        clause=facts.profile.hot_lists.barred_interests.clause,
    )


def _stale(facts: ListFacts) -> Refusal | None:
    rule, floor = facts.profile.hot_lists.refresh_within, facts.profile.floor.refresh_within
    oldest = max(setting.value.cutoff(facts.now) for setting in (rule, floor) if setting is not None)
    if facts.list.fetched_at >= oldest:
        return None
    return Refusal(
        f"The list was fetched more than {rule.value.words} ago.",
        "Fetch it again before its alerts are trusted.",
        clause=rule.clause,
    )


def _added(facts: ListFacts) -> Refusal | None:
    if facts.list.replaces or not facts.profile.hot_lists.overwrite.value:
        return None
    return Refusal(
        "The new file would be added to the old one.",
        "Replace the list whole; alerts keep their own copy of what matched.",
    )


def _unknown_interest(facts: EntryFacts) -> Refusal | None:
    if _interest(facts.entry.interest) is not None:
        return None
    return Refusal(
        f'"{facts.entry.interest[:40]}" is no reason for which a vehicle is of interest.',
        "Choose one of the list.",
    )


def _uncatalogued(facts: EntryFacts) -> Refusal | None:
    interest = _interest(facts.entry.interest)
    if interest in facts.profile.hot_lists.interests.value | facts.profile.barred_interests:
        return None
    return Refusal(
        f"This agency does not look for vehicles as {interest}.", "Choose a category of its policy."
    )


def _barred_interest(facts: EntryFacts) -> Refusal | None:
    interest = _interest(facts.entry.interest)
    if (
        interest not in facts.profile.barred_interests
        and facts.profile.purpose(facts.entry.purpose) is not None
    ):
        return None
    return Refusal(
        "The entry's category or purpose is not one that this agency may look for.",
        "Withdraw it, or state an authorized purpose.",
        clause=facts.profile.hot_lists.barred_interests.clause,
    )


def _incomplete(facts: EntryFacts) -> Refusal | None:
    given = {
        EntryField.CASE_AGENT: facts.entry.case_agent,
        EntryField.CASE_NUMBER: facts.entry.case_number,
        EntryField.SYNOPSIS: facts.entry.synopsis,
    }
    missing = [name for name in facts.profile.hot_lists.entry_fields.value if not given[name].strip()]
    if not missing:
        return None
    return Refusal(
        f"The entry does not state its {' and '.join(missing).replace('-', ' ')}.",
        "State case agent, case number and a short synopsis.",
        clause=facts.profile.hot_lists.entry_fields.clause,
    )


def _unattested(facts: EntryFacts) -> Refusal | None:
    rule = facts.profile.hot_lists.report_attested
    if facts.entry.report_attested or (not rule.value and facts.entry.case_number.strip()):
        return None
    return Refusal(
        "It is not attested that the case report documents this entry.",
        "Document it in the report and attest that.",
        clause=rule.clause,
    )


def _unapproved(facts: EntryFacts) -> Refusal | None:
    if facts.approvers:
        return None
    return Refusal(
        "No supervisor on duty other than the requester has approved this entry.",
        "Ask an on-duty supervisor to approve it.",
        clause=facts.profile.hot_lists.approved_on_duty.clause,
    )


def _found(facts: EntryFacts, fault: Fault) -> str:
    findings = lint_reason(facts.entry.synopsis, barred=facts.profile.barred_purposes)
    return next((found.words for found in findings if found.fault is fault), "")


def _for_barred_purpose(facts: EntryFacts) -> Refusal | None:
    words = _found(facts, Fault.BARRED)
    if not words:
        return None
    return Refusal(
        f'The synopsis points to a purpose for which nobody may use a list ("{words}").',
        "Withdraw the request; if the words mean something else, say it otherwise.",
        clause=facts.profile.sharing.barred_purposes.clause,
    )


def _improper(facts: EntryFacts) -> Refusal | None:
    if facts.entry.personal:
        return Refusal(
            "The entry concerns the requester's own circle.",
            "Ask somebody without a part in it to make the request.",
        )
    words = _found(facts, Fault.PROTECTED)
    if not words or len(facts.approvers) > 1:
        return None
    return Refusal(
        f'The synopsis points to a protected trait or activity ("{words}").',
        "State the offense without it, or have a second supervisor approve it.",
    )


def _loosely_partial(facts: EntryFacts) -> Refusal | None:
    if not facts.partial:
        return None
    if facts.entry.expires_at > _PARTIAL_AT_MOST.after(facts.now) or len(facts.approvers) < 2:
        return Refusal(
            "A partial plate matches many vehicles that nobody looks for.",
            f"Let it end within {_PARTIAL_AT_MOST.words} and have a second supervisor approve it.",
        )
    return None


def _endless(facts: EntryFacts) -> Refusal | None:
    longest, shift = facts.profile.hot_lists.entry_expires_after, facts.entry.shift_ends_at
    ends_with_shift = facts.profile.hot_lists.entry_ends_with_shift
    if ends_with_shift.value and (shift is None or facts.entry.expires_at > shift):
        return Refusal(
            "The entry would outlive the shift that makes it.",
            "Let it end with the shift.",
            clause=ends_with_shift.clause,
        )
    if longest.value is not None and facts.entry.expires_at > longest.value.after(facts.now):
        return Refusal(
            f"The entry would run for more than {longest.value.words}.",
            "Choose an earlier end; it can be renewed.",
            clause=longest.clause,
        )
    return None


LIST_RULES: tuple[Rule[ListFacts], ...] = (
    Rule("list-activated", "HOT-01", _unactivated),
    Rule("list-source-stated", "HOT-02", _sourceless),
    Rule("list-without-barred-categories", "HOT-02", _barred_category),
    Rule("list-fresh", "HOT-03", _stale),
    Rule("list-replaced-whole", "HOT-04", _added),
)
ENTRY_RULES: tuple[Rule[EntryFacts], ...] = (
    Rule("interest-known", "HOT-12", _unknown_interest),
    Rule("interest-of-this-agency", "PUR-02", _uncatalogued),
    Rule("interest-not-barred", "HOT-02", _barred_interest),
    Rule("entry-purpose-not-barred", "HOT-02", _for_barred_purpose),
    Rule("entry-complete", "HOT-07", _incomplete),
    Rule("entry-in-the-report", "HOT-05", _unattested),
    Rule("entry-proper", "HOT-11", _improper),
    Rule("entry-approved", "HOT-06", _unapproved),
    Rule("partial-plate-short", "PUR-04", _loosely_partial),
    Rule("entry-ends", "HOT-03", _endless),
)


@dataclass(frozen=True, kw_only=True)
class CancellationFacts:
    """One question: is the error in a want dealt with?

    Attributes:
        profile: the agency's policy.
        error_verified: whether the error was verified.
        communications_told_at: when Communications was told; None before.
        broadcast_at: when the cancellation was broadcast; None before.
        suppressed: whether the entry raises no more alerts here.
        import_guarded: whether the next import cannot bring it back unseen.
    """

    profile: Profile
    error_verified: bool
    communications_told_at: datetime | None
    broadcast_at: datetime | None
    suppressed: bool
    import_guarded: bool


def _uncancelled(facts: CancellationFacts) -> Refusal | None:
    done = facts.suppressed and facts.import_guarded
    if facts.profile.hot_lists.error_broadcast.value:
        done = done and facts.communications_told_at is not None and facts.broadcast_at is not None
    if done or not facts.error_verified:
        return None
    return Refusal(
        "A verified error in a want is not cancelled yet.",
        "Tell Communications, which broadcasts the cancellation; suppress the entry and guard the next import.",
        clause=facts.profile.hot_lists.error_broadcast.clause,
    )


CANCELLATION_RULES: tuple[Rule[CancellationFacts], ...] = (Rule("error-cancelled", "HOT-10", _uncancelled),)


def decide_list(profile: Profile, hot_list: ListFile, now: datetime) -> Decision:
    """Decide whether a list may run now.

    Source:
        HOT-01 to HOT-04
    """
    return AllOf(LIST_RULES).decide(ListFacts(profile=profile, list=hot_list, now=now))


def decide_hot_list_entry(profile: Profile, entry: EntryRequest, now: datetime) -> Decision:
    """Decide whether an agency's own entry may run: complete, documented, approved by somebody else, ending.

    Source:
        HOT-02, HOT-05 to HOT-07, HOT-11, HOT-12, PUR-02, PUR-04
    """
    return AllOf(ENTRY_RULES).decide(EntryFacts(profile=profile, entry=entry, now=now))


def decide_cancellation(facts: CancellationFacts) -> Decision:
    """Decide whether a verified error in a want has been dealt with.

    Source:
        HOT-10
    """
    return AllOf(CANCELLATION_RULES).decide(facts)
