"""The life of an alert: every step from every state by everybody, with what it leaves behind (ALR, GOV-09)."""

import contextlib

import psycopg
import pytest
from django.db import DatabaseError
from django.urls import reverse
from psycopg.errors import InsufficientPrivilege, UniqueViolation

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.alerts.lifecycle import ALL_STEPS, LABELS, MOVES, STEPS, WORKING, state_after
from platekeeper.office.alerts.models import AlertState, Disposition
from platekeeper.office.alerts.onfile import alert_file, decide_step
from platekeeper.office.alerts.stepping import AlertError, StepRefused
from platekeeper.policy import Denied, Function, Role

from ..doors import logged_in
from ..people import NOW, PROFILES, a_person, an_agency
from ..streets import a_picture
from .officers import (
    DETAIL,
    WAY,
    a_street,
    a_wanted,
    an_alert,
    an_officer,
    events,
    lead,
    rows,
    seen,
    smuggled,
    step,
    vehicle,
)

PROFILE = "el-cajon"
ROLES = tuple(policy.load_profile(PROFILE).roles)
UNABLE = [
    role for role in ROLES if Function.VERIFY_ALERT not in policy.load_profile(PROFILE).roles[role].functions
]
A = AlertState


@pytest.fixture(scope="module")
def agency(database) -> Agency:
    return an_agency(PROFILE)


@pytest.fixture(scope="module")
def people(agency) -> dict[Role, Person]:
    return {role: a_person(agency, role) for role in ROLES}


@pytest.fixture(scope="module")
def camera(agency):
    return a_street(agency)


@pytest.fixture(scope="module")
def officer(people) -> Person:
    return people[Role.PATROL_OFFICER]


@pytest.fixture
def raised(agency, camera, people):
    """Raises an alert and leads it to a state."""

    def raised_to(state: AlertState = A.RAISED):
        alert_id = an_alert(agency, camera, a_wanted(agency))
        lead(people[Role.DISPATCHER], alert_id, state)
        return alert_id

    return raised_to


def posted(person: Person, alert_id, name: str, **given):
    fields = {
        "verify": {"characters": "on", "state": "on", "vehicle": "on"},
        "second-look": {"characters": "on", "state": "on", "vehicle": "on"},
        "differ": {"mismatch": "STATE"},
        "exigent": {"reason": "a child in the vehicle", "supervisor": "Sgt. Boyd", "supervisor_told": "on"},
    }.get(name, DETAIL.get(name, {}))
    return logged_in(person).post(reverse("alerts:step", args=[alert_id]), {"step": name, **fields, **given})


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


class TestEveryStepByEverybody:
    @pytest.mark.parametrize("state", list(WAY))
    def test_is_refused_where_it_does_not_follow(self, state, raised, officer, owner):
        alert_id = raised(state)
        before, written = rows(owner, alert_id), events(owner, alert_id)

        for name, wanted in STEPS.items():
            if wanted not in MOVES[state]:
                with pytest.raises(AlertError, match="does not follow"):
                    step(officer, alert_id, name)

        assert rows(owner, alert_id) == before
        assert events(owner, alert_id) == written

    @pytest.mark.parametrize("name", STEPS)
    def test_is_closed_to_roles_without_the_right(self, name, raised, people, owner):
        alert_id = raised()
        right = STEPS[name].function

        for role in (Role.AUDITOR, Role.ANALYST):
            assert right not in policy.load_profile(PROFILE).roles[role].functions
            assert posted(people[role], alert_id, name).status_code == 403

        assert rows(owner, alert_id) == []

    @pytest.mark.parametrize("role", [role for role in ROLES if role not in UNABLE])
    def test_verifying_is_for_those_who_may(self, role, raised, people, owner):
        alert_id = raised(A.STATUS_CONFIRMED)

        answer = posted(people[role], alert_id, "verify")

        assert answer.status_code == 302
        assert rows(owner, alert_id)[-1] == ("verify", "VERIFIED", people[role].username)
        assert events(owner, alert_id)[-1] == ("alert.verified", people[role].username)

    @pytest.mark.parametrize("role", UNABLE)
    def test_leaves_a_record_of_whoever_may_not(self, role, raised, people, owner):
        alert_id = raised(A.STATUS_CONFIRMED)

        answer = posted(people[role], alert_id, "verify")

        kept = owner.execute(
            "SELECT outcome, function, query->>'step' FROM access_record WHERE person_id = %s AND query->>'alert' = %s",
            [people[role].pk, str(alert_id)],
        ).fetchall()
        assert kept == [("DENIED", "verify-alert", "verify")]
        rules = policy.load_profile(PROFILE)
        decision = policy.decide_function(rules, facts_of(people[role]), Function.VERIFY_ALERT, NOW)
        assert decision.clause in answer.content.decode()

    @pytest.mark.parametrize("name", STEPS)
    def test_is_taken_or_refused_with_a_clause_and_is_on_record(self, name, raised, officer, owner):
        wanted = STEPS[name]
        for state in (one for one in WAY if wanted in MOVES[one]):
            alert_id = raised(state)
            before = rows(owner, alert_id)
            view = seen(officer, alert_id)
            detail = DETAIL.get(name, {})
            denied = isinstance(
                decide_step(
                    profile_of(officer.agency), alert_file(view.history, officer.username), wanted, detail
                ),
                Denied,
            )

            with pytest.raises(StepRefused, match=r"\(EC 427") if denied else contextlib.nullcontext():
                step(officer, alert_id, name)

            if denied:
                assert rows(owner, alert_id) == before
                assert events(owner, alert_id)[-1] == ("alert.step-refused", officer.username)
            else:
                after = state_after(state, wanted)
                assert rows(owner, alert_id)[-1] == (name, after.value, officer.username)
                assert events(owner, alert_id)[-1] == (wanted.event, officer.username)


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
        step(dispatcher, alert_id, "second-look")
        step(officer, alert_id, "state-suspicion")
        step(officer, alert_id, "stop")
        assert rows(owner, alert_id)[-1][1] == "STOPPED"

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


class TestStep:
    @pytest.mark.parametrize("name", ["", "expire", "RAISED", "verify ", "__class__"])
    def test_that_does_not_exist_is_answered_with_a_sentence(self, name, raised, people, owner):
        alert_id = raised()

        answer = logged_in(people[Role.DISPATCHER]).post(
            reverse("alerts:step", args=[alert_id]), {"step": name}
        )

        assert answer.status_code == 400
        assert "use the buttons" in answer.content.decode()
        assert rows(owner, alert_id) == []

    @pytest.mark.parametrize("missing", ["characters", "state", "vehicle"])
    def test_of_verifying_is_not_taken_before_each_check(self, missing, raised, people, owner):
        alert_id = raised(A.STATUS_CONFIRMED)

        answer = posted(people[Role.DISPATCHER], alert_id, "verify", **{missing: ""})

        assert answer.status_code == 422
        assert f"tick {missing} first (ALR-03)" in answer.content.decode()
        assert len(rows(owner, alert_id)) == 1

    @pytest.mark.parametrize(
        ("name", "given", "words"),
        [("confirm-status", {"channel": ""}, "how you asked"), ("confirm-status", {"channel": "x"}, "how you asked"),
         ("entry-wrong", {"reason": "no"}, "Say why"), ("exigent", {"reason": " " * 20}, "Say why"),
         ("state-suspicion", {"reason": "   "}, "Say why"), ("close", {"disposition": "x"}, "how it ended"),
         ("differ", {"mismatch": "LIST"}, "second person")],
    )  # fmt: skip
    def test_without_what_it_needs_is_answered_with_a_sentence(
        self, name, given, words, raised, officer, owner
    ):
        alert_id = raised(A.STATUS_CONFIRMED)

        answer = posted(officer, alert_id, name, **given)

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert len(rows(owner, alert_id)) == 1

    @pytest.mark.parametrize(
        "given",
        [{"mismatch": "CHARACTERS", "note": "a B is no 8"}, {"mismatch": "x" * 900, "note": "y" * 900}],
    )  # fmt: skip
    def test_of_rejecting_takes_a_note_whatever_it_says(self, given, raised, people, owner):
        alert_id = raised()

        answer = posted(people[Role.DISPATCHER], alert_id, "reject", **given)

        assert answer.status_code == 302
        kept = owner.execute("SELECT detail FROM alert_step WHERE alert_id = %s", [alert_id]).fetchone()[0]
        assert len(kept.get("mismatch", "")) <= 20
        assert len(kept.get("note", "")) <= 400

    def test_is_answered_in_place_where_the_page_asks_so(self, raised, people):
        client = logged_in(people[Role.DISPATCHER])

        answer = client.post(
            reverse("alerts:step", args=[raised()]), {"step": "acknowledge"}, headers={"HX-Request": "true"}
        )

        assert answer.status_code == 200
        assert 'id="alert-panel"' in answer.content.decode()

    def test_taken_by_two_at_once_is_the_first_one_s(self, raised, people, owner):
        alert_id, dispatcher, officer = raised(), people[Role.DISPATCHER], people[Role.PATROL_OFFICER]
        seen_by_both = seen(dispatcher, alert_id)
        step(dispatcher, alert_id, "confirm-status", subject=seen_by_both)

        with pytest.raises(AlertError, match="Somebody else was faster"):
            step(officer, alert_id, "reject", subject=seen_by_both)

        assert [who for _, _, who in rows(owner, alert_id)] == [dispatcher.username]

    @pytest.mark.parametrize("table", ["alert_step", "ledger_entry"])
    def test_is_not_taken_where_its_record_cannot_be_written(self, table, raised, people, owner):
        alert_id, person = raised(), people[Role.DISPATCHER]
        column, value = ("step", "acknowledge") if table == "alert_step" else ("event", "alert.acknowledged")
        owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK ({column} <> '{value}') NOT VALID")

        try:
            with pytest.raises((DatabaseError, AlertError)):
                step(person, alert_id, "acknowledge")
        finally:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT broken")

        assert rows(owner, alert_id) == []
        assert events(owner, alert_id) == [("alert.raised", "platekeeper")]


class TestLifecycle:
    def test_leads_to_every_state_and_back_only_where_a_reading_matches_again(self):
        reached = {to for moves in MOVES.values() for to in moves.values()}
        back = {
            (state, step.name)
            for state, moves in MOVES.items()
            for step, to in moves.items()
            if to in WORKING and (state not in WORKING or WORKING.index(to) < WORKING.index(state))
        }

        assert set(MOVES) == set(AlertState)
        assert reached | {A.RAISED} == set(AlertState)
        assert back == {(A.WITHDRAWN, "restore"), (A.CONTRADICTED, "second-look")}

    def test_names_an_event_and_a_label_for_every_step(self):
        assert len({one.event for one in ALL_STEPS}) == len(ALL_STEPS) == len(LABELS)
        assert all(one.event.startswith("alert.") and one.label for one in ALL_STEPS)

    def test_is_what_the_database_enforces(self, owner):
        kept = owner.execute("SELECT state, step, to_state, event, by_person FROM alert_move").fetchall()

        assert set(kept) == {
            (state.value, step.name, to.value, step.event, step.function is not None)
            for state, moves in MOVES.items()
            for step, to in moves.items()
        }

    @pytest.mark.parametrize("profile", PROFILES)
    def test_never_stops_a_vehicle_that_is_contradicted_or_done_with(self, profile):
        assert policy.load_profile(profile)
        assert all("stop" not in {step.name for step in MOVES[state]} for state in set(A) - set(WORKING))

    def test_words_every_disposition(self):
        assert all(one.label for one in Disposition)


class TestBoard:
    def test_shows_alerts_of_one_s_own_agency_alone(self):
        pages = {}
        alerts = {}
        for profile in (PROFILE, "milpitas"):
            agency = an_agency(profile)
            alerts[profile] = str(an_alert(agency, a_street(agency)))
            client = logged_in(a_person(agency, Role.DETECTIVE))
            pages[profile] = client.get(reverse("alerts:board")).content.decode()

        assert {
            profile: [one for one in alerts if alerts[one] in page] for profile, page in pages.items()
        } == {profile: [profile] for profile in pages}

    @pytest.mark.parametrize("page", ["alerts:board", "dispatch:car", "dispatch:board"])
    def test_leaves_a_record_each_time_it_is_looked_at(self, page, people, owner):
        person = a_person(people[Role.DISPATCHER].agency, Role.DISPATCHER)

        for _ in range(2):
            logged_in(person).get(reverse(page))

        kept = owner.execute(
            "SELECT function, outcome, purpose FROM access_record WHERE person_id = %s", [person.pk]
        ).fetchall()
        assert kept == [("receive-alerts", "ALLOWED", policy.load_profile(PROFILE).alerts.purpose.value)] * 2

    @pytest.mark.parametrize("page", ["alerts:board", "dispatch:car", "dispatch:board"])
    def test_is_closed_to_whoever_may_not_receive_alerts(self, page, people):
        assert logged_in(people[Role.AUDITOR]).get(reverse(page)).status_code == 403

    def test_says_that_an_alert_alone_is_no_reason_to_stop_anybody(self, raised, people):
        address = reverse("alerts:alert", args=[raised()])

        page = logged_in(people[Role.PATROL_OFFICER]).get(address).content.decode()

        assert "never a reason to stop" in page

    def test_in_the_car_shows_the_newest_untouched_alert_and_queues_the_rest(self):
        agency = an_agency(PROFILE)
        officer, camera = an_officer(agency), a_street(agency)
        older, newer = (an_alert(agency, camera, images=(a_picture(),)) for _ in range(2))
        step(officer, newer, "acknowledge")

        page = logged_in(officer).get(reverse("dispatch:car")).content.decode()
        chosen = logged_in(officer).get(reverse("dispatch:car"), {"alert": str(newer)}).content.decode()

        assert f'data-alert="{older}"' in page
        assert f'data-chip="{newer}"' in page
        assert f'data-alert="{newer}"' in chosen


class TestProfileInForce:
    def test_is_written_on_each_alert_when_it_is_raised(self, agency, raised, owner):
        kept = owner.execute("SELECT demands FROM alert WHERE id = %s", [raised()]).fetchone()[0]

        assert {one["clause"] for one in kept if one["step"] == "stop"} >= {"EC 427.5(a)1", "EC 427.5(b)1"}
        assert profile_of(agency).alerts.in_order.value
