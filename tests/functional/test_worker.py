"""The worker does what is due, stands beside the pages, and never outlives them."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .installation import PATIENCE_SECONDS, Installation, migrated


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    with migrated() as made:
        given = ("--name", "El Cajon Police", "--profile", "el-cajon", "--by", "t")
        made.said("agency", "add", "el-cajon", *given)
        yield made


def workers_of(house: Installation) -> list[int]:
    """Return the processes of this installation that call themselves worker."""
    wanted = f"PLATEKEEPER_DATA={house.data}".encode()
    found = []
    for process in Path("/proc").iterdir():
        try:
            said = (process / "cmdline").read_bytes().split(b"\0")
            if b"worker" in said and wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except (OSError, ValueError):
            continue
    return found


def until(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


class TestOnce:
    def test_does_what_is_due_and_nothing_when_asked_again_at_once(self, house):
        first = house.run("worker", "--once")
        done = dict(line.split(": ", 1) for line in first.stdout.splitlines())

        assert first.returncode == 0, first.stdout + first.stderr
        assert set(done.values()) == {"done"}
        assert {"notices.deliver", "hotlists.fetch"} <= set(done)
        assert "hotlists.fetch" not in house.said("worker", "--once")


class TestBesideThePages:
    def test_comes_with_them_comes_back_when_it_dies_and_goes_with_them(self, house):
        house.start()
        until(lambda: len(workers_of(house)) == 1, "a worker comes with the pages")
        (first,) = workers_of(house)

        os.kill(first, signal.SIGKILL)
        until(lambda: workers_of(house) not in ([], [first]), "another takes its place")
        house.stop(signal.SIGKILL)

        until(lambda: workers_of(house) == [], "it goes when the server is killed")
