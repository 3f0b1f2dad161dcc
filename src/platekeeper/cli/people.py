"""`platekeeper agency` and `platekeeper person`: an installation's own agencies and people, from the server itself."""

from datetime import UTC, datetime

import click

from platekeeper import policy
from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate

_BY = click.option("--by", required=True, help="who does it; the ledger keeps the name")


@click.group()
def agency() -> None:
    """The agencies of this installation, each under its own policy."""


@agency.command("add")
@click.argument("slug")
@click.option("--name", required=True, help="as the public knows it")
@click.option("--profile", type=click.Choice(policy.profiles()), required=True, help="the policy in force")
@_BY
def add_agency_command(slug: str, *, name: str, profile: str, by: str) -> None:
    """Add agency SLUG under a policy profile."""
    database = Database.located()
    database.folder.prepare()
    with database.used():
        migrate(database)
        from platekeeper.office.access.events import record_event  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.accounts.models import Agency  # noqa: PLC0415
        from platekeeper.office.accounts.operations import AccountsError, add_agency  # noqa: PLC0415

        if Agency.objects.using("owner").filter(slug=slug).exists():
            raise AccountsError(f"There is an agency {slug} already: choose another short name.")
        add_agency(slug=slug, name=name, profile=profile)
        record_event(
            agency=slug,
            event="agency.added",
            actor=by,
            subject=slug,
            details={"profile": profile},
            using="owner",
        )
        click.echo(f"{name} is added under the policy of {profile}. Next: platekeeper person add {slug} ...")


@click.group()
def person() -> None:
    """The people of an agency."""


@person.command("add")
@click.argument("agency_slug", metavar="AGENCY")
@click.argument("username")
@click.option("--name", "full_name", required=True, help="their full name")
@click.option("--title", required=True, help="their job title, as the policy lists it")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in policy.Role])
)
@click.option("--assignment", default="", help="where they work: the lawful authority to ask (PUR-13)")
@click.option(
    "--trained-by", default="", help="for an agency's first people: who outside trained them before it could"
)
@_BY
def add_person_command(
    agency_slug: str,
    username: str,
    *,
    full_name: str,
    title: str,
    roles: tuple[str, ...],
    assignment: str,
    trained_by: str,
    by: str,
) -> None:
    """Add USERNAME to AGENCY and print a one-time password, this once.

    Everybody after the first administrator is added in the pages. The first one needs training that nobody in the
    agency can sign yet: --trained-by names who gave it, and the ledger keeps the name.
    """
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.access.events import record_event  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.accounts.models import Person  # noqa: PLC0415
        from platekeeper.office.accounts.operations import AccountsError, add_person, issue_password  # noqa: PLC0415
        from platekeeper.office.devices.operations import agency_of  # noqa: PLC0415
        from platekeeper.office.roster.courses import attest_beginning  # noqa: PLC0415
        from platekeeper.office.roster.operations import check_appointment, check_username  # noqa: PLC0415

        agency, now = agency_of(agency_slug), datetime.now(UTC)
        check_username(username)
        check_appointment(agency, username=username, title=title, roles=list(roles), now=now)
        if Person.objects.using("owner").filter(username=username).exists():
            raise AccountsError(f"Somebody is called {username} already: choose another username.")
        added = add_person(
            username=username, full_name=full_name, agency=agency, title=title, roles=list(roles), now=now
        )  # fmt: skip
        added.assignment = assignment
        added.save(using="owner", update_fields=["assignment"])
        record_event(
            agency=agency_slug, event="account.added", actor=by, subject=username, details={"roles": list(roles)},
            using="owner",
        )  # fmt: skip
        courses = attest_beginning(added, trainer=trained_by, now=now) if trained_by else []
        for course in courses:
            record_event(
                agency=agency_slug, event="training.attested", actor=by, subject=username,
                details={"course": course.code, "outside": trained_by}, using="owner",
            )  # fmt: skip
        click.echo(issue_password(added))


@person.command("train")
@click.argument("username")
@click.argument("course")
@click.option(
    "--covered", multiple=True, help="a topic that was covered; a course needs all of its own; repeatable"
)
@click.option("--certificate", default="", help="its number, where somebody certifies the course")
@click.option("--by", required=True, help="username of whoever signs, as the policy lets them")
def train(username: str, course: str, *, covered: tuple[str, ...], certificate: str, by: str) -> None:
    """Note that USERNAME finished COURSE of their agency's policy; --by signs, by the rules of the pages."""
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.accounts.models import Person  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.accounts.operations import AccountsError  # noqa: PLC0415
        from platekeeper.office.roster.courses import sign_training  # noqa: PLC0415

        people = Person.objects.select_related("agency")
        found, signer = (people.filter(username=name).first() for name in (username, by))
        for name, known in ((username, found), (by, signer)):
            if known is None:
                raise AccountsError(f"Nobody here is called {name}: check the spelling.")
        assert found is not None
        assert signer is not None
        if signer.must_choose_password:
            raise AccountsError(
                f"{by} has a one-time password still: they log in and choose their own first."
            )
        sign_training(
            signer, found, course_code=course, topics=list(covered), completed_at=datetime.now(UTC),
            certificate=certificate,
        )  # fmt: skip
        click.echo(f"{username} completed {course}.")
