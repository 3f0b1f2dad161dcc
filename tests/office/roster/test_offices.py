"""Offices and deployments: one holder a duty, succession with its history, members assigned for a time."""

import contextlib
import itertools
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import ExclusionViolation

from platekeeper.office.accounts.models import Agency, Designation, Person
from platekeeper.office.roster.offices import (
    Office,
    assign_member,
    end_designation,
    name_holder,
    offices_of,
    order_deployment,
)
from platekeeper.office.roster.operations import RosterError
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, an_agency

TODAY = date(2026, 6, 1)
CAPTAIN = "Support Bureau Captain"


@pytest.fixture
def agency(database) -> Agency:
    return an_agency("el-cajon")


@pytest.fixture
def administrator(agency) -> Person:
    return a_person(agency, Role.ADMINISTRATOR)


def named(administrator: Person, holder: str, since: date = date(2026, 1, 1), title: str = CAPTAIN) -> None:
    name_holder(administrator, title=title, holder=holder, held_from=since, today=TODAY)


def office(agency: Agency, today: date = TODAY, title: str = CAPTAIN) -> Office:
    return next(one for one in offices_of(agency, today) if one.title == title)


class TestHolder:
    def test_is_followed_by_the_next_and_stays_in_the_history(self, agency, administrator):
        named(administrator, "Ann Ode")
        named(administrator, "Bo Lee", date(2026, 5, 1))

        now = office(agency)
        assert now.holder is not None
        assert now.holder.holder == "Bo Lee"
        assert [(one.holder, one.held_to) for one in now.history] == [("Ann Ode", date(2026, 5, 1))]
        before = office(agency, date(2026, 4, 30)).holder
        assert before is not None
        assert before.holder == "Ann Ode"

    def test_is_one_at_a_time(self, agency, administrator):
        named(administrator, "Ann Ode")

        for since in (date(2026, 1, 1), date(2025, 1, 1)):
            with pytest.raises(RosterError, match="GOV-01"):
                named(administrator, "Bo Lee", since)

    def test_is_one_at_a_time_for_the_tables_owner_too(self, agency, owner):
        row = (
            "INSERT INTO designation (agency_id, duty, title, holder, held_from, held_to, delegated_by,"
            " order_number) VALUES (%s, 'custody', 't', %s, %s, %s, '', '')"
        )
        owner.execute(row, [agency.pk, "A", "2026-01-01", "2026-02-01"])
        owner.execute(row, [agency.pk, "B", "2026-02-01", None])

        with pytest.raises(ExclusionViolation):
            owner.execute(row, [agency.pk, "C", "2026-01-31", "2026-02-01"])

    def test_is_named_for_an_office_of_the_policy(self, administrator):
        with pytest.raises(RosterError, match="no such office"):
            named(administrator, "Ann Ode", title="Wizard")
        with pytest.raises(RosterError, match="names the holder"):
            named(administrator, "  ")

    def test_is_named_by_administrators_only(self, agency):
        with pytest.raises(RosterError, match="Nobody with the right"):
            named(a_person(agency, Role.SUPERVISOR), "Ann Ode")

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(days=st.lists(st.integers(0, 400), min_size=1, max_size=5))
    def test_is_one_on_each_day_whatever_is_tried(self, days, database):
        agency = an_agency("el-cajon")
        administrator = a_person(agency, Role.ADMINISTRATOR)
        for number, day in enumerate(days):
            with contextlib.suppress(RosterError):
                named(administrator, f"Holder {number}", date(2025, 1, 1) + timedelta(days=day))

        rows = list(Designation.objects.filter(agency=agency, duty="custody").order_by("held_from"))
        assert rows
        assert all(one.held_to is not None and one.held_to <= then.held_from
                   for one, then in itertools.pairwise(rows))  # fmt: skip


class TestMember:
    def test_is_assigned_by_the_holder_beside_others(self, agency, administrator):
        with pytest.raises(RosterError, match="name its holder first"):
            assign_member(
                administrator, title=CAPTAIN, member="Cy", held_from=TODAY, held_to=None, today=TODAY
            )
        named(administrator, "Ann Ode")
        for member in ("Cy Young", "Dee Ray"):
            assign_member(
                administrator, title=CAPTAIN, member=member, held_from=TODAY, held_to=None, today=TODAY
            )

        members = office(agency).members
        assert sorted((one.holder, one.delegated_by) for one in members) == [
            ("Cy Young", "Ann Ode"), ("Dee Ray", "Ann Ode"),
        ]  # fmt: skip
        end_designation(administrator, members[0], day=TODAY + timedelta(days=1))
        assert len(office(agency, TODAY + timedelta(days=1)).members) == 1

    def test_is_not_ended_twice_nor_by_others(self, agency, administrator):
        named(administrator, "Ann Ode")
        holder = office(agency).holder
        assert holder is not None
        end_designation(administrator, holder, day=TODAY)

        with pytest.raises(RosterError, match="no such designation"):
            end_designation(administrator, holder, day=TODAY + timedelta(days=1))
        stranger = logged_in(a_person(an_agency("milpitas"), Role.ADMINISTRATOR))
        address = reverse("roster:end_designation", args=[holder.pk])
        assert stranger.post(address, {"day": "2026-06-02"}).status_code == 404


class TestPages:
    def test_keep_what_is_entered(self, agency, administrator):
        client, today = logged_in(administrator), timezone.localdate()
        holder = {"what": "holder", "title": CAPTAIN, "holder": "Ann Ode", "held_from": today.isoformat()}

        assert client.post(reverse("roster:offices"), holder).status_code == 302
        assert client.post(reverse("roster:offices"), {**holder, "holder": "Bo"}).status_code == 422
        assert client.post(reverse("roster:offices"), {**holder, "held_from": "x"}).status_code == 422
        assert client.post(reverse("roster:offices"), {"what": "coup"}).status_code == 422
        assert "Ann Ode" in client.get(reverse("roster:offices")).content.decode()

    def test_keep_orders_of_deployment(self, agency, administrator):
        client = logged_in(administrator)
        given = {"effort": "Stolen vehicles, downtown", "place": "Main Street", "valid_from": "2026-12-01T08:00",
                 "valid_to": "2026-12-08T08:00"}  # fmt: skip

        assert client.post(reverse("roster:deployments"), given).status_code == 302
        assert (
            client.post(reverse("roster:deployments"), {**given, "valid_to": "2026-11-01T08:00"}).status_code
            == 422
        )
        assert "Stolen vehicles" in client.get(reverse("roster:deployments")).content.decode()

    def test_take_orders_from_administrators_only(self, agency):
        now = timezone.now()
        with pytest.raises(RosterError, match="Nobody with the right"):
            order_deployment(
                a_person(agency, Role.SUPERVISOR),
                effort="x",
                place="y",
                valid_from=now,
                valid_to=now + timedelta(1),
            )
