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
    "--group", default="", help="group of cameras; who is given groups sees the reads of these alone"
)
@click.option(
    "--attested-by", required=True, help="who attests that it sees only what is in public view (PUR-09)"
)
def add_one(
    agency: str, ref: str, *, name: str, lat: float, lon: float, vehicle: bool, group: str, attested_by: str
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
            now=datetime.now(UTC), kind=kind, site_group=group.strip(),
        )  # fmt: skip
        click.echo(f"Camera {added.ref} of {agency} is registered.")


@camera.command("deploy")
@click.argument("agency")
@click.argument("ref")
@click.option(
    "--occasion", required=True,
    type=click.Choice(["fixed-site", "routine-patrol", "investigation", "special-effort"]), help="why it runs",
)  # fmt: skip
@click.option("--by", required=True, help="username of who orders it; a special effort, the administrator")
@click.option("--site", "site_kind", default="", help="kind of place, where the law names such places")
@click.option("--court-order", default="", help="number of an order that allows more than public view")
@click.option("--until", type=click.DateTime(), help="when that order ends (UTC)")
def deploy(
    agency: str, ref: str, *, occasion: str, by: str, site_kind: str, court_order: str, until: datetime | None
) -> None:
    """Order camera REF of AGENCY to work on an occasion."""
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.accounts.models import Person  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.devices.deployments import deploy_camera  # noqa: PLC0415
        from platekeeper.office.devices.models import Camera  # noqa: PLC0415
        from platekeeper.office.devices.operations import DeviceError, agency_of  # noqa: PLC0415

        cameras = Camera.objects.using("owner").select_related("agency")
        found = cameras.filter(agency=agency_of(agency), ref=ref).first()
        person = Person.objects.using("owner").select_related("agency").filter(username=by).first()
        if found is None or person is None:
            missing = f"camera {ref} in {agency}" if found is None else f"person {by}"
            raise DeviceError(f"There is no {missing}: add it first.")
        deploy_camera(
            camera=found, by=person, occasion=occasion, now=datetime.now(UTC), site_kind=site_kind,
            order_number=court_order, order_ends_at=until.replace(tzinfo=UTC) if until else None,
        )  # fmt: skip
        click.echo(f"Camera {ref} of {agency} is deployed: {occasion}.")


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
