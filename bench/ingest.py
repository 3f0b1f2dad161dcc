"""Durable ingest with matching: reads a second from the posted JSON to the commit, and where the time goes.

The city has a history already, so that cars come back; a hot list of 100,000 is in force and 2 in 1,000 of its
entries drive in the city. Every batch is one durable transaction: what `alerts.views.take` does between a request's
body and its answer. One sender is measured, then several at once, each in a process of its own, as the server has.
"""

import contextlib
import itertools
import json
import os
import secrets
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from bench.city import City, Precinct, Sighting, fill, installation, machine, precinct, this_moment
from bench.senders import take, take_together
from rich.console import Console
from rich.table import Table

HISTORY = 300_000
CARS = 60_000
LISTED = 100_000
WANTED = 200
BATCHES = (100, 1000)
ROUNDS = 5
_STAGES = {
    "SELECT read_at, id FROM known_reads": "tell new from known",
    "SELECT note_plates": "note plates",
    "SELECT n.fold": "look up the lists",
    "WITH arriving": "make hits and alerts",
    "SELECT record_event": "ledger of alerts",
    "SELECT pg_notify": "notify",
    'SELECT "camera"': "find the cameras",
}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Round:
    """One round: how many reads, how long, how much CPU of this process and of its PostgreSQL backend."""

    reads: int
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float
    alerts: int


class Stopwatch:
    """Adds up where a batch's time goes, by statement and at the commit; what is left is Python and the copying."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def __call__(self, execute: Any, statement: Any, parameters: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(statement, parameters, many, context)
        finally:
            self.seconds[_stage(str(statement))] += time.perf_counter() - start


def _stage(statement: str) -> str:
    text = " ".join(statement.split())
    return next((stage for begin, stage in _STAGES.items() if text.startswith(begin)), text[:40])


@contextlib.contextmanager
def watched(stopwatch: Stopwatch) -> Iterator[None]:
    """Let the stopwatch see every statement and commit of the ingest connection."""
    from django.db import connections

    connection = connections["ingest"]
    commit = connection._commit

    def timed() -> None:
        start = time.perf_counter()
        commit()
        stopwatch.seconds["commit"] += time.perf_counter() - start

    connection._commit = timed
    try:
        with connection.execute_wrapper(stopwatch):
            yield
    finally:
        connection._commit = commit


def put_list_in_force(here: Precinct) -> None:
    """Put a hot list in force: mostly strangers, some of the city's own cars."""
    from platekeeper import policy
    from platekeeper.office.hotlists.models import HotList
    from platekeeper.office.hotlists.operations import ListedVehicle, put_in_force

    elsewhere = City(cars=LISTED - WANTED, cameras=1, seed=7).plates
    wanted = here.city.plates[:: len(here.city.plates) // WANTED][:WANTED]
    hot_list = HotList.objects.using("owner").create(
        agency=here.agency, name="Stolen vehicles", source="bench", activated_by="bench",
        purpose=policy.load_profile(here.agency.profile).alerts.purpose.value,
    )  # fmt: skip
    now = this_moment()
    put_in_force(
        hot_list=hot_list, entries=[ListedVehicle(plate, "STOLEN_VEHICLE") for plate in (*elsewhere, *wanted)],
        sha256=secrets.token_bytes(32), listed_at=now, actor="bench", now=now,
    )  # fmt: skip


def bodies(here: Precinct, sightings: Iterable[Sighting], batch: int) -> list[bytes]:
    """Return the bodies of requests, as a producer posts them."""
    rest = iter(sightings)
    made = []
    while some := list(itertools.islice(rest, batch)):
        made.append(json.dumps({"reads": [here.message(one) for one in some]}).encode())
    return made


def measure(here: Precinct, posted: Sequence[bytes], reads: int) -> Round:
    """Take in the bodies of one round."""
    wall, cpu, server = time.perf_counter(), time.process_time(), _server_cpu()
    stored, alerts = take(here.agency, posted)
    assert stored == reads, "every read of the bench is new"
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    return Round(reads, seconds, cpu_seconds, _server_cpu() - server, alerts)


def _server_cpu() -> float:
    from django.db import connections

    with connections["ingest"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def run(reads: int, folder: Path | None, senders: int) -> dict[str, Any]:
    """Measure all batch sizes, in rounds that alternate, so that a busy machine troubles them alike."""
    results: dict[int, list[Round]] = {batch: [] for batch in BATCHES}
    watches = {batch: Stopwatch() for batch in BATCHES}
    with installation(folder) as database:
        now = this_moment()
        city = City(cars=CARS)
        here = precinct(city, now, slug=f"ingest-{secrets.token_hex(3)}")
        fill(database, here, city.sightings(HISTORY, now - timedelta(days=60), now - timedelta(hours=2)))
        put_list_in_force(here)
        a_round = reads // (ROUNDS * len(BATCHES))
        for _ in range(ROUNDS):
            for batch in BATCHES:
                posted = bodies(here, _lately(city, a_round), batch)
                with watched(watches[batch]):
                    results[batch].append(measure(here, posted, a_round))
        together = {}
        for batch in BATCHES:
            posted = bodies(here, _lately(city, 4 * a_round + senders * batch), batch)
            together[batch] = take_together(here, [posted[at::senders] for at in range(senders)])
    return {
        "machine": machine(),
        "senders": senders,
        "results": [
            _figures(batch, results[batch], watches[batch])
            | {"reads_per_second_of_all_senders": round(together[batch])}
            for batch in BATCHES
        ],
    }


def _lately(city: City, count: int) -> Iterator[Sighting]:
    moment = this_moment()
    return city.sightings(count, moment - timedelta(minutes=5), moment)


def _figures(batch: int, rounds: Sequence[Round], watch: Stopwatch) -> dict[str, Any]:
    rates = [one.reads / one.seconds for one in rounds]
    wall = sum(one.seconds for one in rounds)
    falling = sorted(watch.seconds.items(), key=lambda item: -item[1])
    shares = {stage: seconds / wall for stage, seconds in falling}
    microsecond_a_read = 1e6 / sum(one.reads for one in rounds)
    return {
        "batch": batch,
        "reads_per_second": round(statistics.median(rates)),
        "best_round": round(max(rates)),
        "slowest_round": round(min(rates)),
        "client_cpu_us_per_read": round(sum(one.cpu_seconds for one in rounds) * microsecond_a_read, 1),
        "server_cpu_us_per_read": round(sum(one.server_cpu_seconds for one in rounds) * microsecond_a_read, 1),
        "alerts": sum(one.alerts for one in rounds),
        "shares": {**{stage: round(share, 3) for stage, share in shares.items()},
                   "messages, rows and COPY": round(1 - sum(shares.values()), 3)},
    }  # fmt: skip


@click.command()
@click.option("--reads", default=100_000, show_default=True, help="How many reads in all.")
@click.option("--senders", default=2, show_default=True, help="How many processes post at once, in the end.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="An installation to use and keep."
)
@click.option("--json", "as_json", is_flag=True)
def command(*, reads: int, senders: int, folder: Path | None, as_json: bool) -> None:
    """Measure durable ingest with matching, against a hot list of 100,000."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    found = run(reads, folder, senders)
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table(title="Durable ingest with matching", caption=found["machine"], title_justify="left")
    table.add_column("")
    for result in found["results"]:
        table.add_column(f"batches of {result['batch']}", justify="right")
    for name in (
        "reads_per_second",
        "slowest_round",
        "best_round",
        "reads_per_second_of_all_senders",
        "client_cpu_us_per_read",
        "server_cpu_us_per_read",
        "alerts",
    ):
        label = name.replace("_", " ").replace("all", str(found["senders"]))
        table.add_row(label, *(f"{result[name]:,}" for result in found["results"]))
    for stage in dict.fromkeys(stage for result in found["results"] for stage in result["shares"]):
        table.add_row(f"  {stage}", *(f"{result['shares'].get(stage, 0):.0%}" for result in found["results"]))
    Console().print(table)
