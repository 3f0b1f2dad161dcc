"""How long an auditor's own machine takes to verify a ledger: the one file, Python alone, nothing of ours imported."""

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from bench.city import machine
from rich.console import Console
from rich.progress import track
from rich.table import Table

from platekeeper.ledger import verify
from platekeeper.ledger.checkpoints import SigningKey, StoredCheckpoint, make_checkpoint
from platekeeper.ledger.entries import Entry, StoredEntry
from platekeeper.ledger.exports import export

ORIGIN = "police.example.gov/platekeeper"
EVERY = 500  # entries an hour, and a checkpoint an hour
_START = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
_DETAILS = (
    '{"id":"%032x","query":{"plate":"8ABC%03d"},"reason":"Burglary at a pharmacy, silver sedan seen leaving",'
    '"purpose":"investigation","case_number":"26-01234","username":"detective.jones","full_name":"Robin Jones",'
    '"organization":"Redondo Beach Police Department","outcome":"ALLOWED","clauses":["RB 432.4(a)","RB 432.3"]}'
)


def entries(count: int) -> Iterator[StoredEntry]:
    """Yield a ledger's entries as searches make them."""
    chain = verify.ZERO_HASH
    for number in range(1, count + 1):
        salt = hashlib.sha256(b"%d" % number).digest()[:16]
        details = _DETAILS % (number, number % 1000)
        entry = Entry(
            number, _START + timedelta(seconds=7.2 * number), "redondo-beach", "access.opened", "detective.jones",
            f"00000000-0000-4000-8000-{number:012x}", verify.details_digest(salt, details.encode()),
        )  # fmt: skip
        leaf = entry.leaf_hash
        chain = verify.chain_hash(chain, leaf)
        yield StoredEntry(entry, leaf, chain, salt, details)


def written(path: Path, key: SigningKey, count: int) -> None:
    """Write an export of so many entries, with a checkpoint behind every 500."""
    signed: list[StoredCheckpoint] = []
    stretch: list[StoredEntry] = []
    whole: list[StoredEntry] = []
    for stored in track(entries(count), "appending", total=count, transient=True):
        stretch.append(stored)
        if len(stretch) == EVERY or stored.entry.sequence == count:
            signed.append(
                make_checkpoint(key, stretch, after=signed[-1] if signed else None, now=stored.entry.entry_at)
            )
            whole += stretch
            stretch = []
    with path.open("wb") as file:
        file.writelines(export(key.public, whole, signed, last=count))


def run(count: int) -> dict[str, Any]:
    """Write a ledger, verify it as an auditor would."""
    key = SigningKey(ORIGIN, bytes(32))
    with tempfile.TemporaryDirectory(prefix="platekeeper-bench-") as folder:
        path, public = Path(folder) / "ledger.jsonl", Path(folder) / "key.txt"
        written(path, key, count)
        public.write_text(key.public.line)
        size = path.stat().st_size
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        said = subprocess.run(
            [sys.executable, "-I", verify.__file__, "--key", str(public), str(path)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {
        "entries": count, "megabytes": round(size / 2**20), "wall_s": round(wall, 1),
        "processor_s": round(spent, 1), "said": said.stdout.strip(),
        "machine": machine(),
    }  # fmt: skip


@click.command()
@click.option("--entries", "count", default=1_000_000, show_default=True, help="How many entries it has.")
@click.option("--json", "as_json", is_flag=True)
def command(*, count: int, as_json: bool) -> None:
    """Measure how long verifying a whole ledger takes."""
    found = run(count)
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table(title=f"Verifying {count:,} entries", caption=found.pop("machine"), title_justify="left")
    table.add_column("")
    table.add_column("")
    for name, value in found.items():
        table.add_row(name.replace("_", " "), str(value))
    Console().print(table)
