"""The purge of an agency as one act: planned, opened, done in steps, certified; taken up again where it was killed."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections
from django.utils import timezone

from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.notices.operations import tell
from platekeeper.office.retention import purging
from platekeeper.office.retention.certificates import certificate_body, signed
from platekeeper.office.retention.elsewhere import kept_elsewhere
from platekeeper.office.retention.models import Certificate, Part, Run, Schedule
from platekeeper.office.retention.schedules import (
    CUSTODIAN,
    CutOffs,
    cut_offs,
    propose_schedule,
    schedule_in_force,
    terms_of,
)
from platekeeper.policy import Role

log = logging.getLogger("platekeeper.retention")
_ONE_AT_A_TIME = 7_452_102  # the advisory lock of whoever purges


class PurgeError(PlatekeeperError):
    """A purge cannot be done as asked."""


class NotApproved(PurgeError):  # noqa: N818  # named for what is so
    """Administrator and custodian have not both approved the schedule (GOV-07)."""

    def __init__(self, agency: Agency) -> None:
        super().__init__(
            f"{agency.name} has no approved schedule: its administrator and its custodian of records each approve it "
            "on the page Retention, then the purge runs by itself (GOV-07)."
        )


def approved_schedule(agency: Agency) -> Schedule:
    """Return the schedule in force.

    Args:
        agency: whose.

    Raises:
        NotApproved: there is none.
    """
    schedule = schedule_in_force(agency)
    if schedule is None:
        raise NotApproved(agency)
    return schedule


def proposed_schedule(agency: Agency) -> Schedule:
    """Return the schedule that the policy in force asks for, whether or not anybody approved it.

    Args:
        agency: whose.
    """
    proposed = propose_schedule(agency, terms_of(profile_of(agency)), by="platekeeper")
    return Schedule.objects.using(CUSTODIAN).get(pk=proposed)


def plan_purge(agency: Agency, *, as_of: datetime) -> purging.Plan:
    """Say what a purge would destroy and what holds keep; nothing is destroyed, and the future may be asked about.

    Before anybody approved a schedule, it is the policy's own that is planned by.

    Args:
        agency: whose data.
        as_of: the moment to plan for.

    Source:
        RET-02
    """
    schedule = schedule_in_force(agency) or proposed_schedule(agency)
    return purging.planned(agency, cut_offs(schedule, profile_of(agency), as_of))


def purge(agencies: Sequence[Agency], *, by: str, as_of: datetime | None = None) -> list[Certificate]:
    """Destroy what is due; take up first what an earlier purge left open.

    The months of several agencies are gone through together, because they share partitions.

    Args:
        agencies: whose data.
        by: username, or the part that does it.
        as_of: purge as if it were this earlier moment; None for now. The future is refused.

    Returns:
        A certificate for each agency of which anything was due.

    Raises:
        PurgeError: another purge is running, or a moment of the future was asked for.
        NotApproved: an agency has no approved schedule.

    Records:
        `purge.started` and `purge.certified` for each.

    Source:
        RET-01 to RET-04, AUD-01, GOV-07
    """
    now = purging.database_clock()
    if as_of is not None and as_of > now:
        raise PurgeError("A purge cannot run in the future: leave --as-of away, or plan instead.")
    with connections[CUSTODIAN].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise PurgeError("Another purge is running: wait until it has ended.")
    try:
        return _purge(agencies, by, min(now, as_of or now))
    finally:
        with connections[CUSTODIAN].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])


def _purge(agencies: Sequence[Agency], by: str, moment: datetime) -> list[Certificate]:
    # the database does no step while any open run goes against its schedule: those end first
    certificates = [_resumed(run) for run in sorted(_open_runs(), key=_may_go_on)]
    for agency in agencies:
        approved_schedule(agency)
    plans = {agency: plan_purge(agency, as_of=moment) for agency in agencies}
    due = {agency: plan for agency, plan in plans.items() if not plan.is_empty}
    runs = {agency: purging.opened(agency, plan.cut_offs, by) for agency, plan in due.items()}
    months = sorted({month.month for plan in due.values() for month in plan.months if month.due})
    gone = {month: purging.purge_month(month) for month in months}
    emptied = any(one.emptied for one in gone.values())
    for agency, plan in due.items():
        own = [month.month for month in plan.months if month.due]
        lost = {text for one in gone.values() for text in one.plates.get(agency.pk, ())}
        certificates.append(_finished(agency, runs[agency], own, None if emptied else lost, plan.holds))
    purging.drop_empty(months)
    return certificates


def _open_runs() -> list[Run]:
    return list(Run.objects.using(CUSTODIAN).filter(finished_at=None))


def _resumed(run: Run) -> Certificate:
    """Finish a run that was interrupted: with its own cut-off, and looking at everything again.

    Where a longer schedule came into force meanwhile, it ends where it stands, and its certificate says what was done.
    """
    agency = Agency.objects.get(
        pk=run.agency_id
    )  # the pages' own: what it is told of is written over that connection
    if not _may_go_on(run):
        return _certified(agency, run.id, {})
    months = purging.months_before(run.reads_before)
    for month in months:
        purging.purge_month(month)
    plan = purging.planned(agency, CutOffs(run.reads_before, run.records_before))
    return _finished(agency, run.id, months, None, plan.holds)


def _may_go_on(run: Run) -> bool:
    """Tell whether the schedule in force still lets a run destroy all that it was opened for."""
    agency = Agency.objects.get(pk=run.agency_id)
    schedule = schedule_in_force(agency)
    if schedule is None:
        return False
    allowed = cut_offs(schedule, profile_of(agency), purging.database_clock())
    return allowed.reads >= run.reads_before and allowed.records >= run.records_before


def _finished(
    agency: Agency, run_id: UUID, months: Sequence[date], plates: set[str] | None, held: dict[str, int]
) -> Certificate:
    if months:
        purging.tidy_plates(agency, max(months), plates)
        purging.asked("SELECT renew_statistics()")
    purging.remove_pictures(agency)
    staying = purging.destroy_keys(agency)
    purging.purge_the_rest(agency)
    if staying:
        tell(
            agency=agency, to=Role.CUSTODIAN, kind="held-picture-damaged", now=timezone.now(),
            subject="A held picture cannot be opened, so the key of its day was not destroyed.",
            body="Restore the picture's file from a backup; the next purge goes on from there.",
            link="/retention/", key=f"held-picture-{','.join(staying)}"[:120],
        )  # fmt: skip
    return _certified(agency, run_id, held)


def _certified(agency: Agency, run_id: UUID, held: dict[str, int]) -> Certificate:
    run = Run.objects.using(CUSTODIAN).select_related("schedule").get(agency=agency, id=run_id)
    parts = list(Part.objects.using(CUSTODIAN).filter(agency_id=agency.pk, run=run_id))
    now = purging.database_clock()
    others = kept_elsewhere(agency, now, using=CUSTODIAN)
    body = certificate_body(agency, run, parts, held, elsewhere=others, now=now)
    signature, public_key = signed(body)
    purging.asked("SELECT finish_purge(%s, %s, %s, %s, %s)", agency.pk, run_id, body, signature, public_key)
    for role in (Role.ADMINISTRATOR, Role.CUSTODIAN):
        tell(
            agency=agency, to=role, kind="purge-certified", now=timezone.now(),
            subject="A purge was done and certified.", link=f"/retention/certificates/{run_id}/",
            body=", ".join(f"{part.kind}: {part.purged}" for part in parts[:20]), key=f"purge-{run_id}-{role}",
        )  # fmt: skip
    return Certificate.objects.using(CUSTODIAN).get(run_id=run_id)


def propose_from_policy(agency: Agency, *, now: datetime) -> None:
    """Propose the schedule that the policy in force asks for, and ask administrator and custodian for their approval.

    Args:
        agency: whose.
        now: the present time.

    Source:
        GOV-07
    """
    proposed = propose_schedule(agency, terms_of(profile_of(agency)), by="platekeeper")
    in_force = schedule_in_force(agency)
    if in_force is not None and in_force.pk == proposed:
        return
    for role in (Role.ADMINISTRATOR, Role.CUSTODIAN):
        tell(
            agency=agency, to=role, kind="schedule-to-approve", now=now,
            subject="A retention schedule waits for administrator and custodian of records (GOV-07).",
            body="Nothing is purged under it before both have approved.", link="/retention/",
            key=f"schedule-{proposed}-{role}",
        )  # fmt: skip


def keep_forecast(agency: Agency, plan: purging.Plan, *, now: datetime) -> None:
    """Keep what the next purge will do where the pages can see it; they cannot look at reads themselves.

    Args:
        agency: whose.
        plan: what is due.
        now: when it was looked.
    """
    months: list[dict[str, Any]] = [
        {**asdict(month), "month": month.month.isoformat()} for month in plan.months
    ]
    body = {
        "reads_before": plan.cut_offs.reads.isoformat(),
        "records_before": plan.cut_offs.records.isoformat(),
        "due": plan.due, "held": plan.held, "quarantined": plan.quarantined,
        "quarantined_held": plan.quarantined_held, "records": plan.records,
        "holds": plan.holds, "months": months,
    }  # fmt: skip
    with connections[CUSTODIAN].cursor() as cursor:
        cursor.execute(
            "INSERT INTO purge_forecast VALUES (%s, %s, %s::jsonb)"
            " ON CONFLICT (agency_id) DO UPDATE SET made_at = excluded.made_at, body = excluded.body",
            [agency.pk, now, msgspec.json.encode(body).decode()],
        )
