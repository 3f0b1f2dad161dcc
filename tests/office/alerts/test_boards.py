"""The pages that show alerts: whose, to whom, and what stands first (ALR, COL-04)."""

import pytest
from django.urls import reverse

from platekeeper import policy
from platekeeper.office.alerts.models import AlertState
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, an_agency
from ..streets import a_picture
from .conftest import PROFILE
from .officers import (
    a_street,
    an_alert,
    an_officer,
    step,
)

A = AlertState


class TestBoard:
    def test_shows_alerts_of_one_s_own_agency_alone(self):
        pages = {}
        alerts = {}
        for profile in (PROFILE, "milpitas"):
            agency = an_agency(profile)
            alerts[profile] = str(an_alert(agency, a_street(agency)))
            client = logged_in(a_person(agency, Role.DETECTIVE))
            pages[profile] = client.get(reverse("alerts:board")).content.decode()

        assert {
            profile: [one for one in alerts if alerts[one] in page] for profile, page in pages.items()
        } == {profile: [profile] for profile in pages}

    @pytest.mark.parametrize("page", ["alerts:board", "dispatch:car", "dispatch:board"])
    def test_leaves_a_record_each_time_it_is_looked_at(self, page, people, owner):
        person = a_person(people[Role.DISPATCHER].agency, Role.DISPATCHER)

        for _ in range(2):
            logged_in(person).get(reverse(page))

        kept = owner.execute(
            "SELECT function, outcome, purpose FROM access_record WHERE person_id = %s", [person.pk]
        ).fetchall()
        assert kept == [("receive-alerts", "ALLOWED", policy.load_profile(PROFILE).alerts.purpose.value)] * 2

    @pytest.mark.parametrize("page", ["alerts:board", "dispatch:car", "dispatch:board"])
    def test_is_closed_to_whoever_may_not_receive_alerts(self, page, people):
        assert logged_in(people[Role.AUDITOR]).get(reverse(page)).status_code == 403

    def test_says_that_an_alert_alone_is_no_reason_to_stop_anybody(self, raised, people):
        address = reverse("alerts:alert", args=[raised()])

        page = logged_in(people[Role.PATROL_OFFICER]).get(address).content.decode()

        assert "never a reason to stop" in page

    def test_in_the_car_shows_the_newest_untouched_alert_and_queues_the_rest(self):
        agency = an_agency(PROFILE)
        officer, camera = an_officer(agency), a_street(agency)
        older, newer = (an_alert(agency, camera, images=(a_picture(),)) for _ in range(2))
        step(officer, newer, "acknowledge")

        page = logged_in(officer).get(reverse("dispatch:car")).content.decode()
        chosen = logged_in(officer).get(reverse("dispatch:car"), {"alert": str(newer)}).content.decode()

        assert f'data-alert="{older}"' in page
        assert f'data-chip="{newer}"' in page
        assert f'data-alert="{newer}"' in chosen

    def test_in_the_car_shows_last_what_waits_for_a_second_person(self):
        agency = an_agency(PROFILE)
        officer, other = an_officer(agency), an_officer(agency)
        camera = a_street(agency)
        older, waiting = an_alert(agency, camera), an_alert(agency, camera, region="US-NV")
        step(officer, older, "acknowledge")
        for name in ("confirm-status", "verify"):
            step(officer, waiting, name)

        page = logged_in(officer).get(reverse("dispatch:car")).content.decode()
        theirs = logged_in(other).get(reverse("dispatch:car")).content.decode()

        assert f'data-alert="{older}"' in page
        assert "Waits for a second person" in page
        assert f'data-chip="{waiting}"' in theirs
        assert "Second look wanted" in theirs
