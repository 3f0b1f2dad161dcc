"""Searches through the gate, as role `web`: each kind of question, its record included, p50 and p95.

The questions are drawn from the city's own reads, so that they find what such questions find.
"""

import json
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from bench.bulk import fill_quickly, in_company, some_sightings
from bench.city import (
    City,
    Precinct,
    Sighting,
    inquiry,
    installation,
    machine,
    percentiles,
    precinct,
    this_moment,
)
from bench.processor import processor_s
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from platekeeper.office.access.operations import AccessGrant
    from platekeeper.office.search.queries import Question
    from platekeeper.office.statements import Ask

EACH = 60
_WARM = 5


def questions(here: Precinct, now: datetime) -> dict[str, Callable[[Sighting], "Question"]]:
    """Return each kind of question, made from a read that is there."""
    from platekeeper.office.search.queries import Circle, Question

    def around(s: Sighting, radius_m: float) -> Circle:
        lat, lon = here.city.places[s.camera]
        return Circle(lat, lon, radius_m)

    hour, month = timedelta(hours=1), timedelta(days=60)
    return {
        "exact": lambda s: Question(plate=s.plate),
        "prefix of 4": lambda s: Question(plate=f"{s.plate[:4]}*"),
        "suffix of 4": lambda s: Question(plate=f"*{s.plate[-4:]}"),
        "wildcards 7AB?12*": lambda s: Question(plate=f"{s.plate[:3]}?{s.plate[4:6]}*"),
        "look-alike": lambda s: Question(plate=s.plate, lookalikes=True),
        "camera and 1 h": lambda s: Question(
            cameras=(here.cameras[s.camera],), since=s.read_at - hour / 2, until=s.read_at + hour / 2
        ),
        "500 m and 1 h": lambda s: Question(
            place=around(s, 500), since=s.read_at - hour / 2, until=s.read_at + hour / 2
        ),
        "300 m and 60 days": lambda s: Question(place=around(s, 300), since=now - month, until=now),
    }


def ask(here: Precinct, question: "Question") -> tuple[float, int]:
    """Open an access and search, as the page does; return seconds, and how many reads it found."""
    from platekeeper.office.search.queries import asked_first, reads_matching

    start = time.perf_counter()
    answer = reads_matching(opened(here, question.plate, asked_first(question)), question)
    return time.perf_counter() - start, answer.total


def accompany(here: Precinct, sighting: Sighting, now: datetime) -> tuple[float, int]:
    """Ask for the vehicles seen with one during 90 days, as `ask` does."""
    from platekeeper.office.search.analyses import companions
    from platekeeper.office.search.queries import Question

    start = time.perf_counter()
    question = Question(plate=sighting.plate, since=now - timedelta(days=90), until=now)
    found = companions(opened(here, sighting.plate), question, seconds=60, least=2)
    return time.perf_counter() - start, len(found)


def opened(here: Precinct, plate: str, *asks: "Ask") -> "AccessGrant":
    """Open an access as the page does, with its record."""
    from platekeeper.office.access.operations import open_access

    return open_access(
        person=here.person, agency=here.agency, inquiry=inquiry(plate), now=this_moment(), asks=asks
    )


def city_hall(database: Any, reads: int, now: datetime) -> Precinct:
    """Return the agency of the folder, made and filled where it is not there yet."""
    from platekeeper.office.accounts.models import Agency, Person
    from platekeeper.office.devices.models import Camera

    city = City(cars=max(1000, reads // 17))
    agency = Agency.objects.filter(slug="bench").first()
    if agency is None:
        here = precinct(city, now, slug="bench")
        fill_quickly(database, here, now - timedelta(days=365), now)
        return here
    cameras = Camera.objects.filter(agency=agency).order_by("pk").values_list("pk", flat=True)
    person = Person.objects.select_related("agency").get(agency=agency)
    return Precinct(agency, person, tuple(cameras), city)


def run(reads: int, folder: Path | None) -> dict[str, Any]:
    """Fill a city and ask every kind of question of it."""
    with installation(folder) as database:
        now = this_moment()
        here = city_hall(database, reads, now)
        known = some_sightings(database, here, 20_000)
        results = []
        draw = random.Random(7)
        for kind, question in questions(here, now).items():
            results.append(
                _row(kind, draw.sample(known, EACH + _WARM), lambda s, q=question: ask(here, q(s)))
            )
        followed = in_company(here.city)
        drawn = [sighting for sighting in known if sighting.plate in followed][: EACH + _WARM]
        results.append(_row("seen with it, 90 days", drawn, lambda s: accompany(here, s, now)))
        return {"reads": reads, "machine": machine(), "results": results}


def _row(kind: str, drawn: list[Sighting], do: Callable[[Sighting], tuple[float, int]]) -> dict[str, Any]:
    from django.db import OperationalError

    asked: list[tuple[float, int]] = []
    late = 0

    def once(sighting: Sighting) -> None:
        nonlocal late
        start = time.perf_counter()
        try:
            asked.append(do(sighting))
        except OperationalError:  # the page's limit: told as such, and counted with the time that it took
            late += 1
            asked.append((time.perf_counter() - start, 0))

    spent = [processor_s("default", lambda s=s: once(s)) for s in drawn][_WARM:]
    asked = asked[_WARM:]
    return {
        "question": kind,
        "given up": late,
        "with_record_ms": percentiles([one[0] for one in asked]),
        "processor_ms": percentiles(spent),
        "found": sorted(one[1] for one in asked)[len(asked) // 2],
    }


@click.command()
@click.option("--reads", default=1_000_000, show_default=True, help="How many reads the agency has.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="An installation to use and keep."
)
@click.option("--json", "as_json", is_flag=True)
def command(*, reads: int, folder: Path | None, as_json: bool) -> None:
    """Measure every kind of search, through the gate and with its record."""
    found = run(reads, folder)
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table(title=f"Searches among {reads:,} reads", caption=found["machine"], title_justify="left")
    for column in (
        "",
        "found (median)",
        "given up",
        "with record p50 ms",
        "p95",
        "of the processor p50",
        "p95",
    ):
        table.add_column(column, justify="right" if column else "left")
    for one in found["results"]:
        times = (*one["with_record_ms"], *one["processor_ms"])
        table.add_row(
            one["question"], str(one["found"]), str(one["given up"]), *(f"{value:.1f}" for value in times)
        )
    Console().print(table)
