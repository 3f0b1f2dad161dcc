"""`platekeeper db`: the running database, for administrators and scripts."""

import json
from dataclasses import asdict

import click

from platekeeper.office.config.database import LOGIN_ROLES, NAME, Database
from platekeeper.office.config.residue import write_anew


@click.group()
def db() -> None:
    """The database of this data folder."""


@db.command()
@click.option("--role", type=click.Choice(LOGIN_ROLES), required=True, help="whose address")
def url(role: str) -> None:
    """Print a role's connection address; starts the embedded server and leaves it running."""
    database = Database.located()
    database.folder.prepare()
    embedded = database.embedded
    if embedded is not None:
        was_up = embedded.answers()
        embedded.enter()
        database.prepare()
        if not was_up:
            embedded.stay(wanted=True)
            click.echo("The embedded PostgreSQL was started; `platekeeper db stop` stops it.", err=True)
        click.echo(database.address(role))
        embedded.leave()
    else:
        database.prepare()
        click.echo(database.address(role))


@db.command()
def vacuum() -> None:
    """Write the tables anew, so that no file keeps bytes of deleted rows; each is locked while its turn lasts."""
    database = Database.located()
    database.folder.prepare()
    if database.embedded is None:
        click.echo(
            "DATABASE_URL names a server of your own: its superuser runs VACUUM FULL there, then two checkpoints."
        )
        return
    with database.used():
        write_anew(database.embedded.superuser_address(NAME))
    click.echo("No file of the database holds what was deleted before now.")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def check(as_json: bool) -> None:
    """Say what the server lacks that keeps roles to what they may; its administrator's statements for it."""
    database = Database.located()
    database.folder.prepare()
    with database.used():
        missing = database.missing_safeguards()
    if as_json:
        click.echo(json.dumps([asdict(one) for one in missing], indent=2))
    elif not missing:
        click.echo("The server lacks nothing that keeps roles to what they may.")
    else:
        for one in missing:
            click.echo("\n  ".join((one.sentence, *one.statements)))
        click.echo(
            f"A superuser of the server runs these, connected to {database.parameters('owner')['dbname']}."
        )
    if missing:
        raise SystemExit(1)


@db.command()
def start() -> None:
    """Start the embedded server and leave it running."""
    database = Database.located()
    database.folder.prepare()
    if database.embedded is None:
        click.echo("DATABASE_URL names a server of your own: it is started there.")
        return
    with database.used():
        database.embedded.stay(wanted=True)
    click.echo(f"PostgreSQL runs on 127.0.0.1:{database.embedded.port}.")


@db.command()
def stop() -> None:
    """Stop the embedded server."""
    database = Database.located()
    if database.embedded is None:
        click.echo("DATABASE_URL names a server of your own: it is stopped there.")
        return
    database.embedded.stay(wanted=False)
    database.embedded.stop()
    click.echo("PostgreSQL is stopped.")
