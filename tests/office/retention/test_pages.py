"""The pages of retention: each for those who have something to do there, and no plate of anybody's reads on them."""

import pytest
from django.utils import timezone

from platekeeper.office.retention.models import Hold, Schedule
from platekeeper.office.retention.operations import keep_forecast, plan_purge, proposed_schedule, purge
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, an_agency
from .archives import ago, an_archive, hold_of, plates_of, seen

PLACES = ("/retention/", "/retention/holds/", "/retention/old-data/", "/retention/certificates/")


class TestPages:
    @pytest.mark.parametrize("address", PLACES)
    def test_are_closed_to_those_without_a_part(self, address):
        patrol = a_person(an_agency("los-angeles"), Role.HIT_ONLY_OFFICER)

        assert logged_in(patrol).get(address).status_code == 403

    @pytest.mark.parametrize("profile", ["los-angeles", "el-cajon", "milpitas"])
    def test_are_shown_to_custodian_and_investigator(self, profile):
        agency = an_agency(profile)
        for role in (Role.CUSTODIAN, Role.DETECTIVE):
            client = logged_in(a_person(agency, role))
            for address in PLACES:
                assert client.get(address).status_code == 200

    def test_of_another_agency_are_not_there(self):
        agency, other = an_archive()[0], an_agency("los-angeles")
        hold_id = hold_of(a_person(agency, Role.DETECTIVE))

        assert (
            logged_in(a_person(other, Role.CUSTODIAN)).get(f"/retention/holds/{hold_id}/").status_code == 404
        )


class TestApproval:
    def test_is_given_on_the_page_by_two_people(self):
        agency = an_agency("los-angeles")
        schedule = proposed_schedule(agency)

        for role in (Role.ADMINISTRATOR, Role.CUSTODIAN):
            answer = logged_in(a_person(agency, role)).post(
                f"/retention/schedules/{schedule.pk}/approve/", {"role": role.value}
            )
            assert answer.status_code == 302

        assert Schedule.objects.get(pk=schedule.pk).consents.count() == 2

    def test_is_refused_to_others(self):
        agency = an_agency("los-angeles")
        schedule = proposed_schedule(agency)

        answer = logged_in(a_person(agency, Role.DETECTIVE)).post(
            f"/retention/schedules/{schedule.pk}/approve/", {"role": "custodian"}
        )

        assert answer.status_code == 403


GIVEN = {
    "kind": "evidence in a prosecution", "case_number": "DR 26-1234567", "reason": "Robbery, getaway car",
    "contact": "ext. 1", "scope": "PLATE", "plate": "8abc 123",
}  # fmt: skip


class TestHoldPages:
    def test_take_a_request_and_its_approval(self):
        agency = an_agency("los-angeles")

        answer = logged_in(a_person(agency, Role.DETECTIVE)).post("/retention/holds/new/", GIVEN)

        assert answer.status_code == 302
        hold = Hold.objects.get(agency=agency)
        assert hold.plate == "8ABC123"
        logged_in(a_person(agency, Role.SUPERVISOR)).post(answer["Location"], {"step": "APPROVE"})
        assert [step.step for step in hold.steps.order_by("number")] == ["REQUEST", "APPROVE"]

    @pytest.mark.parametrize(
        "changes", [{"plate": ""}, {"scope": "AREA"}, {"reason": ""}, {"covers_from": "2026-02-01T00:00",
         "covers_to": "2026-01-01T00:00"}]
    )  # fmt: skip
    def test_say_what_is_missing(self, changes):
        client = logged_in(a_person(an_agency("los-angeles"), Role.DETECTIVE))

        answer = client.post("/retention/holds/new/", {**GIVEN, **changes})

        assert answer.status_code == 422
        assert b"form-errors" in answer.content

    @pytest.mark.parametrize("has_moment", [True, False])
    def test_keep_reads_that_another_page_hands_over(self, has_moment, owner):
        agency, camera = an_archive()
        moment, read_id = seen(agency, camera, "8ONE111", ago(days=5 * 365 + 40), pictures=False)
        given = {**GIVEN, "read": f"{moment.isoformat()}/{read_id}" if has_moment else str(read_id)}

        answer = logged_in(a_person(agency, Role.DETECTIVE)).post("/retention/holds/new/", given)

        assert answer.status_code == 302
        assert Hold.objects.get(agency=agency).reads.get().read_id == read_id
        purge([agency], by="test")
        assert plates_of(owner, agency) == {"8ONE111"}

    def test_ask_for_one_note_for_yes_and_no_and_say_when_it_is_verified(self):
        agency = an_agency("los-angeles")
        hold_id = hold_of(a_person(agency, Role.DETECTIVE))

        page = (
            logged_in(a_person(agency, Role.SUPERVISOR)).get(f"/retention/holds/{hold_id}/").content.decode()
        )

        assert page.count('name="note"') == 1
        assert "2 years after its approval" in page

    def test_explain_a_button_that_is_closed(self):
        agency = an_agency("los-angeles")
        sergeant = a_person(agency, Role.SUPERVISOR)
        hold_id = hold_of(sergeant)

        page = logged_in(sergeant).get(f"/retention/holds/{hold_id}/").content.decode()

        assert 'aria-disabled="true"' in page
        assert "other than whoever requested it" in page


class TestDeletedDataPages:
    def test_show_the_time_that_was_asked_for(self):
        client = logged_in(a_person(an_agency("los-angeles"), Role.DETECTIVE))
        asked = {
            "circumstance": "stalking", "case_number": "DR 26-14-01234", "data_wanted": "Where the car stood at night",
            "plate": "8DEL123", "since": "2024-01-01T00:00", "until": "2024-07-01T12:30",
        }  # fmt: skip

        page = client.post("/retention/old-data/", asked, follow=True).content.decode()

        assert "2024-01-01 00:00:00 PST" in page
        assert "2024-07-01 12:30:00 PDT" in page


class TestCertificates:
    def test_are_shown_and_sent(self):
        agency, camera = an_archive()
        seen(agency, camera, "8OLD111", ago(days=5 * 365 + 40), pictures=False)
        (certificate,) = purge([agency], by="test")
        client = logged_in(a_person(agency, Role.CUSTODIAN))
        address = f"/retention/certificates/{certificate.run_id}/"

        assert b"signature holds" in client.get(address).content
        assert client.get(f"{address}?as=pdf").content.startswith(b"%PDF")
        assert client.get(f"{address}?as=json").json()["body"] == certificate.body

    def test_leave_no_plate_on_the_calendar(self):
        agency, camera = an_archive()
        seen(agency, camera, "8OLD111", ago(days=5 * 365 + 40), pictures=False)
        keep_forecast(agency, plan_purge(agency, as_of=timezone.now()), now=timezone.now())

        page = logged_in(a_person(agency, Role.CUSTODIAN)).get("/retention/").content.decode()

        assert "Reads due" in page
        assert "8OLD111" not in page
