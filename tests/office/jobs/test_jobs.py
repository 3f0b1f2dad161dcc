"""What is due is done once, in time, and failures neither stop the rest nor vanish."""

import secrets
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.errors import PlatekeeperError
from platekeeper.office.jobs.models import JobRun
from platekeeper.office.jobs.operations import CUSTODIAN, run_due, run_job
from platekeeper.office.jobs.queries import GRACE, due_at, overdue
from platekeeper.office.jobs.schedule import Job, scheduled

NOW = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_job(run=lambda _: None, *, every: timedelta = HOUR) -> Job:
    return Job(name=f"test.{secrets.token_hex(6)}", every=every, run=run, clause="RET-02")


def run_of(job: Job) -> JobRun:
    return JobRun.objects.using(CUSTODIAN).get(pk=job.name)


class TestDueAt:
    def test_is_at_once_for_what_never_ran(self):
        assert due_at(a_job(), None) is None

    def test_is_an_interval_after_the_last_good_end(self):
        assert due_at(a_job(), JobRun(succeeded_at=NOW)) == NOW + HOUR

    @given(st.integers(1, 10_000), st.timedeltas(timedelta(seconds=1), timedelta(days=400)))
    def test_after_a_failure_is_soon_and_never_later_than_the_interval(self, failures, every):
        due = due_at(a_job(every=every), JobRun(failures=failures, failed_at=NOW))

        assert NOW < due <= NOW + min(every, HOUR)

    def test_of_a_run_that_was_killed_is_at_once(self):
        assert due_at(a_job(), JobRun(started_at=NOW)) is None


class TestRunDue:
    def test_calls_what_is_due_with_the_time_and_not_again_before_its_interval(self, database):
        called = []
        job = a_job(called.append)

        ran = [run_due((job,), NOW), run_due((job,), NOW)]

        assert (ran, called) == ([[job.name], []], [NOW])

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (PlatekeeperError("The list is empty: load another."), "The list is empty: load another."),
            (DatabaseError("plate 8ABC123"), "DatabaseError: the database or the disk refused"),
            (psycopg.OperationalError("8ABC123"), "OperationalError: the database or the disk refused"),
            (OSError("8ABC123"), "OSError: the database or the disk refused"),
            (ZeroDivisionError("8ABC123"), "A defect: ZeroDivisionError."),
        ],
    )
    def test_goes_on_after_a_failure_and_keeps_its_reason_without_a_plate(self, error, said, database):
        def fail(_: datetime) -> None:
            raise error

        bad, good = a_job(fail), a_job()

        assert run_due((bad, good), NOW) == [bad.name, good.name]

        assert run_of(bad).error.startswith(said)
        assert "8ABC123" not in run_of(bad).error
        assert (run_of(bad).failures, run_of(good).failures) == (1, 0)

    def test_that_succeeds_at_last_forgets_the_failures(self, database):
        outcomes = iter([OSError, OSError, None])

        def run(_: datetime) -> None:
            if error := next(outcomes):
                raise error

        job = a_job(run)

        failures = []
        for _ in range(3):
            run_job(job, NOW)
            failures.append(run_of(job).failures)

        assert failures == [1, 2, 0]
        assert run_of(job).error == ""

    def test_leaves_a_job_that_another_process_is_doing(self, database, connect):
        called = []
        job = a_job(called.append)
        other = connect("custodian")
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 8))", [job.name])

        assert not run_job(job, NOW)

        other.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 8))", [job.name])
        assert run_job(job, NOW)
        assert called == [NOW]


class TestOverdue:
    def test_is_what_has_no_good_run_for_an_interval_and_an_hour(self, database):
        job = a_job()
        JobRun.objects.using(CUSTODIAN).create(pk=job.name, succeeded_at=NOW)
        limit = NOW + HOUR + GRACE

        assert overdue((job,), limit, using=CUSTODIAN) == []
        assert overdue((job,), limit + timedelta(microseconds=1), using=CUSTODIAN) == [(job, run_of(job))]

    def test_is_what_was_never_attempted(self, database):
        job = a_job()

        assert overdue((job,), NOW, using=CUSTODIAN) == [(job, None)]


class TestScheduled:
    def test_have_unique_names_a_clause_and_an_interval(self):
        jobs = scheduled()

        assert len({job.name for job in jobs}) == len(jobs) > 0
        assert all(job.clause and job.every > timedelta(0) and "." in job.name for job in jobs)
