"""Pictures, sealed: AES-256-GCM under a data key of their agency and month, in files named by their digest.

The data keys are kept in the database, wrapped by the master key of the data folder. Destroying a data key destroys
the pictures of that month in the live store, in copies and in backups (promise 5; CJIS SC-28). A file is on disk
before the transaction that names it commits, so an acknowledged read never lacks its picture (promise 4).
"""

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from platekeeper.errors import PlatekeeperError

_NONCE_BYTES = 12


class VaultError(PlatekeeperError):
    """A picture cannot be sealed or opened."""


def _context(agency_id: int, month: date, digest: bytes = b"") -> bytes:
    # bound into every seal: a file or key moved to another agency or month does not open
    return f"platekeeper-image-1:{agency_id}:{month:%Y-%m}:".encode() + digest


@dataclass(frozen=True)
class Vault:
    """Sealed pictures under one folder and one master key."""

    folder: Path
    master_key: bytes

    def new_key(self, agency_id: int, month: date) -> bytes:
        """Return a fresh data key, wrapped.

        Args:
            agency_id: whose pictures it will seal.
            month: first day of the month that it will seal.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.master_key).encrypt(
            nonce, secrets.token_bytes(32), _context(agency_id, month)
        )

    def seal(self, content: bytes, *, agency_id: int, month: date, wrapped: bytes) -> bytes:
        """Write a picture, sealed and synchronised to disk, and return its SHA-256.

        Writing the same picture again changes nothing.

        Args:
            content: the picture's bytes as they came.
            agency_id: whose it is.
            month: first day of the month whose key seals it.
            wrapped: that key, as `new_key` returned it.

        Raises:
            VaultError: the disk is full or cannot be written; nothing is left behind.
        """
        digest = hashlib.sha256(content).digest()
        path = self._path(agency_id, month, digest)
        if path.exists():
            return digest
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(self._unwrap(wrapped, agency_id, month)).encrypt(
            nonce, content, _context(agency_id, month, digest)
        )
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("xb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise VaultError(
                f"The picture could not be stored ({error.strerror}): free space under the data folder; "
                "the sender will try again and nothing is lost."
            ) from error
        return digest

    def open(self, digest: bytes, *, agency_id: int, month: date, wrapped: bytes) -> bytes:
        """Return a picture's bytes, proven to be those that were sealed.

        Args:
            digest: SHA-256 of the picture.
            agency_id: whose it is.
            month: first day of the month whose key sealed it.
            wrapped: that key.

        Raises:
            VaultError: the file is gone, or neither it nor the key is what was written.
        """
        try:
            sealed = self._path(agency_id, month, digest).read_bytes()
            key = AESGCM(self._unwrap(wrapped, agency_id, month))
            return key.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _context(agency_id, month, digest)
            )
        except FileNotFoundError as error:
            raise VaultError(
                "The picture's file is missing: restore it from a backup of the data folder."
            ) from error
        except (InvalidTag, ValueError) as error:  # shorter than a nonce is a value error
            raise VaultError(
                "The picture's file was changed since it was stored: tell the custodian."
            ) from error

    def _unwrap(self, wrapped: bytes, agency_id: int, month: date) -> bytes:
        try:
            return AESGCM(self.master_key).decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _context(agency_id, month)
            )
        except InvalidTag as error:
            raise VaultError(
                "The image key does not open with this data folder's master key: restore secrets/master.key."
            ) from error

    def _path(self, agency_id: int, month: date, digest: bytes) -> Path:
        name = digest.hex()
        return self.folder / str(agency_id) / f"{month:%Y-%m}" / name[:2] / name
