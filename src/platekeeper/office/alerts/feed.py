"""Telling open boards that an alert was raised: PostgreSQL notifies, one listener a process passes it on.

A notice carries the agency and the alert's id, nothing else: whoever may listen learns that something happened, and
must open an access to see what (promise 1).
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import psycopg
from django.db import connections

CHANNEL = "platekeeper_alert"
_HEARTBEAT_SECONDS = 15.0
_RETRY_SECONDS = 1.0


class Feed:
    """One listening connection for all boards of this process, started by the first of them."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._boards: dict[int, set[asyncio.Queue[str]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def notices(self, agency_id: int) -> AsyncIterator[str | None]:
        """Yield the ids of an agency's alerts as they are raised, and None every 15 seconds without one.

        Args:
            agency_id: the agency.
        """
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=1000)
        self._boards.setdefault(agency_id, set()).add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        try:
            while True:
                try:
                    yield await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield None
        finally:
            self._boards[agency_id].discard(queue)

    async def _listen(self) -> None:
        while any(self._boards.values()):
            try:
                async with await _connection() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for notice in connection.notifies():
                        self._pass_on(json.loads(notice.payload))
            except psycopg.OperationalError:
                # the database is being restarted; boards catch up by reloading when their stream comes back
                await asyncio.sleep(_RETRY_SECONDS)

    def _pass_on(self, notice: dict[str, str]) -> None:
        for queue in self._boards.get(int(notice["agency"]), ()):
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(notice["alert"])


async def _connection() -> psycopg.AsyncConnection:
    settings = connections["default"].settings_dict
    options = {
        name: value for name, value in settings["OPTIONS"].items() if name != "pool"
    }  # such as sslmode
    return await psycopg.AsyncConnection.connect(
        host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"], user=settings["USER"],
        password=settings["PASSWORD"], autocommit=True, **(options | {"application_name": "platekeeper-feed"}),
    )  # fmt: skip


FEED = Feed()
