"""The roster of active employees: read strictly, shown before it counts, leavers deactivated."""

import contextlib
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.roster.operations import RosterError
from platekeeper.office.roster.reconciliation import apply_plan, plan_for, read_roster
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, an_agency


@pytest.fixture
def agency(database) -> Agency:
    return an_agency("redondo-beach")


@pytest.fixture
def administrator(agency) -> Person:
    return a_person(agency, Role.ADMINISTRATOR)


def roster(*people: Person, heading: str = "username") -> bytes:
    return "\n".join([heading, *(person.username for person in people)]).encode()


def shown(client: Client, data: bytes):
    return client.post(reverse("roster:reconcile"), {"file": SimpleUploadedFile("roster.csv", data)})


def token_of(page) -> str:
    return re.findall(r'name="plan" value="([^"]+)"', page.content.decode())[0]


class TestReading:
    @pytest.mark.parametrize(
        ("data", "sentence"),
        [(b"", "first line"), (b"name,title\nA,B\n", "first line"), (b"username\n", "names nobody"),
         (b"username\n\n,,\n", "names nobody"), (b"username\n\xff\n", "UTF-8"), (b"username\na\0b\n", "no text"),
         (b"username\na\nb\nA\n", "Lines 2 and 4"), (b"username,employee_number\na,1\nb,1\n", "same employee_number"),
         (b"username\n" + b"x" * 2**21, "larger"), (b"username\n" + b"x" * 140_000, "cannot be read"),
         (b"username\n" + b"\n".join(b"u%d" % n for n in range(50_001)), "more than")],
    )  # fmt: skip
    def test_refuses_what_is_no_roster(self, data, sentence):
        with pytest.raises(RosterError, match=sentence):
            read_roster(data)

    def test_takes_either_key_a_mark_of_order_and_more_columns(self):
        data = '\ufeffEmployee_Number, USERNAME ,shoe\r\n7,"Robin",42\r\n8,,\r\n'.encode()

        assert [(one.line, one.username, one.employee_number) for one in read_roster(data)] == [
            (2, "robin", "7"), (3, "", "8"),
        ]  # fmt: skip

    @given(st.binary(max_size=300))
    def test_never_fails_but_in_words(self, data):
        for start in (b"", b"username,full_name\n"):
            with contextlib.suppress(RosterError):
                assert read_roster(start + data)


class TestPlan:
    def test_names_leavers_other_titles_and_the_unknown(self, agency, administrator):
        stays, left = a_person(agency), a_person(agency)
        vendor = a_person(agency, Role.VENDOR)
        text = f"username,title\n{administrator.username},\n{stays.username},Sergeant\nnobody.here,\n"

        plan = plan_for(agency, read_roster(text.encode()))

        assert [person.pk for person in plan.leavers] == [left.pk]
        assert [(person.pk, title) for person, title in plan.retitled] == [(stays.pk, "Sergeant")]
        assert [one.username for one in plan.unknown] == ["nobody.here"]
        assert vendor.pk not in {person.pk for person in plan.leavers}

    def test_knows_people_by_their_number(self, agency):
        person = a_person(agency, employee_number="4711")

        assert plan_for(agency, read_roster(b"employee_number\n4711\n")).leavers == ()
        assert plan_for(agency, read_roster(b"employee_number\n4712\n")).leavers == (person,)

    def test_passes_over_who_came_after_it_was_made(self, agency):
        person = a_person(agency)

        assert plan_for(agency, read_roster(b"username\nx\n"), as_of=person.added_at).leavers == ()

    def test_says_when_many_would_leave(self, agency, administrator):
        for _ in range(4):
            a_person(agency)

        assert plan_for(agency, read_roster(roster(administrator))).is_large

    def test_never_separates_who_applies_it_nor_another_agency(self, agency, administrator):
        stranger, left = a_person(an_agency()), a_person(agency)

        count = apply_plan(
            administrator, agency, [administrator.pk, stranger.pk, left.pk], now=timezone.now()
        )

        assert count == 1
        assert Person.objects.get(pk=left.pk).separated_at is not None
        assert Person.objects.get(pk=stranger.pk).separated_at is None


class TestPage:
    def test_shows_the_plan_and_changes_nothing(self, agency, administrator):
        left = a_person(agency)

        page = shown(logged_in(administrator), roster(administrator))

        assert left.full_name in page.content.decode()
        assert Person.objects.get(pk=left.pk).separated_at is None

    def test_deactivates_whom_the_plan_showed(self, agency, administrator):
        left, client = a_person(agency), logged_in(administrator)
        token = token_of(shown(client, roster(administrator)))

        client.post(reverse("roster:leave"), {"plan": token})  # not confirmed
        assert Person.objects.get(pk=left.pk).separated_at is None
        client.post(reverse("roster:leave"), {"plan": token, "confirmed": "on"})

        assert Person.objects.get(pk=left.pk).separated_at is not None

    def test_takes_no_plan_but_its_own(self, agency, administrator):
        left = a_person(agency)
        token = token_of(shown(logged_in(administrator), roster(administrator)))
        stranger = logged_in(a_person(an_agency(), Role.ADMINISTRATOR))

        for client, plan in ((stranger, token), (logged_in(administrator), token[:-2] + "xx"),
                             (logged_in(administrator), "")):  # fmt: skip
            client.post(reverse("roster:leave"), {"plan": plan, "confirmed": "on"})

        assert Person.objects.get(pk=left.pk).separated_at is None

    @pytest.mark.parametrize("data", [b"\xff", b"name\nx\n"])
    def test_says_what_is_wrong_with_a_file(self, data, administrator):
        assert shown(logged_in(administrator), data).status_code == 422
