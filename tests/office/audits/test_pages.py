"""The auditor's pages: everything that was asked in the agency and nothing of others, each look on record."""

import html
import re
from uuid import uuid4

import psycopg
import pytest

from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.access.queries import own_record
from platekeeper.policy import Function, Role

from ..doors import logged_in
from ..people import NOW, PROFILES, a_person, a_searcher, an_agency, an_inquiry

LIST = "/audits/records/"


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def shown(answer) -> list[str]:
    return re.findall(r'href="/audits/records/([0-9a-f-]{36})/"', answer.content.decode())


def asked(person, **changes) -> str:
    inquiry = an_inquiry(person.agency, **changes)
    try:
        return str(open_access(person=person, agency=person.agency, inquiry=inquiry, now=NOW).record_id)
    except AccessDenied as refused:
        return str(refused.record_id)


@pytest.fixture
def auditor():
    return a_person(an_agency(), Role.AUDITOR)


class TestList:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_shows_every_record_of_the_agency_and_of_no_other(self, profile):
        agency, other = an_agency(profile), an_agency("redondo-beach")
        person = a_searcher(agency)
        records = [asked(person), asked(person, reason="police work")]
        asked(a_searcher(other))

        answer = logged_in(a_person(agency, Role.AUDITOR)).get(LIST)

        assert set(records) <= set(shown(answer))
        assert len(shown(answer)) == 3, "the auditor's own look is the third"
        assert other.name not in text_of(answer)

    def test_leaves_a_record_of_each_look(self, auditor, owner):
        client = logged_in(auditor)

        client.get(LIST)
        client.get(LIST, {"person": "robin", "outcome": "DENIED"})

        kept = owner.execute(
            "SELECT function, outcome, query FROM access_record WHERE person_id = %s ORDER BY accessed_at",
            [auditor.pk],
        ).fetchall()
        assert kept == [
            ("browse-access-records", "ALLOWED", {}),
            ("browse-access-records", "ALLOWED", {"person": "robin", "outcome": "DENIED"}),
        ]

    @pytest.mark.parametrize(
        ("filters", "count"),
        [({"outcome": "DENIED"}, 1), ({"outcome": "ALLOWED", "function": "search"}, 1),
         ({"case_number": "26-01234"}, 2), ({"case_number": "26-99999"}, 0),
         ({"purpose": "wanted-persons"}, 0), ({"person": "{username}"}, 2),
         ({"person": "nobody"}, 0), ({"since": "2999-01-01"}, 0), ({"until": "2001-01-01"}, 0)],
        ids=repr,
    )  # fmt: skip
    def test_is_narrowed_down(self, filters, count, auditor):
        person = a_searcher(auditor.agency)
        asked(person)
        asked(person, reason="police work")
        given = {name: value.format(username=person.username) for name, value in filters.items()}

        answer = logged_in(auditor).get(LIST, given)

        assert len(shown(answer)) == count

    @pytest.mark.parametrize(
        "query", ["before=x", "before=2026-01-01", "before=9999-99-99T00:00:00Z", "before=2026-01-01T00:00:00+00:00"]
    )  # fmt: skip
    def test_begins_anew_where_the_page_is_not_known(self, query, auditor):
        assert logged_in(auditor).get(f"{LIST}?{query}").status_code == 200

    @pytest.mark.parametrize(
        "query", ["since=yesterday", "function=everything", "outcome=PERHAPS", "person=" + "x" * 500]
    )
    def test_shows_nothing_where_a_filter_cannot_be_read(self, query, auditor, owner):
        record = asked(a_searcher(auditor.agency))

        answer = logged_in(auditor).get(f"{LIST}?{query}")

        assert answer.status_code == 422
        assert "Nothing was looked up" in text_of(answer)
        assert record not in shown(answer)

    def test_goes_on_to_older_records(self, auditor):
        person = a_searcher(auditor.agency)
        records = [asked(person) for _ in range(60)]
        client = logged_in(auditor)

        first = client.get(LIST, {"person": person.username})
        older = re.search(r'href="(\?[^"]*before=[^"]+)"', first.content.decode())
        assert older
        second = client.get(LIST + html.unescape(older[1]))

        assert len(shown(first)) == 50
        assert [*shown(first), *shown(second)] == records[::-1]


class TestRecord:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_is_shown_whole_with_the_entry_that_seals_it(self, profile, owner):
        agency = an_agency(profile)
        person = a_searcher(agency)
        record_id = asked(person, query={"plate": "8ABC123"})

        page = text_of(logged_in(a_person(agency, Role.AUDITOR)).get(f"{LIST}{record_id}/"))

        inquiry = an_inquiry(agency)
        chain = owner.execute(
            "SELECT encode(chain_hash, 'hex') FROM ledger_entry WHERE subject = %s", [record_id]
        ).fetchone()[0]
        for expected in (
            person.full_name,
            "8ABC123",
            inquiry.case_number,
            inquiry.reason,
            chain,
            "access.opened",
        ):
            assert expected in page

    def test_that_was_refused_tells_why(self, auditor):
        record_id = asked(a_searcher(auditor.agency), reason="police work")

        page = text_of(logged_in(auditor).get(f"{LIST}{record_id}/"))

        assert "The reason says nothing about what is investigated." in page

    def test_shows_what_was_opened_in_its_course(self, auditor):
        person = a_searcher(auditor.agency)
        first = asked(person)
        second = asked(person, function=Function.VIEW_READ, parent=own_record(person, first))

        answer = logged_in(auditor).get(f"{LIST}{first}/")

        assert second in shown(answer)

    def test_of_another_agency_is_not_found(self, auditor):
        theirs = asked(a_searcher(an_agency("milpitas")))

        assert logged_in(auditor).get(f"{LIST}{theirs}/").status_code == 404

    def test_that_there_is_not_is_not_found(self, auditor):
        assert logged_in(auditor).get(f"{LIST}{uuid4()}/").status_code == 404

    def test_is_closed_to_those_whom_it_is_about(self, auditor, owner):
        person = a_searcher(auditor.agency)
        record_id = asked(person)

        answer = logged_in(person).get(f"{LIST}{record_id}/")

        assert answer.status_code == 403
        refusals = owner.execute(
            "SELECT function FROM access_record WHERE person_id = %s AND outcome = 'DENIED'", [person.pk]
        ).fetchall()
        assert refusals == [("browse-access-records",)]

    def test_says_that_it_is_intact_as_long_as_it_is(self, auditor, database):
        # a superuser could switch the triggers off; the hashes, computed anew, show it
        record_id = asked(a_searcher(auditor.agency))
        client = logged_in(auditor)
        whole = text_of(client.get(f"{LIST}{record_id}/"))

        with psycopg.connect(
            database.embedded.superuser_address("platekeeper"), autocommit=True
        ) as superuser:
            superuser.execute("ALTER TABLE ledger_details DISABLE TRIGGER refuse_change")
            changing = (
                "UPDATE ledger_details SET details = replace(details, %s, %s)"
                " WHERE sequence = (SELECT sequence FROM ledger_entry WHERE subject = %s)"
            )
            try:
                superuser.execute(changing, ["26-01234", "26-99999", record_id])
                tampered = text_of(client.get(f"{LIST}{record_id}/"))
                superuser.execute(changing, ["26-99999", "26-01234", record_id])
            finally:
                superuser.execute("ALTER TABLE ledger_details ENABLE ALWAYS TRIGGER refuse_change")

        assert "computed again: it agrees" in whole
        assert "this entry was changed" in tampered
