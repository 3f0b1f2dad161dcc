"""Open boards hear of new alerts at once, of their own agency alone, and again after the database was away."""

import asyncio
import contextlib
from collections.abc import Callable

import psycopg
import pytest
from django.db import connections
from django.test import AsyncClient

from platekeeper.office.accounts.models import Agency
from platekeeper.office.alerts import feed as feeding
from platekeeper.office.alerts.feed import Feed
from platekeeper.policy import Role

from ..doors import logged_in
from ..people import a_person, an_agency
from ..streets import a_camera, a_list, a_read, identified, take

PATIENCE_SECONDS = 30


@pytest.fixture
def agency() -> Agency:
    made = an_agency()
    a_list(made, "8ABC123")
    return made


@pytest.fixture
def raised(agency) -> Callable[[], str]:
    """Raises an alert and returns its id; safe in another thread."""
    camera = a_camera(agency)

    def raised_once() -> str:
        try:
            read = identified(a_read(camera, "8ABC123"))
            take(agency, read)
            return str(read.id)
        finally:
            connections.close_all()

    return raised_once


async def first_heard(feed: Feed, agency: Agency, raising: Callable[[], str]) -> tuple[str | None, list[str]]:
    """Return what a board hears first, and the alerts raised until then."""
    notices = feed.notices(agency.pk)
    heard = asyncio.ensure_future(anext(notices))
    told: list[str] = []
    for _ in range(PATIENCE_SECONDS * 2):
        told.append(await asyncio.to_thread(raising))
        with contextlib.suppress(TimeoutError):
            news = await asyncio.wait_for(asyncio.shield(heard), 0.5)
            return news and news.id, told
    raise AssertionError("nothing was heard")


async def ended(feed: Feed) -> None:
    if feed._task is not None:
        feed._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await feed._task


def listening(owner: psycopg.Connection) -> list[int]:
    rows = owner.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'platekeeper-feed'")
    return [pid for (pid,) in rows]


class TestFeed:
    def test_tells_a_board_of_its_agency_s_alerts(self, agency, raised):
        async def board() -> None:
            feed = Feed()
            heard, told = await first_heard(feed, agency, raised)
            await ended(feed)
            assert heard in told

        asyncio.run(board())

    def test_tells_no_board_of_another_agency_s_alerts(self, agency, raised):
        other = an_agency("milpitas")

        async def boards() -> None:
            feed = Feed()
            theirs = feed.notices(other.pk)
            at_theirs = asyncio.ensure_future(anext(theirs))
            await first_heard(feed, agency, raised)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(at_theirs, 0.5)
            await ended(feed)

        asyncio.run(boards())

    def test_gives_a_sign_of_life_where_nothing_happens(self, agency, monkeypatch):
        monkeypatch.setattr(feeding, "_HEARTBEAT_SECONDS", 0.05)

        async def board() -> None:
            feed = Feed()
            notices = feed.notices(agency.pk)
            assert await anext(notices) is None
            await ended(feed)

        asyncio.run(board())

    def test_listens_again_after_its_connection_was_cut(self, agency, raised, owner, database):
        async def board() -> None:
            feed = Feed()
            await first_heard(feed, agency, raised)
            with psycopg.connect(database.embedded.superuser_address(), autocommit=True) as superuser:
                for pid in listening(owner):
                    superuser.execute("SELECT pg_terminate_backend(%s)", [pid])
            heard, told = await first_heard(feed, agency, raised)
            await ended(feed)
            assert heard in told

        asyncio.run(board())

    def test_listens_once_for_all_boards(self, agency, raised, owner):
        async def boards() -> None:
            feed = Feed()
            many = [feed.notices(agency.pk) for _ in range(5)]
            waiting = [asyncio.ensure_future(anext(notices)) for notices in many]
            await first_heard(feed, agency, raised)
            heard = await asyncio.gather(*waiting)
            assert len(set(heard)) == 1
            assert len(listening(owner)) == 1
            await ended(feed)

        asyncio.run(boards())

    def test_forgets_a_board_that_was_closed(self, agency, monkeypatch):
        monkeypatch.setattr(feeding, "_HEARTBEAT_SECONDS", 0.05)

        async def board() -> None:
            feed = Feed()
            notices = feed.notices(agency.pk)
            await anext(notices)
            await notices.aclose()
            assert not any(feed._boards.values())
            await ended(feed)

        asyncio.run(board())


class TestStream:
    def test_is_of_server_sent_events_and_of_ids_alone(self, agency, raised, monkeypatch):
        feed = Feed()
        monkeypatch.setattr("platekeeper.office.alerts.views.FEED", feed)
        cookies = logged_in(a_person(agency, Role.PATROL_OFFICER)).cookies

        async def board() -> None:
            client = AsyncClient()
            client.cookies = cookies
            answer = await client.get("/alerts/stream/")
            assert answer.headers["Content-Type"] == "text/event-stream"
            parts = answer.streaming_content
            assert await anext(parts) == b"retry: 2000\n\n"
            told: list[str] = []
            heard = asyncio.ensure_future(anext(parts))
            for _ in range(PATIENCE_SECONDS * 2):
                told.append(await asyncio.to_thread(raised))
                with contextlib.suppress(TimeoutError):
                    said = await asyncio.wait_for(asyncio.shield(heard), 0.5)
                    break
            assert said.decode() in {f"event: alert\ndata: {alert_id}\n\n" for alert_id in told}
            await ended(feed)

        asyncio.run(board())
