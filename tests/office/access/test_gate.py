"""What a pass shows: what was granted, to the session that opened it, and no longer (promise 1)."""

import contextlib
from datetime import timedelta
from uuid import RFC_4122, UUID

import psycopg
import pytest

from platekeeper import plates

from ..people import NOW, a_person, an_agency
from ..streets import a_camera, a_picture, a_read, identified, take
from .gate import VIEWS, a_grant, a_request, opened, plates_seen, seen, seen_through


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

    def test_is_looked_up_by_its_own_record_however_few_there_were_when_that_was_planned(
        self, street, web, database
    ):
        """A plan that goes by the agency, kept from the first minutes on, read all its records for each look."""
        for _ in range(40):
            _, given = opened(web, a_request(street.person))
        address = database.embedded.superuser_address("platekeeper")
        with psycopg.connect(address) as connection, connection.transaction(force_rollback=True):
            connection.execute("ALTER TABLE access_record RENAME TO many")
            connection.execute("CREATE TABLE access_record (LIKE many INCLUDING ALL)")
            connection.execute("GRANT SELECT ON access_record TO public")
            connection.execute(
                "INSERT INTO access_record SELECT * FROM many ORDER BY accessed_at DESC LIMIT 1"
            )
            connection.execute("SELECT set_config('platekeeper.access', %s, true)", [given])
            connection.execute("SELECT FROM open_grants('read')")  # plans it
            connection.execute("INSERT INTO access_record SELECT * FROM many ON CONFLICT DO NOTHING")
            before = _looked_at(connection)
            connection.execute("SELECT FROM open_grants('read')")
            assert _looked_at(connection) - before == 1

    def test_ends_with_its_transaction(self, street, web):
        _, given = opened(web, a_request(street.person))
        assert plates_seen(web, given)

        assert plates_seen(web, None) == []


def _looked_at(connection: psycopg.Connection) -> int:
    """Return how many records this transaction has read."""
    row = connection.execute(
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_all_tables WHERE relid = 'access_record'::regclass"
    ).fetchone()
    assert row is not None
    return int(row[0])


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
