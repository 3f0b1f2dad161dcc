"""Matching reads with the lists in force: exact, look-alike and in part, as the ingest transaction does it.

The entries are the database's. What a process keeps of them is a sieve, which tells the plates that surely stand on no
list; how long it takes to read in, and the memory of the process then, is told of a process that does nothing else.
"""

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from bench.city import SPAN, City, Precinct, installation, machine, plate_of, precinct, this_moment
from bench.hotlist import a_list
from bench.processor import processor_s
from bench.sieves import read_in, read_in_apart
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from platekeeper.office.config.database import Database

READS = 20_000
_SAID = "US-CA\tSTOLEN_VEHICLE\t2009 gray Dodge\t\t\t"
WANTED = 40  # of them stand on the list
_COPY = (
    "COPY hot_list_entry (agency_id, version_id, number, plate, match_key, fold, region, category, vehicle,"
    " case_agent, case_number, synopsis) FROM STDIN"
)


def rows(agency_id: int, version_id: int, plates: Sequence[str]) -> Iterator[str]:
    """Return the entries' rows as COPY takes them."""
    from platekeeper.plates import fold, match_key

    key = f"{agency_id}\t{version_id}\t"
    for number, plate in enumerate(plates, 1):
        yield f"{key}{number}\t{plate}\t{match_key(plate)}\t{fold(plate)}\t{_SAID}\n"


def put_entries(database: "Database", here: Precinct, plates: Sequence[str]) -> tuple[float, int]:
    """Put a list of these plates in force as the owner; return the seconds that it took and the bytes that it has."""
    import psycopg

    from platekeeper.office.hotlists.models import HotList, HotListVersion

    hot_list = a_list(here.agency, "Stolen vehicles")
    now = this_moment()
    version = HotListVersion.objects.using("owner").create(
        agency=here.agency, hot_list=hot_list, sha256=secrets.token_bytes(32), listed_at=now, loaded_at=now,
        accepted=len(plates),
    )  # fmt: skip
    start = time.perf_counter()
    with psycopg.connect(database.address("owner"), autocommit=True) as connection:
        with connection.cursor().copy(_COPY) as copy:
            entries = rows(here.agency.pk, version.pk, plates)
            while block := "".join(islice(entries, 5000)):
                copy.write(block)
        connection.execute("VACUUM ANALYZE hot_list_entry")
        size = connection.execute("SELECT pg_total_relation_size('hot_list_entry')").fetchone()
    HotList.objects.using("owner").filter(pk=hot_list.pk).update(current=version)
    assert size
    return time.perf_counter() - start, int(size[0])


def match(here: Precinct, batch: int) -> dict[str, Any]:
    """Match the city's reads in batches of one size."""
    from django.db import transaction

    from platekeeper.office.alerts.operations import _matches

    now = this_moment()
    arrivals = [here.arrival(s) for s in here.city.sightings(READS, now - timedelta(minutes=5), now)]
    found: list[int] = []

    def all_of_them() -> None:
        with transaction.atomic(using="ingest"):
            found.extend(
                len(_matches(here.agency, arrivals[at : at + batch])) for at in range(0, READS, batch)
            )

    all_of_them()
    found.clear()
    start = time.perf_counter()
    spent = processor_s("ingest", all_of_them)
    seconds = time.perf_counter() - start
    return {"batch": batch, "reads_per_second": round(READS / seconds),
            "reads_per_second_of_one_core": round(READS / spent), "hits": sum(found)}  # fmt: skip


def drawn(count: int) -> list[str]:
    """Return plates drawn at random from the series of the city's cars, so that many are like theirs."""
    numbers = np.random.default_rng(7).choice(SPAN, count, replace=False)
    return [plate_of(int(number)) for number in numbers]


def run(entries: int, folder: Path | None, *, at_random: bool = False) -> dict[str, Any]:
    """Fill a list and match reads with it."""
    with installation(folder) as database:
        here = precinct(City(cars=200_000), this_moment(), slug=f"match-{secrets.token_hex(3)}")
        wanted = here.city.plates[:: len(here.city.plates) // WANTED][:WANTED]
        others = entries - WANTED
        strangers = drawn(others) if at_random else City(cars=others, cameras=1, seed=7).plates
        seconds, size = put_entries(database, here, [*strangers, *wanted])
        del strangers
        sieve = read_in_apart(here)
        read_in(here.agency)
        return {
            "entries": entries, "loaded_in_s": round(seconds, 1), "bytes_on_disk": size, **sieve,
            "results": [match(here, batch) for batch in (100, 1000)], "machine": machine(),
        }  # fmt: skip


@click.command()
@click.option("--entries", default=1_000_000, show_default=True)
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="An installation to use and keep."
)
@click.option(
    "--at-random", is_flag=True, help="Draw the list from the cars' series: 1 read in 160 is wanted."
)
@click.option("--json", "as_json", is_flag=True)
def command(*, entries: int, folder: Path | None, at_random: bool, as_json: bool) -> None:
    """Measure matching, exact and look-alike, against a list of many entries."""
    found = run(entries, folder, at_random=at_random)
    if as_json:
        click.echo(json.dumps(found))
        return
    Console().print(
        f"{found['entries']:,} entries: {found['bytes_on_disk'] / 2**20:,.0f} MiB on disk, stored and indexed in"
        f" {found['loaded_in_s']} s\nread into a process in {found['read_in_s']} s: its sieve {found['sieve_mib']} MiB,"
        f" the process {found['process_mib_before']} MiB before, {found['process_mib_at_most']} MiB at most"
    )
    table = Table(title="Matching", caption=found["machine"], title_justify="left")
    for column in found["results"][0]:
        table.add_column(column.replace("_", " "), justify="right")
    for one in found["results"]:
        table.add_row(*(f"{value:,}" for value in one.values()))
    Console().print(table)
