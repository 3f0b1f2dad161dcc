"""The ledger of this installation, for the command line; the worker signs it by the hour (`access.tasks`)."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from platekeeper.ledger.book import sign_book
from platekeeper.ledger.verify import PublicKey
from platekeeper.office.access.ledger import LedgerBook, book_in, rotate_key
from platekeeper.office.access.publishing import publish_checkpoints
from platekeeper.office.config.database import Database
from platekeeper.office.config.schema import refuse_unmade


@contextlib.contextmanager
def installed_book() -> Iterator[LedgerBook]:
    """Open the ledger of this data folder; its signing key is made with the folder and never leaves it."""
    database = Database.located()
    database.folder.prepare()
    with _made(database):
        yield _book_of(database)


@contextlib.contextmanager
def _made(database: Database) -> Iterator[None]:
    with database.used():
        with psycopg.connect(database.address("owner")) as connection:
            refuse_unmade(connection)
        yield


def sign_and_publish(database: Database) -> None:
    """Verify what the ledger gained, sign it, and publish the checkpoint to `published` in the data folder.

    Args:
        database: the running database.

    Raises:
        LedgerError: the ledger does not hold; nothing was signed.
    """
    book = _book_of(database)
    signed = book.checkpoints()
    if not signed or signed[-1].size != book.size():
        sign_book(book, now=datetime.now(UTC))
    publish_checkpoints(book, [str(database.folder.path / "published")], database.address("auditor"))


def rotated(by: str) -> PublicKey:
    """Hand the ledger of this data folder over to a new key.

    Args:
        by: who does it.

    Returns:
        The new public key.
    """
    database = Database.located()
    with _made(database):
        return hand_over(database, by=by)


def hand_over(database: Database, *, by: str) -> PublicKey:
    """Hand the ledger over to a new key and sign with it; the old one verifies what it signed, and signs no more.

    Args:
        database: the running database.
        by: who does it.

    Returns:
        The new public key.

    Raises:
        LedgerError: the ledger does not hold, or the key cannot be written.
    """
    sign_and_publish(database)
    made = rotate_key(_secrets(database), _origin(database), database.address("auditor"), by=by)
    sign_and_publish(database)
    return made


def _book_of(database: Database) -> LedgerBook:
    database.folder.secret("ledger.key")  # made with the folder
    return book_in(_secrets(database), _origin(database), database.address("auditor"))


def _secrets(database: Database) -> Path:
    return database.folder.path / "secrets"


def _origin(database: Database) -> str:
    return f"platekeeper/{database.folder.secret('installation.id', length_bytes=8).hex()}"
