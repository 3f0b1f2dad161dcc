"""Checkpoints: the ledger's state, signed, so that nobody can rewrite what was published.

A checkpoint is made from the last one and the entries since; those entries are verified on the way, and a
ledger that does not hold is never signed. Keys hand over by an entry that the old key signed
(`SigningKey.announce`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from platekeeper.ledger.entries import LedgerError, StoredEntry, time_of, time_text
from platekeeper.ledger.timestamps import TimestampAuthority
from platekeeper.ledger.verify import (
    KEY_EVENT,
    Checkpoint,
    Fault,
    Head,
    Note,
    PublicKey,
    announced_key,
    announcement,
    base64_of,
    is_origin,
    take_entry,
)


class BrokenLedgerError(LedgerError):
    """The ledger does not hold; `entry` is the first bad one where it is known."""

    def __init__(self, sentence: str, entry: int | None = None) -> None:
        super().__init__(sentence)
        self.entry = entry


class UnannouncedKeyError(LedgerError):
    """The key that is to sign is not the one that the ledger names."""

    def __init__(self, key: PublicKey, expected: PublicKey) -> None:
        super().__init__(
            f"This ledger is signed with key {expected.key_id.hex()} and not with {key.key_id.hex()}: "
            "append a ledger-key.announced entry that the old key signed, then sign with the new one."
        )


class SigningKey:
    """The private key of a ledger."""

    def __init__(self, origin: str, seed: bytes) -> None:
        """Take a key from its seed.

        Args:
            origin: the ledger's name, such as `police.example.gov/platekeeper`: printable ASCII, no space,
                no plus.
            seed: 32 secret bytes (RFC 8032, 5.1.5).

        Raises:
            LedgerError: the origin cannot name a ledger.
        """
        if not is_origin(origin):
            raise LedgerError(
                f"{origin!a} cannot name a ledger: use letters, digits, dots, hyphens and slashes."
            )
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(origin, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the key id and signature of a message: 68 bytes."""
        return self.public.key_id + self._private.sign(message)

    def announce(self, new: PublicKey) -> str:
        """Return the subject of the `ledger-key.announced` entry from which on the new key signs.

        Args:
            new: the key that takes over, of the same origin.
        """
        return f"{new.line} {base64_of(self.sign(announcement(new)))}"


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature holds; `verify.ed25519_holds`, thirty times as fast."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as the database stores it, with the edge of the tree from which the next one goes on."""

    note: Note
    edge: bytes
    timestamp: bytes | None = None

    @property
    def size(self) -> int:
        """Return how many entries it counts."""
        return self.note.checkpoint.size

    @property
    def made_at(self) -> datetime:
        """Return when it was made."""
        return time_of(self.note.checkpoint.made_at)

    @property
    def body(self) -> str:
        """Return the text that was signed."""
        return self.note.checkpoint.body

    @property
    def signature(self) -> bytes:
        """Return key id and signature: 68 bytes."""
        return self.note.signatures[0]

    @classmethod
    def restored(
        cls, body: str, signature: bytes, edge: bytes, timestamp: bytes | None = None
    ) -> "StoredCheckpoint":
        """Return the checkpoint in a row of the table.

        Raises:
            BrokenLedgerError: the row is not a checkpoint's.
        """
        try:
            return cls(Note(Checkpoint.parsed(body), (signature,)), edge, timestamp)
        except Fault as fault:
            raise BrokenLedgerError(str(fault)) from None

    def head(self) -> Head:
        """Return the ledger's state at this checkpoint.

        Raises:
            BrokenLedgerError: the edge is not that of the tree that was signed.
        """
        checkpoint = self.note.checkpoint
        nodes = [self.edge[start : start + 32] for start in range(0, len(self.edge), 32)]
        try:
            head = Head(checkpoint.size, checkpoint.chain, nodes)
        except ValueError:
            head = Head()
        if head.root() != checkpoint.root:
            raise BrokenLedgerError(
                f"{checkpoint.named()} was changed in the database: its tree is not the signed one."
            )
        return head

    def line(self) -> bytes:
        """Return the checkpoint as a line of an export."""
        return self.note.line(self.timestamp or b"")


def make_checkpoint(
    key: SigningKey,
    entries: Iterable[StoredEntry],
    *,
    after: StoredCheckpoint | None,
    now: datetime,
    older_keys: Sequence[PublicKey] = (),
    authority: TimestampAuthority | None = None,
) -> StoredCheckpoint:
    """Verify the entries since the last checkpoint and sign what the ledger is now.

    Args:
        key: the key that signs.
        entries: the entries after that checkpoint, in order, all of them.
        after: the last checkpoint, or None for the first.
        now: the time; a clock that was set back does not make the checkpoint older than what it covers.
        older_keys: the keys that signed before this one, oldest first.
        authority: who stamps the signed note, if anybody does.

    Returns:
        The checkpoint, for the table and for publication.

    Raises:
        BrokenLedgerError: an entry or the last checkpoint was tampered with; nothing was signed.
        UnannouncedKeyError: the ledger names another key than the one that is to sign.
    """
    keys = [*older_keys, key.public]
    head = after.head() if after else Head()
    expected = _signer(after, keys) if after else keys[0]
    try:
        for stored in entries:
            fields = take_entry(head, stored.line())
            if fields and fields[3] == KEY_EVENT:
                expected = announced_key(fields[5].decode(), expected, signature_holds) or expected
    except Fault as fault:
        raise BrokenLedgerError(str(fault), fault.entry) from None
    if expected != key.public:
        raise UnannouncedKeyError(key.public, expected)
    made_at = max(time_text(now), head.last_at, after.note.checkpoint.made_at if after else "")
    checkpoint = Checkpoint(key.public.origin, head.size, head.root(), head.chain, made_at)
    note = Note(checkpoint, (key.sign(checkpoint.body.encode()),))
    return StoredCheckpoint(
        note, b"".join(head.edge), authority.stamp(note.text.encode()) if authority else None
    )


def _signer(stored: StoredCheckpoint, keys: Sequence[PublicKey]) -> PublicKey:
    for key in keys:
        if stored.note.is_signed_by(key, signature_holds):
            return key
    raise BrokenLedgerError(
        f"{stored.note.checkpoint.named()} is not signed with a key of this ledger: it was changed."
    )
