"""An agency's people with alerts raised, and steps taken as a page takes them: each function makes new ones."""

import json
import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.urls import reverse
from psycopg import Connection

from platekeeper import policy
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessGrant, open_access
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.alerts.models import AlertState
from platekeeper.office.alerts.queries import AlertView, alert_by_id
from platekeeper.office.alerts.stepping import take_step
from platekeeper.office.devices.models import Camera
from platekeeper.office.hotlists.operations import ListedVehicle
from platekeeper.policy import Function, Role

from ..doors import logged_in
from ..people import NOW, a_person
from ..streets import a_camera, a_list_of, a_picture, a_read, identified, listed, take

AGREE = {"parts": {"characters": "agrees", "state": "agrees", "vehicle": "agrees"}}
DETAIL: dict[str, dict[str, Any]] = {
    "confirm-status": {"channel": "CLETS"},
    "no-answer": {"channel": "CLETS"},
    "entry-withdrawn": {"channel": "CLETS"},
    "impracticable": {"reason": "no radio in the canyon"},
    "unseen": {"reason": "the picture is black"},
    "exigent": {"reason": "a child in the vehicle", "supervisor_told": True, "supervisor": "Sgt. Boyd"},
    "verify": AGREE,
    "second-look": AGREE,
    "differ": {"parts": {"state": "differs"}},
    "state-suspicion": {"reason": "driver and passenger fit the description"},
    "close": {"disposition": "RECOVERED", "reference": "CFS 26-1"},
    "entry-wrong": {"reason": "recovered yesterday, says the entering agency"},
}
# what leads to each state where the policy wants every check
WAY: dict[AlertState, tuple[str, ...]] = {
    AlertState.RAISED: (),
    AlertState.ACKNOWLEDGED: ("acknowledge",),
    AlertState.STATUS_CONFIRMED: ("confirm-status",),
    AlertState.VERIFIED: ("confirm-status", "verify"),
    AlertState.SUSPICION_STATED: ("confirm-status", "verify", "state-suspicion"),
    AlertState.STOPPED: ("confirm-status", "verify", "state-suspicion", "stop"),
    AlertState.CLOSED: ("confirm-status", "verify", "state-suspicion", "stop", "close"),
    AlertState.CONTRADICTED: ("confirm-status", "differ"),
    AlertState.REJECTED: ("reject",),
    AlertState.WITHDRAWN: ("entry-withdrawn",),
}


def an_officer(agency: Agency) -> Person:
    """Make an officer in a car; Los Angeles' see hits only."""
    roles = policy.load_profile(agency.profile).roles
    return a_person(agency, Role.PATROL_OFFICER if Role.PATROL_OFFICER in roles else Role.HIT_ONLY_OFFICER)


def vehicle(**changes: Any) -> ListedVehicle:
    return listed("8ABC123", **{"region": "US-CA", "vehicle": "2019 Toyota Camry sedan, silver", **changes})


def a_street(agency: Agency, *entries: ListedVehicle) -> Camera:
    a_list_of(agency, entries or [vehicle()])
    return a_camera(agency)


def a_wanted(agency: Agency) -> str:
    """Put a plate of its own on a list of its own, so that cancelling it concerns no other test."""
    plate = "7" + "".join(secrets.choice("ACEFHJKLMNPRTUVWXY3479") for _ in range(6))
    a_list_of(agency, [replace(vehicle(), plate=plate)])
    return plate


def an_alert(agency: Agency, camera: Camera, plate: str = "8ABC123", **changes: Any) -> UUID:
    read = identified(a_read(camera, plate, **{"images": (a_picture(),), **changes}))
    take(agency, read)
    assert read.passage_id is not None
    return read.passage_id


def access(person: Person, agency: Agency | None = None) -> AccessGrant:
    purpose = policy.load_profile((agency or person.agency).profile).alerts.purpose.value
    inquiry = Inquiry(function=Function.RECEIVE_ALERTS, purpose=purpose, query={"test": "alerts"})
    return open_access(person=person, agency=agency or person.agency, inquiry=inquiry, now=NOW)


def seen(person: Person, alert_id: UUID) -> AlertView:
    view = alert_by_id(access(person), alert_id)
    assert view is not None
    return view


def step(
    person: Person, alert_id: UUID, name: str, *, subject: AlertView | None = None, **detail: Any
) -> None:
    grant = access(person)
    view = subject or alert_by_id(grant, alert_id)
    assert view is not None
    given = DETAIL.get(name, {})
    if name == "entry-wrong":
        given = given | {"version_id": view.hit.version_id, "entry_number": view.hit.entry_number}
    take_step(grant=grant, subject=view, person=person, name=name, detail={**given, **detail}, now=NOW)


def lead(person: Person, alert_id: UUID, state: AlertState) -> None:
    for name in WAY[state]:
        step(person, alert_id, name)


def rows(owner: Connection, alert_id: UUID) -> list[tuple[str, str, str]]:
    query = "SELECT step, state, username FROM alert_step WHERE alert_id = %s ORDER BY number"
    return owner.execute(query, [alert_id]).fetchall()


def events(owner: Connection, alert_id: UUID) -> list[tuple[str, str]]:
    query = (
        "SELECT event, actor FROM ledger_entry WHERE subject = %s AND event LIKE 'alert.%%' ORDER BY sequence"
    )
    return owner.execute(query, [str(alert_id)]).fetchall()


def smuggled(
    web: Connection, person: Person, alert_id: UUID, name: str, number: int = 1, **detail: Any
) -> str:
    """Take a step by SQL of one's own, with a good access, past all of the product's code."""
    purpose = policy.load_profile(person.agency.profile).alerts.purpose.value
    request = {
        "person_id": person.pk, "function": "verify-alert", "purpose": purpose, "outcome": "ALLOWED", "clauses": [],
        "policy_version": "1", "query": {},
        "grants": [{"data_agency_id": person.agency_id, "visible_from": "1970-01-01T00:00:00Z", "kinds": ["alert"]}],
    }  # fmt: skip
    opened = web.execute("SELECT pass FROM open_access(%s::jsonb)", [json.dumps(request)]).fetchone()
    assert opened is not None
    with web.transaction():
        web.execute("SELECT set_config('platekeeper.access', %s, true)", [opened[0]])
        taken = web.execute(
            "SELECT take_alert_step(%s, %s, %s, %s::jsonb)", [alert_id, number, name, json.dumps(detail)]
        ).fetchone()
    assert taken is not None
    return str(taken[0])


def posted(person: Person, alert_id: UUID, name: str, **given: str) -> Any:
    """Take a step by the page's own form."""
    fields = {
        "verify": {"characters": "on", "state": "on", "vehicle": "on"},
        "second-look": {"characters": "on", "state": "on", "vehicle": "on"},
        "differ": {"mismatch": "STATE"},
        "exigent": {"reason": "a child in the vehicle", "supervisor": "Sgt. Boyd", "supervisor_told": "on"},
    }.get(name, DETAIL.get(name, {}))
    return logged_in(person).post(reverse("alerts:step", args=[alert_id]), {"step": name, **fields, **given})
