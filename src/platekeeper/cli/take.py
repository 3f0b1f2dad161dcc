"""`platekeeper take`: what `read` reads, taken into this installation."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from platekeeper import wire
from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate
from platekeeper.recognition import ENGINES, Engine, open_engine
from platekeeper.recognition.messages import read_message
from platekeeper.recognition.sightings import Sighting, sightings_in
from platekeeper.recognition.sources import UnreadableFile, is_stream, listed


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--agency", required=True, help="whose camera took them")
@click.option("--camera", required=True, help="the camera, as it is registered")
@click.option(
    "--engine", "engine_name", default="default", show_default=True, help=f"One of: {', '.join(ENGINES)}."
)
@click.option(
    "--every",
    "every_s",
    default=0.1,
    show_default=True,
    help="Of a video, look at one frame in so many seconds; each plate that goes by is one read.",
)
def take(paths: tuple[str, ...], *, agency: str, camera: str, engine_name: str, every_s: float) -> None:
    """Read pictures, folders, videos or streams and store the reads: matched, alerted, searchable.

    A file is taken to have been made at its own time (its modification time on disk), a stream now. Taking the same
    file again changes nothing.
    """
    database = Database.located()
    engine = open_engine(engine_name)
    unreadable = 0
    with database.used():
        migrate(database)
        from platekeeper.office.alerts.intake import take_batch  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.devices.operations import agency_of  # noqa: PLC0415

        owner = agency_of(agency)
        stored = known = alerts = 0
        for file, outcome in _sightings(paths, engine, every_s):
            if isinstance(outcome, UnreadableFile):
                unreadable += 1
                click.echo(str(outcome), err=True)
                continue
            taken = take_batch(
                agency=owner, producer="command line", reads=[_message(engine, outcome, file, camera)],
                now=datetime.now(UTC),
            )  # fmt: skip
            for waiting in taken.quarantined:
                click.echo(f"{file}: {waiting.reason}", err=True)
            stored += taken.receipt.stored
            known += taken.receipt.known
            alerts += taken.receipt.alerts
        click.echo(f"{stored} reads are new, {known} were here before, {alerts} alerts were raised.")
    if unreadable:
        sys.exit(1)


def _sightings(
    paths: Sequence[str], engine: Engine, every_s: float
) -> Iterator[tuple[str, Sighting | UnreadableFile]]:
    """Read all paths in turn; a path that names nothing is told, and the rest is still read."""
    for path in paths:
        try:
            files = listed(path)
        except UnreadableFile as problem:
            yield path, problem
            continue
        for file in files:
            for outcome in sightings_in(file, engine, every_s=every_s):
                yield file, outcome


def _message(engine: Engine, seen: Sighting, file: str, camera: str) -> wire.Read:
    frame = seen.frame
    picture = None if is_stream(file) or frame.frame is not None else Path(file)
    if is_stream(file):
        captured_at, event = datetime.now(UTC), f"{frame.file}:{frame.frame}"
    else:
        made_at = datetime.fromtimestamp(Path(file).stat().st_mtime, UTC)
        captured_at = made_at + timedelta(seconds=frame.time_s or 0)
        event = f"{_digest(Path(file))}:{frame.frame or 0}"
    return read_message(
        frame.pixels, seen.found, engine=wire.Engine(engine.name, engine.version), camera=camera,
        captured_at=captured_at, event=f"{event}:{seen.place}", original=picture,
    )  # fmt: skip


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
