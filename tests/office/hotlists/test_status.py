"""How lists stand: who may run one, what is stale, what was left out."""

import contextlib
from datetime import timedelta

import pytest
from django.utils import timezone

from platekeeper import policy
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.operations import HotListError, add_list
from platekeeper.office.hotlists.queries import list_of, list_statuses, manager_of
from platekeeper.policy import Role

from ..people import NOW, OWNER, PROFILES, a_person, an_agency
from ..streets import a_list
from .files import a_downloaded_list, a_list_in_force, california, events_of, load, ncic, written


def status_of(agency, now=NOW):
    (status,) = list_statuses(agency, now)
    return status


def a_fresh_list(agency, folder, **changes):
    hot_list = a_downloaded_list(agency, **changes)
    load(hot_list, written(folder, "ncic.txt", ncic() + "\n"), "ncic-fixed")
    return hot_list


def added(agency, **changes):
    given = {
        "name": "Stolen vehicles", "source": "California DOJ", "authority": "CLETS agreement", "actor": "admin.one",
        "purpose": policy.load_profile(agency.profile).alerts.purpose.value, "now": NOW,
    }  # fmt: skip
    return add_list(agency=agency, **{**given, **changes})


class TestAddList:
    @pytest.mark.parametrize("missing", ["source", "authority", "purpose", "actor"])
    def test_is_refused_without(self, missing):
        agency = an_agency()

        with pytest.raises(HotListError):
            added(agency, **{missing: ""})

        assert not HotList.objects.using(OWNER).filter(agency=agency).exists()

    def test_is_refused_for_a_name_that_is_taken(self):
        agency = an_agency()
        added(agency)

        with pytest.raises(HotListError, match="already"):
            added(agency)

    def test_is_in_the_ledger(self, owner):
        agency = an_agency()

        added(agency, settings={"entitlement": "Agreement 7"})

        event, details = events_of(owner, agency)[-1]
        assert (event, details["entitlement"]) == ("hot-list.activated", "Agreement 7")


class TestManager:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_is_nobody_whom_the_policy_does_not_name(self, profile):
        agency = an_agency(profile)

        with pytest.raises(HotListError, match="its policy gives that to"):
            manager_of(agency, a_person(agency, Role.DISPATCHER).username)

    @pytest.mark.parametrize("days", [-1, 1])
    def test_is_nobody_while_they_are_suspended(self, days):
        agency = an_agency()
        until = timezone.now() + timedelta(days=days)
        suspended = a_person(agency, Role.ADMINISTRATOR, suspended_until=until)

        with pytest.raises(HotListError) if days > 0 else contextlib.nullcontext():
            manager_of(agency, suspended.username)

    def test_is_nobody_of_another_agency(self):
        with pytest.raises(HotListError):
            manager_of(an_agency(), a_person(an_agency(), Role.ADMINISTRATOR).username)

    def test_is_nobody_who_is_not_active(self):
        agency = an_agency()

        with pytest.raises(HotListError):
            manager_of(agency, a_person(agency, Role.ADMINISTRATOR, is_active=False).username)

    @pytest.mark.parametrize("profile", PROFILES)
    def test_is_whom_the_policy_names(self, profile):
        agency = an_agency(profile)
        person = a_person(agency, Role.ADMINISTRATOR)

        assert manager_of(agency, person.username) == person


class TestListOf:
    def test_names_the_lists_that_there_are(self, tmp_path):
        agency = an_agency()
        hot_list = a_downloaded_list(agency)

        with pytest.raises(HotListError, match=hot_list.name):
            list_of(agency, "Stolen boats")

    def test_does_not_choose_among_several(self):
        agency = an_agency()
        added(agency, name="Stolen vehicles, day")
        added(agency, name="Stolen vehicles, night")

        with pytest.raises(HotListError, match="several"):
            list_of(agency, "Stolen")

    def test_is_found_by_the_beginning_of_its_name(self):
        agency = an_agency()
        hot_list = added(agency, name="Stolen vehicles, day")

        assert list_of(agency, "Stolen") == hot_list


class TestStaleness:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_begins_where_no_file_came_for_a_day(self, tmp_path, profile):
        agency = an_agency(profile)
        a_fresh_list(agency, tmp_path, max_age_hours=999)

        assert status_of(agency, NOW + timedelta(hours=24) - timedelta(microseconds=1)).stale == ""
        late = status_of(agency, NOW + timedelta(hours=24))
        assert "fetched more than" in late.stale
        assert "(" in late.stale  # the clause

    def test_begins_where_the_source_sends_the_same_again_and_again(self, tmp_path):
        agency = an_agency()
        hot_list = a_list_in_force(agency, tmp_path, max_age_hours=24)
        load(hot_list, tmp_path / "svs-first.tbl", now=NOW + timedelta(days=400))

        assert "Its source made it" in status_of(agency, NOW + timedelta(days=400)).stale

    def test_is_that_of_a_list_without_a_file(self):
        agency = an_agency()
        a_downloaded_list(agency)

        assert status_of(agency).stale.startswith("No file has come")

    def test_ends_with_the_same_file_fetched_again(self, tmp_path):
        agency = an_agency()
        hot_list = a_fresh_list(agency, tmp_path, max_age_hours=999)
        later = NOW + timedelta(hours=30)
        load(hot_list, tmp_path / "ncic.txt", "ncic-fixed", now=later)

        assert status_of(agency, later).stale == ""

    def test_is_not_that_of_the_agencys_own_entries(self):
        agency = an_agency()
        a_list(agency, "8ABC123")

        assert status_of(agency, NOW + timedelta(days=400)).stale == ""


class TestStatus:
    def test_counts_what_is_in_force_and_what_was_left_out(self, tmp_path):
        agency = an_agency()
        lines = [ncic("8ABC123"), ncic("7XYZ890", "N123456789"), ncic("6WXN208", "X123456789")]
        load(a_downloaded_list(agency), written(tmp_path, "ncic.txt", "\n".join(lines) + "\n"), "ncic-fixed")

        status = status_of(agency)

        assert (status.entries, status.excluded, status.layout) == (1, {"N": 1, "X": 1}, "ncic-fixed")

    def test_states_the_age_of_what_the_source_said(self, tmp_path):
        agency = an_agency()
        hot_list = a_downloaded_list(agency)
        loaded = load(hot_list, written(tmp_path, "svs.tbl", california("8ABC123")))

        assert status_of(agency).age == NOW - loaded.version.listed_at

    def test_of_all_agencies_has_those_of_each(self, tmp_path):
        agency = an_agency()
        a_list_in_force(agency, tmp_path)

        assert agency.slug in {status.agency for status in list_statuses(None, NOW)}
