"""The ledger's database side: it hashes as `verify` does, and refuses what must be refused."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platekeeper.ledger.checkpoints import make_checkpoint
from platekeeper.ledger.entries import Entry, StoredEntry
from platekeeper.ledger.exports import export
from platekeeper.ledger.verify import Verdict, verify

from .simulator import signing_key

APPEND = "SELECT append_entry(%s, %s, %s, %s, %s)"
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100)


def append(connection: psycopg.Connection, event: str = "access.opened", **fields: str) -> int:
    values = {"agency": "milpitas", "actor": "jones", "subject": "access-1", "details": "{}", **fields}
    row = connection.execute(
        APPEND, (values["agency"], event, values["actor"], values["subject"], values["details"])
    ).fetchone()
    return row[0]


def stored_entries(connection: psycopg.Connection) -> Iterator[StoredEntry]:
    query = """
        SELECT sequence, entry_at, agency, event, actor, subject, details_digest,
               leaf_hash, chain_hash, salt, details
        FROM ledger_entry LEFT JOIN ledger_details USING (sequence) ORDER BY sequence
    """
    for row in connection.execute(query):
        yield StoredEntry(Entry(*row[:7]), *row[7:])


def verdict_on(connection: psycopg.Connection) -> Verdict:
    entries = list(stored_entries(connection))
    checkpoint = make_checkpoint(signing_key(), entries, after=None, now=datetime.now(UTC))
    return verify(
        export(signing_key().public, entries, [checkpoint], last=len(entries)), [signing_key().public]
    )


def superuser(server: str) -> psycopg.Connection:
    return psycopg.connect(server, autocommit=True)


class TestRefusedToEveryone:
    @pytest.mark.parametrize("table", ["ledger_entry", "ledger_details", "ledger_checkpoint"])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE {} SET {column} = {column}",
            "DELETE FROM {}",
            "TRUNCATE {} CASCADE",
            "DELETE FROM {} WHERE false",
        ],
    )
    @pytest.mark.parametrize("role", ["owner", "superuser", "replica"])
    def test_changes_of_what_was_written(self, table, statement, role, database, server):
        column = "made_at" if table == "ledger_checkpoint" else "sequence"
        append(database)

        with superuser(server) as connection:
            connection.execute("SET ROLE ledger_owner" if role == "owner" else "SET ROLE postgres")
            if role == "replica":
                connection.execute("SET session_replication_role = replica")
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                connection.execute(statement.format(table, column=column))

        assert verdict_on(database).holds

    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT * FROM ledger_entry",
            "SELECT * FROM ledger_details",
            "SELECT * FROM ledger_checkpoint",
            "INSERT INTO ledger_checkpoint VALUES (1, now(), '', '', '')",
            "SELECT append_entry('', 'a.b', '', '', '')",
            "SELECT erase_details('', '{}', now() - interval '9 years', '', '')",
            "SELECT ledger_field('')",
            "SELECT ledger_chain_hash('', '')",
        ],
    )
    def test_roles_that_were_granted_nothing(self, statement, database, server):
        with superuser(server) as connection:
            connection.execute("SET ROLE ledger_web")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)

    @pytest.mark.parametrize(
        "fields",
        [
            {"agency": "Milpitas"},
            {"agency": "milpitas\n"},
            {"agency": "-"},
            {"event": "opened"},
            {"event": "Access.opened"},
            {"event": "access.opened\n"},
            {"event": "access.opened.twice"},
            {"actor": "x" * 1001},
            {"subject": "x" * 1001},
            {"details": "x" * 1048577},
        ],
    )
    def test_values_that_no_entry_has(self, fields, database):
        with pytest.raises(psycopg.errors.CheckViolation):
            append(database, **fields)

        assert append(database) == 1  # no gap

    @pytest.mark.parametrize("position", range(5))
    def test_values_that_are_missing(self, position, database):
        values = ["milpitas", "access.opened", "jones", "access-1", "{}"]
        values[position] = None

        with pytest.raises(psycopg.errors.NotNullViolation):
            database.execute(APPEND, values)

    @pytest.mark.parametrize("level", ["repeatable read", "serializable"])
    def test_transactions_that_cannot_see_the_last_entry(self, level, database):
        database.execute(f"SET default_transaction_isolation = '{level}'")

        with pytest.raises(psycopg.errors.InvalidTransactionState, match="read committed"):
            append(database)


class TestAppendEntry:
    def test_hashes_as_the_verifier_does(self, database):
        for number in range(9):
            append(database, subject=f"access-{number}", details=f'{{"case":"{number}"}}')

        verdict = verdict_on(database)

        assert verdict.holds, verdict.sentence
        assert (verdict.first, verdict.last) == (1, 9)

    @settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(actor=texts, subject=texts, details=texts)
    def test_hashes_any_text_as_the_verifier_does(self, database, actor, subject, details):
        sequence = append(database, actor=actor, subject=subject, details=details)

        stored = list(stored_entries(database))[sequence - 1]

        assert stored.entry.leaf_hash == stored.leaf_hash
        assert (stored.entry.actor, stored.entry.subject, stored.details) == (actor, subject, details)
        assert verdict_on(database).holds

    @pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kolkata"])
    def test_hashes_the_same_in_every_time_zone_and_date_style(self, zone, database):
        database.execute(f"SET TimeZone = '{zone}'")
        database.execute("SET DateStyle = 'German'")
        database.execute("SET bytea_output = 'escape'")

        append(database)
        append(database)

        database.execute("RESET DateStyle")
        assert verdict_on(database).holds

    def test_tells_equal_details_apart_by_salt(self, database):
        append(database)
        append(database)

        one, other = stored_entries(database)

        assert one.details == other.details
        assert one.entry.details_digest != other.entry.details_digest
        assert len(one.salt) == 16

    def test_is_gone_with_the_transaction_it_stood_in(self, database):
        append(database)
        with database.transaction():
            append(database)
            raise psycopg.Rollback
        append(database)

        assert [stored.entry.sequence for stored in stored_entries(database)] == [1, 2]
        assert verdict_on(database).holds

    def test_stands_still_while_the_clock_is_behind(self, database, server):
        ahead = datetime.now(UTC).replace(microsecond=123456) + timedelta(days=2)
        append(database)
        tamper(server, f"UPDATE ledger_entry SET entry_at = '{ahead.isoformat()}'", REMAKE_HASHES)

        append(database)

        assert [stored.entry.entry_at for stored in stored_entries(database)] == [ahead, ahead]
        assert verdict_on(database).holds

    def test_appends_from_many_sessions_without_gap_or_fork(self, database, server):
        database.execute("GRANT EXECUTE ON FUNCTION append_entry TO ledger_web")

        def work() -> None:
            with superuser(server) as connection:
                connection.execute("SET ROLE ledger_web")
                for _ in range(25):
                    append(connection)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        verdict = verdict_on(database)
        assert verdict.holds, verdict.sentence
        assert verdict.last == 200

    def test_is_not_fooled_by_a_callers_temporary_table(self, database, server):
        append(database)
        database.execute("GRANT EXECUTE ON FUNCTION append_entry TO ledger_web")
        with superuser(server) as connection:
            connection.execute("SET ROLE ledger_web")
            connection.execute(
                """CREATE TEMPORARY TABLE ledger_entry (
                       sequence bigint, entry_at timestamptz, agency text, event text, actor text, subject text,
                       details_digest bytea, leaf_hash bytea, chain_hash bytea)"""
            )
            connection.execute(
                "CREATE TEMPORARY TABLE ledger_details (sequence bigint, salt bytea, details text)"
            )
            connection.execute("GRANT ALL ON ledger_entry, ledger_details TO public")
            connection.execute("SET search_path = pg_temp, public")

            assert append(connection) == 2

        assert verdict_on(database).last == 2


REMAKE_HASHES = """
    DO $$
    DECLARE
        v_entry ledger_entry;
        v_chain bytea := decode(repeat('00', 32), 'hex');
    BEGIN
        UPDATE ledger_entry SET leaf_hash =
            ledger_leaf_hash(sequence, entry_at, agency, event, actor, subject, details_digest);
        FOR v_entry IN SELECT * FROM ledger_entry ORDER BY sequence LOOP
            v_chain := ledger_chain_hash(v_chain, v_entry.leaf_hash);
            UPDATE ledger_entry SET chain_hash = v_chain WHERE sequence = v_entry.sequence;
        END LOOP;
    END $$
"""


def tamper(server: str, *statements: str) -> None:
    """Do as a superuser who switches the triggers off first."""
    with superuser(server) as connection:
        connection.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE ledger_details DISABLE TRIGGER ALL")
        for statement in statements:
            connection.execute(statement)
        connection.execute("ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER refuse_change")
        connection.execute("ALTER TABLE ledger_details ENABLE ALWAYS TRIGGER refuse_change")


class TestTamperingAsSuperuser:
    @pytest.mark.parametrize(
        ("statements", "sentence"),
        [
            (
                ["UPDATE ledger_entry SET actor = 'nobody' WHERE sequence = 4"],
                r"Entry 4 of .* was changed after it was written",
            ),
            (
                ["UPDATE ledger_entry SET entry_at = entry_at - interval '1 s' WHERE sequence = 4"],
                r"Entry 4 of .* was changed after it was written",
            ),
            (["DELETE FROM ledger_entry WHERE sequence = 4"], r"Entry 4 is missing"),
            (["DELETE FROM ledger_entry WHERE sequence > 4"], r"Entries 5 to 6 are missing"),
            (
                [
                    "UPDATE ledger_entry SET sequence = 9 WHERE sequence = 4",
                    "UPDATE ledger_entry SET sequence = 4 WHERE sequence = 6",
                    "UPDATE ledger_entry SET sequence = 6 WHERE sequence = 9",
                ],
                r"Entry 4 of .* was changed after it was written",
            ),
            (
                ["UPDATE ledger_details SET details = '[]' WHERE sequence = 4"],
                r"The details of entry 4 of .* were altered",
            ),
            (
                ["UPDATE ledger_entry SET actor = 'nobody' WHERE sequence = 4", REMAKE_HASHES],
                r"Among entries 1 to 6 at least one is not the one that was signed",
            ),
            (
                [
                    "DELETE FROM ledger_entry WHERE sequence = 4",
                    "UPDATE ledger_entry SET sequence = sequence - 1 WHERE sequence = 5",
                    "UPDATE ledger_entry SET sequence = sequence - 1 WHERE sequence = 6",
                    "DELETE FROM ledger_details",
                    REMAKE_HASHES,
                ],
                r"Entry 6 is missing",
            ),
        ],
        ids=[
            "changed",
            "redated",
            "removed",
            "truncated",
            "swapped",
            "details",
            "remade",
            "removed_and_remade",
        ],
    )
    def test_is_found_and_named(self, statements, sentence, database, server):
        for _ in range(6):
            append(database)
        signed = make_checkpoint(signing_key(), stored_entries(database), after=None, now=datetime.now(UTC))

        tamper(server, *statements)

        entries = list(stored_entries(database))
        verdict = verify(export(signing_key().public, entries, [signed], last=6), [signing_key().public])
        assert not verdict.holds
        assert re.search(sentence, verdict.sentence)


EVENTS = "ARRAY['access.opened']"


class TestEraseDetails:
    def aged(self, database: psycopg.Connection, server: str) -> None:
        """Append two entries of two agencies, three years ago."""
        append(database, agency="milpitas")
        append(database, agency="monrovia")
        tamper(server, "UPDATE ledger_entry SET entry_at = entry_at - interval '3 years'", REMAKE_HASHES)

    @pytest.mark.parametrize("before", ["now()", "now() - interval '364 days'", "NULL"])
    def test_is_refused_within_a_year(self, before, database, server):
        self.aged(database, server)

        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="at least one year"):
            database.execute(
                f"SELECT erase_details('milpitas', {EVENTS}, {before}, 'custodian', 'retention')"
            )

    def test_erases_one_agencys_details_and_says_so(self, database, server):
        self.aged(database, server)
        append(database)

        row = database.execute(
            f"SELECT erase_details('milpitas', {EVENTS}, now() - interval '2 years', 'custodian', 'RB 432.6')"
        ).fetchone()

        entries = list(stored_entries(database))
        assert row == (1,)
        assert [stored.details is None for stored in entries] == [True, False, False, False]
        assert entries[-1].entry.event == "ledger-details.erased"
        assert "RB 432.6" in entries[-1].details
        assert verdict_on(database).holds

    def test_leaves_the_details_of_other_events(self, database, server):
        append(database, event="hold.requested", agency="milpitas")
        tamper(server, "UPDATE ledger_entry SET entry_at = entry_at - interval '9 years'", REMAKE_HASHES)

        row = database.execute(
            f"SELECT erase_details('milpitas', {EVENTS}, now() - interval '2 years', 'custodian', 'AUD-01')"
        ).fetchone()

        assert row == (0,)
        assert [stored.details for stored in stored_entries(database)] == ["{}"]

    def test_leaves_no_way_open_behind_it(self, database, server):
        self.aged(database, server)

        with database.transaction(force_rollback=True):
            database.execute(
                f"SELECT erase_details('milpitas', {EVENTS}, now() - interval '2 years', 'c', 'r')"
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                database.execute("DELETE FROM ledger_details")

        assert [stored.details for stored in stored_entries(database)] == ["{}", "{}"]
