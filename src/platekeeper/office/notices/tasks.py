"""Sends what waits, and says which jobs fail."""

from datetime import datetime, timedelta

from platekeeper.office.accounts.models import Agency
from platekeeper.office.jobs.queries import overdue
from platekeeper.office.jobs.schedule import Job, scheduled
from platekeeper.office.notices.operations import deliver, tell
from platekeeper.policy import Role


def report_overdue_jobs(now: datetime) -> int:
    """Tell the administrators which duties were not done in time; once for each time they stay undone.

    Args:
        now: the present time.

    Returns:
        How many jobs are overdue.
    """
    late = [(job, run) for job, run in overdue(scheduled(), now, using="default") if run is not None]
    for job, run in late:
        since = f"since {run.succeeded_at:%Y-%m-%d %H:%M} UTC" if run and run.succeeded_at else "ever"
        for agency in Agency.objects.all():
            tell(
                agency=agency, to=Role.ADMINISTRATOR, kind="job-overdue", now=now,
                subject=f"The job {job.name} ({job.clause}) has not succeeded {since}.",
                body=f"{run.error if run else ''}\nThe server's own log says more.".strip(),
                key=f"job-{job.name}-{run.succeeded_at if run else ''}",
            )  # fmt: skip
    return len(late)


JOBS = (
    Job(name="notices.deliver", every=timedelta(seconds=5), run=deliver, clause="USR-10"),
    Job(name="notices.overdue-jobs", every=timedelta(minutes=10), run=report_overdue_jobs, clause="AU-5"),
)
