"""What is said over the network to a records management system: one question, one delivery, each with a time limit."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from platekeeper.errors import PlatekeeperError

LOOKUP_TIMEOUT_SECONDS = 2.0  # somebody waits at a page
DELIVERY_TIMEOUT_SECONDS = 10.0
_LONGEST_ANSWER_BYTES = 65_536


class RmsError(PlatekeeperError):
    """The records management system cannot be reached, or does not answer as agreed."""


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status.
        body: at most 64 KiB.
    """

    status: int
    body: bytes


def checked_url(url: str) -> str:
    """Return an address that may be used.

    Args:
        url: http or https, with a host and without credentials in it.

    Raises:
        RmsError: it is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise RmsError(
            f"{url[:80]!a} is no address: write http:// or https:// and a host, and no credentials."
        )
    return url


def ask(url: str, number: str, token: str) -> bool | None:
    """Ask whether a case is known and open.

    Args:
        url: `?case_number=...` is added.
        number: the case number.
        token: bearer token; empty for none.

    Returns:
        True or False as the system says (404 is a no), None where it gives no clear answer in time.
    """
    address = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({'case_number': number})}"
    try:
        answer = _exchanged(address, None, {}, token, LOOKUP_TIMEOUT_SECONDS)
    except RmsError:
        return None
    if answer.status == 404:
        return False
    try:
        said: Any = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    known = said.get("open", said.get("known")) if isinstance(said, dict) else None
    return known if answer.status == 200 and isinstance(known, bool) else None


def deliver(url: str, content: bytes, key: str, token: str) -> str:
    """Deliver one request.

    Args:
        url: where it is posted.
        content: JSON.
        key: the same at every attempt, so that the other side takes it once (`Idempotency-Key`).
        token: bearer token; empty for none.

    Returns:
        The other side's receipt: its words, or else its status.

    Raises:
        RmsError: it was not taken.
    """
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    answer = _exchanged(url, content, headers, token, DELIVERY_TIMEOUT_SECONDS)
    if not 200 <= answer.status < 300:
        raise RmsError(f"The records management system answered {answer.status}: ask its administrator why.")
    words = answer.body.decode("utf-8", "replace").replace("\x00", " ").strip()
    return f"{answer.status} {words}".strip()[:300]


def token_in(path: str) -> str:
    """Return the bearer token in a file; empty where no file is named.

    Raises:
        RmsError: the file cannot be read.
    """
    if not path:
        return ""
    try:
        return Path(path).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RmsError(f"The token file {path} cannot be read: make it readable for the server.") from error


def _exchanged(
    url: str, content: bytes | None, headers: dict[str, str], token: str, timeout: float
) -> Answer:
    if token:
        headers = {**headers, "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(checked_url(url), data=content, headers=headers)  # noqa: S310  # checked above
    try:
        with _OPENER.open(request, timeout=timeout) as reply:
            return Answer(reply.status, reply.read(_LONGEST_ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, b"")
    except (OSError, HTTPException, ValueError) as error:
        raise RmsError(
            f"The records management system does not answer ({type(error).__name__}): it is asked again later."
        ) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What was asked goes to the address that an administrator chose, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing."""


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
