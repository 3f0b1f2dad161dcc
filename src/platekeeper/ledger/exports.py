"""What the ledger gives to others: whole exports, and proofs that show one thing without the rest.

Everything is an iterator of lines: an export of any size takes the memory of one line.
"""

from collections.abc import Iterable, Iterator, Sequence

from platekeeper.ledger.checkpoints import BrokenLedgerError, StoredCheckpoint
from platekeeper.ledger.entries import Entry, LedgerError, StoredEntry
from platekeeper.ledger.verify import (
    CONSISTENCY_FORMAT,
    INCLUSION_FORMAT,
    KEY_EVENT,
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
        agency: whose entries are shown; other agencies' are withheld, those of the installation and whatever hands
            the ledger over to a new key are shown.

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
        yield stored.line(withheld=agency is not None and not _is_shown_to(agency, stored.entry))
        size += 1
        while checkpoint is not None and checkpoint.size <= size:
            yield checkpoint.line()
            checkpoint = next(waiting, None)


def _is_shown_to(agency: str, entry: Entry) -> bool:
    # without the announcement of a new key nothing that it signs could be checked
    return entry.agency in {agency, ""} or entry.event == KEY_EVENT.decode()


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
    return next(inclusion_proofs([stored], leaf_hashes, note, withheld=withheld))


def inclusion_proofs(
    entries: Sequence[StoredEntry],
    leaf_hashes: Iterable[bytes],
    note: Note,
    *,
    withheld: bool = False,
    after: Head | None = None,
) -> Iterator[list[bytes]]:
    """Prove of many entries that they are in the ledger, in one pass over it.

    Args:
        entries: the entries.
        leaf_hashes: the leaf hashes of the ledger, in order, those behind `after`.
        note: a checkpoint that counts the entries.
        withheld: show the entries' leaf hashes only.
        after: a state of the same ledger that counts none of the entries; so a pass over what came later is enough.

    Yields:
        Three lines for `verify`, for each entry.

    Raises:
        LedgerError: the checkpoint does not reach an entry.
        BrokenLedgerError: the leaf hashes are not those that were signed.
    """
    size = note.checkpoint.size
    for stored in entries:
        if stored.entry.sequence > size:
            raise LedgerError(
                f"{note.checkpoint.named()} does not reach entry {stored.entry.sequence}: make a checkpoint first."
            )
    paths = [inclusion_spans(stored.entry.sequence - 1, (0, size)) for stored in entries]
    known = _known(set().union(*paths), leaf_hashes, note, after or Head())
    for stored, path in zip(entries, paths, strict=True):
        yield [
            line_of({"format": INCLUSION_FORMAT, "path": [known[span].hex() for span in path]}),
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
    spans = consistency_spans(older.checkpoint.size, (0, newer.checkpoint.size))
    known = _known(set(spans), leaf_hashes, newer, Head())
    path = [known[span].hex() for span in spans]
    return [line_of({"format": CONSISTENCY_FORMAT, "path": path}), older.line(), newer.line()]


def _known(wanted: set[Span], leaf_hashes: Iterable[bytes], note: Note, after: Head) -> dict[Span, bytes]:
    root, known = _subtrees(wanted, leaf_hashes, note.checkpoint.size, after)
    if root != note.checkpoint.root:
        raise BrokenLedgerError(
            f"{note.checkpoint.named()} has another root than the entries: run `platekeeper ledger verify`."
        )
    return known


def _subtrees(
    wanted: set[Span], leaf_hashes: Iterable[bytes], size: int, after: Head
) -> tuple[bytes, dict[Span, bytes]]:
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

    start = 0
    for node in after.edge:  # complete subtrees, the largest first: one for each 1 in the binary size
        width = 1 << (after.size - start).bit_length() - 1
        put((start, start + width), node)
        start += width
    for index, leaf in zip(range(after.size, size), leaf_hashes, strict=False):
        put((index, index + 1), leaf)
        for _ in range((index + 1 & ~index).bit_length() - 1):
            join()
    while len(edge) > 1:
        join()
    return (edge[0][1] if edge else b""), known
