"""What overwrote a hot list's file leaves nothing of it but its digest, counts and times (HOT-04)."""

from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from platekeeper.intake.hotlists import HotListRefused
from platekeeper.office.hotlists.models import HotList, HotListEntry, HotListVersion
from platekeeper.office.retention import purging
from platekeeper.office.retention.models import HoldScope
from platekeeper.office.retention.purging import forget_replaced_lists
from platekeeper.policy import Role

from ..hotlists.files import IN_FORCE, a_list_in_force, california, load, plates_in_force, written
from ..people import OWNER, a_person, an_agency
from ..streets import a_camera, a_list_of, a_read, listed, put, take
from .archives import hold_of


def a_while_ago(hot_list: HotList, **ago: float) -> None:
    then = timezone.now() - timedelta(**ago)
    HotList.objects.using(OWNER).filter(pk=hot_list.pk).update(in_force_at=then)


def stored(hot_list: HotList) -> dict[int, int]:
    """Return how many entries of each version of a list are stored, the first version first."""
    versions = HotListVersion.objects.using(OWNER).filter(hot_list=hot_list).order_by("pk")
    entries = HotListEntry.objects.using(OWNER)
    return {one.accepted: entries.filter(version_id=one.pk).count() for one in versions}


@pytest.fixture
def hot_list(tmp_path) -> HotList:
    """A list of four, replaced by one of five."""
    made = a_list_in_force(an_agency(), tmp_path)
    load(made, written(tmp_path, "svs.tbl", california(*IN_FORCE, "9NEW001")))
    return made


class TestForgetReplacedLists:
    def test_leaves_the_version_in_force_and_of_the_other_what_it_was(self, hot_list, owner):
        a_while_ago(hot_list, hours=2)

        forget_replaced_lists(timezone.now())

        assert stored(hot_list) == {4: 0, 5: 5}
        assert plates_in_force(owner, hot_list) == [*IN_FORCE, "9NEW001"]

    def test_ends_though_it_takes_few_at_once(self, hot_list, monkeypatch):
        monkeypatch.setattr(purging, "_ENTRIES_AT_ONCE", 3)
        a_while_ago(hot_list, hours=2)

        forget_replaced_lists(timezone.now())

        assert stored(hot_list) == {4: 0, 5: 5}

    def test_leaves_whoever_compares_with_the_old_version_time_to_end(self, hot_list):
        a_while_ago(hot_list, minutes=59)

        forget_replaced_lists(timezone.now())

        assert stored(hot_list) == {4: 4, 5: 5}

    def test_leaves_what_waits_and_not_what_waited_before_it(self, hot_list, tmp_path):
        for plates in (("8ABC123",), ("8ABC123", "9NEW002")):
            with pytest.raises(HotListRefused):
                load(hot_list, written(tmp_path, "svs.tbl", california(*plates)))
        a_while_ago(hot_list, hours=2)

        forget_replaced_lists(timezone.now())

        assert stored(hot_list) == {4: 0, 5: 5, 1: 0, 2: 2}

    def test_leaves_alerts_what_they_keep(self, tmp_path, owner):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path)
        take(agency, a_read(a_camera(agency), IN_FORCE[0]))
        load(hot_list, written(tmp_path, "svs.tbl", california(*IN_FORCE, "9NEW001")))
        a_while_ago(hot_list, hours=2)

        forget_replaced_lists(timezone.now())

        told = owner.execute("SELECT entry->>'plate' FROM hit WHERE agency_id = %s", [agency.pk])
        assert told.fetchall() == [(IN_FORCE[0],)]

    def test_leaves_what_the_case_of_a_hold_names(self):
        agency = an_agency()
        hold_of(a_person(agency, Role.DETECTIVE), HoldScope.CASE)
        hot_list = a_list_of(agency, [listed("8CAS001", case_number="DR 26-1234567"), listed("8CAS009")])
        put(hot_list, [listed("8NEW001"), listed("8NEW002"), listed("8NEW003")])
        a_while_ago(hot_list, hours=2)

        forget_replaced_lists(timezone.now())

        assert stored(hot_list) == {2: 1, 3: 3}

    @pytest.mark.parametrize("role", ["web", "ingest", "auditor"])
    def test_is_the_custodian_s_alone(self, role, connect):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute("SELECT forget_replaced_entries(1)")

    @pytest.mark.parametrize("role", ["web", "ingest", "custodian"])
    def test_is_the_only_way_to_lose_an_entry(self, role, connect):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute("DELETE FROM hot_list_entry")
