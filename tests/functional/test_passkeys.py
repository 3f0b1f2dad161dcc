"""A passkey from its enrolment to a log-in, in a real browser; what it signed is worth nothing a second time."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.functional.passkeys import Authenticator
from tests.functional.visits import PASSWORD, House, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHO = "auditor.mi"  # somebody whom no other test of the demonstration logs in


@pytest.fixture
def office(house: House) -> str:
    return house.address.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to a number


def first_step(page: Page, office: str, password: str) -> None:
    page.goto(office + "/log/in/")
    page.fill("input[name=login]", WHO)
    page.fill("input[name=password]", password)
    page.check("input[name=understood]")
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/authenticate/")


def come_in(page: Page, office: str, house: House) -> None:
    first_step(page, office, house.said("demo", "password", WHO))
    page.fill("input[name=code]", house.code(WHO))
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/account/password/")
    page.fill("input[name=new_password1]", PASSWORD)
    page.fill("input[name=new_password2]", PASSWORD)
    page.press("input[name=new_password2]", "Enter")
    page.wait_for_url(lambda url: "password" not in url)


class TestPasskey:
    def test_is_enrolled_logs_in_and_what_it_signed_is_worth_nothing_again(
        self, visit: Callable[..., Visit], house: House, office: str
    ):
        page = visit().page
        key = Authenticator(page)
        come_in(page, office, house)

        page.goto(office + "/account/second-factor/webauthn/add/")
        page.click("#mfa_webauthn_add")  # the password was chosen a moment ago: nobody is asked for it again
        page.wait_for_url("**/recovery-codes/")
        assert len(key.passkeys) == 1

        page.context.clear_cookies()
        first_step(page, office, PASSWORD)
        page.click("#mfa_webauthn_authenticate")
        page.wait_for_url(lambda url: "authenticate" not in url)
        assert "/log/in/" not in page.url
        assert key.passkeys[0]["signCount"] >= 2

        thief = visit().page
        first_step(thief, office, PASSWORD)
        with thief.expect_navigation():
            thief.evaluate(
                "given => { const form = document.querySelector('#webauthn_form');"
                " form.elements.credential.value = given; HTMLFormElement.prototype.submit.call(form); }",
                key.given[-1],
            )
        thief.goto(office + "/account/")
        assert thief.url.endswith("/authenticate/")  # still asked for a second factor
