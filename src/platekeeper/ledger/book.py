"""A ledger as somebody keeps it, and what is done with a whole one: sign, verify, export, prove.

The office keeps one in its database, a test in a list; nothing here knows which.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from platekeeper.ledger.checkpoints import SigningKey, StoredCheckpoint, make_checkpoint, signature_holds
from platekeeper.ledger.entries import LedgerError, StoredEntry
from platekeeper.ledger.exports import consistency_proof, inclusion_proof
from platekeeper.ledger.exports import export as export_lines
from platekeeper.ledger.timestamps import TimestampAuthority
from platekeeper.ledger.verify import Note, PublicKey, Verdict
from platekeeper.ledger.verify import verify as verify_lines


class Book(Protocol):
    """What is asked of an installation's ledger."""

    def size(self) -> int:
        """Return the sequence of the last committed entry, 0 where there is none."""

    def entries(self, *, after: int = 0, details: bool = False) -> Iterable[StoredEntry]:
        """Return the committed entries after a sequence, in order; with details where asked."""

    def checkpoints(self) -> list[StoredCheckpoint]:
        """Return all checkpoints in the order in which they were made."""

    def public_keys(self) -> list[PublicKey]:
        """Return the keys that sign or have signed, oldest first."""

    def signing_key(self) -> SigningKey:
        """Return the key that signs now."""

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Store a checkpoint durably."""


def verify_book(book: Book, held: Iterable[Note] = ()) -> Verdict:
    """Verify an installation's ledger as an outsider would, from what it would export.

    Args:
        book: the ledger.
        held: checkpoints kept elsewhere.
    """
    return verify_lines(export_book(book), book.public_keys(), held, signature_holds=signature_holds)


def sign_book(book: Book, *, now: datetime, authority: TimestampAuthority | None = None) -> StoredCheckpoint:
    """Make and store the next checkpoint.

    Args:
        book: the ledger.
        now: the time.
        authority: who stamps it, if anybody does.

    Raises:
        LedgerError: the ledger does not hold, or names another key; nothing was signed.
    """
    last = next(reversed(book.checkpoints()), None)
    key = book.signing_key()
    older = [public for public in book.public_keys() if public != key.public]
    entries = book.entries(after=last.size if last else 0)
    made = make_checkpoint(key, entries, after=last, now=now, older_keys=older, authority=authority)
    book.add_checkpoint(made)
    return made


def prove_entry(book: Book, sequence: int, *, withheld: bool) -> list[bytes]:
    """Return the proof that an entry is in the ledger.

    Args:
        book: the ledger.
        sequence: the entry.
        withheld: show its hash only.

    Raises:
        LedgerError: there is no such entry, or no checkpoint counts it yet.
    """
    stored = next(iter(book.entries(after=sequence - 1, details=not withheld)), None)
    if stored is None:
        raise LedgerError(f"There is no entry {sequence} yet: the ledger ends before it.")
    return inclusion_proof(stored, _leaves(book), _counting(book, sequence), withheld=withheld)


def prove_since(book: Book, sequence: int) -> list[bytes]:
    """Return the proof that nothing up to an entry was changed since the first checkpoint that counts it.

    Args:
        book: the ledger.
        sequence: the entry.

    Raises:
        LedgerError: no checkpoint counts the entry yet.
    """
    return consistency_proof(_counting(book, sequence), book.checkpoints()[-1].note, _leaves(book))


def export_book(book: Book, *, agency: str | None = None, details: bool = True) -> Iterator[bytes]:
    """Yield the lines of an export of the whole ledger.

    Args:
        book: the ledger.
        agency: whose entries are shown, the others' withheld; None for all.
        details: with or without what the entries are about.
    """
    key, checkpoints = book.public_keys()[0], book.checkpoints()
    last = book.size()  # asked after the checkpoints: all that they count is written
    return export_lines(key, book.entries(details=details), checkpoints, last=last, agency=agency)


def _leaves(book: Book) -> Iterator[bytes]:
    return (stored.leaf_hash for stored in book.entries())


def _counting(book: Book, sequence: int) -> Note:
    for stored in book.checkpoints():
        if stored.size >= sequence:
            return stored.note
    raise LedgerError(
        f"No checkpoint counts entry {sequence} yet: make one with `platekeeper ledger checkpoint`."
    )
