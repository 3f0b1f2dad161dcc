"""From a posted read to the alert's card on the officer's page, while 500 other reads a second come in.

The read goes through the intake's view, the notice through the database, the card through the page's view with its
access record: everything but the network and the browser's drawing. The other reads come from a process of their own.
"""

import contextlib
import json
import multiprocessing
import os
import queue
import secrets
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
from bench.city import (
    City,
    Precinct,
    Sighting,
    fill,
    installation,
    machine,
    percentiles,
    precinct,
    this_moment,
)
from bench.ingest import LISTED, put_list_in_force
from bench.senders import stream
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    import psycopg
    from django.test import Client

    from platekeeper.office.config.database import Database

HISTORY, CARS = 100_000, 60_000
_BETWEEN_S = 0.25
_WARM = 5
_PATIENCE_S = 30
_HOST = "localhost"


class Page:
    """An officer's page: it hears of alerts and asks for their cards."""

    def __init__(self, database: "Database", here: Precinct) -> None:
        """Log in and listen."""
        self.shown: queue.Queue[tuple[str, float]] = queue.Queue()
        self._client = logged_in(here)
        self._address = database.address("web")
        self._listening, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self._listening.wait()

    def close(self) -> None:
        """Stop listening, before the server stops."""
        self._closed.set()
        self._thread.join()

    def _listen(self) -> None:
        import psycopg

        from platekeeper.office.alerts.feed import CHANNEL

        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._listening.set()
            while not self._closed.is_set():
                self._show(connection)

    def _show(self, connection: "psycopg.Connection") -> None:
        for notice in connection.notifies(timeout=0.5):
            alert = json.loads(notice.payload)["alert"]
            answer = self._client.get(f"/alerts/{alert}/card/", headers={"host": _HOST})
            assert answer.status_code == 200, answer.status_code
            self.shown.put((alert, time.perf_counter()))


def logged_in(here: Precinct) -> "Client":
    """Return a client whose session passed both factors."""
    from django.test import Client

    client = Client()
    client.force_login(here.person)
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def post(here: Precinct, token: str, number: int) -> tuple[str, float]:
    """Post a read of a listed car; return its alert's id and when it was posted."""
    from django.test import Client

    from platekeeper import wire

    wanted = here.city.plates[:: len(here.city.plates) // 200][number % 200]
    sighting = Sighting(this_moment(), secrets_id(), number % len(here.cameras), wanted, 0.97)
    body = json.dumps({"reads": [here.message(sighting)]}).encode()
    (_, read), *_ = wire.sift_batch(body).reads
    alert = str(wire.identified(read, producer="officer-bench").id)
    start = time.perf_counter()
    headers = {"Authorization": f"Bearer {token}", "host": _HOST}
    answer = Client().post("/api/reads", body, content_type="application/json", headers=headers)
    assert answer.json()["alerts"] == 1, answer.content
    return alert, start


def secrets_id() -> Any:
    """Return a number of an event that nobody sent before."""
    from uuid import UUID

    return UUID(bytes=secrets.token_bytes(16))


def measure(database: "Database", here: Precinct, alerts: int) -> list[float]:
    """Return seconds from post to card, one an alert."""
    from platekeeper.office.devices.operations import add_producer

    _, token = add_producer(agency=here.agency, name="officer-bench", now=this_moment())
    taken = []
    with contextlib.closing(Page(database, here)) as page:
        for number in range(alerts + _WARM):
            alert, start = post(here, token, number)
            shown = ""
            while shown != alert:  # the others' alerts are shown, too
                shown, at = page.shown.get(timeout=_PATIENCE_S)
            taken.append(at - start)
            time.sleep(_BETWEEN_S)
    return taken[_WARM:]


def run(alerts: int, background: int) -> dict[str, Any]:
    """Measure in a city of its own."""
    with installation(None) as database:
        now = this_moment()
        city = City(cars=CARS)
        here = precinct(city, now, slug="latency", role="patrol-officer")
        fill(database, here, city.sightings(HISTORY, now - timedelta(days=60), now - timedelta(hours=2)))
        put_list_in_force(here)
        spawn = multiprocessing.get_context("spawn")
        stop, posted = spawn.Event(), spawn.Value("q", 0)
        others = spawn.Process(
            target=stream,
            args=(os.environ["PLATEKEEPER_DATA"], here.agency.slug, here.cameras, background, stop, posted),
        )
        others.start()
        while not posted.value:
            time.sleep(0.1)
        before, start = posted.value, time.perf_counter()
        taken = measure(database, here, alerts)
        rate = (posted.value - before) / (time.perf_counter() - start)
        stop.set()
        others.join()
    ordered = sorted(taken)
    p50, p95 = percentiles(taken)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000
    return {"alerts": len(taken), "others_a_second": round(rate), "p50_ms": round(p50), "p95_ms": round(p95),
            "p99_ms": round(p99), "listed": LISTED, "machine": machine()}  # fmt: skip


@click.command()
@click.option("--alerts", default=120, show_default=True, help="How many alerts are raised.")
@click.option("--background", default=500, show_default=True, help="Other reads a second.")
@click.option("--json", "as_json", is_flag=True)
def command(*, alerts: int, background: int, as_json: bool) -> None:
    """Measure how long a posted read takes to be an alert on the officer's page."""
    found = run(alerts, background)
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table(title="From a posted read to the alert's card", caption=found.pop("machine"))
    for column in found:
        table.add_column(column.replace("_", " "), justify="right")
    table.add_row(*(f"{value:,}" for value in found.values()))
    Console().print(table)
