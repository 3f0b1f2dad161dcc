"""Files sealed piece by piece: any length in the memory of one piece, and none can be cut, moved or swapped unseen."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from platekeeper.office.evidence.backup_keys import KeysError, sealed, unsealed

_PIECE_BYTES = 1024 * 1024


class SealedWriter:
    """Writes a sealed file; closed without an error it is on disk, whole."""

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        """Begin.

        Args:
            path: the file; it does not exist yet.
            key: 32 bytes.
            name: bound to the contents, so that no file takes another's place.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("xb")
        self._key, self._name = key, name
        self._waiting = bytearray()
        self._number = 0

    def write(self, content: bytes | memoryview) -> None:
        """Add some bytes.

        Args:
            content: the bytes.
        """
        self._waiting += content
        while len(self._waiting) > _PIECE_BYTES:
            self._put(bytes(self._waiting[:_PIECE_BYTES]), is_last=False)
            del self._waiting[:_PIECE_BYTES]

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        blob = sealed(self._key, piece, _context(self._name, self._number, is_last=is_last))
        self._file.write(len(blob).to_bytes(4, "big") + blob)
        self._number += 1

    def __enter__(self) -> "SealedWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._put(bytes(self._waiting), is_last=True)
        self._file.close()


def pieces_of(path: Path, key: bytes, name: str) -> Iterator[bytes]:
    """Yield what a sealed file holds.

    Args:
        path: the file.
        key: its key.
        name: what it was bound to.

    Raises:
        KeysError: another key sealed it, or it was changed or cut.
    """
    with path.open("rb") as file:
        number, length = 0, file.read(4)
        while length:
            size = int.from_bytes(length, "big")
            blob, length = file.read(size), file.read(4)
            if len(blob) != size:
                raise KeysError(f"{path} was cut off: the backup is damaged, use another.")
            yield unsealed(key, blob, _context(name, number, is_last=not length))
            number += 1
    if not number:
        raise KeysError(f"{path} is empty: the backup is damaged, use another.")


def _context(name: str, number: int, *, is_last: bool) -> bytes:
    return f"platekeeper-backup-1:{name}:{number}:{is_last:d}".encode()


def seal_file(path: Path, key: bytes, name: str, pieces: Iterable[bytes | memoryview]) -> None:
    """Write a sealed file.

    Args:
        path: the file.
        key: its key.
        name: what it is bound to.
        pieces: what it holds.
    """
    with SealedWriter(path, key, name) as writer:
        for piece in pieces:
            writer.write(piece)
