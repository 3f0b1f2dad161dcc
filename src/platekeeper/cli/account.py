"""`platekeeper account`: what an administrator does for people at the door, from the server itself."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from platekeeper.errors import PlatekeeperError
from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate

if TYPE_CHECKING:
    from platekeeper.office.accounts.models import Person


class AccountError(PlatekeeperError):
    """There is no such account."""


@click.group()
def account() -> None:
    """People's accounts: one-time passwords, locks."""


_BY = click.option("--by", required=True, help="the administrator who does it; the ledger keeps the name")


@account.command()
@click.argument("username")
@_BY
def password(username: str, *, by: str) -> None:
    """Give somebody a new one-time password and print it, this once."""
    with _person(username) as person:
        from platekeeper.office.accounts.operations import issue_password  # noqa: PLC0415  # Django is set up first

        issued = issue_password(person)
        _enter(person, "account.password-issued", by)
        click.echo(issued)


@account.command()
@click.argument("username")
@_BY
def release(username: str, *, by: str) -> None:
    """Unlock an account that failed log-ins locked (CJIS AC-7)."""
    with _person(username) as person:
        from platekeeper.office.accounts.lockout import release as unlock  # noqa: PLC0415

        if person.locked_at is None:
            raise AccountError(f"The account of {username} is not locked: nothing was changed.")
        unlock(person, using="owner", now=datetime.now(UTC))
        _enter(person, "account.released", by)
        click.echo(f"{username} may log in again.")


def _enter(person: "Person", event: str, by: str) -> None:
    from platekeeper.office.access.events import record_event  # noqa: PLC0415

    record_event(
        agency=person.agency.slug, event=event, actor=by, subject=person.username, details={}, using="owner"
    )


@contextlib.contextmanager
def _person(username: str) -> Iterator["Person"]:
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.accounts.models import Person  # noqa: PLC0415

        found = Person.objects.using("owner").select_related("agency").filter(username=username).first()
        if found is None:
            raise AccountError(f"Nobody here is called {username}: check the spelling.")
        if found.separated_at is not None:
            raise AccountError(
                f"{username} left the agency: add them anew under People if they are back (USR-11)."
            )
        yield found
