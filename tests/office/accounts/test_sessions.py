"""Sessions that people see and end, two at once, and terminals that are not locked when idle (USR-01, AC-11)."""

import re
from datetime import timedelta

import psycopg
import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from platekeeper.office.accounts import sessions, terminals
from platekeeper.office.accounts.middleware import DEVICE_COOKIE, TERMINAL_COOKIE
from platekeeper.office.accounts.models import Person, PersonSession, Terminal
from platekeeper.office.accounts.operations import issue_password
from platekeeper.office.notices.models import Notice
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import OWNER, a_person, an_agency
from .test_identity import code_of, events, post_login, with_factor

ACCOUNT, TERMINALS, ENROL, LOG_IN = "/account/", "/account/terminals/", "/account/terminal/", "/log/in/"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()  # allauth counts attempts by address there


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def administrator(agency) -> Person:
    return a_person(agency, Role.ADMINISTRATOR)


@pytest.fixture
def it(agency) -> Person:
    return a_person(agency, Role.IT)


def session_of(client: Client) -> PersonSession:
    return PersonSession.objects.get(pk=client.session["session_id"])


def at_the_door(person: Person, client: Client, **headers: str) -> Client:
    """Come in as a browser does: the page of the log-in first, then both factors."""
    secret, password = with_factor(person), issue_password(person)
    Person.objects.using(OWNER).filter(pk=person.pk).update(must_choose_password=False)
    client.get(LOG_IN, headers=headers)
    given = {"login": person.username, "password": password, "understood": "on"}
    client.post(LOG_IN, given, headers=headers)
    client.post("/account/second-factor/authenticate/", {"code": code_of(secret)}, headers=headers)
    assert "session_id" in client.session
    return client


def a_form(**changes: str) -> dict[str, str]:
    until = (timezone.now() + timedelta(days=90)).date().isoformat()
    given = {"name": "Unit 12", "kind": "police-vehicle", "secured_by": "Locked vehicle", "expires_on": until}
    return {**given, **changes}


def a_terminal(client: Client, **changes: str) -> tuple[Terminal, str]:
    page = client.post(TERMINALS, a_form(**changes)).content.decode()
    (code,) = re.findall(r'class="code">((?:[a-z2-9]{4}-){3}[a-z2-9]{4})<', page)
    return Terminal.objects.latest("registered_at"), code


def idle(client: Client, minutes: int) -> None:
    session = client.session
    session["last_active_at"] = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    session.save()


class TestSessionList:
    def test_shows_device_place_and_times_of_ones_own_alone(self, agency):
        person, other = a_person(agency), a_person(agency)
        firefox = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
        client = at_the_door(person, Client(REMOTE_ADDR="192.0.2.44"), **firefox)
        at_the_door(other, Client(REMOTE_ADDR="192.0.2.99"))

        page = client.get(ACCOUNT).content.decode()

        assert "Firefox on Windows" in page
        assert "192.0.2.44" in page
        assert "this session" in page
        assert "192.0.2.99" not in page

    def test_of_another_is_not_shown_to_who_administers_nobody(self, agency, database):
        person, detective = a_person(agency), a_person(agency, Role.DETECTIVE)

        answer = logged_in(detective).get(f"/account/of/{person.username}/")

        assert answer.status_code == 403
        assert "data-refusal" in answer.content.decode()
        assert events(database, detective)[-1] == "function.refused"

    def test_of_another_agency_is_not_found(self, administrator):
        stranger = a_person(an_agency("milpitas"))

        answer = logged_in(administrator).get(f"/account/of/{stranger.username}/")

        assert answer.status_code == 404

    def test_is_shown_to_administrators_of_the_agency(self, agency, administrator):
        person = a_person(agency)
        logged_in(person)

        answer = logged_in(administrator).get(f"/account/of/{person.username}/")

        assert answer.status_code == 200
        assert answer.content.decode().count("/end/") == 1


class TestRevoking:
    def test_throws_out_at_the_next_click_and_says_why(self, agency, database):
        person = a_person(agency)
        here, elsewhere = logged_in(person), logged_in(person)

        here.post(f"/account/sessions/{session_of(elsewhere).pk}/end/")
        thrown = elsewhere.get("/alerts/")

        assert thrown.url.startswith(LOG_IN)
        assert "Revoked" in elsewhere.get(thrown.url).content.decode()
        assert here.get("/alerts/").status_code == 200
        assert events(database, person).count("session.revoked") == 1

    def test_by_an_administrator_is_in_the_ledger_with_their_name(self, agency, administrator, database):
        person = a_person(agency)
        client = logged_in(person)

        logged_in(administrator).post(f"/account/sessions/{session_of(client).pk}/end/")

        assert client.get("/alerts/").url.startswith(LOG_IN)
        with psycopg.connect(database.address("auditor")) as connection:
            entry = connection.execute(
                "SELECT actor FROM ledger_entry WHERE subject = %s AND event = 'session.revoked'",
                [person.username],
            ).fetchone()
        assert entry == (administrator.username,)

    @pytest.mark.parametrize("role", [Role.DETECTIVE, Role.AUDITOR, Role.SUPERVISOR])
    def test_of_somebody_elses_is_not_found_by_others(self, agency, role):
        client = logged_in(a_person(agency))

        answer = logged_in(a_person(agency, role)).post(f"/account/sessions/{session_of(client).pk}/end/")

        assert answer.status_code == 404
        assert client.get("/alerts/").status_code == 200

    def test_across_agencies_is_not_found(self, administrator):
        client = logged_in(a_person(an_agency("milpitas")))

        answer = logged_in(administrator).post(f"/account/sessions/{session_of(client).pk}/end/")

        assert answer.status_code == 404
        assert session_of(client).ended_at is None

    def test_of_all_others_leaves_this_one(self, agency):
        person = a_person(agency)
        here, others = logged_in(person), [logged_in(person) for _ in range(3)]

        here.post("/account/sessions/others/end/")

        assert here.get("/alerts/").status_code == 200
        assert all(one.get("/alerts/").status_code == 302 for one in others)

    def test_stands_or_falls_with_its_entry(self, agency, monkeypatch):
        person = a_person(agency)
        session = session_of(logged_in(person))
        monkeypatch.setattr(
            "platekeeper.office.access.doorbook.record_event", lambda **_: 1 / 0, raising=True
        )

        with pytest.raises(ZeroDivisionError):
            sessions.revoke(session, by=person, now=timezone.now())

        assert PersonSession.objects.get(pk=session.pk).ended_at is None

    def test_comes_with_a_new_password(self, agency):
        person = a_person(agency)
        here, elsewhere = logged_in(person), logged_in(person)

        password = {"new_password1": "harbour lamp seven tulip", "new_password2": "harbour lamp seven tulip"}
        here.post("/account/password/", password)

        assert session_of(here).ended_at is None
        assert elsewhere.get("/alerts/").status_code == 302
        ended = PersonSession.objects.filter(person=person, ended_at__isnull=False)
        assert [one.ended_because for one in ended] == ["A new password was chosen elsewhere."]


class TestChosenPassword:
    NEW = "harbour lamp seven tulip"

    def chosen(self, client, **old: str):
        return client.post(
            "/account/password/", {"new_password1": self.NEW, "new_password2": self.NEW, **old}
        )

    def test_is_not_replaced_by_who_does_not_know_it(self, agency):
        person = a_person(agency, password=make_password("quiet river nine maple"))
        client = logged_in(person)

        for old in ({}, {"old_password": "a guess"}):
            assert self.chosen(client, **old).status_code == 422
        assert Person.objects.get(pk=person.pk).check_password("quiet river nine maple")

        assert self.chosen(client, old_password="quiet river nine maple").status_code == 302

    def test_is_not_guessed_at_for_ever(self, agency):
        person = a_person(agency, password=make_password("quiet river nine maple"))
        client = logged_in(person)

        for _ in range(5):
            self.chosen(client, old_password="a guess")

        answer = self.chosen(client, old_password="quiet river nine maple")
        assert answer.status_code == 422
        assert "locked after 5 failed log-ins" in answer.content.decode()


class TestLeaver:
    @pytest.mark.parametrize("how", ["separated_at", "suspended_until"])
    def test_is_thrown_out_in_the_middle_of_a_session(self, agency, how):
        person = a_person(agency)
        client = logged_in(person)
        moment = timezone.now() + timedelta(days=1 if how == "suspended_until" else -1)

        Person.objects.using(OWNER).filter(pk=person.pk).update(**{how: moment})

        assert client.get("/alerts/").url.startswith(LOG_IN)
        assert session_of_person(person).ended_by == "policy"

    def test_is_not_who_was_suspended_once(self, agency):
        person = a_person(agency, suspended_until=timezone.now() - timedelta(days=1))

        assert logged_in(person).get("/alerts/").status_code == 200


def session_of_person(person: Person) -> PersonSession:
    return PersonSession.objects.get(person=person)


class TestSimultaneousSessions:
    def test_are_told_to_the_person_and_the_administrators(self, agency, administrator, database):
        person = a_person(agency)

        logged_in(person)
        logged_in(person)

        assert events(database, person).count("session.overlapped") == 1
        told = Notice.objects.filter(agency=agency, kind="session-overlapped")
        assert {notice.recipient_id for notice in told} == {person.pk, administrator.pk}
        assert not any(person.full_name in f"{one.subject}{one.body}" for one in told)

    def test_are_none_where_one_device_logs_in_again(self, agency, database):
        person = a_person(agency)
        client = at_the_door(person, Client())
        first = session_of(client)

        again = Client()
        again.cookies[DEVICE_COOKIE] = client.cookies[DEVICE_COOKIE].value
        again.force_login(person)  # carries no cookie: the door itself is asked next
        sessions.begin(
            person, source="", user_agent="", device_token=client.cookies[DEVICE_COOKIE].value, terminal=None,
            now=timezone.now(),
        )  # fmt: skip

        assert "took its place" in PersonSession.objects.get(pk=first.pk).ended_because

    def test_are_none_after_logging_out(self, agency, database):
        person = a_person(agency)
        client = logged_in(person)
        client.post("/log/out/")

        logged_in(person)

        assert "session.overlapped" not in events(database, person)


class TestTerminal:
    def test_cannot_be_registered_by_who_manages_no_devices(self, agency, database):
        detective = a_person(agency, Role.DETECTIVE)

        answer = logged_in(detective).post(TERMINALS, a_form())

        assert answer.status_code == 403
        assert not Terminal.objects.filter(agency=agency).exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": "desk"},
            {"secured_by": ""},
            {"name": ""},
            {"name": "x" * 81},
            {"expires_on": "2020-01-01"},
            {"expires_on": (timezone.now() + timedelta(days=500)).date().isoformat()},
            {"expires_on": "tomorrow"},
        ],
    )
    def test_is_not_registered_with_what_makes_no_sense(self, agency, administrator, wrong):
        answer = logged_in(administrator).post(TERMINALS, a_form(**wrong))

        assert answer.status_code == 422
        assert not Terminal.objects.filter(agency=agency).exists()

    def test_is_spared_by_the_idle_lock_once_its_code_was_typed_there(self, agency, administrator, database):
        officer = logged_in(a_person(agency, Role.PATROL_OFFICER))
        terminal, code = a_terminal(logged_in(administrator))

        officer.post(ENROL, {"code": f" {code.upper()} "})
        idle(officer, 45)

        assert officer.get("/alerts/").status_code == 200
        assert terminal_events(database, terminal) == ["terminal.registered", "terminal.enrolled"]

    @pytest.mark.parametrize(
        ("path", "headers"),
        [("/alerts/stream/", {}), ("/dispatch/stream/", {}), ("/dispatch/board/", {"Platekeeper-By-Itself": "yes"}),
         ("/alerts/", {"Sec-Fetch-Dest": "image"})],
    )  # fmt: skip
    def test_is_not_used_by_what_a_page_asks_for_by_itself(self, agency, path, headers):
        officer = logged_in(a_person(agency, Role.PATROL_OFFICER))
        idle(officer, 20)
        before = officer.session["last_active_at"]

        assert officer.get(path, headers=headers).status_code == 200
        assert officer.session["last_active_at"] == before
        officer.get("/dispatch/board/")
        assert officer.session["last_active_at"] > before

    def test_is_locked_like_any_other_before(self, agency, administrator):
        officer = logged_in(a_person(agency, Role.PATROL_OFFICER))
        a_terminal(logged_in(administrator))

        idle(officer, 31)

        assert officer.get("/alerts/").url.startswith(LOG_IN)

    def test_still_asks_for_a_log_in_after_twelve_hours(self, agency, administrator):
        officer = logged_in(a_person(agency, Role.PATROL_OFFICER))
        officer.post(ENROL, {"code": a_terminal(logged_in(administrator))[1]})
        session = officer.session
        session["authenticated_at"] = (timezone.now() - timedelta(hours=12, minutes=1)).isoformat()
        session.save()

        assert officer.get("/alerts/").url.startswith(LOG_IN)

    def test_code_works_once(self, agency, administrator):
        first, second = (logged_in(a_person(agency)) for _ in range(2))
        _, code = a_terminal(logged_in(administrator))

        assert first.post(ENROL, {"code": code}).status_code == 302
        replayed = second.post(ENROL, {"code": code})

        assert replayed.status_code == 422
        assert TERMINAL_COOKIE not in second.cookies

    def test_code_works_for_an_hour(self, agency, administrator):
        _, code = a_terminal(logged_in(administrator))

        with pytest.raises(terminals.TerminalError, match="for an hour"):
            terminals.enrol_terminal(
                code=code, by=administrator, now=timezone.now() + timedelta(hours=1, seconds=1)
            )

    def test_code_is_nothing_in_another_agency(self, administrator):
        stranger = logged_in(a_person(an_agency("milpitas")))
        _, code = a_terminal(logged_in(administrator))

        assert stranger.post(ENROL, {"code": code}).status_code == 422

    def test_token_is_nothing_in_another_agency(self, agency, administrator):
        officer = logged_in(a_person(agency))
        officer.post(ENROL, {"code": a_terminal(logged_in(administrator))[1]})
        stranger = logged_in(a_person(an_agency("milpitas")))
        stranger.cookies[TERMINAL_COOKIE] = officer.cookies[TERMINAL_COOKIE].value

        idle(stranger, 31)

        assert stranger.get("/alerts/").url.startswith(LOG_IN)

    @pytest.mark.parametrize("how", ["revoked", "expired"])
    def test_counts_no_more_once(self, agency, administrator, how, database):
        officer, at_desk = logged_in(a_person(agency)), logged_in(administrator)
        terminal, code = a_terminal(at_desk)
        officer.post(ENROL, {"code": code})

        if how == "revoked":
            at_desk.post(f"{TERMINALS}{terminal.pk}/revoke/")
        else:
            Terminal.objects.using(OWNER).filter(pk=terminal.pk).update(expires_at=timezone.now())
        idle(officer, 31)

        assert officer.get("/alerts/").url.startswith(LOG_IN)

    def test_of_another_agency_is_not_found(self, administrator):
        other = a_person(an_agency("milpitas"), Role.ADMINISTRATOR)
        terminal, _ = a_terminal(logged_in(other))

        assert logged_in(administrator).post(f"{TERMINALS}{terminal.pk}/revoke/").status_code == 404

    def test_keeps_neither_code_nor_token_in_the_database(self, agency, administrator, database):
        officer = logged_in(a_person(agency))
        _, code = a_terminal(logged_in(administrator))
        officer.post(ENROL, {"code": code})

        with psycopg.connect(database.address("web")) as connection:
            rows = str(connection.execute("SELECT * FROM terminal").fetchall())
        assert code not in rows
        assert officer.cookies[TERMINAL_COOKIE].value not in rows

    def test_cookie_is_read_by_no_script_and_sent_with_no_other_site_s_form(self, agency, administrator):
        officer = logged_in(a_person(agency))

        officer.post(ENROL, {"code": a_terminal(logged_in(administrator))[1]})

        cookie = officer.cookies[TERMINAL_COOKIE]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def terminal_events(database, terminal: Terminal) -> list[str]:
    with psycopg.connect(database.address("auditor")) as connection:
        rows = connection.execute(
            "SELECT event FROM ledger_entry WHERE subject = %s AND event LIKE 'terminal.%%' ORDER BY sequence",
            [str(terminal.pk)],
        ).fetchall()
    return [event for (event,) in rows]


class TestDatabase:
    def test_lets_the_pages_neither_delete_sessions_nor_move_them_to_others(self, web):
        for statement in (
            "DELETE FROM person_session",
            "UPDATE person_session SET person_id = 1",
            "UPDATE person_session SET began_at = now()",
            "DELETE FROM terminal",
            "UPDATE terminal SET kind = 'dispatch'",
            "UPDATE terminal SET expires_at = now()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(statement)

    def test_wants_for_each_end_who_made_it(self, agency, owner):
        session = session_of(logged_in(a_person(agency)))

        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute("UPDATE person_session SET ended_at = now() WHERE id = %s", [session.pk])


class TestDeviceInWords:
    @pytest.mark.parametrize(
        ("user_agent", "words"),
        [
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", "Safari on iPhone or iPad"),
            ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
            ("curl/8.5.0", "unknown device"),
            ("", "unknown device"),
            ("\0<script>" * 1000, "unknown device"),
        ],
    )  # fmt: skip
    def test_names_what_is_known_and_nothing_else(self, user_agent, words):
        assert sessions.device_in_words(user_agent) == words
        assert re.fullmatch(r"[A-Za-z ]+", words)


class TestLoginOfUnknownTerminal:
    def test_makes_no_exemption_of_a_forged_cookie(self, agency):
        client = logged_in(a_person(agency))
        client.cookies[TERMINAL_COOKIE] = "forged"

        idle(client, 31)

        assert client.get("/alerts/").url.startswith(LOG_IN)


class TestPostLogin:
    def test_sets_a_cookie_by_which_the_device_is_known_again(self, agency):
        client = Client()

        client.get(LOG_IN)
        before = client.cookies[DEVICE_COOKIE].value
        post_login(client, a_person(agency), "wrong")

        assert client.cookies[DEVICE_COOKIE].value == before
