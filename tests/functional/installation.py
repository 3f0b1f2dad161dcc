"""A whole installation in a folder of its own, driven as its users do: by the command and over HTTP."""

import atexit
import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

# a test run in the background has interruptions switched off, and its children inherit that
HEEDS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
COMMAND = [sys.executable, "-c", f"{HEEDS}; from platekeeper.cli import main; main()"]
PICTURES = Path(__file__).parents[2] / "src" / "platekeeper" / "demo" / "pictures"
PATIENCE_SECONDS = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """One data folder and the processes that were started over it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="platekeeper-house-"))
        self.folder.chmod(0o711)
        self.data = self.folder / "data"
        self.port = free_port()
        self.server: subprocess.Popen[bytes] | None = None
        self.log = (
            self.folder / "server.log"
        )  # a pipe that nobody empties would stop the server when it is full

    def environment(self, **more: str) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {**clean, "PLATEKEEPER_DATA": str(self.data), "PYTHONUNBUFFERED": "1", **more}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def said(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def pictures(self, *starts: str) -> Path:
        """Return a folder with some of the demonstration's scenes."""
        folder = self.folder / f"pictures-{'-'.join(starts)}"
        folder.mkdir()
        for start in starts:
            for picture in PICTURES.glob(f"{start}*.jpg"):
                shutil.copy(picture, folder)
        return folder

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port)],
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            assert self.server.poll() is None, self.log.read_text()
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.address}/health/", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return
            time.sleep(0.2)
        raise AssertionError("the server did not come up")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Stop the server and return its exit status."""
        assert self.server is not None
        self.server.send_signal(how)
        try:
            self.server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        status, self.server = self.server.returncode, None
        return status

    def kill_database(self) -> None:
        """Kill PostgreSQL where it stands, as a power cut would."""
        pid = int((self.data / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)

    def post_reads(self, token: str, reads: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Post a batch; return the answer to it if it was acknowledged, else None."""
        request = urllib.request.Request(
            f"{self.address}/api/reads",
            data=json.dumps({"reads": reads}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                received: dict[str, Any] = json.loads(answer.read())
                return received
        except (OSError, urllib.error.HTTPError):
            return None

    @contextlib.contextmanager
    def connected(self, role: str) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.said("db", "url", "--role", role), autocommit=True) as connection:
            yield connection

    def throw_away(self) -> None:
        if self.server is not None:
            self.stop(signal.SIGKILL)
        if self.data.exists():
            self.run("db", "stop")
        house = (self.data / "postgres").resolve().parent
        shutil.rmtree(self.folder, ignore_errors=True)
        if house.parent == Path("/var/lib/platekeeper"):
            shutil.rmtree(house, ignore_errors=True)


@functools.cache
def _model() -> Installation:
    """Make an installation with an empty database, once a process; it takes as long as many a test."""
    made = Installation()
    atexit.register(made.throw_away)
    made.said("migrate")
    return made


@contextlib.contextmanager
def migrated() -> Iterator[Installation]:
    """An installation whose database is there and empty."""
    with installation() as made:
        model = _model()
        if (model.data / "postgres").is_symlink():  # its cluster lives elsewhere (postgres_house.py)
            made.said("migrate")
        else:
            subprocess.run(["cp", "-a", str(model.data), str(made.data)], check=True)
            (made.data / "postgres" / "port").unlink()  # each has a port of its own
        yield made


@contextlib.contextmanager
def installation() -> Iterator[Installation]:
    made = Installation()
    try:
        yield made
    finally:
        made.throw_away()
