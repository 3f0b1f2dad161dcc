"""Opening an access: decided, recorded, sealed in the ledger, and only then anything is shown (promise 1, SRC-01)."""

import contextlib
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, transaction

from platekeeper import policy
from platekeeper.ledger.checkpoints import SigningKey, make_checkpoint
from platekeeper.ledger.exports import export
from platekeeper.ledger.verify import chain_hash, details_digest, verify
from platekeeper.office.access.ledger import LedgerBook
from platekeeper.office.access.operations import AccessDenied, AccessGrant, colleague, open_access
from platekeeper.office.access.queries import own_record
from platekeeper.office.reads.models import Read
from platekeeper.office.search.queries import Question, reads_matching
from platekeeper.office.statements import Ask, prepared
from platekeeper.policy import Function, Role

from ..people import NOW, PROFILES, a_person, a_searcher, an_agency, an_inquiry
from ..streets import a_camera, a_list, a_read, take

WEB = "default"
HOW_MANY = Ask("SELECT count(*) FROM visible_read")
RECORD = """
SELECT r.outcome, r.username, r.organization, r.function, r.query, r.purpose, r.case_number, r.reason, r.on_behalf_of,
       r.clauses, r.explanation, r.policy_version, r.source, r.parent_id
  FROM access_record r WHERE r.id = %s
"""


def records_of(owner: psycopg.Connection, person) -> list[tuple[str, str]]:
    return owner.execute(
        "SELECT id::text, outcome FROM access_record WHERE person_id = %s ORDER BY accessed_at", [person.pk]
    ).fetchall()


def sealed(auditor: psycopg.Connection, book: LedgerBook, record_id: object):
    """Return the entry that seals a record, and the one before it."""
    row = auditor.execute("SELECT sequence FROM ledger_entry WHERE subject = %s", [str(record_id)]).fetchone()
    assert row is not None, "no entry seals this record"
    near = list(itertools.islice(book.entries(after=max(row[0] - 2, 0), details=True), 2))
    return (near[0], None) if row[0] == 1 else (near[1], near[0])


def refused(person, agency=None, **changes) -> AccessDenied:
    agency = agency or person.agency
    with pytest.raises(AccessDenied) as caught:
        open_access(person=person, agency=agency, inquiry=an_inquiry(agency, **changes), now=NOW)
    return caught.value


def granted(
    person, function: Function = Function.SEARCH, *, asks: tuple[Ask, ...] = (), **changes
) -> AccessGrant:
    inquiry = an_inquiry(person.agency, function, **changes)
    return open_access(person=person, agency=person.agency, inquiry=inquiry, now=NOW, asks=asks)


@pytest.fixture
def auditor(connect) -> psycopg.Connection:
    return connect("auditor")


@pytest.fixture
def book(database) -> LedgerBook:
    key = SigningKey("police.example.gov/platekeeper", bytes(32))
    return LedgerBook(lambda: psycopg.connect(database.address("auditor")), key)


class TestRefusal:
    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize(
        ("changes", "obligation"),
        [
            ({"purpose": ""}, "PUR-01"),
            ({"purpose": "curiosity"}, "SRC-04"),
            ({"case_number": ""}, "SRC-02"),
            ({"case_number": "my own"}, "PUR-14"),
            ({"reason": ""}, "SRC-02"),
            ({"reason": "police work"}, "SRC-04"),
            ({"reason": "Muslim driver leaving the mosque"}, "PUR-07"),
            ({"reason": "immigration enforcement of a removal order"}, "PUR-10"),
        ],
    )  # fmt: skip
    def test_is_recorded_and_sealed_with_its_clause(self, profile, changes, obligation, owner, auditor, book):
        person = a_searcher(an_agency(profile))

        denied = refused(person, **changes)

        assert denied.decision.obligation == obligation
        kept = owner.execute(RECORD, [denied.record_id]).fetchone()
        assert kept[0] == "DENIED"
        assert kept[9:11] == ([denied.decision.clause], str(denied.decision))
        assert sealed(auditor, book, denied.record_id)[0].entry.event == "access.denied"

    def test_of_an_untrained_person_is_recorded(self, owner):
        person = a_person(an_agency(), Role.DETECTIVE, trained=False)

        denied = refused(person)

        assert denied.decision.obligation == "TRN-01"
        assert records_of(owner, person) == [(str(denied.record_id), "DENIED")]

    def test_of_a_suspended_person_is_recorded(self, owner):
        person = a_person(an_agency(), Role.DETECTIVE, suspended_until=NOW + timedelta(days=3))

        assert refused(person).decision.obligation == "USR-09"
        assert [outcome for _, outcome in records_of(owner, person)] == ["DENIED"]

    @pytest.mark.parametrize("profile", ["milpitas", "redondo-beach"])
    def test_of_another_agency_s_data_is_recorded_at_the_asker_s(self, profile, owner):
        # also where both agencies live under the same profile
        person, other = a_person(an_agency("redondo-beach")), an_agency(profile)

        denied = refused(person, other)

        assert denied.decision.obligation == "SHR-08"
        kept = owner.execute(
            "SELECT agency_id FROM access_record WHERE id = %s", [denied.record_id]
        ).fetchone()
        assert kept == (person.agency_id,)

    @pytest.mark.parametrize("profile", PROFILES)
    def test_meets_whoever_has_not_the_function(self, profile):
        custodian = a_person(an_agency(profile), Role.CUSTODIAN)

        assert refused(custodian).decision.obligation == "GOV-09"

    def test_meets_a_parent_that_is_somebody_else_s(self):
        agency = an_agency()
        theirs = granted(a_person(agency, Role.DETECTIVE))

        assert own_record(a_person(agency, Role.SUPERVISOR), theirs.record_id) is None


class TestRecord:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_holds_all_that_was_asked(self, profile, owner):
        person = a_searcher(an_agency(profile))

        lee = colleague(a_searcher(person.agency))
        grant = granted(person, on_behalf_of=lee, query={"plate": "8ABC123", "lookalikes": True})

        rules = policy.load_profile(profile)
        kept = owner.execute(RECORD, [grant.record_id]).fetchone()
        assert kept[:6] == (
            "ALLOWED", person.username, person.agency.name, "search", {"plate": "8ABC123", "lookalikes": True},
            rules.purposes.authorized[0].code,
        )  # fmt: skip
        assert kept[6:9] == (
            rules.access.case_number_example.value,
            an_inquiry(person.agency).reason,
            lee,
        )
        assert kept[9] == list(grant.decision.clauses)
        assert kept[11:] == (rules.version, "192.0.2.7", None)

    @pytest.mark.parametrize("profile", PROFILES)
    def test_holds_the_limits_of_what_was_opened(self, profile, owner):
        person = a_searcher(an_agency(profile))

        grant = granted(person)

        kept = owner.execute(
            "SELECT data_agency_id, visible_from, kinds, camera_ids, read_ids, hits_only FROM access_grant"
            " WHERE access_id = %s", [grant.record_id],
        ).fetchall()  # fmt: skip
        since = policy.visible_from(policy.load_profile(profile), NOW) or datetime(1970, 1, 1, tzinfo=UTC)
        kinds = sorted(kind.value for kind in grant.decision.kinds)
        assert kept == [(person.agency_id, since, kinds, None, None, False)]

    def test_names_the_record_that_it_goes_on_from(self, owner):
        person = a_searcher(an_agency())
        first = granted(person)

        second = granted(person, Function.VIEW_READ, parent=own_record(person, first.record_id))

        assert owner.execute(RECORD, [second.record_id]).fetchone()[13] == first.record_id

    @pytest.mark.parametrize("wanted", ["access.opened", "access.denied"])
    def test_is_sealed_by_hashes_that_anybody_can_make_anew(self, wanted, auditor, book):
        person = a_searcher(an_agency())
        record_id = (
            granted(person).record_id if wanted == "access.opened" else refused(person, purpose="").record_id
        )

        stored, before = sealed(auditor, book, record_id)

        entry = stored.entry
        assert (entry.event, entry.actor, entry.agency) == (wanted, person.username, person.agency.slug)
        assert stored.leaf_hash == entry.leaf_hash
        assert before is None or stored.chain_hash == chain_hash(before.chain_hash, entry.leaf_hash)
        assert entry.details_digest == details_digest(stored.salt, stored.details.encode())

    def test_stands_whole_in_its_sealed_details(self, owner, auditor, book):
        person = a_searcher(an_agency())
        grant = granted(person)

        details = json.loads(sealed(auditor, book, grant.record_id)[0].details)

        columns = {name for (name,) in owner.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'access_record'::regclass AND attnum > 0"
        )}  # fmt: skip
        assert columns - set(details) == {
            "token_sha256", "opened_in", "backend", "plate_fold", "plate_pattern", "alert",
        }  # fmt: skip
        assert (details["id"], details["case_number"]) == (str(grant.record_id), "26-01234")
        assert [one["data_agency_id"] for one in details["grants"]] == [person.agency_id]

    def test_is_in_a_ledger_that_holds_from_the_first_entry_on(self, book):
        granted(a_searcher(an_agency()))

        written = list(book.entries(details=True))
        key = SigningKey("police.example.gov/platekeeper", bytes(32))
        checkpoint = make_checkpoint(key, written, after=None, now=datetime.now(UTC))

        assert verify(export(key.public, written, [checkpoint], last=len(written)), [key.public]).holds

    def test_notes_that_the_account_is_used(self, owner):
        person = a_person(an_agency(), Role.DETECTIVE, last_used_at=NOW - timedelta(days=3))

        granted(person)

        kept = owner.execute("SELECT last_used_at FROM person WHERE id = %s", [person.pk]).fetchone()
        assert kept == (NOW,)


@contextlib.contextmanager
def broken(owner: psycopg.Connection, breaking: str, mending: str) -> Iterator[None]:
    owner.execute(breaking)
    try:
        yield
    finally:
        owner.execute(mending)


def _breakages(person) -> dict[str, tuple[str, str]]:
    return {
        "the ledger may not be appended to": (
            "REVOKE EXECUTE ON FUNCTION append_entry FROM gate",
            "GRANT EXECUTE ON FUNCTION append_entry TO gate",
        ),
        "the record cannot be written": (
            f"ALTER TABLE access_record ADD CONSTRAINT broken CHECK (person_id <> {person.pk}) NOT VALID",
            "ALTER TABLE access_record DROP CONSTRAINT broken",
        ),
        "the grant cannot be written": (
            f"ALTER TABLE access_grant ADD CONSTRAINT broken CHECK (agency_id <> {person.agency_id}) NOT VALID",
            "ALTER TABLE access_grant DROP CONSTRAINT broken",
        ),
        "the entry cannot be written": (
            f"ALTER TABLE ledger_entry ADD CONSTRAINT broken CHECK (actor <> '{person.username}') NOT VALID",
            "ALTER TABLE ledger_entry DROP CONSTRAINT broken",
        ),
        "its details cannot be written": (
            f"ALTER TABLE ledger_details ADD CONSTRAINT broken CHECK (details !~ '{person.username}') NOT VALID",
            "ALTER TABLE ledger_details DROP CONSTRAINT broken",
        ),
    }


BREAKAGES = ("the ledger may not be appended to", "the record cannot be written", "the grant cannot be written",
             "the entry cannot be written", "its details cannot be written")  # fmt: skip


class TestFailingClosed:
    @pytest.mark.parametrize("asks", [(), (HOW_MANY,)], ids=["alone", "with a question"])
    @pytest.mark.parametrize("breakage", BREAKAGES)
    def test_opens_nothing_and_leaves_nothing_half_written(self, breakage, asks, owner, auditor):
        person = a_searcher(an_agency())
        take(person.agency, a_read(a_camera(person.agency)))

        with broken(owner, *_breakages(person)[breakage]), pytest.raises(DatabaseError):
            granted(person, asks=asks)

        assert records_of(owner, person) == []
        written = auditor.execute("SELECT 1 FROM ledger_entry WHERE actor = %s", [person.username]).fetchall()
        assert written == []
        assert reads_matching(granted(person), Question(plate="8ABC123")).total == 1, "mended, it opens again"

    def test_is_refused_inside_a_transaction_that_could_be_rolled_back(self, owner):
        person = a_searcher(an_agency())

        with pytest.raises(AssertionError), transaction.atomic(using=WEB):
            granted(person)

        assert records_of(owner, person) == []

    def test_keeps_the_record_of_a_question_that_failed(self, owner):
        person = a_searcher(an_agency())
        grant = granted(person)

        with (
            broken(
                owner,
                "REVOKE EXECUTE ON FUNCTION search_page FROM web",
                "GRANT EXECUTE ON FUNCTION search_page TO web",
            ),
            pytest.raises(DatabaseError),
        ):
            reads_matching(grant, Question(plate="8ABC123"))

        assert records_of(owner, person) == [(str(grant.record_id), "ALLOWED")]


class TestQuestionThatTravelsWithTheOpening:
    def test_is_answered_behind_the_record(self):
        person = a_searcher(an_agency())
        take(person.agency, a_read(a_camera(person.agency)))

        assert granted(person, asks=(HOW_MANY,)).asked(HOW_MANY) == [[(1,)]]

    def test_leaves_the_gate_closed_to_the_next_one(self):
        person = a_searcher(an_agency())
        take(person.agency, a_read(a_camera(person.agency)))

        granted(person, asks=(HOW_MANY,))

        with prepared(WEB) as cursor:
            assert cursor.execute(*HOW_MANY).fetchall() == [(0,)]
            assert cursor.execute("SELECT current_setting('platekeeper.access', true)").fetchone() == ("",)

    def test_does_not_answer_for_another_one(self):
        person = a_searcher(an_agency())
        take(person.agency, a_read(a_camera(person.agency)))
        other = Ask("SELECT count(*) + 5 FROM visible_read")

        assert granted(person, asks=(HOW_MANY,)).asked(other, HOW_MANY) == [[(6,)], [(1,)]]

    def test_is_not_asked_where_the_policy_refuses(self, owner):
        person = a_person(an_agency(), Role.DETECTIVE, trained=False)

        with pytest.raises(AccessDenied):
            granted(person, asks=(Ask("SELECT 1 / 0"),))

        assert [outcome for _, outcome in records_of(owner, person)] == ["DENIED"]

    def test_that_fails_leaves_its_record(self, owner):
        person = a_searcher(an_agency())

        with pytest.raises(DatabaseError):
            granted(person, asks=(Ask("SELECT 1 / (SELECT count(*) FROM visible_read)"),))

        assert [outcome for _, outcome in records_of(owner, person)] == ["ALLOWED"]


class TestGrant:
    def test_is_needed_for_anything_to_be_there(self):
        person = a_searcher(an_agency())
        take(person.agency, a_read(a_camera(person.agency)))

        assert Read.objects.count() == 0
        with granted(person).used():
            assert Read.objects.count() == 1
        assert Read.objects.count() == 0

    def test_does_not_tell_its_pass(self):
        assert "pass" not in repr(granted(a_searcher(an_agency())))

    def test_of_receiving_alerts_shows_what_is_on_a_list(self):
        agency = an_agency()
        officer = a_person(agency, Role.PATROL_OFFICER)
        a_list(agency, "8ABC123")
        camera = a_camera(agency)
        take(agency, a_read(camera, "8ABC123"), a_read(camera, "7XYZ890"))
        purpose = policy.load_profile(agency.profile).alerts.purpose.value

        with granted(officer, Function.RECEIVE_ALERTS, purpose=purpose, case_number="", reason="").used():
            assert [read.plate for read in Read.objects.all()] == ["8ABC123"]

    @pytest.mark.parametrize("profile", PROFILES)
    def test_of_receiving_alerts_always_opens_alerts(self, profile):
        # the gate tells whether a read is on a list only to those who may see alerts
        for right in policy.load_profile(profile).roles.values():
            if right.functions & {Function.RECEIVE_ALERTS, Function.VERIFY_ALERT}:
                assert policy.DataKind.ALERT in right.kinds
