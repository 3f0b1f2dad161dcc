"""A street with something on it, for whoever tries to look without a record."""

from dataclasses import dataclass

import pytest
from django.db import connections, transaction

from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import open_access
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.devices.models import Camera
from platekeeper.policy import Function, Role

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
    inquiry = Inquiry(function=Function.RECEIVE_ALERTS, purpose=profile_of(agency).alerts.purpose.value)
    colleague = a_person(agency, Role.DISPATCHER)
    with (
        open_access(person=colleague, agency=agency, inquiry=inquiry, now=NOW).used(),
        connections[WEB].cursor() as cursor,
    ):
        cursor.execute("SELECT take_alert_step(%s, 1, 'acknowledge', '{}')", [alert_id])
    return Street(agency, camera, person)
