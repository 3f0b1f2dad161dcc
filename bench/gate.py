"""What the gate costs: the same search as owner on the table, and through `open_access` and the view as `web`.

Both are prepared statements. The gate is measured a second time without waiting for the disk, so that the wait for a
durable record (ADR 0011), which is the disk's and not the gate's, stands apart; and once more without the policy: the
record and the view alone, as SQL. And how many accesses fifty sessions open in a second, every record and its ledger
entry counted afterwards.
"""

import contextlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg
from bench.city import Precinct, inquiry, installation, machine, percentiles, this_moment
from bench.processor import on_cpu
from bench.search import city_hall
from rich.console import Console
from rich.table import Table

from platekeeper.office.config.database import NAME

if TYPE_CHECKING:
    from platekeeper.office.config.database import Database

SEARCHES = 300
SESSIONS = 50
SECONDS = 6.0
_WARM = 20
_UNWAITED = "CALL record_access_unwaited(%s::jsonb, %s, NULL, NULL)"
_IN_ONE_STEP = "SELECT access_id, pass FROM open_access(%s::jsonb) WHERE %s IS NOT NULL"
_NO_WAIT = "SELECT 1"
_COLUMNS = "read_at, id, camera_id, plate, region, confidence, lat, lon, detail"
_AS_OWNER = (
    f"SELECT {_COLUMNS} FROM read WHERE agency_id = %s AND plate = %s AND read_at >= %s"
    " ORDER BY read_at DESC LIMIT 26"
)
_AS_WEB = f"SELECT {_COLUMNS} FROM visible_read WHERE plate = %s ORDER BY read_at DESC LIMIT 26"

_LINES = (
    ("compared", "owner, on the table", "owner_ms"),
    ("compared", "policy, record, view as web", "gate_ms"),
    ("compared", "the gate costs, search by search", "costs_ms"),
    ("compared", "  without the wait for the disk", "costs_without_disk_ms"),
    ("compared", "  p50 less p50, p95 less p95", "percentiles_apart_ms"),
    ("compared", "processor time, owner", "owner_processor_ms"),
    ("compared", "processor time, gate", "gate_processor_ms"),
    ("compared", "the gate costs, processor time", "costs_processor_ms"),
    ("compared", "the disk alone, one page made durable", "disk_ms"),
    ("compared_sql", "owner, again", "owner_ms"),
    ("compared_sql", "open_access() and view, no policy", "sql_ms"),
    ("compared_sql", "they cost, search by search", "costs_ms"),
    ("compared_sql", "  p50 less p50, p95 less p95", "percentiles_apart_ms"),
)


def as_owner(here: Precinct, plate: str) -> tuple[float, int]:
    """Search on the table itself, through the same driver; return seconds and rows."""
    from platekeeper.office.statements import prepared

    start = time.perf_counter()
    with prepared("owner") as cursor:
        cursor.execute(_AS_OWNER, [here.agency.pk, plate, "1970-01-01"], prepare=True)
        rows = len(cursor.fetchall())
    return time.perf_counter() - start, rows


def through_gate(here: Precinct, plate: str) -> tuple[float, int]:
    """Decide, record, search through the view; return seconds and rows."""
    from platekeeper.office.access.operations import open_access
    from platekeeper.office.statements import Ask

    asked, ask = inquiry(plate), Ask(_AS_WEB, [plate])
    start = time.perf_counter()
    grant = open_access(person=here.person, agency=here.agency, inquiry=asked, now=this_moment(), asks=[ask])
    (rows,) = grant.asked(ask)
    return time.perf_counter() - start, len(rows)


def as_sql(plate: str, record: dict[str, Any]) -> tuple[float, int]:
    """Record what was decided before, search through the view, durable as ever; return seconds and rows."""
    from platekeeper.office.access import operations
    from platekeeper.office.statements import Ask, ask_in_one_go

    written = json.dumps({**record, "query": {"plate": plate}})
    asks = Ask(operations._RECORD, [written, True]), Ask(_AS_WEB, [plate]), Ask(operations._AWAIT)
    start = time.perf_counter()
    _, rows, _ = ask_in_one_go(*asks)
    return time.perf_counter() - start, len(rows)


def decided(here: Precinct) -> dict[str, Any]:
    """Return what the policy has the database record of a search."""
    from platekeeper.office.access import operations

    kept: list[dict[str, Any]] = []
    usual = operations._write
    operations._write = lambda record, *asks: kept.append(record) or usual(record, *asks)
    try:
        through_gate(here, here.city.plates[0])
    finally:
        operations._write = usual
    return kept[0]


def make_unwaited(database: "Database") -> None:
    """Make the procedure of the record once more, as one that waits for no disk; for comparison only."""
    assert database.embedded is not None
    with psycopg.connect(database.embedded.superuser_address(NAME), autocommit=True) as connection:
        (made,) = connection.execute("SELECT pg_get_functiondef('record_access'::regproc)").fetchone() or (
            "",
        )
        unwaited = made.replace(".record_access(", ".record_access_unwaited(").replace(
            "'synchronous_commit', 'on'", "'synchronous_commit', 'off'"
        )
        assert unwaited.count("off") == made.count("off") + 1
        connection.execute(unwaited)
        connection.execute("GRANT EXECUTE ON PROCEDURE record_access_unwaited TO web")


@contextlib.contextmanager
def recorded_by(statement: str) -> Iterator[None]:
    """Have the record written in another way, and nobody wait for it behind the questions."""
    from platekeeper.office.access import operations

    usual = operations._RECORD, operations._AWAIT
    operations._RECORD, operations._AWAIT = statement, _NO_WAIT
    try:
        yield
    finally:
        operations._RECORD, operations._AWAIT = usual


def compare(database: "Database", here: Precinct, searches: int) -> dict[str, Any]:
    """Search the same plates all ways, one after the other, so that a busy machine troubles all alike."""
    make_unwaited(database)
    plates = here.city.plates[:: max(1, len(here.city.plates) // searches)][:searches]
    owner, web, undurable, busy = [], [], [], []
    theirs, mine = _backend("owner"), _backend("default")
    for plate in (*plates[:_WARM], *plates):
        as_owner(here, plate)  # brings the pages in, or whoever asks first would pay for the others
        before = _spent(theirs)
        seconds, rows = as_owner(here, plate)
        between = _spent(theirs), _spent(mine)
        whole, seen = through_gate(here, plate)
        busy.append((between[0] - before, _spent(mine) - between[1]))
        with recorded_by(_UNWAITED):
            memory, _ = through_gate(here, plate)
        assert rows == seen, "both ways show the same reads"
        owner.append(seconds)
        web.append(whole)
        undurable.append(memory)
    owner, web, undurable = (some[_WARM:] for some in (owner, web, undurable))
    return {
        "searches": len(plates),
        "owner_ms": percentiles(owner),
        "gate_ms": percentiles(web),
        "ratio": round(percentiles(web)[0] / percentiles(owner)[0], 2),
        "costs_ms": percentiles([b - a for a, b in zip(owner, web, strict=True)]),
        "costs_without_disk_ms": percentiles([b - a for a, b in zip(owner, undurable, strict=True)]),
        "percentiles_apart_ms": _apart(web, owner),
        "owner_processor_ms": percentiles([one for one, _ in busy[_WARM:]]),
        "gate_processor_ms": percentiles([one for _, one in busy[_WARM:]]),
        "costs_processor_ms": percentiles([b - a for a, b in busy[_WARM:]]),
        "disk_ms": percentiles(_disk(database.folder.path)),
    }


def compare_sql(here: Precinct, searches: int) -> dict[str, Any]:
    """Search the same plates on the table and through `open_access()` and the view, without the policy in Python."""
    plates = here.city.plates[:: max(1, len(here.city.plates) // searches)][:searches]
    record = decided(here)
    owner, web = [], []
    for plate in (*plates[:_WARM], *plates):
        as_owner(here, plate)
        seconds, rows = as_owner(here, plate)
        whole, seen = as_sql(plate, record)
        assert rows == seen, "both ways show the same reads"
        owner.append(seconds)
        web.append(whole)
    owner, web = owner[_WARM:], web[_WARM:]
    return {
        "owner_ms": percentiles(owner),
        "sql_ms": percentiles(web),
        "costs_ms": percentiles([b - a for a, b in zip(owner, web, strict=True)]),
        "percentiles_apart_ms": _apart(web, owner),
    }


def _apart(these: list[float], those: list[float]) -> tuple[float, float]:
    # the difference of the medians, and of the 95th percentiles: of other searches where each way has its own slow ones
    (median, slow), (other_median, other_slow) = percentiles(these), percentiles(those)
    return median - other_median, slow - other_slow


def _backend(alias: str) -> int:
    from django.db import connections

    connections[alias].ensure_connection()
    return int(connections[alias].connection.info.backend_pid)


def _disk(folder: Path) -> list[float]:
    # what one commit waits for, without any database: a page of the log, written and on the disk
    waits = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(SEARCHES):
            file.write(bytes(8192))
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            waits.append(time.perf_counter() - start)
    return waits


def _spent(backend: int) -> float:
    # processor time, in the database and here: what it takes when nobody else waits for the processors
    return on_cpu(backend) + time.thread_time()


def storm(here: Precinct, sessions: int, seconds: float, *, search: bool) -> dict[str, Any]:
    """Open accesses from many sessions at once, each with its own connection as `web`; count what was kept."""
    before = _kept(here)
    opened: list[float] = []
    failed: list[str] = []
    end = time.perf_counter() + seconds

    def one_session(number: int) -> None:
        from django.db import connections

        try:
            while time.perf_counter() < end:
                start = time.perf_counter()
                _open(here, here.city.plates[number], search=search)
                opened.append(time.perf_counter() - start)
        except Exception as error:  # noqa: BLE001  # a bench reports whatever stopped a session
            failed.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one_session, args=(number,)) for number in range(sessions)]
    wall, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    kept = _kept(here)
    assert kept[0] - before[0] == kept[1] - before[1] == len(opened), (
        "every access has its record and its entry"
    )
    return {
        "sessions": sessions,
        "opened": len(opened),
        "records_and_entries_kept": kept[0] - before[0],
        "per_second": round(len(opened) / wall, 1),
        "client_cpu_ms_each": round(cpu / max(1, len(opened)) * 1000, 2),
        "wait_ms": percentiles(opened),
        "failed_sessions": failed[:3],
    }


def _open(here: Precinct, plate: str, *, search: bool) -> None:
    from platekeeper.office.access.operations import open_access

    if search:
        through_gate(here, plate)
    else:
        open_access(person=here.person, agency=here.agency, inquiry=inquiry(plate), now=this_moment())


def _kept(here: Precinct) -> tuple[int, int]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(e.sequence) FROM access_record r LEFT JOIN ledger_entry e"
            " ON e.subject = r.id::text WHERE r.agency_id = %s",
            [here.agency.pk],
        )
        records, entries = cursor.fetchone()
        return int(records), int(entries)


def run(reads: int, folder: Path | None) -> dict[str, Any]:
    """Fill a city, compare, storm."""
    with installation(folder) as database:
        from django.db import connections

        here = city_hall(database, reads, this_moment())
        found = {
            "reads": reads,
            "compared": compare(database, here, SEARCHES),
            "compared_sql": compare_sql(here, SEARCHES),
        }
        pool = connections["default"].settings_dict["OPTIONS"]["pool"]
        pool["max_size"] = SESSIONS + 5  # a connection a session; the pool is made anew below
        connections["default"].close()
        connections["default"].close_pool()
        found["opened_by_many"] = storm(here, SESSIONS, SECONDS, search=False)
        found["searched_by_many"] = storm(here, SESSIONS, SECONDS, search=True)
        with recorded_by(
            _IN_ONE_STEP
        ):  # the way that was rejected: the ledger held while the disk works (ADR 0011)
            found["opened_by_many_one_wait_each"] = storm(here, SESSIONS, SECONDS, search=False)
        found["machine"] = machine()
    return found


@click.command()
@click.option("--reads", default=1_000_000, show_default=True, help="How many reads the agency has.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="An installation to use and keep."
)
@click.option("--json", "as_json", is_flag=True)
def command(*, reads: int, folder: Path | None, as_json: bool) -> None:
    """Measure what the gate costs a search, and how many it lets through."""
    found = run(reads, folder)
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table(title=f"Exact plate among {reads:,} reads", caption=found["machine"], title_justify="left")
    for column in ("", "p50 ms", "p95 ms"):
        table.add_column(column, justify="right" if column else "left")
    for part, label, name in _LINES:
        table.add_row(label, *(f"{value:.2f}" for value in found[part][name]))
    for name in ("opened_by_many", "searched_by_many", "opened_by_many_one_wait_each"):
        one = found[name]
        kept = f"{one['records_and_entries_kept']} of {one['opened']} kept"
        label = f"{name.replace('_', ' ')}: {one['per_second']}/s, {kept}"
        table.add_row(label, *(f"{value:.1f}" for value in one["wait_ms"]))
        for sentence in one["failed_sessions"]:
            table.add_row(f"  failed: {sentence}")
    Console().print(table)
