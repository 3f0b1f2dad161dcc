"""The ledger of this installation, for the command line and the scheduled checkpoints."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from platekeeper.errors import PlatekeeperError
from platekeeper.ledger.book import sign_book
from platekeeper.ledger.checkpoints import SigningKey
from platekeeper.ledger.publication import publish
from platekeeper.office.access.ledger import LedgerBook
from platekeeper.office.config.database import Database

log = logging.getLogger("platekeeper.ledger")
_KEY_NAME = "ledger.key"
_SIGNED_EVERY_SECONDS = 3600.0  # what a superuser could cut off unseen is what came since the last checkpoint


@contextlib.contextmanager
def installed_book() -> Iterator[LedgerBook]:
    """Open the ledger of this data folder; its signing key is made with the folder and never leaves it."""
    database = Database.located()
    database.folder.prepare()
    with database.used():
        yield _book_of(database)


def sign_and_publish(database: Database) -> None:
    """Verify what the ledger gained, sign it, and publish the checkpoint to `published` in the data folder.

    Args:
        database: the running database.

    Raises:
        LedgerError: the ledger does not hold; nothing was signed.
    """
    book = _book_of(database)
    signed = book.checkpoints()
    if signed and signed[-1].size == book.size():
        return  # nothing was added since
    made = sign_book(book, now=datetime.now(UTC))
    publish(database.folder.path / "published", made.note, book.signing_key().public)


@contextlib.contextmanager
def signed_hourly(database: Database) -> Iterator[None]:
    """Sign a checkpoint now and every hour for the length of the block; say loudly where the ledger does not hold.

    Args:
        database: the running database.
    """
    done = threading.Event()

    def sign() -> None:
        while True:
            try:
                sign_and_publish(database)
            except PlatekeeperError as error:
                log.critical("%s", error)
            except psycopg.OperationalError:
                log.error("The ledger could not be signed: the database does not answer.")  # noqa: TRY400
            if done.wait(_SIGNED_EVERY_SECONDS):
                return

    signer = threading.Thread(target=sign, name="ledger-signer", daemon=True)
    signer.start()
    try:
        yield
    finally:
        done.set()
        signer.join(timeout=10)


def _book_of(database: Database) -> LedgerBook:
    seed = database.folder.secret(_KEY_NAME)
    origin = f"platekeeper/{database.folder.secret('installation.id', length_bytes=8).hex()}"
    return LedgerBook(lambda: psycopg.connect(database.address("auditor")), SigningKey(origin, seed))
