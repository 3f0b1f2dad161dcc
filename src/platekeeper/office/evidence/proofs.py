"""Entries of the ledger with their proofs, for others; read and signed as `auditor`."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.conf import settings

from platekeeper.ledger.book import sign_book
from platekeeper.ledger.checkpoints import SigningKey, StoredCheckpoint
from platekeeper.ledger.entries import Entry, StoredEntry
from platekeeper.ledger.exports import inclusion_proofs
from platekeeper.ledger.verify import PublicKey
from platekeeper.office.access.keeping import kept_book
from platekeeper.office.access.ledger import LedgerBook

_ABOUT = """
SELECT e.sequence, e.entry_at, e.agency, e.event, e.actor, e.subject, e.details_digest, e.leaf_hash, e.chain_hash,
       d.salt, d.details
  FROM ledger_entry e LEFT JOIN ledger_details d ON d.sequence = e.sequence AND e.subject = ANY (%(shown)s)
 WHERE e.subject = ANY (%(subjects)s) AND e.agency = ANY (%(agencies)s) ORDER BY e.sequence
"""


def public_key() -> PublicKey:
    """Return the key by which this installation's ledger is verified."""
    return _signing_key().public


def proofs_about(
    subjects: Sequence[str], *, shown: Sequence[str], agency: str, now: datetime
) -> Iterator[list[bytes]]:
    """Sign what the ledger is now, and yield the agency's entries about some subjects, each with its proof.

    Args:
        subjects: ids of records and alerts.
        shown: those whose details are shown too; of the others only who did what, when.
        agency: whose entries: its slug.
        now: the present time.

    Yields:
        Three lines an entry.
    """
    with _connected() as connection:
        given = {"subjects": list(subjects), "shown": list(shown), "agencies": [agency]}
        entries = [_stored(row) for row in connection.execute(_ABOUT, given)]
    yield from _proved(entries, sign_book(_book(), now=now))


def proof_of(sequence: int, *, now: datetime) -> list[bytes]:
    """Sign what the ledger is now, and return the proof of an entry that was just appended.

    Args:
        sequence: the entry.
        now: the present time.

    Returns:
        Three lines.
    """
    book = _book()
    before = next((one for one in reversed(book.checkpoints()) if one.size < sequence), None)
    made = sign_book(book, now=now)
    stored = next(iter(book.entries(after=sequence - 1, details=True)))
    return next(_proved([stored], made, before))


def _proved(
    entries: Sequence[StoredEntry], counting: StoredCheckpoint, after: StoredCheckpoint | None = None
) -> Iterator[list[bytes]]:
    leaves = _book().leaf_hashes(after=after.size if after else 0, last=counting.size)
    return inclusion_proofs(entries, leaves, counting.note, after=after.head() if after else None)


def _stored(row: tuple[Any, ...]) -> StoredEntry:
    entry = Entry(row[0], row[1], row[2], row[3], row[4], row[5], bytes(row[6]))
    return StoredEntry(
        entry, bytes(row[7]), bytes(row[8]), None if row[9] is None else bytes(row[9]), row[10]
    )


def _book() -> LedgerBook:
    return kept_book()


def _signing_key() -> SigningKey:
    return kept_book().signing_key()


def _connected() -> psycopg.Connection:
    return psycopg.connect(settings.AUDITOR_ADDRESS)
