"""What an authenticator shows: RFC 6238, once more and without the product."""

import base64
import hmac
import time

_FEWEST_SECONDS = 10  # what a loaded machine takes from here to the server


def code_of(secret: str) -> str:
    """Return the code of now; of one that is about to change, the next."""
    left = 30 - time.time() % 30
    if left < _FEWEST_SECONDS:
        time.sleep(left)
    counter = (int(time.time()) // 30).to_bytes(8, "big")
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
