"""What may be destroyed, and when; and that what a camera saw is never changed (RET, AUD-01, QUA-02).

The rules speak of one read, a source, or an access record; the purge itself asks for whole months and sets
held reads aside first. `retention` computes the moments.
"""

from dataclasses import dataclass
from datetime import datetime

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule
from platekeeper.policy.profile import Profile
from platekeeper.policy.retention import access_records_kept_until, purge_due_at
from platekeeper.policy.vocabulary import Anchor


@dataclass(frozen=True, kw_only=True)
class StoredRead:
    """A read that is to be destroyed.

    Attributes:
        read_at: when the camera saw it; None where that is not known.
        received_at: when the server stored it; None where that is not known.
        held: whether a hold, or a use that the policy excepts, keeps it.
        source: code of the source whose schedule rules; empty for the agency's own.
        host_confirmed: whether a host confirmed that its copy is destroyed.
    """

    read_at: datetime | None
    received_at: datetime | None
    held: bool
    source: str = ""
    host_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class PurgeFacts:
    """One question: may this read be destroyed now?"""

    profile: Profile
    read: StoredRead
    now: datetime

    @property
    def anchored_at(self) -> datetime | None:
        """When the read's periods start; None where the moment is not known or lies ahead."""
        read_at, received_at = self.read.read_at, self.read.received_at
        known = read_at if self.profile.retention.anchor.value is Anchor.CAPTURE else received_at
        return None if known is None or known > self.now else known


def _undated(facts: PurgeFacts) -> Refusal | None:
    if facts.anchored_at is not None:
        return None
    anchor = facts.profile.retention.anchor
    return Refusal(
        f"It is not known when this read's period starts: the moment of {anchor.value} is missing or lies ahead.",
        "Correct the camera's clock record, or set the read aside for a person to date.",
        clause=anchor.clause,
    )


def _under_the_minimum(facts: PurgeFacts) -> Refusal | None:
    minimum, start = facts.profile.retention.minimum, facts.anchored_at
    if minimum.value is None or facts.profile.retention.counsel_ruling is not None or start is None:
        return None
    ends = minimum.value.after(start)
    if ends <= facts.now:
        return None
    return Refusal(
        f"Reads are kept for at least {minimum.value.words}.",
        f"Wait until {ends:%Y-%m-%d %H:%M} UTC.",
        clause=minimum.clause,
    )


def _not_due(facts: PurgeFacts) -> Refusal | None:
    start = facts.anchored_at
    if start is None:
        return None
    due = purge_due_at(facts.profile, start, start)
    if due <= facts.now:
        return None
    purge = facts.profile.retention.purge
    return Refusal(
        f"Reads are destroyed after {purge.value.words}, not before.",
        f"Wait until {due:%Y-%m-%d %H:%M} UTC.",
        clause=purge.clause,
    )


def _held(facts: PurgeFacts) -> Refusal | None:
    if not facts.read.held:
        return None
    kept = facts.profile.retention.exceptions
    return Refusal(
        "A hold keeps this read.",
        f"Have the hold released first; it lasts until {facts.profile.retention.hold_until.value}.",
        clause=kept.clause,
    )


def _unconfirmed(facts: PurgeFacts) -> Refusal | None:
    schedules = {one.source: one for one in facts.profile.retention.sources if not one.custodian}
    hosted = schedules.get(facts.read.source)
    if hosted is None or facts.read.host_confirmed:
        return None
    return Refusal(
        f"The host has not confirmed that its copy is destroyed ({hosted.title.lower()}).",
        "Get the host's confirmation, then certify.",
        clause=hosted.clause,
    )


def _under_other_custody(facts: PurgeFacts) -> Refusal | None:
    elsewhere = {one.source: one for one in facts.profile.retention.sources if one.custodian}
    kept = elsewhere.get(facts.read.source)
    if kept is None:
        return None
    return Refusal(
        f"This data is kept by {kept.custodian}, which decides when it is destroyed.",
        f"Ask {kept.custodian}; nothing can be certified here.",
        clause=kept.clause,
    )


PURGE_RULES: tuple[Rule[PurgeFacts], ...] = (
    Rule("other-custodian", "RET-09", _under_other_custody),
    Rule("anchor-known", "RET-03", _undated),
    Rule("minimum-passed", "RET-01", _under_the_minimum),
    Rule("purge-due", "RET-02", _not_due),
    Rule("not-held", "RET-04", _held),
    Rule("host-confirmed", "RET-08", _unconfirmed),
)


@dataclass(frozen=True, kw_only=True)
class AccessRecordFacts:
    """One question: may this access record be destroyed now?"""

    profile: Profile
    accessed_at: datetime
    now: datetime


def _kept(facts: AccessRecordFacts) -> Refusal | None:
    until = access_records_kept_until(facts.profile, facts.accessed_at)
    if until <= facts.now:
        return None
    rule = facts.profile.retention.access_records
    return Refusal(
        f"Access records are kept for at least {rule.value.words}.",
        f"Wait until {until:%Y-%m-%d %H:%M} UTC; nobody can shorten it.",
        clause=rule.clause,
    )


RECORD_RULES: tuple[Rule[AccessRecordFacts], ...] = (Rule("access-record-kept", "AUD-01", _kept),)


@dataclass(frozen=True, kw_only=True)
class ChangeFacts:
    """One question: may stored data be changed this way?

    Attributes:
        profile: the agency's policy.
        original: whether it is what a camera saw that would change; a note or label beside it is not.
    """

    profile: Profile
    original: bool


def _original(facts: ChangeFacts) -> Refusal | None:
    if not facts.original:
        return None
    return Refusal(
        "What a camera saw is never changed.",
        "Write a correction beside it.",
        clause=facts.profile.quality.originals_immutable.clause,
    )


CHANGE_RULES: tuple[Rule[ChangeFacts], ...] = (Rule("originals-immutable", "QUA-02", _original),)


def decide_purge(profile: Profile, read: StoredRead, now: datetime) -> Decision:
    """Decide whether a read may be destroyed now.

    Args:
        profile: whose data it is.
        read: what is known of it.
        now: aware.

    Source:
        RET-01 to RET-04, RET-08, RET-09
    """
    return AllOf(PURGE_RULES).decide(PurgeFacts(profile=profile, read=read, now=now))


def decide_record_deletion(profile: Profile, accessed_at: datetime, now: datetime) -> Decision:
    """Decide whether an access record may be destroyed now, by anybody at all.

    Source:
        AUD-01
    """
    return AllOf(RECORD_RULES).decide(AccessRecordFacts(profile=profile, accessed_at=accessed_at, now=now))


def decide_change(profile: Profile, *, original: bool) -> Decision:
    """Decide whether stored data may be changed.

    Args:
        profile: whose data it is.
        original: whether it is what a camera saw that would change.

    Source:
        QUA-02
    """
    return AllOf(CHANGE_RULES).decide(ChangeFacts(profile=profile, original=original))
