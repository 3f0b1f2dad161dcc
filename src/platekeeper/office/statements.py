"""Prepared statements over Django's connections: what every page asks is planned once a connection, not once a page.

Django binds parameters on its own side, so the server plans each statement anew: 2.7 ms for a gate view over a year
of partitions, 0.2 ms prepared (docs/adr/0013-prepared-statements.md).
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connections


@contextlib.contextmanager
def prepared(using: str = "default") -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """Give a cursor that binds on the server; call `execute(..., prepare=True)` on it.

    Args:
        using: the connection's alias; its open transaction, if any, is this cursor's, too.

    Raises:
        DatabaseError: as Django's own cursors do.
    """
    connection = connections[using]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor
