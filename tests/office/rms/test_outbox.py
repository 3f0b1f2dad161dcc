"""Every access is filed with the records management system, or there is no access (Monrovia 463.5(b); SRC-03)."""

import hashlib
import json
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege, UniqueViolation

from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.rms.models import Connection
from platekeeper.office.rms.operations import connect_rms, deliver_requests
from platekeeper.office.rms.queries import filed, unacknowledged
from platekeeper.policy import Function, Role

from ..people import a_person, a_searcher, an_agency, an_inquiry
from .systems import RecordsSystem


@pytest.fixture
def agency():
    return an_agency("monrovia")


@pytest.fixture
def custodian(connect):
    return connect("custodian")


def opened(agency, **changes) -> str:
    person = a_searcher(agency)
    return str(
        open_access(
            person=person, agency=agency, inquiry=an_inquiry(agency, **changes), now=timezone.now()
        ).record_id
    )


def queued(owner: psycopg.Connection, agency) -> list[tuple[str, str]]:
    rows = owner.execute(
        "SELECT access_id::text, classification FROM rms_request WHERE agency_id = %s ORDER BY id",
        [agency.pk],
    )
    return rows.fetchall()


class TestTheOutbox:
    @pytest.mark.parametrize(
        "statement",
        ["DELETE FROM rms_request", "UPDATE rms_request SET content = '{}'", "TRUNCATE rms_request CASCADE",
         "SELECT content FROM rms_request", "DELETE FROM rms_attempt",
         "INSERT INTO rms_attempt (request_id) VALUES (1)",
         "INSERT INTO rms_request (agency_id) VALUES (1)", "UPDATE rms_connection SET classification = ''",
         "SELECT queue_rms_request(1, '', gen_random_uuid(), '{}')"],
    )  # fmt: skip
    def test_is_closed_to_the_pages_role(self, web, statement):
        with pytest.raises(InsufficientPrivilege):
            web.execute(statement)

    @pytest.mark.parametrize("role", ["custodian", "owner"])
    @pytest.mark.parametrize("table", ["rms_request", "rms_attempt"])
    @pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_loses_no_row_to_anybody(self, connect, role, table, change):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(change.format(table))

    def test_holds_each_access_of_an_agency_whose_policy_files_them(self, owner, agency):
        record = opened(agency)

        assert queued(owner, agency) == [(record, "ALPR Request")]
        content = owner.execute("SELECT content FROM rms_request WHERE access_id = %s", [record]).fetchone()[
            0
        ]
        assert content["query"] == {"plate": "8ABC123"}
        assert content["username"]
        assert content["purpose"]
        assert content["accessed_at"]

    def test_holds_nothing_of_an_agency_whose_policy_does_not(self, owner):
        agency = an_agency("redondo-beach")
        opened(agency)

        assert queued(owner, agency) == []

    def test_holds_no_refusal_and_no_look_at_records(self, owner, agency):
        with pytest.raises(AccessDenied):
            opened(agency, purpose="")
        inquiry = an_inquiry(agency, Function.BROWSE_ACCESS_RECORDS, purpose="audit")
        open_access(person=a_person(agency, Role.AUDITOR), agency=agency, inquiry=inquiry, now=timezone.now())

        assert queued(owner, agency) == []

    def test_is_written_with_the_record_or_neither_is(self, owner, agency):
        owner.execute(
            f"ALTER TABLE rms_request ADD CONSTRAINT broken CHECK (agency_id <> {agency.pk}) NOT VALID"
        )
        try:
            with pytest.raises(Exception, match="broken"):
                opened(agency)
        finally:
            owner.execute("ALTER TABLE rms_request DROP CONSTRAINT broken")

        kept = owner.execute(
            "SELECT count(*) FROM access_record WHERE agency_id = %s", [agency.pk]
        ).fetchone()
        assert kept == (0,)

    def test_is_not_avoided_by_raw_sql_where_a_system_is_connected(self, web, owner):
        agency = an_agency("redondo-beach")
        connect_rms(agency=agency, classification="ALPR Request")
        request = {
            "person_id": a_searcher(agency).pk, "function": "search", "purpose": "x", "outcome": "ALLOWED",
            "clauses": ["x"], "policy_version": "x",
            "grants": [{"data_agency_id": agency.pk, "visible_from": "2020-01-01T00:00:00Z", "kinds": ["read"]}],
        }  # fmt: skip

        record = web.execute("SELECT access_id::text FROM open_access(%s)", [json.dumps(request)]).fetchone()[
            0
        ]

        assert queued(owner, agency) == [(record, "ALPR Request")]


class TestDelivery:
    def test_to_a_folder_leaves_one_whole_file_and_its_receipt(self, agency, tmp_path, custodian):
        record = opened(agency)
        connection = connect_rms(agency=agency, outbox_folder=str(tmp_path))

        assert deliver_requests(connection, timezone.now()) == 1
        assert deliver_requests(connection, timezone.now()) == 0

        (file,) = tmp_path.iterdir()
        assert file.name == f"alpr-request-{record}.json"
        sheet = json.loads(file.read_bytes())
        assert (sheet["classification"], sheet["access_record"]) == ("ALPR Request", record)
        assert _receipts(custodian, record) == [
            (True, f"{file.name} sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}", "")
        ]

    def test_that_was_killed_before_its_receipt_is_made_again(self, agency, tmp_path):
        record = opened(agency)
        connection = connect_rms(agency=agency, outbox_folder=str(tmp_path))
        (tmp_path / f"alpr-request-{record}.json").write_text("half")
        (tmp_path / f".alpr-request-{record}.json.draft").write_text("half")

        deliver_requests(connection, timezone.now())

        assert [file.name for file in tmp_path.iterdir()] == [f"alpr-request-{record}.json"]
        assert json.loads((tmp_path / f"alpr-request-{record}.json").read_bytes())["access_record"] == record

    def test_to_a_folder_that_cannot_be_written_is_tried_later(self, agency, tmp_path, custodian):
        record = opened(agency)
        connection = connect_rms(agency=agency, outbox_folder=str(tmp_path / "missing"))

        assert deliver_requests(connection, timezone.now()) == 0

        (attempt,) = _receipts(custodian, record)
        assert (attempt[0], "cannot be written" in attempt[2]) == (False, True)
        assert [one.attempts for one in unacknowledged(agency)] == [1]

    @pytest.mark.parametrize("status", [302, 400, 401, 500, 503])
    def test_that_is_not_taken_is_made_again_after_ever_longer(self, agency, status):
        now = timezone.now()
        record = opened(agency)
        with RecordsSystem(status=status).listening() as system:
            connection = connect_rms(agency=agency, outbox_url=system.url)
            assert deliver_requests(connection, now) == 0
            assert deliver_requests(connection, now + timedelta(seconds=30)) == 0
            assert system.deliveries == 1
            system.status = 201
            assert deliver_requests(connection, now + timedelta(seconds=61)) == 1

        assert list(system.taken) == [record]
        assert unacknowledged(agency) == []
        assert (filed(agency).filed, filed(agency).acknowledged) == (1, 1)

    def test_keeps_the_order_of_the_accesses(self, agency):
        records = [opened(agency) for _ in range(3)]
        with RecordsSystem(status=500).listening() as system:
            connection = connect_rms(agency=agency, outbox_url=system.url)
            deliver_requests(connection, timezone.now())
            system.status = 200
            deliver_requests(connection, timezone.now() + timedelta(minutes=5))

        assert list(system.taken) == records

    def test_shows_its_token_and_keeps_the_others_receipt(self, agency, tmp_path, custodian):
        record = opened(agency)
        (tmp_path / "token").write_text("s3cret\n")
        with RecordsSystem().listening() as system:
            connection = connect_rms(agency=agency, outbox_url=system.url, token_file=str(tmp_path / "token"))
            deliver_requests(connection, timezone.now())

        assert system.tokens == ["Bearer s3cret"]
        assert _receipts(custodian, record) == [(True, '201 {"receipt": "RMS-1"}', "")]

    def test_over_a_day_late_is_told(self, agency, owner):
        opened(agency)
        connection = connect_rms(agency=agency, outbox_url="http://127.0.0.1:9/")

        deliver_requests(connection, timezone.now() + timedelta(hours=25))

        told = owner.execute("SELECT count(*) FROM notice WHERE agency_id = %s", [agency.pk]).fetchone()
        assert told[0] >= 1

    def test_is_receipted_once(self, agency, tmp_path, custodian):
        record = opened(agency)
        deliver_requests(connect_rms(agency=agency, outbox_folder=str(tmp_path)), timezone.now())

        with pytest.raises(UniqueViolation):
            custodian.execute(
                "INSERT INTO rms_attempt (request_id, attempted_at, delivered, receipt, error)"
                " SELECT id, now(), true, 'again', '' FROM rms_request WHERE access_id = %s",
                [record],
            )
        assert Connection.objects.filter(agency=agency).exists()


def _receipts(custodian: psycopg.Connection, record: str) -> list[tuple[bool, str, str]]:
    rows = custodian.execute(
        "SELECT a.delivered, a.receipt, a.error FROM rms_attempt a JOIN rms_request r ON r.id = a.request_id"
        " WHERE r.access_id = %s ORDER BY a.attempted_at",
        [record],
    )
    return rows.fetchall()
