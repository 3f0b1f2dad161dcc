"""The colour of vehicles in real pictures: right, wrong, untold, against names given by eye (`colours.csv`).

The names are of photographs that are not part of this repository, by file and by the marked plate's upper left corner.
They are split by car as for reading: rules may look at one half, and figures are quoted from the other.
"""

import csv
import json
from collections import Counter
from pathlib import Path

import click
import cv2
from bench.recognition import Truth, is_quoted, read_truth, truth_table
from rich.console import Console
from rich.table import Table

from platekeeper.errors import PlatekeeperError
from platekeeper.recognition.results import PlateRegion
from platekeeper.recognition.sources import load_picture
from platekeeper.recognition.vehicle import colour_of

NAMES = Path(__file__).with_name("colours.csv")


def named(table: Path) -> list[tuple[str, Truth, str]]:
    """Return file, plate and colour's name of each vehicle that somebody named by eye.

    Args:
        table: the pictures' truth table.
    """
    plates = read_truth(table)
    with NAMES.open(newline="") as rows:
        return [
            (row["file"], truth, row["colour"])
            for row in csv.DictReader(rows)
            for truth in plates.get(row["file"], [])
            if (round(truth.box[0]), round(truth.box[1])) == (int(row["x1"]), int(row["y1"]))
        ]


def told(picture: Path, truth: Truth) -> str | None:
    """Tell the colour of the vehicle around a marked plate."""
    x1, y1, x2, y2 = truth.box
    region = PlateRegion(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), 1.0)
    colour = colour_of(load_picture(picture), region)
    return colour.name if colour else None


def figures(answers: list[tuple[str, str | None]]) -> dict[str, dict[str, int]]:
    """Count by true colour, and in all, how many were told right, wrong and not at all."""
    by_name: dict[str, Counter[str]] = {}
    for true, said in answers:
        outcome = "untold" if said is None else "right" if said == true else "wrong"
        for name in (true, "all"):
            by_name.setdefault(name, Counter())[outcome] += 1
    return {
        name: {each: counted[each] for each in ("right", "wrong", "untold")}
        for name, counted in by_name.items()
    }


@click.command()
@click.option(
    "--pictures", type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="PLATEKEEPER_BENCH_PICTURES", required=True,
    help="Folder of pictures with plates.csv in or beside it; also by PLATEKEEPER_BENCH_PICTURES.",
)  # fmt: skip
@click.option("--half", type=click.Choice(["all", "quote", "tune"]), default="all", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def command(*, pictures: Path, half: str, as_json: bool) -> None:
    """Measure how vehicles' colours are told."""
    cv2.setNumThreads(1)
    files = {file.name: file for file in pictures.rglob("*") if file.is_file()}
    wanted = [
        (files[file], truth, name)
        for file, truth, name in named(truth_table(pictures))
        if file in files and (half == "all" or is_quoted(truth.plate) == (half == "quote"))
    ]
    if not wanted:
        raise PlatekeeperError(f"No picture that {NAMES} names is in {pictures}: check the folder.")
    told_of = figures([(name, told(file, truth)) for file, truth, name in wanted])
    if as_json:
        click.echo(json.dumps(told_of))
        return
    table = Table("colour", "right", "wrong", "untold", title="Colours of vehicles", title_justify="left")
    for name in sorted(told_of, key=lambda each: (each == "all", each)):
        table.add_row(name, *(str(count) for count in told_of[name].values()))
    Console().print(table)
