"""What is done regularly with the records management systems."""

from datetime import datetime, timedelta

from platekeeper.office.jobs.schedule import Job
from platekeeper.office.notices.operations import tell
from platekeeper.office.rms.links import RmsError
from platekeeper.office.rms.operations import connected, deliver_requests, take_cases
from platekeeper.policy import Duty


def take_all_cases(now: datetime) -> None:
    """Take the cases of every agency that drops them; a broken file is told once a day, and the rest go on."""
    for connection in connected():
        if not connection.cases_folder:
            continue
        try:
            take_cases(connection, now)
        except RmsError as error:
            tell(
                agency=connection.agency, to=Duty.TECHNOLOGY.value, kind="case-registry-unreadable", now=now,
                subject="The case registry cannot be taken; the cases known before still count.", body=str(error),
                link="/records-system/", key=f"case-registry-{now:%Y-%m-%d}",
            )  # fmt: skip


def deliver_all(now: datetime) -> None:
    """Deliver what waits for every agency."""
    for connection in connected():
        if connection.outbox_folder or connection.outbox_url:
            deliver_requests(connection, now)


JOBS = (
    Job(name="rms.take-cases", every=timedelta(minutes=5), run=take_all_cases, clause="PUR-14"),
    Job(name="rms.deliver", every=timedelta(minutes=1), run=deliver_all, clause="SRC-03"),
)
