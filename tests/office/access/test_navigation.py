"""The ways that are open: no key leads to two places, and a menu stands where something in it is open."""

import re
from collections import Counter

import pytest

from platekeeper.office.access.context import _PLACES
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, an_agency


def labels(page: str) -> set[str]:
    return set(re.findall(r'<summary class="nav__item"[^>]*>\s*<span>([^<]+)</span>', page))


class TestPlaces:
    def test_give_no_key_twice(self):
        keys = Counter(place.key for place in _PLACES if place.key)

        assert [key for key, number in keys.items() if number > 1] == []

    def test_stand_together_in_their_menu(self):
        groups = [place.group for place in _PLACES]

        assert len(
            [one for one, before in zip(groups, ["-", *groups], strict=False) if one != before]
        ) == len(set(groups))


class TestMenus:
    def test_show_an_officer_no_menu_without_an_open_place(self):
        page = logged_in(a_person(an_agency(), Role.PATROL_OFFICER)).get("/rights/").content.decode()

        assert labels(page) == {"Agency", "Data", "Me"}

    def test_show_an_administrator_the_agency(self):
        page = logged_in(a_person(an_agency(), Role.ADMINISTRATOR)).get("/rights/").content.decode()

        assert "Agency" in labels(page)


class TestFirstPlace:
    @pytest.mark.parametrize(
        ("role", "place"),
        [(Role.DETECTIVE, "/alerts/"), (Role.SUPERVISOR, "/alerts/"), (Role.ADMINISTRATOR, "/people/"),
         (Role.CUSTODIAN, "/retention/"), (Role.AUDITOR, "/audits/records/"), (Role.COMMANDER, "/people/approvals/"),
         (Role.RECORDS, "/releases/")],
    )  # fmt: skip
    def test_is_where_the_work_of_a_part_begins(self, role, place):
        assert logged_in(a_person(an_agency(), role)).get("/")["Location"] == place
