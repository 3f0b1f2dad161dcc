"""The ledger's rows, read and checkpointed as `auditor`, who may do nothing else.

Everything streams: a ledger of any length takes the memory of one row.
"""

from collections.abc import Iterator

import psycopg

from platekeeper.ledger.checkpoints import StoredCheckpoint
from platekeeper.ledger.entries import Entry, StoredEntry

_ENTRIES = """
SELECT e.sequence, e.entry_at, e.agency, e.event, e.actor, e.subject, e.details_digest, e.leaf_hash, e.chain_hash,
       d.salt, d.details
  FROM ledger_entry e LEFT JOIN ledger_details d USING (sequence)
 WHERE e.sequence > %s ORDER BY e.sequence
"""
_CHECKPOINTS = "SELECT body, signature, edge, timestamp_token FROM ledger_checkpoint ORDER BY size, made_at"


def entries(connection: psycopg.Connection, *, after: int = 0) -> Iterator[StoredEntry]:
    """Yield the entries behind a sequence number, in order.

    Args:
        connection: the auditor's.
        after: the last entry that is not wanted.
    """
    with connection.transaction(), connection.cursor(name="ledger_entries") as cursor:
        cursor.itersize = 2000
        for row in cursor.execute(_ENTRIES, [after]):
            entry = Entry(row[0], row[1], row[2], row[3], row[4], row[5], bytes(row[6]))
            salt = None if row[9] is None else bytes(row[9])
            yield StoredEntry(entry, bytes(row[7]), bytes(row[8]), salt, row[10])


def checkpoints(connection: psycopg.Connection) -> list[StoredCheckpoint]:
    """Return every checkpoint, in the order in which they were made.

    Args:
        connection: the auditor's.
    """
    rows = connection.execute(_CHECKPOINTS).fetchall()
    return [
        StoredCheckpoint.restored(
            body, bytes(signature), bytes(edge), None if token is None else bytes(token)
        )
        for body, signature, edge, token in rows
    ]


def last_sequence(connection: psycopg.Connection) -> int:
    """Return the number of the last entry, 0 for an empty ledger.

    Args:
        connection: the auditor's.
    """
    row = connection.execute("SELECT coalesce(max(sequence), 0) FROM ledger_entry").fetchone()
    assert row is not None
    return int(row[0])


def keep_checkpoint(connection: psycopg.Connection, made: StoredCheckpoint) -> None:
    """Store a checkpoint.

    Args:
        connection: the auditor's.
        made: the checkpoint.
    """
    with connection.transaction():
        connection.execute(
            "INSERT INTO ledger_checkpoint (size, made_at, body, signature, edge, timestamp_token)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [made.size, made.made_at, made.body, made.signature, made.edge, made.timestamp],
        )
