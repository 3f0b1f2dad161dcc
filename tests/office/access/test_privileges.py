"""What each role may do: the database's own catalogue against the one table that says so (config/privileges.py)."""

from collections import defaultdict
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

import platekeeper
from platekeeper.office.config.database import LOGIN_ROLES, Database
from platekeeper.office.config.privileges import FUNCTIONS, TABLES, VIEWS

from ..people import NOW

ROLES = ("gate", "ingest", "web", "custodian", "auditor")
NEVER_CHANGED = ("read", "image", "plate", "hit", "alert", "alert_step", "access_record", "access_grant",
                 "ledger_entry", "ledger_details", "ledger_checkpoint", "quarantined_read", "image_key")  # fmt: skip
_RELATIONS = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ANY (%s)"


def _names(owner: psycopg.Connection, *kinds: str, partitions: bool = False) -> set[str]:
    rows = owner.execute(f"{_RELATIONS} AND relispartition = %s", [list(kinds), partitions])
    return {name for (name,) in rows}


def _given(owner: psycopg.Connection) -> dict[str, dict[str, set[str]]]:
    """Return what is granted on every relation to everybody but its owner: relation -> role -> privileges."""
    granted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    whole = """
        SELECT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type
          FROM pg_class c, aclexplode(c.relacl) a
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'i' AND a.grantee <> c.relowner
    """
    for relation, role, privilege in owner.execute(whole):
        granted[relation][role].add(privilege)
    columns = """
        SELECT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type,
               string_agg(t.attname, ', ' ORDER BY t.attname)
          FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
         WHERE c.relnamespace = 'public'::regnamespace GROUP BY 1, 2, 3
    """
    for relation, role, privilege, names in owner.execute(columns):
        granted[relation][role].add(f"{privilege} ({names})")
    return granted


def _sorted(privilege: str) -> str:
    """Return `UPDATE (b, a)` as the catalogue tells it: `UPDATE (a, b)`."""
    kind, _, columns = privilege.rstrip(")").partition(" (")
    return f"{kind} ({', '.join(sorted(columns.split(', ')))})" if columns else kind


class TestCatalogue:
    def test_knows_every_table(self, owner):
        assert _names(owner, "r", "p") == set(TABLES)

    def test_knows_every_view(self, owner):
        assert _names(owner, "v", "m") == set(VIEWS)

    def test_knows_every_function(self, owner):
        rows = owner.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        assert sorted(name for (name,) in rows) == sorted(FUNCTIONS)

    def test_is_what_the_tables_and_views_grant(self, owner):
        expected = {
            **{
                name: {role: {*map(_sorted, given)} for role, given in table.items()}
                for name, table in TABLES.items()
            },
            **{name: {role: {"SELECT"} for role in roles} for name, roles in VIEWS.items()},
        }

        actual = _given(owner)

        assert {name: dict(roles) for name, roles in actual.items()} == {
            n: r for n, r in expected.items() if r
        }

    def test_is_what_the_functions_grant(self, owner):
        rows = owner.execute(
            "SELECT p.proname, p.proowner::regrole::text, coalesce(array_agg(a.grantee::regrole::text)"
            " FILTER (WHERE a.grantee <> p.proowner), '{}')"
            " FROM pg_proc p LEFT JOIN LATERAL aclexplode(p.proacl) a ON true"
            " WHERE p.pronamespace = 'public'::regnamespace GROUP BY 1, 2"
        )
        actual = {name: (owned_by, set(callers)) for name, owned_by, callers in rows}

        assert actual == {
            name: (owned_by, {*callers} - {owned_by}) for name, (owned_by, callers) in FUNCTIONS.items()
        }

    def test_gives_nobody_a_partition_of_its_own(self, owner):
        partitions = _names(owner, "r", partitions=True)

        assert not partitions & set(_given(owner))

    def test_gives_nobody_a_sequence(self, owner):
        assert not _names(owner, "S") & set(_given(owner))

    def test_leaves_no_function_without_an_access_list(self, owner):
        # without one, everybody may call it
        rows = owner.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proacl IS NULL"
        )
        assert rows.fetchall() == []


class TestViews:
    def test_are_barriers_that_belong_to_the_gate(self, owner):
        rows = owner.execute(
            "SELECT relname, relowner::regrole::text, 'security_barrier=true' = ANY (reloptions)"
            " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
        )
        assert {(owned_by, barrier) for _, owned_by, barrier in rows} == {("gate", True)}

    def test_ask_for_the_open_grants(self, owner):
        rows = owner.execute(
            "SELECT viewname FROM pg_views WHERE schemaname = 'public' AND definition !~ 'open_grants|visible_'"
        )
        assert rows.fetchall() == []


class TestDefinerFunctions:
    def test_look_into_no_temporary_table_before_ours(self, owner):
        rows = owner.execute(
            "SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        )
        paths = {name: (config or [""])[0] for name, config in rows}

        assert paths
        assert all(
            path.startswith("search_path=pg_catalog, ") and path.endswith(", pg_temp")
            for path in paths.values()
        )


class TestRoles:
    @pytest.mark.parametrize("role", LOGIN_ROLES)
    def test_that_log_in_are_nothing_more(self, role, owner):
        row = owner.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles"
            " WHERE rolname = %s",
            [role],
        ).fetchone()
        assert row == (False,) * 5

    @pytest.mark.parametrize("role", ["web", "ingest", "custodian", "auditor"])
    def test_belong_to_no_other(self, role, owner):
        rows = owner.execute("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", [role])

        assert rows.fetchall() == []

    def test_include_a_gate_that_cannot_log_in(self, owner):
        row = owner.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'gate'").fetchone()

        assert row == (False,)

    @pytest.mark.parametrize("role", ["web", "ingest", "custodian", "auditor"])
    @pytest.mark.parametrize(
        "statement",
        ["SET ROLE gate", "SET ROLE owner", "SET SESSION AUTHORIZATION owner", "SET session_replication_role = replica",
         "CREATE TABLE mine (n integer)", "CREATE SCHEMA mine", "CREATE VIEW mine AS SELECT * FROM visible_read",
         "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "ALTER TABLE read DISABLE TRIGGER ALL",
         "DROP VIEW visible_read", "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT pg_read_file('/etc/passwd')",
         "SELECT 1 FROM pg_authid", "DO 'BEGIN LOCK TABLE read; END'"],
    )  # fmt: skip
    def test_cannot_become_or_make_anything(self, statement, role, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(statement)

    @pytest.mark.parametrize("role", ["web", "custodian", "auditor"])
    def test_cannot_make_temporary_tables(self, role, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute("CREATE TEMPORARY TABLE access_record (n integer)")

    @pytest.mark.parametrize(
        "call",
        ["lo_creat(-1)", "lo_create(0)", "lo_from_bytea(0, '8ABC123')", "lo_put(1, 0, '8ABC123')",
         "lowrite(1, '8ABC123')", "lo_truncate(1, 0)", "lo_truncate64(1, 0)", "lo_import('/etc/hostname')"],
    )  # fmt: skip
    @pytest.mark.parametrize("role", LOGIN_ROLES)
    def test_write_no_large_object_which_no_purge_would_reach(self, role, call, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(f"SELECT {call}")

    @pytest.mark.parametrize("password", ["", "platekeeper", "postgres"])
    @pytest.mark.parametrize("role", [*LOGIN_ROLES, "postgres", "gate"])
    def test_are_kept_by_their_passwords(self, role, password, database):
        given = {**database.parameters("web"), "user": role, "password": password}

        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**given, connect_timeout=5)

    @pytest.mark.parametrize("other", ["postgres", "template1"])
    @pytest.mark.parametrize("role", ["web", "ingest", "custodian", "auditor"])
    def test_enter_no_other_database_of_the_server(self, role, other, database):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(**{**database.parameters(role), "dbname": other}, connect_timeout=5)

    @pytest.mark.parametrize("role", ["web", "ingest", "custodian", "auditor"])
    def test_read_no_statement_of_their_other_sessions(self, role, connect):
        other, watcher = connect(role), connect(role)
        other.execute("SELECT '8ABC123'")

        told = watcher.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [other.info.backend_pid])
        assert told.fetchone() in {(None,), ("",)}
        with pytest.raises(InsufficientPrivilege):
            other.execute("SET track_activities = on")

    @pytest.mark.parametrize("where", ["", "IN DATABASE platekeeper"])
    @pytest.mark.parametrize("role", ["web", "ingest", "custodian", "auditor"])
    def test_settle_nothing_for_their_sessions_to_come(self, role, where, connect, database):
        connect(role).execute(f"ALTER ROLE {role} {where} SET synchronous_commit = off")

        database.prepare()  # as each start does

        assert connect(role).execute("SHOW synchronous_commit").fetchone() == ("on",)

    def test_lack_nothing_on_the_embedded_server(self, database: Database):
        assert database.missing_safeguards() == []

    def test_have_a_password_each(self, database: Database):
        assert len({database.parameters(role)["password"] for role in LOGIN_ROLES}) == len(LOGIN_ROLES)

    @pytest.mark.parametrize(("role", "table"), [("web", "person"), ("ingest", "camera")])
    def test_cannot_pass_on_what_they_have(self, role, table, connect, owner):
        before = _given(owner)

        connect(role).execute(f"GRANT SELECT ON {table} TO auditor")  # PostgreSQL warns, and grants nothing

        assert _given(owner) == before

    def test_do_not_let_a_pattern_run_for_ever(self, web):
        assert web.execute("SHOW statement_timeout").fetchone() == ("15s",)

    @pytest.mark.parametrize("role", ["web", "auditor"])
    def test_ends_a_transaction_that_somebody_forgot(self, role, connect):
        # a lock of it would keep everybody waiting who must change a table
        assert connect(role).execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("1min",)


class TestWhatWasWritten:
    @pytest.mark.parametrize("statement", ["UPDATE {table} SET agency_id = agency_id", "DELETE FROM {table}",
                                           "TRUNCATE {table} CASCADE", "DROP TABLE {table} CASCADE"])  # fmt: skip
    @pytest.mark.parametrize("table", NEVER_CHANGED)
    @pytest.mark.parametrize("role", ["web", "ingest", "custodian", "auditor"])
    def test_is_not_changed_by_any_role(self, role, table, statement, connect):
        column = {"ledger_entry": "sequence", "ledger_details": "sequence", "ledger_checkpoint": "size"}
        tried = statement.format(table=table).replace("agency_id", column.get(table, "agency_id"))

        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(tried)

    @pytest.mark.parametrize("role", ["web", "ingest", "custodian", "auditor"])
    def test_is_not_changed_by_its_partitions(self, role, street, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(f"DELETE FROM read_{NOW:%Y_%m}")

    @pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}",
                                           "DELETE FROM {table} WHERE false", "TRUNCATE {table} CASCADE"])  # fmt: skip
    @pytest.mark.parametrize(
        ("table", "column"),
        [
            ("access_record", "purpose"),
            ("access_grant", "kinds"),
            ("ledger_entry", "event"),
            ("ledger_details", "details"),
        ],
    )
    def test_is_not_changed_by_its_owner_either(self, table, column, statement, owner):
        with pytest.raises(InsufficientPrivilege, match=r"never changed|append-only"):
            owner.execute(statement.format(table=table, column=column))

    def test_is_not_appended_to_behind_the_gate_s_back(self, connect):
        for role in ("web", "ingest", "custodian", "auditor"):
            with pytest.raises(InsufficientPrivilege):
                connect(role).execute("SELECT append_entry('', 'login.succeeded', 'x', '', '{}')")

    @pytest.mark.parametrize(
        "table", ["access_record", "access_grant", "ledger_entry", "read", "hit", "alert", "agency"]
    )
    def test_is_not_added_to_by_the_web_role(self, table, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute(f"INSERT INTO {table} DEFAULT VALUES")

    @pytest.mark.parametrize("column", ["roles", "agency_id", "is_active", "full_name", "username", "suspended_until",
                                        "authorized_by", "granted_at", "entitlements", "separated_at"])  # fmt: skip
    def test_gives_nobody_more_rights_by_the_web_role(self, column, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute(f"UPDATE person SET {column} = {column}")


class TestRecordEvent:
    def test_lets_the_pages_tell_nothing_that_no_page_does(self, owner):
        code = "".join(path.read_text() for path in Path(platekeeper.__file__).parent.rglob("*.py"))
        told = [event for (event,) in owner.execute("SELECT event FROM web_event").fetchall()]

        assert len(told) > 40
        assert [event for event in told if event not in code] == []

    @pytest.mark.parametrize(
        "change", ["INSERT INTO web_event VALUES ('policy.published')", "TABLE web_event"]
    )
    def test_lets_nobody_lengthen_that_list(self, change, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute(change)

    CALL = "SELECT record_event('', %s, 'x', 'y', '{}')"

    @pytest.mark.parametrize("event", ["access.opened", "access.denied", "access.anything"])
    @pytest.mark.parametrize("role", LOGIN_ROLES)
    def test_cannot_forge_an_access(self, role, event, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(self.CALL, [event])

    @pytest.mark.parametrize(
        ("role", "event"),
        [("web", "purge.done"), ("web", "hold.placed"), ("web", "ledger.exported"), ("web", "Access.opened"),
         ("web", " access.opened"), ("web", "login.x\naccess.opened"), ("web", "login.succeeded.access.opened"),
         ("web", "policy.published"), ("web", "policy.proposed"), ("web", "account.disabled"),
         ("web", "account.appointed"), ("web", "authorization.granted"), ("web", "training.completed"),
         ("web", "alert.verified"), ("web", "alert.raised"),
         ("web", "hot-list.entry-approved"), ("web", "release-request.approved"),
         ("web", "old-data.approved"), ("ingest", "login.succeeded"), ("ingest", "access-record.changed"),
         ("ingest", "alert.verified"), ("ingest", "hot-list.entry-approved"), ("custodian", "alert.raised"),
         ("custodian", "hold.approved"), ("custodian", "purge.certified"), ("custodian", "retention.approved"),
         ("auditor", "purge.done"), ("auditor", "login.succeeded"), ("auditor", "misuse.reviewed")],
    )  # fmt: skip
    def test_is_refused_beyond_a_role_s_own_kind(self, role, event, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(self.CALL, [event])

    @pytest.mark.parametrize(
        ("role", "event"),
        [("web", "login.succeeded"), ("web", "alert.step-refused"), ("ingest", "alert.raised"),
         ("custodian", "purge.backup-keys-destroyed"), ("auditor", "ledger.failed"), ("owner", "account.added")],
    )  # fmt: skip
    def test_appends_what_a_role_may_tell(self, role, event, connect, owner):
        sequence = connect(role).execute(self.CALL, [event]).fetchone()[0]

        kept = owner.execute("SELECT event FROM ledger_entry WHERE sequence = %s", [sequence]).fetchone()
        assert kept == (event,)
