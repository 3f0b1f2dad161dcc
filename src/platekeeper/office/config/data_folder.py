"""Where an installation keeps what is its own: database, images, secrets, logs.

One folder, owned by one operating-system user, mode 0700. A secret is made the first time it is asked for and never
leaves the folder; nothing here is built in (no default password survives set-up: CJIS IA-5).
"""

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platekeeper.errors import PlatekeeperError

NEEDED_BYTES = 300 * 1024 * 1024
UNFINISHED = "restore.unfinished"  # stands from the beginning of a restore to its end


class DataFolderError(PlatekeeperError):
    """The data folder cannot be used as it is."""


def _default_path() -> Path:
    checkout = Path(__file__).resolve().parents[4]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "data"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "platekeeper"


@dataclass(frozen=True)
class DataFolder:
    """The folder of one installation."""

    path: Path

    @classmethod
    def located(cls) -> "DataFolder":
        """Return the folder that PLATEKEEPER_DATA names, else `data` in a checkout, else the user's own."""
        named = os.environ.get("PLATEKEEPER_DATA")
        return cls(Path(named).absolute() if named else _default_path())

    def prepare(self) -> None:
        """Make the folder, readable by its owner alone, and refuse one that is too full to work in.

        Raises:
            DataFolderError: it cannot be made or written, less than 300 MB is free, or a restore did not end.
        """
        if (self.path / UNFINISHED).exists():
            raise DataFolderError(
                f"A restore into {self.path} has not ended, so what was destroyed could be in it: "
                "empty the folder and restore again."
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "secrets").mkdir(mode=0o700, exist_ok=True)
            # others may pass through to the database's own folder, which guards itself, but not list anything
            self.path.chmod(0o711)
        except OSError as error:
            raise DataFolderError(
                f"The data folder {self.path} cannot be used ({error.strerror}): "
                "make it writable or name another one in PLATEKEEPER_DATA."
            ) from error
        free = shutil.disk_usage(self.path).free
        if free < NEEDED_BYTES:
            raise DataFolderError(
                f"Only {free // 2**20} MB are free at {self.path} and Platekeeper needs "
                f"{NEEDED_BYTES // 2**20} MB to start: free some space or name another folder in PLATEKEEPER_DATA."
            )

    def secret(self, name: str, *, length_bytes: int = 32) -> bytes:
        """Return the secret of that name, made at random on first use.

        Args:
            name: the file's name under `secrets/`.
            length_bytes: how many random bytes a new one has.
        """
        path = self.path / "secrets" / name
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return self._make_secret(path, secrets.token_bytes(length_bytes))

    def password(self, role: str) -> str:
        """Return the database password of a role, made at random on first use."""
        path = self.path / "secrets" / f"{role}.password"
        try:
            return path.read_text("ascii")
        except FileNotFoundError:
            return self._make_secret(path, secrets.token_urlsafe(24).encode("ascii")).decode("ascii")

    def _make_secret(self, path: Path, value: bytes) -> bytes:
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # never replaces: two processes that start together agree on the first one's
        except FileExistsError:
            return path.read_bytes()
        finally:
            draft.unlink()
        return value

    @contextlib.contextmanager
    def held(self, name: str, sentence: str) -> Iterator[None]:
        """Hold a lock of the folder for as long as the block runs; it ends with the process, however that ends.

        Args:
            name: the lock's name.
            sentence: what to say when another process holds it.

        Raises:
            DataFolderError: another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / f"{name}.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in {errno.EAGAIN, errno.EACCES}:
                    raise
                raise DataFolderError(sentence) from error
            yield
