"""The office as people see it: a real browser over a real server; pictures of each page for the documents.

With PLATEKEEPER_PICTURES=1 the pictures go to docs/pictures, where the README shows them.
"""

import base64
import io
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.functional.installation import Installation, installation

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PASSWORD = "harbour lamp seven tulip"
PAGES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.fixture(scope="module")
def house():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install it to drive the pages")
    with installation() as made:
        made.said("demo", "--no-serve", "--pictures", str(made.pictures("01", "02", "05")))
        made.start()
        yield made


@pytest.fixture(scope="module")
def browser(house):
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


class Visit:
    """One person at one screen; complaints of the browser are kept."""

    def __init__(self, house: Installation, browser: Browser, **screen: object) -> None:
        self.house = house
        self.context = browser.new_context(**{"viewport": LAPTOP, "color_scheme": "light", **screen})
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))

    def go(self, path: str) -> None:
        self.page.goto(self.house.address + path)

    def log_in(self, username: str) -> None:
        """Come in by keyboard alone: one-time password, code of the moment, one's own password."""
        page = self.page
        self.go("/")
        page.keyboard.press("Tab")
        page.locator("input[name=login]").focus()
        page.keyboard.type(username)
        page.keyboard.press("Tab")
        page.keyboard.type(self.house.said("demo", "password", username))
        page.locator("input[name=understood]").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_url("**/authenticate/")
        page.locator("input[name=code]").focus()
        page.keyboard.type(self.house.said("demo", "code", username))
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/password/")
        page.locator("input[name=new_password1]").focus()
        page.keyboard.type(PASSWORD)
        page.locator("input[name=new_password2]").focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "password" not in url)

    def picture(self, name: str) -> None:
        """Keep a picture of the page as it stands."""
        self.page.wait_for_timeout(400)  # maps and pictures settle
        taken = self.page.screenshot()
        assert len(taken) > 10_000, "a page with nothing on it"
        if os.environ.get("PLATEKEEPER_PICTURES"):
            PAGES.mkdir(parents=True, exist_ok=True)
            (PAGES / f"{name}.png").write_bytes(taken)

    def leave(self) -> None:
        self.context.close()


@pytest.fixture
def visit(house, browser):
    opened: list[Visit] = []

    def at(**screen: object) -> Visit:
        opened.append(Visit(house, browser, **screen))
        return opened[-1]

    yield at
    for one in opened:
        one.leave()


def ask(page: Page, plate: str) -> None:
    page.fill("input[name=plate]", plate)
    page.check("input[name=purpose] >> nth=0")
    page.fill("input[name=case_number]", "26-01234")
    page.fill("textarea[name=reason]", "Robbery at the pharmacy on PCH, suspect's vehicle")
    page.click(".search__go button")


class TestOfficer:
    def test_sees_a_new_alert_without_reloading_and_verifies_it_by_keyboard(self, house, visit):
        officer = visit()
        officer.go("/log/in/")
        officer.picture("login")
        officer.log_in("officer.rb")
        page = officer.page
        page.locator("[data-live-name]", has_text="Live").wait_for()
        before = page.locator("#alert-list > li").count()
        token = house.said("producer", "add", "redondo-beach", "test camera")

        answer = house.post_reads(
            token,
            [{"plate": "7KLM392", "captured_at": datetime.now(UTC).isoformat(), "camera": "rb-pch"}],
        )
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
        officer = visit(color_scheme="dark")
        officer.log_in("supervisor.rb")
        officer.go("/alerts/")
        officer.page.wait_for_selector("#alert-panel")
        officer.picture("board-dark")
        with Image.open(
            io.BytesIO(officer.page.screenshot(clip={"x": 0, "y": 60, "width": 8, "height": 600}))
        ) as strip:
            brightest = max(max(band) for band in strip.convert("RGB").getextrema())

        assert brightest < 80

    def test_on_a_phone_never_scrolls_sideways(self, visit):
        officer = visit(viewport=PHONE)
        officer.log_in("dispatcher.rb")
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
        detective = visit()
        detective.log_in("detective.rb")
        page = detective.page
        detective.go("/search/")

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
        auditor = visit()
        auditor.log_in("auditor.rb")
        auditor.go("/audits/records/")
        auditor.picture("records")
        auditor.go(f"/audits/records/{record}/")
        text = auditor.page.locator("main").inner_text()
        auditor.picture("record")
        assert "26-01234" in text
        assert "Hash computed again: it agrees" in text

    def test_without_a_case_number_is_refused_with_the_clause(self, visit):
        detective = visit()
        detective.log_in("detective.mi")
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
        token = house.said("producer", "add", "los-angeles", "another camera")
        picture = next((Path(house.folder) / "pictures-01-02-05").glob("01*.jpg")).read_bytes()
        encoded = base64.b64encode(picture).decode()
        house.post_reads(
            token,
            [
                {
                    "plate": "8LAX042",
                    "captured_at": datetime.now(UTC).isoformat(),
                    "camera": "la-union",
                    "images": [{"role": "plate", "data": encoded}, {"role": "context", "data": encoded}],
                }
            ],
        )
        detective = visit()
        detective.log_in("detective.la")
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
