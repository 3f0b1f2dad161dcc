"""What the ledger gives to others: whole exports, and proofs that show one thing without the rest.

Everything is an iterator of lines: an export of any size takes the memory of one line.
"""

from collections.abc import Iterable, Iterator

from platekeeper.ledger.checkpoints import BrokenLedgerError, StoredCheckpoint
from platekeeper.ledger.entries import LedgerError, StoredEntry
from platekeeper.ledger.verify import (
    CONSISTENCY_FORMAT,
    INCLUSION_FORMAT,
    Head,
    Note,
    PublicKey,
    Span,
    consistency_spans,
    header,
    inclusion_spans,
    line_of,
    node_hash,
)


def export(
    key: PublicKey,
    entries: Iterable[StoredEntry],
    checkpoints: Iterable[StoredCheckpoint],
    *,
    last: int,
    after: StoredCheckpoint | None = None,
    agency: str | None = None,
) -> Iterator[bytes]:
    """Write an export that `verify` checks.

    Args:
        key: the key that signed at its start; without `after`, the ledger's first.
        entries: the entries after `after`, in order; details are written where they are present.
        checkpoints: those of the same stretch, in the order in which they were made.
        last: the last entry to write.
        after: the checkpoint behind which it begins, or None for the whole ledger.
        agency: whose entries are shown; other agencies' are withheld, those of the installation are shown.

    Yields:
        Lines with their line feeds: the header, entries, each checkpoint behind the last entry it counts.
    """
    head = after.head() if after else Head()
    yield line_of(header(key, head, last))
    waiting = (stored for stored in checkpoints if stored.size >= head.size)
    checkpoint = next(waiting, None)
    size = head.size
    while checkpoint is not None and checkpoint.size <= size:
        yield checkpoint.line()
        checkpoint = next(waiting, None)
    for stored in entries:
        if size == last:
            break
        withheld = agency is not None and stored.entry.agency not in {agency, ""}
        yield stored.line(withheld=withheld)
        size += 1
        while checkpoint is not None and checkpoint.size <= size:
            yield checkpoint.line()
            checkpoint = next(waiting, None)


def inclusion_proof(
    stored: StoredEntry, leaf_hashes: Iterable[bytes], note: Note, *, withheld: bool
) -> list[bytes]:
    """Prove that an entry is in the ledger.

    Args:
        stored: the entry.
        leaf_hashes: the leaf hashes of the whole ledger, in order; more than the note counts are let be.
        note: a checkpoint that counts the entry.
        withheld: show the entry's leaf hash only, not what it says.

    Returns:
        Three lines for `verify`.

    Raises:
        LedgerError: the checkpoint does not reach the entry.
        BrokenLedgerError: the leaf hashes are not those that were signed.
    """
    sequence, size = stored.entry.sequence, note.checkpoint.size
    if sequence > size:
        raise LedgerError(
            f"{note.checkpoint.named()} does not reach entry {sequence}: make a checkpoint first."
        )
    path = _path(inclusion_spans(sequence - 1, (0, size)), leaf_hashes, note)
    return [
        line_of({"format": INCLUSION_FORMAT, "path": path}),
        stored.line(withheld=withheld, chained=False),
        note.line(),
    ]


def consistency_proof(older: Note, newer: Note, leaf_hashes: Iterable[bytes]) -> list[bytes]:
    """Prove that nothing up to the older checkpoint was changed by the time of the newer.

    Args:
        older: a checkpoint of at least one entry.
        newer: a later checkpoint.
        leaf_hashes: the leaf hashes of the whole ledger, in order.

    Returns:
        Three lines for `verify`.

    Raises:
        LedgerError: the first is empty or counts more than the second.
        BrokenLedgerError: the leaf hashes are not those that were signed.
    """
    if not 0 < older.checkpoint.size <= newer.checkpoint.size:
        raise LedgerError(
            f"{newer.checkpoint.named()} does not follow on the other: name the older one first."
        )
    path = _path(consistency_spans(older.checkpoint.size, (0, newer.checkpoint.size)), leaf_hashes, newer)
    return [line_of({"format": CONSISTENCY_FORMAT, "path": path}), older.line(), newer.line()]


def _path(spans: list[Span], leaf_hashes: Iterable[bytes], note: Note) -> list[str]:
    root, known = _subtrees(set(spans), leaf_hashes, note.checkpoint.size)
    if root != note.checkpoint.root:
        raise BrokenLedgerError(
            f"{note.checkpoint.named()} has another root than the entries: run `platekeeper ledger verify`."
        )
    return [known[span].hex() for span in spans]


def _subtrees(wanted: set[Span], leaf_hashes: Iterable[bytes], size: int) -> tuple[bytes, dict[Span, bytes]]:
    """Return the tree's root and the wanted subtrees' hashes, in one pass over the leaves."""
    known: dict[Span, bytes] = {}
    edge: list[tuple[Span, bytes]] = []

    def put(span: Span, node: bytes) -> None:
        if span in wanted:
            known[span] = node
        edge.append((span, node))

    def join() -> None:
        (_, end), right = edge.pop()
        (start, _), left = edge.pop()
        put((start, end), node_hash(left, right))

    for index, leaf in zip(range(size), leaf_hashes, strict=False):
        put((index, index + 1), leaf)
        for _ in range((index + 1 & ~index).bit_length() - 1):
            join()
    while len(edge) > 1:
        join()
    return (edge[0][1] if edge else b""), known
