"""Logging in by an agency's identity provider: whose word counts, for whom, and what it never opens."""

import html
import re
import time
from datetime import timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from platekeeper.office.accounts import federation
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.operations import issue_password
from platekeeper.office.accounts.providers import Provider, ProviderError, providers_in

from ..people import OWNER, a_person, an_agency
from .idp import CLIENT, SECRET, IdentityProviderSimulator, identity_provider
from .test_identity import events, with_factor

LEAVE, BACK = "/log/in/with/city/", "/log/in/with/city/back/"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()
    federation._discovered.cache_clear()


@pytest.fixture(scope="module")
def running():
    with identity_provider() as made:
        yield made


@pytest.fixture
def idp(running) -> IdentityProviderSimulator:
    running.is_right()
    return running


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def city(idp, agency, settings_of):
    return settings_of()


@pytest.fixture
def settings_of(idp, agency, monkeypatch):
    """Configure the provider, as sign-in.toml would."""

    def configured(**changes) -> Provider:
        given = {
            "slug": "city", "agency": agency.slug, "name": "City Hall", "issuer": idp.issuer, "client_id": CLIENT,
            "secret": SECRET, "person": "preferred_username", "second_factor": frozenset(),
        }  # fmt: skip
        provider = Provider(**{**given, **changes})
        from django.conf import settings

        monkeypatch.setattr(settings, "SIGN_IN", {"city": provider})
        return provider

    return configured


def sent(client: Client, **form: str) -> str:
    """Press the button; return the address that the browser is sent to."""
    page = client.post(LEAVE, {"understood": "on", **form}).content.decode()
    return html.unescape(re.findall(r'class="button button--block" href="([^"]+)"', page)[0])


def came_back(idp: IdentityProviderSimulator, client: Client | None = None, **form: str):
    client = client or Client()
    return client, client.get(BACK, idp.logs_in(sent(client, **form)))


def failures(database) -> int:
    """Count the log-ins that the ledger says failed."""
    with psycopg.connect(database.address("auditor")) as connection:
        row = connection.execute("SELECT count(*) FROM ledger_entry WHERE event = 'login.failed'").fetchone()
    return row[0]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestFederatedLogIn:
    def test_opens_the_account_of_that_name_and_still_asks_for_the_second_factor(self, idp, city, agency):
        person = a_person(agency)
        with_factor(person)
        idp.says(preferred_username=person.username)

        client, answer = came_back(idp)

        assert answer.url == "/account/second-factor/authenticate/"
        assert not is_in(client)

    def test_leads_to_setting_up_a_second_factor_where_there_is_none(self, idp, city, agency):
        person = a_person(agency, must_choose_password=True)
        idp.says(preferred_username=person.username, amr=["pwd"])

        client, _answer = came_back(idp)

        assert is_in(client)
        assert client.get("/alerts/").url == "/account/second-factor/totp/activate/"
        assert client.get("/account/second-factor/totp/activate/").status_code == 200, (
            "no password is asked for"
        )

    def test_counts_the_provider_s_second_factor_where_the_agency_says_so(
        self, idp, settings_of, agency, database
    ):
        settings_of(second_factor=frozenset({"mfa"}))
        person = a_person(agency)
        with_factor(person)
        idp.says(preferred_username=person.username, amr=["pwd", "mfa"])

        client, _ = came_back(idp)

        assert client.get("/alerts/").status_code == 200
        assert events(database, person) == ["identity.bound", "login.succeeded"]

    def test_voids_the_one_time_password_that_its_issuer_knows(self, idp, settings_of, agency):
        settings_of(second_factor=frozenset({"mfa"}))
        person = a_person(agency)
        issue_password(person)
        with_factor(person)
        idp.says(preferred_username=person.username, amr=["pwd", "mfa"])

        client, _ = came_back(idp)
        person.refresh_from_db()

        assert client.get("/alerts/").status_code == 200, "no password is to be chosen"
        assert not person.has_usable_password()
        assert not person.must_choose_password, (
            "the database lets nobody act whose password somebody else knows"
        )

    def test_that_ends_before_the_second_factor_voids_nothing(self, idp, city, agency):
        person = a_person(agency)
        issued = issue_password(person)
        with_factor(person)
        idp.says(preferred_username=person.username)

        came_back(idp)
        person.refresh_from_db()

        assert person.must_choose_password
        assert person.check_password(issued)

    @pytest.mark.parametrize(
        "auth_time", [int(time.time()) - 31 * 60, None, "now", True], ids=["old", "none", "a word", "a truth"]
    )
    def test_does_not_count_a_second_factor_of_longer_ago_than_the_idle_lock(
        self, idp, settings_of, agency, auth_time
    ):
        # a provider remembers its people: whoever sits down at a locked terminal would come in as the last one
        settings_of(second_factor=frozenset({"mfa"}))
        person = a_person(agency)
        with_factor(person)
        idp.says(preferred_username=person.username, amr=["mfa"], auth_time=auth_time)

        client, answer = came_back(idp)

        assert answer.url == "/account/second-factor/authenticate/"
        assert not is_in(client)

    def test_has_the_provider_ask_anew_whoever_it_asked_longer_ago(self, idp, city):
        assert "max_age=1800" in sent(Client())

    @pytest.mark.parametrize("only_basic", [False, True])
    def test_learns_apart_from_the_token_who_it_is(self, idp, city, agency, only_basic):
        person = a_person(agency)
        with_factor(person)
        idp.only_basic = only_basic
        idp.says_apart(preferred_username=person.username)

        _client, answer = came_back(idp)

        assert answer.url == "/account/second-factor/authenticate/"

    def test_takes_no_word_of_somebody_else_than_the_token_s_subject(self, idp, city, agency):
        idp.says_apart(preferred_username=a_person(agency).username, sub="4712")

        client, answer = came_back(idp)

        assert answer.status_code == 403
        assert "two people" in answer.content.decode()
        assert not is_in(client)

    def test_takes_no_second_factor_that_stands_beside_the_token(self, idp, settings_of, agency):
        settings_of(second_factor=frozenset({"mfa"}))
        person = a_person(agency)
        with_factor(person)
        idp.says_apart(preferred_username=person.username, amr=["mfa"])

        client, _answer = came_back(idp)

        assert not is_in(client)

    def test_takes_a_provider_whose_name_ends_in_a_slash(self, idp, city, agency):
        person = a_person(agency)
        with_factor(person)
        idp.calls_itself = f"{idp.issuer}/"
        idp.says(preferred_username=person.username, iss=f"{idp.issuer}/")

        _client, answer = came_back(idp)

        assert answer.status_code == 302

    def test_that_the_provider_declines_says_so_and_is_recorded(self, idp, city, database):
        client, before = Client(), failures(database)
        state = idp.logs_in(sent(client))["state"]

        answer = client.get(BACK, {"error": "access_denied", "state": state})

        assert answer.status_code == 403
        assert "City Hall did not let you in (access_denied)" in answer.content.decode()
        assert client.get(BACK, {"error": "access_denied", "state": state}).status_code == 403
        assert failures(database) == before + 2

    def test_that_another_version_of_ours_began_is_begun_again(self, idp, city):
        client = Client()
        query = idp.logs_in(sent(client))
        session = client.session
        session["federation_errand"] = {"provider": "city", "of_old": "x"}
        session.save()

        answer = client.get(BACK, query)

        assert answer.status_code == 403
        assert "begin it again" in answer.content.decode()

    def test_finds_the_person_whatever_the_case(self, idp, city, agency):
        person = a_person(agency)
        with_factor(person)
        idp.says(preferred_username=person.username.upper())

        assert came_back(idp)[1].status_code == 302

    def test_does_not_count_it_otherwise(self, idp, city, agency):
        person = a_person(agency)
        with_factor(person)
        idp.says(preferred_username=person.username, amr=["mfa"])

        client, _ = came_back(idp)

        assert not is_in(client)

    def test_does_not_lend_its_second_factor_to_a_later_log_in(self, idp, settings_of, agency):
        settings_of(second_factor=frozenset({"mfa"}))
        gone = a_person(agency, separated_at=timezone.now() - timedelta(days=1))
        idp.says(preferred_username=gone.username, amr=["mfa"])

        client, answer = came_back(idp)

        assert answer.status_code == 403
        assert not client.session.get("second_factor")

    def test_by_e_mail_wants_it_verified(self, idp, settings_of, agency):
        settings_of(person="email")
        a_person(agency, email="robin@city.example")
        idp.says(email="robin@city.example", email_verified=False)

        _, answer = came_back(idp)

        assert answer.status_code == 403

    def test_goes_on_where_it_was_meant_to(self, idp, settings_of, agency):
        settings_of(second_factor=frozenset({"mfa"}))
        person = a_person(agency)
        idp.says(preferred_username=person.username, amr=["mfa"])

        assert came_back(idp, next="/rights/")[1].url == "/rights/"
        assert came_back(idp, next="https://evil.example/")[1].url == "/"


class TestNobody:
    def test_is_made_by_logging_in(self, idp, city, agency):
        before = Person.objects.count()
        idp.says(preferred_username="somebody.new")

        _client, answer = came_back(idp)

        assert answer.status_code == 403
        assert "no account here" in answer.content.decode()
        assert Person.objects.count() == before

    def test_of_another_agency_is_let_in(self, idp, city):
        stranger = a_person(an_agency("milpitas"))
        idp.says(preferred_username=stranger.username)

        client, answer = came_back(idp)

        assert answer.status_code == 403
        assert not is_in(client)

    @pytest.mark.parametrize("how", ["separated_at", "locked_at"])
    def test_who_may_not_log_in_is_let_in(self, idp, city, agency, how, database):
        person = a_person(agency)
        Person.objects.using(OWNER).filter(pk=person.pk).update(**{how: timezone.now() - timedelta(hours=1)})
        idp.says(preferred_username=person.username)

        _client, answer = came_back(idp)

        assert answer.status_code == 403
        assert events(database, person) == ["login.refused"]

    def test_comes_in_without_accepting_the_banner(self, idp, city):
        answer = Client().post(LEAVE, {})

        assert answer.status_code == 422
        assert "Read the notice" in answer.content.decode()


class TestToken:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"aud": "somebody-else"},
            {"iss": "https://evil.example"},
            {"exp": int(time.time()) - 3600},
            {"nonce": "another"},
            {"nonce": "ünlike"},
            {"preferred_username": ""},
            {"azp": "somebody-else", "aud": ["platekeeper", "somebody-else"]},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_that_claims_something_wrong_opens_nothing_and_is_recorded(
        self, idp, city, agency, wrong, database
    ):
        person = a_person(agency)
        idp.says(**{"preferred_username": person.username, **wrong})
        before = failures(database)

        client, answer = came_back(idp)

        assert answer.status_code == 403
        assert not is_in(client)
        assert failures(database) == before + 1

    def test_signed_by_another_key_opens_nothing(self, idp, city, agency):
        person = a_person(agency)
        idp.says(preferred_username=person.username)
        idp.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

        client, answer = came_back(idp)

        assert answer.status_code == 403
        assert not is_in(client)

    def test_of_an_errand_of_another_browser_opens_nothing(self, idp, city, agency):
        person = a_person(agency)
        idp.says(preferred_username=person.username)
        thief, victim = Client(), Client()
        stolen = idp.logs_in(sent(thief))
        sent(victim)

        assert victim.get(BACK, stolen).status_code == 403
        assert not is_in(victim)

    def test_that_another_provider_sends_opens_nothing(self, idp, city, agency):
        client = Client()
        query = idp.logs_in(sent(client))

        assert client.get(BACK, {**query, "iss": "https://evil.example"}).status_code == 403

    def test_is_fetched_once(self, idp, settings_of, agency):
        settings_of(second_factor=frozenset({"mfa"}))
        person = a_person(agency)
        idp.says(preferred_username=person.username, amr=["mfa"])
        client = Client()
        query = idp.logs_in(sent(client))

        assert client.get(BACK, query).status_code == 302
        assert Client().get(BACK, query).status_code == 403


class TestProvider:
    @pytest.mark.parametrize("path", ["/jwks_uri", "/token_endpoint"])
    def test_that_speaks_no_http_opens_nothing(self, idp, city, agency, path):
        idp.says(preferred_username=a_person(agency).username)
        idp.garbles = {path}

        client, answer = came_back(idp)

        assert answer.status_code == 403
        assert "does not answer as it should" in answer.content.decode()
        assert not is_in(client)

    @pytest.mark.parametrize("keys", [None, "one", [None], [{"kid": "one"}]], ids=repr)
    def test_whose_keys_are_none_opens_nothing(self, idp, city, agency, keys):
        idp.says(preferred_username=a_person(agency).username)
        idp.instead = {"/jwks_uri": {"keys": keys}}

        client, answer = came_back(idp)

        assert answer.status_code == 403
        assert not is_in(client)

    def test_that_sends_us_elsewhere_is_not_followed_with_our_secret(self, idp, city, agency):
        idp.says(preferred_username=a_person(agency).username)
        idp.sends_on = {"/token_endpoint": f"{idp.issuer}/elsewhere"}
        idp.instead = {"/elsewhere": {"id_token": "x"}}

        _client, answer = came_back(idp)

        assert answer.status_code == 403
        assert "does not answer as it should" in answer.content.decode()

    def test_that_does_not_answer_is_said_in_words(self, settings_of):
        settings_of(issuer="http://127.0.0.1:1")

        answer = Client().post(LEAVE, {"understood": "on"})

        assert answer.status_code == 502
        assert "log in with your password" in answer.content.decode()

    def test_that_moves_an_address_is_followed_without_a_restart(self, idp, city, agency, monkeypatch):
        sent(Client())
        elsewhere = {"issuer": idp.issuer, "authorization_endpoint": f"{idp.issuer}/moved"}
        idp.instead = {"/.well-known/openid-configuration": elsewhere}

        monkeypatch.setattr(federation, "_DISCOVERED_FOR_S", 0.001)

        assert "/moved" in sent(Client())

    def test_that_calls_itself_something_else_is_not_believed(self, idp, city):
        idp.calls_itself = "https://evil.example"

        assert Client().post(LEAVE, {"understood": "on"}).status_code == 502

    def test_of_an_agency_that_is_not_here_says_so(self, settings_of):
        settings_of(agency="atlantis")

        answer = Client().post(LEAVE, {"understood": "on"})

        assert answer.status_code == 502
        assert "atlantis, an agency that is not here" in answer.content.decode()

    def test_stands_on_the_log_in_page(self, city):
        assert "Log in with City Hall" in Client().get("/log/in/").content.decode()

    def test_that_nobody_configured_is_not_found(self):
        assert Client().post("/log/in/with/nobody/", {"understood": "on"}).status_code == 404


class TestFile:
    GOOD = '[city]\nagency = "rb"\nname = "City"\nissuer = "https://login.city.example"\nclient_id = "x"\n'

    def written(self, folder, text: str, secret: str = "s3cret"):
        (folder / "sign-in.toml").write_text(text)
        (folder / "secrets").mkdir()
        (folder / "secrets" / "city.secret").write_text(secret)
        return folder

    def test_is_not_needed(self, tmp_path):
        assert providers_in(tmp_path) == {}

    def test_takes_the_secret_from_beside_it(self, tmp_path):
        assert providers_in(self.written(tmp_path, self.GOOD))["city"].secret == "s3cret"

    def test_takes_the_secret_from_the_environment(self, tmp_path, monkeypatch):
        monkeypatch.setenv("CITY_SECRET", "from outside")
        text = self.GOOD + 'secret_variable = "CITY_SECRET"\n'

        assert providers_in(self.written(tmp_path, text))["city"].secret == "from outside"

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("not toml", "no TOML"),
            ("city = 1", "table"),
            (GOOD.replace("https", "http"), "https"),
            (GOOD.replace('name = "City"\n', ""), "name is missing"),
            (GOOD + 'person = "sub"\n', "choose"),
            (GOOD + 'secret = "in clear"\n', "not known"),
        ],
    )
    def test_is_refused_with_a_sentence(self, tmp_path, text, sentence):
        with pytest.raises(ProviderError, match=sentence):
            providers_in(self.written(tmp_path, text))

    def test_is_refused_without_a_secret(self, tmp_path):
        with pytest.raises(ProviderError, match=r"secrets/city\.secret"):
            providers_in(self.written(tmp_path, self.GOOD, secret=""))
