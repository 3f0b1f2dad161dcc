"""Does what is due: one job at a time, and each in one process only."""

import logging
from datetime import datetime

import psycopg
from django.db import DatabaseError, connections
from django.utils import timezone

from platekeeper.errors import PlatekeeperError
from platekeeper.office.jobs.models import JobRun
from platekeeper.office.jobs.queries import due_at
from platekeeper.office.jobs.schedule import Job

log = logging.getLogger("platekeeper.jobs")
CUSTODIAN = "custodian"  # what runs without a person at a page


def run_due(jobs: tuple[Job, ...], now: datetime) -> list[str]:
    """Run every job whose time has come; one that fails does not keep the others from running.

    Args:
        jobs: the jobs.
        now: the present time.

    Returns:
        Names of the jobs that were run, well or badly.
    """
    runs = JobRun.objects.using(CUSTODIAN).in_bulk()
    ran = []
    for job in jobs:
        due = due_at(job, runs.get(job.name))
        if (due is None or due <= now) and run_job(job, now):
            ran.append(job.name)
    return ran


def run_job(job: Job, now: datetime) -> bool:
    """Run one job now, unless another process is at it.

    Args:
        job: the job.
        now: the present time, as the job shall see it.

    Returns:
        Whether it was run here.
    """
    with connections[CUSTODIAN].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 8))", [job.name])
        if not cursor.fetchone()[0]:
            return False
    try:
        _keep(job, started_at=now)
        error = _error_of(job, now)
        if error:
            log.error("Job %s failed: %s", job.name, error)
            failures = JobRun.objects.using(CUSTODIAN).get(pk=job.name).failures + 1
            _keep(job, failed_at=timezone.now(), failures=failures, error=error[:300])
        else:
            _keep(job, succeeded_at=timezone.now(), failures=0, error="")
    finally:
        with connections[CUSTODIAN].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 8))", [job.name])
    return True


def _error_of(job: Job, now: datetime) -> str:
    try:
        job.run(now)
    except PlatekeeperError as error:
        return str(error)
    except (DatabaseError, psycopg.Error, OSError) as error:
        # what the database or the disk says may quote data, so only its kind is kept
        return f"{type(error).__name__}: the database or the disk refused; the server's own log says more."
    except Exception as error:  # a defect in one job must not keep purges and deliveries from running
        log.exception("Job %s is defective", job.name)
        return f"A defect: {type(error).__name__}."
    return ""


def _keep(job: Job, **changes: object) -> None:
    JobRun.objects.using(CUSTODIAN).update_or_create(pk=job.name, defaults=changes)
