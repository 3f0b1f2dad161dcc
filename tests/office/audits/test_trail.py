"""Who got to know a plate: every record about it, and none about another (AUD-08)."""

import re

import pytest
from psycopg.errors import InsufficientPrivilege

from platekeeper.office.access.operations import open_access
from platekeeper.office.accounts.models import Person
from platekeeper.policy import Function, Role

from ..doors import logged_in
from ..people import NOW, PROFILES, a_person, a_searcher, an_agency, an_inquiry
from ..streets import a_camera, a_list, a_picture, a_read, identified, take

LIST = "/audits/records/"


def found(auditor: Person, plate: str) -> set[str]:
    answer = logged_in(auditor).get(LIST, {"plate": plate})
    ids = re.findall(r'href="/audits/records/([0-9a-f-]{36})/"', answer.content.decode())
    return set(ids) - own_looks(auditor)


def own_looks(auditor: Person) -> set[str]:
    answer = logged_in(auditor).get(LIST, {"person": auditor.username})
    return set(re.findall(r'href="/audits/records/([0-9a-f-]{36})/"', answer.content.decode()))


def record(person: Person, function: Function = Function.SEARCH, **changes: object) -> str:
    inquiry = an_inquiry(person.agency, function, **changes)
    return str(open_access(person=person, agency=person.agency, inquiry=inquiry, now=NOW).record_id)


def a_sighting(agency, plate: str):
    read = identified(a_read(a_camera(agency), plate, images=(a_picture("plate"),)))
    take(agency, read)
    return read


class TestTrailOfAPlate:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_has_every_look_at_a_read_of_it_and_none_at_another(self, profile):
        agency = an_agency(profile)
        person, auditor = a_searcher(agency), a_person(agency, Role.AUDITOR)
        ours, other = a_sighting(agency, "8ABC123"), a_sighting(agency, "9XYZ777")
        search = record(person)
        looks = {
            record(person, function, query={"read": str(ours.id)}, read_ids=(ours.id,))
            for function in (Function.VIEW_READ, Function.VIEW_IMAGE)
        }
        record(person, Function.VIEW_READ, query={"read": str(other.id)}, read_ids=(other.id,))

        assert found(auditor, "8abc-123") == {search, *looks}

    @pytest.mark.parametrize("typed", ["8AB*", "*C123", "8ABC?23", "BABC1Z3", "8-abc 123"])
    def test_has_what_was_asked_by_a_pattern_or_a_look_alike(self, typed):
        agency = an_agency()
        person, auditor = a_searcher(agency), a_person(agency, Role.AUDITOR)
        search = record(person, query={"plate": typed})

        assert found(auditor, "8ABC123") == {search}

    @pytest.mark.parametrize("typed", ["8ab", "C123", "8 A8"])
    def test_has_the_searches_for_plates_that_bear_a_part(self, typed):
        agency = an_agency()
        auditor = a_person(agency, Role.AUDITOR)
        search = record(a_searcher(agency), query={"plate": "8ABC123"})
        record(a_searcher(agency), query={"plate": "9XYZ777"})

        assert found(auditor, typed) == {search}

    @pytest.mark.parametrize("typed", ["8AB", "*C124", "8ABC??23", "%", "8ABC_23"])
    def test_has_no_pattern_that_does_not_fit(self, typed):
        agency = an_agency()
        auditor = a_person(agency, Role.AUDITOR)
        record(a_searcher(agency), query={"plate": typed})

        assert found(auditor, "8ABC123") == set()

    def test_has_the_alert_that_somebody_opened(self):
        agency = an_agency()
        a_list(agency, "8ABC123")
        a_sighting(agency, "8ABC123")
        officer, auditor = a_person(agency, Role.PATROL_OFFICER), a_person(agency, Role.AUDITOR)
        client = logged_in(officer)
        address = re.search(r"/alerts/[0-9a-f-]{36}/", client.get("/alerts/").content.decode())
        assert address is not None
        before = found(auditor, "8ABC123")

        client.get(address[0])

        assert len(found(auditor, "8ABC123") - before) == 1

    def test_stays_within_the_agency(self):
        agency, other = an_agency(), an_agency()
        read = a_sighting(other, "8ABC123")
        person = a_searcher(other)
        record(person)
        record(person, Function.VIEW_READ, query={"read": str(read.id)}, read_ids=(read.id,))

        assert found(a_person(agency, Role.AUDITOR), "8ABC123") == set()

    @pytest.mark.parametrize("plate", ["*", "-", "%", "' OR 1=1 --", "\x1b"])
    def test_of_what_is_no_plate_is_empty(self, plate):
        agency = an_agency()
        record(a_searcher(agency))

        assert found(a_person(agency, Role.AUDITOR), plate) == set()

    def test_is_told_to_nobody_without_a_record(self, web):
        assert web.execute("SELECT count(*) FROM records_about('8ABC123')").fetchone() == (0,)

    @pytest.mark.parametrize("role", ["ingest", "custodian", "auditor"])
    def test_is_closed_to_every_other_role(self, role, connect):
        with connect(role) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT * FROM records_about('8ABC123')")
