"""The ledger's signing keys, in the data folder: the one that signs, and the public part of all that ever did.

A key hands over in steps that may be broken off anywhere: the new seed is written aside, the old key signs the entry
that announces it, the old public key is noted, the new seed takes the old one's place (and the old one is gone, so
nobody can sign for the past). `KeyRing.settled` finishes what a kill left half done.
"""

import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from platekeeper.ledger.checkpoints import SigningKey
from platekeeper.ledger.entries import LedgerError
from platekeeper.ledger.verify import PublicKey

_CURRENT, _NEXT, _OLDER = "ledger.key", "ledger.key.next", "ledger.keys"


class KeyRing:
    """The keys of one installation."""

    def __init__(self, folder: Path, origin: str) -> None:
        """Say where they lie.

        Args:
            folder: the folder of secrets; holds the current seed already.
            origin: the ledger's name.
        """
        self._folder = folder
        self._origin = origin

    def current(self) -> SigningKey:
        """Return the key that signs now."""
        return SigningKey(self._origin, (self._folder / _CURRENT).read_bytes())

    def public(self) -> list[PublicKey]:
        """Return the public keys that sign or have signed, oldest first."""
        older = self._folder / _OLDER
        lines = older.read_text("utf-8").splitlines() if older.exists() else []
        keys = [PublicKey.parsed(f"{line}\n") for line in lines]
        current = self.current().public
        return [*(key for key in keys if key != current), current]

    def rotate(self, announce: Callable[[str], object], announced: Callable[[], Iterable[str]]) -> PublicKey:
        """Hand over to a new key.

        Args:
            announce: appends the `ledger-key.announced` entry with this subject, durably.
            announced: the subjects of all such entries.

        Returns:
            The new public key.

        Raises:
            LedgerError: the key that signs cannot be written.
        """
        self.settled(announced)
        seed = secrets.token_bytes(32)
        new = SigningKey(self._origin, seed)
        try:
            _write(self._folder / _NEXT, seed)
            announce(self.current().announce(new.public))
            self._take_over()
        except OSError as error:
            raise LedgerError(
                f"The new key cannot be written ({error.strerror}): free space in the data folder, then try again."
            ) from error
        return new.public

    def settled(self, announced: Callable[[], Iterable[str]]) -> None:
        """Finish a hand-over that was broken off, or forget it where the ledger does not know of it.

        Args:
            announced: the subjects of all `ledger-key.announced` entries.
        """
        draft = self._folder / _NEXT
        if not draft.exists():
            return
        new = SigningKey(self._origin, draft.read_bytes()).public
        if any(subject.startswith(f"{new.line} ") for subject in announced()):
            self._take_over()
        else:
            draft.unlink()

    def _take_over(self) -> None:
        lines = "".join(f"{key.line}\n" for key in self.public())
        _write(self._folder / _OLDER, lines.encode())
        (self._folder / _NEXT).replace(self._folder / _CURRENT)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
