"""`platekeeper worker`: what is due, done."""

import signal
import sys
import threading
from datetime import UTC, datetime

import click

from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then stop; exit status 1 if a job failed.")
@click.option("--attached", is_flag=True, hidden=True, help="Stop when standard input ends.")
def worker(*, once: bool, attached: bool) -> None:
    """Do what is due: purges, deliveries, reminders, checkpoints. `serve` starts one by itself."""
    database = Database.located()
    with database.used():
        if not attached:
            migrate(database)
        else:
            from platekeeper.office.config.migrate import set_up_django  # noqa: PLC0415  # `serve` has migrated

            set_up_django()
        from platekeeper.office.jobs.models import JobRun  # noqa: PLC0415  # Django must be set up first
        from platekeeper.office.jobs.operations import CUSTODIAN, run_due  # noqa: PLC0415
        from platekeeper.office.jobs.schedule import scheduled  # noqa: PLC0415
        from platekeeper.office.jobs.worker import work  # noqa: PLC0415

        if once:
            for name in run_due(scheduled(), datetime.now(UTC)):
                run = JobRun.objects.using(CUSTODIAN).get(pk=name)
                click.echo(f"{name}: {run.error or 'done'}")
            if JobRun.objects.using(CUSTODIAN).filter(failures__gt=0).exists():
                sys.exit(1)
            return
        work(_stop_asked(attached=attached))


def _stop_asked(*, attached: bool) -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if attached:  # when `serve` ends, however it ends, the pipe closes
        threading.Thread(target=_set_at_end_of_input, args=[stop], daemon=True).start()
    return stop


def _set_at_end_of_input(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()
