"""The keys of backups, kept apart from them, so that a purge reaches every backup ever made (promise 5; ADR 0020).

A backup holds reads by agency and day, each such slice sealed with a key of its own, and pictures as the vault sealed
them. Neither kind of key is in the backup. The living installation has them, and so has the keys file, for the day when
the installation is lost: one small file that is kept elsewhere, locked by a passphrase or a public key, and from which
keys are taken out again, without unlocking it, once the reads that they sealed are destroyed. COPIES OF THE KEYS FILE
THAT NOBODY KNOWS OF KEEP WHAT WAS DESTROYED OPEN: there must be none (docs/how-to/backup.md).
"""

import base64
import contextlib
import json
import os
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from platekeeper.errors import PlatekeeperError

FORMAT = "platekeeper-keys-1"
SHORTEST_PASSPHRASE = 12
_NONCE_BYTES = 12
_WORK = 2**16  # scrypt: 64 MB and some tenths of a second for each guess

Slice = tuple[
    int, str
]  # agency and name: `2026-03-14`, or `2026-03-14+kept` for reads that a purge may spare


class KeysError(PlatekeeperError):
    """A file of keys cannot be used."""


def sealed(key: bytes, content: bytes, context: bytes) -> bytes:
    """Return some bytes sealed with AES-256-GCM.

    Args:
        key: 32 bytes.
        content: what is sealed.
        context: bound to it, not kept with it.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, context)


def unsealed(key: bytes, blob: bytes, context: bytes) -> bytes:
    """Return what was sealed.

    Args:
        key: 32 bytes.
        blob: as `sealed` returned it.
        context: the same.

    Raises:
        KeysError: it was sealed with another key, or changed.
    """
    try:
        return AESGCM(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        raise KeysError(
            "This does not open with these keys: use the keys file of this installation."
        ) from None


def written_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is either the old one or the new one, whenever the power fails.

    Args:
        path: the file; readable by its owner alone.
        content: its bytes.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass
class SliceKeys:
    """The slices' keys of a living installation: a file among its secrets, each key wrapped by the master key."""

    path: Path
    master_key: bytes
    _wrapped: dict[Slice, bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Read the file, where there is one."""
        self._wrapped = {}
        with contextlib.suppress(FileNotFoundError):
            rows = json.loads(self.path.read_bytes())
            self._wrapped = {(agency, name): _bytes(text) for agency, name, text in rows}

    def key_of(self, of: Slice) -> bytes:
        """Return a slice's key, made on first use; `save` keeps it.

        Args:
            of: the slice.
        """
        if of not in self._wrapped:
            self._wrapped[of] = sealed(self.master_key, secrets.token_bytes(32), _context(of))
        return unsealed(self.master_key, self._wrapped[of], _context(of))

    def rows(self) -> list[tuple[int, str, str]]:
        """Return the wrapped keys, for files."""
        return [(agency, name, _text(blob)) for (agency, name), blob in sorted(self._wrapped.items())]

    def slices(self) -> set[Slice]:
        """Return which slices have a key."""
        return set(self._wrapped)

    def forget(self, slices: Iterable[Slice]) -> None:
        """Destroy keys; what they sealed cannot be opened any more.

        Args:
            slices: whose.
        """
        for of in slices:
            self._wrapped.pop(of, None)
        self.save()

    def save(self) -> None:
        """Write the file."""
        written_whole(self.path, json.dumps(self.rows()).encode())


@dataclass(frozen=True)
class Lock:
    """How a keys file is locked: by a passphrase, or for the holder of a private key.

    Attributes:
        passphrase: the passphrase; None where a key is used.
        key: the recipient's X25519 key: the public one locks, the private one unlocks.
    """

    passphrase: str | None = None
    key: X25519PublicKey | X25519PrivateKey | None = None

    @classmethod
    def by_passphrase(cls, text: str) -> "Lock":
        """Return the lock of a passphrase.

        Args:
            text: what somebody typed.

        Raises:
            KeysError: it is too short to keep anything.
        """
        if len(text) < SHORTEST_PASSPHRASE:
            raise KeysError(f"The passphrase is too short: use at least {SHORTEST_PASSPHRASE} characters.")
        return cls(passphrase=text)

    @classmethod
    def by_key(cls, pem: bytes) -> "Lock":
        """Return the lock of an X25519 key.

        Args:
            pem: a PEM file's content, as `openssl genpkey -algorithm X25519` and `openssl pkey -pubout` write it.

        Raises:
            KeysError: it holds no such key.
        """
        with contextlib.suppress(ValueError, TypeError):
            private = serialization.load_pem_private_key(pem, None)
            if isinstance(private, X25519PrivateKey):
                return cls(key=private)
        with contextlib.suppress(ValueError):
            public = serialization.load_pem_public_key(pem)
            if isinstance(public, X25519PublicKey):
                return cls(key=public)
        raise KeysError("The file holds no X25519 key: make one with `openssl genpkey -algorithm X25519`.")

    def fresh(self) -> tuple[dict[str, Any], bytes]:
        """Return what must be kept beside locked bytes, and the key that locks them.

        Raises:
            KeysError: there is nothing to lock with.
        """
        if self.passphrase is not None:
            salt = secrets.token_bytes(16)
            kept = {"kind": "passphrase", "salt": _text(salt), "work": _WORK}
            return kept, _stretched(self.passphrase, salt, _WORK)
        if self.key is None:
            raise KeysError("Keys are never written in clear: give a passphrase or a recipient's public key.")
        recipient = self.key.public_key() if isinstance(self.key, X25519PrivateKey) else self.key
        once = X25519PrivateKey.generate()
        sent = once.public_key().public_bytes_raw()
        kept = {"kind": "recipient", "recipient": _text(recipient.public_bytes_raw()), "sent": _text(sent)}
        return kept, _agreed(once.exchange(recipient), sent, recipient.public_bytes_raw())

    def opening(self, kept: Mapping[str, Any]) -> bytes:
        """Return the key that locked something.

        Args:
            kept: what was kept beside it.

        Raises:
            KeysError: it takes the other kind of lock.
        """
        if kept["kind"] == "passphrase" and self.passphrase is not None:
            return _stretched(self.passphrase, _bytes(kept["salt"]), int(kept["work"]))
        if kept["kind"] == "recipient" and isinstance(self.key, X25519PrivateKey):
            sent = _bytes(kept["sent"])
            shared = self.key.exchange(X25519PublicKey.from_public_bytes(sent))
            return _agreed(shared, sent, self.key.public_key().public_bytes_raw())
        needed = "passphrase" if kept["kind"] == "passphrase" else "recipient's private key"
        raise KeysError(f"The keys file is locked with a {needed}: give it.")


def _stretched(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=work, r=8, p=1).derive(passphrase.encode())


def _agreed(shared: bytes, sent: bytes, recipient: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, b"platekeeper-keys-1" + sent + recipient).derive(shared)


@dataclass(frozen=True)
class KeysFile:
    """What opens the backups of an installation that is lost.

    Attributes:
        secrets: the installation's own secrets, by file name.
        images: rows of `image_key`: agency, name, end, making, wrapped key.
        slices: agency, name, wrapped key.
    """

    secrets: Mapping[str, bytes]
    images: tuple[tuple[int, str, str, str, str], ...]
    slices: tuple[tuple[int, str, str], ...]

    def write(self, path: Path, lock: Lock) -> None:
        """Write the file, in place of an older one.

        Args:
            path: where; not inside a backup.
            lock: who can open it.

        Raises:
            KeysError: it cannot be written there, or nothing would lock it.
        """
        kept, key = lock.fresh()
        inside = json.dumps({name: _text(value) for name, value in self.secrets.items()}).encode()
        document = {
            "format": FORMAT,
            "lock": kept,
            "secrets": _text(sealed(key, inside, b"platekeeper-secrets-1")),
            "images": self.images,
            "slices": self.slices,
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            written_whole(path, (json.dumps(document, indent=0) + "\n").encode())
        except OSError as error:
            raise KeysError(
                f"The keys file {path} cannot be written ({error.strerror}): name a place that is there."
            ) from error

    @classmethod
    def read(cls, path: Path, lock: Lock) -> "KeysFile":
        """Open the file.

        Args:
            path: where it is.
            lock: the passphrase or private key.

        Raises:
            KeysError: it is not there, is no such file, or the lock is another.
        """
        document = _document(path)
        try:
            inside = json.loads(
                unsealed(
                    lock.opening(document["lock"]), _bytes(document["secrets"]), b"platekeeper-secrets-1"
                )
            )
        except KeysError as error:
            if "does not open" not in str(error):
                raise
            raise KeysError("The passphrase or key does not open the keys file: try again.") from None
        return cls(
            secrets={name: _bytes(text) for name, text in inside.items()},
            images=tuple((row[0], row[1], row[2], row[3], row[4]) for row in document["images"]),
            slices=tuple((row[0], row[1], row[2]) for row in document["slices"]),
        )

    def slice_key(self, of: Slice) -> bytes | None:
        """Return the key of a slice, or None where it was destroyed.

        Args:
            of: the slice.
        """
        for agency, name, text in self.slices:
            if (agency, name) == of:
                return unsealed(self.secrets["master.key"], _bytes(text), _context(of))
        return None


def take_out(path: Path, *, images: Collection[Slice], slices: Collection[Slice]) -> int:
    """Take destroyed keys out of a keys file; nothing needs to be unlocked for it.

    Args:
        path: the file.
        images: the image keys that still live.
        slices: the slices that still live.

    Returns:
        How many were taken out.

    Raises:
        KeysError: the file is not there, or is no such file.
    """
    document = _document(path)
    before = len(document["images"]) + len(document["slices"])
    document["images"] = [row for row in document["images"] if (row[0], row[1]) in images]
    document["slices"] = [row for row in document["slices"] if (row[0], row[1]) in slices]
    gone = before - len(document["images"]) - len(document["slices"])
    if gone:
        try:
            written_whole(path, (json.dumps(document, indent=0) + "\n").encode())
        except OSError as error:
            raise KeysError(f"The keys file {path} cannot be written ({error.strerror}).") from error
    return gone


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise KeysError(
            f"The keys file {path} cannot be read ({error.strerror}): without it nothing of a backup opens."
        ) from error
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise KeysError(f"{path} is no keys file of Platekeeper: name the one that the backup wrote.")
    return document


def _context(of: Slice) -> bytes:
    return f"platekeeper-slice-1:{of[0]}:{of[1]}".encode()


def _text(blob: bytes) -> str:
    return base64.b64encode(blob).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
