"""`platekeeper retention`: what a purge would destroy and why, and the purge itself."""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

import click
from rich.console import Console
from rich.table import Table

from platekeeper import wire
from platekeeper.errors import PlatekeeperError
from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate

if TYPE_CHECKING:
    from platekeeper.office.accounts.models import Agency
    from platekeeper.office.retention.models import Schedule
    from platekeeper.office.retention.purging import Plan


class AsOfError(PlatekeeperError):
    """A moment that cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f'"{text[:40]}" is no moment: write a date or a time such as 2026-03-01T00:00Z, in UTC unless it says else.'
        )


class NobodyError(PlatekeeperError):
    """A person that the agency does not have."""

    def __init__(self, username: str) -> None:
        super().__init__(
            f"Nobody of this agency is called {username}: name the investigator's username with --by."
        )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise AsOfError(text) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_AS_OF = click.option("--as-of", metavar="TIME", help="another moment than now; the future for plans only")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@contextlib.contextmanager
def _agency(slug: str) -> Iterator["Agency"]:
    database = Database.located()
    database.folder.prepare()
    with database.used():
        migrate(database)
        from platekeeper.office.devices.operations import agency_of  # noqa: PLC0415  # Django must be set up first

        yield agency_of(slug, using="default")


@click.group("retention", context_settings={"help_option_names": ["-h", "--help"]})
def retention() -> None:
    """Keep data exactly as long as the policy says."""


@retention.command("plan")
@click.argument("agency_slug", metavar="AGENCY")
@_AS_OF
@_JSON
def plan_command(agency_slug: str, as_of: str | None, as_json: bool) -> None:
    """Say what a purge of AGENCY's data would destroy, why, and what is held by which hold."""
    moment = _moment(as_of) or datetime.now(UTC)
    with _agency(agency_slug) as agency:
        from platekeeper.office.retention.operations import (  # noqa: PLC0415  # Django must be set up first
            plan_purge,
            proposed_schedule,
        )
        from platekeeper.office.retention.schedules import schedule_in_force  # noqa: PLC0415

        in_force = schedule_in_force(agency)
        schedule = in_force or proposed_schedule(agency)
        plan = plan_purge(agency, as_of=moment)
        if as_json:
            click.echo(
                json.dumps(_as_json(agency, schedule, plan, moment, approved=in_force is not None), indent=2)
            )
        else:
            _show(agency, schedule, plan, moment)
            if in_force is None:
                click.echo(
                    "Nothing is destroyed yet: administrator and custodian of records have not both approved (GOV-07)."
                )


@retention.command("run")
@click.argument("agency_slug", metavar="AGENCY")
@_AS_OF
@_JSON
@click.option(
    "--by", default="the command line", show_default=True, help="who does it; the ledger keeps the name"
)
def run_command(agency_slug: str, as_of: str | None, as_json: bool, by: str) -> None:
    """Destroy what is due of AGENCY's data, and certify it; the worker does this by itself."""
    moment = _moment(as_of)
    with _agency(agency_slug) as agency:
        from platekeeper.office.evidence.tasks import destroy_backup_keys  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.retention.operations import (  # noqa: PLC0415
            approved_schedule,
            keep_forecast,
            plan_purge,
            purge,
        )

        approved_schedule(agency)
        certificates = [json.loads(one.body) for one in purge([agency], by=by, as_of=moment)]
        now = datetime.now(UTC)
        forgotten = destroy_backup_keys(now)
        keep_forecast(agency, plan_purge(agency, as_of=now), now=now)  # what the pages tell
        if as_json:
            told = {"agency": agency.slug, "certificates": certificates, "backup_days_forgotten": forgotten}
            click.echo(json.dumps(told, indent=2))
            return
        if not certificates:
            click.echo(f"Nothing of {agency.name} is due.")
        for told in certificates:
            counts = ", ".join(f"{one['count']:,} {one['kind']}" for one in told["destroyed"]) or "nothing"
            click.echo(f"{told['agency']['name']}: destroyed {counts}. Certificate {told['run']}.")
        if forgotten:
            click.echo(f"Backups forgot {forgotten:,} day{'s' if forgotten > 1 else ''} of reads.")


@retention.command("take-over")
@click.argument("agency_slug", metavar="AGENCY")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--source", default="hosting-vendor", show_default=True, help="the host, as the policy calls it"
)
@click.option("--by", "username", required=True, help="the investigator who needs the reads")
@click.option("--case", "case_number", required=True, help="case or DR number")
@click.option("--reason", required=True, help="what happened, and what the reads will show")
@click.option("--contact", required=True, help="how to reach the investigator")
@_JSON
def take_over_command(
    agency_slug: str,
    file: BinaryIO,
    source: str,
    username: str,
    case_number: str,
    reason: str,
    contact: str,
    as_json: bool,
) -> None:
    """Take reads that a case needs over from a host's FILE (a read message a line), and hold them."""
    reads = list(wire.decode_lines(file))
    with _agency(agency_slug) as agency:
        from platekeeper.office.accounts.models import Person  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.accounts.queries import profile_of  # noqa: PLC0415
        from platekeeper.office.retention.elsewhere import take_over  # noqa: PLC0415
        from platekeeper.office.retention.holds import HoldRequest  # noqa: PLC0415
        from platekeeper.office.retention.models import HoldScope  # noqa: PLC0415

        request = HoldRequest(
            kind=profile_of(agency).retention.exceptions.value[0], case_number=case_number, reason=reason,
            contact=contact, scope=HoldScope.READS,
        )  # fmt: skip
        person = Person.objects.select_related("agency").filter(agency=agency, username=username).first()
        if person is None:
            raise NobodyError(username)
        hold, done = take_over(person=person, source=source, reads=reads, hold=request, now=datetime.now(UTC))
        told = {"hold": str(hold), "stored": done.receipt.stored, "known": done.receipt.known,
                "quarantined": len(done.quarantined)}  # fmt: skip
        if as_json:
            click.echo(json.dumps(told, indent=2))
            return
        click.echo(
            f"{told['stored']:,} reads taken over and held, {told['known']:,} were here before; a supervisor was asked "
            f"to approve hold {hold}."
        )


def _as_json(
    agency: "Agency", schedule: "Schedule", plan: "Plan", moment: datetime, *, approved: bool
) -> dict[str, object]:
    return {
        "agency": agency.slug,
        "as_of": moment.isoformat(),
        "schedule": {
            "number": schedule.number, "approved": approved, "policy_version": schedule.policy_version,
            "anchor": schedule.anchor, "said": schedule.said,
        },
        "reads_before": plan.cut_offs.reads.isoformat(),
        "access_records_before": plan.cut_offs.records.isoformat(),
        "due": plan.due, "held": plan.held, "quarantined": plan.quarantined,
        "quarantined_held": plan.quarantined_held, "access_records": plan.records, "idle_keys": plan.keys,
        "months": [
            {"month": f"{one.month:%Y-%m}", "due": one.due, "held": one.held, "spared": one.spared,
             "not_due": one.kept, "holds": one.holds}
            for one in plan.months
        ],
    }  # fmt: skip


def _show(agency: "Agency", schedule: "Schedule", plan: "Plan", moment: datetime) -> None:
    console = Console(highlight=False)
    rule = schedule.said["purge"]
    console.print(
        f"{agency.name} on {moment:%Y-%m-%d %H:%M %Z}: reads go after {rule['words']} ({rule['clause']}), "
        f"counted from {schedule.anchor}; that is everything before {plan.cut_offs.reads:%Y-%m-%d %H:%M:%S} UTC."
    )
    if plan.is_empty and not plan.holds:
        console.print("Nothing is due.")
        return
    table = Table("Month", "Due", "Held", "Spared (hot list)", "Not due", box=None, pad_edge=False)
    table.add_column("Kept by hold", overflow="fold")
    for one in plan.months:
        holds = ", ".join(f"{hold} ({reads:,})" for hold, reads in sorted(one.holds.items()))
        table.add_row(
            f"{one.month:%Y-%m}",
            f"{one.due:,}",
            f"{one.held:,}",
            f"{one.spared:,}",
            f"{one.kept:,}",
            holds or "-",
        )
    console.print(table)
    records = schedule.said["access_records"]
    console.print(
        f"Also due: {plan.quarantined:,} reads in quarantine ({plan.quarantined_held:,} more are held); "
        f"{plan.records:,} access records older than "
        f"{records['words']} ({records['clause']}); {plan.keys:,} picture keys that serve nothing any more."
    )
