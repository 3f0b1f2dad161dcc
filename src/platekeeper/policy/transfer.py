"""How long a vehicle may wait before it hands its data to the server (COL-02).

Where the policy sets no number, the department's procedures say when; the clock is shown, nothing is overdue by it.
What comes late is taken all the same: to throw it away would lose evidence, so the refusal is of the gap alone.
"""

from dataclasses import dataclass
from datetime import datetime

from platekeeper.policy.decision import AllOf, Decision, Refusal, Rule
from platekeeper.policy.profile import Profile

_WARNED_BEFORE = 6  # a sixth of the period before its end: five days of thirty


@dataclass(frozen=True, kw_only=True)
class TransferFacts:
    """One question: did the next transfer of a vehicle come, or may it still come, in time?

    Attributes:
        profile: the agency's policy.
        counted_from: the transfer before, or when the vehicle was registered.
        now: when the next transfer comes, or the present time while none has.
    """

    profile: Profile
    counted_from: datetime
    now: datetime


def _overdue(facts: TransferFacts) -> Refusal | None:
    due = transfer_due_at(facts.profile, facts.counted_from)
    if due is None or facts.now <= due:
        return None
    rule = facts.profile.data.transfer_within
    assert rule.value is not None
    return Refusal(
        f"This vehicle handed over its data on {facts.counted_from:%Y-%m-%d %H:%M} UTC and then not within "
        f"{rule.value.words}.",
        "Connect the vehicle and let it send what it has: late data is taken and marked. Where there is nothing to "
        "send, state that on the page Retention, Transfers.",
        clause=rule.clause,
    )


TRANSFER_RULES: tuple[Rule[TransferFacts], ...] = (Rule("transferred-in-time", "COL-02", _overdue),)


def decide_transfer(profile: Profile, counted_from: datetime, now: datetime) -> Decision:
    """Decide whether a vehicle's transfer is in time.

    Args:
        profile: the agency's policy.
        counted_from: the transfer before, or when the vehicle was registered; aware.
        now: when the transfer comes, or the present time; aware.

    Source:
        COL-02
    """
    return AllOf(TRANSFER_RULES).decide(TransferFacts(profile=profile, counted_from=counted_from, now=now))


def transfer_due_at(profile: Profile, counted_from: datetime) -> datetime | None:
    """Return the last moment for a vehicle's next transfer, or None where the policy sets no number.

    Args:
        profile: the agency's policy.
        counted_from: the transfer before; aware.

    Source:
        COL-02
    """
    within = profile.data.transfer_within.value
    return None if within is None else within.after(counted_from)


def transfer_alert_at(profile: Profile, counted_from: datetime) -> datetime | None:
    """Return from when people are told that a vehicle's transfer is near its limit: day 25 of 30.

    Args:
        profile: the agency's policy.
        counted_from: the transfer before; aware.

    Source:
        COL-02
    """
    due = transfer_due_at(profile, counted_from)
    return None if due is None else due - (due - counted_from) / _WARNED_BEFORE
