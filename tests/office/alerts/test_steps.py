"""The life of an alert: every step from every state by everybody, with what it leaves behind (ALR-03, GOV-09)."""

from uuid import UUID

import pytest
from django.db import DatabaseError
from django.urls import reverse

from platekeeper import policy
from platekeeper.office.access.operations import Inquiry, open_access
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.queries import facts_of
from platekeeper.office.alerts.lifecycle import CHECKS, MOVES, STEPS
from platekeeper.office.alerts.models import Alert, AlertState
from platekeeper.office.alerts.operations import AlertError, take_step
from platekeeper.policy import Function, Role

from ..doors import logged_in
from ..people import NOW, a_person, an_agency
from ..streets import a_camera, a_list, a_read, identified, take

PROFILE = "redondo-beach"
ROLES = tuple(policy.load_profile(PROFILE).roles)
UNABLE = [
    role for role in ROLES if Function.VERIFY_ALERT not in policy.load_profile(PROFILE).roles[role].functions
]
WAY = {  # the steps that lead to each state
    AlertState.RAISED: (),
    AlertState.ACKNOWLEDGED: ("acknowledge",),
    AlertState.VERIFIED: ("acknowledge", "verify"),
    AlertState.REJECTED: ("reject",),
}


@pytest.fixture(scope="module")
def agency(database) -> Agency:
    made = an_agency(PROFILE)
    a_list(made, "8ABC123")
    return made


@pytest.fixture(scope="module")
def people(agency) -> dict[Role, Person]:
    return {role: a_person(agency, role) for role in ROLES}


@pytest.fixture(scope="module")
def camera(agency):
    return a_camera(agency)


def alert_of(person: Person, alert_id: UUID) -> Alert:
    purpose = policy.load_profile(PROFILE).alerts.purpose.value
    inquiry = Inquiry(function=Function.RECEIVE_ALERTS, purpose=purpose)
    with open_access(person=person, agency=person.agency, inquiry=inquiry, now=NOW).used():
        return Alert.objects.get(id=alert_id)


def step(person: Person, alert_id: UUID, name: str, *, seen: Alert | None = None) -> None:
    alert = seen or alert_of(person, alert_id)
    take_step(alert=alert, agency=person.agency, person=person, name=name, detail={}, now=NOW)


@pytest.fixture
def raised(agency, camera, people):
    """Raises an alert and leads it to a state."""

    def raised_to(state: AlertState = AlertState.RAISED) -> UUID:
        read = identified(a_read(camera, "8ABC123"))
        take(agency, read)
        assert read.id is not None
        for name in WAY[state]:
            step(people[Role.DISPATCHER], read.id, name)
        return read.id

    return raised_to


def rows(owner, alert_id: UUID) -> list[tuple[int, str, str]]:
    query = "SELECT number, state, username FROM alert_step WHERE alert_id = %s ORDER BY number"
    return owner.execute(query, [alert_id]).fetchall()


def events(owner, alert_id: UUID) -> list[tuple[str, str]]:
    query = (
        "SELECT event, actor FROM ledger_entry WHERE subject = %s AND event LIKE 'alert.%%' ORDER BY sequence"
    )
    return owner.execute(query, [str(alert_id)]).fetchall()


def posted(person: Person, alert_id: UUID, name: str, **given):
    checks = dict.fromkeys(CHECKS, "on") if name == "verify" else {}
    return logged_in(person).post(reverse("alerts:step", args=[alert_id]), {"step": name, **checks, **given})


class TestEveryStepByEverybody:
    @pytest.mark.parametrize("name", STEPS)
    @pytest.mark.parametrize("state", list(AlertState))
    def test_is_taken_just_where_table_and_policy_let_it(self, state, name, raised, people, owner):
        wanted = STEPS[name]

        for role in ROLES:
            alert_id = raised(state)
            before, written = rows(owner, alert_id), events(owner, alert_id)

            answer = posted(people[role], alert_id, name)

            functions = policy.load_profile(PROFILE).roles[role].functions
            may = {wanted.function, Function.RECEIVE_ALERTS} <= functions
            follows = wanted in MOVES[state]
            assert answer.status_code == (403 if not may else 302 if follows else 422), role
            person = people[role].username
            if may and follows:
                assert rows(owner, alert_id) == [*before, (len(before) + 1, wanted.to.value, person)], role
                assert events(owner, alert_id) == [*written, (wanted.event, person)], role
            else:
                assert rows(owner, alert_id) == before, role
                assert events(owner, alert_id) == written, role

    @pytest.mark.parametrize("role", UNABLE)
    def test_leaves_a_record_of_whoever_may_not(self, role, raised, people, owner):
        alert_id = raised()

        answer = posted(people[role], alert_id, "verify")

        kept = owner.execute(
            "SELECT outcome, function, query->>'step' FROM access_record WHERE person_id = %s AND query->>'alert' = %s",
            [people[role].pk, str(alert_id)],
        ).fetchall()
        assert kept == [("DENIED", "verify-alert", "verify")]
        rules = policy.load_profile(PROFILE)
        decision = policy.decide_function(rules, facts_of(people[role]), Function.VERIFY_ALERT, NOW)
        assert decision.clause in answer.content.decode()


class TestStep:
    @pytest.mark.parametrize("name", ["", "close", "RAISED", "verify ", "__class__"])
    def test_that_does_not_exist_is_answered_with_a_sentence(self, name, raised, people, owner):
        alert_id = raised()

        answer = logged_in(people[Role.DISPATCHER]).post(
            reverse("alerts:step", args=[alert_id]), {"step": name}
        )

        assert answer.status_code == 400
        assert "use the buttons" in answer.content.decode()
        assert rows(owner, alert_id) == []

    @pytest.mark.parametrize("missing", CHECKS)
    def test_of_verifying_is_not_taken_before_each_check(self, missing, raised, people, owner):
        alert_id = raised()

        answer = posted(people[Role.DISPATCHER], alert_id, "verify", **{missing: ""})

        assert answer.status_code == 422
        assert f"tick {missing} first (ALR-03)" in answer.content.decode()
        assert rows(owner, alert_id) == []

    @pytest.mark.parametrize(
        "given",
        [{"mismatch": "CHARACTERS", "note": "a B is no 8"}, {"mismatch": "x" * 900, "note": "y" * 900},
         {"mismatch": "OTHER", "note": "nul \x00 byte"}, {"mismatch": "\x00", "note": b"\xff\xfe"}],
    )  # fmt: skip
    def test_of_rejecting_takes_a_note_whatever_it_says(self, given, raised, people, owner):
        alert_id = raised()

        answer = posted(people[Role.DISPATCHER], alert_id, "reject", **given)

        assert answer.status_code == 302
        kept = owner.execute("SELECT detail FROM alert_step WHERE alert_id = %s", [alert_id]).fetchone()[0]
        assert len(kept["mismatch"]) <= 20
        assert len(kept["note"]) <= 400

    def test_is_answered_in_place_where_the_page_asks_so(self, raised, people):
        client = logged_in(people[Role.DISPATCHER])

        answer = client.post(
            reverse("alerts:step", args=[raised()]), {"step": "acknowledge"}, headers={"HX-Request": "true"}
        )

        assert answer.status_code == 200
        assert 'id="alert-panel"' in answer.content.decode()

    def test_taken_by_two_at_once_is_the_first_one_s(self, raised, people, owner):
        alert_id, dispatcher, officer = raised(), people[Role.DISPATCHER], people[Role.PATROL_OFFICER]
        seen_by_both = alert_of(dispatcher, alert_id)
        step(dispatcher, alert_id, "verify", seen=seen_by_both)

        with pytest.raises(AlertError, match="Somebody else was faster"):
            step(officer, alert_id, "reject", seen=seen_by_both)

        assert [(state, who) for _, state, who in rows(owner, alert_id)] == [
            ("VERIFIED", dispatcher.username)
        ]

    @pytest.mark.parametrize("table", ["alert_step", "ledger_entry"])
    def test_is_not_taken_where_its_record_cannot_be_written(self, table, agency, raised, people, owner):
        alert_id, person = raised(), people[Role.DISPATCHER]
        seen = alert_of(person, alert_id)
        column = "username" if table == "alert_step" else "actor"
        owner.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK ({column} <> '{person.username}') NOT VALID"
        )

        try:
            with pytest.raises((DatabaseError, AlertError)):
                step(person, alert_id, "acknowledge", seen=seen)
        finally:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT broken")

        assert rows(owner, alert_id) == []
        assert events(owner, alert_id) == [("alert.raised", "platekeeper")]


class TestLifecycle:
    def test_leads_to_every_state_and_back_to_none(self):
        reached = {move.to for moves in MOVES.values() for move in moves}

        assert set(MOVES) == set(AlertState)
        assert reached == set(AlertState) - {AlertState.RAISED}
        assert all(state not in {move.to for move in MOVES[state]} for state in AlertState)

    def test_names_an_event_and_a_label_for_every_step(self):
        assert len({one.event for one in STEPS.values()}) == len(STEPS)
        assert all(one.event.startswith("alert.") and one.label for one in STEPS.values())


class TestBoard:
    def test_shows_alerts_of_one_s_own_agency_alone(self):
        pages = {}
        alerts = {}
        for profile in (PROFILE, "milpitas"):
            agency = an_agency(profile)
            a_list(agency, "8ABC123")
            read = identified(a_read(a_camera(agency), "8ABC123"))
            take(agency, read)
            alerts[profile] = str(read.id)
            client = logged_in(a_person(agency, Role.DETECTIVE))
            pages[profile] = client.get(reverse("alerts:board")).content.decode()

        assert {
            profile: [one for one in alerts if alerts[one] in page] for profile, page in pages.items()
        } == {profile: [profile] for profile in pages}

    def test_leaves_a_record_each_time_it_is_looked_at(self, people, owner):
        person = a_person(people[Role.DISPATCHER].agency, Role.DISPATCHER)

        for _ in range(2):
            logged_in(person).get(reverse("alerts:board"))

        kept = owner.execute(
            "SELECT function, outcome, purpose FROM access_record WHERE person_id = %s", [person.pk]
        ).fetchall()
        assert kept == [("receive-alerts", "ALLOWED", policy.load_profile(PROFILE).alerts.purpose.value)] * 2

    def test_says_that_an_alert_alone_is_no_reason_to_stop_anybody(self, raised, people):
        address = reverse("alerts:alert", args=[raised()])

        page = logged_in(people[Role.PATROL_OFFICER]).get(address).content.decode()

        assert "never a reason to stop" in page
