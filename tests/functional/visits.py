"""People at screens: a real browser over a real server, driven by keyboard as far as a keyboard reaches."""

import base64
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState

from tests.functional.codes import code_of
from tests.functional.installation import PICTURES as SCENES
from tests.functional.installation import Installation

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PASSWORD = "harbour lamp seven tulip"
PAGES = Path(__file__).parents[2] / "docs" / "pictures"
PEOPLE = (
    "officer.rb", "officer.mi", "officer.ec", "officer.mo", "dispatcher.rb", "dispatcher.ec",
    "detective.rb", "detective.mi", "detective.la", "supervisor.rb", "supervisor.ec",
    "admin.rb", "admin.la", "auditor.rb",
)  # fmt: skip
# prints what the authenticators of all people know
SECRETS = """
import json
from platekeeper.office.config.migrate import set_up_django
set_up_django()
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
known = Authenticator.objects.using("owner").filter(type="totp").select_related("user")
print(json.dumps({one.user.username: decrypt(one.data["secret"]) for one in known}))
"""
_TENTHS = 1200  # of a second, before nothing happens any more
_FARTHEST = 90  # strokes of Tab to anything on a page


class House:
    """An installation with the demonstration's people in it, and who of them has come in already."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.sessions: dict[str, StorageState] = {}
        self._tokens: dict[str, str] = {}
        self._passwords: dict[str, str] = {}
        self._secrets: dict[str, str] = {}

    @property
    def address(self) -> str:
        return self.installation.address

    def said(self, *arguments: str) -> str:
        return self.installation.said(*arguments)

    def password(self, username: str) -> str:
        """Return somebody's one-time password; all are asked for at once, which takes as long as for one."""
        if not self._passwords:
            self._passwords = dict(
                zip(PEOPLE, self.said("demo", "password", *PEOPLE).splitlines(), strict=True)
            )
        return self._passwords[username]

    def code(self, username: str) -> str:
        """Return what somebody's authenticator shows now; the secrets of all are asked for at once."""
        if not self._secrets:
            asked = [sys.executable, "-c", SECRETS]
            told = subprocess.run(asked, env=self.installation.environment(), capture_output=True, check=True)
            self._secrets = json.loads(told.stdout)
        return code_of(self._secrets[username])

    def sees(
        self, agency: str, camera: str, plate: str, region: str = "US-CA", **more: Any
    ) -> dict[str, Any]:
        """Let a camera see a plate, through the HTTP intake."""
        if agency not in self._tokens:
            self._tokens[agency] = self.said("producer", "add", agency, f"camera of {agency}")
        seen = {"raw": plate, "region": region, "country": "US"}
        read = {"plate": seen, "captured_at": datetime.now(UTC).isoformat(), "camera": camera, **more}
        answer = self.installation.post_reads(self._tokens[agency], [read])
        assert answer is not None
        return answer


def pictures_of(scene: str, box: tuple[int, int, int, int]) -> list[dict[str, str]]:
    """Return the plate's picture and the scene's, as a camera sends them."""
    with Image.open(SCENES / scene) as whole:
        left, top, right, bottom = box
        aside, above = (right - left) // 4, (bottom - top) // 3
        plate = whole.crop((left - aside, top - above, right + aside, bottom + above))
        return [{"role": "plate", "data": _encoded(plate)}, {"role": "context", "data": _encoded(whole)}]


def _encoded(picture: Image.Image) -> str:
    with io.BytesIO() as written:
        picture.save(written, "JPEG", quality=90)
        return base64.b64encode(written.getvalue()).decode()


class Visit:
    """One person at one screen; complaints of the browser are kept."""

    def __init__(self, house: House, browser: Browser, **screen: Any) -> None:
        self.house = house
        self.context = browser.new_context(**{"viewport": LAPTOP, "color_scheme": "light", **screen})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(120_000)  # how long anything takes is no test's business
        self.complaints: list[str] = []
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> bool:
        """Open a page; return whether it opened."""
        answer = self.page.goto(self.house.address + path)
        return answer is not None and answer.ok

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def reach(self, selector: str) -> None:
        """Go on by Tab until the focus is there; whoever has only a keyboard has no other way."""
        for _ in range(_FARTHEST):
            if self.page.evaluate(
                "wanted => document.activeElement && document.activeElement.matches(wanted)", selector
            ):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by keyboard on {self.page.url}")

    def log_in(self, username: str) -> None:
        """Come in by keyboard alone: one-time password, code of the moment, one's own password."""
        self.go("/log/in/")
        self.reach("input[name=login]")
        self.type(username)
        self.reach("input[name=password]")
        self.type(self.house.password(username))
        self.reach("input[name=understood]")
        self.press("Space", "Enter")
        self.page.wait_for_url("**/authenticate/")
        self.reach("input[name=code]")
        self.type(self.house.code(username))
        self.press("Enter")
        self.page.wait_for_url("**/account/password/")
        for name in ("new_password1", "new_password2"):
            self.reach(f"input[name={name}]")
            self.type(PASSWORD)
        self.press("Enter")
        self.page.wait_for_url(lambda url: "password" not in url)

    def picture(self, name: str) -> None:
        """Keep a picture of the page as it stands."""
        self.page.wait_for_timeout(400)  # maps and pictures settle
        taken = self.page.screenshot()
        assert len(taken) > 10_000, "a page with nothing on it"
        if os.environ.get("PLATEKEEPER_PICTURES"):
            PAGES.mkdir(parents=True, exist_ok=True)
            (PAGES / f"{name}.png").write_bytes(taken)

    def live(self, path: str) -> None:
        """Open a page that listens, and wait until it does."""
        self.go(path)
        self.page.locator("[data-live=on]").wait_for()

    def until(self, happened: Callable[[], object]) -> None:
        """Let the page go on until something has happened."""
        for _ in range(_TENTHS):
            if happened():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"it never happened on {self.page.url}")

    def told(self) -> tuple[str, ...]:
        """Return where the visit ended, what the browser complained of, and what the page said last."""
        if self.page.is_closed():
            return self.page.url, *self.complaints
        return self.page.url, *self.complaints, self.page.locator("body").inner_text(timeout=5_000)[:3000]

    def leave(self) -> None:
        self.context.close()


def visited(house: House, browser: Browser, username: str, **screen: Any) -> Visit:
    """Return a visit; of somebody who came in before, with the session that they have."""
    if not username:
        return Visit(house, browser, **screen)
    if username in house.sessions:
        return Visit(house, browser, storage_state=house.sessions[username], **screen)
    visit = Visit(house, browser, **screen)
    visit.log_in(username)
    house.sessions[username] = visit.context.storage_state()
    return visit
