"""Small secrets, sealed with AES-256-GCM under a key derived from the data folder's master key."""

import base64
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_PURPOSE = b"platekeeper-second-factor-1"


def _cipher(master_key: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=_PURPOSE).derive(master_key))


def seal_text(text: str, master_key: bytes) -> str:
    """Return a text sealed, in letters that a database column can hold.

    Args:
        text: the secret.
        master_key: 32 bytes.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + _cipher(master_key).encrypt(nonce, text.encode(), _PURPOSE)).decode()


def open_text(sealed: str, master_key: bytes) -> str:
    """Return what `seal_text` sealed.

    Args:
        sealed: its result.
        master_key: the same 32 bytes.

    Raises:
        cryptography.exceptions.InvalidTag: it was changed, or the key is another.
    """
    raw = base64.b64decode(sealed)
    return _cipher(master_key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _PURPOSE).decode()
