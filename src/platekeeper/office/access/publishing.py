"""Carrying checkpoints to where others see them: a folder, or an address that takes files (HTTP PUT, else POST).

What reached a place is noted; what did not is tried again with the next run. Nothing is ever taken back.
"""

import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from platekeeper.ledger.checkpoints import StoredCheckpoint
from platekeeper.ledger.entries import LedgerError
from platekeeper.ledger.publication import LATEST, publish
from platekeeper.ledger.verify import PublicKey
from platekeeper.office.access.ledger import LedgerBook

_TIMEOUT_SECONDS = 15
_METHOD_NOT_ALLOWED = 405


class UnpublishedError(LedgerError):
    """A checkpoint did not reach a place; it is tried again."""


def publish_checkpoints(book: LedgerBook, places: list[str], address: str) -> int:
    """Carry every checkpoint that a place has not got yet there, oldest first.

    Args:
        book: the ledger.
        places: folders, and addresses that begin with http.
        address: how the database is reached as `auditor`.

    Returns:
        How many were carried.

    Raises:
        UnpublishedError: a place did not take one; the others got theirs.
        BrokenLedgerError: a folder holds another ledger's or a later state.

    Source:
        CJIS AU-9, AUD-01
    """
    checkpoints, keys = book.checkpoints(), book.public_keys()
    carried, failed = 0, []
    for place in places:
        known = _published(place, address)
        try:
            for checkpoint in checkpoints:
                if (checkpoint.size, checkpoint.made_at) not in known:
                    _carry(place, checkpoint, keys)
                    _note(place, checkpoint, address)
                    carried += 1
        except UnpublishedError as error:
            failed.append(str(error))
    if failed:
        raise UnpublishedError(" ".join(failed))
    return carried


def _carry(place: str, checkpoint: StoredCheckpoint, keys: list[PublicKey]) -> None:
    key = next(one for one in keys if one.key_id == checkpoint.signature[:4])
    time = checkpoint.note.checkpoint.made_at.replace(":", "")
    name, note = f"checkpoint-{checkpoint.size:012d}-{time}.txt", checkpoint.note.text.encode()
    if not place.startswith(("http://", "https://")):
        own = Path(place) / name
        try:
            if not (own.exists() and own.read_bytes() == note):
                publish(Path(place), checkpoint.note, key)
        except OSError as error:
            raise UnpublishedError(
                f"{place} cannot be written ({error.strerror}): let the server write there."
            ) from error
        return
    _send(place, f"key-{key.key_id.hex()}.txt", f"{key.line}\n".encode())
    _send(place, name, note)
    _send(place, LATEST, note)


def _send(place: str, name: str, content: bytes) -> None:
    url = f"{place.rstrip('/')}/{name}"
    if not urlsplit(url).hostname:
        raise UnpublishedError(f"{place[:80]!a} is no address to publish to: correct PLATEKEEPER_PUBLISH_TO.")
    try:
        status = _asked(url, content, "PUT")
        if status == _METHOD_NOT_ALLOWED:
            status = _asked(url, content, "POST")
    except (OSError, HTTPException, ValueError) as error:
        raise UnpublishedError(
            f"{place} does not answer ({type(error).__name__}): it is tried again."
        ) from error
    if not 200 <= status < 300:
        raise UnpublishedError(f"{place} answered {status}: let it take files from this server.")


def _asked(url: str, content: bytes, method: str) -> int:
    request = urllib.request.Request(  # noqa: S310  # the scheme was looked at
        url, data=content, headers={"Content-Type": "text/plain; charset=utf-8"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310  # idem
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _published(place: str, address: str) -> set[tuple[int, datetime]]:
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT size, made_at FROM ledger_publication WHERE place = %s", [place[:500]]
        )
        return {(size, made_at.astimezone(UTC)) for size, made_at in rows.fetchall()}


def _note(place: str, checkpoint: StoredCheckpoint, address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute(
            "INSERT INTO ledger_publication (place, size, made_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [place[:500], checkpoint.size, checkpoint.made_at],
        )
