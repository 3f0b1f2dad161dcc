"""The checks between the sound and a stop in each policy's order, for pages and for smuggled SQL (ALR)."""

import psycopg
import pytest
from django.urls import reverse
from psycopg.errors import InsufficientPrivilege, UniqueViolation

from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.alerts.models import AlertState
from platekeeper.office.alerts.stepping import AlertError, StepRefused
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import PROFILES, a_person, an_agency
from .conftest import PROFILE
from .officers import (
    WAY,
    a_street,
    an_alert,
    an_officer,
    posted,
    rows,
    seen,
    smuggled,
    step,
    vehicle,
)

A = AlertState


class TestRawSql:
    """Somebody has smuggled SQL into a page, and a good access besides."""

    @pytest.mark.parametrize("statement", [
        "INSERT INTO alert_step DEFAULT VALUES",
        "UPDATE alert_step SET state = 'VERIFIED'", "DELETE FROM alert_step", "SELECT * FROM alert_step",
        "UPDATE alert SET demands = '[]'", "DELETE FROM alert_move", "UPDATE alert_move SET to_state = 'STOPPED'",
        "SELECT * FROM entry_cancellation", "UPDATE entry_cancellation SET dropped_at = now()",
        "SELECT add_alert_step(1, gen_random_uuid(), 1, NULL, 1, 'x', NULL, '{}')",
        "SELECT cancel_entry(1, gen_random_uuid(), 1, 1, 'x', 'x')", "SELECT expire_alerts(now())",
        "SELECT end_cancellations()", "SELECT * FROM open_stops(now())",
        "SELECT revise_alerts(1, '{}', '{}', '{}', '{}')",
    ])  # fmt: skip
    def test_writes_no_step_but_through_the_gate(self, web, statement):
        with pytest.raises(InsufficientPrivilege, match="permission denied"):
            web.execute(statement)

    def test_takes_no_step_without_an_access(self, web, raised):
        with pytest.raises(InsufficientPrivilege, match="SRC-01"):
            web.execute("SELECT take_alert_step(%s, 1, 'acknowledge', '{}')", [raised()])

    @pytest.mark.parametrize(
        ("way", "wanted", "clause"),
        [((), "verify", "EC 427.5"), ((), "stop", "EC 427.5"), ((), "state-suspicion", "EC 427.5"),
         (("confirm-status",), "stop", "EC 427.5"), (("confirm-status", "verify"), "stop", "EC 427.5"),
         (("no-answer",), "verify", "EC 427.5"), (("impracticable",), "verify", "EC 427.5")],
    )  # fmt: skip
    def test_skips_no_check_of_el_cajon(self, way, wanted, clause, web, raised, officer, owner):
        alert_id = raised()
        for number, name in enumerate(way, 1):
            smuggled(web, officer, alert_id, name, number)

        with pytest.raises(InsufficientPrivilege, match=clause):
            smuggled(web, officer, alert_id, wanted, len(way) + 1)

        assert [name for name, _, _ in rows(owner, alert_id)] == list(way)

    @pytest.mark.parametrize("profile", [one for one in PROFILES if one != PROFILE])
    def test_stops_nobody_for_an_alert_alone(self, profile, web):
        agency = an_agency(profile)
        alert_id = an_alert(agency, a_street(agency))

        with pytest.raises(InsufficientPrivilege, match=r"\(.+\)"):
            smuggled(web, an_officer(agency), alert_id, "stop")

    @pytest.mark.parametrize("name", ["revise", "restore", "expire", "", "RAISED", "stop; drop table alert"])
    def test_takes_no_step_that_is_no_person_s(self, name, web, raised, officer):
        with pytest.raises(InsufficientPrivilege, match="does not follow"):
            smuggled(web, officer, raised(), name)

    def test_takes_no_step_with_another_agency_s_alert(self, web, raised):
        with pytest.raises(InsufficientPrivilege, match="no open access"):
            smuggled(web, a_person(an_agency(PROFILE), Role.PATROL_OFFICER), raised(), "acknowledge")

    def test_takes_no_step_for_people_whom_a_neighbour_let_look(self, web, agency, raised):
        neighbour = a_person(an_agency(PROFILE), Role.PATROL_OFFICER)
        neighbour.agency_id, home = agency.pk, neighbour.agency_id

        assert home != agency.pk
        with pytest.raises(InsufficientPrivilege, match="GOV-09"):
            smuggled(web, neighbour, raised(), "acknowledge")

    def test_verifies_no_contradiction(self, web, agency, camera, officer):
        alert_id = an_alert(agency, camera, region="US-NV")
        smuggled(web, officer, alert_id, "confirm-status")

        with pytest.raises(InsufficientPrivilege, match="ALR-03"):
            smuggled(web, officer, alert_id, "verify", 2)

    def test_looks_no_second_time_itself(self, web, raised, officer):
        alert_id = raised()
        smuggled(web, officer, alert_id, "confirm-status")
        smuggled(web, officer, alert_id, "differ", 2)

        with pytest.raises(InsufficientPrivilege, match="another person"):
            smuggled(web, officer, alert_id, "second-look", 3)

    def test_takes_no_number_twice(self, web, raised, officer):
        alert_id = raised()
        smuggled(web, officer, alert_id, "acknowledge")

        with pytest.raises(UniqueViolation):
            smuggled(web, officer, alert_id, "confirm-status", 1)

    def test_cancels_no_entry_of_another_alert(self, web, raised, officer):
        with pytest.raises(InsufficientPrivilege, match="HOT-10"):
            smuggled(web, officer, raised(), "entry-wrong", version_id=0, entry_number=1, reason="because")

    def test_changes_no_step_even_as_owner(self, owner, raised):
        raised(A.ACKNOWLEDGED)

        for change in (
            "UPDATE alert_step SET username = 'x'",
            "DELETE FROM alert_step",
            "TRUNCATE alert_step",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"):
                owner.execute(change)


class TestElCajon:
    def test_leads_from_sound_to_outcome_in_its_order(self, raised, officer, owner):
        alert_id = raised()

        for name in ("acknowledge", "ask-status", *WAY[A.CLOSED]):
            step(officer, alert_id, name)

        assert [state for _, state, _ in rows(owner, alert_id)] == [
            "ACKNOWLEDGED", "ACKNOWLEDGED", "STATUS_CONFIRMED", "VERIFIED", "SUSPICION_STATED", "STOPPED", "CLOSED",
        ]  # fmt: skip

    @pytest.mark.parametrize("name", ["verify", "differ", "state-suspicion"])
    def test_wants_the_status_first(self, name, raised, officer):
        with pytest.raises(StepRefused, match="status of the entry is not confirmed") as refusal:
            step(officer, raised(), name)

        assert refusal.value.decision.clause == "EC 427.5(a)1"

    @pytest.mark.parametrize(
        ("way", "clause", "words"),
        [(("confirm-status",), "EC 427.5(b)1", "not compared"),
         (("confirm-status", "verify"), "EC 427.5(b)1", "suspicion")],
    )  # fmt: skip
    def test_wants_eyes_and_suspicion_before_a_stop(self, way, clause, words, raised, officer):
        alert_id = raised()
        for name in way:
            step(officer, alert_id, name)

        with pytest.raises(StepRefused, match=words) as refusal:
            step(officer, alert_id, "stop")

        assert refusal.value.decision.clause == clause

    def test_lets_exigency_pass_the_status_and_tells_supervisors(self, raised, officer, people, owner):
        alert_id = raised()

        for name in ("exigent", "verify", "state-suspicion", "stop"):
            step(officer, alert_id, name)

        assert rows(owner, alert_id)[-1][1] == "STOPPED"
        told = owner.execute(
            "SELECT count(*) FROM notice WHERE recipient_id = %s AND link LIKE %s",
            [people[Role.SUPERVISOR].pk, f"%{alert_id}%"],
        )
        assert told.fetchone() == (1,)

    def test_takes_no_exigency_of_which_no_supervisor_knows(self, raised, officer):
        with pytest.raises(StepRefused, match="supervisor"):
            step(officer, raised(), "exigent", supervisor_told=False)

    @pytest.mark.parametrize("name", ["impracticable", "unseen"])
    def test_takes_no_excuse(self, name, raised, officer):
        with pytest.raises(StepRefused, match=r"EC 427\.5"):
            step(officer, raised(A.STATUS_CONFIRMED if name == "unseen" else A.RAISED), name)

    def test_wants_the_number_that_notes_the_stop(self, raised, officer, owner):
        alert_id = raised(A.STOPPED)

        answer = posted(officer, alert_id, "close", reference="")

        assert answer.status_code == 422
        assert "call for service" in answer.content.decode()
        assert rows(owner, alert_id)[-1][1] == "STOPPED"


class TestWithoutPicture:
    """What came without a picture of its plate cannot be compared with it (ALR-03)."""

    def test_is_verified_by_nobody_where_the_picture_must_be_compared(self, agency, camera, officer, owner):
        alert_id = an_alert(agency, camera, images=())
        step(officer, alert_id, "confirm-status")

        answer = posted(officer, alert_id, "verify")

        assert answer.status_code == 422
        assert "EC 427.5(b)1" in answer.content.decode()
        assert "No picture of the plate came with this read" in answer.content.decode()
        assert rows(owner, alert_id)[-1][1] == "STATUS_CONFIRMED"
        step(officer, alert_id, "state-suspicion")
        with pytest.raises(StepRefused):
            step(officer, alert_id, "stop")

    @pytest.mark.parametrize("profile", ["redondo-beach", "milpitas", "monrovia", "los-angeles"])
    def test_is_compared_with_the_vehicle_itself_elsewhere(self, profile, owner):
        agency = an_agency(profile)
        officer, alert_id = an_officer(agency), an_alert(agency, a_street(agency), images=())

        step(officer, alert_id, "verify")

        assert rows(owner, alert_id)[-1][1] == "VERIFIED"


class TestOthers:
    @pytest.mark.parametrize("profile", ["redondo-beach", "milpitas", "monrovia"])
    def test_may_compare_before_the_status_and_excuse_what_is_not_practicable(self, profile, owner):
        agency = an_agency(profile)
        officer, alert_id = an_officer(agency), an_alert(agency, a_street(agency))

        for name in ("verify", "impracticable", "stop", "close"):
            step(officer, alert_id, name)

        assert [state for _, state, _ in rows(owner, alert_id)] == [
            "VERIFIED",
            "VERIFIED",
            "STOPPED",
            "CLOSED",
        ]

    @pytest.mark.parametrize("profile", ["redondo-beach", "milpitas", "monrovia", "los-angeles"])
    def test_know_no_exigency(self, profile):
        agency = an_agency(profile)
        alert_id = an_alert(agency, a_street(agency))

        with pytest.raises(StepRefused, match="no exigency"):
            step(an_officer(agency), alert_id, "exigent")

    def test_of_los_angeles_try_the_list_before_they_stop(self, owner):
        agency = an_agency("los-angeles")
        officer, alert_id = an_officer(agency), an_alert(agency, a_street(agency))
        step(officer, alert_id, "verify")

        with pytest.raises(StepRefused, match=r"LA 568\.53 Quality Assurance"):
            step(officer, alert_id, "stop")
        step(officer, alert_id, "no-answer")
        step(officer, alert_id, "stop")

        assert rows(owner, alert_id)[-1][1] == "STOPPED"

    def test_compare_what_monrovia_names_and_no_more(self, owner):
        agency = an_agency("monrovia")
        officer, alert_id = an_officer(agency), an_alert(agency, a_street(agency))

        assert posted(officer, alert_id, "verify", state="", vehicle="").status_code == 302
        kept = owner.execute(
            "SELECT detail->'parts' FROM alert_step WHERE alert_id = %s", [alert_id]
        ).fetchone()
        assert kept[0] == {"characters": "agrees", "state": "not-looked", "vehicle": "not-looked"}


class TestContradiction:
    @pytest.mark.parametrize(
        ("changes", "part"),
        [({"region": "US-NV"}, "state"),
         ({"vehicle": {"type": "motorcycle"}}, "vehicle")],
    )  # fmt: skip
    def test_turns_an_alert_red_and_takes_a_second_person(self, changes, part, agency, camera, people, owner):
        officer, dispatcher = people[Role.PATROL_OFFICER], people[Role.DISPATCHER]
        alert_id = an_alert(agency, camera, **_seen(changes))
        step(dispatcher, alert_id, "confirm-status")

        step(officer, alert_id, "verify")

        view = seen(officer, alert_id)
        assert view.state == A.CONTRADICTED
        assert view.is_red
        assert view.history[-1].detail["parts"][part] == "differs"
        with pytest.raises(StepRefused, match="somebody else"):
            step(officer, alert_id, "second-look")
        with pytest.raises(AlertError):
            step(officer, alert_id, "stop")
        assert (view.first_look_by, view.first_looker) == (officer.username, officer.full_name)
        step(dispatcher, alert_id, "second-look")
        assert not seen(officer, alert_id).second_look_at
        step(officer, alert_id, "state-suspicion")
        step(officer, alert_id, "stop")
        assert rows(owner, alert_id)[-1][1] == "STOPPED"

    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SUPERVISOR])
    def test_tells_communications_that_a_second_person_is_wanted(self, role, owner):
        agency = an_agency(PROFILE)
        second = a_person(agency, role)
        officer = a_person(agency, Role.PATROL_OFFICER)
        alert_id = an_alert(agency, a_street(agency), region="US-NV")
        step(officer, alert_id, "confirm-status")

        step(officer, alert_id, "verify")

        told = owner.execute("SELECT kind, link FROM notice WHERE recipient_id = %s", [second.pk]).fetchall()
        assert told == [("second-look", f"/alerts/{alert_id}/")]
        board = logged_in(second).get(reverse("dispatch:board")).content.decode()
        assert f'data-ask="look-{alert_id}"' in board

    def test_is_shown_before_anything_else(self, agency, camera, officer):
        address = reverse("alerts:alert", args=[an_alert(agency, camera, region="US-NV")])

        page = logged_in(officer).get(address).content.decode()

        assert "Contradiction" in page
        assert "the reader saw Nevada, the list says California" in page
        assert "alert--red" in page

    def test_is_none_where_the_list_says_nothing(self, owner):
        agency = an_agency(PROFILE)
        camera = a_street(agency, vehicle(region="", vehicle=""))
        officer, alert_id = a_person(agency, Role.PATROL_OFFICER), an_alert(agency, camera, region="US-NV")
        step(officer, alert_id, "confirm-status")

        answer = posted(officer, alert_id, "verify", state="", vehicle="")

        assert answer.status_code == 302
        assert rows(owner, alert_id)[-1][1] == "VERIFIED"
        page = (
            logged_in(officer).get(reverse("alerts:alert", args=[an_alert(agency, camera)])).content.decode()
        )
        assert page.count("Not on the list") == 2


def _seen(changes):
    if "vehicle" not in changes:
        return changes
    from platekeeper import wire

    return {"vehicle": wire.Vehicle(type=(wire.read.Attribute(value="motorcycle", conf=0.9),))}


class TestProfileInForce:
    def test_is_written_on_each_alert_when_it_is_raised(self, agency, raised, owner):
        kept = owner.execute("SELECT demands FROM alert WHERE id = %s", [raised()]).fetchone()[0]

        assert {one["clause"] for one in kept if one["step"] == "stop"} >= {"EC 427.5(a)1", "EC 427.5(b)1"}
        assert profile_of(agency).alerts.in_order.value
