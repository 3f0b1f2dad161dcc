"""A day of the invented city, played at speed through the real HTTP intake: nothing lost, one alert a passage.

Sixty cameras send what they see at once, eight cars in batches; a passage is one to three readings. Lists of 200,000
are in force, and 200 of their entries drive in the city. A server of its own takes it all, as an agency's would.
"""

import http.client
import json
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
import numpy as np
import psycopg
from bench.city import City, Precinct, installation, machine, percentiles, precinct, this_moment
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from platekeeper.office.config.database import Database

CAMERAS, CARS_WITH_READERS = 60, 8
VEHICLES, LISTED, WANTED = 30_000, 200_000, 200
DAY_SECONDS = 86_400
_CAR_BATCH = 20
_HEEDS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
_COMMAND = f"{_HEEDS}; from platekeeper.cli import main; main()"


@dataclass(frozen=True)
class Passage:
    """A vehicle before a camera: when in the day, its readings, whether it is wanted."""

    at: float
    sender: int
    id: UUID
    plate: str
    readings: int
    is_wanted: bool


@dataclass
class Played:
    """What was sent and answered."""

    reads: int = 0
    stored: int = 0
    alerts: int = 0
    seconds: float = 0.0
    answers: tuple[float, ...] = ()


def drawn(city: City, wanted: frozenset[str], passages: int) -> list[Passage]:
    """Draw the day; a wanted vehicle is read rightly, so that what must alert is known."""
    draw = np.random.default_rng(60)
    start = this_moment().replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        Passage(
            at=(one.read_at - start).total_seconds(), sender=one.camera, id=one.id,
            plate=one.plate, readings=int(draw.integers(1, 4)), is_wanted=one.plate in wanted,
        )
        for one in city.sightings(passages, start, start + timedelta(days=1))
    ]  # fmt: skip


def put_lists_in_force(here: Precinct) -> frozenset[str]:
    """Put 200,000 entries in force, in two lists; return the plates of those that drive in the city."""
    from platekeeper import policy  # Django must be set up first
    from platekeeper.office.hotlists.models import HotList
    from platekeeper.office.hotlists.operations import ListedVehicle, put_in_force

    wanted = here.city.plates[:: len(here.city.plates) // WANTED][:WANTED]
    strangers = City(cars=LISTED - WANTED, cameras=1, seed=7).plates
    now = this_moment()
    for name, plates in (("Stolen vehicles", strangers[::2] + wanted), ("Stolen plates", strangers[1::2])):
        hot_list = HotList.objects.using("owner").create(
            agency=here.agency, name=name, source="bench", activated_by="bench",
            purpose=policy.load_profile(here.agency.profile).alerts.purpose.value,
        )  # fmt: skip
        put_in_force(
            hot_list=hot_list, entries=[ListedVehicle(plate, "STOLEN_VEHICLE") for plate in plates],
            sha256=secrets.token_bytes(32), listed_at=now, actor="bench", now=now,
        )  # fmt: skip
    return frozenset(wanted)


def messages(passage: Passage) -> list[dict[str, Any]]:
    """Return the readings of a passage as a camera sends them, seen just now."""
    seen = this_moment().isoformat()
    return [
        {
            "plate": {"raw": passage.plate, "region": "US-CA", "country": "US"}, "captured_at": seen,
            "camera": f"camera-{passage.sender}", "passage_id": str(passage.id), "revision": number,
            "source_event_id": f"{passage.id}:{number}",
        }
        for number in range(1, passage.readings + 1)
    ]  # fmt: skip


class Sender(threading.Thread):
    """One camera or car: sends its day over a connection of its own, as fast as the day is played."""

    def __init__(
        self, port: int, token: str, passages: Sequence[Passage], began: float, speed: float
    ) -> None:
        super().__init__()
        self._port, self._began, self._speed = port, began, speed
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        size = _CAR_BATCH if passages and passages[0].sender >= CAMERAS else 1
        self._batches = [passages[at : at + size] for at in range(0, len(passages), size)]
        self.played, self._answers = Played(), list[float]()

    def run(self) -> None:
        """Send; a refused or broken batch is sent again, as a camera does."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        for batch in self._batches:
            time.sleep(max(0.0, self._began + batch[-1].at / self._speed - time.monotonic()))
            reads = [read for passage in batch for read in messages(passage)]
            answer = self._sent(line, json.dumps({"reads": reads}).encode())
            self.played.reads += len(reads)
            self.played.stored += answer["stored"]
            self.played.alerts += answer["alerts"]
        self.played.answers = tuple(self._answers)

    def _sent(self, line: http.client.HTTPConnection, body: bytes) -> dict[str, int]:
        while True:
            began = time.monotonic()
            try:
                line.request("POST", "/api/reads", body, self._headers)
                answer = line.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                line.close()
                time.sleep(1)
                continue
            if answer.status == http.client.OK:
                self._answers.append(time.monotonic() - began)
                taken: dict[str, int] = json.loads(content)
                return taken
            time.sleep(1)


def play(port: int, token: str, day: Sequence[Passage], minutes: float) -> Played:
    """Play the day in so many minutes."""
    whose: dict[int, list[Passage]] = defaultdict(list)
    for passage in day:
        whose[passage.sender].append(passage)
    began = time.monotonic()
    speed = DAY_SECONDS / (minutes * 60)
    senders = [Sender(port, token, mine, began, speed) for mine in whose.values()]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    played = [sender.played for sender in senders]
    return Played(
        reads=sum(one.reads for one in played), stored=sum(one.stored for one in played),
        alerts=sum(one.alerts for one in played), seconds=time.monotonic() - began,
        answers=tuple(answer for one in played for answer in one.answers),
    )  # fmt: skip


def served(database: "Database", folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server over the installation and wait for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, "serve", "--port", str(port)], stdout=log, stderr=log
        )
    assert database.folder.path.exists()
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", "/health/")
            if line.getresponse().status == http.client.OK:
                return server, port
        except OSError:
            time.sleep(0.3)
    server.kill()
    raise click.ClickException("The server did not come up: look at its log.")


def told(database: "Database", day: Sequence[Passage], played: Played) -> Table:
    """Return what came of it, counted in the database and not in the answers."""
    with psycopg.connect(database.address("owner")) as connection:
        kept = connection.execute("SELECT count(*) FROM read WHERE producer = 'day'").fetchone()
        raised = Counter(str(row[0]) for row in connection.execute("SELECT id FROM alert").fetchall())
    wanted = [passage for passage in day if passage.is_wanted]
    once = sum(raised[str(passage.id)] == 1 for passage in wanted)
    table = Table(title=f"A day of {CAMERAS} cameras and {CARS_WITH_READERS} cars", title_justify="left")
    for heading in ("What", "Figure"):
        table.add_column(heading)
    half, most = percentiles(played.answers)
    for label, value in (
        ("Passages / readings sent", f"{len(day):,} / {played.reads:,}"),
        ("Readings on disk afterwards", f"{kept[0] if kept else 0:,}"),
        ("Lost", f"{played.reads - (kept[0] if kept else 0):,}"),
        ("Passages of wanted vehicles", f"{len(wanted):,}"),
        ("  alerted exactly once", f"{once:,}"),
        ("Further alerts: other vehicles, misread as something listed", f"{len(raised) - once:,}"),
        ("Played in", f"{played.seconds:.0f} s, {played.reads / played.seconds:,.0f} readings a second"),
        ("A post answered, half / 95 % within", f"{half:.0f} / {most:.0f} ms"),
    ):
        table.add_row(label, value)
    return table


@click.command()
@click.option("--passages", type=click.IntRange(100), default=20_000, show_default=True)
@click.option("--minutes", type=float, default=2.0, show_default=True, help="how long the day is played")
def command(passages: int, minutes: float) -> None:
    """Play a day of the city through the HTTP intake."""
    console = Console(highlight=False)
    city = City(cars=VEHICLES, cameras=CAMERAS + CARS_WITH_READERS)
    with TemporaryDirectory() as logs, installation() as database:
        from platekeeper.office.devices.operations import add_producer

        here = precinct(city, this_moment(), slug="day")
        wanted = put_lists_in_force(here)
        token = add_producer(agency=here.agency, name="day", now=this_moment())[1]
        server, port = served(database, Path(logs))
        try:
            day = drawn(city, wanted, passages)
            played = play(port, token, day, minutes)
        finally:
            server.terminate()
            server.wait(60)
        console.print(told(database, day, played))
    console.print(machine())
