"""`platekeeper bench NAME`: every figure that the README quotes, one command each.

The benches stand in the checkout's folder `bench`, one module a name, each with a click command called
`command`; a wheel does not carry them.
"""

import importlib.util
import sys
from pathlib import Path

import click

import platekeeper
from platekeeper.errors import PlatekeeperError

# name -> its module in the folder `bench`
BENCHES = {
    "recognition": "recognition.py",
    "calibration": "calibration.py",
    "colour": "colour.py",
    "ingest": "ingest.py",
    "hotlist": "hotlist.py",
    "match": "match.py",
    "alert-latency": "latency.py",
    "day": "day.py",
    "gate": "gate.py",
    "ledger": "ledger.py",
    "search": "search.py",
    "evidence": "evidence.py",
    "purge": "purge.py",
}


class BenchMissing(PlatekeeperError):  # noqa: N818  # named for what is so
    """The benches are not part of this installation."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The bench {name!r} is not part of an installed package: clone the repository,"
            " say `make test` once in it, and run `.venv/bin/platekeeper bench` there."
        )


def bench_folder() -> Path:
    """Return the checkout's folder of benches, whether or not it is there."""
    return Path(platekeeper.__file__).resolve().parents[2] / "bench"


class _Benches(click.Group):
    """A group that loads a bench's module only when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(BENCHES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name not in BENCHES:
            return None
        file = bench_folder() / BENCHES[cmd_name]
        spec = importlib.util.spec_from_file_location(f"bench_{cmd_name}", file)
        if not file.is_file() or spec is None or spec.loader is None:
            raise BenchMissing(cmd_name)
        root = str(file.parents[1])
        if root not in sys.path:
            sys.path.append(root)  # for what benches share: `from bench.city import ...`
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look their module up
        spec.loader.exec_module(module)
        command = module.command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Benches)
def bench() -> None:
    """Measure this installation: recognition, ingest, search and more."""
