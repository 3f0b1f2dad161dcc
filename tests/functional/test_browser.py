"""The office as people see it: a real browser over a real server; pictures of each page for the documents.

With PLATEKEEPER_PICTURES=1 the pictures go to docs/pictures, where the README shows them.
"""

import base64
import io
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.functional.visits import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def ask(page: Page, plate: str) -> None:
    page.fill("input[name=plate]", plate)
    page.check("input[name=purpose] >> nth=0")
    page.fill("input[name=case_number]", "26-01234")
    page.fill("textarea[name=reason]", "Robbery at the pharmacy on PCH, suspect's vehicle")
    page.click(".search__go button")


class TestOfficer:
    def test_sees_a_new_alert_without_reloading_and_verifies_it_by_keyboard(self, house, visit):
        stranger = visit()
        stranger.go("/log/in/")
        stranger.picture("login")
        officer = visit("officer.rb")
        page = officer.page
        officer.go("/alerts/")
        page.locator("[data-live-name]", has_text="Live").wait_for()
        before = page.locator("#alert-list > li").count()

        answer = house.sees("redondo-beach", "rb-pch", "7KLM392")
        page.locator("#alert-list > li").nth(before).wait_for()
        officer.picture("board")
        page.locator("#alert-list > li a").last.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#alert-panel")
        page.wait_for_timeout(300)
        officer.picture("alert")
        for key in ("1", "2", "3"):
            page.keyboard.press(key)
        page.keyboard.press("v")
        page.wait_for_selector("#alert-panel .badge >> text=/verified/i")

        assert answer["alerts"] == 1
        assert officer.complaints == []

    def test_at_night_has_a_screen_that_does_not_dazzle(self, visit):
        officer = visit("supervisor.rb", color_scheme="dark")
        officer.go("/alerts/")
        officer.page.wait_for_selector("#alert-panel")
        officer.picture("board-dark")
        with Image.open(
            io.BytesIO(officer.page.screenshot(clip={"x": 0, "y": 60, "width": 8, "height": 600}))
        ) as strip:
            brightest = max(max(band) for band in strip.convert("RGB").getextrema())

        assert brightest < 80

    def test_on_a_phone_never_scrolls_sideways(self, visit):
        officer = visit("dispatcher.rb", viewport=PHONE)
        for path, name in (
            ("/alerts/", "board-phone"),
            ("/search/", "search-phone"),
            ("/rights/", "rights-phone"),
        ):
            officer.go(path)
            officer.picture(name)

            assert officer.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path


class TestDetective:
    def test_searches_with_purpose_and_case_and_the_auditor_finds_it(self, visit):
        detective = visit("detective.rb")
        page = detective.page
        detective.go("/search/")

        page.click("[data-hours='168']")
        assert page.input_value("[name=captured_from]") < page.input_value("[name=captured_to]")
        ask(page, "8A*")
        page.wait_for_selector("#results tbody tr")
        detective.picture("search")
        record = page.locator("#results .code").first.inner_text()
        page.click(".results__plate a >> nth=0")
        page.wait_for_selector(".read__pictures img")
        detective.picture("read")
        detective.go("/rights/")
        detective.picture("rights")

        assert "Search" in page.locator("main").inner_text()
        assert detective.complaints == []
        auditor = visit("auditor.rb")
        auditor.go("/audits/records/")
        auditor.picture("records")
        auditor.go(f"/audits/records/{record}/")
        text = auditor.page.locator("main").inner_text()
        auditor.picture("record")
        assert "26-01234" in text
        assert "Hash computed again: it agrees" in text

    def test_without_a_case_number_is_refused_with_the_clause(self, visit):
        detective = visit("detective.mi")
        page = detective.page
        detective.go("/search/")
        page.fill("input[name=plate]", "9GTR554")
        page.check("input[name=purpose] >> nth=0")

        page.click(".search__go button")
        page.wait_for_selector("#results .refusal, #results >> text=refused")
        detective.picture("refused")

        text = page.locator("#results").inner_text()
        assert "MI 462" in text
        assert page.locator("#results tbody tr").count() == 0

    def test_of_los_angeles_sees_no_scene_because_none_is_stored(self, house, visit):
        picture = next((Path(house.installation.folder) / "pictures-01-02-05").glob("01*.jpg")).read_bytes()
        encoded = base64.b64encode(picture).decode()
        images = [{"role": "plate", "data": encoded}, {"role": "context", "data": encoded}]
        house.sees("los-angeles", "la-union", "8LAX042", images=images)
        detective = visit("detective.la")
        page = detective.page
        detective.go("/search/")
        page.fill("input[name=plate]", "8LAX042")
        page.check("input[name=purpose] >> nth=0")
        page.fill("input[name=case_number]", "DR 26-14-01234")
        page.fill("textarea[name=reason]", "Kidnapping investigation, vehicle of the suspect")
        page.click(".search__go button")
        page.wait_for_selector("#results tbody tr")
        page.click(".results__plate a >> nth=0")
        page.wait_for_selector(".read__pictures img")

        assert page.locator(".read__pictures img").count() == 1
        assert "Left out by policy" in page.locator("main").inner_text()


class TestPublic:
    def test_reads_the_policy_and_sums_without_a_log_in(self, visit):
        anyone = visit()
        anyone.go("/public/")
        anyone.picture("public-index")
        anyone.go("/public/redondo-beach/")
        anyone.picture("public")
        text = anyone.page.locator("main").inner_text()

        assert "432" in text
        assert "RB 432.5" in text
        assert "8ABD017" not in anyone.page.content()
        assert anyone.complaints == []
        checkpoint = anyone.context.request.get(f"{anyone.house.address}/public/ledger/checkpoint.txt")
        deadline = time.monotonic() + 10
        while not checkpoint.ok and time.monotonic() < deadline:
            time.sleep(0.5)
            checkpoint = anyone.context.request.get(f"{anyone.house.address}/public/ledger/checkpoint.txt")
        assert checkpoint.text().startswith("platekeeper/")
