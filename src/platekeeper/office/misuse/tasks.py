"""What comes round again: the examination of every agency's inquiries."""

from datetime import datetime, timedelta

from platekeeper.office.accounts.models import Agency
from platekeeper.office.jobs.schedule import Job
from platekeeper.office.misuse.operations import examine


def examine_all(now: datetime) -> int:
    """Examine every agency.

    Args:
        now: the present time.

    Returns:
        How many findings are new.
    """
    return sum(examine(agency, now) for agency in Agency.objects.all())


JOBS: tuple[Job, ...] = (
    Job(name="misuse.examine", every=timedelta(hours=6), run=examine_all, clause="PUR-06"),
)
