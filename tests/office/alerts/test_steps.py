"""The life of an alert: every step from every state by everybody, with what it leaves behind (ALR, GOV-09)."""

import contextlib

import pytest
from django.db import DatabaseError
from django.urls import reverse

from platekeeper import policy
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.alerts.lifecycle import ALL_STEPS, LABELS, MOVES, STEPS, WORKING, state_after
from platekeeper.office.alerts.models import AlertState, Disposition
from platekeeper.office.alerts.onfile import alert_file, decide_step
from platekeeper.office.alerts.stepping import AlertError, StepRefused
from platekeeper.policy import Denied, Function, Role

from ..doors import logged_in
from ..people import NOW, PROFILES
from .conftest import PROFILE, ROLES
from .officers import (
    DETAIL,
    WAY,
    events,
    posted,
    rows,
    seen,
    step,
)

UNABLE = [
    role for role in ROLES if Function.VERIFY_ALERT not in policy.load_profile(PROFILE).roles[role].functions
]
A = AlertState


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
