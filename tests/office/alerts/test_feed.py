"""Open boards hear of new alerts at once, of their own agency alone, and again after the database was away."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from django.db import connections
from django.test import AsyncClient

from platekeeper.office.accounts.models import Agency
from platekeeper.office.alerts import feed as feeding
from platekeeper.office.alerts.feed import CHANNEL, LINE_OFF, LINE_ON, Feed, News
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


async def listened(feed: Feed, agency: Agency) -> AsyncIterator[News | None]:
    """Return a board's notices once nothing can be missed any more."""
    notices = feed.notices(agency.pk)
    assert await anext(notices) == LINE_ON
    return notices


async def soon(notices: AsyncIterator[News | None]) -> News | None:
    return await asyncio.wait_for(anext(notices), PATIENCE_SECONDS)


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
            notices = await listened(feed, agency)
            told = await asyncio.to_thread(raised)
            assert await soon(notices) == News("alert", told)
            await ended(feed)

        asyncio.run(board())

    def test_tells_no_board_of_another_agency_s_alerts(self, agency, raised):
        other = an_agency("milpitas")

        async def boards() -> None:
            feed = Feed()
            theirs = await listened(feed, other)
            ours = await listened(feed, agency)
            await asyncio.to_thread(raised)
            await soon(ours)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(theirs), 0.5)
            await ended(feed)

        asyncio.run(boards())

    def test_gives_a_sign_of_life_where_nothing_happens(self, agency, monkeypatch):
        monkeypatch.setattr(feeding, "_HEARTBEAT_SECONDS", 0.05)

        async def board() -> None:
            feed = Feed()
            notices = await listened(feed, agency)
            assert await anext(notices) is None
            await ended(feed)

        asyncio.run(board())

    def test_says_when_its_line_is_lost_and_when_it_listens_again(self, agency, raised, owner, database):
        async def board() -> None:
            feed = Feed()
            notices = await listened(feed, agency)
            with psycopg.connect(database.embedded.superuser_address(), autocommit=True) as superuser:
                for pid in listening(owner):
                    superuser.execute("SELECT pg_terminate_backend(%s)", [pid])
            assert [await soon(notices), await soon(notices)] == [LINE_OFF, LINE_ON]
            told = await asyncio.to_thread(raised)
            assert await soon(notices) == News("alert", told)
            await ended(feed)

        asyncio.run(board())

    @pytest.mark.parametrize(
        "payload", ["", "no json", "[]", "7", '{"agency": "x", "alert": 1}', '{"agency": 1}']
    )
    def test_listens_on_whatever_somebody_else_notifies(self, agency, raised, web, payload):
        async def board() -> None:
            feed = Feed()
            notices = await listened(feed, agency)
            web.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
            told = await asyncio.to_thread(raised)
            assert await soon(notices) == News("alert", told)
            await ended(feed)

        asyncio.run(board())

    def test_lets_a_board_that_fell_behind_ask_for_everything_anew(self, agency):
        async def board() -> None:
            feed = Feed()
            notices = await listened(feed, agency)
            for number in range(1001):
                feed._pass_on(json.dumps({"agency": agency.pk, "alert": str(number)}))
            assert await soon(notices) == LINE_ON
            await ended(feed)

        asyncio.run(board())

    def test_lets_every_board_go_when_the_server_stops(self, agency):
        async def board() -> None:
            feed = Feed()
            notices = await listened(feed, agency)
            feed.end()
            with pytest.raises(StopAsyncIteration):
                await soon(notices)
            await ended(feed)

        asyncio.run(board())

    def test_listens_once_for_all_boards(self, agency, raised, owner):
        async def boards() -> None:
            feed = Feed()
            many = [await listened(feed, agency) for _ in range(5)]
            await asyncio.to_thread(raised)
            heard = [await soon(notices) for notices in many]
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
    @pytest.mark.parametrize("address", ["/alerts/stream/", "/dispatch/stream/"])
    @pytest.mark.parametrize(("is_news", "said"), [(False, "same"), (True, "on")])
    def test_says_whether_anything_came_since_the_page_was_drawn(
        self, address, is_news, said, agency, raised, monkeypatch
    ):
        monkeypatch.setattr("platekeeper.office.alerts.views.FEED", feed := Feed())
        client = logged_in(a_person(agency, Role.DISPATCHER))
        page = client.get(address.replace("stream", "board") if "dispatch" in address else "/alerts/")
        seen = re.search(r'data-news="(\w+)"', page.content.decode())[1]
        if is_news:
            raised()

        async def board() -> None:
            asking = AsyncClient()
            asking.cookies = client.cookies
            parts = (await asking.get(address, {"seen": seen})).streaming_content
            await anext(parts)
            assert await anext(parts) == f"event: line\ndata: {said}\n\n".encode()
            told = await asyncio.to_thread(raised)
            assert await anext(parts) == f"event: alert\ndata: {told}\n\n".encode()
            await ended(feed)

        asyncio.run(board())

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
            assert await anext(parts) == b"event: line\ndata: on\n\n"
            told = await asyncio.to_thread(raised)
            assert await anext(parts) == f"event: alert\ndata: {told}\n\n".encode()
            await ended(feed)

        asyncio.run(board())
