"""A case: opened under its number, seen by its members, gathered for it alone, and kept."""

import re

import psycopg
import pytest
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from platekeeper.office.accounts.models import Person
from platekeeper.office.cases.models import CaseFile
from platekeeper.office.cases.operations import (
    CaseError,
    add_member,
    add_note,
    close_case,
    open_case,
    remove_member,
)
from platekeeper.office.cases.queries import searches_in
from platekeeper.policy import Role

from ..access.gate import a_request, opened
from ..doors import logged_in
from ..people import a_person, a_searcher, an_agency, an_inquiry
from ..search.test_pages import a_form, text_of
from ..streets import a_camera, a_read, identified, take

TITLE = "Burglary at a pharmacy, silver sedan seen leaving"


def a_case(person: Person, **changes: str) -> CaseFile:
    inquiry = an_inquiry(person.agency)
    given = {"number": inquiry.case_number, "title": TITLE, "purpose": inquiry.purpose, **changes}
    return open_case(person=person, now=timezone.now(), **given)


@pytest.fixture
def detective() -> Person:
    return a_searcher(an_agency())


class TestOpening:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"number": "mine"}, "is not a case number"),
            ({"title": "stuff"}, "title says"),
            ({"title": "Muslim driver at the mosque"}, "title says"),
            ({"purpose": "curiosity"}, "listed purposes"),
        ],
    )
    def test_is_refused_where_it_is_no_case(self, changes, sentence, detective):
        with pytest.raises(CaseError, match=sentence):
            a_case(detective, **changes)

    def test_is_refused_to_who_may_not_search(self):
        with pytest.raises(CaseError):
            a_case(a_person(an_agency("los-angeles"), Role.AUDITOR))

    def test_happens_once_a_number(self, detective):
        a_case(detective)

        with pytest.raises(CaseError, match="open already"):
            a_case(detective)

    def test_is_in_the_ledger(self, detective, owner):
        case = a_case(detective)

        entry = owner.execute(
            "SELECT event, actor FROM ledger_entry WHERE agency = %s AND subject = %s",
            [detective.agency.slug, f"case:{case.pk}"],
        ).fetchall()
        assert entry == [("case.opened", detective.username)]


class TestMembers:
    def test_alone_see_into_it(self, detective):
        case = a_case(detective)
        colleague = a_searcher(detective.agency)

        assert logged_in(colleague).get(f"/cases/{case.pk}/").status_code == 404
        add_member(case=case, actor=detective, person=colleague, now=timezone.now())
        assert logged_in(colleague).get(f"/cases/{case.pk}/").status_code == 200
        remove_member(case=case, actor=detective, person=colleague, now=timezone.now())
        assert logged_in(colleague).get(f"/cases/{case.pk}/").status_code == 404
        assert searches_in(case, colleague) == []

    def test_are_of_one_agency_and_never_none(self, detective):
        case = a_case(detective)

        with pytest.raises(CaseError, match="same agency"):
            add_member(case=case, actor=detective, person=a_searcher(an_agency()), now=timezone.now())
        with pytest.raises(CaseError, match="last member"):
            remove_member(case=case, actor=detective, person=detective, now=timezone.now())


class TestGathering:
    def searched(self, person: Person):
        return logged_in(person).post("/search/", a_form(person))

    def pins(self, answer) -> list[dict[str, str]]:
        forms = re.findall(
            r'<form method="post" action="/cases/pin/">(.*?)</form>', answer.content.decode(), re.DOTALL
        )
        return [dict(re.findall(r'name="(record|read|read_at)" value="([^"]+)"', form)) for form in forms]

    def test_brings_search_read_and_note_together(self, detective, owner):
        read = identified(a_read(a_camera(detective.agency), "8ABC123"))
        take(detective.agency, read)
        case = a_case(detective)
        client = logged_in(detective)
        search, first = self.pins(self.searched(detective))

        for pin in (search, first):
            assert client.post("/cases/pin/", pin).headers["Location"] == f"/cases/{case.pk}/"
        client.post(f"/cases/{case.pk}/note/", {"text": "Neighbour saw it twice"})
        page = client.get(f"/cases/{case.pk}/")

        shown = text_of(page)
        assert "8ABC123" in shown
        assert "Neighbour saw it twice" in shown
        assert f"/reads/{read.id}/?because=" in page.content.decode()
        kept = owner.execute(
            "SELECT function, case_number, query->>'case' FROM access_record WHERE person_id = %s ORDER BY accessed_at"
            " DESC LIMIT 1", [detective.pk],
        ).fetchone()  # fmt: skip
        assert kept == ("view-read", case.number, case.number)

    def test_hands_case_and_reads_over_to_evidence_and_hold(self, detective):
        read = identified(a_read(a_camera(detective.agency), "8ABC123"))
        take(detective.agency, read)
        case = a_case(detective)
        client = logged_in(detective)
        for pin in self.pins(self.searched(detective)):
            client.post("/cases/pin/", pin)

        page = client.get(f"/cases/{case.pk}/").content.decode()
        builder = re.search(r'action="/evidence/new/">(.*?)</form>', page, re.DOTALL)[1]
        evidence = client.post(
            "/evidence/new/", dict(re.findall(r'name="(because|read)"\s+value="([^"]+)"', builder))
        )
        hold = client.get(re.search(r'href="(/retention/holds/new/[^"]+)"', page)[1])

        assert str(read.id) in evidence.content.decode()
        for answer in (evidence, hold):
            assert f'value="{case.number}"' in answer.content.decode()

    def test_leads_to_opening_the_case_where_there_is_none(self, detective):
        take(detective.agency, a_read(a_camera(detective.agency), "8ABC123"))

        answer = logged_in(detective).post("/cases/pin/", self.pins(self.searched(detective))[0])

        assert answer.headers["Location"].startswith("/cases/?number=")

    def test_takes_nothing_that_a_colleague_searched(self, detective):
        take(detective.agency, a_read(a_camera(detective.agency), "8ABC123"))
        pin = self.pins(self.searched(detective))[0]
        colleague = a_searcher(detective.agency)
        a_case(colleague)

        assert logged_in(colleague).post("/cases/pin/", pin).status_code == 404

    @pytest.mark.parametrize("changes", ["another person's", "of another case", "of yesterday", "refused"])
    def test_takes_by_sql_no_record_but_a_new_one_of_who_adds_it(self, changes, detective, owner, web):
        # what is in a case, its members read; the pages' role can make anybody a member
        case, colleague = a_case(detective), a_searcher(detective.agency)
        case_number = "elsewhere" if changes == "of another case" else case.number
        outcome = "DENIED" if changes == "refused" else "ALLOWED"
        record, _ = opened(
            web, a_request(detective, case_number=case_number, outcome=outcome, reason="secret")
        )
        if changes == "of yesterday":
            record = _aged(owner, record)
        adds = colleague if changes == "another person's" else detective

        with pytest.raises(InsufficientPrivilege, match="SRC-01"):
            web.execute(
                "INSERT INTO case_item (case_id, kind, access_id, text, added_by_id, added_at)"
                " VALUES (%s, 'SEARCH', %s, '', %s, now())",
                [case.pk, record, adds.pk],
            )

    def test_ends_with_the_case(self, detective):
        case = a_case(detective)
        close_case(case=case, actor=detective, now=timezone.now())
        case.refresh_from_db()

        with pytest.raises(CaseError, match="closed"):
            add_note(case=case, person=detective, text="late", now=timezone.now())
        with pytest.raises(CaseError, match="closed already"):
            close_case(case=case, actor=detective, now=timezone.now())

    @pytest.mark.parametrize("statement", ["UPDATE case_item SET text = 'x'", "DELETE FROM case_item"])
    def test_stays(self, statement, detective, owner, web):
        add_note(case=a_case(detective), person=detective, text="seen", now=timezone.now())

        for role in (owner, web):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                role.execute(statement)


def _aged(owner: psycopg.Connection, record: str) -> str:
    """Copy a record, as it would be a day later."""
    row = owner.execute(
        "INSERT INTO access_record SELECT (jsonb_populate_record(r, jsonb_build_object("
        "'id', gen_random_uuid(), 'accessed_at', r.accessed_at - interval '1 day'))).*"
        " FROM access_record r WHERE r.id = %s RETURNING id::text",
        [record],
    ).fetchone()
    assert row is not None
    return row[0]
