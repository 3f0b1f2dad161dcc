"""`platekeeper compliance`: each obligation of an agency's policy, how it stands, and by which evidence."""

import json
import sys
from datetime import UTC, datetime

import click

from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate


@click.command()
@click.argument("agency")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def compliance(agency: str, *, as_json: bool) -> None:
    """Say how AGENCY keeps each obligation of its policy; exit status 1 where one is overdue."""
    database = Database.located()
    with database.used():
        migrate(database)
        from platekeeper.office.accounts.models import Agency  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.accounts.queries import profile_of  # noqa: PLC0415
        from platekeeper.office.compliance.queries import compliance_report  # noqa: PLC0415
        from platekeeper.office.compliance.registry import State  # noqa: PLC0415
        from platekeeper.office.devices.operations import agency_of  # noqa: PLC0415

        found = Agency.objects.get(pk=agency_of(agency).pk)
        now = datetime.now(UTC)
        rows = compliance_report(found, now)
        if as_json:
            listed = [
                {
                    "obligation": row.obligation, "duty": row.duty, "state": row.state.value, "in_scope": row.in_scope,
                    "clauses": row.clauses, "evidence": row.evidence, "checks": row.checks, "tests": row.tests,
                    "remedy": row.remedy,
                }
                for row in rows
            ]  # fmt: skip
            head = {
                "agency": found.slug,
                "policy_version": profile_of(found).version,
                "computed_at": now.isoformat(),
            }
            click.echo(json.dumps({**head, "obligations": listed}, ensure_ascii=False, indent=2))
        else:
            for row in rows:
                click.echo(f"{row.obligation}  {row.state.value:17} {row.duty} {' '.join(row.evidence)}")
            counted = {state: sum(row.state is state for row in rows) for state in State}
            click.echo(", ".join(f"{count} {state.value}" for state, count in counted.items() if count))
        if any(row.state is State.OVERDUE for row in rows):
            sys.exit(1)
