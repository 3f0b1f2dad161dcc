"""The scene that attacks play in: one installation, its server, people of two agencies, and browsers for them."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import requests

from tests.functional.codes import code_of
from tests.functional.installation import Installation, migrated

from .stage import HOME, PASSWORD

ROOT = Path(__file__).parents[2]


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, sends the form's token as pages do."""

    address: str
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.http.get(self.address + path, allow_redirects=False, timeout=180, **more)

    def post(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> requests.Response:
        headers = {
            "X-CSRFToken": self.http.cookies.get("csrftoken", ""),
            "Referer": self.address,
            **more.pop("headers", {}),
        }
        return self.http.post(
            self.address + path, data=form or {}, headers=headers, allow_redirects=False, timeout=180, **more
        )


@dataclass
class Scene:
    """What an attack finds."""

    house: Installation
    made: dict[str, Any]
    urls: dict[str, str] = field(default_factory=dict)

    def browser(self, who: str | None = None) -> Browser:
        """Open a browser, as somebody who is logged in or as nobody."""
        browser = Browser(self.house.address)
        if who is not None:
            browser.http.cookies.set("sessionid", self.made["people"][who]["session"], domain="127.0.0.1")
            browser.http.cookies.set("csrftoken", "a" * 32, domain="127.0.0.1")
        return browser

    def person(self, who: str) -> dict[str, Any]:
        person: dict[str, Any] = self.made["people"][who]
        return person

    @contextlib.contextmanager
    def connected(self, role: str) -> Iterator[psycopg.Connection]:
        if role not in self.urls:
            self.urls[role] = self.house.said("db", "url", "--role", role)
        with psycopg.connect(self.urls[role], autocommit=True) as connection:
            yield connection

    @contextlib.contextmanager
    def superuser(self) -> Iterator[psycopg.Connection]:
        """Connect as the one whom no right stops."""
        code = (
            "from platekeeper.office.config.database import Database as D;"
            "print(D.located().embedded.superuser_address('platekeeper'))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=self.house.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        with psycopg.connect(done.stdout.strip(), autocommit=True) as connection:
            yield connection

    def events(self, event: str, subject: str) -> int:
        with self.connected("auditor") as connection:
            row = connection.execute(
                "SELECT count(*) FROM ledger_entry WHERE event = %s AND subject = %s", [event, subject]
            ).fetchone()
        assert row is not None
        return int(row[0])

    def question(self, **changes: str) -> dict[str, str]:
        """Return a search form that the home agency's policy takes."""
        given = {
            "plate": "8HOM123",
            "purpose": self.purpose,
            "case_number": "26-01234",
            "reason": "Burglary at a pharmacy, silver sedan seen leaving",
        }
        return {**given, **changes}

    @property
    def purpose(self) -> str:
        from platekeeper import policy

        return policy.load_profile(HOME).purposes.authorized[0].code


def log_in(browser: Browser, person: dict[str, Any], *, code: str = "") -> requests.Response:
    """Come in through the door with password and code, as a browser does."""
    browser.get("/log/in/")
    browser.post("/log/in/", {"login": person["username"], "password": PASSWORD, "understood": "on"})
    return browser.post("/account/second-factor/authenticate/", {"code": code or code_of(person["secret"])})


@contextlib.contextmanager
def played() -> Iterator[Scene]:
    """Build the scene, and take it down afterwards."""
    with migrated() as house:
        house.start()
        staged = subprocess.run(
            [sys.executable, "-m", "tests.attacks.stage"],
            env=house.environment(PLATEKEEPER_HOSTS="127.0.0.1,localhost,testserver"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert staged.returncode == 0, staged.stderr
        yield Scene(house, json.loads(staged.stdout))
