"""A street with something on it, for whoever tries to look without a record."""

from dataclasses import dataclass

import pytest
from django.db import connections, transaction

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.devices.models import Camera
from platekeeper.policy import Role

from ..people import NOW, a_person, an_agency
from ..streets import a_camera, a_list, a_picture, a_read, take

WEB = "default"


@dataclass(frozen=True)
class Street:
    """A stolen car passed, and one that nobody looks for; somebody acknowledged the alert."""

    agency: Agency
    camera: Camera
    person: Person


@pytest.fixture
def street() -> Street:
    agency = an_agency()
    camera, person = a_camera(agency), a_person(agency, Role.DETECTIVE)
    a_list(agency, "8ABC123")
    stolen = a_read(camera, "8ABC123", images=(a_picture("plate"), a_picture("context")))
    take(agency, stolen, a_read(camera, "7XYZ890", images=(a_picture("plate"),)))
    with transaction.atomic(using="ingest"), connections["ingest"].cursor() as cursor:
        cursor.execute("SELECT id FROM alert WHERE agency_id = %s", [agency.pk])
        alert_id = cursor.fetchone()[0]
    with transaction.atomic(using=WEB), connections[WEB].cursor() as cursor:
        cursor.execute(
            "INSERT INTO alert_step (agency_id, alert_id, number, state, taken_at, person_id, username, detail)"
            " VALUES (%s, %s, 1, 'ACKNOWLEDGED', %s, %s, %s, '{}')",
            [agency.pk, alert_id, NOW, person.pk, person.username],
        )
    return Street(agency, camera, person)
