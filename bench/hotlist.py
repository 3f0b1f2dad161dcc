"""A list's file from disk into force: read, verified, stored, swapped; as `platekeeper hotlist load` does it.

The file is an NCIC extract of invented vehicles in every category. Its size grows, so that the growth is seen.
"""

import json
import random
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from bench.city import City, installation, machine, precinct, this_moment
from bench.processor import processor_s
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from platekeeper.office.accounts.models import Agency
    from platekeeper.office.hotlists.models import HotList

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# N, the immigration violator, is left out and counted; so are K and C without an entitlement
_CATEGORIES = "VVVVVPPPFWMKCAN"
_STATES = ("CA", "CA", "CA", "NV", "AZ", "0R", "TX")  # the digit 0 as lists write the letter O
_VEHICLES = ("2009DODGCHA4DGRY    ", "2014TOYTCAM4DSIL    ", "1998HONDCIV2DBLU    ", "2020FORDF15PKWHI    ")


def write_extract(path: Path, lines: int) -> None:
    """Write an NCIC extract, 65 characters a line."""
    draw = random.Random(432)
    with path.open("w", newline="\r\n") as file:
        for number in range(lines):
            letter, state, vehicle = draw.choice(_CATEGORIES), draw.choice(_STATES), draw.choice(_VEHICLES)
            plate = f"{1 + number % 9}{''.join(draw.choices(_LETTERS, k=3))}{draw.randrange(1000):03d}"
            record = f"{letter}{number:09d}"
            file.write(
                f"{record}CA0190000202603{1 + number % 28:02d}{plate:<10}{state}2026PC{vehicle[:20]}\n"
            )


def a_list(agency: "Agency", name: str) -> "HotList":
    """Return a list that runs and has no entries yet."""
    from platekeeper import policy
    from platekeeper.office.hotlists.models import HotList

    return HotList.objects.using("owner").create(
        agency=agency, name=name, source="NCIC", authority="bench", activated_by="bench",
        purpose=policy.load_profile(agency.profile).alerts.purpose.value, drop_share=1.0,
    )  # fmt: skip


def run(sizes: Sequence[int], folder: Path | None) -> dict[str, Any]:
    """Load a file of each size into a list of its own."""
    with installation(folder):
        from platekeeper.intake.hotlists import named_layout
        from platekeeper.office.hotlists.loading import load_file

        agency = precinct(
            City(cars=1000, cameras=1), this_moment(), slug=f"lists-{secrets.token_hex(3)}"
        ).agency
        results = []
        for size in sizes:
            path = Path(f"{agency.slug}-{size}.txt").resolve()
            write_extract(path, size)
            loaded: list[Any] = []

            def load(path: Path = path, loaded: list[Any] = loaded) -> None:
                now = this_moment()
                loaded.append(
                    load_file(hot_list=a_list(agency, path.stem), path=path, layout=named_layout("ncic-fixed"),
                              actor="bench", now=now)
                )  # fmt: skip

            start = time.perf_counter()
            try:
                spent = processor_s("ingest", load)
            finally:
                path.unlink()
            results.append(
                {"lines": size, "seconds": round(time.perf_counter() - start, 2), "processor_s": round(spent, 2),
                 "live": loaded[0].version.accepted, "left_out": sum(loaded[0].report.excluded.values()),
                 "repeated": loaded[0].report.duplicates, "faulty": loaded[0].report.rejected_total}
            )  # fmt: skip
        return {"machine": machine(), "results": results}


@click.command()
@click.option("--lines", multiple=True, type=int, default=(100_000, 1_000_000), show_default=True)
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="An installation to use and keep."
)
@click.option("--json", "as_json", is_flag=True)
def command(*, lines: tuple[int, ...], folder: Path | None, as_json: bool) -> None:
    """Measure the import of an NCIC extract: verified and live."""
    found = run(lines, folder)
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table(title="A list's file into force", caption=found["machine"], title_justify="left")
    for column in found["results"][0]:
        table.add_column(column.replace("_", " "), justify="right")
    for one in found["results"]:
        table.add_row(*(f"{value:,}" for value in one.values()))
    Console().print(table)
