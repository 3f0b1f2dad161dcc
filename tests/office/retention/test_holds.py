"""Holds: in writing, approved by another, ended by a decision only; the database holds to it by itself (HLD)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from psycopg.errors import CheckViolation, InsufficientPrivilege

from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.notices.models import Notice
from platekeeper.office.retention.holds import HoldError, take_hold_step, verify_holds
from platekeeper.office.retention.models import Hold, HoldScope
from platekeeper.office.retention.queries import hold_by_id, holds_of
from platekeeper.policy import Role

from ..people import a_person, an_agency
from .archives import ago, hold_of

DISPOSED = {"disposed_at": "2026-01-05T00:00:00+00:00", "authority": "Superior Court, Division 12"}


@pytest.fixture
def staff(database):
    agency = an_agency("los-angeles")
    return {role: a_person(agency, role) for role in (Role.DETECTIVE, Role.SUPERVISOR, Role.COMMANDER)}


def step(person, hold_id, name, **detail):
    take_hold_step(
        hold=Hold.objects.get(pk=hold_id), person=person, step=name, detail=detail, now=timezone.now()
    )


class TestRequest:
    @pytest.mark.parametrize("missing", ["case_number", "reason", "contact"])
    def test_is_refused_without_what_must_be_in_writing(self, missing, staff):
        with pytest.raises(AccessDenied) as refused:
            hold_of(staff[Role.DETECTIVE], **{missing: " "})

        assert refused.value.decision.obligation == "HLD-03"

    def test_is_refused_to_those_who_may_not_ask(self, staff):
        patrol = a_person(staff[Role.DETECTIVE].agency, Role.HIT_ONLY_OFFICER)

        with pytest.raises(AccessDenied):
            hold_of(patrol)

    def test_of_nothing_is_refused(self, staff):
        with pytest.raises(HoldError, match="covers nothing"):
            hold_of(staff[Role.DETECTIVE], HoldScope.READS)

    def test_reaches_the_supervisors(self, staff):
        hold_id = hold_of(staff[Role.DETECTIVE])

        assert Notice.objects.filter(agency=staff[Role.DETECTIVE].agency, kind="hold-requested").exists()
        assert hold_by_id(staff[Role.DETECTIVE].agency, hold_id, timezone.now()).state == "REQUEST"


class TestSteps:
    def test_of_approval_are_not_the_requester_s(self, staff):
        sergeant = staff[Role.SUPERVISOR]
        hold_id = hold_of(sergeant)

        with pytest.raises(AccessDenied) as refused:
            step(sergeant, hold_id, "APPROVE")

        assert refused.value.decision.obligation == "HLD-03"

    @pytest.mark.parametrize("detail", [{}, {"disposed_at": "2026-01-05T00:00:00+00:00"}, {"authority": "Court"},
                                        {**DISPOSED, "disposed_at": "2099-01-01T00:00:00+00:00"}])  # fmt: skip
    def test_of_release_need_disposition_and_authority(self, detail, staff):
        hold_id = hold_of(staff[Role.DETECTIVE])
        step(staff[Role.SUPERVISOR], hold_id, "APPROVE")

        with pytest.raises(AccessDenied) as refused:
            step(staff[Role.DETECTIVE], hold_id, "ASK_RELEASE", **detail)

        assert refused.value.decision.obligation == "HLD-02"

    def test_of_release_need_a_second_person(self, staff):
        sergeant = staff[Role.SUPERVISOR]
        hold_id = hold_of(staff[Role.DETECTIVE])
        step(sergeant, hold_id, "APPROVE")
        step(sergeant, hold_id, "ASK_RELEASE", **DISPOSED)

        with pytest.raises(AccessDenied) as refused:
            step(sergeant, hold_id, "RELEASE")

        assert refused.value.decision.obligation == "HLD-04"

    def test_lead_from_request_to_release(self, staff, owner):
        hold_id = hold_of(staff[Role.DETECTIVE])
        step(staff[Role.SUPERVISOR], hold_id, "APPROVE", note="going to trial")
        step(staff[Role.DETECTIVE], hold_id, "BOOK", property_number="P-17")
        step(staff[Role.DETECTIVE], hold_id, "ASK_RELEASE", **DISPOSED)
        step(staff[Role.COMMANDER], hold_id, "RELEASE")

        told = owner.execute(
            "SELECT event FROM ledger_entry WHERE subject = %s ORDER BY sequence", [str(hold_id)]
        )
        assert [event for (event,) in told] == [
            "hold.requested", "hold.approved", "hold.booked", "hold.release-requested", "hold.released",
        ]  # fmt: skip
        with pytest.raises(HoldError, match="does not follow"):
            step(staff[Role.SUPERVISOR], hold_id, "APPROVE")


class TestTheDatabase:
    """Raw SQL as `web`, past policy and pages."""

    CALL = "SELECT take_hold_step(%s, %s, %s, %s)"

    @pytest.mark.parametrize(
        ("role", "name", "detail"),
        [(Role.DETECTIVE, "APPROVE", {}), (Role.DETECTIVE, "RELEASE", DISPOSED),
         (Role.SUPERVISOR, "RELEASE", DISPOSED),
         (Role.SUPERVISOR, "ASK_RELEASE", DISPOSED), (Role.SUPERVISOR, "ESCALATE", {}),
         (Role.SUPERVISOR, "nonsense", {})],
    )  # fmt: skip
    def test_refuses_steps_out_of_turn(self, role, name, detail, staff, web):
        hold_id = hold_of(staff[Role.DETECTIVE])

        with pytest.raises(InsufficientPrivilege):
            web.execute(self.CALL, [staff[role].pk, hold_id, name, json.dumps(detail)])

    def test_refuses_a_release_by_whoever_asked_for_it_or_without_disposition(self, staff, web):
        sergeant, hold_id = staff[Role.SUPERVISOR], hold_of(staff[Role.DETECTIVE])
        web.execute(self.CALL, [sergeant.pk, hold_id, "APPROVE", "{}"])
        with pytest.raises(InsufficientPrivilege):
            web.execute(self.CALL, [sergeant.pk, hold_id, "ASK_RELEASE", '{"authority": "Court"}'])
        web.execute(self.CALL, [sergeant.pk, hold_id, "ASK_RELEASE", json.dumps(DISPOSED)])

        with pytest.raises(InsufficientPrivilege):
            web.execute(self.CALL, [sergeant.pk, hold_id, "RELEASE", "{}"])

    def test_refuses_people_of_other_agencies(self, staff, web):
        stranger = a_person(an_agency("los-angeles"), Role.SUPERVISOR)

        with pytest.raises(InsufficientPrivilege):
            web.execute(self.CALL, [stranger.pk, hold_of(staff[Role.DETECTIVE]), "APPROVE", "{}"])

    def test_refuses_a_request_without_its_words(self, staff, web):
        words = dict.fromkeys(("kind", "reason", "contact", "plate"), "x")
        asked = json.dumps({**words, "scope": "PLATE", "case_number": " "})

        with pytest.raises(CheckViolation):
            web.execute("SELECT request_hold(%s, %s)", [staff[Role.DETECTIVE].pk, asked])

    @pytest.mark.parametrize("statement", ["INSERT INTO hold_step VALUES (1, %s, 9, 'RELEASE', now(), 1, 'x', '{}')",
                                           "UPDATE hold SET plate = '' WHERE id = %s",
                                           "DELETE FROM hold WHERE id = %s"])  # fmt: skip
    def test_lets_nobody_write_around_its_functions(self, statement, web):
        with pytest.raises(InsufficientPrivilege):
            web.execute(statement, [uuid4()])


class TestVerification:
    def test_is_asked_after_two_years_then_escalated_and_never_ends_a_hold(self, staff):
        agency = staff[Role.DETECTIVE].agency
        hold_id = hold_of(staff[Role.DETECTIVE])
        step(staff[Role.SUPERVISOR], hold_id, "APPROVE")
        now = timezone.now()

        assert verify_holds(now + timedelta(days=700)) == 0
        later = now + timedelta(days=800)
        verify_holds(later)
        verify_holds(later)
        view = hold_by_id(agency, hold_id, later)
        assert (view.is_overdue, view.state) == (True, "APPROVE")
        assert [one.hold.pk for one in holds_of(agency, later) if one.is_overdue] == [hold_id]
        assert Notice.objects.filter(agency=agency, kind="hold-to-verify").count() == 1

    def test_is_answered_by_the_investigator(self, staff):
        agency = staff[Role.DETECTIVE].agency
        hold_id = hold_of(staff[Role.DETECTIVE])
        step(staff[Role.SUPERVISOR], hold_id, "APPROVE")

        step(staff[Role.DETECTIVE], hold_id, "VERIFY", note="trial in spring")

        assert hold_by_id(agency, hold_id, timezone.now()).due_at > timezone.now() + timedelta(days=725)

    def test_is_no_rule_where_the_policy_states_none(self):
        agency = an_agency("redondo-beach")
        hold_id = hold_of(a_person(agency, Role.DETECTIVE), case_number="26-1234")
        step(a_person(agency, Role.SUPERVISOR), hold_id, "APPROVE")

        assert hold_by_id(agency, hold_id, ago(days=-9000)).due_at is None
