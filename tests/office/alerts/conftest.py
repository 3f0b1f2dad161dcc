"""El Cajon, whose policy wants every check, with one person in each role and a street."""

import pytest

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.alerts.models import AlertState
from platekeeper.policy import Role

from ..people import a_person, an_agency
from .officers import a_street, a_wanted, an_alert, lead

PROFILE = "el-cajon"
ROLES = tuple(policy.load_profile(PROFILE).roles)


@pytest.fixture(scope="module")
def agency(database) -> Agency:
    return an_agency(PROFILE)


@pytest.fixture(scope="module")
def people(agency) -> dict[Role, Person]:
    return {role: a_person(agency, role) for role in ROLES}


@pytest.fixture(scope="module")
def camera(agency):
    return a_street(agency)


@pytest.fixture(scope="module")
def officer(people) -> Person:
    return people[Role.PATROL_OFFICER]


@pytest.fixture
def raised(agency, camera, people):
    """Raises an alert and leads it to a state."""

    def raised_to(state: AlertState = AlertState.RAISED):
        alert_id = an_alert(agency, camera, a_wanted(agency))
        lead(people[Role.DISPATCHER], alert_id, state)
        return alert_id

    return raised_to
