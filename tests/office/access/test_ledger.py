"""The ledger's rows as their keeper reads them: all of them, in order, and holding nothing meanwhile."""

import psycopg
import pytest

from platekeeper.ledger.checkpoints import SigningKey
from platekeeper.office.access import ledger
from platekeeper.office.access.ledger import LedgerBook

from ..people import an_agency


@pytest.fixture
def book(database) -> LedgerBook:
    key = SigningKey("police.example.gov/platekeeper", bytes(32))
    return LedgerBook(lambda: psycopg.connect(database.address("auditor")), key)


class TestEntries:
    @pytest.mark.parametrize("lot", [1, 3, 1000])
    def test_come_all_and_in_order_however_many_are_taken_at_once(self, lot, book, monkeypatch):
        before = book.size()
        an_agency()
        monkeypatch.setattr(ledger, "_AT_ONCE", lot)

        sequences = [stored.entry.sequence for stored in book.entries(after=before)]
        leaves = list(book.leaf_hashes(after=before, last=book.size()))

        assert sequences == list(range(before + 1, book.size() + 1))
        assert leaves == [stored.leaf_hash for stored in book.entries(after=before)]

    def test_lock_nothing_while_somebody_takes_them_slowly(self, book, owner):
        an_agency()
        taken = book.entries()
        next(taken)

        owner.execute("SET lock_timeout = '2s'")
        owner.execute("ALTER TABLE ledger_entry ADD CONSTRAINT unharmed CHECK (sequence > 0) NOT VALID")
        owner.execute("ALTER TABLE ledger_entry DROP CONSTRAINT unharmed")

        assert next(taken).entry.sequence == 2
