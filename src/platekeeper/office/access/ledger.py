"""The ledger's rows, read and checkpointed as `auditor`, who may do nothing else.

Everything streams: a ledger of any length takes the memory of some rows.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from platekeeper.ledger.checkpoints import SigningKey, StoredCheckpoint
from platekeeper.ledger.entries import Entry, StoredEntry
from platekeeper.ledger.verify import KEY_EVENT, PublicKey
from platekeeper.office.access.keys import KeyRing

_ENTRIES = """
SELECT e.sequence, e.entry_at, e.agency, e.event, e.actor, e.subject, e.details_digest, e.leaf_hash, e.chain_hash,
       d.salt, d.details
  FROM ledger_entry e LEFT JOIN ledger_details d ON d.sequence = e.sequence AND %(details)s
 WHERE e.sequence > %(after)s AND e.sequence <= %(last)s ORDER BY e.sequence LIMIT %(lot)s
"""
_LEAVES = """
SELECT sequence, leaf_hash FROM ledger_entry
 WHERE sequence > %(after)s AND sequence <= %(last)s ORDER BY sequence LIMIT %(lot)s
"""
_CHECKPOINTS = "SELECT body, signature, edge, timestamp_token FROM ledger_checkpoint ORDER BY size, made_at"
_AT_ONCE = 2000


class LedgerBook:
    """One installation's ledger."""

    def __init__(
        self, connect: Callable[[], psycopg.Connection], key: SigningKey, older: Sequence[PublicKey] = ()
    ) -> None:
        """Say how it is reached and who signs it.

        Args:
            connect: opens a connection as `auditor`.
            key: the key that signs checkpoints.
            older: the keys that signed before, oldest first.
        """
        self._connect = connect
        self._key = key
        self._older = tuple(older)

    def entries(self, *, after: int = 0, details: bool = False) -> Iterator[StoredEntry]:
        """Yield the entries behind a sequence number, in order, up to the last that is committed now.

        Args:
            after: the last entry that is not wanted.
            details: also what they are about, where it is not erased.
        """
        for row in self._rows(_ENTRIES, after=after, last=self.size(), details=details):
            entry = Entry(row[0], row[1], row[2], row[3], row[4], row[5], bytes(row[6]))
            salt = None if row[9] is None else bytes(row[9])
            yield StoredEntry(entry, bytes(row[7]), bytes(row[8]), salt, row[10])

    def leaf_hashes(self, *, after: int = 0, last: int) -> Iterator[bytes]:
        """Yield the leaf hashes of entries, in order.

        Args:
            after: the last entry that is not wanted.
            last: the last entry that is.
        """
        return (bytes(row[1]) for row in self._rows(_LEAVES, after=after, last=last))

    def _rows(self, query: str, *, after: int, last: int, **given: Any) -> Iterator[tuple[Any, ...]]:
        # in lots, each read by itself: entries never change and come in order, so no snapshot is needed, and however
        # slowly somebody takes them, or stops half-way, no transaction stays open
        with self._connect() as connection:
            connection.autocommit = True
            while rows := connection.execute(
                query, {"after": after, "last": last, "lot": _AT_ONCE, **given}
            ).fetchall():
                yield from rows
                after = rows[-1][0]

    def size(self) -> int:
        """Return the number of the last entry, 0 for an empty ledger."""
        with self._connect() as connection:
            row = connection.execute("SELECT coalesce(max(sequence), 0) FROM ledger_entry").fetchone()
        assert row is not None
        return int(row[0])

    def checkpoints(self) -> list[StoredCheckpoint]:
        """Return every checkpoint, in the order in which they were made."""
        with self._connect() as connection:
            rows = connection.execute(_CHECKPOINTS).fetchall()
        return [
            StoredCheckpoint.restored(
                body, bytes(signature), bytes(edge), None if token is None else bytes(token)
            )
            for body, signature, edge, token in rows
        ]

    def public_keys(self) -> list[PublicKey]:
        """Return the keys that sign or have signed, oldest first."""
        return [*self._older, self._key.public]

    def signing_key(self) -> SigningKey:
        """Return the key that signs now."""
        return self._key

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Store a checkpoint durably.

        Args:
            checkpoint: the checkpoint.
        """
        with self._connect() as connection:
            connection.execute(
                "INSERT INTO ledger_checkpoint (size, made_at, body, signature, edge, timestamp_token)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    checkpoint.size, checkpoint.made_at, checkpoint.body, checkpoint.signature, checkpoint.edge,
                    checkpoint.timestamp,
                ],
            )  # fmt: skip


def book_in(secrets: Path, origin: str, address: str) -> LedgerBook:
    """Return an installation's ledger, with whatever hand-over of its keys was broken off finished.

    Args:
        secrets: the folder of secrets.
        origin: the ledger's name.
        address: how the database is reached as `auditor`.
    """
    ring = KeyRing(secrets, origin)
    ring.settled(lambda: announced_keys(address))
    *older, _ = ring.public()
    return LedgerBook(lambda: psycopg.connect(address), ring.current(), older)


def rotate_key(secrets: Path, origin: str, address: str, *, by: str) -> PublicKey:
    """Hand the ledger over to a new key, which signs from the next checkpoint on.

    Args:
        secrets: the folder of secrets.
        origin: the ledger's name.
        address: how the database is reached as `auditor`.
        by: who does it.

    Returns:
        The new public key, to be published where the old one is.

    Records:
        `ledger-key.announced`, signed by the old key.
    """

    def announce(subject: str) -> None:
        with psycopg.connect(address) as connection:
            connection.execute("SELECT record_event('', %s, %s, %s, '{}')", [KEY_EVENT.decode(), by, subject])

    return KeyRing(secrets, origin).rotate(announce, lambda: announced_keys(address))


def announced_keys(address: str) -> list[str]:
    """Return the subjects of all entries that announce a key, in order.

    Args:
        address: how the database is reached as `auditor`.
    """
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT subject FROM ledger_entry WHERE event = %s ORDER BY sequence", [KEY_EVENT.decode()]
        )
        return [subject for (subject,) in rows.fetchall()]
