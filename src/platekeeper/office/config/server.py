"""The web server of one data folder: one process, loopback by default, watching over the embedded database."""

import contextlib
import logging
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvicorn

from platekeeper.errors import PlatekeeperError
from platekeeper.office.alerts.feed import FEED
from platekeeper.office.config.data_folder import DataFolder
from platekeeper.office.config.database import Database

log = logging.getLogger("platekeeper.server")


class ServerError(PlatekeeperError):
    """The server cannot start."""


@dataclass
class Server:
    """One address to serve on."""

    host: str
    port: int
    _socket: socket.socket | None = field(default=None, init=False, repr=False)

    def claim(self) -> None:
        """Take the port before anything else is done.

        Raises:
            ServerError: somebody else has it.
        """
        listener = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            raise ServerError(
                f"Port {self.port} on {self.host} is taken ({error.strerror}): "
                "stop what uses it, or choose another with --port."
            ) from error
        self._socket = listener

    def alone(self, folder: DataFolder) -> contextlib.AbstractContextManager[None]:
        """Hold the data folder's only place for a server.

        Args:
            folder: the data folder.

        Returns:
            A context that raises DataFolderError if another server has the place.
        """
        return folder.held(
            "serve",
            f"Another Platekeeper already serves the data folder {folder.path}: "
            "stop it, or name another folder in PLATEKEEPER_DATA.",
        )

    def run(self, database: Database) -> None:
        """Serve until told to stop.

        Args:
            database: the database in use; if it is ours and dies, it is started again.
        """
        assert self._socket is not None, "claim() comes first"
        config = uvicorn.Config(
            "platekeeper.office.config.asgi:application",
            log_config=None,
            access_log=False,  # addresses of pages may tell what was looked at
            server_header=False,
            timeout_graceful_shutdown=3,
            lifespan="off",
        )
        with _watched(database), _worked():
            # uvicorn ends in order and then raises the signal again: by default SIGTERM would end us right there,
            # and our database would be left behind running
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
            _Pages(config).run(sockets=[self._socket])


class _Pages(uvicorn.Server):
    """The pages' server; whoever listens for news is let go first when it stops."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        FEED.end()
        await super().shutdown(sockets)


@contextlib.contextmanager
def _watched(database: Database) -> Iterator[None]:
    """Start the embedded server again if it dies; what was committed is there."""
    embedded = database.embedded
    done = threading.Event()

    def watch() -> None:
        assert embedded is not None
        while not done.wait(1.0):
            if not embedded.answers():
                log.error("The embedded PostgreSQL does not answer; it is started again.")
                try:
                    embedded.start()
                except PlatekeeperError as error:
                    log.error("%s", error)  # noqa: TRY400  # a sentence, not a traceback

    watcher = threading.Thread(target=watch, name="database-watch", daemon=True)
    if embedded is not None:
        watcher.start()
    try:
        yield
    finally:
        done.set()
        if embedded is not None:
            watcher.join()


@contextlib.contextmanager
def _worked() -> Iterator[None]:
    """Have a worker beside the pages for the length of the block, and a new one where it dies."""
    done = threading.Event()
    command = [sys.executable, "-m", "platekeeper", "worker", "--attached"]

    def watch() -> None:
        while not done.is_set():
            # it goes when its standard input closes, which the kernel does for us even after a kill -9; a group of
            # its own, so that ctrl-C reaches it through us and not in the middle of a purge
            with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as worker:  # noqa: S603  # our own words
                while worker.poll() is None and not done.wait(0.5):
                    pass
                assert worker.stdin is not None
                worker.stdin.close()
            if not done.wait(1.0):
                log.error("The worker ended; it is started again.")

    watcher = threading.Thread(target=watch, name="worker-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
