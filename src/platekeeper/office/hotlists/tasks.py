"""Keeps the lists as they should be without anybody asking."""

from datetime import datetime, timedelta

from platekeeper.office.hotlists.entries import refresh_own_list
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.sources import fetch_due, in_trouble
from platekeeper.office.hotlists.versions import INGEST
from platekeeper.office.jobs.schedule import Job
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Duty, Role


def refresh_own_lists(now: datetime) -> int:
    """Take entries that ended out of the agencies' own lists.

    They match nothing from the moment they end; this is so that they are not kept in force longer than needed.

    Args:
        now: the present time.

    Returns:
        How many lists changed.
    """
    own = HotList.objects.using(INGEST).select_related("agency").filter(is_own=True)
    return sum(refresh_own_list(one, actor="platekeeper", now=now) for one in own)


def report_sources(now: datetime) -> int:
    """Tell the office of hot lists and the administrators which sources fail; once a day and source.

    Args:
        now: the present time.

    Returns:
        How many sources fail.
    """
    failing = in_trouble()
    for source in failing:
        for to in (Duty.HOT_LISTS.value, Role.ADMINISTRATOR):
            tell(
                agency=source.hot_list.agency, to=to, kind="list-not-fetched", now=now, link="/hot-lists/",
                subject=f"The list “{source.hot_list.name}” could not be fetched {source.failures} times.",
                body=f"{source.error} The old version stays in force and grows older.",
                key=f"source-{source.pk}-{now:%Y-%m-%d}",
            )  # fmt: skip
    return len(failing)


JOBS = (
    Job(name="hotlists.fetch", every=timedelta(minutes=1), run=fetch_due, clause="HOT-03"),
    Job(name="hotlists.refresh-own", every=timedelta(minutes=10), run=refresh_own_lists, clause="HOT-06"),
    Job(name="hotlists.report-sources", every=timedelta(hours=1), run=report_sources, clause="HOT-03"),
)
