"""Web push: what a browser's own service needs to wake somebody, and nothing else in it.

Keys are this installation's own (secrets/push.key). A subscription names an address to post to, so it is taken for the
known services alone: nobody makes this server knock at doors inside the house. RFC 8030, 8291, 8292.
"""

import base64
import binascii
import fnmatch
import os
import struct
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from platekeeper.errors import PlatekeeperError
from platekeeper.office.accounts.models import Person
from platekeeper.office.notices.models import PushSubscription

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_RECORD_BYTES = 4096
_TOKEN_LASTS = timedelta(hours=12)  # RFC 8292 allows 24
STALE_SECONDS = 600  # who was not reached by then is not helped by an old alert
_MOST_A_PERSON = 5


class PushError(PlatekeeperError):
    """A browser cannot be told of alerts."""


def subscribe(*, person: Person, endpoint: str, p256dh: str, auth: str, now: datetime) -> PushSubscription:
    """Note a browser that shall be told when an alert waits.

    Args:
        person: whose browser.
        endpoint: the address that its push service gave it.
        p256dh: the browser's public key, base64url.
        auth: the secret it shares with us, base64url.
        now: the present time.

    Raises:
        PushError: the address is of no known service, or the keys are none.

    Source:
        RFC 8030, RFC 8291
    """
    if not _is_known_service(endpoint):
        raise PushError("This browser's push service is not among those allowed here: ask an administrator.")
    if len(endpoint) > 1000 or _public(p256dh) is None or len(_bytes(auth) or b"") != 16:
        raise PushError("The browser sent keys that are none: reload the page and try again.")
    kept, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={"person": person, "p256dh": p256dh, "auth": auth, "created_at": now}
    )
    older = PushSubscription.objects.filter(person=person).order_by("-created_at")[_MOST_A_PERSON:]
    PushSubscription.objects.filter(pk__in=[one.pk for one in older]).delete()
    return kept


def unsubscribe(*, person: Person, endpoint: str) -> bool:
    """Forget a browser.

    Args:
        person: whose.
        endpoint: its address.

    Returns:
        Whether it was known.
    """
    return bool(PushSubscription.objects.filter(person=person, endpoint=endpoint).delete()[0])


def _is_known_service(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    origin = f"{parts.scheme}://{parts.netloc}"
    return any(fnmatch.fnmatchcase(origin, known) for known in settings.PUSH_SERVICES)


@cache
def _installation_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret) % (_ORDER - 1) + 1, _CURVE)


def public_key() -> str:
    """Return this installation's public key, as a browser wants it when it subscribes."""
    return _text(_point(_installation_key(settings.PUSH_KEY).public_key()))


def headers_for(endpoint: str, now: datetime) -> dict[str, str]:
    """Return what a push service wants beside the message: who sends it, how long it counts.

    Args:
        endpoint: where it goes.
        now: the present time.

    Source:
        RFC 8030 5.2, 5.3; RFC 8292
    """
    parts = urlsplit(endpoint)
    ours = settings.PUBLIC_ADDRESS
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _TOKEN_LASTS).timestamp()),
        "sub": ours if ours.startswith("https://") else "https://platekeeper.invalid",
    }
    token = jwt.encode(claims, _installation_key(settings.PUSH_KEY), algorithm="ES256")
    return {
        "Authorization": f"vapid t={token}, k={public_key()}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(STALE_SECONDS),
        "Urgency": "high",
        "Topic": "alert",
    }


def sealed(
    content: bytes,
    p256dh: str,
    auth: str,
    *,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Encrypt a message so that the subscribed browser alone can read it.

    Args:
        content: at most 3,900 bytes.
        p256dh: the browser's public key, base64url.
        auth: the secret it shares with us, base64url.
        salt: 16 bytes; new ones unless a test names them.
        key: the key of this one message; a new one unless a test names it.

    Raises:
        PushError: the browser's key is none.

    Source:
        RFC 8291 3; RFC 8188 2
    """
    browser = _public(p256dh)
    if browser is None:
        raise PushError("The browser's key is none: have it subscribe again.")
    salt = salt or os.urandom(16)
    key = key or ec.generate_private_key(_CURVE)
    ours, theirs = _point(key.public_key()), _point(browser)
    secret = _derived(
        key.exchange(ec.ECDH(), browser), _bytes(auth) or b"", b"WebPush: info\0" + theirs + ours, 32
    )
    content_key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack(">IB", _RECORD_BYTES, len(ours)) + ours
    return header + AESGCM(content_key).encrypt(nonce, content + b"\2", None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _public(text: str) -> ec.EllipticCurvePublicKey | None:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, _bytes(text) or b"")
    except ValueError:
        return None


def _bytes(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
