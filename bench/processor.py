"""The processor time that something takes, here and in the database: what is left when nobody else waits."""

import time
from collections.abc import Callable
from pathlib import Path


def processor_s(alias: str, do: Callable[[], object]) -> float:
    """Return the processor seconds of this thread and of the server's process of a connection.

    Args:
        alias: the connection.
        do: what is measured.
    """
    from django.db import connections

    connection = connections[alias]
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    before = on_cpu(pid), time.thread_time()
    do()
    return on_cpu(pid) - before[0] + time.thread_time() - before[1]


def on_cpu(pid: int) -> float:
    """Return the seconds that a process has had the processor; not a number where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError):
        return float("nan")
