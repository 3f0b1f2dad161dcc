"""Telling open boards that something happened: PostgreSQL notifies, one listener a process passes it on.

A notice carries the agency, what it is about (an alert, or dispatch) and an id, nothing else: whoever may listen learns
that something happened, and must open an access to see what (promise 1).

A board is told, too, when the listener's own line to the database is there and when it is lost: what happened in
between was heard by nobody, so a board asks for everything anew once the line is on.
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
_ABOUT = {"alert", "dispatch"}


@dataclass(frozen=True)
class News:
    """Something happened.

    Attributes:
        about: `alert`, `dispatch` for units, pursuits and cancellations, or `line` for the feed itself.
        id: of what; of the line whether it is `on` or `off`.
    """

    about: str
    id: str


LINE_ON, LINE_OFF = News("line", "on"), News("line", "off")
_END = News("line", "end")


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
        self._listens = False

    async def notices(self, agency_id: int) -> AsyncIterator[News | None]:
        """Yield what happens at an agency and how the line is, and None every 15 seconds without news, until `end`.

        Nothing that happens after `LINE_ON` is missed, until `LINE_OFF`.

        Args:
            agency_id: the agency.
        """
        queue: asyncio.Queue[News] = asyncio.Queue(maxsize=1000)
        if self._listens:
            queue.put_nowait(LINE_ON)
        self._boards.setdefault(agency_id, set()).add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        try:
            while True:
                try:
                    news = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield None
                    continue
                if news == _END:
                    return
                yield news
        finally:
            self._boards[agency_id].discard(queue)

    def end(self) -> None:
        """Let every open board go in order: the server stops, and would wait for it and break it off else."""
        for queues in self._boards.values():
            for queue in queues:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(_END)

    async def _listen(self) -> None:
        while any(self._boards.values()):
            # the database may be away, or full: the boards say that the line is lost until it is back
            with contextlib.suppress(psycopg.OperationalError):
                async with await _connection() as connection:
                    await self._hear(connection)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _hear(self, connection: psycopg.AsyncConnection) -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        self._tell_line(listens=True)
        try:
            async for notice in connection.notifies():
                self._pass_on(notice.payload)
        finally:
            self._tell_line(listens=False)

    def _tell_line(self, *, listens: bool) -> None:
        self._listens = listens
        for agency_id in self._boards:
            self._tell(agency_id, LINE_ON if listens else LINE_OFF)

    def _pass_on(self, payload: str) -> None:
        # any role may notify anything at all
        with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError):
            notice = json.loads(payload)
            (about,) = notice.keys() & _ABOUT
            self._tell(int(notice["agency"]), News(about, str(notice[about])))

    def _tell(self, agency_id: int, news: News) -> None:
        for queue in self._boards.get(agency_id, ()):
            if queue.full():  # nobody reads that fast: the board asks for everything anew
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(LINE_ON if self._listens else LINE_OFF)
            else:
                queue.put_nowait(news)


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
