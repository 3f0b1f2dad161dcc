"""A real database for the office's tests, started once; every test makes an agency of its own and shares nothing.

Nothing is deleted between tests: reads, records and the ledger cannot be, and agencies do not see each other.
"""

from collections.abc import Iterator

import pytest

from platekeeper.office.config.database import Database
from platekeeper.office.config.migrate import migrate


@pytest.fixture(scope="session", autouse=True)
def database() -> Iterator[Database]:
    """The running, migrated database of this test session."""
    database = Database.located()
    database.folder.prepare()
    with database.used():
        migrate(database)
        yield database
        from django.db import connections

        for connection in connections.all():
            connection.close()
            pool = getattr(connection, "close_pool", None)
            if pool is not None:
                pool()
