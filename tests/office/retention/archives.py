"""Reads of long ago, and the two people who approve their destruction; every call makes an agency of its own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.utils import timezone

from platekeeper import wire
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.retention.holds import HoldRequest, request_hold
from platekeeper.office.retention.models import HoldScope, Schedule
from platekeeper.office.retention.schedules import (
    Terms,
    approve_schedule,
    propose_schedule,
    terms_of,
)
from platekeeper.policy import Profile, Role, load_profile
from tests.policy.people import with_setting

from ..people import a_person, an_agency
from ..streets import a_camera, a_picture, a_read, take

OLD = timedelta(days=5 * 365 + 40)


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def approvers_of(agency: Agency) -> dict[Role, Person]:
    return {role: a_person(agency, role) for role in (Role.ADMINISTRATOR, Role.CUSTODIAN)}


def approve(agency: Agency, terms: Terms | None = None, *, by: dict[Role, Person] | None = None) -> Schedule:
    """Have a schedule in force: the policy's own unless another is given."""
    profile = profile_of(agency)
    proposed = propose_schedule(agency, terms or terms_of(profile), by="test")
    schedule = Schedule.objects.get(pk=proposed)
    if schedule.consents.count() < len(by or (1, 2)):
        for role, person in (by or approvers_of(agency)).items():
            approve_schedule(schedule, person, role, profile=profile)
    return schedule


def an_archive(profile: str = "los-angeles", *, terms: Terms | None = None) -> tuple[Agency, Camera]:
    agency = an_agency(profile)
    approve(agency, terms)
    return agency, a_camera(agency)


def seen(
    agency: Agency,
    camera: Camera,
    plate: str,
    at: datetime,
    *,
    pictures: bool = True,
    arrived: datetime | None = None,
) -> tuple[datetime, UUID]:
    """Store one read of a moment; return what names it."""
    images: tuple[wire.Image, ...] = (a_picture(),) if pictures else ()
    read = a_read(camera, plate, captured_at=at, images=images)
    receipt = take(agency, read, now=arrived or max(at, timezone.now()))
    assert receipt.receipt.stored == 1
    stored = wire.identified(read, producer="car-12").id
    assert stored is not None
    return at, stored


def plates_of(owner: psycopg.Connection, agency: Agency) -> set[str]:
    rows = owner.execute("SELECT plate FROM read WHERE agency_id = %s", [agency.pk])
    return {plate for (plate,) in rows}


def with_schedule(profile: str, **values: Any) -> Profile:
    """Return a shipped profile with other retention settings."""
    changed = load_profile(profile)
    for name, value in values.items():
        changed = with_setting(changed, f"retention.{name}", value)
    return changed


def hold_of(person: Person, scope: HoldScope = HoldScope.PLATE, **changes: Any) -> UUID:
    given: dict[str, Any] = {
        "kind": "evidence in a prosecution", "case_number": "DR 26-1234567", "contact": "ext. 4711",
        "reason": "Robbery at a pharmacy, getaway car", "scope": scope, "plate": "8HLD001" if scope == "PLATE" else "",
    }  # fmt: skip
    return request_hold(person=person, request=HoldRequest(**{**given, **changes}), now=timezone.now())


def run_of(
    connection: psycopg.Connection, agency: Agency, before: datetime, records: datetime | None = None
) -> Any:
    return connection.execute(
        "SELECT open_purge(%s, %s, %s, 'raw')",
        [agency.pk, before, records or datetime(2000, 1, 1, tzinfo=UTC)],
    ).fetchone()[0]


def released(web: psycopg.Connection, agency: Agency, hold_id: UUID) -> None:
    asking, sergeant = a_person(agency, Role.DETECTIVE), a_person(agency, Role.SUPERVISOR)
    stated = {"disposed_at": ago(days=1).isoformat(), "authority": "Superior Court"}
    for person, step, detail in (
        (sergeant, "APPROVE", {}),
        (asking, "ASK_RELEASE", stated),
        (sergeant, "RELEASE", {}),
    ):
        web.execute("SELECT take_hold_step(%s, %s, %s, %s)", [person.pk, hold_id, step, json.dumps(detail)])
