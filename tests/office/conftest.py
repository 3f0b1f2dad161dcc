"""A real database for the office's tests, started once; every test makes an agency of its own and shares nothing.

Nothing is deleted between tests: reads, records and the ledger cannot be, and agencies do not see each other.
"""

import atexit
import io
import logging
from collections.abc import Callable, Iterator

import psycopg
import pytest

from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate, set_up_django

# test modules import models, models need settings, and settings name the port: so the server runs before all of them
_database = Database.located()
_database.folder.prepare()
assert _database.embedded is not None
_server = _database.embedded
_server.enter()
atexit.register(_server.leave)
set_up_django()


@pytest.fixture(scope="session", autouse=True)
def database() -> Iterator[Database]:
    """The running, migrated database of this test session."""
    from django.db import connections

    _database.prepare()
    migrate(_database)
    yield _database
    for connection in connections.all():
        connection.close()
        pool = getattr(connection, "close_pool", None)
        if pool is not None:
            pool()


@pytest.fixture
def connect(database: Database) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Connects as a role, past all of the product's code; each statement is a transaction of its own."""
    made: list[psycopg.Connection] = []

    def connected(role: str) -> psycopg.Connection:
        made.append(psycopg.connect(database.address(role), autocommit=True))
        return made[-1]

    yield connected
    for connection in made:
        connection.close()


@pytest.fixture
def web(connect: Callable[[str], psycopg.Connection]) -> psycopg.Connection:
    """Raw SQL as the role that the pages use."""
    return connect("web")


@pytest.fixture
def owner(connect: Callable[[str], psycopg.Connection]) -> psycopg.Connection:
    """Raw SQL as the owner of the tables."""
    return connect("owner")


@pytest.fixture
def console() -> Iterator[io.StringIO]:
    """What the product's own log handler writes during a test."""
    handler = next(one for one in logging.getLogger("django").handlers if type(one) is logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)
