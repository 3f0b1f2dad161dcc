"""A ledger in memory, appended to as the database appends, and tampered with as nobody should."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from platekeeper.ledger.checkpoints import SigningKey, StoredCheckpoint, make_checkpoint
from platekeeper.ledger.entries import Entry, StoredEntry
from platekeeper.ledger.exports import export
from platekeeper.ledger.verify import KEY_EVENT, ZERO_HASH, Head, chain_hash, details_digest

ORIGIN = "police.example.gov/platekeeper"
START = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def signing_key(name: str = "first", origin: str = ORIGIN) -> SigningKey:
    return SigningKey(origin, hashlib.sha256(name.encode()).digest())


class LedgerSimulator:
    def __init__(self, key: SigningKey | None = None) -> None:
        self.key = key or signing_key()
        self.first_key = self.key.public
        self.older_keys = []
        self.now = START
        self.entries: list[StoredEntry] = []
        self.checkpoints: list[StoredCheckpoint] = []

    def append(
        self,
        event: str = "access.opened",
        *,
        agency: str = "redondo-beach",
        actor: str = "officer.jones",
        subject: str | None = None,
        details: str = '{"purpose":"investigation"}',
    ) -> StoredEntry:
        sequence = len(self.entries) + 1
        salt = hashlib.sha256(b"salt %d" % sequence).digest()[:16]
        digest = details_digest(salt, details.encode())
        subject = f"access-{sequence}" if subject is None else subject
        entry = Entry(sequence, self.now, agency, event, actor, subject, digest)
        previous = self.entries[-1].chain_hash if self.entries else ZERO_HASH
        stored = StoredEntry(entry, entry.leaf_hash, chain_hash(previous, entry.leaf_hash), salt, details)
        self.entries.append(stored)
        self.now += timedelta(seconds=61)
        return stored

    def append_many(self, count: int) -> None:
        for _ in range(count):
            self.append()

    def sign(self) -> StoredCheckpoint:
        after = self.checkpoints[-1] if self.checkpoints else None
        since = self.entries[after.size if after else 0 :]
        checkpoint = make_checkpoint(self.key, since, after=after, now=self.now, older_keys=self.older_keys)
        self.checkpoints.append(checkpoint)
        return checkpoint

    def rotate(self, key: SigningKey, agency: str = "") -> None:
        self.append(
            KEY_EVENT.decode(), agency=agency, actor="custodian", subject=self.key.announce(key.public)
        )
        self.older_keys.append(self.key.public)
        self.key = key

    def export(self, **options: object) -> list[bytes]:
        settings = {"last": len(self.entries), **options}
        return list(export(self.first_key, self.entries, self.checkpoints, **settings))

    def head(self, size: int) -> Head:
        head = Head()
        for stored in self.entries[:size]:
            head.add(stored.leaf_hash)
        return head

    def change(self, sequence: int, /, **fields: object) -> None:
        """Change an entry in its row, and nothing else."""
        stored = self.entries[sequence - 1]
        self.entries[sequence - 1] = replace(stored, entry=replace(stored.entry, **fields))

    def remake_hashes(self, first: int, last: int | None = None, *, chain: bool = True) -> None:
        """Make the hashes of entries anew, as somebody would who covers up a change."""
        for index in range(first - 1, last or len(self.entries)):
            stored = self.entries[index]
            leaf = stored.entry.leaf_hash
            previous = self.entries[index - 1].chain_hash if index else ZERO_HASH
            link = chain_hash(previous, leaf) if chain else stored.chain_hash
            self.entries[index] = replace(stored, leaf_hash=leaf, chain_hash=link)
