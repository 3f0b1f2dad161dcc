"""The vectors: exports of one small ledger, each with the defect that its name states.

`python -m tests.ledger.defects` writes them anew; a test compares the files with this table.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from platekeeper.ledger.checkpoints import StoredCheckpoint
from platekeeper.ledger.verify import Note, header, line_of

from .simulator import LedgerSimulator, signing_key

FOLDER = Path(__file__).parent / "vectors"


@dataclass(frozen=True)
class Vector:
    make: Callable[[], list[bytes]]
    check: str | None = None  # None: it holds
    entry: int | None = None
    held: bool = False  # verified together with the checkpoint of 9 entries that an outsider kept


def ledger() -> LedgerSimulator:
    """Twelve entries of two agencies, checkpoints after 5, 9 and 12, two entries not signed yet."""
    simulator = LedgerSimulator()
    for count in (5, 4, 3):
        for _ in range(count):
            agency = "milpitas" if len(simulator.entries) % 4 == 3 else "redondo-beach"
            simulator.append(
                agency=agency, actor='sergeant "Zoë" O\\Neill' if agency == "milpitas" else "jones"
            )
        simulator.sign()
    simulator.append_many(2)
    return simulator


def edited(edit: Callable[[list[bytes]], object]) -> Callable[[], list[bytes]]:
    """Edit the export's lines: 0 header, 1-5, 6 checkpoint, 7-10, 11 checkpoint, 12-14, 15 checkpoint."""

    def make() -> list[bytes]:
        lines = ledger().export()
        edit(lines)
        return lines

    return make


def tampered(tamper: Callable[[LedgerSimulator], object]) -> Callable[[], list[bytes]]:
    """Tamper with the rows, then export."""

    def make() -> list[bytes]:
        simulator = ledger()
        tamper(simulator)
        return simulator.export()

    return make


def replaced(number: int, old: str, new: str) -> Callable[[], list[bytes]]:
    def edit(lines: list[bytes]) -> None:
        assert old.encode() in lines[number]
        lines[number] = lines[number].replace(old.encode(), new.encode(), 1)

    return edited(edit)


def swapped(first: int, second: int) -> Callable[[], list[bytes]]:
    def edit(lines: list[bytes]) -> None:
        lines[first], lines[second] = lines[second], lines[first]

    return edited(edit)


def changed(*, until: int | None, chain: bool = True) -> Callable[[], list[bytes]]:
    def tamper(simulator: LedgerSimulator) -> None:
        simulator.change(7, actor="nobody")
        simulator.remake_hashes(7, until, chain=chain)

    return tampered(tamper)


def removed_and_renumbered(simulator: LedgerSimulator) -> None:
    del simulator.entries[6]
    for sequence in range(7, len(simulator.entries) + 1):
        simulator.change(sequence, sequence=sequence)
    simulator.remake_hashes(7)


def inserted_and_renumbered(simulator: LedgerSimulator) -> None:
    simulator.entries.insert(6, simulator.entries[2])
    for sequence in range(7, len(simulator.entries) + 1):
        simulator.change(sequence, sequence=sequence, entry_at=simulator.entries[5].entry.entry_at)
    simulator.remake_hashes(7)


def backdated_entry(simulator: LedgerSimulator) -> None:
    simulator.now -= timedelta(days=1)
    simulator.append()


def backdated_checkpoint(simulator: LedgerSimulator) -> None:
    stored = simulator.checkpoints[1]
    checkpoint = stored.note.checkpoint._replace(made_at="2026-03-02T10:16:00.000000Z")
    note = Note(checkpoint, (simulator.key.sign(checkpoint.body.encode()),))
    simulator.checkpoints[1] = StoredCheckpoint(note, stored.edge)


def resigned(simulator: LedgerSimulator, key_name: str = "other", **changes: object) -> None:
    stored = simulator.checkpoints[1]
    checkpoint = stored.note.checkpoint._replace(**changes)
    note = Note(checkpoint, (signing_key(key_name).sign(checkpoint.body.encode()),))
    simulator.checkpoints[1] = StoredCheckpoint(note, stored.edge)


def truncated() -> list[bytes]:
    simulator = ledger()
    del simulator.entries[7:]
    del simulator.checkpoints[1:]
    return simulator.export()


def rewritten() -> list[bytes]:
    simulator = ledger()
    del simulator.checkpoints[:]
    simulator.change(2, actor="nobody")
    simulator.remake_hashes(1)
    simulator.sign()
    return simulator.export()


def rotated(*, announced: bool = True, forged: bool = False) -> Callable[[], list[bytes]]:
    def make() -> list[bytes]:
        simulator = ledger()
        old, new = simulator.key, signing_key("second")
        if forged:
            simulator.key = new  # announces itself
        if announced:
            simulator.rotate(new)
        simulator.key, simulator.older_keys = new, []
        # signed without the care of make_checkpoint
        head = simulator.head(len(simulator.entries))
        last = simulator.checkpoints[-1].note.checkpoint
        checkpoint = last._replace(
            size=head.size, root=head.root(), chain=head.chain, made_at="2026-03-02T11:00:00.000000Z"
        )
        note = Note(checkpoint, (new.sign(checkpoint.body.encode()),))
        simulator.checkpoints.append(StoredCheckpoint(note, b"".join(head.edge)))
        assert simulator.first_key == old.public
        return simulator.export()

    return make


def erased(simulator: LedgerSimulator) -> None:
    simulator.entries[:6] = [replace(stored, salt=None, details=None) for stored in simulator.entries[:6]]


def set_header(last: int) -> Callable[[], list[bytes]]:
    def edit(lines: list[bytes]) -> None:
        simulator = ledger()
        lines[0] = line_of(header(simulator.first_key, simulator.head(0), last))

    return edited(edit)


def later_part(skip: int = 1) -> list[bytes]:
    simulator = ledger()
    after = simulator.checkpoints[skip - 1]
    simulator.entries = simulator.entries[after.size :]
    return simulator.export(last=14, after=after)


def empty() -> list[bytes]:
    simulator = LedgerSimulator()
    simulator.sign()
    return simulator.export()


def contradiction() -> bytes:
    simulator = ledger()
    resigned(simulator, "first", root=bytes(32), made_at="2026-03-02T11:00:00.000000Z")
    return simulator.checkpoints[1].line()


def held_note() -> Note:
    return ledger().checkpoints[1].note


VECTORS = {
    # what holds
    "sound": Vector(edited(lambda lines: None)),
    "sound_held": Vector(edited(lambda lines: None), held=True),
    "details_erased": Vector(tampered(erased)),
    "other_agency_withheld": Vector(lambda: ledger().export(agency="milpitas")),
    "later_part": Vector(later_part),
    "key_announced": Vector(rotated()),
    "checkpoint_of_no_entries": Vector(empty),
    # entries
    "entry_changed": Vector(changed(until=6), "leaf hashes", 7),
    "entry_changed_leaf_hash_remade": Vector(changed(until=7, chain=False), "links", 7),
    "entry_changed_hashes_remade_for_it": Vector(changed(until=7), "links", 8),
    "entry_changed_all_hashes_remade": Vector(changed(until=None), "root", 6),
    "entry_changed_before_held_checkpoint": Vector(rewritten, "consistency", 1, held=True),
    "chain_entry_removed": Vector(edited(lambda lines: lines.pop(8)), "range", 7),
    "chain_entry_removed_and_renumbered": Vector(tampered(removed_and_renumbered), "root", 6),
    "chain_first_entry_removed": Vector(edited(lambda lines: lines.pop(1)), "range", 1),
    "chain_entries_removed": Vector(edited(lambda lines: lines.__delitem__(slice(7, 11))), "range", 6),
    "entry_inserted_twice": Vector(edited(lambda lines: lines.insert(9, lines[3])), "range", 8),
    "entry_inserted_and_renumbered": Vector(tampered(inserted_and_renumbered), "root", 6),
    "entry_inserted_after_the_last": Vector(set_header(13), "range", 14),
    "entries_swapped": Vector(swapped(8, 9), "range", 7),
    "entry_backdated": Vector(tampered(backdated_entry), "time", 15),
    "entry_event_malformed": Vector(replaced(8, "access.opened", "Access opened"), "canonical bytes", 7),
    "entry_key_missing": Vector(replaced(8, '"actor":"jones",', ""), "canonical bytes", 7),
    "entry_spaced": Vector(replaced(8, '"actor":', '"actor": '), "canonical bytes", 7),
    "entry_escaped_differently": Vector(replaced(8, "jones", "\\u006aones"), "canonical bytes", 7),
    "entry_leaf_hash_changed": Vector(replaced(8, '"leaf_hash":"', '"leaf_hash":"0'), "leaf hashes", 7),
    "entry_chain_hash_changed": Vector(replaced(8, '"chain_hash":"', '"chain_hash":"0'), "links", 7),
    "line_not_utf8": Vector(
        edited(lambda lines: lines.__setitem__(8, lines[8].replace(b"jones", b"jon\xe9"))),
        "canonical bytes",
        7,
    ),
    "line_empty": Vector(edited(lambda lines: lines.insert(8, b"\n")), "canonical bytes", 7),
    "details_altered": Vector(replaced(8, "investigation", "training"), "leaf hashes", 7),
    # checkpoints
    "checkpoint_wrong_key": Vector(tampered(resigned), "signature"),
    "checkpoint_of_other_ledger": Vector(
        tampered(lambda simulator: resigned(simulator, "first", origin="elsewhere.example.gov")), "signature"
    ),
    "checkpoint_other_chain_hash": Vector(
        tampered(lambda simulator: resigned(simulator, "first", chain=bytes(32))), "root", 6
    ),
    "checkpoint_swapped": Vector(swapped(6, 11), "range", 6),
    "checkpoint_late": Vector(edited(lambda lines: lines.insert(8, lines.pop(6))), "range", 6),
    "checkpoint_altered": Vector(replaced(11, "\\n9\\n", "\\n8\\n"), "signature"),
    "checkpoint_contradicted": Vector(edited(lambda lines: lines.insert(12, contradiction())), "root"),
    "checkpoint_backdated": Vector(tampered(backdated_checkpoint), "time"),
    "checkpoint_unreadable": Vector(replaced(11, "—", "-"), "signature"),
    "checkpoint_not_text": Vector(
        edited(lambda lines: lines.__setitem__(11, b'{"checkpoint":9}\n')), "signature"
    ),
    "checkpoints_removed": Vector(tampered(lambda simulator: simulator.checkpoints.clear()), "signature"),
    "key_not_announced": Vector(rotated(announced=False), "signature"),
    "key_announced_by_itself": Vector(rotated(forged=True), "signature"),
    # ends
    "truncated": Vector(truncated, "consistency", 8, held=True),
    "truncated_before_checkpoint": Vector(
        edited(lambda lines: lines.__delitem__(slice(12, 15))), "range", 10
    ),
    "truncated_after_checkpoint": Vector(
        edited(lambda lines: lines.__delitem__(slice(16, None))), "range", 13
    ),
    "truncated_in_a_line": Vector(
        edited(lambda lines: lines.__setitem__(-1, lines[-1][:-40])), "canonical bytes", 14
    ),
    "header_missing": Vector(edited(lambda lines: lines.pop(0)), "canonical bytes"),
    "header_of_other_key": Vector(
        edited(
            lambda lines: lines.__setitem__(
                0, line_of(header(signing_key("other").public, ledger().head(0), 14))
            )
        ),
        "signature",
    ),
    "header_edge_missing": Vector(replaced(0, '"edge":[]', '"edge":[""]'), "canonical bytes"),
    "header_without_state": Vector(replaced(0, '"size":0,', ""), "canonical bytes"),
    "header_last_before_first": Vector(replaced(0, '"last":14', '"last":-1'), "canonical bytes"),
    "header_last_not_a_count": Vector(replaced(0, '"last":14', '"last":14.5'), "canonical bytes"),
    "header_origin_changed": Vector(replaced(0, '"origin":"police', '"origin":"policy'), "canonical bytes"),
    "part_begins_after_held_checkpoint": Vector(lambda: later_part(skip=3), "consistency", held=True),
    "file_empty": Vector(list, "canonical bytes"),
}


def write() -> None:
    for path in FOLDER.glob("*.ndjson"):
        path.unlink()
    for name, vector in VECTORS.items():
        (FOLDER / f"{name}.ndjson").write_bytes(b"".join(vector.make()))
    (FOLDER / "public.key").write_text(f"{signing_key().public.line}\n", "utf-8")
    (FOLDER / "checkpoint_of_9.txt").write_text(held_note().text, "utf-8")


if __name__ == "__main__":
    write()
