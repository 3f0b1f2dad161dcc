"""Lists in force read into the memory of a process: how long that takes, and what it takes of memory."""

import contextlib
import multiprocessing
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.city import Precinct, agency_of

if TYPE_CHECKING:
    from platekeeper.office.accounts.models import Agency

_PATIENCE_S = 300


def most_mib() -> int:
    """Return the most memory that this process has held, in MiB; -1 where the system does not tell."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM")), -1)
    return -1


def _read_in(folder: str, slug: str, told: Any) -> None:
    agency = agency_of(folder, slug)
    before = most_mib()
    seconds, size = read_in(agency)
    told.put((seconds, size, before, most_mib()))


def read_in(agency: "Agency") -> tuple[float, int]:
    """Read the lists in force into this process; return the seconds that it took and the bytes that they have."""
    from django.db import transaction

    from platekeeper.office.alerts.sieve import SIEVES

    start = time.perf_counter()
    while True:
        with transaction.atomic(using="ingest"):
            if not SIEVES.sift(agency.pk, ["A"]).unread:
                return time.perf_counter() - start, SIEVES.size_bytes(agency.pk)
        time.sleep(0.01)


def read_in_apart(here: Precinct) -> dict[str, Any]:
    """Read the lists in force into a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    told = spawn.Queue()
    reader = spawn.Process(target=_read_in, args=(os.environ["PLATEKEEPER_DATA"], here.agency.slug, told))
    reader.start()
    seconds, size, before, most = told.get(timeout=_PATIENCE_S)
    reader.join()
    return {"read_in_s": round(seconds, 2), "sieve_mib": round(size / 2**20), "process_mib_before": before,
            "process_mib_at_most": most}  # fmt: skip
