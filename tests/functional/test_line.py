"""Live pages on a bad line: whatever is slow, fails or falls silent, no alert is missing in the end (ALR-01)."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STATES = """
    window.states = [];
    const line = document.querySelector("[data-live]");
    new MutationObserver(() => states.push(line.dataset.live)).observe(line, {attributeFilter: ["data-live"]});
"""


class TestBoard:
    @pytest.mark.parametrize("path", ["/alerts/", "/dispatch/board/"])
    def test_opened_in_quiet_leaves_one_record(self, path, house, visit):
        officer = visit("officer.mi")
        with house.installation.connected("owner") as owner:
            counted = "SELECT count(*) FROM access_record WHERE username = 'officer.mi'"
            (before,) = owner.execute(counted).fetchone()
            officer.live(path)
            officer.page.wait_for_timeout(1000)  # whatever it asks for by itself

            assert owner.execute(counted).fetchone() == (before + 1,)

    def test_shows_every_alert_of_a_burst_while_answers_are_slow(self, house, visit):
        officer = visit("officer.mi")
        officer.live("/alerts/")
        page, held, is_slow = officer.page, [], [True]
        before = page.locator("#alert-list > li").count()
        page.route("**/alerts/*/card/", lambda route: held.append(route) if is_slow else route.continue_())
        for plate, region in (("9GTR554", "US-CA"), ("629RHW", "US-CA"), ("KDR4471", "US-VA")):
            assert house.sees("milpitas", "mi-calaveras", plate, region)["alerts"] == 1
        officer.until(lambda: held)
        page.wait_for_timeout(1000)  # all three have been told by now; the first answer is still on its way
        is_slow.clear()
        for route in held:
            route.continue_()

        page.locator("#alert-list > li").nth(before + 2).wait_for()
        assert page.locator("#alert-list > li").count() == before + 3


class TestCar:
    def test_shows_an_alert_although_the_first_request_for_it_fails(self, house, visit):
        officer = visit("officer.mo")
        officer.live("/dispatch/car/")
        page, failed = officer.page, []

        def fail(route) -> None:
            failed.append(route)
            route.abort()

        page.route("**/dispatch/car/**", fail, times=1)
        house.sees("monrovia", "mo-foothill", "5TYU660")
        page.locator("#car-queue", has_text="5TYU660").wait_for()
        assert failed

    def test_says_that_the_line_is_lost_and_shows_afterwards_what_nobody_heard(self, house, visit):
        officer = visit("officer.mo")
        officer.live("/dispatch/car/")
        page = officer.page
        page.evaluate(STATES)
        with house.installation.connected("web") as web:
            web.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'platekeeper-feed'"
            )
        house.sees("monrovia", "mo-foothill", "42718H2")  # most likely before anybody listens again
        page.locator("#car-queue", has_text="42718H2").wait_for()
        page.locator("[data-live=on]").wait_for()
        assert page.evaluate("states") == ["off", "on"]

    def test_notices_silence_and_opens_the_line_again(self, house, visit):
        officer = visit("officer.mo")
        page = officer.page
        page.clock.install()
        officer.live("/dispatch/car/")
        page.evaluate(STATES)
        page.clock.fast_forward(50_000)  # signs of life come every 15 seconds of the office's own time
        officer.until(lambda: page.evaluate("states.join()") == "off,on")
