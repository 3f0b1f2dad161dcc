"""Logging in by SAML: what its answer must be, for whom it counts, and what it never opens."""

import base64
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from platekeeper.office.accounts.providers import ProviderError, SamlProvider, providers_in

from ..people import a_person, an_agency
from .saml_idp import MFA, SamlProviderSimulator, a_key_pair, logged_in_at, saml_provider
from .test_federation import BACK, is_in, sent
from .test_identity import events, with_factor

RESPONSE = "/log/in/with/city/response/"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture(scope="module")
def running():
    with saml_provider() as made:
        yield made


@pytest.fixture
def idp(running) -> SamlProviderSimulator:
    running.is_right()
    return running


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def settings_of(idp, agency, monkeypatch):
    def configured(**changes) -> SamlProvider:
        given = {
            "slug": "city", "agency": agency.slug, "name": "City Hall", "issuer": idp.issuer, "sign_on": idp.address,
            "certificate": idp.certificate, "person": "username", "attribute": "", "second_factor": frozenset(),
        }  # fmt: skip
        monkeypatch.setattr(settings, "SIGN_IN", {"city": SamlProvider(**{**given, **changes})})

    configured()
    return configured


@pytest.fixture
def person(settings_of, agency, idp):
    somebody = a_person(agency)
    with_factor(somebody)
    idp.person = somebody.username
    return somebody


def came_back(client: Client | None = None, response: str = ""):
    client = client or Client()
    address = sent(client)
    response = response or logged_in_at(address)
    page = Client().post(BACK, {"SAMLResponse": response})  # from another site: no cookie comes along
    assert response in page.content.decode()
    return client, client.post(RESPONSE, {"SAMLResponse": response})


class TestSamlLogIn:
    def test_opens_the_account_of_that_name_and_still_asks_for_the_second_factor(self, person):
        client, answer = came_back()

        assert answer.url == "/account/second-factor/authenticate/"
        assert not is_in(client)

    def test_counts_the_provider_s_second_factor_where_the_agency_says_so(
        self, idp, person, settings_of, database
    ):
        settings_of(second_factor=frozenset({MFA}))
        idp.context = MFA

        client, _ = came_back()

        assert client.get("/alerts/").status_code == 200
        assert events(database, person) == ["login.succeeded"]

    def test_does_not_count_a_second_factor_of_longer_ago_than_the_idle_lock(self, idp, person, settings_of):
        settings_of(second_factor=frozenset({MFA}))
        idp.context, idp.asked_ago = MFA, timedelta(minutes=31)

        client, answer = came_back()

        assert answer.url == "/account/second-factor/authenticate/"
        assert not is_in(client)

    def test_lets_nobody_in_who_belongs_to_another_agency(self, idp, settings_of):
        idp.person = a_person(an_agency("milpitas")).username

        client, answer = came_back()

        assert answer.status_code == 403
        assert not is_in(client)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"signs": False},
            {"audience": "https://elsewhere.example/"},
            {"recipient": "https://elsewhere.example/back/"},
            {"answers": "ONELOGIN_another"},
            {"calls_itself": "urn:evil"},
            {"late": timedelta(hours=1)},
            {"late": -timedelta(hours=1)},
            {"signing_key": a_key_pair()[0]},
            {"person": ""},
            {"unsigned_twin": "chief"},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_refuses_an_answer_that_is_wrong(self, idp, person, wrong):
        for name, value in wrong.items():
            setattr(idp, name, value)

        client, answer = came_back()

        assert answer.status_code == 403
        assert not is_in(client)

    def test_refuses_an_outdated_algorithm(self, idp, person):
        idp.signs_with_sha1()

        assert came_back()[1].status_code == 403

    def test_refuses_an_answer_that_was_changed(self, idp, person, agency):
        other = a_person(agency)
        client = Client()
        told = base64.b64decode(logged_in_at(sent(client))).decode().replace(person.username, other.username)

        answer = client.post(RESPONSE, {"SAMLResponse": base64.b64encode(told.encode()).decode()})

        assert answer.status_code == 403

    @pytest.mark.parametrize(
        "text",
        [
            "", "no base64 at all", "A" * 300_000, base64.b64encode(b"\x00\xff").decode(),
            base64.b64encode(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>').decode(),
        ],
    )  # fmt: skip
    def test_refuses_what_is_no_answer(self, person, text):
        client = Client()
        sent(client)

        assert client.post(RESPONSE, {"SAMLResponse": text}).status_code == 403

    def test_takes_an_answer_once_and_only_in_the_browser_that_asked(self, person):
        asked, other = Client(), Client()
        response = logged_in_at(sent(asked))
        sent(other)

        assert other.post(RESPONSE, {"SAMLResponse": response}).status_code == 403
        assert asked.post(RESPONSE, {"SAMLResponse": response}).status_code == 302
        assert asked.post(RESPONSE, {"SAMLResponse": response}).status_code == 403

    def test_refuses_what_another_site_posts_without_our_page(self, person):
        client = Client(enforce_csrf_checks=True)

        assert client.post(RESPONSE, {"SAMLResponse": "x"}).status_code == 403


class TestSamlSettings:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"sign_on": "http://city.example/"}, "https"),
            ({"person": "shoe size"}, "person"),
            ({"secret": "x"}, "not known here"),
            ({"certificate_file": "none.pem"}, "certificate"),
            ({"issuer": ""}, "issuer is missing"),
        ],
        ids=lambda value: "" if isinstance(value, dict) else value,
    )
    def test_refuse_what_is_not_safe(self, tmp_path, changes, said):
        given = {
            "protocol": "saml", "agency": "redondo-beach", "name": "City", "issuer": "urn:city",
            "sign_on": "https://city.example/saml", **changes,
        }  # fmt: skip
        (tmp_path / "city.pem").write_text(a_key_pair()[1])
        lines = "\n".join(f'{name} = "{value}"' for name, value in given.items())
        (tmp_path / "sign-in.toml").write_text(f"[city]\n{lines}\n")

        with pytest.raises(ProviderError, match=said):
            providers_in(tmp_path)

    def test_are_read(self, tmp_path):
        (tmp_path / "city.pem").write_text(a_key_pair()[1])
        (tmp_path / "sign-in.toml").write_text(
            '[city]\nprotocol = "saml"\nagency = "a"\nname = "City"\nissuer = "urn:city"\n'
            'sign_on = "https://city.example/saml"\n'
        )

        assert isinstance(providers_in(tmp_path)["city"], SamlProvider)
