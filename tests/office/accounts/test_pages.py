"""The pages of one's own account: a one-time password leads to one page only and is used once; logging out ends it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import encrypt
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.operations import issue_password
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import OWNER, a_person, an_agency

PASSWORD = "harbour lamp seven tulip"
CHOOSE, LOG_IN, LOG_OUT = "/account/password/", "/log/in/", "/log/out/"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()  # allauth counts attempts by address there


@pytest.fixture
def newcomer() -> Person:
    person = a_person(an_agency(), Role.DETECTIVE, must_choose_password=True)
    Authenticator.objects.using(OWNER).create(
        user=person, type="totp", data={"secret": encrypt(generate_totp_secret())}
    )
    return person


def chosen(client: Client, first: str, second: str | None = None):
    return client.post(CHOOSE, {"new_password1": first, "new_password2": first if second is None else second})


def may_log_in(person: Person, password: str) -> bool:
    """Tell whether a password leads to the question for the second factor."""
    given = {"login": person.username, "password": password, "understood": "on"}
    return Client().post(LOG_IN, given).headers.get("Location", "").startswith(reverse("mfa_authenticate"))


class TestOneTimePassword:
    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize(
        "path", ["/", "/alerts/", "/search/", "/rights/", "/audits/records/", "/alerts/stream/"]
    )
    def test_leads_to_choosing_ones_own_from_everywhere(self, path, method, newcomer):
        answer = getattr(logged_in(newcomer), method)(path)

        assert (answer.status_code, answer.headers.get("Location")) == (302, CHOOSE)

    def test_leads_there_in_place_too(self, newcomer):
        answer = logged_in(newcomer).get("/alerts/", headers={"HX-Request": "true"})

        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, CHOOSE)

    def test_is_worth_nothing_once_ones_own_is_chosen(self, newcomer):
        one_time = issue_password(newcomer)
        assert may_log_in(newcomer, one_time)

        assert chosen(logged_in(newcomer), PASSWORD).headers["Location"] == "/"

        assert not may_log_in(newcomer, one_time)
        assert may_log_in(newcomer, PASSWORD)
        assert not Person.objects.get(pk=newcomer.pk).must_choose_password

    def test_replaces_the_password_before(self, newcomer):
        chosen(logged_in(newcomer), PASSWORD)

        one_time = issue_password(newcomer)

        assert not may_log_in(newcomer, PASSWORD)
        assert may_log_in(newcomer, one_time)
        assert Person.objects.get(pk=newcomer.pk).must_choose_password

    def test_is_never_the_same(self, newcomer):
        issued = {issue_password(newcomer) for _ in range(3)}

        assert len(issued) == 3
        assert all(re.fullmatch(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", one) for one in issued)


class TestChoosing:
    @pytest.mark.parametrize(
        ("first", "second", "sentence"),
        [
            ("short", None, "too short"),
            ("password123", None, "too common"),
            (PASSWORD, PASSWORD + "s", "match"),
            ("", "", "required"),
            ("{username}", None, "too similar"),
        ],
    )
    def test_is_refused_with_a_sentence_and_changes_nothing(self, first, second, sentence, newcomer):
        before = Person.objects.get(pk=newcomer.pk).password

        answer = chosen(logged_in(newcomer), first.format(username=newcomer.username), second)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert Person.objects.get(pk=newcomer.pk).password == before
        assert Person.objects.get(pk=newcomer.pk).must_choose_password

    def test_of_the_one_time_password_itself_is_refused(self, newcomer):
        one_time = issue_password(newcomer)

        answer = chosen(logged_in(newcomer), one_time)

        assert answer.status_code == 422
        assert "choose another" in answer.content.decode()
        assert Person.objects.get(pk=newcomer.pk).must_choose_password

    def test_keeps_one_logged_in(self, newcomer):
        client = logged_in(newcomer)

        chosen(client, PASSWORD)

        assert client.get("/rights/").status_code == 200

    def test_ends_the_person_s_other_sessions(self, newcomer):
        here, there = logged_in(newcomer), logged_in(newcomer)

        chosen(here, PASSWORD)

        assert there.get("/rights/").headers["Location"].startswith(LOG_IN)

    def test_keeps_nothing_in_clear(self, newcomer, owner):
        chosen(logged_in(newcomer), PASSWORD)

        kept = owner.execute("SELECT password FROM person WHERE id = %s", [newcomer.pk]).fetchone()[0]
        assert kept.startswith("argon2")
        assert PASSWORD not in kept


class TestLogOut:
    def test_asks_first_and_then_ends_the_session(self, newcomer):
        client = logged_in(a_person(an_agency(), Role.DETECTIVE))
        key = client.session.session_key
        assert client.get(LOG_OUT).status_code == 200
        assert client.get("/rights/").status_code == 200

        client.post(LOG_OUT)

        assert client.get("/rights/").headers["Location"].startswith(LOG_IN)
        assert not Session.objects.filter(session_key=key).exists()

    def test_leaves_a_stolen_cookie_worthless(self, newcomer):
        client = logged_in(a_person(an_agency(), Role.DETECTIVE))
        thief = Client()
        thief.cookies["sessionid"] = client.cookies["sessionid"].value
        assert thief.get("/rights/").status_code == 200

        client.post(LOG_OUT)

        assert thief.get("/rights/").headers["Location"].startswith(LOG_IN)


class TestCookies:
    @pytest.fixture
    def cookies(self, newcomer):
        client = Client()
        client.get(LOG_IN)
        client.post(
            LOG_IN, {"login": newcomer.username, "password": issue_password(newcomer), "understood": "on"}
        )
        return client.cookies

    def test_are_for_this_server_s_pages_alone(self, cookies):
        assert cookies["sessionid"]["httponly"]
        assert {cookies[name]["samesite"] for name in ("sessionid", "csrftoken")} == {"Lax"}

    def test_are_forgotten_with_the_browser(self, cookies):
        assert cookies["sessionid"]["max-age"] == cookies["sessionid"]["expires"] == ""


class TestElsewhere:
    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
    def test_nobody_is_led_by_the_log_in(self, target):
        client = logged_in(a_person(an_agency(), Role.DETECTIVE))

        answer = client.get(LOG_IN, {"next": target})

        assert "evil" not in answer.headers["Location"]
        assert "javascript" not in answer.headers["Location"]

    @pytest.mark.parametrize(
        "path", ["/signup/", "/account/signup/", "/password/reset/", "/account/email/", "/admin/"]
    )
    def test_there_is_no_page_that_the_product_does_not_offer(self, path):
        assert logged_in(a_person(an_agency(), Role.ADMINISTRATOR)).get(path).status_code == 404
