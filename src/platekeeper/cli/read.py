"""`platekeeper read`: plates out of pictures, folders, videos and streams, a line each."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from platekeeper.recognition import ENGINES, Engine, Recognition, open_engine
from platekeeper.recognition.passages import passages_of
from platekeeper.recognition.seams import EngineFailed
from platekeeper.recognition.sightings import rules_for
from platekeeper.recognition.sources import SourceFrame, UnreadableFile, frames_of, is_video, listed
from platekeeper.recognition.videos import duration_of, is_live, unread, without_credentials

SHOWN_PROBABILITY = 0.001
"""Characters less likely than this are left out of the output."""


def as_line(
    file: str,
    found: Recognition | None,
    *,
    ms: float,
    frame: int | None = None,
    time_s: float | None = None,
    span_s: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Return what is printed for one plate; the keys are a contract with scripts.

    Args:
        file: the file or stream that shows it.
        found: the plate, or None where the file shows none.
        ms: milliseconds that finding and reading took for a frame.
        frame: number of the frame in a video; of a passage, the one that shows it best.
        time_s: that frame's time, seconds from the video's start.
        span_s: of a passage, when the plate was first and last seen; adds the key of this name.

    Returns:
        Plain values, ready for JSON.

    Source:
        design.md, "The command"
    """
    line: dict[str, Any] = {
        "file": file,
        "frame": frame,
        "time_s": time_s,
        "plate": None,
        "confidence": None,
        "box": None,
        "corners": None,
        "region": None,
        "candidates": [],
        "characters": [],
        "ms": round(ms, 1),
    }
    if span_s is not None:
        line["span_s"] = [round(moment, 3) for moment in span_s]
    if found is None:
        return line
    if found.vehicle:
        line["vehicle"] = dict(found.vehicle)
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


def _as_row(line: Mapping[str, Any]) -> str:
    """Lay one line out for people; fixed columns, so that rows can be written as they come."""
    plate = line["plate"] or "-"
    sure = f"{line['confidence']:.0%}" if line["plate"] else ""
    box = "{:.0f},{:.0f} {:.0f},{:.0f}".format(*line["box"]) if line["plate"] else ""
    clock = "" if line["time_s"] is None else f"{line['time_s']:.1f} s"
    return f"{plate:<10} {sure:>6} {box:>22} {clock:>9}  {line['file']}"


class _Reading:
    """Reads files one after the other, with a bar that people can watch."""

    def __init__(self, engine: Engine, every_s: float, progress: Progress) -> None:
        self._engine = engine
        self._every_s = every_s
        self._progress = progress

    def lines(self, paths: Sequence[str]) -> Iterator[dict[str, Any] | UnreadableFile]:
        """Read all paths in turn."""
        files: list[str] = []
        for path in paths:
            try:
                files += listed(path)
            except UnreadableFile as problem:
                yield problem
        task = self._progress.add_task("reading", total=len(files), detail="")
        for file in files:
            yield from self._video(file) if is_video(file) else self._picture(file)
            self._progress.advance(task)

    def _picture(self, file: str) -> Iterator[dict[str, Any] | UnreadableFile]:
        for outcome in frames_of(file):
            if isinstance(outcome, UnreadableFile):
                yield outcome
                continue
            started = time.perf_counter()
            try:
                found = self._engine.recognize(outcome.pixels)
            except EngineFailed as failure:
                yield unread(outcome, failure)
                continue
            ms = (time.perf_counter() - started) * 1000
            shown: list[Recognition | None] = [*found] or [None]
            yield from (as_line(file, each, ms=ms) for each in shown)

    def _video(self, file: str) -> Iterator[dict[str, Any] | UnreadableFile]:
        """Read the passages of a video; a line without a plate where there is none."""
        watched = _Watched(file, self._progress)
        passages = problems = 0
        for outcome in passages_of(
            watched.frames(frames_of(file, every_s=self._every_s)), self._engine, rules_for(file)
        ):
            if isinstance(outcome, UnreadableFile):
                problems += 1
                yield outcome
                continue
            passages += 1
            best = outcome.best
            span_s = (outcome.started_s, outcome.ended_s)
            yield as_line(
                best.file, outcome.found, ms=watched.ms, frame=best.frame, time_s=best.time_s, span_s=span_s
            )
        if watched.seen and not passages:
            yield as_line(without_credentials(file), None, ms=watched.ms)
        watched.close()


class _Watched:
    """Counts the frames of a video and how long each takes, and shows both."""

    def __init__(self, file: str, progress: Progress) -> None:
        self._progress = progress
        shown = not progress.disable
        self._task = progress.add_task(
            Path(file).name, total=duration_of(file) if shown and not is_live(file) else None, detail=""
        )
        self._busy_s = 0.0
        self.seen = 0

    @property
    def ms(self) -> float:
        """Milliseconds that a frame takes, on average so far."""
        return self._busy_s * 1000 / max(1, self.seen)

    def frames(
        self, outcomes: Iterable[SourceFrame | UnreadableFile]
    ) -> Iterator[SourceFrame | UnreadableFile]:
        """Pass frames on and time what is done with each."""
        for outcome in outcomes:
            started = time.perf_counter()
            yield outcome
            if isinstance(outcome, SourceFrame):
                self._busy_s += time.perf_counter() - started
                self.seen += 1
                rate = f"{1000 / max(self.ms, 1e-3):.1f} frames/s"
                self._progress.update(self._task, completed=outcome.time_s or 0, detail=rate)

    def close(self) -> None:
        """Take the bar away."""
        self._progress.remove_task(self._task)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and plate.")
@click.option(
    "--engine", "engine_name", default="default", show_default=True, help=f"One of: {', '.join(ENGINES)}."
)
@click.option(
    "--every",
    "every_s",
    default=0.1,
    show_default=True,
    help="Of a video, look at one frame in so many seconds.",
)
@click.option("--vehicle", is_flag=True, help="Tell the vehicle's colour too, where it can be told.")
@click.option(
    "--threads", type=click.IntRange(min=1), help="For one picture; by default one a core, at most 4."
)
def read(
    paths: tuple[str, ...],
    *,
    as_json: bool,
    engine_name: str,
    every_s: float,
    vehicle: bool,
    threads: int | None,
) -> None:
    """Read the plates in pictures, folders, video files and RTSP streams.

    Of a video, each plate that goes by is one line, with the frame that shows it best. Nothing is stored. What
    cannot be read is told on standard error, the rest is still read, and the exit status is 1 at the end.
    """
    engine = open_engine(engine_name, threads=threads, vehicle=vehicle)
    unreadable = 0
    if not as_json:
        click.echo(f"{'plate':<10} {'sure':>6} {'box':>22} {'time':>9}  file")
    with _progress(as_json=as_json) as progress:
        for line in _Reading(engine, every_s, progress).lines(paths):
            if isinstance(line, UnreadableFile):
                unreadable += 1
                click.echo(str(line), err=True)
            else:
                # echo flushes: whoever reads our output in a pipe sees each plate as it is read
                click.echo(json.dumps(line) if as_json else _as_row(line))
    if unreadable:
        sys.exit(1)


def _progress(*, as_json: bool) -> Progress:
    """Make a bar on standard error, for people; what we write to a pipe never passes through it."""
    console = Console(stderr=True)
    writes_to_terminal = sys.stdout.isatty()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal or (as_json and writes_to_terminal),
        redirect_stdout=writes_to_terminal,
        transient=True,
    )
