"""What was acknowledged survives anything (promise 4), and a second start harms nothing."""

import itertools
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.functional.installation import COMMAND, Installation, migrated

BATCH = 20


@pytest.fixture(scope="module")
def house():
    with migrated() as made:
        made.said(
            "agency",
            "add",
            "torrance",
            "--name",
            "Torrance Police",
            "--profile",
            "redondo-beach",
            "--by",
            "t",
        )
        place = ("--lat", "33.83", "--lon", "-118.34", "--name", "Gate", "--attested-by", "t")
        made.said("camera", "add", "torrance", "gate", *place)
        yield made


def a_batch(number: int) -> list[dict[str, str]]:
    start = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=number)
    return [
        {
            "plate": f"{number % 10}KLM{place:03}",
            "captured_at": (start + timedelta(milliseconds=place)).isoformat(),
            "camera": "gate",
            "source_event_id": f"{number}-{place}",
        }
        for place in range(BATCH)
    ]


def send_until_told(
    house: Installation, token: str, done: threading.Event, sent: dict[int, list], kept: set[int]
):
    """Send batch after batch, each again until it is acknowledged, as a camera with a spool does."""
    for number in itertools.count():
        if done.is_set():
            return
        sent[number] = a_batch(number)
        while not done.is_set():
            answer = house.post_reads(token, sent[number])
            if answer is not None and not answer["refused"] and not answer["quarantined"]:
                kept.add(number)
                break
            time.sleep(0.1)


@pytest.mark.slow
class TestKill:
    def test_of_server_and_database_during_intake_loses_and_doubles_nothing(self, house):
        token = house.said("producer", "add", "torrance", "spool")
        house.start()
        done, sent, kept = threading.Event(), {}, set()
        sender = threading.Thread(target=send_until_told, args=(house, token, done, sent, kept))
        sender.start()

        for _ in range(2):
            self.wait_for_more(kept)
            house.kill_database()
            self.wait_for_more(kept)  # the server started it again by itself
        house.stop(signal.SIGKILL)
        house.start()
        self.wait_for_more(kept)
        done.set()
        sender.join()
        house.stop()

        with house.connected("owner") as connection:
            found = connection.execute("SELECT id, plate FROM read").fetchall()
            dictionary = {plate for (plate,) in connection.execute("SELECT plate FROM plate").fetchall()}
        assert len({read_id for read_id, _ in found}) == len(found)
        plates = [plate for _, plate in found]
        for number in kept:
            for read in sent[number]:
                assert plates.count(read["plate"]) >= 1
        assert set(plates) <= dictionary
        # a batch stands whole or not at all, and each once
        assert BATCH * len(kept) <= len(found) <= BATCH * len(sent)
        assert len(found) % BATCH == 0

    def wait_for_more(self, kept: set[int]) -> None:
        before, deadline = len(kept), time.monotonic() + 90
        while len(kept) < before + 3:
            assert time.monotonic() < deadline, "nothing was acknowledged any more"
            time.sleep(0.1)


def past(said: str) -> int:
    """Return how many reads of the three weeks before a start of the demonstration was the first to bring."""
    (line,) = (one for one in said.splitlines() if "three weeks before" in one)
    return int("".join(filter(str.isdecimal, line)))


class TestDemo:
    def test_doubles_nothing_when_run_again_after_an_interruption(self):
        with migrated() as house:
            pictures = house.pictures("01", "18")

            first = house.said("demo", "--no-serve", "--pictures", str(pictures))
            second = house.said("demo", "--no-serve", "--pictures", str(pictures))

            assert "2 / 0" in first
            assert "0 / 2" in second
            assert "officer.rb" in first
            assert "officer.la" not in second  # passwords are shown once
            with house.connected("owner") as connection:
                counts = connection.execute(
                    "SELECT (SELECT count(*) FROM read), (SELECT count(*) FROM alert), (SELECT count(*) FROM person)"
                ).fetchone()
            assert counts == (2 + past(first) + past(second), 2, 45)
            assert past(first) > 5000 > past(second)
            for role in ("owner", "ingest", "web", "custodian", "auditor"):
                with house.connected(role) as connection:
                    assert connection.execute("SELECT session_user").fetchone() == (role,)


class TestCommands:
    def test_that_start_together_do_not_trip_over_each_other(self):
        with migrated() as house:
            # once more by each of them: a view may stand on another

            running = [
                subprocess.Popen(
                    [*COMMAND, "migrate"],
                    env=house.environment(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
                for _ in range(4)
            ]

            for each in running:
                said, _ = each.communicate(timeout=120)
                assert each.returncode == 0, said
            with house.connected("web") as connection:
                assert connection.execute("SELECT count(*) FROM visible_alert_step").fetchone() == (0,)
