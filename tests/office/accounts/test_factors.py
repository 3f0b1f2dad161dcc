"""Second factors: each code once, after a restart too; wrong ones lock; changes are in the ledger (CJIS IA-5, AC-7)."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from platekeeper.office.accounts.factors import take_code
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.operations import issue_password
from platekeeper.office.notices.models import Notice
from platekeeper.policy import Role

from ..people import OWNER, a_person, an_agency
from .test_identity import code_of, events, post_login, with_factor

AUTHENTICATE = "/account/second-factor/authenticate/"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()  # allauth counts attempts by address there


def half_way(person: Person, password: str) -> Client:
    """Return a browser that gave the password and is asked for the code."""
    client = Client()
    assert post_login(client, person, password).url == reverse("mfa_authenticate")
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestCode:
    def test_is_not_taken_again_after_a_restart(self):
        person = a_person(an_agency())
        secret, password = with_factor(person), issue_password(person)
        first, second = half_way(person, password), half_way(person, password)
        code = code_of(secret)

        first.post(AUTHENTICATE, {"code": code})
        cache.clear()  # as a restart does: allauth remembers used codes in memory alone
        second.post(AUTHENTICATE, {"code": code})

        assert is_in(first)
        assert not is_in(second)

    def test_of_before_is_not_taken_when_the_clock_was_set_back(self):
        person, now = a_person(an_agency()), timezone.now()

        assert take_code(person, now)
        assert not take_code(person, now)
        assert not take_code(person, now - timedelta(minutes=5))
        assert take_code(person, now + timedelta(seconds=31))

    def test_that_is_wrong_counts_towards_the_lock_and_the_office_is_told(self, database):
        agency = an_agency()
        administrator = a_person(agency, Role.ADMINISTRATOR)
        person = a_person(agency)
        secret, password = with_factor(person), issue_password(person)
        client = half_way(person, password)

        for _ in range(5):
            client.post(AUTHENTICATE, {"code": "000000"})
        answer = client.post(AUTHENTICATE, {"code": code_of(secret)})

        assert not is_in(client)
        assert "locked after 5 failed log-ins" in answer.content.decode()
        assert "account.locked" in events(database, person)
        told = Notice.objects.filter(agency=agency, kind="account-locked")
        assert [notice.recipient_id for notice in told if notice.recipient_id] == [administrator.pk]
        assert all(person.username not in f"{one.subject}{one.body}" for one in told)


class TestRecoveryCode:
    def test_opens_once(self):
        person = a_person(an_agency())
        with_factor(person)
        password = issue_password(person)
        code = RecoveryCodes.activate(person).get_unused_codes()[0]
        first, second = half_way(person, password), half_way(person, password)

        first.post(AUTHENTICATE, {"code": code})
        second.post(AUTHENTICATE, {"code": code})

        assert is_in(first)
        assert not is_in(second)


class TestFactor:
    def test_that_is_the_last_strong_one_stays(self, database):
        person = a_person(an_agency())
        secret = with_factor(person)
        client = half_way(person, issue_password(person))
        Person.objects.using(OWNER).filter(pk=person.pk).update(must_choose_password=False)
        client.post(AUTHENTICATE, {"code": code_of(secret)})

        client.post("/account/second-factor/totp/deactivate/")

        assert Authenticator.objects.filter(user=person, type="totp").exists()
        assert "second-factor.removed" not in events(database, person)


class TestReport:
    def test_of_a_deactivated_account_reaches_the_office_at_once_and_once_in_ten_minutes(self, database):
        agency = an_agency("los-angeles")
        gone = a_person(agency, separated_at=timezone.now() - timedelta(days=1))
        password = issue_password(gone)

        for _ in range(3):
            post_login(Client(), gone, password)

        assert events(database, gone) == ["login.refused"] * 3
        told = Notice.objects.filter(agency=agency, kind="login-refused", office="misuse")
        assert 1 <= told.count() <= 2  # a span of ten minutes may end in between
