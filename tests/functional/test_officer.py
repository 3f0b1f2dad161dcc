"""An alert from the sound to the outcome, in a car and at dispatch, by keyboard alone (ALR, OPS)."""

import pytest

from tests.functional.visits import pictures_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NIGHT = pictures_of("15-canal-street.jpg", (481, 508, 598, 568))  # 8DFG263, a wanted person's
DUSK = pictures_of("12-foothill-lane.jpg", (481, 465, 555, 504))  # 9CVB138, a hit and run
CANAL = pictures_of("14-canal-street.jpg", (481, 465, 631, 530))  # 6NPR947, stolen
LISTENS = """
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
"""


def log_on(visit, sign: str) -> None:
    """Put one's unit on the road, on the way that the car's screen asks for it."""
    visit.page.add_init_script(LISTENS)
    visit.go("/dispatch/unit/")
    visit.reach("#unit-sign")
    visit.type(sign)
    visit.press("Enter")
    visit.page.wait_for_url("**/dispatch/car/")
    visit.page.locator("[data-live=on]").wait_for()


def comes(visit, text: str, which: str = ".alert") -> None:
    """Wait until the car's screen shows an alert, and heeds keys."""
    visit.page.locator(f"#car-alert:not([data-deaf]) {which}", has_text=text).wait_for()


def stands(visit, state: str) -> None:
    """Wait until the alert on the screen stands there."""
    visit.page.locator("#alert-panel .alert__head", has_text=state).wait_for()


def refusal(visit) -> str:
    """Return what is said beside the button that the last key led to."""
    return visit.page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
    )


class TestElCajon:
    def test_leads_an_alert_in_its_order_from_the_sound_to_the_outcome(self, house, visit):
        officer, dispatcher = visit("officer.ec", color_scheme="dark"), visit("dispatcher.ec")
        log_on(officer, "2a31")
        dispatcher.live("/dispatch/board/")
        assert "2A31" in dispatcher.page.locator(".units").inner_text()  # OPS-01

        officer.press("Shift")  # the first touch allows the sound
        officer.page.locator("[data-sound-name]", has_text="Sound on").wait_for()
        house.sees("el-cajon", "ec-main", "8DFG263", images=NIGHT)
        comes(officer, "2013 GMC Sierra")
        stands(officer, "New")
        assert officer.page.evaluate("tones") == 3
        assert officer.page.locator(".checks input").count() == 3
        officer.picture("car-night")

        officer.press("1", "2", "3", "v")  # looking first is refused: the status comes first
        assert "EC 427.5(a)1" in refusal(officer)
        officer.press("d")
        officer.page.locator(".checklist", has_text="Dispatch asked").wait_for()
        assert officer.page.locator(".checks input:checked").count() == 3

        dispatcher.page.locator("[data-ask]").wait_for()
        dispatcher.picture("dispatch")
        dispatcher.press("j", "Tab", "Enter")  # the longest wait first; it still stands
        stands(officer, "Status confirmed")
        assert officer.page.locator(".checks input:checked").count() == 3

        officer.press("v")
        stands(officer, "Verified")
        officer.press("t")  # no stop without suspicion
        assert "EC 427.5(b)1" in refusal(officer)
        officer.press("u")
        officer.reach("#suspicion-reason")
        officer.type("Same driver as in the warrant's photograph, left the scene of the robbery")
        officer.press("Enter")
        stands(officer, "Checked")
        officer.press("t")
        stands(officer, "Stopped")
        officer.press("e", "2")
        officer.reach("#close-reference")
        officer.type("26-0419881")
        officer.press("Enter")
        stands(officer, "Closed")

        assert "Arrest" in officer.page.locator(".steps").inner_text()
        officer.press("l")
        officer.page.wait_for_url("**/dispatch/unit/")
        officer.reach("button[value=log-off]")
        officer.press("Enter")
        officer.page.locator("#unit-sign").wait_for()
        assert officer.complaints == dispatcher.complaints == []

    def test_turns_red_where_the_state_differs_and_waits_for_a_second_person(self, house, visit):
        officer, dispatcher = visit("officer.ec", color_scheme="dark"), visit("dispatcher.ec")
        officer.live("/dispatch/car/")
        house.sees("el-cajon", "ec-broadway", "6NPR947", region="US-TX", images=CANAL)
        comes(officer, "Texas", ".alert--red")
        officer.picture("car-red")
        officer.press("d")
        officer.page.locator(".checklist", has_text="Dispatch asked").wait_for()
        dispatcher.live("/dispatch/board/")
        dispatcher.press("j", "Tab", "Enter")
        officer.page.locator(".checklist .is-done").wait_for()

        officer.press("1", "2", "v")
        stands(officer, "Contradiction")
        officer.press("v")

        assert "EC 427.5(b)1" in refusal(officer)
        assert "somebody else" in refusal(officer)
        officer.press("n", "2", "Enter")  # the plate is another state's: nobody else need look
        stands(officer, "Not a match")

    def test_gives_way_to_a_new_alert_while_it_waits_and_comes_back_when_answered(self, house, visit):
        officer, dispatcher = visit("officer.ec", color_scheme="dark"), visit("dispatcher.ec")
        officer.live("/dispatch/car/")
        house.sees("el-cajon", "ec-broadway", "6NPR947", region="US-TX", images=CANAL)
        comes(officer, "Texas", ".alert--red")
        waiting = officer.page.locator("#alert-panel").get_attribute("data-alert")
        officer.press("d")
        dispatcher.live("/dispatch/board/")
        dispatcher.page.locator("[data-ask]").wait_for()
        dispatcher.press("j", "Tab", "Enter")
        officer.page.locator(".checklist .is-done").wait_for()
        officer.press("1", "2", "v")
        stands(officer, "Contradiction")

        house.sees("el-cajon", "ec-main", "8DFG263", images=NIGHT)
        comes(officer, "2013 GMC Sierra")
        chip = officer.page.locator(f"[data-chip='{waiting}']")
        assert "Waits for a second person" in chip.inner_text()
        assert officer.page.locator(".checks input:checked").count() == 0
        officer.picture("car-waits")

        dispatcher.page.locator(f"[data-ask='look-{waiting}']").wait_for()
        dispatcher.reach(f"#look-{waiting}")
        dispatcher.press("Enter")
        dispatcher.page.wait_for_url(f"**/alerts/{waiting}/")
        dispatcher.press("1", "2", "v")
        stands(dispatcher, "Verified")
        officer.page.locator(f"[data-chip='{waiting}']:not([data-waits])").wait_for()
        assert "2013 GMC Sierra" in officer.page.locator("#alert-panel").inner_text()  # it has just come up
        officer.press("n", "1", "Enter")
        comes(officer, "", f"[data-alert='{waiting}']")
        stands(officer, "Verified")
        officer.press("n", "3", "Enter")
        stands(officer, "Not a match")
        assert officer.complaints == dispatcher.complaints == []


class TestMonrovia:
    def test_has_the_picture_looked_at_and_takes_a_reason_for_what_is_not_practicable(self, house, visit):
        officer = visit("officer.mo")
        officer.live("/dispatch/car/")  # no log-on: Monrovia's policy asks for none
        house.sees("monrovia", "mo-foothill", "9CVB138", images=DUSK)
        comes(officer, "2022 Kia Forte")
        officer.picture("car-day")

        officer.press("1", "2", "3", "v")  # may look first
        stands(officer, "Verified")
        officer.press("t")
        assert "MO 463.7" in refusal(officer)
        officer.press("m")
        officer.reach("#more details:has(#impracticable-reason) summary")
        officer.press("Enter")
        officer.reach("#impracticable-reason")
        officer.type("No radio contact in the canyon")
        officer.press("Enter")
        officer.page.locator(".checklist", has_text="Not practicable").wait_for()
        officer.press("t")
        stands(officer, "Stopped")
        officer.press("e", "4")
        officer.reach("#close-reference")
        officer.type("26-00231")
        officer.press("Enter")
        stands(officer, "Closed")

        assert officer.complaints == []
