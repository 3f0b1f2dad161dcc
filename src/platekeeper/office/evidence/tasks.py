"""What copies ask for regularly: packages are booked (HLD-01), backups forget what was destroyed (RET-02)."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connections

from platekeeper.office.access.events import record_event
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.evidence.backup_keys import KeysError, Slice, SliceKeys, take_out
from platekeeper.office.evidence.backup_places import SLICE_KEYS, held_keys, places
from platekeeper.office.evidence.queries import unbooked_packages
from platekeeper.office.jobs.schedule import Job
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Role

CUSTODIAN = "custodian"
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


def destroy_backup_keys(now: datetime) -> int:
    """Destroy the keys of backups' slices in which nothing is stored any more, here and in every keys file.

    Args:
        now: the present time.

    Returns:
        How many slices can be opened no more.

    Records:
        `purge.backup-keys-destroyed`, where there were any.
    """
    folder = Path(settings.DATA_FOLDER)
    if not places(folder):
        return 0
    with held_keys(folder, waits=False) as are_held:
        if not are_held:
            return 0  # a backup is being made: the next turn does it
        keys = SliceKeys(folder / SLICE_KEYS, settings.MASTER_KEY)
        slices = _living(keys.slices())
        gone = keys.slices() - slices
        if gone:
            keys.forget(gone)
            record_event(
                agency="", event="purge.backup-keys-destroyed", actor="platekeeper", subject="backups",
                details={"slices": [f"{agency}/{name}" for agency, name in sorted(gone)]}, using=CUSTODIAN,
            )  # fmt: skip
        images = _image_keys()
        for place in places(folder):
            try:
                take_out(place, images=images, slices=slices)
            except KeysError as error:
                _tell_unreachable(str(error), now)
    return len(gone)


def _living(slices: set[Slice]) -> set[Slice]:
    agencies, names = [agency for agency, _ in slices], [name for _, name in slices]
    with connections[CUSTODIAN].cursor() as cursor:
        cursor.execute("SELECT * FROM living_slices(%s::integer[], %s::text[])", [agencies, names])
        return {(agency, name) for agency, name in cursor.fetchall()}


def _image_keys() -> set[Slice]:
    with connections[CUSTODIAN].cursor() as cursor:
        found: set[Slice] = set()
        for agency in Agency.objects.all():
            cursor.execute("SELECT name FROM known_keys(%s)", [agency.pk])
            found |= {(agency.pk, name) for (name,) in cursor.fetchall()}
        return found


def _tell_unreachable(sentence: str, now: datetime) -> None:
    for agency in Agency.objects.all():
        tell(
            agency=agency, to=Role.ADMINISTRATOR, kind="keys-file-unreachable", now=now,
            subject="A keys file of the backups cannot be reached: it still opens what was destroyed.",
            body=f"{sentence}\nMake it reachable, or destroy it and run `platekeeper backup` with another.",
            key=f"keys-file-{now.date()}",
        )  # fmt: skip


JOBS = (
    Job(name="evidence.unbooked", every=timedelta(hours=1), run=chase_unbooked, clause="HLD-01"),
    Job(name="evidence.backup-keys", every=timedelta(hours=1), run=destroy_backup_keys, clause="RET-02"),
)
