"""Prepared statements over Django's connections: what every page asks is planned once a connection, not once a page.

Django binds parameters on its own side, so the server plans each statement anew: 2.7 ms for a gate view over a year
of partitions, 0.2 ms prepared (docs/adr/0013-prepared-statements.md).
"""

import contextlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import msgspec
import psycopg
from django.db import connections
from psycopg.pq import TransactionStatus

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
    """Ask several questions in one prepared statement; return the rows of each.

    Args:
        asks: none of which needs another's answer, none with two columns of one name.
        using: the connection's alias.

    Returns:
        Rows whose values are spelt as JSON has them: a time is a text of ISO 8601.
    """
    if not asks:
        return []
    with prepared(using) as cursor:
        _send_together(cursor, asks)
        return _told_together(cursor)


@contextlib.contextmanager
def asking_together(*asks: Ask, using: str = "default") -> Iterator[list[Rows]]:
    """Ask as `ask_together` does, and do something else while the database looks.

    Args:
        asks: as there, at least one.
        using: the connection's alias; within the block it is busy.

    Yields:
        A list, empty until the block has ended; then the rows of each.
    """
    told: list[Rows] = []
    with prepared(using) as cursor:
        with cursor.connection.pipeline():  # it sends, and waits at its end
            _send_together(cursor, asks)
            yield told
        told += _told_together(cursor)


def _send_together(cursor: psycopg.Cursor[tuple[Any, ...]], asks: Sequence[Ask]) -> None:
    arguments = [argument for ask in asks for argument in ask.arguments]
    cursor.execute(_together(*(ask.statement for ask in asks)), arguments, prepare=True)


def _told_together(cursor: psycopg.Cursor[tuple[Any, ...]]) -> list[Rows]:
    (told,) = cursor.fetchone() or ("[]",)
    return [[tuple(row.values()) for row in rows] for rows in msgspec.json.decode(told)]


@lru_cache(maxsize=256)
def _together(*statements: str) -> str:
    each = ", ".join(
        f"(SELECT coalesce(json_agg(q), '[]') FROM ({statement}) q)"  # noqa: S608  # our own statements
        for statement in statements
    )
    return f"SELECT json_build_array({each})::text"


def ask_in_one_go(*asks: Ask, using: str = "default") -> list[Rows]:
    """Send several prepared statements at once, one transaction where none was begun; return the rows of each.

    Args:
        asks: the statements, none of which needs another's answer.
        using: the connection's alias.

    Raises:
        DatabaseError: one of them, or their commit, failed; nothing of the others is given out.
    """
    connection = connections[using]
    connection.ensure_connection()
    cursors = [psycopg.Cursor(connection.connection) for _ in asks]
    with connection.wrap_database_errors, _usable_afterwards(connection.connection):
        with connection.connection.pipeline():
            for cursor, ask in zip(cursors, asks, strict=True):
                cursor.execute(ask.statement, ask.arguments, prepare=True)
        return [cursor.fetchall() for cursor in cursors]


@contextlib.contextmanager
def _usable_afterwards(connection: psycopg.Connection[Any]) -> Iterator[None]:
    # a pipeline whose last commit fails is never left by the driver: its next user would wait for ever
    try:
        yield
    except psycopg.Error:
        if connection.info.transaction_status == TransactionStatus.ACTIVE:
            connection.close()
        raise
    except (
        IndexError
    ) as error:  # the driver's own, where the failure comes after the last answer that it waited for
        connection.close()
        raise psycopg.OperationalError(
            "The transaction failed at its end; nothing of it was kept."
        ) from error
