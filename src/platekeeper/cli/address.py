"""`platekeeper address`: where messages to an office go."""

import click

from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate
from platekeeper.policy import Duty


@click.group()
def address() -> None:
    """Where messages to an agency's offices go, besides the pages of those who hold them."""


@address.command("add")
@click.argument("agency")
@click.argument("office", type=click.Choice([duty.value for duty in Duty]))
@click.option("--email", help="an e-mail address; needs PLATEKEEPER_SMTP")
@click.option("--webhook", help="an https address; its key is printed")
def add_one(agency: str, office: str, *, email: str | None, webhook: str | None) -> None:
    """Send messages to OFFICE of AGENCY to an address, too."""
    if bool(email) == bool(webhook):
        raise click.UsageError("Give one of --email and --webhook.")
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.devices.operations import agency_of  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.notices.models import Channel  # noqa: PLC0415
        from platekeeper.office.notices.operations import add_address, webhook_key  # noqa: PLC0415

        channel, target = (Channel.EMAIL, email) if email else (Channel.WEBHOOK, webhook)
        assert target is not None
        add_address(agency=agency_of(agency), office=office, channel=channel, target=target)
        click.echo(f"Messages to the office “{office}” of {agency} go to {target}.")
        if webhook:
            click.echo(
                f"Its requests are signed (X-Platekeeper-Signature, HMAC-SHA256) with {webhook_key(webhook)}"
            )


@address.command("list")
@click.argument("agency")
def show_all(agency: str) -> None:
    """List the addresses of AGENCY's offices."""
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.devices.operations import agency_of  # noqa: PLC0415  # Django must be set up first

        for one in agency_of(agency).addresses.all():
            click.echo(f"{one.office}  {one.get_channel_display()}  {one.target}")
