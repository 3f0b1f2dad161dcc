"""Prepared statements over Django's connections: what every page asks is planned once a connection, not once a page.

Django binds parameters on its own side, so the server plans each statement anew: 2.7 ms for a gate view over a year
of partitions, 0.2 ms prepared (docs/adr/0013-prepared-statements.md).
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import psycopg
from django.db import connections

Rows: TypeAlias = list[tuple[Any, ...]]


class Ask(NamedTuple):
    """A statement that binds on the server, and what it is given."""

    statement: str
    arguments: Sequence[Any] = ()


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


def ask_together(*asks: Ask, using: str = "default") -> list[Rows]:
    """Ask several prepared statements in one round trip; return the rows of each.

    Args:
        asks: the statements, none of which needs another's answer.
        using: the connection's alias.
    """
    if not asks:
        return []
    with contextlib.ExitStack() as stack:
        cursors = [stack.enter_context(prepared(using)) for _ in asks]
        with cursors[0].connection.pipeline():
            for cursor, ask in zip(cursors, asks, strict=True):
                cursor.execute(ask.statement, ask.arguments, prepare=True)
        return [cursor.fetchall() for cursor in cursors]
