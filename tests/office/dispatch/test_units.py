"""Units log on, pursuits are approved, tickets are filed; what is missing is said with its clause (OPS)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from platekeeper.office.dispatch.models import Pursuit, TroubleTicket, UnitShift
from platekeeper.office.dispatch.operations import (
    DispatchError,
    answer_pursuit,
    ask_handover,
    close_ticket,
    end_pursuit,
    file_ticket,
    log_off,
    log_on,
    report_pursuit,
)
from platekeeper.office.dispatch.queries import missing_of, open_tickets, units_out
from platekeeper.office.dispatch.tasks import chase_approvals
from platekeeper.policy import Role

from ..alerts.officers import a_street, access, an_alert, an_officer, rows, step
from ..doors import logged_in
from ..people import a_person, an_agency

NOW = timezone.now()


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def officer(agency):
    return an_officer(agency)


@pytest.fixture
def supervisor(agency):
    return a_person(agency, Role.SUPERVISOR)


@pytest.fixture
def pursuit(officer) -> Pursuit:
    log_on(person=officer, unit="4a12", now=NOW)
    return report_pursuit(person=officer, part="STARTED", now=NOW)


def events(owner, subject, prefix: str) -> list[str]:
    query = "SELECT event FROM ledger_entry WHERE subject = %s AND event LIKE %s ORDER BY sequence"
    return [event for (event,) in owner.execute(query, [str(subject), f"{prefix}%"])]


def told(owner, person) -> list[str]:
    return [kind for (kind,) in owner.execute("SELECT kind FROM notice WHERE recipient_id = %s", [person.pk])]


class TestCounts:
    def test_shows_zeros_and_units_calmly_and_what_waits_in_colour(self, agency, officer):
        log_on(person=officer, unit="4A12", now=NOW)
        dispatcher = logged_in(a_person(agency, Role.DISPATCHER))
        board = reverse("dispatch:board")
        quiet = dispatcher.get(board).content.decode()

        file_ticket(person=officer, unit="4A12", part="CAMERA", description="dark", now=NOW)
        busy = dispatcher.get(board).content.decode()

        assert '<span class="count">' not in quiet
        assert '<span class="count count--calm">0</span>' in quiet
        assert busy.count('<span class="count">1</span>') == 1


class TestLogOn:
    def test_tells_dispatch_and_is_on_the_board(self, agency, officer, owner):
        dispatcher = a_person(agency, Role.DISPATCHER)

        shift = log_on(person=officer, unit=" 4a12 ", now=NOW)

        assert told(owner, dispatcher) == ["unit-logged-on"]
        assert [(one.unit, one.dispatch_told_at) for one in units_out(agency)] == [("4A12", NOW)]
        assert events(owner, shift.pk, "unit.")[-1:] == ["unit.logged-on"]

    @pytest.mark.parametrize("unit", ["", "  ", "\x00"])
    def test_without_a_call_sign_is_refused(self, unit, officer):
        with pytest.raises(DispatchError, match="call sign"):
            log_on(person=officer, unit=unit, now=NOW)

    def test_with_two_units_is_refused(self, officer):
        log_on(person=officer, unit="4A12", now=NOW)

        with pytest.raises(DispatchError, match="log off first"):
            log_on(person=officer, unit="4A13", now=NOW)

    def test_is_not_for_people_who_may_not_receive_alerts(self, agency):
        with pytest.raises(DispatchError, match=r"\(.+\)"):
            log_on(person=a_person(agency, Role.AUDITOR), unit="4A12", now=NOW)

    def test_is_asked_for_before_the_screen_of_the_car_where_the_policy_says_so(self, officer):
        client = logged_in(officer)

        before = client.get(reverse("dispatch:car"))
        client.post(reverse("dispatch:report"), {"what": "log-on", "unit": "4A12"})

        assert before.status_code == 302
        assert client.get(reverse("dispatch:car")).status_code == 200

    def test_is_not_taken_where_its_record_cannot_be_written(self, officer, owner):
        owner.execute(
            "ALTER TABLE ledger_entry ADD CONSTRAINT broken CHECK (event <> 'unit.logged-on') NOT VALID"
        )

        try:
            with pytest.raises(DispatchError):
                log_on(person=officer, unit="4A12", now=NOW)
        finally:
            owner.execute("ALTER TABLE ledger_entry DROP CONSTRAINT broken")

        assert not UnitShift.objects.filter(person=officer).exists()


class TestPursuit:
    def test_misses_the_approval_of_a_supervisor(self, pursuit):
        assert [one.clause for one in missing_of(pursuit)] == ["RB 432.7", "RB 432.7"]

    def test_tells_supervisors_at_once_and_again_after_five_minutes(self, agency, officer, supervisor, owner):
        log_on(person=officer, unit="4A12", now=NOW)
        report_pursuit(person=officer, part="ASSISTED", now=NOW)

        for minutes in (4, 6, 7):
            chase_approvals(NOW + timedelta(minutes=minutes))

        assert told(owner, supervisor) == ["pursuit", "pursuit"]

    def test_is_approved_by_a_supervisor_with_the_time_it_took(self, pursuit, supervisor, officer, owner):
        answer_pursuit(pursuit=pursuit, person=supervisor, is_approved=True, now=NOW + timedelta(seconds=40))

        kept = Pursuit.objects.select_related("agency", "shift__person", "answered_by").get(pk=pursuit.pk)
        assert [one.obligation for one in missing_of(kept)] == ["OPS-03"]
        assert events(owner, pursuit.pk, "pursuit.")[-1] == "pursuit.approved"
        assert "pursuit" in told(owner, officer)

    @pytest.mark.parametrize("role", [Role.PATROL_OFFICER, Role.DISPATCHER, Role.ADMINISTRATOR])
    def test_is_approved_by_nobody_else(self, role, pursuit, agency):
        with pytest.raises(DispatchError, match="supervisor"):
            answer_pursuit(pursuit=pursuit, person=a_person(agency, role), is_approved=True, now=NOW)

    def test_is_not_approved_by_its_own_driver(self, supervisor):
        log_on(person=supervisor, unit="S1", now=NOW)
        own = report_pursuit(person=supervisor, part="STARTED", now=NOW)

        with pytest.raises(DispatchError, match="their own"):
            answer_pursuit(pursuit=own, person=supervisor, is_approved=True, now=NOW)

    def test_is_not_approved_by_another_agency_s_supervisor(self, pursuit):
        stranger = a_person(an_agency(), Role.SUPERVISOR)

        with pytest.raises(DispatchError, match="another agency"):
            answer_pursuit(pursuit=pursuit, person=stranger, is_approved=True, now=NOW)
        address = reverse("dispatch:answer_pursuit", args=[pursuit.pk])
        assert logged_in(stranger).post(address, {"answer": "approve"}).status_code == 404

    def test_is_answered_once(self, pursuit, supervisor):
        answer_pursuit(pursuit=pursuit, person=supervisor, is_approved=False, now=NOW)

        with pytest.raises(DispatchError, match="already"):
            answer_pursuit(pursuit=pursuit, person=supervisor, is_approved=True, now=NOW)

    UPDATE = "UPDATE pursuit SET answered_by_id = %s, answered_at = now(), is_approved = true WHERE id = %s"

    @pytest.mark.parametrize("who", ["the officer", "an officer who supervises", "a colleague", "a stranger"])
    def test_is_approved_by_nobody_else_by_sql_either(self, who, agency, officer, supervisor, web):
        pursuer = supervisor if who == "an officer who supervises" else officer
        log_on(person=pursuer, unit="1A2", now=NOW)
        own = report_pursuit(person=pursuer, part="STARTED", now=NOW)
        strangers = a_person(an_agency("milpitas"), Role.SUPERVISOR)
        named = {"a colleague": a_person(agency, Role.DETECTIVE), "a stranger": strangers}.get(who, pursuer)

        with pytest.raises(InsufficientPrivilege, match="another supervisor"):
            web.execute(self.UPDATE, [named.pk, own.pk])

    def test_is_answered_once_by_sql_too(self, pursuit, agency, supervisor, web):
        answer_pursuit(pursuit=pursuit, person=supervisor, is_approved=False, now=NOW)

        with pytest.raises(InsufficientPrivilege, match="answered already"):
            web.execute(self.UPDATE, [a_person(agency, Role.SUPERVISOR).pk, pursuit.pk])

    def test_does_not_end_without_asking_for_a_marked_unit_or_saying_why_not(self, pursuit, officer, owner):
        with pytest.raises(DispatchError, match=r"RB 432\.7"):
            end_pursuit(person=officer, handed_over_to="", excuse="", now=NOW)
        with pytest.raises(DispatchError, match="end it first"):
            log_off(person=officer, now=NOW)

        ask_handover(person=officer, now=NOW)
        end_pursuit(person=officer, handed_over_to="2b7", excuse="", now=NOW)
        log_off(person=officer, now=NOW)

        assert Pursuit.objects.get(pk=pursuit.pk).handed_over_to == "2B7"
        assert events(owner, pursuit.pk, "pursuit.")[-2:] == ["pursuit.handover-asked", "pursuit.ended"]


class TestTicket:
    def test_of_los_angeles_is_its_own_form_and_reaches_those_who_mend(self, owner):
        agency = an_agency("los-angeles")
        officer, mechanic = an_officer(agency), a_person(agency, Role.ADMINISTRATOR)

        ticket = file_ticket(
            person=officer, unit="4A12", part="CAMERA", description="Dark since noon", now=NOW
        )

        assert "11.03.00" in ticket.form
        assert open_tickets(agency) == [ticket]
        close_ticket(ticket=ticket, person=mechanic, outcome="New cable", now=NOW)
        assert open_tickets(agency) == []
        assert told(owner, officer) == ["trouble-ticket"]
        with pytest.raises(DispatchError, match="closed already"):
            close_ticket(ticket=ticket, person=mechanic, outcome="Again", now=NOW)

    @pytest.mark.parametrize(
        "given", [{"description": " "}, {"part": "x"}, {"unit": " "}, {"description": "\x00"}]
    )
    def test_that_says_too_little_is_refused(self, given, officer):
        whole = {"unit": "4A12", "part": "CAMERA", "description": "Dark since noon"}

        with pytest.raises(DispatchError):
            file_ticket(person=officer, now=NOW, **{**whole, **given})

        assert not TroubleTicket.objects.filter(opened_by=officer).exists()

    def test_is_closed_by_nobody_without_the_right(self, agency, officer):
        ticket = file_ticket(
            person=officer, unit="4A12", part="CAMERA", description="Dark since noon", now=NOW
        )

        with pytest.raises(DispatchError, match=r"\(.+\)"):
            close_ticket(ticket=ticket, person=officer, outcome="Fixed it myself", now=NOW)


class TestBoard:
    def test_shows_what_dispatch_has_to_confirm_and_takes_the_answer(self, agency, officer, owner):
        alert_id = an_alert(agency, a_street(agency))
        dispatcher = a_person(agency, Role.DISPATCHER)
        step(officer, alert_id, "ask-status")
        client, board = logged_in(dispatcher), reverse("dispatch:board")

        page = client.get(board).content.decode()
        answer = client.post(
            reverse("alerts:step", args=[alert_id]),
            {"step": "confirm-status", "channel": "CLETS", "back": board},
        )

        assert f'data-ask="{alert_id}"' in page
        assert answer.headers["Location"] == board
        assert rows(owner, alert_id)[-1] == ("confirm-status", "STATUS_CONFIRMED", dispatcher.username)
        assert f'data-ask="{alert_id}"' not in client.get(board).content.decode()
        assert access(dispatcher)

    def test_sends_nobody_to_a_page_of_somebody_else(self, agency, officer):
        alert_id = an_alert(agency, a_street(agency))

        answer = logged_in(officer).post(
            reverse("alerts:step", args=[alert_id]), {"step": "acknowledge", "back": "https://example.org/"}
        )

        assert answer.headers["Location"] == reverse("alerts:alert", args=[alert_id])

    @pytest.mark.parametrize("page", ["dispatch:unit", "dispatch:tickets"])
    def test_and_its_pages_are_closed_to_an_auditor(self, page, agency):
        assert logged_in(a_person(agency, Role.AUDITOR)).get(reverse(page)).status_code == 403

    def test_takes_no_report_that_it_does_not_know(self, officer):
        assert logged_in(officer).post(reverse("dispatch:report"), {"what": "x"}).status_code == 400
