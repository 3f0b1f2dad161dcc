"""Telling open boards that something happened: PostgreSQL notifies, one listener a process passes it on.

A notice carries the agency, what it is about (an alert, or dispatch) and an id, nothing else: whoever may listen learns
that something happened, and must open an access to see what (promise 1).
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
from django.db import connections

CHANNEL = "platekeeper_alert"
_HEARTBEAT_SECONDS = 15.0
_RETRY_SECONDS = 1.0
_ABOUT = ("alert", "dispatch")


@dataclass(frozen=True)
class News:
    """Something happened.

    Attributes:
        about: `alert`, or `dispatch` for units, pursuits and cancellations.
        id: of what.
    """

    about: str
    id: str


def announce(agency_id: int, about: str, subject: str, using: str) -> None:
    """Tell the boards of an agency, when and if the present transaction commits.

    Args:
        agency_id: whose boards.
        about: `alert` or `dispatch`.
        subject: id of what happened; nothing that must not be seen.
        using: the connection.
    """
    assert about in _ABOUT
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"agency": agency_id, about: subject})]
        )


class Feed:
    """One listening connection for all boards of this process, started by the first of them."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._boards: dict[int, set[asyncio.Queue[News]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def notices(self, agency_id: int) -> AsyncIterator[News | None]:
        """Yield what happens at an agency, alerts raised and changed among it, and None every 15 seconds without.

        Args:
            agency_id: the agency.
        """
        queue: asyncio.Queue[News] = asyncio.Queue(maxsize=1000)
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
        about = next(name for name in _ABOUT if name in notice)
        for queue in self._boards.get(int(notice["agency"]), ()):
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(News(about, notice[about]))


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
