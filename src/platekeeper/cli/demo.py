"""`platekeeper demo`: everything set up, the sample pictures read, the office open."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from platekeeper.errors import PlatekeeperError
from platekeeper.office.config.book import sign_and_publish
from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate
from platekeeper.office.config.server import Server

if TYPE_CHECKING:
    from platekeeper.office.accounts.models import Person


_FEWEST_SECONDS = 12.0  # to type a code in


class DemoDataError(PlatekeeperError):
    """What was asked works on the demonstration's own people only."""


@click.group(invoke_without_command=True)
@click.option("--serve/--no-serve", default=True, help="Serve the pages afterwards, or stop there.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="loopback port")
@click.option(
    "--pictures", type=click.Path(path_type=Path), help="Read this folder instead of the rendered scenes."
)
@click.pass_context
def demo(context: click.Context, *, serve: bool, port: int, pictures: Path | None) -> None:
    """Set everything up, load five agencies, read the sample pictures, match, alert, serve.

    Running it again starts in seconds and doubles nothing.
    """
    if context.invoked_subcommand is not None:
        return
    if pictures is not None:
        _expect_pictures(pictures)
    database = Database.located()
    database.folder.prepare()
    server = Server(host="127.0.0.1", port=port)
    if serve:
        server.claim()
    with server.alone(database.folder), database.used():
        migrate(database)
        _perform(database, pictures, port)
        sign_and_publish(database)
        if serve:
            click.echo(f"Serving on http://127.0.0.1:{port}/ until ctrl-C.")
            server.run(database)
        else:
            click.echo(f"To look at it: make demo, or {_command()} serve.")


def _expect_pictures(folder: Path) -> None:
    from platekeeper.recognition.sources import is_stream, listed  # noqa: PLC0415  # not needed to show the help

    if not is_stream(str(folder)):
        listed(str(folder))  # says what is wrong with it before anything is set up


def _perform(database: Database, pictures: Path | None, port: int) -> None:
    from platekeeper.demo.casework import gather  # noqa: PLC0415
    from platekeeper.demo.history import play_history  # noqa: PLC0415  # Django must be set up first
    from platekeeper.demo.play import play, rendered_pictures  # noqa: PLC0415  # Django must be set up first
    from platekeeper.demo.stage import searcher, set_stage  # noqa: PLC0415
    from platekeeper.office.accounts.operations import issue_password  # noqa: PLC0415

    now = datetime.now(UTC)
    folder = pictures or rendered_pictures()
    stages = set_stage(now)
    console = Console(stderr=True)
    with Progress(
        TextColumn("Reading pictures"), BarColumn(), MofNCompleteColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    ) as progress:  # fmt: skip
        task = progress.add_task("read", total=None)
        outcome = play(
            stages, folder, database.folder.path / "demo-pictures.json", now,
            lambda done, total: progress.update(task, completed=done, total=total),
        )  # fmt: skip
    with console.status("Looking back three weeks"):
        past = play_history(stages, database.folder.path / "demo-history.json", now, outcome.seen)
        gather(stages, now)
    for sentence in outcome.unread:
        click.echo(sentence, err=True)
    where = "your own pictures" if pictures else "scenes rendered by this project"
    table = Table(title=f"What happened ({where})", show_header=False, title_justify="left")
    for label, value in (
        ("Pictures read", outcome.pictures),
        ("Plates read", outcome.plates),
        ("  new / here before", f"{outcome.stored} / {outcome.known}"),
        ("Hits on hot lists", outcome.hits),
        ("Alerts raised", outcome.alerts),
        ("Reads of the three weeks before", past),
        ("The office's pages", f"http://127.0.0.1:{port}/"),
        ("What the public sees", f"http://127.0.0.1:{port}/public/"),
    ):
        table.add_row(label, str(value))
    out = Console(highlight=False)
    out.print(table)
    passwords = [
        (
            stage.agency.slug,
            stage.people[part].title,
            stage.people[part].username,
            issue_password(stage.people[part]),
        )
        for stage in stages
        for part in ("officer", searcher(stage), "auditor")
        if not stage.people[part].has_usable_password()
    ]
    if passwords:
        out.print("\nWhom to log in as; the passwords are for one time and shown only now:")
        for agency, title, username, given in passwords:
            click.echo(f"  {agency:<14} {title:<36} {username:<14} {given}")
    command = _command()
    click.echo(f"Every log-in asks for a code, too; to print the code of now: {command} demo code NAME")
    click.echo("To get a password for anyone of the demonstration (detective.rb, supervisor.la, ...):")
    click.echo(f"  {command} demo password NAME")


def _command() -> str:
    """What to type for this program from here: its path, where the shell finds no or another one by the name."""
    own = Path(sys.executable).with_name("platekeeper")
    return "platekeeper" if shutil.which("platekeeper") == str(own) else os.path.relpath(own)


@demo.command()
@click.argument("usernames", nargs=-1, required=True)
def password(usernames: tuple[str, ...]) -> None:
    """Give some of the demonstration's people new one-time passwords and print them, a line each."""
    with _people(usernames) as people:
        from platekeeper.office.accounts.operations import issue_password  # noqa: PLC0415

        for person in people:
            click.echo(issue_password(person))


@demo.command()
@click.argument("usernames", nargs=-1, required=True)
def code(usernames: tuple[str, ...]) -> None:
    """Print the codes that the authenticators of some of the demonstration's people show now, a line each.

    A code that is about to change is not printed; the next one is, some seconds later.
    """
    with _people(usernames) as people:
        from platekeeper.demo.stage import current_code, seconds_left  # noqa: PLC0415

        left = seconds_left(datetime.now(UTC))
        if left < _FEWEST_SECONDS:
            time.sleep(left)
        for person in people:
            click.echo(current_code(person, datetime.now(UTC)))


@contextlib.contextmanager
def _people(usernames: tuple[str, ...]) -> Iterator[list["Person"]]:
    database = Database.located()
    database.folder.prepare()
    with database.used():
        migrate(database)
        yield [_person(username) for username in usernames]


def _person(username: str) -> "Person":
    from platekeeper.office.accounts.models import Person  # noqa: PLC0415

    person = Person.objects.using("owner").select_related("agency").filter(username=username).first()
    if person is None or not person.agency.is_demonstration:
        raise DemoDataError(
            f"The demonstration has nobody called {username}: try officer.rb, detective.la or auditor.ec, "
            "and run platekeeper demo first."
        )
    return person
