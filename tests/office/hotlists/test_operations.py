"""Entries of one's own: a new version comes into force whole, or the old one stays (HOT-03, HOT-04)."""

import secrets

import psycopg
import pytest
from django.db import DatabaseError

from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.operations import HotListError

from ..people import NOW, OWNER, an_agency
from ..streets import a_camera, a_list, a_read, listed, put, take


def in_force(hot_list: HotList):
    return HotList.objects.using(OWNER).get(pk=hot_list.pk).current_id


class TestPutInForce:
    @pytest.mark.parametrize(
        "plates", [[], [""], ["--", "no plate", "···"]], ids=["nothing", "empty", "no plates"]
    )
    def test_keeps_the_old_version_when_nothing_is_usable(self, plates, owner):
        agency = an_agency()
        hot_list = a_list(agency, "8ABC123")
        before = in_force(hot_list)

        with pytest.raises(HotListError, match="the old version stays in force"):
            put(hot_list, [listed(plate) for plate in plates])

        assert in_force(hot_list) == before
        versions = owner.execute(
            "SELECT count(*) FROM hot_list_version WHERE hot_list_id = %s", [hot_list.pk]
        )
        assert versions.fetchone() == (1,)
        assert take(agency, a_read(a_camera(agency), "8ABC123")).receipt.alerts == 1

    @pytest.mark.parametrize("table", ["hot_list_version", "hot_list_entry", "ledger_entry"])
    def test_changes_nothing_where_a_part_of_it_fails(self, table, owner):
        agency = an_agency()
        hot_list = a_list(agency, "8ABC123")
        before = in_force(hot_list)
        column, value = (
            ("agency", f"'{agency.slug}'") if table == "ledger_entry" else ("agency_id", agency.pk)
        )
        owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK ({column} <> {value}) NOT VALID")

        try:
            with pytest.raises((DatabaseError, psycopg.DatabaseError)):
                put(hot_list, [listed("7XYZ890")])
        finally:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT broken")

        assert in_force(hot_list) == before
        assert take(agency, a_read(a_camera(agency), "7XYZ890")).receipt.hits == 0

    def test_counts_entries_without_a_plate_and_takes_the_others(self):
        hot_list = a_list(an_agency(), "8ABC123")

        put(hot_list, [listed("7XYZ890"), listed("--"), listed("6WXN208")])

        version = HotList.objects.using(OWNER).select_related("current").get(pk=hot_list.pk).current
        assert (version.accepted, version.rejected) == (2, 1)

    def test_of_the_same_entries_again_changes_nothing(self):
        hot_list = a_list(an_agency(), "8ABC123")
        digest = secrets.token_bytes(32)
        put(hot_list, [listed("7XYZ890")], sha256=digest)
        before = in_force(hot_list)

        put(hot_list, [listed("7XYZ890")], sha256=digest)

        assert in_force(hot_list) == before

    def test_is_an_entry_of_the_ledger(self, owner):
        hot_list = a_list(an_agency(), "8ABC123")

        put(hot_list, [listed("7XYZ890")], actor="admin.one", now=NOW)

        events = owner.execute(
            "SELECT event, actor FROM ledger_entry WHERE subject = %s AND event = 'hot-list.replaced'",
            [str(hot_list.pk)],
        ).fetchall()
        assert events == [("hot-list.replaced", "admin.one")] * 2
