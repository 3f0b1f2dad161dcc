"""A purge of a month: how long it takes with its keys, and whom it keeps waiting while reads arrive and searches run.

Two million reads of one month, a picture's row for one in a hundred, 4,000 reads under a hold. In the second round the
same again, while another process takes reads of today and a third asks for plates; whoever waits longest is reported.
"""

import contextlib
import importlib
import json
import multiprocessing
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from bench.city import City, Precinct, installation, machine, precinct, this_moment
from rich.console import Console

READS = 2_000_000
HELD = 4_000
CARS = 120_000
ARRIVALS_A_SECOND = 1_000
PICTURE_EVERY = 100

_DETAIL = {"plate": {"raw": "8ABC123", "norm": "8ABC123", "region": "US-CA", "conf": 0.93,
                     "candidates": [{"text": "8ABC123", "conf": 0.93}]},
           "vehicle": {"color": [{"value": "silver", "conf": 0.8}]}, "schema": 1}  # fmt: skip
# made by the database itself, as the intake would have stored them: the same seed would not make them smaller
_READS = """
INSERT INTO read (agency_id, read_at, id, received_at, camera_id, plate, plate_raw, region, confidence, lat, lon, cell,
                  passage_id, producer, detail)
SELECT %(agency)s, at, id, at, (%(cameras)s::bigint[])[1 + n %% cardinality(%(cameras)s::bigint[])], plate, plate,
       'US-CA', 0.93, 33.8, -118.3, 1461060000 + n %% 200, id, 'bench', %(detail)s::jsonb
  FROM (SELECT n, %(start)s::timestamptz + n * interval '28 days' / %(reads)s AS at, gen_random_uuid() AS id,
               upper('B' || lpad(to_hex((random() * %(cars)s)::bigint * 7919 %% 16777216), 6, '0')) AS plate
          FROM generate_series(0, %(reads)s - 1) AS n) AS made
"""
_PLATES = """
INSERT INTO plate SELECT agency_id, plate, plate, date_trunc('month', min(read_at))::date,
       date_trunc('month', max(read_at))::date
  FROM read WHERE agency_id = %s GROUP BY agency_id, plate ON CONFLICT DO NOTHING
"""


_WAITING = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)), 0)
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.usename <> 'custodian'
"""


@click.command("purge")
@click.option("--reads", default=READS, show_default=True, help="reads in the month")
@click.option("--quiet-only", is_flag=True, help="leave the round with traffic out")
@click.option("--folder", type=click.Path(path_type=Path), help="keep the installation here")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
def command(reads: int, quiet_only: bool, folder: Path | None, as_json: bool) -> None:
    """Measure a purge of two million reads with 4,000 held, alone and under traffic."""
    now = this_moment()
    found: dict[str, Any] = {"reads": reads, "held": HELD, "machine": machine()}
    with installation(folder) as database:
        for name, busy in (("quiet", False), ("busy", True)):
            if busy and quiet_only:
                continue
            here = precinct(City(cars=CARS), now, slug=f"bench-{name}")
            _filled(database, here, reads, now)
            found[name] = _round(database, here, busy=busy)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    console = Console(highlight=False)
    console.print(found["machine"])
    for name in ("quiet", "busy"):
        if name in found:
            console.print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in found[name].items()))


def _filled(database: Any, here: Precinct, reads: int, now: datetime) -> None:
    """Load a month of more than five years ago, its pictures' rows, the hold; approve the schedule."""
    import psycopg

    past = now - timedelta(days=5 * 365 + 70)
    start = datetime(past.year, past.month, 1, tzinfo=UTC)
    with psycopg.connect(database.address("owner")) as connection:
        connection.execute("SELECT ensure_month(%s)", [start.date()])
        connection.execute(_READS, {"agency": here.agency.pk, "start": start, "cars": CARS, "reads": reads,
                                    "cameras": list(here.cameras), "detail": json.dumps(_DETAIL)})  # fmt: skip
        connection.execute(_PLATES, [here.agency.pk])
        connection.commit()
        connection.execute(
            "INSERT INTO image_key (agency_id, name, ends_at, wrapped)"
            " SELECT %s, to_char(day, 'YYYY-MM-DD'), (day + interval '1 day') AT TIME ZONE 'UTC', %s"
            " FROM generate_series(%s::date, %s::date + 27, interval '1 day') AS day",
            [here.agency.pk, secrets.token_bytes(60), start, start],
        )
        connection.execute(
            "INSERT INTO image SELECT agency_id, read_at, id, 'plate', sha256(uuid_send(id)), 'image/jpeg', 20000,"
            " to_char(read_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM ("
            " SELECT r.*, row_number() OVER () AS n FROM read r WHERE r.agency_id = %s) r WHERE n %% %s = 1",
            [here.agency.pk, PICTURE_EVERY],
        )
        held = connection.execute(
            "SELECT read_at, id FROM read r WHERE agency_id = %s AND NOT EXISTS (SELECT 1 FROM image i"
            " WHERE i.agency_id = r.agency_id AND i.read_at = r.read_at AND i.read_id = r.id)"
            " ORDER BY md5(id::text) LIMIT %s",
            [here.agency.pk, HELD],
        ).fetchall()
    _approve(here)
    from platekeeper.office.retention.holds import HoldRequest, request_hold
    from platekeeper.office.retention.models import HoldScope

    request = HoldRequest(
        kind="evidence in a criminal or civil action", case_number="26-1234", reason="Bench of the purge",
        contact="bench", scope=HoldScope.READS, reads=tuple(held),
    )  # fmt: skip
    request_hold(person=here.person, request=request, now=this_moment())


def _approve(here: Precinct) -> None:
    from platekeeper.office.accounts.operations import add_person
    from platekeeper.office.accounts.queries import profile_of
    from platekeeper.office.retention.models import Schedule
    from platekeeper.office.retention.schedules import approve_schedule, propose_schedule, terms_of
    from platekeeper.policy import Role

    profile = profile_of(here.agency)
    schedule = Schedule.objects.get(pk=propose_schedule(here.agency, terms_of(profile), by="bench"))
    for role in (Role.ADMINISTRATOR, Role.CUSTODIAN):
        person = add_person(
            username=f"{here.agency.slug}.{role}", full_name=f"Robin {role.title()}", agency=here.agency,
            title=profile.roles[role].title, roles=[role.value], now=this_moment(),
        )  # fmt: skip
        approve_schedule(schedule, person, role, profile=profile)


def _round(database: Any, here: Precinct, *, busy: bool) -> dict[str, Any]:
    from platekeeper.office.retention.operations import purge

    with _traffic(database, here) if busy else contextlib.nullcontext({}) as waits, _steps() as spent:
        before = _longest_before(waits) if busy else {}
        with _lock_waits(database) as locked:
            start = time.perf_counter()
            (certificate,) = purge([here.agency], by="bench")
            seconds = time.perf_counter() - start
    told = {one["kind"]: one["count"] for one in json.loads(certificate.body)["destroyed"]}
    kept = next(one["held"] for one in json.loads(certificate.body)["destroyed"] if one["kind"] == "read")
    result: dict[str, Any] = {"seconds": round(seconds, 2), "destroyed": told.get("read", 0), "kept": kept,
                              "plates": told.get("plate", 0), "keys": told.get("image-key", 0)}  # fmt: skip
    result["steps"] = ", ".join(f"{name} {took:.1f}" for name, took in spent.most_common(5))
    result["longest wait for a lock ms"] = round(locked[0] * 1000)
    for name, longest in waits.items():
        result[f"longest {name} ms"] = round(longest.value * 1000)
        result[f"longest {name} without a purge ms"] = before[name]
    return result


def _longest_before(waits: dict[str, Any]) -> dict[str, int]:
    """Let the traffic run without a purge, to know what this machine does to it by itself; set the clocks back."""
    time.sleep(2)
    for longest in waits.values():
        longest.value = 0.0  # the first of all plans its queries
    time.sleep(8)
    found = {name: round(longest.value * 1000) for name, longest in waits.items()}
    for longest in waits.values():
        longest.value = 0.0
    return found


@contextlib.contextmanager
def _lock_waits(database: Any) -> Iterator[list[float]]:
    """Ask the database every few milliseconds who waits for a lock, other than the purge, and for how long."""
    import psycopg

    longest, ended = [0.0], threading.Event()

    def watch() -> None:
        with psycopg.connect(database.address("owner"), autocommit=True) as connection:
            while not ended.is_set():
                found = connection.execute(_WAITING).fetchone()
                longest[0] = max(longest[0], float(found[0] if found else 0))
                time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield longest
    finally:
        ended.set()
        watcher.join()


@contextlib.contextmanager
def _steps() -> Iterator[Counter[str]]:
    """Tell how long the database's functions took, by name: where the time of a purge goes."""
    from platekeeper.office.retention import purging

    spent: Counter[str] = Counter()
    ask = purging.asked

    def timed(statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        start = time.perf_counter()
        try:
            return ask(statement, *arguments)
        finally:
            spent[statement.partition("(")[0].split()[-1]] += time.perf_counter() - start

    purging.asked = timed
    try:
        yield spent
    finally:
        purging.asked = ask


@contextlib.contextmanager
def _traffic(database: Any, here: Precinct) -> Iterator[dict[str, Any]]:
    """Have reads arrive and searches run in processes of their own; tell the longest that each had to wait."""
    context = multiprocessing.get_context("spawn")
    workers = importlib.import_module("bench.purge")  # a name under which the new processes find it, too
    waits = {"batch": context.Value("d", 0.0), "search": context.Value("d", 0.0)}
    taken = context.Value("i", 0)
    stop = context.Event()
    ready = context.Barrier(3)
    address = database.address("owner")
    folder = os.environ["PLATEKEEPER_DATA"]
    processes = [
        context.Process(
            target=workers._arrive, args=(folder, here.agency.slug, waits["batch"], taken, stop, ready)
        ),
        context.Process(target=workers._search, args=(address, here.agency.pk, waits["search"], stop, ready)),
    ]
    for process in processes:
        process.start()
    with contextlib.suppress(threading.BrokenBarrierError):
        ready.wait(120)
    try:
        yield waits
    finally:
        stop.set()
        for process in processes:
            process.join(30)


def _arrive(folder: str, slug: str, longest: Any, taken: Any, stop: Any, ready: Any) -> None:
    os.environ["PLATEKEEPER_DATA"] = folder
    from platekeeper.office.config.migrate import set_up_django

    set_up_django()
    from platekeeper.office.accounts.models import Agency
    from platekeeper.office.alerts.operations import take_reads
    from platekeeper.office.devices.models import Camera

    agency = Agency.objects.get(slug=slug)
    city = City(cars=CARS, seed=7)
    cameras = tuple(Camera.objects.filter(agency=agency).order_by("pk").values_list("pk", flat=True))
    here = Precinct(agency, None, cameras, city)  # type: ignore[arg-type]  # nobody searches here
    ready.wait(120)
    while not stop.is_set():
        now = this_moment()
        batch = [here.arrival(one) for one in city.sightings(100, now - timedelta(seconds=60), now)]
        start = time.perf_counter()
        take_reads(agency, batch, now)
        spent = time.perf_counter() - start
        longest.value = max(longest.value, spent)
        taken.value += len(batch)
        time.sleep(max(0.0, 100 / ARRIVALS_A_SECOND - spent))


def _search(address: str, agency_id: int, longest: Any, stop: Any, ready: Any) -> None:
    """Ask for one plate over all months, as a search does behind the gate: every partition is locked for it."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        ready.wait(120)
        while not stop.is_set():
            start = time.perf_counter()
            connection.execute(
                "SELECT count(*) FROM read WHERE agency_id = %s AND plate = '8ABC123'", [agency_id]
            )
            longest.value = max(longest.value, time.perf_counter() - start)
            time.sleep(0.005)
