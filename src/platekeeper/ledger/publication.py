"""Publishing checkpoints to a folder that others copy: a web server's, a records office's, a newspaper's.

What is published is never written over, and nothing is published that counts less than what already is.
"""

import os
from pathlib import Path

from platekeeper.ledger.checkpoints import BrokenLedgerError
from platekeeper.ledger.verify import Fault, Note, PublicKey

LATEST = "checkpoint.txt"


def publish(folder: Path, note: Note, key: PublicKey) -> Path:
    """Write a checkpoint and the key that signed it into a folder.

    Args:
        folder: made if it is missing; holds `key-<id>.txt`, `checkpoint-<size>-<time>.txt` for each
            checkpoint, and `checkpoint.txt`, the latest.
        note: the checkpoint.
        key: the key that signed it.

    Returns:
        The checkpoint's own file.

    Raises:
        BrokenLedgerError: the folder holds a later checkpoint, or another one of the same name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = note.checkpoint
    latest = folder / LATEST
    if latest.exists():
        published = _read(latest)
        if (published.checkpoint.size, published.checkpoint.made_at) > (checkpoint.size, checkpoint.made_at):
            raise BrokenLedgerError(
                f"{published.checkpoint.named()} is already published; this one counts {checkpoint.size}: "
                "the ledger was truncated or restored from a backup. Find out which before you publish again."
            )
    time = checkpoint.made_at.replace(":", "")
    own = folder / f"checkpoint-{checkpoint.size:012d}-{time}.txt"
    _write_once(folder / f"key-{key.key_id.hex()}.txt", f"{key.line}\n")
    _write_once(own, note.text)
    _write(latest, note.text)
    return own


def _read(path: Path) -> Note:
    try:
        return Note.parsed(path.read_text("utf-8"))
    except (Fault, UnicodeDecodeError):
        raise BrokenLedgerError(f"{path} is not a checkpoint any more: find out who changed it.") from None


def _write_once(path: Path, text: str) -> None:
    if path.exists() and path.read_bytes() != text.encode():
        raise BrokenLedgerError(f"{path} was published with other contents: find out who changed it.")
    _write(path, text)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
