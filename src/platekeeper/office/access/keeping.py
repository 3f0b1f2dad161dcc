"""Keeping the ledger: sign it every hour, verify all of it every day, publish it; and where that fails, say so at once.

While the last signing or the last verification failed, the database opens no access (`ledger_holds()`), and the
office that answers for technology, with the administrators, is told within the hour (CJIS AU-5).
"""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections

from platekeeper.evidence.timestamps import RemoteAuthority, StampError, certificates_in
from platekeeper.ledger.book import sign_book, verify_book
from platekeeper.ledger.checkpoints import BrokenLedgerError
from platekeeper.ledger.entries import LedgerError
from platekeeper.office.access.events import record_event
from platekeeper.office.access.ledger import LedgerBook, book_in
from platekeeper.office.access.publishing import publish_checkpoints
from platekeeper.office.accounts.models import Agency
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Duty, Role

AUDITOR = "auditor"
_NEEDED_BYTES = 100 * 2**20
_LONGEST_SENTENCE = 2000


class _Stamps:
    """The agency's time-stamp authority, as the ledger asks it."""

    def __init__(self, authority: RemoteAuthority) -> None:
        self._authority = authority

    def stamp(self, message: bytes) -> bytes:
        try:
            return self._authority.stamp(message)
        except StampError as error:
            raise LedgerError(str(error)) from error


def kept_book() -> LedgerBook:
    """Return this installation's ledger."""
    return book_in(_secrets(), _origin(), settings.AUDITOR_ADDRESS)


def sign_ledger(now: datetime) -> None:
    """Verify what the ledger gained, sign it and publish it in the data folder; the state is noted either way.

    Args:
        now: the present time.

    Raises:
        LedgerError: it does not hold, or cannot be signed; from now on nothing is shown.

    Records:
        `ledger.failed` or `ledger.recovered`, where the state changes.

    Source:
        CJIS AU-5, AU-9
    """
    _watched("signing", lambda: _sign(now), now)


def verify_ledger(now: datetime) -> None:
    """Verify the whole ledger as an outsider would; the state is noted either way.

    Args:
        now: the present time.

    Raises:
        LedgerError: it does not hold; from now on nothing is shown.

    Records:
        `ledger.failed` or `ledger.recovered`, where the state changes.

    Source:
        CJIS AU-5
    """
    _watched("verification", _verify, now)


def publish_ledger(now: datetime) -> None:  # noqa: ARG001  # a job's signature
    """Carry to every place of PLATEKEEPER_PUBLISH_TO what it has not got yet.

    Args:
        now: the present time.

    Raises:
        LedgerError: a place did not take it; it is tried again.
    """
    publish_checkpoints(kept_book(), settings.LEDGER_PLACES, settings.AUDITOR_ADDRESS)


def _sign(now: datetime) -> None:
    folder = Path(settings.DATA_FOLDER)
    if shutil.disk_usage(folder).free < _NEEDED_BYTES:
        raise LedgerError(
            "Less than 100 MB are free in the data folder: free space, or records cannot be kept."
        )
    book = kept_book()
    signed = book.checkpoints()
    if not signed or signed[-1].size != book.size():
        _stamped(book, now)
    publish_checkpoints(book, [str(folder / "published")], settings.AUDITOR_ADDRESS)


def _stamped(book: LedgerBook, now: datetime) -> None:
    try:
        sign_book(book, now=now, authority=time_authority())
    except BrokenLedgerError:
        raise
    except LedgerError:
        sign_book(book, now=now)  # an authority that does not answer keeps nobody from signing


def time_authority() -> _Stamps | None:
    """Return the agency's time-stamp authority (RFC 3161), if it named one.

    Raises:
        LedgerError: its certificates cannot be read.
    """
    if not settings.TIMESTAMPS or not settings.TIMESTAMP_ROOTS:
        return None
    try:
        roots = certificates_in(Path(settings.TIMESTAMP_ROOTS).read_bytes())
    except (OSError, StampError) as error:
        raise LedgerError(f"The time-stamp authority's certificates cannot be read: {error}") from error
    return _Stamps(RemoteAuthority(settings.TIMESTAMPS, roots))


def _verify() -> None:
    verdict = verify_book(kept_book())
    if not verdict.holds:
        raise BrokenLedgerError(verdict.sentence)


def _watched(check: str, run: Callable[[], None], now: datetime) -> None:
    try:
        run()
    except (LedgerError, OSError, psycopg.Error) as error:
        what = f"The ledger's {check} failed ({type(error).__name__}): look at the database and the disk."
        sentence = str(error) if isinstance(error, LedgerError) else what
        _note(check, sentence)
        _tell(sentence, now)
        raise LedgerError(sentence) from error
    _note(check, "")


def _note(check: str, sentence: str) -> None:
    """Keep the state where it changed; the latest row of each check is its state."""
    with connections[AUDITOR].cursor() as cursor:
        cursor.execute(
            "SELECT holds FROM ledger_state WHERE check_name = %s ORDER BY id DESC LIMIT 1", [check]
        )
        row = cursor.fetchone()
        if (row[0] if row else True) == (not sentence):
            return
        cursor.execute(
            "INSERT INTO ledger_state (check_name, holds, sentence) VALUES (%s, %s, %s)",
            [check, not sentence, sentence[:_LONGEST_SENTENCE]],
        )
    event = "ledger.failed" if sentence else "ledger.recovered"
    record_event(
        agency="",
        event=event,
        actor=f"ledger-{check}",
        subject=check,
        details={"sentence": sentence},
        using=AUDITOR,
    )


def _tell(sentence: str, now: datetime) -> None:
    for agency in Agency.objects.all():
        for receiver in (Duty.TECHNOLOGY.value, Role.ADMINISTRATOR):
            tell(
                agency=agency, to=receiver, kind="ledger-failed", now=now,
                subject="The ledger does not hold or cannot be signed: nothing is shown until it does.",
                body=f"{sentence} Run `platekeeper ledger verify` on the server.", link="/audits/ledger/",
                key=f"ledger-failed-{now:%Y-%m-%d-%H}",
            )  # fmt: skip


def _secrets() -> Path:
    return Path(settings.DATA_FOLDER) / "secrets"


def _origin() -> str:
    return f"platekeeper/{settings.INSTALLATION}"
