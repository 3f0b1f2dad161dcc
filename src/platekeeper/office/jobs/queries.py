"""Which jobs are due, and which have been for too long."""

from datetime import datetime, timedelta

from platekeeper.office.jobs.models import JobRun
from platekeeper.office.jobs.schedule import Job

_FIRST_RETRY = timedelta(seconds=30)
_LAST_RETRY = timedelta(hours=1)
GRACE = timedelta(hours=1)  # CJIS AU-5 wants failures known within the hour; the other jobs follow it


def due_at(job: Job, run: JobRun | None) -> datetime | None:
    """Return when a job is to run next; None where it never ran, so at once.

    After a failure it is tried again soon, then ever more slowly, but never later than its own interval.

    Args:
        job: the job.
        run: how it went last.
    """
    if run is None:
        return None
    if run.failures and run.failed_at is not None:
        doubled: timedelta = _FIRST_RETRY * 2 ** min(run.failures - 1, 12)
        return run.failed_at + min(doubled, _LAST_RETRY, job.every)
    return run.succeeded_at + job.every if run.succeeded_at is not None else None


def overdue(jobs: tuple[Job, ...], now: datetime, *, using: str) -> list[tuple[Job, JobRun | None]]:
    """Return the jobs without a good run for an hour longer than they should be, and how they went last.

    A job that never ran counts from its first attempt; one that was never attempted is overdue.

    Args:
        jobs: the jobs.
        now: the present time.
        using: the connection.
    """
    runs = JobRun.objects.using(using).in_bulk()
    return [(job, runs.get(job.name)) for job in jobs if _is_overdue(job, runs.get(job.name), now)]


def _is_overdue(job: Job, run: JobRun | None, now: datetime) -> bool:
    if run is None:
        return True
    since = run.succeeded_at or run.started_at
    return since is None or now - since > job.every + GRACE
