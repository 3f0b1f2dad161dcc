"""A deadline for all that goes over a connection: a socket's own timeout begins anew with every byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Deadline:
    """Cuts a connection after a time, whatever it is doing."""

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s
        self.has_passed = False

    @contextmanager
    def on(self, connection: socket.socket) -> Iterator[None]:
        """Hold a connection to the deadline.

        What waits for it when the deadline passes sees its end, as if the other side had hung up.

        Args:
            connection: connected; its own timeout becomes the deadline's.
        """
        connection.settimeout(self._after_s)
        alarm = threading.Timer(self._after_s, self._cut, [connection])
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()

    def _cut(self, connection: socket.socket) -> None:
        self.has_passed = True
        with suppress(OSError):  # the other side was faster
            connection.shutdown(socket.SHUT_RDWR)
