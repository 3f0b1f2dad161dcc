"""People bound to a provider's own subject: whoever is given their name there later does not come in as them."""

import threading

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from psycopg.errors import InsufficientPrivilege

from platekeeper.office.accounts import federation
from platekeeper.office.accounts.bindings import bind
from platekeeper.office.accounts.models import Person, ProviderBinding
from platekeeper.office.notices.models import Notice
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, an_agency
from .idp import IdentityProviderSimulator
from .saml_idp import saml_provider
from .test_federation import agency, came_back, idp, is_in, running, settings_of  # noqa: F401  # fixtures
from .test_identity import code_of, events, with_factor
from .test_saml import came_back as came_back_by_saml

BECAUSE = {"because": "A new account at City Hall", "confirmed": "on"}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()
    federation._discovered.cache_clear()


@pytest.fixture
def city(settings_of):  # noqa: F811  # the fixture
    return settings_of(second_factor=frozenset({"mfa"}))


@pytest.fixture
def person(city, agency) -> Person:  # noqa: F811  # the fixture
    somebody = a_person(agency)
    with_factor(somebody)
    return somebody


def comes(idp: IdentityProviderSimulator, name: str, subject: str):  # noqa: F811
    idp.says(preferred_username=name, sub=subject, amr=["mfa"])
    return came_back(idp)


def released(client: Client, person: Person, what: str = "unbind"):
    return client.post(reverse("roster:act", args=[person.pk, what]), BECAUSE)


class TestAnotherSubject:
    def test_of_the_same_name_is_refused_and_the_office_is_told(self, idp, person, database):  # noqa: F811
        comes(idp, person.username, f"first-{person.pk}")
        told = Notice.objects.filter(agency=person.agency).count()

        client, answer = comes(idp, person.username, f"second-{person.pk}")

        assert answer.status_code == 403
        assert "another identity at your provider" in answer.content.decode()
        assert "administrator releases" in answer.content.decode()
        assert not is_in(client)
        assert events(database, person) == ["identity.bound", "login.succeeded", "login.refused"]
        assert Notice.objects.filter(agency=person.agency).count() > told

    def test_that_comes_while_the_first_is_at_the_second_factor_is_refused_at_the_end(self, idp, person):  # noqa: F811
        secret = with_factor(late := a_person(person.agency))
        idp.says(preferred_username=late.username, sub=f"second-{late.pk}")
        client, _ = came_back(idp)
        assert bind(late, idp.issuer, f"first-{late.pk}")

        answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

        assert answer.status_code == 403
        assert "another identity" in answer.content.decode()
        assert not is_in(client)

    def test_is_not_bound_by_a_log_in_that_ends_before_the_second_factor(self, idp, person):  # noqa: F811
        idp.says(preferred_username=person.username)  # without `mfa`: ours is asked for

        came_back(idp)

        assert not person.bindings.exists()

    def test_of_another_person_is_not_taken_from_them(self, idp, person, agency):  # noqa: F811
        other, subject = a_person(agency), f"first-{person.pk}"
        assert bind(person, idp.issuer, subject)

        assert not bind(other, idp.issuer, subject)


class TestTheSameSubject:
    def test_comes_in_under_a_new_name(self, idp, person, database):  # noqa: F811
        comes(idp, person.username, f"first-{person.pk}")

        client, _ = comes(idp, "married.name", f"first-{person.pk}")

        assert client.session["_auth_user_id"] == str(person.pk)
        seen = events(database, person)
        assert (seen.count("identity.bound"), seen.count("login.succeeded")) == (1, 2)

    def test_is_not_somebody_else_whose_name_it_now_bears(self, idp, person, agency):  # noqa: F811
        comes(idp, person.username, f"first-{person.pk}")

        client, _ = comes(idp, a_person(agency).username, f"first-{person.pk}")

        assert client.session["_auth_user_id"] == str(person.pk)

    def test_is_bound_once_by_two_first_log_ins_at_once(self, idp, person, database):  # noqa: F811
        said: list[bool] = []

        def came() -> None:
            said.append(bind(person, idp.issuer, f"first-{person.pk}"))
            connection.close()

        both = [threading.Thread(target=came) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()

        assert said == [True, True]
        assert events(database, person) == ["identity.bound"]


class TestWeb:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE provider_binding SET subject = 'mine'",
            "UPDATE provider_binding SET person_id = person_id + 1",
            "DELETE FROM provider_binding",
            "INSERT INTO provider_binding (person_id, issuer, subject, bound_at) SELECT 1, 'x', 'y', now()",
        ],
    )
    def test_writes_no_binding(self, statement, database):
        with psycopg.connect(database.address("web")) as web, pytest.raises(InsufficientPrivilege):
            web.execute(statement)

    def test_binds_nobody_anew(self, database, agency):  # noqa: F811
        mine, other = a_person(agency), a_person(agency)
        with psycopg.connect(database.address("web"), autocommit=True) as web:
            call = "SELECT bind_subject(%s, 'urn:x', %s)"
            web.execute(call, [mine.pk, f"a-{mine.pk}"])

            for person, subject in ((mine, f"b-{mine.pk}"), (other, f"a-{mine.pk}"), (other, "")):
                with pytest.raises(InsufficientPrivilege):
                    web.execute(call, [person.pk, subject])


class TestRelease:
    @pytest.fixture
    def bound(self, agency) -> Person:  # noqa: F811
        person = a_person(agency)
        assert bind(person, "urn:city", f"first-{person.pk}")
        return person

    def test_by_another_agency_is_not_found(self, bound):
        stranger = logged_in(a_person(an_agency("milpitas"), Role.ADMINISTRATOR))

        assert released(stranger, bound).status_code == 404
        assert stranger.post(reverse("roster:approve", args=[bound.pk, "unbind"])).status_code == 404
        assert bound.bindings.exists()

    @pytest.mark.parametrize("left_out", BECAUSE)
    def test_without_reason_or_confirmation_is_refused(self, bound, agency, left_out):  # noqa: F811
        client = logged_in(a_person(agency, Role.ADMINISTRATOR))
        given = {name: value for name, value in BECAUSE.items() if name != left_out}

        answer = client.post(reverse("roster:act", args=[bound.pk, "unbind"]), given)

        assert answer.status_code == 422
        assert bound.bindings.exists()

    def test_by_a_custodian_of_a_detective_is_refused(self, bound, agency):  # noqa: F811
        logged_in(a_person(agency, Role.CUSTODIAN)).post(reverse("roster:approve", args=[bound.pk, "unbind"]))

        assert bound.bindings.exists()

    def test_lets_the_next_subject_be_bound(self, bound, agency, database):  # noqa: F811
        client = logged_in(a_person(agency, Role.ADMINISTRATOR))
        assert "urn:city" in client.get(reverse("roster:person", args=[bound.pk])).content.decode()

        released(client, bound)

        assert not bound.bindings.exists()
        assert bind(bound, "urn:city", f"second-{bound.pk}")
        assert events(database, bound) == ["identity.bound", "identity.released", "identity.bound"]

    def test_of_an_administrator_takes_two_others(self, agency, database):  # noqa: F811
        person = a_person(agency, Role.ADMINISTRATOR)
        assert bind(person, "urn:city", f"first-{person.pk}")
        asking = logged_in(a_person(agency, Role.ADMINISTRATOR))
        agreeing = logged_in(a_person(agency, Role.CUSTODIAN))

        released(asking, person)
        released(asking, person)  # asking twice is not agreeing

        assert person.bindings.exists()
        assert BECAUSE["because"] in agreeing.get(reverse("roster:approvals")).content.decode()
        agreeing.post(reverse("roster:approve", args=[person.pk, "unbind"]))
        assert not person.bindings.exists()
        assert events(database, person)[-1] == "identity.released"

    def test_comes_with_leaving(self, bound, agency):  # noqa: F811
        client = logged_in(a_person(agency, Role.ADMINISTRATOR))

        client.post(reverse("roster:act", args=[bound.pk, "separate"]), {"confirmed": "on"})

        assert not ProviderBinding.objects.filter(person=bound).exists()
        assert not bind(bound, "urn:city", f"first-{bound.pk}"), "whoever left is bound to nothing"


class TestSaml:
    @pytest.fixture
    def provider(self, agency, monkeypatch):  # noqa: F811
        from django.conf import settings

        from platekeeper.office.accounts.providers import SamlProvider

        with saml_provider() as made:
            given = {
                "slug": "city", "agency": agency.slug, "name": "City Hall", "issuer": made.issuer,
                "sign_on": made.address, "certificate": made.certificate, "person": "username", "attribute": "uid",
                "second_factor": frozenset({made.context}),
            }  # fmt: skip
            monkeypatch.setattr(settings, "SIGN_IN", {"city": SamlProvider(**given)})
            yield made

    def test_binds_a_persistent_name_id_and_refuses_another(self, provider, agency):  # noqa: F811
        person = a_person(agency)
        with_factor(person)
        provider.person, provider.subject = person.username, f"first-{person.pk}"
        assert is_in(came_back_by_saml()[0])

        provider.subject = f"second-{person.pk}"
        client, answer = came_back_by_saml()

        assert answer.status_code == 403
        assert not is_in(client)

    def test_binds_no_name_id_of_another_kind(self, provider, agency, monkeypatch):  # noqa: F811
        person = a_person(agency)
        with_factor(person)
        provider.person, provider.subject = person.username, f"first-{person.pk}"
        monkeypatch.setattr(provider, "_format", lambda: "")

        assert is_in(came_back_by_saml()[0])
        assert not person.bindings.exists()
