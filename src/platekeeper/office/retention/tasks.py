"""What retention does by itself: purge what is due, ask about holds and of hosts."""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError

from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Agency
from platekeeper.office.jobs.schedule import Job
from platekeeper.office.notices.operations import tell
from platekeeper.office.retention.elsewhere import ask_hosts
from platekeeper.office.retention.holds import verify_holds
from platekeeper.office.retention.models import Forecast, Schedule
from platekeeper.office.retention.operations import (
    keep_forecast,
    plan_purge,
    propose_from_policy,
    purge,
)
from platekeeper.office.retention.purging import forget_replaced_lists
from platekeeper.office.retention.schedules import CUSTODIAN, schedule_in_force
from platekeeper.policy import Role

log = logging.getLogger("platekeeper.retention")
_RARELY = timedelta(hours=1)  # where reads live for days or years; where they live for minutes, every minute


def purge_what_is_due(now: datetime) -> None:
    """Purge every agency whose two approvers agreed; propose a schedule where the policy changed.

    Args:
        now: the present time.

    Raises:
        PlatekeeperError: a purge failed; administrator and custodian were told.
    """
    turn = [agency for agency in Agency.objects.all() if _has_turn(agency, now)]
    ready = []
    for agency in turn:
        propose_from_policy(agency, now=now)
        if schedule_in_force(agency) is not None:
            ready.append(agency)
    try:
        purge(ready, by="platekeeper")
    except (PlatekeeperError, DatabaseError):
        for agency in ready:
            for role in (Role.ADMINISTRATOR, Role.CUSTODIAN):
                tell(
                    agency=agency, to=role, kind="purge-failed", now=now,
                    subject="A purge did not end: what is due may still be stored (RET-02).",
                    body="It is tried again at its next turn; the server's own log says more.",
                    link="/retention/", key=f"purge-failed-{now:%Y-%m-%d}-{role}",
                )  # fmt: skip
        raise
    for agency in ready:
        keep_forecast(agency, plan_purge(agency, as_of=now), now=now)


def _has_turn(agency: Agency, now: datetime) -> bool:
    schedule: Schedule | None = schedule_in_force(agency)
    last = Forecast.objects.using(CUSTODIAN).filter(agency=agency).first()
    if schedule is None or last is None:
        return True
    return _lives_minutes(schedule) or last.made_at <= now - _RARELY


def _lives_minutes(schedule: Schedule) -> bool:
    return not schedule.purge_months and schedule.purge_seconds < timedelta(days=1).total_seconds()


JOBS = (
    Job(
        name="retention.forget-replaced-lists",
        every=timedelta(hours=6),
        run=forget_replaced_lists,
        clause="HOT-04",
    ),
    Job(name="retention.purge", every=timedelta(minutes=1), run=purge_what_is_due, clause="RET-02"),
    Job(name="retention.verify-holds", every=timedelta(days=1), run=verify_holds, clause="HLD-05"),
    Job(name="retention.ask-hosts", every=timedelta(days=1), run=ask_hosts, clause="RET-08"),
)
