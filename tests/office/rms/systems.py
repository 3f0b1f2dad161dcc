"""A records management system that really listens, as plain state: what it knows, what it got, how it behaves."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class RecordsSystem:
    """One system.

    Attributes:
        cases: number -> whether it is open.
        taken: what was delivered, by its key.
        asked: the numbers that were asked about.
        tokens: the Authorization headers that came.
        status: what deliveries are answered with.
        hangs: whether it thinks for too long.
        answer: what a lookup answers instead of what it knows.
    """

    cases: dict[str, bool] = field(default_factory=dict)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    deliveries: int = 0
    status: int = 201
    answer: bytes | None = None
    done: threading.Event = field(default_factory=threading.Event)
    hangs: bool = False
    url: str = ""

    @contextmanager
    def listening(self) -> Iterator["RecordsSystem"]:
        """Listen on a loopback port for the length of the block."""
        system = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                system.tokens.append(self.headers.get("Authorization", ""))
                number = parse_qs(urlsplit(self.path).query)["case_number"][0]
                system.asked.append(number)
                if system.hangs:
                    system.done.wait(20)
                known = number in system.cases
                body = (
                    system.answer or json.dumps({"known": known, "open": system.cases.get(number)}).encode()
                )
                self._answer(200 if known or system.answer else 404, body)

            def do_POST(self) -> None:
                system.tokens.append(self.headers.get("Authorization", ""))
                system.deliveries += 1
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if 200 <= system.status < 300:
                    system.taken[self.headers["Idempotency-Key"]] = json.loads(content)
                self._answer(system.status, b'{"receipt": "RMS-1"}')

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", system.url + "elsewhere")
                self.send_header("Content-Length", str(len(body)))
                with suppress(BrokenPipeError):  # whoever asked did not wait
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.done.set()
            server.shutdown()
            thread.join()
            server.server_close()
