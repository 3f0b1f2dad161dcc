"""Getting a list's file from where its source lays it: over HTTPS, over SFTP, or from a folder.

What comes is a whole file or a sentence. Nothing here looks into it: `loading` judges it.
"""

import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from platekeeper.intake.hotlists.lines import LARGEST_FILE_BYTES
from platekeeper.office.hotlists.versions import HotListError

_BLOCK = 1 << 20
_TIMEOUT_S = 60
_LONGEST_S = 1800
_TOO_SLOW = "The source did not deliver within half an hour: it is tried again."
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
TOKEN, KEY, KNOWN_HOSTS = "token", "key", "known_hosts"


@dataclass(frozen=True)
class Fetched:
    """A file that came.

    Attributes:
        path: where it lies.
        tag: the server's name for this state of the file; empty where it has none.
    """

    path: Path
    tag: str = ""


def checked_url(url: str) -> SplitResult:
    """Return an address in its parts.

    Args:
        url: as typed.

    Raises:
        HotListError: it is none that lists are fetched from, or holds a password.
    """
    parts = urlsplit(url)
    if parts.password is not None:
        raise HotListError(
            "The address holds a password: leave it out and give it in a file (--token-file or --key-file)."
        )
    is_safe = parts.scheme in ("https", "sftp") or (parts.scheme == "http" and parts.hostname in _HERE)
    if (is_safe and parts.hostname and len(parts.path) > 1) or (parts.scheme == "file" and not parts.netloc):
        return parts
    raise HotListError(
        f"{url[:80]!r} is no address that lists are fetched from: write https://host/file, sftp://user@host/file, "
        "or file:///folder for one of this machine."
    )


def fetch(url: str, *, into: Path, secrets: Path, tag: str = "") -> Fetched | None:
    """Get a file.

    Args:
        url: its address, https or sftp.
        into: where it shall lie; a folder, its own.
        secrets: the folder with `token` (HTTPS, sent as a bearer token), `key` and `known_hosts` (SFTP).
        tag: of the file that came last.

    Returns:
        The file; None where the server says that it is the one that came last.

    Raises:
        HotListError: it did not come, or not whole.
    """
    parts = checked_url(url)
    target = into / (Path(unquote(parts.path)).name or "list")
    if parts.scheme == "sftp":
        return _over_sftp(parts, target, secrets)
    return _over_https(url, target, secrets, tag)


def _over_https(url: str, target: Path, secrets: Path, tag: str) -> Fetched | None:
    request = urllib.request.Request(url, headers=_headers(secrets, tag))  # noqa: S310  # checked_url lets no other through
    opener = urllib.request.build_opener(
        _NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as answer:
            _save(answer, target)
            return Fetched(target, answer.headers.get("ETag") or answer.headers.get("Last-Modified") or "")
    except urllib.error.HTTPError as error:
        if error.code == 304:  # RFC 9110: not modified
            return None
        raise HotListError(
            f"The source answered {error.code}: ask whether the address and the token still hold."
        ) from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise HotListError(
            f"The source cannot be reached, or broke off ({type(reason).__name__}): it is tried again."
        ) from error


def _headers(secrets: Path, tag: str) -> dict[str, str]:
    headers = {"User-Agent": "Platekeeper"}
    if tag:
        # servers that know tags compare them, the others compare dates; each leaves the other's header alone
        headers["If-None-Match" if tag.startswith(('"', "W/")) else "If-Modified-Since"] = tag
    token = secrets / TOKEN
    if token.is_file():
        headers["Authorization"] = f"Bearer {token.read_text().strip()}"
    return headers


def _save(answer: HTTPResponse, target: Path) -> None:
    declared = answer.headers.get("Content-Length")
    saved, started = 0, time.monotonic()
    with target.open("wb") as file:
        while block := answer.read1(
            _BLOCK
        ):  # what is there: a source that trickles would hold up every other job
            saved += len(block)
            if time.monotonic() - started > _LONGEST_S:
                raise HotListError(_TOO_SLOW)
            if saved > LARGEST_FILE_BYTES:
                raise HotListError(
                    f"The file is larger than {LARGEST_FILE_BYTES >> 20} MB: ask the source what it sends."
                )
            file.write(block)
    if declared is not None and declared.isdigit() and saved != int(declared):
        raise HotListError(f"Only {saved:,} of {int(declared):,} bytes came: it is tried again.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token is for one host: a source that moved is set anew by a person."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow nothing."""


def _over_sftp(parts: SplitResult, target: Path, secrets: Path) -> Fetched:
    program = shutil.which("sftp")
    if program is None:
        raise HotListError("SFTP needs the program sftp: install the package openssh-client.")
    for name in (KEY, KNOWN_HOSTS):
        if not (secrets / name).is_file():
            raise HotListError(f"SFTP needs a {name} file: give it with --{name.replace('_', '-')}-file.")
    path = unquote(parts.path)
    if any(character in path for character in '"\\\n\r'):
        raise HotListError(
            "The path of the file holds a quote or a backslash: ask the source to name it otherwise."
        )
    command = [
        program, "-q", "-b", "-", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes",
        "-o", f"UserKnownHostsFile={secrets / KNOWN_HOSTS}", "-o", f"ConnectTimeout={_TIMEOUT_S}", "-F", "none",
        "-i", str(secrets / KEY), "-P", str(parts.port or 22), f"{parts.username or 'platekeeper'}@{parts.hostname}",
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  # a list, no shell; host and path were checked above
            command,
            input=f'get "{path}" "{target}"\n',
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise HotListError(_TOO_SLOW) from error
    if done.returncode or not target.is_file():
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise HotListError(
            f"The source cannot be reached over SFTP, or broke off ({said[:120]}): it is tried again."
        )
    if target.stat().st_size > LARGEST_FILE_BYTES:
        raise HotListError(
            f"The file is larger than {LARGEST_FILE_BYTES >> 20} MB: ask the source what it sends."
        )
    return Fetched(target)
