"""What the tests of pages share: one demonstration a worker, and a browser a file."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.functional.installation import migrated
from tests.functional.visits import CHROMIUM, FLAGS, House, Visit, visited


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install it to drive the pages")
    with migrated() as made:
        made.said("db", "start")  # for all commands of this house
        made.said("demo", "--no-serve", "--pictures", str(made.pictures("01", "02", "05")))
        made.start()
        yield House(made)


@pytest.fixture(scope="module")  # its event loop must not be there when other tests ask the database
def browser(house: House) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(house: House, browser: Browser) -> Iterator[Callable[..., Visit]]:
    opened: list[Visit] = []

    def at(username: str = "", **screen: Any) -> Visit:
        opened.append(visited(house, browser, username, **screen))
        return opened[-1]

    yield at
    for one in opened:  # shown where the test failed
        sys.stdout.write("\n".join(one.told()))
        one.leave()
    sys.stdout.write(house.installation.log.read_text()[-2000:])
