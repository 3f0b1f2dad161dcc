"""Pursuits that no supervisor has answered are told of again (OPS-02)."""

from datetime import datetime, timedelta

from platekeeper.office.dispatch.models import Pursuit
from platekeeper.office.jobs.schedule import Job
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Role

_LATE = timedelta(minutes=5)


def chase_approvals(now: datetime) -> int:
    """Tell supervisors of pursuits unanswered for five minutes, ended ones too.

    Args:
        now: the present time.

    Returns:
        How many are unanswered.

    Source:
        OPS-02
    """
    late = Pursuit.objects.filter(answered_at=None, began_at__lt=now - _LATE)
    unanswered = list(late.select_related("agency", "shift"))
    for pursuit in unanswered:
        tell(
            agency=pursuit.agency, to=Role.SUPERVISOR, kind="pursuit", link="/dispatch/board/", now=now,
            subject=f"No supervisor has answered the pursuit of unit {pursuit.shift.unit} (OPS-02)",
            key=f"pursuit-late:{pursuit.pk}",
        )  # fmt: skip
    return len(unanswered)


JOBS = (
    Job(name="dispatch.chase-approvals", every=timedelta(minutes=5), run=chase_approvals, clause="OPS-02"),
)
