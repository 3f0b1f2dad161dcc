"""Opening an access, by raw SQL as the web role: what is written, what is refused, what goes on from it (promise 1)."""

import contextlib
import json

import psycopg
import pytest
from psycopg.errors import (
    CheckViolation,
    InsufficientPrivilege,
    InvalidTextRepresentation,
    InvalidTransactionTermination,
    NotNullViolation,
)

from platekeeper.office.accounts.models import Person
from platekeeper.policy import Role

from ..people import OWNER, a_person
from ..streets import a_read, take
from .gate import a_request, opened, plates_seen


class TestOpenAccess:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"purpose": ""}, InsufficientPrivilege),
            ({"purpose": None}, InsufficientPrivilege),
            ({"purpose": "  "}, InsufficientPrivilege),
            ({"policy_version": None}, InsufficientPrivilege),
            ({"policy_version": ""}, InsufficientPrivilege),
            ({"person_id": 0}, psycopg.DatabaseError),
            ({"person_id": None}, psycopg.DatabaseError),
            ({"outcome": "PERHAPS"}, CheckViolation),
            ({"outcome": None}, NotNullViolation),
            ({"function": None}, NotNullViolation),
            ({"grants": [{"data_agency_id": None}]}, NotNullViolation),
        ],
    )
    def test_is_refused_when_something_is_missing(self, changes, error, street, web, owner):
        before = _records(owner, street.person)

        with pytest.raises(error):
            opened(web, a_request(street.person, **changes))

        assert _records(owner, street.person) == before

    def test_is_refused_to_an_inactive_person(self, street, web, owner):
        Person.objects.using(OWNER).filter(pk=street.person.pk).update(is_active=False)

        with pytest.raises(psycopg.DatabaseError, match="may act now"):
            opened(web, a_request(street.person))

        assert _records(owner, street.person) == 0

    @pytest.mark.parametrize("role", ["ingest", "custodian", "auditor"])
    def test_is_closed_to_other_roles(self, role, street, connect):
        with pytest.raises(InsufficientPrivilege):
            opened(connect(role), a_request(street.person))

    def test_copies_who_it_was_from_the_account_whatever_is_said(self, street, web, owner):
        forged = {
            "username": "somebody.else",
            "organization": "FBI",
            "agency_id": 1,
            "accessed_at": "2001-01-01",
        }
        record, _ = opened(web, a_request(street.person, **forged))

        kept = owner.execute(
            "SELECT username, organization, agency_id, now() - accessed_at < interval '1 minute', session_role"
            " FROM access_record WHERE id = %s", [record],
        ).fetchone()  # fmt: skip
        assert kept == (street.person.username, street.agency.name, street.agency.pk, True, "web")

    def test_gives_every_access_an_id_and_a_pass_of_its_own(self, street, web):
        passes = {opened(web, a_request(street.person)) for _ in range(5)}

        assert len(passes) == 5


class TestRecordAccess:
    def test_is_refused_where_it_could_be_rolled_back(self, street, web, owner):
        before = owner.execute("SELECT count(*) FROM access_record").fetchone()

        with pytest.raises(InvalidTransactionTermination), web.transaction():
            web.execute(
                "CALL record_access(%s::jsonb, false, NULL, NULL)", [json.dumps(a_request(street.person))]
            )

        assert owner.execute("SELECT count(*) FROM access_record").fetchone() == before

    def test_is_refused_as_open_access_is(self, street, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute(
                "CALL record_access(%s::jsonb, false, NULL, NULL)",
                [json.dumps(a_request(street.person, purpose=""))],
            )

    CALL = "CALL record_access(%s::jsonb, true, NULL, NULL)"

    def test_opens_the_gate_for_the_questions_behind_it_and_no_others(self, street, web, owner):
        with web.pipeline() as pipeline:
            called = web.execute(self.CALL, [json.dumps(a_request(street.person))])
            asked = web.execute("SELECT plate FROM visible_read ORDER BY plate")
            web.execute("SELECT await_record()")
            pipeline.sync()
            later = web.execute("SELECT plate FROM visible_read")

        assert [row[0] for row in asked.fetchall()] == ["7XYZ890", "8ABC123"]
        assert later.fetchall() == []
        access_id, _ = called.fetchone()
        assert owner.execute("SELECT 1 FROM access_record WHERE id = %s", [access_id]).fetchall() == [(1,)]

    def test_stands_when_the_question_behind_it_fails(self, street, web, owner):
        before = _records(owner, street.person)

        with contextlib.suppress(InvalidTextRepresentation), web.pipeline():
            web.execute(self.CALL, [json.dumps(a_request(street.person))])
            web.execute("SELECT plate::integer FROM visible_read")

        assert _records(owner, street.person) == before + 1
        assert plates_seen(web, None) == []

    def test_leaves_an_open_cursor_the_answer_to_its_question_and_nothing_new(self, street, web):
        # known (ADR 0004): what was asked in time is kept by who keeps the cursor
        with web.pipeline():
            web.execute(self.CALL, [json.dumps(a_request(street.person))])
            web.execute("DECLARE kept CURSOR WITH HOLD FOR SELECT plate FROM visible_read ORDER BY plate")
            web.execute("SELECT await_record()")
        take(street.agency, a_read(street.camera, "9NEW999"))

        kept = web.execute("FETCH ALL FROM kept").fetchall()
        assert [plate for (plate,) in kept] == ["7XYZ890", "8ABC123"]
        assert plates_seen(web, None) == []

    def test_gives_a_pass_of_a_record_that_is_committed(self, street, web, owner):
        request = json.dumps(a_request(street.person))

        access_id, given = web.execute(
            "CALL record_access(%s::jsonb, false, NULL, NULL)", [request]
        ).fetchone()

        assert owner.execute("SELECT outcome FROM access_record WHERE id = %s", [access_id]).fetchall() == [
            ("ALLOWED",)
        ]
        assert plates_seen(web, given)


class TestOwnRecord:
    def test_of_another_person_is_not_told(self, street, web):
        record, _ = opened(web, a_request(street.person))
        colleague = a_person(street.agency, Role.SUPERVISOR)

        assert web.execute("SELECT * FROM own_record(%s, %s)", [colleague.pk, record]).fetchall() == []

    def test_that_was_refused_is_none(self, street, web):
        record, _ = opened(web, a_request(street.person, outcome="DENIED"))

        assert web.execute("SELECT * FROM own_record(%s, %s)", [street.person.pk, record]).fetchall() == []

    def test_goes_on_with_purpose_and_case(self, street, web):
        record, _ = opened(web, a_request(street.person, case_number="26-00417"))

        found = web.execute(
            "SELECT purpose, case_number FROM own_record(%s, %s)", [street.person.pk, record]
        ).fetchall()
        assert found == [("criminal-investigation", "26-00417")]


def _records(owner: psycopg.Connection, person: Person) -> int:
    row = owner.execute("SELECT count(*) FROM access_record WHERE person_id = %s", [person.pk]).fetchone()
    assert row is not None
    return row[0]
