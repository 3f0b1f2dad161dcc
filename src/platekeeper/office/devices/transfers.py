"""The clock of each vehicle's transfers: moved by what arrives, watched by a job, shown on a page (COL-02)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connections
from psycopg.errors import CheckViolation, InsufficientPrivilege

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.devices.models import Camera, TransferClock, TransferStep
from platekeeper.office.devices.operations import INGEST
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Decision, Denied, Role
from platekeeper.policy.transfer import decide_transfer, transfer_alert_at, transfer_due_at

CUSTODIAN = "custodian"
_PAGE = "/retention/transfers/"


class TransferError(PlatekeeperError):
    """Something that cannot be stated of a vehicle."""


@dataclass(frozen=True)
class Vehicle:
    """A camera on a vehicle, with its clock.

    Attributes:
        camera: the camera.
        clock: its last transfer; None before the first.
        counted_from: when its period started; None where nobody attested its view, so that it stores nothing.
        alert_at: from when people are told that the limit is near; None where the policy sets no number.
        due_at: the limit; None where the policy sets no number.
        decision: whether it is in time.
    """

    camera: Camera
    clock: TransferClock | None
    counted_from: datetime | None
    alert_at: datetime | None
    due_at: datetime | None
    decision: Decision | None

    @property
    def is_overdue(self) -> bool:
        """Whether its limit passed."""
        return isinstance(self.decision, Denied)

    def is_near(self, now: datetime) -> bool:
        """Return whether its limit is near, or passed.

        Args:
            now: the present time.
        """
        return self.alert_at is not None and now >= self.alert_at


def note_transfers(agency: Agency, seen: Iterable[tuple[Camera, datetime]], now: datetime) -> None:
    """Move the clocks of the vehicles of a batch; what comes late is taken and noted.

    Args:
        agency: whose reads they are.
        seen: of each read that arrived, its camera and when it was captured.
        now: when they arrived.

    Records:
        `transfer.late` where a batch came after its limit, at most once a day and vehicle.

    Source:
        COL-02
    """
    oldest: dict[int, datetime] = {}
    reads: dict[int, int] = {}
    for camera, read_at in seen:
        if camera.kind == Camera.Kind.VEHICLE:
            oldest[camera.pk] = min(read_at, oldest.get(camera.pk, read_at))
            reads[camera.pk] = reads.get(camera.pk, 0) + 1
    if not oldest:
        return
    profile = profile_of(agency)
    with connections[INGEST].cursor() as cursor:
        cursor.execute(
            "SELECT camera_id, counted_from FROM note_transfers(%s, %s, %s, %s)",
            [agency.pk, list(oldest), list(oldest.values()), now],
        )
        for camera_id, counted_from in cursor.fetchall():
            # late by the gap since the last transfer, or by the age of what was sent: a queue can be stuck
            for since in (counted_from, oldest[camera_id]):
                if since is not None and isinstance(decide_transfer(profile, since, now), Denied):
                    due = transfer_due_at(profile, since)
                    cursor.execute(
                        "SELECT note_late_transfer(%s, %s, %s, %s)", [camera_id, since, due, reads[camera_id]]
                    )
                    break


def vehicles_of(agency: Agency, now: datetime, *, using: str = WEB) -> list[Vehicle]:
    """Return an agency's vehicles with their clocks, the most urgent first.

    Args:
        agency: whose.
        now: the present time.
        using: the connection to read over.
    """
    cameras = Camera.objects.using(using).filter(agency=agency, kind=Camera.Kind.VEHICLE)
    found = [_vehicle(agency, camera, now, using) for camera in cameras.select_related("transfer_clock")]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda one: (one.due_at or far, one.counted_from or far))


def _vehicle(agency: Agency, camera: Camera, now: datetime, using: str) -> Vehicle:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT transfer_counts_from(%s)", [camera.pk])
        since = cursor.fetchone()[0]
    profile, clock = profile_of(agency), getattr(camera, "transfer_clock", None)
    if since is None:
        return Vehicle(camera, clock, None, None, None, None)
    return Vehicle(
        camera, clock, since, transfer_alert_at(profile, since), transfer_due_at(profile, since),
        decide_transfer(profile, since, now),
    )  # fmt: skip


def watch_transfers(now: datetime) -> int:
    """Tell of vehicles whose limit is near, and report those whose limit passed.

    Args:
        now: the present time.

    Returns:
        How many breaches are new.

    Records:
        `transfer.breached`, once for each period.

    Source:
        COL-02
    """
    return sum(_watched(agency, one, now) for agency in Agency.objects.all() for one in _near(agency, now))


def _near(agency: Agency, now: datetime) -> list[Vehicle]:
    return [one for one in vehicles_of(agency, now, using=CUSTODIAN) if one.is_near(now)]


def _watched(agency: Agency, vehicle: Vehicle, now: datetime) -> bool:
    assert vehicle.counted_from is not None
    key = f"transfer-{vehicle.camera.pk}-{vehicle.counted_from:%Y%m%dT%H%M%S}"
    if not vehicle.is_overdue:
        tell(
            agency=agency, to=Role.ADMINISTRATOR, kind="transfer-near", now=now, link=_PAGE, key=key,
            subject="A vehicle has not handed over its data for long; its limit is near (COL-02).",
        )  # fmt: skip
        return False
    with connections[CUSTODIAN].cursor() as cursor:
        cursor.execute(
            "SELECT note_transfer_breach(%s, %s, %s)",
            [vehicle.camera.pk, vehicle.counted_from, vehicle.due_at],
        )
        is_new = bool(cursor.fetchone()[0])
    for role in (Role.ADMINISTRATOR, Role.CUSTODIAN):
        tell(
            agency=agency, to=role, kind="transfer-breached", now=now, link=_PAGE, key=f"{key}-{role}",
            subject="A vehicle has not handed over its data within the policy's limit (COL-02).",
        )  # fmt: skip
    return is_new


def state_transfer(*, person: Person, camera: Camera, reason: str) -> None:
    """State that a vehicle had nothing to hand over; its period starts again.

    Args:
        person: administrator or custodian of the vehicle's agency.
        camera: the camera on the vehicle.
        reason: why, in words.

    Raises:
        TransferError: no reason is given, or this person may not.

    Records:
        `transfer.stated`.

    Source:
        COL-02
    """
    try:
        with connections[WEB].cursor() as cursor:
            cursor.execute("SELECT state_transfer(%s, %s, %s)", [person.pk, camera.pk, reason])
    except DatabaseError as error:
        if isinstance(error.__cause__, CheckViolation):
            raise TransferError("Say why the vehicle had nothing to hand over.") from error
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise TransferError(
                "Only administrator or custodian of its agency states this of a vehicle (COL-02): ask one of them."
            ) from error
        raise


def transfer_steps_of(agency: Agency, most: int = 50) -> list[TransferStep]:
    """Return what was late or stated, the newest first.

    Args:
        agency: whose.
        most: how many.
    """
    return list(TransferStep.objects.filter(agency=agency).select_related("camera")[:most])


def lateness(camera: Camera, read_at: datetime, received_at: datetime) -> Denied | None:
    """Return why a read is marked as handed over late, or None.

    Args:
        camera: which camera took it.
        read_at: when it was captured.
        received_at: when it reached the server.

    Source:
        COL-02
    """
    if camera.kind != Camera.Kind.VEHICLE:
        return None
    decision = decide_transfer(profile_of(camera.agency), read_at, received_at)
    return decision if isinstance(decision, Denied) else None
