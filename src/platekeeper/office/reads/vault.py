"""Pictures, sealed: AES-256-GCM under a data key of their agency and day, in files named by their digest.

The data keys are kept in the database, wrapped by the master key of the data folder. Destroying a data key destroys
the pictures of that day in the live store, in copies and in backups (promise 5; CJIS SC-28; ADR 0015). A file is on
disk before the transaction that names it commits, so an acknowledged read never lacks its picture (promise 4).
"""

import contextlib
import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from platekeeper.errors import PlatekeeperError

_NONCE_BYTES = 12


class VaultError(PlatekeeperError):
    """A picture cannot be sealed or opened."""


def _context(agency_id: int, key_name: str, digest: bytes = b"") -> bytes:
    # bound into every seal: a file or key moved to another agency or day does not open
    return f"platekeeper-image-1:{agency_id}:{key_name}:".encode() + digest


def _synchronise(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Vault:
    """Sealed pictures under one folder and one master key."""

    folder: Path
    master_key: bytes

    def new_key(self, agency_id: int, key_name: str) -> bytes:
        """Return a fresh data key, wrapped.

        Args:
            agency_id: whose pictures it will seal.
            key_name: which slice of time it will seal, as `policy.retention.picture_slice` names it.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.master_key).encrypt(
            nonce, secrets.token_bytes(32), _context(agency_id, key_name)
        )

    def seal(self, content: bytes, *, agency_id: int, key_name: str, wrapped: bytes) -> bytes:
        """Write a picture, sealed and synchronised to disk, and return its SHA-256.

        Writing the same picture again changes nothing.

        Args:
            content: the picture's bytes as they came.
            agency_id: whose it is.
            key_name: which key seals it.
            wrapped: that key, as `new_key` returned it.

        Raises:
            VaultError: the disk is full or cannot be written; nothing is left behind.
        """
        digest = hashlib.sha256(content).digest()
        path = self._path(agency_id, key_name, digest)
        if path.exists():
            return digest
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(self._unwrap(wrapped, agency_id, key_name)).encrypt(
            nonce, content, _context(agency_id, key_name, digest)
        )
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            self._make_room(path.parent)
            with draft.open("xb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _synchronise(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise VaultError(
                f"The picture could not be stored ({error.strerror}): free space under the data folder; "
                "the sender will try again and nothing is lost."
            ) from error
        return digest

    def open(self, digest: bytes, *, agency_id: int, key_name: str, wrapped: bytes) -> bytes:
        """Return a picture's bytes, proven to be those that were sealed.

        Args:
            digest: SHA-256 of the picture.
            agency_id: whose it is.
            key_name: which key sealed it.
            wrapped: that key.

        Raises:
            VaultError: the file is gone, or neither it nor the key is what was written.
        """
        try:
            sealed = self._path(agency_id, key_name, digest).read_bytes()
            key = AESGCM(self._unwrap(wrapped, agency_id, key_name))
            return key.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _context(agency_id, key_name, digest)
            )
        except FileNotFoundError as error:
            raise VaultError(
                "The picture's file is missing: restore it from a backup of the data folder."
            ) from error
        except (InvalidTag, ValueError) as error:  # shorter than a nonce is a value error
            raise VaultError(
                "The picture's file was changed since it was stored: tell the custodian."
            ) from error

    def discard(self, digest: bytes, *, agency_id: int, key_name: str) -> None:
        """Remove one picture's file; harmless to repeat.

        Args:
            digest: SHA-256 of the picture.
            agency_id: whose it is.
            key_name: which key sealed it.
        """
        self._path(agency_id, key_name, digest).unlink(missing_ok=True)

    def discard_all(self, agency_id: int, key_name: str) -> None:
        """Remove every file that a key sealed; harmless to repeat.

        Args:
            agency_id: whose they are.
            key_name: the key, destroyed already.
        """
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.folder / str(agency_id) / key_name)

    def sweep(self, agency_id: int, key_name: str) -> None:
        """Remove what a killed writer left half-written; only under a key that nobody else writes with now.

        Args:
            agency_id: whose files they are.
            key_name: the key.
        """
        for draft in (self.folder / str(agency_id) / key_name).rglob("*.*"):
            draft.unlink(missing_ok=True)

    def key_names(self, agency_id: int) -> list[str]:
        """Return the names of the keys that sealed the files lying here, sorted.

        Args:
            agency_id: whose files.
        """
        folder = self.folder / str(agency_id)
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def _unwrap(self, wrapped: bytes, agency_id: int, key_name: str) -> bytes:
        try:
            return AESGCM(self.master_key).decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _context(agency_id, key_name)
            )
        except InvalidTag as error:
            raise VaultError(
                "The image key does not open with this data folder's master key: restore secrets/master.key."
            ) from error

    def _path(self, agency_id: int, key_name: str, digest: bytes) -> Path:
        name = digest.hex()
        return self.folder / str(agency_id) / key_name / name[:2] / name

    def _make_room(self, folder: Path) -> None:
        """Make a folder so that it outlives a power cut: what names it is on disk, too."""
        if folder.exists():
            return
        if folder == self.folder:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return
        self._make_room(folder.parent)
        folder.mkdir(exist_ok=True)
        _synchronise(folder.parent)
