"""The one command, `platekeeper`: a table of subcommands, each loaded only when it is called.

Expected failures are `PlatekeeperError`s: their sentence goes to standard error, the exit status is 1. Anything else
is a defect of ours and keeps its traceback.
"""

import importlib
import os
import sys

import click

from platekeeper.errors import PlatekeeperError

# name -> where its click command stands
COMMANDS = {
    "demo": "platekeeper.cli.demo:demo",
    "serve": "platekeeper.cli.serve:serve",
    "migrate": "platekeeper.cli.serve:migrate",
    "worker": "platekeeper.cli.worker:worker",
    "db": "platekeeper.cli.db:db",
    "agency": "platekeeper.cli.people:agency",
    "person": "platekeeper.cli.people:person",
    "account": "platekeeper.cli.account:account",
    "address": "platekeeper.cli.address:address",
    "camera": "platekeeper.cli.devices:camera",
    "producer": "platekeeper.cli.devices:producer",
    "take": "platekeeper.cli.take:take",
    "bench": "platekeeper.cli.bench:bench",
    "read": "platekeeper.cli.read:read",
    "hotlist": "platekeeper.cli.hotlist:hotlist",
    "rms": "platekeeper.cli.rms:rms",
    "compliance": "platekeeper.cli.compliance:compliance",
    "ledger": "platekeeper.cli.ledger:ledger",
    "evidence": "platekeeper.cli.evidence:evidence",
    "backup": "platekeeper.cli.backup:backup",
    "restore": "platekeeper.cli.backup:restore",
    "policy": "platekeeper.cli.policy:policy",
    "retention": "platekeeper.cli.retention:retention",
}


class _Lazy(click.Group):
    """A group that imports a subcommand's module only when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="platekeeper")
def platekeeper() -> None:
    """Read plates, match hot lists, alert officers, and keep to the agency's published policy."""


def main() -> None:
    """Run the command line; the console script's entry point."""
    try:
        sys.exit(platekeeper(standalone_mode=False))
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. Nothing is half done; start the same command again to go on.", err=True)
        sys.exit(130)
    except PlatekeeperError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        # the reader of our output went away (`platekeeper read ... | head`): nobody is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
