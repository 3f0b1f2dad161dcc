"""Keeps the lists as they should be without anybody asking."""

from datetime import datetime, timedelta

from platekeeper.office.hotlists.entries import refresh_own_list
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.versions import INGEST
from platekeeper.office.jobs.schedule import Job


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


JOBS = (
    Job(name="hotlists.refresh-own", every=timedelta(minutes=10), run=refresh_own_lists, clause="HOT-06"),
)
