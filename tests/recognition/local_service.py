"""A recognition service on this machine: answers by HTTP what it was told to, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

DROP_S = 0.02


@dataclass
class LocalService:
    """What the service does.

    Attributes:
        answer: what it answers: JSON, or bytes as they are.
        status: with which code.
        busy: how often it first answers that it is asked too often.
        failing: which of its answers, counted from 0, have the code 503 instead.
        drips: what of an answer comes a byte at a time, and never ends; "nothing" keeps silent.
        asked: path, headers and body of each request.
        address: where it is.
    """

    answer: Any
    status: int = 200
    busy: int = 0
    failing: frozenset[int] = frozenset()
    drips: Literal["", "head", "content", "nothing"] = ""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    def content(self) -> bytes:
        """Return the answer as it goes out."""
        return self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()

    def code(self) -> int:
        """Return the code of the next answer."""
        self.busy -= 1
        if self.busy >= 0:
            return 429
        return 503 if len(self.asked) - 1 in self.failing else self.status


@contextmanager
def serving(service: LocalService) -> Iterator[LocalService]:
    """Let a service answer at its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.asked.append((self.path, dict(self.headers), body))
            if service.drips == "nothing":
                service.closing.wait()
                return
            if service.drips == "head":
                self._drip(b"HTTP/1.0 200 OK\r\nX-Drops: ")
                return
            self.send_response(service.code())
            self.send_header("Retry-After", "0")
            self.end_headers()
            if service.drips == "content":
                self._drip(service.content()[:-1])
                return
            self.wfile.write(service.content())

        def _drip(self, beginning: bytes) -> None:
            self.wfile.write(beginning)
            try:
                while not service.closing.wait(DROP_S):
                    self.wfile.write(b" ")
            except OSError:
                return

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
