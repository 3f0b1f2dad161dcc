"""Entries as the program holds them: typed, checked, and one line of an export each.

What their bytes and hashes are is `verify`'s; appending them is the database's (`ledger.sql`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from platekeeper.errors import PlatekeeperError
from platekeeper.ledger import verify

_LARGEST_SEQUENCE = 2**63 - 1  # PostgreSQL's bigint


class LedgerError(PlatekeeperError):
    """Something about the ledger that a person can mend, or must know."""


class EntryError(LedgerError):
    """A value that no entry can have."""


def time_text(moment: datetime) -> str:
    """Return a time as the ledger writes it: UTC, microseconds, `Z`.

    Args:
        moment: an aware datetime.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a ledger time needs its time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def time_of(text: str) -> datetime:
    """Return the time that a ledger text stands for.

    Raises:
        EntryError: the text is not a time as `time_text` writes it.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and time_text(moment) == text:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise EntryError(f"{text!a} is not a time of the ledger: write 2026-03-02T10:15:00.000000Z.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: what the ledger says of it once its details are erased.

    `agency` is a slug, or empty for what concerns the whole installation; `event` is `object.past-tense`;
    `details_digest` is 32 bytes, SHA-256 of a salt of 16 bytes and the details.
    """

    sequence: int
    entry_at: datetime
    agency: str
    event: str
    actor: str
    subject: str
    details_digest: bytes

    def __post_init__(self) -> None:
        if not 1 <= self.sequence <= _LARGEST_SEQUENCE:
            raise EntryError(
                f"An entry's sequence is 1 or more, not {self.sequence}: count from 1 without gaps."
            )
        if not verify.is_agency(self.agency):
            raise EntryError(
                f"{self.agency!a} is no agency's short name: use letters a-z, digits and hyphens."
            )
        if not verify.is_event(self.event):
            raise EntryError(f"{self.event!a} is no event: name it object.past-tense, as in read.purged.")
        if len(self.details_digest) != 32:
            raise EntryError("A details digest has 32 bytes: compute it with details_digest().")
        try:
            f"{self.actor}{self.subject}".encode()
        except UnicodeEncodeError:
            raise EntryError(
                "An entry's actor or subject is not Unicode text: correct its characters."
            ) from None

    @property
    def canonical(self) -> bytes:
        """Return the bytes that stand for the entry (`verify.canonical_bytes`)."""
        texts = (
            str(self.sequence),
            time_text(self.entry_at),
            self.agency,
            self.event,
            self.actor,
            self.subject,
        )
        return verify.canonical_bytes(
            [*(text.encode() for text in texts), self.details_digest.hex().encode()]
        )

    @property
    def leaf_hash(self) -> bytes:
        """Return the entry's hash in the tree."""
        return verify.leaf_hash(self.canonical)

    @classmethod
    def decoded(cls, canonical: bytes) -> "Entry":
        """Return the entry that canonical bytes stand for; the inverse of `canonical`.

        Raises:
            EntryError: they are no entry's.
        """
        texts: list[str] = []
        rest = canonical
        try:
            while rest:
                end = 4 + int.from_bytes(rest[:4], "big")
                texts.append(rest[4:end].decode())
                rest = rest[end:]
            _, sequence, entry_at, agency, event, actor, subject, digest = texts
            entry = cls(
                int(sequence), time_of(entry_at), agency, event, actor, subject, bytes.fromhex(digest)
            )
            if entry.canonical == canonical:
                return entry
        except ValueError:
            pass
        raise EntryError("These bytes are not a ledger entry: they were damaged or made by something else.")


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as the database stores it; salt (16 bytes) and details are None where erased or not given."""

    entry: Entry
    leaf_hash: bytes
    chain_hash: bytes
    salt: bytes | None = None
    details: str | None = None

    def line(self, *, withheld: bool = False, chained: bool = True) -> bytes:
        """Return the entry as a line of an export.

        Args:
            withheld: hashes only: the line keeps its place in the ledger and tells nothing.
            chained: with the chain hash, which a proof of inclusion does not carry.
        """
        entry = self.entry
        record: dict[str, object] = {"sequence": entry.sequence}
        if not withheld:
            record |= {
                "entry_at": time_text(entry.entry_at),
                "agency": entry.agency,
                "event": entry.event,
                "actor": entry.actor,
                "subject": entry.subject,
                "details_digest": entry.details_digest.hex(),
            }
            if self.salt is not None:
                record |= {"salt": self.salt.hex(), "details": self.details}
        record["leaf_hash"] = self.leaf_hash.hex()
        if chained:
            record["chain_hash"] = self.chain_hash.hex()
        return verify.line_of(record)
