"""The ledger of this installation, for the command line and the scheduled checkpoints."""

import contextlib
from collections.abc import Iterator

import psycopg

from platekeeper.ledger.checkpoints import SigningKey
from platekeeper.office.access.ledger import LedgerBook
from platekeeper.office.config.database import Database

_KEY_NAME = "ledger.key"


@contextlib.contextmanager
def installed_book() -> Iterator[LedgerBook]:
    """Open the ledger of this data folder; its signing key is made with the folder and never leaves it."""
    database = Database.located()
    database.folder.prepare()
    seed = database.folder.secret(_KEY_NAME)
    origin = f"platekeeper/{database.folder.secret('installation.id', length_bytes=8).hex()}"
    with database.used():
        yield LedgerBook(lambda: psycopg.connect(database.address("auditor")), SigningKey(origin, seed))
