"""What becomes of alerts without anybody: old ones end, stops are chased, stale lists are told of (ALR-06, HOT-03)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.alerts.onfile import decide_broadcast
from platekeeper.office.alerts.queries import EXPIRES_AFTER
from platekeeper.office.hotlists.queries import list_statuses
from platekeeper.office.jobs.schedule import Job
from platekeeper.office.notices.models import Notice, PushSubscription
from platekeeper.office.notices.operations import knock, tell
from platekeeper.office.reads.operations import INGEST
from platekeeper.policy import Allowed, Denied, Duty, Function, Role, decide_function

_ASKED_AFTER = timedelta(hours=1)
_FRESH = timedelta(minutes=5)
_BROADCAST_WITHIN = timedelta(minutes=5)
_SUPERVISOR_AFTER = timedelta(hours=12)


def chase_stops(now: datetime) -> int:
    """Ask officers for the disposition of their stops after an hour, and tell supervisors after twelve.

    Args:
        now: the present time.

    Returns:
        How many stops wait.

    Source:
        ALR-06
    """
    with connections[INGEST].cursor() as cursor:
        cursor.execute("SELECT * FROM open_stops(%s)", [now - _ASKED_AFTER])
        waiting = cursor.fetchall()
    for agency_id, alert_id, stopped_at, person_id in waiting:
        agency = Agency.objects.get(pk=agency_id)
        officer = Person.objects.select_related("agency").get(pk=person_id)
        _chase(agency, officer, alert_id, now)
        if stopped_at < now - _SUPERVISOR_AFTER:
            _chase(agency, Role.SUPERVISOR, alert_id, now)
    return len(waiting)


def _chase(agency: Agency, to: Person | Role, alert_id: UUID, now: datetime) -> None:
    waits = "for twelve hours" if isinstance(to, Role) else "yet: open the alert and note how the stop ended"
    tell(
        agency=agency, to=to, kind="disposition-missing", link=f"/alerts/{alert_id}/", now=now,
        subject=f"A stop after an alert has had no disposition {waits} (ALR-06)",
        key=f"disposition:{alert_id}",
    )  # fmt: skip


def expire_alerts(now: datetime) -> int:
    """End the alerts that nobody finished within a shift; a stop never ends by itself.

    Args:
        now: the present time.

    Returns:
        How many ended.

    Records:
        `alert.expired` for each.
    """
    with connections[INGEST].cursor() as cursor:
        cursor.execute("SELECT expire_alerts(%s)", [now - EXPIRES_AFTER])
        return len(cursor.fetchall())


def tell_of_stale_lists(now: datetime) -> int:
    """Tell the office for hot lists of each stale list, once a day while it stays so.

    Args:
        now: the present time.

    Returns:
        How many lists are stale.

    Source:
        HOT-03
    """
    stale = [one for one in list_statuses(None, now) if one.stale and one.layout]
    for one in stale:
        agency = Agency.objects.get(slug=one.agency)
        tell(
            agency=agency, to=Duty.HOT_LISTS.value, kind="hot-list-stale", link="/alerts/", now=now,
            subject=f"The hot list {one.name} is stale",
            body=one.stale, key=f"stale:{one.name}:{now:%Y-%m-%d}",
        )  # fmt: skip
    return len(stale)


def end_cancellations(now: datetime) -> int:  # noqa: ARG001  # a job's signature
    """End the cancellations of entries that their source has dropped: a later entry counts again.

    Args:
        now: the present time.

    Returns:
        How many ended.

    Records:
        `hot-list.cancellation-ended` for each.

    Source:
        HOT-10
    """
    with connections[INGEST].cursor() as cursor:
        cursor.execute("SELECT end_cancellations()")
        return int(cursor.fetchone()[0])


def wake_browsers(now: datetime) -> int:
    """Tell the browsers that asked for it, and the addresses of the office `alerts`, that an alert waits.

    Args:
        now: the present time.

    Returns:
        How many alerts were told of.

    Source:
        ALR-02
    """
    with connections[INGEST].cursor() as cursor:
        cursor.execute("SELECT * FROM fresh_alerts(%s)", [now - _FRESH])
        fresh = {(agency_id, f"alert:{alert_id}") for agency_id, alert_id in cursor.fetchall()}
    known = Notice.objects.filter(key__in=[key for _, key in fresh]).values_list("agency_id", "key")
    unheard = sorted(fresh - set(known))
    return sum(_wake(agency_id, keys, now) for agency_id, keys in _by_agency(unheard).items())


def _by_agency(alerts: list[tuple[int, str]]) -> dict[int, list[str]]:
    return {agency: [key for one, key in alerts if one == agency] for agency, _ in alerts}


def _wake(agency_id: int, keys: list[str], now: datetime) -> int:
    agency = Agency.objects.get(pk=agency_id)
    browsers = [
        one
        for one in PushSubscription.objects.select_related("person__agency").filter(person__agency=agency)
        if isinstance(
            decide_function(profile_of(agency), facts_of(one.person), Function.RECEIVE_ALERTS, now), Allowed
        )
    ]
    return sum(
        knock(
            agency=agency, office="alerts", kind="alert", subject="An alert waits", link="/alerts/", key=key,
            subscriptions=browsers, now=now,
        )
        for key in keys
    )  # fmt: skip


def chase_cancellations(now: datetime) -> int:
    """Tell supervisors of wrong entries whose cancellation is not on the air after five minutes.

    Args:
        now: the present time.

    Returns:
        How many wait.

    Source:
        HOT-10
    """
    with connections[INGEST].cursor() as cursor:
        cursor.execute("SELECT * FROM unbroadcast_cancellations(%s)", [now - _BROADCAST_WITHIN])
        waiting = cursor.fetchall()
    for agency_id, cancellation_id, cancelled_at in waiting:
        agency = Agency.objects.get(pk=agency_id)
        decision = decide_broadcast(profile_of(agency), cancelled_at, None)
        if isinstance(decision, Denied):
            tell(
                agency=agency, to=Role.SUPERVISOR, kind="entry-cancelled", link="/dispatch/board/", now=now,
                subject=f"A cancelled entry is not on the air yet ({decision.clause})",
                key=f"cancellation:{cancellation_id}",
            )  # fmt: skip
    return len(waiting)


JOBS = (
    Job(name="alerts.wake-browsers", every=timedelta(seconds=5), run=wake_browsers, clause="ALR-02"),
    Job(
        name="alerts.chase-cancellations",
        every=timedelta(minutes=5),
        run=chase_cancellations,
        clause="HOT-10",
    ),
    Job(name="alerts.chase-stops", every=timedelta(minutes=15), run=chase_stops, clause="ALR-06"),
    Job(name="alerts.expire", every=timedelta(minutes=15), run=expire_alerts, clause="ALR-01"),
    Job(
        name="alerts.tell-of-stale-lists", every=timedelta(hours=1), run=tell_of_stale_lists, clause="HOT-03"
    ),
    Job(name="alerts.end-cancellations", every=timedelta(minutes=15), run=end_cancellations, clause="HOT-10"),
)
