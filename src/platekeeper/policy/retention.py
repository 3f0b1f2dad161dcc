"""When a read stops being visible and when it is destroyed, and the cut-offs that say so for all reads.

Everything is half-open: a read is visible before the moment at which its period ends, hidden from that moment
on. A hold is not known here: what is held is set aside before anything that is due is destroyed (RET-04).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from platekeeper.policy.keeping import Retention
from platekeeper.policy.period import Period
from platekeeper.policy.profile import Profile
from platekeeper.policy.vocabulary import Anchor


def anchored(profile: Profile, read_at: datetime, received_at: datetime) -> datetime:
    """Return the moment at which a read's periods start.

    Args:
        profile: whose data it is.
        read_at: when the camera saw it, aware.
        received_at: when the server stored it, aware.

    Source:
        RET-03
    """
    return read_at if profile.retention.anchor.value is Anchor.CAPTURE else received_at


def visible_until(profile: Profile, read_at: datetime, received_at: datetime) -> datetime:
    """Return when a read is logically deleted, or destroyed where the policy knows no logical deletion.

    Args:
        profile: whose data it is.
        read_at: when the camera saw it, aware.
        received_at: when the server stored it, aware.

    Returns:
        Aware, UTC, exclusive: from then on data users do not see it.

    Source:
        RET-05
    """
    due = purge_due_at(profile, read_at, received_at)
    visible = profile.retention.visible.value
    return due if visible is None else min(due, visible.after(anchored(profile, read_at, received_at)))


def purge_due_at(profile: Profile, read_at: datetime, received_at: datetime) -> datetime:
    """Return when a read that is not held is destroyed: never before the minimum has passed.

    Args:
        profile: whose data it is.
        read_at: when the camera saw it, aware.
        received_at: when the server stored it, aware.

    Returns:
        Aware, UTC: due from then on.

    Source:
        RET-01, RET-02
    """
    start = anchored(profile, read_at, received_at)
    return max(period.after(start) for period in _purge_periods(profile.retention))


def visible_from(profile: Profile, now: datetime) -> datetime:
    """Return the cut-off for searches: a read is visible just when its anchor is at or after it.

    Args:
        profile: whose data it is.
        now: aware.

    Returns:
        Aware, UTC, inclusive; compare with `read_at` or `received_at`, as `retention.anchor` says.

    Source:
        RET-05
    """
    due = purge_before(profile, now)
    visible = profile.retention.visible.value
    return due if visible is None else max(due, visible.cutoff(now))


def purge_before(profile: Profile, now: datetime) -> datetime:
    """Return the cut-off for the purge: a read that is not held is due just when its anchor is before it.

    Args:
        profile: whose data it is.
        now: aware.

    Returns:
        Aware, UTC, exclusive.

    Source:
        RET-02
    """
    return min(period.cutoff(now) for period in _purge_periods(profile.retention))


@dataclass(frozen=True)
class PictureSlice:
    """A slice of time whose pictures share one key, so that they are destroyed together.

    Attributes:
        name: `2026-03-14`, `2026-03-14T10` or `2026-03-14T1005`, UTC.
        ends_at: aware, exclusive.
    """

    name: str
    ends_at: datetime


def picture_slice(profile: Profile, read_at: datetime, received_at: datetime) -> PictureSlice:
    """Return whose key seals a read's pictures: a day's, or a shorter slice's where reads live less than two days.

    Args:
        profile: whose data it is.
        read_at: when the camera saw it, aware.
        received_at: when the server stored it, aware.

    Source:
        RET-02, RET-03
    """
    start = anchored(profile, read_at, received_at).astimezone(UTC)
    lives = min(period.after(start) - start for period in _purge_periods(profile.retention))
    minute = start.replace(second=0, microsecond=0)
    if lives < timedelta(hours=2):
        return PictureSlice(f"{minute:%Y-%m-%dT%H%M}", minute + timedelta(minutes=1))
    hour = minute.replace(minute=0)
    if lives < timedelta(days=2):
        return PictureSlice(f"{hour:%Y-%m-%dT%H}", hour + timedelta(hours=1))
    day = hour.replace(hour=0)
    return PictureSlice(f"{day:%Y-%m-%d}", day + timedelta(days=1))


def access_records_kept_until(profile: Profile, accessed_at: datetime) -> datetime:
    """Return the first moment at which an access record may be destroyed.

    Source:
        AUD-01
    """
    return max(
        period.after(accessed_at)
        for period in (profile.retention.access_records.value, profile.cjis.log_kept.value)
    )


def _purge_periods(retention: Retention) -> tuple[Period, ...]:
    """The minimum counts too, unless counsel ruled that the shorter purge stands (C-6)."""
    minimum = retention.minimum.value
    if minimum is None or retention.counsel_ruling is not None:
        return (retention.purge.value,)
    return (minimum, retention.purge.value)
