"""Without a record: no row, no error and no plan that tells anything, by raw SQL as the roles (promise 1)."""

from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from platekeeper import plates

from ..people import NOW
from ..streets import a_camera, a_read, identified, take
from .gate import VIEWS, a_request, opened, plates_seen, seen

BEHIND = (
    "read", "plate", "image", "image_key", "hit", "alert", "alert_step", "access_record", "access_grant",
    "ledger_entry", "ledger_details", "ledger_checkpoint", "quarantined_read", "hot_list_entry", "producer",
)  # fmt: skip


class TestTables:
    @pytest.mark.parametrize("table", BEHIND)
    def test_are_closed_to_the_web_role(self, table, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute(f"SELECT 1 FROM {table} LIMIT 1")

    @pytest.mark.parametrize("table", ["read", "image"])
    def test_are_closed_by_their_partitions_too(self, table, street, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute(f"SELECT 1 FROM {table}_{NOW:%Y_%m} LIMIT 1")

    def test_stay_closed_with_a_record(self, street, web):
        _, given = opened(web, a_request(street.person))

        with pytest.raises(InsufficientPrivilege):
            seen(web, given, "SELECT plate FROM read")

    def test_tell_nothing_through_their_statistics(self, street, web, connect):
        connect("owner").execute("ANALYZE read, plate")

        tables = ("read", "plate", f"read_{NOW:%Y_%m}")
        found = web.execute("SELECT 1 FROM pg_stats WHERE tablename = ANY (%s)", [list(tables)]).fetchall()
        assert found == []

    @pytest.mark.parametrize("column", ["plate", "plate_raw", "camera_id", "detail", "agency_id", "*"])
    def test_let_ingest_put_in_what_it_cannot_take_out(self, column, street, connect):
        with pytest.raises(InsufficientPrivilege):
            connect("ingest").execute(f"SELECT {column} FROM read LIMIT 1")

    @pytest.mark.parametrize("table", ["plate", "image", "quarantined_read", "access_record", "ledger_entry"])
    def test_of_others_are_closed_to_ingest(self, table, connect):
        with pytest.raises(InsufficientPrivilege):
            connect("ingest").execute(f"SELECT 1 FROM {table} LIMIT 1")

    @pytest.mark.parametrize("table", ["read", "image", "hit", "alert", "access_record", "person"])
    @pytest.mark.parametrize("role", ["auditor", "custodian"])
    def test_are_closed_to_auditor_and_custodian(self, role, table, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(f"SELECT 1 FROM {table} LIMIT 1")


def scans_of(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the places of a plan that look at a table."""
    return [
        *([node] if "Relation Name" in node else []),
        *(scan for below in node.get("Plans", ()) for scan in scans_of(below)),
    ]


class TestViewsWithoutRecord:
    @pytest.mark.parametrize("view", VIEWS)
    def test_are_empty(self, view, street, web):
        assert seen(web, None, f"SELECT 1 FROM {view}") == []

    @pytest.mark.parametrize("view", [*VIEWS, "visible_entry_cancellation"])
    def test_look_at_no_table_whatever_the_plan(self, view, street, web):
        asked = f"SELECT * FROM {view} WHERE agency_id = {street.agency.pk}"
        if view == "visible_entry":
            asked = "SELECT * FROM visible_entry WHERE event = 'access.opened'"
        for join in ("hashjoin", "mergejoin", "nestloop", "material"):
            web.execute(f"SET enable_{join} = off")
            [[[plan]]] = seen(web, None, f"EXPLAIN (ANALYZE, FORMAT JSON) {asked}")

            assert {node["Actual Loops"] for node in scans_of(plan["Plan"])} <= {0}, plan

    @pytest.mark.parametrize("view", VIEWS)
    @pytest.mark.parametrize("role", ["ingest", "custodian", "auditor"])
    def test_are_closed_to_other_roles(self, role, view, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(f"SELECT 1 FROM {view}")

    @pytest.mark.parametrize(
        "forged",
        ["", ":", "1:2:3", "' OR true --", "{agency}:{record}:", "{agency}:{record}:" + 64 * "0",
         "{agency}:{record}:" + 64 * "G", "{agency}:{record}:{token}0", "{agency}:{record}:{token}\n",
         " {agency}:{record}:{token}", "0:{record}:{token}", "999999999:{record}:{token}",
         "99999999999999999999:{record}:{token}", "{agency}:" + 36 * "-" + ":{token}",
         "-{agency}:{record}:{token}", "{agency}:{bare}:{token}", "{agency}:----{bare}:{token}",
         "{agency}:{record}:-{token}", "{agency}:{record}:{token}:"],
    )  # fmt: skip
    def test_show_nothing_for_a_forged_pass(self, forged, street, web):
        record, given = opened(web, a_request(street.person))
        token = given.rpartition(":")[2]

        bare = record.replace("-", "")
        tried = forged.format(agency=street.agency.pk, record=record, token=token, bare=bare)

        assert plates_seen(web, tried) == []
        assert plates_seen(web, given), "the pass itself is good"

    def test_tell_nothing_by_an_error_either(self, street, web):
        # a filter that fails on the plates of this street must not be run before the gate is
        assert seen(web, None, "SELECT 1 FROM visible_read WHERE plate::integer > 0") == []

    def test_do_not_answer_functions_that_look_behind_them(self, street, web):
        read = identified(a_read(a_camera(street.agency), "8ABC123"))
        take(street.agency, read)

        for call in (
            "SELECT * FROM open_grants('read')",
            f"SELECT 1 WHERE plates_looking_like('{plates.fold('8ABC123')}', 10) <> '{{}}'",
            "SELECT 1 WHERE plates_matching('{}', '.*', 10) <> '{}'",
            f"SELECT 1 WHERE is_hit({street.agency.pk}, '{read.captured_at}', '{read.id}')",
        ):
            assert seen(web, None, call) == [], call


class TestFunctionsWithoutRecord:
    """PostgreSQL counts the rows that a session looked at, and tells it of every table: a count is an answer."""

    CALLS = (
        "plates_matching('{}', '.', 10)", "plates_matching('{}', '^8ABC', 10)", "plates_matching('{}', '123$', 10)",
        "plates_looking_like('8A8C123', 10)", "is_hit({agency}, '{at}', '{read}')",
        "vehicle_pattern('{8ABC123}', '-infinity', 'infinity', 'UTC')",
        "travel_companions('{8ABC123}', '-infinity', 'infinity', 5, 1, 10, 'UTC')",
        """plates_at('{"plates": ["8ABC123"]}', 10)""", """count_reads('{"plates": ["8ABC123"]}', 10)""",
        """seen_at_both('{"cells": ["1"]}', '{"cells": ["1"]}', 10, 10)""",
        """search_page('{"plates": ["8ABC123"]}', NULL, NULL, 10, 10)""", "accesses_to_exported()",
    )  # fmt: skip
    LOOKED = (
        "SELECT relname, seq_tup_read, idx_tup_fetch, seq_scan, idx_scan FROM pg_stat_xact_user_tables"
        " WHERE relname ~ '^(read|image|plate|hit|alert|spot)' AND coalesce(seq_scan, 0) + coalesce(idx_scan, 0) > 0"
    )

    @pytest.mark.parametrize("forced", ["", "nestloop", "nestloop, hashjoin", "hashjoin, mergejoin, seqscan"])
    def test_look_at_no_table_whatever_the_plan(self, forced, street, connect):
        read = identified(a_read(a_camera(street.agency), "8ABC123"))
        take(street.agency, read)
        for call in self.CALLS:
            session = connect("web")  # each a new one: plans and counts are a session's
            for way in filter(None, forced.split(", ")):
                session.execute(f"SET enable_{way} = off")
            named = call.replace("{agency}", str(street.agency.pk)).replace("{at}", f"{read.captured_at}")
            asked = f"SELECT * FROM {named.replace('{read}', str(read.id))}"

            with session.transaction():
                session.execute(asked)
                looked_at = session.execute(self.LOOKED).fetchall()

            assert looked_at == [], call
            session.close()


class TestEstimates:
    """EXPLAIN runs nothing and needs no record; it tells what was sampled all the same."""

    def _plan(self, web: psycopg.Connection, view: str, condition: str) -> Any:
        [[plan]] = web.execute(f"EXPLAIN (FORMAT JSON, VERBOSE off) SELECT 1 FROM {view} WHERE {condition}")
        return [(node["Total Cost"], node["Plan Rows"]) for node in scans_of(plan[0]["Plan"])]

    @pytest.mark.parametrize("column", ["plate", "plate_raw"])
    @pytest.mark.parametrize("view", ["visible_read", "visible_hit"])
    def test_tell_no_plate_that_was_seen_from_one_that_was_not(self, view, column, street, web, owner):
        # the commonest of all is known (ADR 0004): this one is the second
        seen_often = ("8TOP111",) * 60 + ("8SEC222",) * 50
        take(street.agency, *(a_read(street.camera, plate) for plate in seen_often))
        owner.execute("ANALYZE read")

        asked = [
            self._plan(web, view, f"{column} = '{plate}' AND agency_id = {street.agency.pk}")
            for plate in ("8SEC222", "9NOT000")
        ]
        assert asked[0] == asked[1]

    @pytest.mark.parametrize("column", ["reason", "case_number", "username", "explanation", "on_behalf_of"])
    def test_tell_nothing_that_people_wrote(self, column, street, web, owner):
        for _ in range(20):
            opened(web, a_request(street.person, reason="a words", case_number="a words", outcome="DENIED"))
        owner.execute("ANALYZE access_record")
        often = street.person.username if column == "username" else "a words"

        asked = [self._plan(web, "visible_access_record", f"{column} = '{one}'") for one in (often, "never")]
        assert asked[0] == asked[1]
