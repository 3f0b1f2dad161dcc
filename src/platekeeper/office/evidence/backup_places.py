"""Where the keys of backups lie, so that a purge reaches all of them."""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from pathlib import Path

from platekeeper.office.evidence.backup_keys import written_whole

SLICE_KEYS = "secrets/backup.keys"
PLACES = "secrets/backup.places"


def places(data_folder: Path) -> list[Path]:
    """Return every keys file that was ever written for this installation and not given up.

    Args:
        data_folder: the installation's.
    """
    try:
        return [Path(text) for text in json.loads((data_folder / PLACES).read_bytes())]
    except FileNotFoundError:
        return []


def note_place(data_folder: Path, keys_file: Path) -> None:
    """Remember a keys file, before it is written.

    Args:
        data_folder: the installation's.
        keys_file: where it will be.
    """
    known = places(data_folder)
    if keys_file not in known:
        written_whole(data_folder / PLACES, json.dumps([*map(str, known), str(keys_file)]).encode())


@contextlib.contextmanager
def held_keys(data_folder: Path, *, waits: bool) -> Iterator[bool]:
    """Hold the slices' keys for a change; two changes at once would lose one.

    Args:
        data_folder: the installation's.
        waits: whether to wait for another holder.

    Yields:
        Whether they are held.
    """
    with (data_folder / f"{SLICE_KEYS}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
