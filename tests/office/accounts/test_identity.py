"""The door: one-time passwords, second factor, locks, sessions (CJIS AC-7, AC-11, IA-2, IA-5; USR-09, USR-10)."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import encrypt
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from platekeeper.office.accounts import lockout
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.operations import choose_password, issue_password
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.sealing import open_text, seal_text
from platekeeper.office.notices.models import Notice
from platekeeper.office.roster.lifecycle import RELEASE
from platekeeper.office.roster.operations import change
from platekeeper.policy import Role
from tests.office.doors import logged_in
from tests.office.people import OWNER, PROFILES, a_person, an_agency


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()  # allauth keeps used codes and attempts by address there


def with_factor(person: Person) -> str:
    secret = generate_totp_secret()
    Authenticator.objects.using(OWNER).create(user=person, type="totp", data={"secret": encrypt(secret)})
    return secret


def code_of(secret: str) -> str:
    left = 30 - time.time() % 30
    if left < 8:
        time.sleep(left)  # a code that is about to change would fail for a reason that is not the test's
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))


def post_login(client: Client, person: Person, password: str, **changes: str):
    given = {"login": person.username, "password": password, "understood": "on"}
    return client.post(reverse("account_login"), {**given, **changes})


def guess(person: Person) -> None:
    try:
        post_login(Client(), person, "not the password")
    finally:
        connections.close_all()


def events(database, person: Person) -> list[str]:
    with psycopg.connect(database.address("auditor")) as connection:
        rows = connection.execute(
            "SELECT event FROM ledger_entry WHERE subject = %s ORDER BY sequence", [person.username]
        ).fetchall()
    return [event for (event,) in rows]


class TestLogIn:
    def test_is_refused_without_accepting_the_banner(self):
        person = a_person(an_agency())
        password = issue_password(person)

        answer = post_login(Client(), person, password, understood="")

        assert answer.status_code == 200
        assert "Read the notice" in answer.content.decode()

    def test_with_the_password_alone_opens_nothing(self):
        person = a_person(an_agency())
        with_factor(person)
        client = Client()

        answer = post_login(client, person, issue_password(person))

        assert answer.url == reverse("mfa_authenticate")
        assert client.get("/alerts/").url.startswith(reverse("account_login"))

    def test_takes_each_code_once(self):
        person = a_person(an_agency())
        secret, password = with_factor(person), issue_password(person)
        code = code_of(secret)
        first, second = Client(), Client()

        post_login(first, person, password)
        post_login(second, person, password)
        accepted = first.post(reverse("mfa_authenticate"), {"code": code})
        replayed = second.post(reverse("mfa_authenticate"), {"code": code})

        assert accepted.status_code == 302
        assert replayed.status_code == 200
        assert "_auth_user_id" not in second.session

    def test_leads_from_the_one_time_password_to_choosing_ones_own(self):
        person = a_person(an_agency())
        secret, password = with_factor(person), issue_password(person)
        client = Client()
        post_login(client, person, password)

        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

        assert client.get("/alerts/").url == reverse("accounts:password")

    def test_without_a_second_factor_leads_to_setting_one_up(self):
        person = a_person(an_agency())
        client = logged_in(person, second_factor=False)

        answer = client.get("/alerts/")

        assert answer.url == reverse("mfa_activate_totp")

    def test_after_choosing_a_password_does_not_ask_for_it_before_the_second_factor(self):
        person = a_person(an_agency())
        client, chosen = Client(), "harbour lamp seven tulip"
        post_login(client, person, issue_password(person))

        client.post(reverse("accounts:password"), {"new_password1": chosen, "new_password2": chosen})

        assert client.get(reverse("mfa_activate_totp")).status_code == 200

    def test_asks_whoever_chose_theirs_before_for_it_before_a_further_factor(self):
        person = a_person(an_agency())
        choose_password(person, "harbour lamp seven tulip")
        secret = with_factor(person)
        client = Client()
        post_login(client, person, "harbour lamp seven tulip")
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

        answer = client.get(reverse("mfa_add_webauthn"))

        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_reauthenticate"))

    def test_is_entered_in_the_ledger_failed_or_not(self, database):
        person = a_person(an_agency())
        secret, password = with_factor(person), issue_password(person)
        client = Client()

        post_login(client, person, "not the password")
        post_login(client, person, password)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

        assert events(database, person) == ["login.failed", "login.succeeded"]

    def test_of_an_unknown_name_never_keeps_the_name(self, database):
        post_login(Client(), Person(username="my-secret-password"), "x")

        with psycopg.connect(database.address("auditor")) as connection:
            found = connection.execute(
                "SELECT count(*) FROM ledger_entry LEFT JOIN ledger_details USING (sequence)"
                " WHERE concat(actor, subject, details) LIKE '%my-secret-password%'"
            ).fetchone()
        assert found == (0,)


class TestLock:
    def test_falls_after_five_failures_and_holds_against_the_right_password(self, database):
        person = a_person(an_agency())
        password = issue_password(person)

        for _ in range(5):
            post_login(Client(), person, "not the password")
        answer = post_login(Client(), person, password)

        assert "locked after 5 failed log-ins" in answer.content.decode()
        assert events(database, person)[-2:] == ["account.locked", "login.refused"]

    def test_falls_and_holds_however_the_name_is_written(self, database):
        person = a_person(an_agency())
        password = issue_password(person)

        for _ in range(5):
            post_login(Client(), person, "not the password", login=person.username.upper())
        answer = post_login(Client(), person, password, login=person.username.title())

        assert "locked after 5 failed log-ins" in answer.content.decode()
        assert events(database, person)[-2:] == ["account.locked", "login.refused"]

    def test_falls_after_five_of_however_many_tried_at_once(self, database):
        person = a_person(an_agency())
        issue_password(person)

        with ThreadPoolExecutor(9) as pool:
            list(pool.map(guess, [person] * 9))

        told = events(database, person)
        assert [told.count(event) for event in ("login.failed", "account.locked", "login.refused")] == [
            5,
            1,
            4,
        ]

    def test_is_told_at_every_further_attempt_however_many(self, database):
        person = a_person(an_agency())

        for _ in range(14):
            answer = post_login(Client(), person, "not the password")

        assert "Ask an administrator to release it." in answer.content.decode()
        assert events(database, person)[-10:] == ["account.locked", *["login.refused"] * 9]

    def test_opens_only_by_an_administrator(self):
        person = a_person(an_agency())
        now = timezone.now()
        for _ in range(5):
            lockout.note_attempt(person, succeeded=False, source="", now=now)

        much_later = lockout.decide_attempt(person, now + timedelta(days=30))
        lockout.release(person, using=OWNER, now=now)
        released = lockout.decide_attempt(Person.objects.get(pk=person.pk), now)

        assert "Ask an administrator" in str(much_later)
        assert released.clauses

    def test_lets_in_at_once_after_its_release_and_falls_again_after_five_more(self, database):
        agency = an_agency()
        person, administrator = a_person(agency), a_person(agency, Role.ADMINISTRATOR)
        password = issue_password(person)
        for _ in range(5):
            post_login(Client(), person, "not the password")

        change(administrator, person, RELEASE)
        for _ in range(4):
            post_login(Client(), person, "not the password")
        cache.clear()  # the limit by address is another one
        answer = post_login(Client(), person, password)

        assert answer.status_code == 302
        assert events(database, person).count("account.locked") == 1

    def test_does_not_count_failures_a_quarter_of_an_hour_old(self):
        person = a_person(an_agency())
        now = timezone.now()

        locked = [
            lockout.note_attempt(person, succeeded=False, source="", now=now + timedelta(minutes=4 * number))
            for number in range(12)
        ]

        assert not any(locked)

    def test_forgets_failures_before_a_success(self):
        person = a_person(an_agency())
        now = timezone.now()

        for succeeded in (False, False, False, False, True, False):
            now += timedelta(seconds=1)
            lockout.note_attempt(person, succeeded=succeeded, source="", now=now)

        assert person.locked_at is None


def told(database, person) -> str:
    """Return what the ledger's first entry about somebody says."""
    with psycopg.connect(database.address("auditor")) as connection:
        (details,) = connection.execute(
            "SELECT details FROM ledger_entry JOIN ledger_details USING (sequence) WHERE subject = %s",
            [person.username],
        ).fetchone()
    return details


class TestDeactivated:
    def test_account_is_refused_and_the_attempt_is_told_to_the_office(self, database):
        person = a_person(an_agency("los-angeles"), suspended_until=timezone.now() + timedelta(days=30))
        password = issue_password(person)

        answer = post_login(Client(), person, password)

        assert "This account is deactivated" in answer.content.decode()
        assert events(database, person) == ["login.refused"]
        assert "Professional Standards Bureau" in told(database, person)

    @pytest.mark.parametrize("profile", PROFILES)
    def test_left_idle_is_refused_before_any_job_ran_and_told_at_once(self, database, profile):
        long_ago = timezone.now() - timedelta(days=91)
        agency = an_agency(profile)
        person = a_person(agency, last_used_at=long_ago, added_at=long_ago)
        office = profile_of(agency).users.improper_logins_to.value
        password = issue_password(person)

        answer = post_login(Client(), person, password)

        assert "not used for 90 days and is disabled" in answer.content.decode()
        assert events(database, person) == ["login.refused"]
        assert office in told(database, person)
        assert Notice.objects.filter(agency=agency, kind="login-refused").exists()


class TestUse:
    def test_is_coming_in_though_nobody_looked_at_a_read(self):
        months_ago = timezone.now() - timedelta(days=80)
        administrator = a_person(
            an_agency(), Role.ADMINISTRATOR, last_used_at=months_ago, added_at=months_ago
        )

        logged_in(administrator)

        assert Person.objects.get(pk=administrator.pk).last_used_at > timezone.now() - timedelta(minutes=5)

    def test_of_an_account_enabled_after_a_year_asks_for_reorientation_first(self):
        now = timezone.now()
        years_ago, yesterday = now - timedelta(days=400), now - timedelta(days=1)
        person = a_person(
            an_agency("los-angeles"), last_used_at=years_ago, added_at=years_ago, enabled_at=yesterday
        )

        for _ in range(2):  # coming in twice mends nothing either
            answer = logged_in(person).get("/search/")
            assert "Complete the reorientation training" in answer.content.decode()


class TestSession:
    @pytest.mark.parametrize(
        ("kept", "minutes"), [("last_active_at", 31), ("authenticated_at", 12 * 60 + 1)], ids=["idle", "old"]
    )
    def test_ends(self, database, kept, minutes):
        person = a_person(an_agency())
        client = logged_in(person, **{kept: (timezone.now() - timedelta(minutes=minutes)).isoformat()})

        answer = client.get("/alerts/")

        assert answer.url.startswith(reverse("account_login"))
        assert "_auth_user_id" not in client.session
        assert "login.expired" in events(database, person)

    def test_goes_on_while_it_is_used(self):
        person = a_person(an_agency())
        client = logged_in(person, last_active_at=(timezone.now() - timedelta(minutes=29)).isoformat())

        answer = client.get("/alerts/")

        assert answer.status_code == 200
        assert client.session["last_active_at"] > (timezone.now() - timedelta(minutes=1)).isoformat()

    def test_of_one_factor_ends_although_a_factor_is_set_up(self):
        person = a_person(an_agency())
        with_factor(person)
        client = logged_in(person, second_factor=False)

        answer = client.get("/alerts/")

        assert answer.url.startswith(reverse("account_login"))

    def test_is_another_one_after_log_in(self):
        person = a_person(an_agency())
        secret, password = with_factor(person), issue_password(person)
        client = Client()
        client.get(reverse("account_login"))
        fixed = client.session.session_key

        post_login(client, person, password)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

        assert client.session.session_key != fixed


class TestPassword:
    @pytest.mark.parametrize("weak", ["short", "password123", "1234567890"])
    def test_is_refused_when_weak(self, weak):
        person = a_person(an_agency())

        with pytest.raises(ValidationError):
            choose_password(person, weak)

    def test_needs_no_special_characters(self):
        person = a_person(an_agency(), must_choose_password=True)

        choose_password(person, "harbour lamp seven tulip")

        assert not Person.objects.get(pk=person.pk).must_choose_password


class TestSealing:
    def test_opens_what_it_sealed_and_nothing_that_was_changed(self):
        key = bytes(range(32))

        sealed = seal_text("JBSWY3DPEHPK3PXP", key)

        assert open_text(sealed, key) == "JBSWY3DPEHPK3PXP"
        assert "JBSWY3DPEHPK3PXP" not in sealed
        with pytest.raises(Exception, match=r"^$"):
            open_text(sealed, bytes(32))

    def test_keeps_the_secret_of_a_factor_out_of_the_database(self, database):
        person = a_person(an_agency())
        secret = with_factor(person)

        with psycopg.connect(database.address("web")) as connection:
            rows = connection.execute(
                "SELECT data::text FROM mfa_authenticator WHERE user_id = %s", [person.pk]
            )
            assert secret not in str(rows.fetchall())
