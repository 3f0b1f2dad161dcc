"""`platekeeper read`: plates out of pictures, folders, videos and streams, a line each."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from platekeeper.recognition import ENGINES, Engine, Recognition, open_engine
from platekeeper.recognition.sources import SourceFrame, UnreadableFile, frames_of, listed

SHOWN_PROBABILITY = 0.001
"""Characters less likely than this are left out of the output."""


def as_line(source: SourceFrame, found: Recognition | None, *, ms: float) -> dict[str, Any]:
    """Return what is printed for one plate; the keys are a contract with scripts.

    Args:
        source: the frame that was read.
        found: the plate, or None where the frame shows none.
        ms: milliseconds that finding and reading took for the whole frame.

    Returns:
        Plain values, ready for JSON.

    Source:
        design.md, "The command"
    """
    line: dict[str, Any] = {
        "file": source.file,
        "frame": source.frame,
        "time_s": source.time_s,
        "plate": None,
        "confidence": None,
        "box": None,
        "corners": None,
        "region": None,
        "candidates": [],
        "characters": [],
        "ms": round(ms, 1),
    }
    if found is None:
        return line
    reading = found.reading
    return line | {
        "plate": reading.text,
        "confidence": round(reading.confidence, 4),
        "box": list(found.region.box),
        "corners": [list(corner) for corner in found.region.corners],
        "region": reading.region,
        "candidates": [{"text": c.text, "confidence": round(c.confidence, 4)} for c in reading.candidates],
        "characters": [
            {
                "text": character.text,
                "confidence": round(character.confidence, 4),
                "probabilities": {
                    char: round(p, 4) for char, p in character.probabilities.items() if p >= SHOWN_PROBABILITY
                },
            }
            for character in reading.characters
        ],
    }


def _as_row(source: SourceFrame, found: Recognition | None) -> str:
    """Lay one plate out for people; fixed columns, so that rows can be written as they come."""
    if found is None:
        return f"{'-':<10} {'':>6} {'':>22} {_clock(source):>9}  {source.file}"
    x1, y1, x2, y2 = (round(side) for side in found.region.box)
    sure, box = f"{found.reading.confidence:.0%}", f"{x1},{y1} {x2},{y2}"
    return f"{found.reading.text:<10} {sure:>6} {box:>22} {_clock(source):>9}  {source.file}"


def _clock(source: SourceFrame) -> str:
    return "" if source.time_s is None else f"{source.time_s:.1f} s"


def _outcomes(
    paths: tuple[str, ...], every_s: float, progress: Progress
) -> Iterator[SourceFrame | UnreadableFile]:
    """Read all paths in turn and move the bar a file at a time."""
    files: list[str] = []
    for path in paths:
        try:
            files += listed(path)
        except UnreadableFile as problem:
            yield problem
    task = progress.add_task("reading", total=len(files))
    for file in files:
        yield from frames_of(file, every_s=every_s)
        progress.advance(task)


def _recognized(engine: Engine, source: SourceFrame) -> tuple[list[Recognition | None], float]:
    started = time.perf_counter()
    found: list[Recognition | None] = list(engine.recognize(source.pixels))
    return found or [None], (time.perf_counter() - started) * 1000


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and plate.")
@click.option(
    "--engine", "engine_name", default="default", show_default=True, help=f"One of: {', '.join(ENGINES)}."
)
@click.option(
    "--every",
    "every_s",
    default=0.5,
    show_default=True,
    help="Of a video, read one frame in so many seconds.",
)
@click.option(
    "--threads", type=click.IntRange(min=1), help="For one picture; by default one a core, at most 4."
)
def read(
    paths: tuple[str, ...],
    *,
    as_json: bool,
    engine_name: str,
    every_s: float,
    threads: int | None,
) -> None:
    """Read the plates in pictures, folders, video files and RTSP streams.

    Nothing is stored. What cannot be read is told on standard error, the rest is still read, and the exit
    status is 1 at the end.
    """
    engine = open_engine(engine_name, threads=threads)
    unreadable = 0
    if not as_json:
        click.echo(f"{'plate':<10} {'sure':>6} {'box':>22} {'time':>9}  file")
    with _progress(as_json=as_json) as progress:
        for outcome in _outcomes(paths, every_s, progress):
            if isinstance(outcome, UnreadableFile):
                unreadable += 1
                click.echo(str(outcome), err=True)
                continue
            found, ms = _recognized(engine, outcome)
            for each in found:
                # echo flushes: whoever reads our output in a pipe sees each plate as it is read
                click.echo(json.dumps(as_line(outcome, each, ms=ms)) if as_json else _as_row(outcome, each))
    if unreadable:
        sys.exit(1)


def _progress(*, as_json: bool) -> Progress:
    """Make a bar on standard error, shown only to people; what we write to a pipe never passes through it."""
    console = Console(stderr=True)
    writes_to_terminal = sys.stdout.isatty()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal or (as_json and writes_to_terminal),
        redirect_stdout=writes_to_terminal,
        transient=True,
    )
