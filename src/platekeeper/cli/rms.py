"""`platekeeper rms`: how an agency's records management system is reached."""

from pathlib import Path

import click

from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate


@click.group()
def rms() -> None:
    """The records management systems that are asked about cases and hear of every access."""


@rms.command()
@click.argument("agency")
@click.option(
    "--cases-folder", default="", help="A folder where it drops CSV files with a column case_number."
)
@click.option("--cases-url", default="", help="An address that answers ?case_number=... with JSON.")
@click.option("--outbox-folder", default="", help="A folder where it picks up a JSON file for each access.")
@click.option("--outbox-url", default="", help="An address that takes each access by POST.")
@click.option("--token-file", default="", help="A file with the bearer token for these addresses.")
@click.option(
    "--classification", default="", help="File every access as this, also where the policy does not ask."
)
@click.option("--by", required=True, help="Who does it; the ledger keeps the name.")
def connect(agency: str, by: str, **places: str) -> None:
    """Say how AGENCY's system is reached; what is not named is not used any more."""
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.access.events import record_event  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.devices.operations import agency_of  # noqa: PLC0415
        from platekeeper.office.rms.links import checked_url  # noqa: PLC0415
        from platekeeper.office.rms.operations import connect_rms  # noqa: PLC0415

        for name, place in places.items():
            if place and name.endswith("_url"):
                checked_url(place)
            elif place and name != "classification":
                places[name] = str(Path(place).absolute())
        found = agency_of(agency)
        connect_rms(agency=found, **places)
        record_event(
            agency=found.slug, event="rms.connected", actor=by, subject=found.slug,
            details={name: place for name, place in places.items() if place}, using="owner",
        )  # fmt: skip
        click.echo(f"{found.name}: the records management system is connected. The worker asks and delivers.")
