"""`platekeeper serve` and `platekeeper migrate`."""

import click

from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate as migrate_database
from platekeeper.office.config.server import Server


@click.command()
def migrate() -> None:
    """Bring the database to this version's schema and rights."""
    database = Database.located()
    database.folder.prepare()
    with database.used():
        migrate_database(database)
        _tell_missing(database)
    click.echo("The database is up to date.")


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="loopback port")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="address to listen on, behind your TLS proxy"
)
def serve(port: int, host: str) -> None:
    """Serve the office's pages until stopped."""
    database = Database.located()
    database.folder.prepare()
    server = Server(host=host, port=port)
    server.claim()
    with server.alone(database.folder), database.used():
        migrate_database(database)
        _tell_missing(database)
        click.echo(f"Platekeeper serves on http://{host}:{port}/ (ctrl-C stops it).")
        server.run(database)


def _tell_missing(database: Database) -> None:
    missing = len(database.missing_safeguards())
    if missing:
        click.echo(
            f"Of what keeps roles to what they may, this server lacks {missing}: `platekeeper db check` says what.",
            err=True,
        )
