"""A wrong entry: Communications is told, boards show it, it matches nothing here until its source drops it (HOT-10)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.alerts.onfile import decide_broadcast
from platekeeper.office.alerts.queries import cancellations
from platekeeper.office.alerts.stepping import AlertError, broadcast_cancellation
from platekeeper.office.alerts.tasks import chase_cancellations, end_cancellations
from platekeeper.policy import Allowed, Denied, Role

from ..doors import logged_in
from ..hotlists.files import a_downloaded_list, california, load, written
from ..people import NOW, a_person, an_agency
from ..streets import a_camera, a_list_of, a_read, listed, put, take
from .officers import access, an_alert, an_officer, seen, step, vehicle


@pytest.fixture
def agency():
    return an_agency("los-angeles")


@pytest.fixture
def hot_list(agency):
    return a_list_of(agency, [vehicle(), listed("7XYZ890")])


@pytest.fixture
def camera(agency, hot_list):
    return a_camera(agency)


@pytest.fixture
def cancelled(agency, camera):
    """Somebody found the entry wrong."""
    officer, alert_id = an_officer(agency), an_alert(agency, camera)
    step(officer, alert_id, "entry-wrong")
    return cancellations(access(officer), NOW)[0]


def matches(agency, camera) -> int:
    return take(agency, a_read(camera, "8ABC123")).receipt.hits


class TestCancellation:
    def test_keeps_the_entry_from_matching_and_no_other(self, agency, camera, cancelled):
        assert matches(agency, camera) == 0
        assert take(agency, a_read(camera, "7XYZ890")).receipt.hits == 1

    def test_outlasts_the_next_import(self, agency, camera, hot_list, cancelled):
        put(hot_list, [vehicle(), listed("5NEW555")])
        end_cancellations(NOW)

        assert matches(agency, camera) == 0

    def test_ends_when_its_source_drops_the_entry_and_a_later_one_counts_again(
        self, agency, camera, hot_list, cancelled, owner
    ):
        put(hot_list, [listed("7XYZ890")])
        assert end_cancellations(NOW) >= 1
        put(hot_list, [vehicle()])

        assert matches(agency, camera) == 1
        told = owner.execute(
            "SELECT event FROM ledger_entry WHERE subject = %s", [str(cancelled.id)]
        ).fetchall()
        assert told == [("hot-list.cancellation-ended",)]

    def test_withdraws_every_other_alert_of_the_entry(self, agency, camera):
        officer, other = an_officer(agency), an_officer(agency)
        first, second, stopped = (an_alert(agency, camera) for _ in range(3))
        for name in ("confirm-status", "verify", "state-suspicion", "stop"):
            step(other, stopped, name)

        step(officer, first, "entry-wrong")

        view = seen(other, second)
        assert (view.state, view.history[-1].step) == ("WITHDRAWN", "entry-cancelled")
        with pytest.raises(AlertError):
            step(other, second, "verify")
        view = seen(other, stopped)  # what was stopped still needs its outcome
        assert (view.state, view.history[-1].step) == ("STOPPED", "entry-cancelled")

    def test_leaves_alerts_of_other_entries_and_agencies(self, agency, camera):
        neighbour = an_agency("los-angeles")
        a_list_of(neighbour, [vehicle()])
        elsewhere = an_alert(neighbour, a_camera(neighbour))
        another = an_alert(agency, camera, "7XYZ890")
        a_list_of(agency, [vehicle(category="FELONY_VEHICLE")])
        both = an_alert(agency, camera)
        first = an_alert(agency, camera)

        step(an_officer(agency), first, "entry-wrong")

        assert seen(an_officer(neighbour), elsewhere).state == "RAISED"
        assert seen(an_officer(agency), another).state == "RAISED"
        assert seen(an_officer(agency), both).state == "RAISED"

    def test_concerns_no_other_agency(self, camera, cancelled):
        other = an_agency("los-angeles")
        a_list_of(other, [vehicle()])

        assert matches(other, a_camera(other)) == 1

    def test_tells_communications_at_once(self, agency, camera, owner):
        dispatcher = a_person(agency, Role.DISPATCHER)

        step(an_officer(agency), an_alert(agency, camera), "entry-wrong")

        told = owner.execute(
            "SELECT kind, subject FROM notice WHERE recipient_id = %s", [dispatcher.pk]
        ).fetchall()
        assert [kind for kind, _ in told] == ["entry-cancelled"]
        assert "8ABC123" not in told[0][1]

    def test_tells_a_supervisor_where_there_is_no_dispatcher(self, agency, camera, owner):
        supervisor = a_person(agency, Role.SUPERVISOR)

        step(an_officer(agency), an_alert(agency, camera), "entry-wrong")

        told = owner.execute("SELECT kind FROM notice WHERE recipient_id = %s", [supervisor.pk]).fetchall()
        assert told == [("entry-cancelled",)]

    def test_is_dealt_with_when_communications_has_broadcast_it(self, agency, cancelled):
        dispatcher, profile = a_person(agency, Role.DISPATCHER), profile_of(agency)
        before = decide_broadcast(profile, cancelled.cancelled_at, cancelled.broadcast_at)

        assert broadcast_cancellation(grant=access(dispatcher), cancellation_id=cancelled.id)
        assert not broadcast_cancellation(grant=access(dispatcher), cancellation_id=cancelled.id)

        after = cancellations(access(dispatcher), NOW)[0]
        assert isinstance(before, Denied)
        assert before.clause == "LA 568.53 Quality Assurance"
        assert isinstance(decide_broadcast(profile, after.cancelled_at, after.broadcast_at), Allowed)
        assert after.broadcast_by == dispatcher.username

    def test_that_waits_is_told_to_supervisors_with_the_clause_and_once(self, agency, cancelled, owner):
        supervisor = a_person(agency, Role.SUPERVISOR)

        for minutes in (1, 6, 11):
            chase_cancellations(cancelled.cancelled_at + timedelta(minutes=minutes))

        told = owner.execute("SELECT subject FROM notice WHERE recipient_id = %s", [supervisor.pk]).fetchall()
        assert told == [("A cancelled entry is not on the air yet (LA 568.53 Quality Assurance)",)]

    def test_of_another_agency_is_nobody_s_to_broadcast(self, cancelled):
        stranger = a_person(an_agency("los-angeles"), Role.DISPATCHER)

        with pytest.raises(AlertError, match="no such cancellation"):
            broadcast_cancellation(grant=access(stranger), cancellation_id=cancelled.id)

    @pytest.mark.parametrize("page", ["alerts:board", "dispatch:board", "dispatch:car"])
    def test_is_on_every_board(self, page, agency, cancelled):
        shown = logged_in(a_person(agency, Role.DISPATCHER)).get(reverse(page)).content.decode()

        assert "8ABC123" in shown
        assert "Cancel" in shown


class TestRecord:
    """What a source calls by another number or date is another want of the same plate."""

    @pytest.fixture
    def hot_list(self, agency):
        return a_list_of(agency, [vehicle(record="W1")])

    def test_that_was_cancelled_stays_away_with_each_import(self, agency, camera, hot_list, cancelled):
        for synopsis in ("", "words that the source has changed"):
            put(hot_list, [vehicle(record="W1", synopsis=synopsis), listed("5NEW555")])
            end_cancellations(NOW)
            assert matches(agency, camera) == 0

    def test_that_is_new_matches_beside_the_cancelled_one(self, agency, camera, hot_list, cancelled):
        put(hot_list, [vehicle(record="W1"), vehicle(record="W2")])
        end_cancellations(NOW)

        assert matches(agency, camera) == 1

    def test_that_is_wrong_too_is_cancelled_by_itself(self, agency, camera, hot_list, cancelled):
        put(hot_list, [vehicle(record="W1"), vehicle(record="W2")])
        step(an_officer(agency), an_alert(agency, camera), "entry-wrong")

        assert matches(agency, camera) == 0

    def test_ends_with_its_own_entry_though_a_new_one_stands(self, agency, camera, hot_list, cancelled):
        put(hot_list, [vehicle(record="W2")])

        assert end_cancellations(NOW) >= 1
        assert matches(agency, camera) == 1

    def test_that_has_no_number_is_every_entry_of_the_plate(self):
        agency = an_agency("los-angeles")
        unnumbered = a_list_of(agency, [vehicle()])
        camera = a_camera(agency)
        step(an_officer(agency), an_alert(agency, camera), "entry-wrong")
        put(unnumbered, [vehicle(record="W9")])

        assert matches(agency, camera) == 0

    def test_of_a_state_s_file_is_its_date(self, agency, camera, tmp_path):
        hot_list = a_downloaded_list(agency)
        load(hot_list, written(tmp_path, "svs.tbl", california("9STU333", date="20260601")))
        step(an_officer(agency), an_alert(agency, camera, "9STU333"), "entry-wrong")
        again = california("9STU333", "9STU444", date="20260601")
        load(hot_list, written(tmp_path, "svs.tbl", again))
        assert take(agency, a_read(camera, "9STU333")).receipt.hits == 0

        load(hot_list, written(tmp_path, "svs.tbl", california("9STU333", "9STU444", date="20260630")))

        assert take(agency, a_read(camera, "9STU333")).receipt.hits == 1
