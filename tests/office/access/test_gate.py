"""The gate, tried with raw SQL as the web role: no record, no row, whatever is asked (promise 1)."""

import contextlib
import json
from datetime import timedelta
from typing import Any
from uuid import RFC_4122, UUID

import psycopg
import pytest
from psycopg.errors import (
    CheckViolation,
    InsufficientPrivilege,
    InvalidTextRepresentation,
    InvalidTransactionTermination,
    NotNullViolation,
)

from platekeeper import plates
from platekeeper.office.accounts.models import Person
from platekeeper.policy import Role

from ..people import NOW, OWNER, a_person, an_agency
from ..streets import a_camera, a_picture, a_read, identified, take
from .gate import VIEWS, a_grant, a_request, opened, plates_seen, seen, seen_through

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


class TestPass:
    @pytest.mark.parametrize("view", VIEWS)
    def test_shows_what_was_recorded(self, view, street, web):
        opened(web, a_request(street.person))

        _, given = opened(web, a_request(street.person, a_grant(street.agency, kinds=[VIEWS[view]])))

        assert seen(web, given, f"SELECT 1 FROM {view}")

    @pytest.mark.parametrize("view", VIEWS)
    def test_shows_no_other_kind_than_was_granted(self, view, street, web):
        others = sorted(set(VIEWS.values()) - {VIEWS[view]})
        _, given = opened(web, a_request(street.person, a_grant(street.agency, kinds=others)))

        assert seen(web, given, f"SELECT 1 FROM {view}") == []

    def test_of_another_connection_shows_nothing(self, street, web, connect):
        # the same role, the same person, a pass that was given a moment ago: but not to this session
        _, given = opened(connect("web"), a_request(street.person))

        assert plates_seen(web, given) == []

    def test_of_another_person_is_no_key_to_their_data(self, street, web, connect):
        stranger = a_person(an_agency("milpitas"))
        _, theirs = opened(web, a_request(stranger))

        assert plates_seen(web, theirs) == []

    def test_ends_when_it_is_old(self, street, web):
        _, given = opened(web, a_request(street.person, fresh_seconds=0))

        assert plates_seen(web, given) == []

    def test_lasts_five_minutes_at_most(self, street, web, owner):
        record, _ = opened(web, a_request(street.person, fresh_seconds=1_000_000))

        lasts = owner.execute(
            "SELECT fresh_until - accessed_at FROM access_record WHERE id = %s", [record]
        ).fetchone()
        assert timedelta(minutes=4) < lasts[0] <= timedelta(minutes=5, seconds=5)

    @pytest.mark.parametrize("inside", ["the same transaction", "a savepoint"])
    def test_shows_nothing_in_the_transaction_that_opened_it(self, inside, street, web):
        # a record that can still be rolled back opens nothing
        savepoint = web.transaction() if inside == "a savepoint" else contextlib.nullcontext()
        with web.transaction():
            with savepoint:
                _, given = opened(web, a_request(street.person))
            web.execute("SELECT set_config('platekeeper.access', %s, true)", [given])
            assert web.execute("SELECT 1 FROM visible_read").fetchall() == []

        assert plates_seen(web, given), "once committed, it opens"

    def test_shows_nothing_after_a_rollback(self, street, web, owner):
        with contextlib.suppress(ZeroDivisionError), web.transaction():
            record, given = opened(web, a_request(street.person))
            raise ZeroDivisionError

        assert plates_seen(web, given) == []
        assert owner.execute("SELECT 1 FROM access_record WHERE id = %s", [record]).fetchall() == []

    def test_of_a_refusal_does_not_exist(self, street, web, owner):
        record, given = opened(web, a_request(street.person, outcome="DENIED"))

        assert given is None
        assert plates_seen(web, f"{street.agency.pk}:{record}:{'0' * 64}") == []
        assert owner.execute("SELECT 1 FROM access_grant WHERE access_id = %s", [record]).fetchall() == []

    def test_is_not_kept(self, street, web, owner):
        record, given = opened(web, a_request(street.person))
        token = given.rpartition(":")[2]

        kept = owner.execute(
            "SELECT r::text || g::text || e::text || d::text FROM access_record r"
            " JOIN access_grant g ON g.access_id = r.id JOIN ledger_entry e ON e.subject = r.id::text"
            " JOIN ledger_details d USING (sequence) WHERE r.id = %s",
            [record],
        ).fetchone()
        assert token not in kept[0]

    def test_ends_with_its_transaction(self, street, web):
        _, given = opened(web, a_request(street.person))
        assert plates_seen(web, given)

        assert plates_seen(web, None) == []


class TestIdentifier:
    def test_of_a_record_begins_with_its_time(self, street, web, owner):
        """What is written together lies together in every index (ADR 0011)."""
        made = UUID(opened(web, a_request(street.person))[0])

        ((accessed_at,),) = owner.execute(
            "SELECT accessed_at FROM access_record WHERE id = %s", [made]
        ).fetchall()
        assert (made.version, made.variant) == (7, RFC_4122)
        assert abs(int.from_bytes(made.bytes[:6]) - accessed_at.timestamp() * 1000) < 1000

    def test_is_no_other_record_s(self, street, web):
        made = {opened(web, a_request(street.person))[0] for _ in range(50)}

        assert len({record_id[-16:] for record_id in made}) == 50


class TestGrant:
    def test_shows_no_other_agency(self, street, web):
        other = an_agency("milpitas")
        take(other, a_read(a_camera(other), "6MPT001"))

        assert seen_through(web, a_request(street.person)) == ["7XYZ890", "8ABC123"]

    def test_hides_reads_before_its_cut_off(self, street, web):
        long_ago = NOW - timedelta(days=40)
        take(street.agency, a_read(street.camera, "1OLD111", captured_at=long_ago))
        month = a_grant(street.agency, visible_from=(NOW - timedelta(days=30)).isoformat())

        assert "1OLD111" in seen_through(web, a_request(street.person))
        assert "1OLD111" not in seen_through(web, a_request(street.person, month))

    def test_hides_all_that_belongs_to_reads_before_its_cut_off(self, street, web):
        tomorrow = a_grant(street.agency, visible_from=(NOW + timedelta(days=1)).isoformat())
        _, given = opened(web, a_request(street.person, tomorrow))

        for view in ("visible_read", "visible_image", "visible_hit", "visible_alert", "visible_alert_step"):
            assert seen(web, given, f"SELECT 1 FROM {view}") == [], view

    def test_hides_plates_last_seen_before_its_cut_off_from_searches(self, street, web):
        take(street.agency, a_read(street.camera, "1OLD111", captured_at=NOW - timedelta(days=100)))
        month = a_grant(street.agency, visible_from=(NOW - timedelta(days=30)).isoformat())
        _, given = opened(web, a_request(street.person, month))

        assert seen(web, given, "SELECT plates_matching('{}', '^1', 10)") == [([],)]
        assert seen(web, given, "SELECT plates_looking_like(%s, 10)", [plates.fold("1OLD111")]) == [([],)]

    def test_of_single_reads_shows_these(self, street, web):
        one = identified(a_read(street.camera, "5ONE001", images=(a_picture(),)))
        take(street.agency, one)
        single = a_grant(street.agency, read_ids=[str(one.id)])
        _, given = opened(web, a_request(street.person, single, function="view-read"))

        assert plates_seen(web, given) == ["5ONE001"]
        assert seen(web, given, "SELECT read_id FROM visible_image") == [(one.id,)]
        for view in ("visible_hit", "visible_alert", "visible_alert_step"):
            assert seen(web, given, f"SELECT 1 FROM {view}") == [], view
        assert seen(web, given, "SELECT plates_matching('{}', '.', 10)") == [([],)]

    def test_of_no_reads_shows_none(self, street, web):
        assert seen_through(web, a_request(street.person, a_grant(street.agency, read_ids=[]))) == []

    def test_of_a_camera_group_shows_its_cameras(self, street, web):
        harbor = a_camera(street.agency, site_group="harbor")
        take(street.agency, a_read(harbor, "4HRB004", images=(a_picture(),)))
        group = a_grant(street.agency, camera_groups=["harbor"])
        _, given = opened(web, a_request(street.person, group))

        assert plates_seen(web, given) == ["4HRB004"]
        assert len(seen(web, given, "SELECT 1 FROM visible_image")) == 1
        for view in ("visible_hit", "visible_alert", "visible_alert_step"):
            assert seen(web, given, f"SELECT 1 FROM {view}") == [], view

    @pytest.mark.parametrize("groups", [[], ["nowhere"]])
    def test_of_no_camera_shows_nothing(self, groups, street, web):
        assert seen_through(web, a_request(street.person, a_grant(street.agency, camera_groups=groups))) == []

    @pytest.mark.parametrize("function", ["receive-alerts", "verify-alert"])
    def test_of_an_alert_shows_reads_on_a_list_and_no_others(self, function, street, web):
        _, given = opened(web, a_request(street.person, function=function))

        assert plates_seen(web, given) == ["8ABC123"]
        assert len(seen(web, given, "SELECT DISTINCT read_id FROM visible_image")) == 1
        assert seen(web, given, "SELECT plates_matching('{}', '.', 10)") == [([],)]
        assert seen(web, given, "SELECT plates_looking_like(%s, 10)", [plates.fold("7XYZ890")]) == [([],)]

    def test_of_an_alert_follows_from_its_function_whatever_is_asked_for(self, street, web):
        wide = a_grant(street.agency, hits_only=False)

        assert seen_through(web, a_request(street.person, wide, function="receive-alerts")) == ["8ABC123"]

    @pytest.mark.parametrize(
        ("kind", "roles"), [("image", {"plate"}), ("scene", {"context"}), ("read", set())]
    )
    def test_tells_the_plate_s_picture_from_the_scene(self, kind, roles, street, web):
        _, given = opened(web, a_request(street.person, a_grant(street.agency, kinds=[kind])))

        assert {row[0] for row in seen(web, given, "SELECT role FROM visible_image")} == roles

    def test_of_two_agencies_shows_both_and_no_third(self, street, web):
        second, third = an_agency("milpitas"), an_agency("el-cajon")
        take(second, a_read(a_camera(second), "2SEC222"))
        take(third, a_read(a_camera(third), "3THR333"))

        both = seen_through(web, a_request(street.person, a_grant(street.agency), a_grant(second)))

        assert both == ["2SEC222", "7XYZ890", "8ABC123"]

    def test_shows_records_of_its_agency_alone(self, street, web):
        stranger = a_person(an_agency("milpitas"))
        opened(web, a_request(stranger))
        _, given = opened(web, a_request(street.person))

        found = seen(web, given, "SELECT DISTINCT agency_id FROM visible_access_record")
        assert found == [(street.agency.pk,)]
        actors = {row[0] for row in seen(web, given, "SELECT actor FROM visible_entry")}
        assert street.person.username in actors
        assert stranger.username not in actors


class TestOpenAccess:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"purpose": ""}, InsufficientPrivilege),
            ({"purpose": None}, InsufficientPrivilege),
            ({"purpose": "  "}, InsufficientPrivilege),
            ({"policy_version": None}, InsufficientPrivilege),
            ({"policy_version": ""}, InsufficientPrivilege),
            ({"person_id": 0}, InsufficientPrivilege),
            ({"person_id": None}, InsufficientPrivilege),
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

        with pytest.raises(InsufficientPrivilege, match="may act now"):
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
