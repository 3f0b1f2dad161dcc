"""`platekeeper camera` and `platekeeper producer`: registering what sends reads."""

from datetime import UTC, datetime

import click

from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate


@click.group()
def camera() -> None:
    """The cameras of an agency."""


@camera.command("add")
@click.argument("agency")
@click.argument("ref")
@click.option("--name", required=True, help="what people call it")
@click.option("--lat", type=click.FloatRange(-90, 90), required=True)
@click.option("--lon", type=click.FloatRange(-180, 180), required=True)
@click.option("--vehicle", is_flag=True, help="it is mounted on a vehicle")
@click.option(
    "--attested-by", required=True, help="who attests that it sees only what is in public view (PUR-09)"
)
def add_one(
    agency: str, ref: str, *, name: str, lat: float, lon: float, vehicle: bool, attested_by: str
) -> None:
    """Register camera REF of AGENCY."""
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.devices.models import Camera  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.devices.operations import add_camera, agency_of  # noqa: PLC0415

        kind = Camera.Kind.VEHICLE if vehicle else Camera.Kind.FIXED
        added = add_camera(
            agency=agency_of(agency), ref=ref, name=name, lat=lat, lon=lon, attested_by=attested_by,
            now=datetime.now(UTC), kind=kind,
        )  # fmt: skip
        click.echo(f"Camera {added.ref} of {agency} is registered.")


@click.group()
def producer() -> None:
    """The producers that send an agency's reads."""


@producer.command("add")
@click.argument("agency")
@click.argument("name")
def add_sender(agency: str, name: str) -> None:
    """Register producer NAME of AGENCY and print its token, this once."""
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.devices.operations import add_producer, agency_of  # noqa: PLC0415

        _, token = add_producer(agency=agency_of(agency), name=name, now=datetime.now(UTC))
        click.echo(token)
