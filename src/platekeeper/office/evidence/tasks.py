"""Reminds of packages that nobody booked into evidence yet (HLD-01)."""

from datetime import datetime, timedelta

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.evidence.queries import unbooked_packages
from platekeeper.office.jobs.schedule import Job
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Role

CHASED_AFTER = timedelta(days=3)
_TOLD_AFTER = timedelta(days=10)  # then the supervisors hear of it too


def chase_unbooked(now: datetime) -> int:
    """Remind whoever built a package that it is not booked yet, once a day; later their supervisors.

    Args:
        now: the present time.

    Returns:
        How many packages are overdue.
    """
    found = 0
    for agency in Agency.objects.all():
        for package in unbooked_packages(agency).filter(sealed_at__lte=now - CHASED_AFTER):
            found += 1
            builder = Person.objects.filter(pk=package.sealed_by_id, is_active=True).first()
            is_late = package.sealed_at <= now - _TOLD_AFTER
            receivers: list[Person | Role] = [builder] if builder else []
            if is_late or builder is None:
                receivers.append(Role.SUPERVISOR)
            for receiver in receivers:
                tell(
                    agency=agency, to=receiver, kind="evidence-unbooked", now=now,
                    subject="An evidence package is not booked into evidence yet.",
                    body=f"Built {(now - package.sealed_at).days} days ago. Book it and state its property number, "
                    "or say why it was discarded.",
                    link=f"/evidence/{package.id}/",
                    key=f"evidence-{package.id}-{now.date()}-{receiver}",
                )  # fmt: skip
    return found


JOBS = (Job(name="evidence.unbooked", every=timedelta(hours=1), run=chase_unbooked, clause="HLD-01"),)
