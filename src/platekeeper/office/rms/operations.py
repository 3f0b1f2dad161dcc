"""Taking an agency's cases from its drop folder, and delivering what its records management system is to hear."""

import csv
import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.db import connections, transaction

from platekeeper.office.accounts.models import Agency
from platekeeper.office.notices.operations import tell
from platekeeper.office.rms.links import RmsError, deliver, token_in
from platekeeper.office.rms.models import CaseList, Connection, KnownCase
from platekeeper.office.rms.queries import normal_number
from platekeeper.policy import Duty

CUSTODIAN = "custodian"  # the worker's role: pages cannot read what was asked
_LARGEST_FILE_BYTES = 50 * 2**20
_LONGEST_NUMBER = 64
_AT_ONCE = 200
_FIRST_RETRY, _LAST_RETRY = timedelta(minutes=1), timedelta(hours=1)
_TOLD_AFTER = timedelta(hours=24)
_CLOSED = frozenset({"closed", "no", "n", "false", "0", "cancelled", "canceled", "unfounded"})


def take_cases(connection: Connection, now: datetime) -> CaseList | None:
    """Take the latest CSV file from an agency's drop folder; it replaces all that was known.

    Args:
        connection: the agency's connection, with a `cases_folder`.
        now: the present time.

    Returns:
        What was taken; None where the latest file is the one that counts already, or none is there.

    Raises:
        RmsError: the folder or the file cannot be read as agreed; what was known stays.

    Source:
        PUR-14, SRC-02
    """
    folder = Path(connection.cases_folder)
    try:
        files = sorted(folder.glob("*.csv"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        if not folder.is_dir():
            raise RmsError(f"There is no folder {folder}: make it, or name another one.")
        if not files:
            return None
        with files[-1].open("rb") as file:
            content = file.read(_LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise RmsError(
            f"The cases in {folder} cannot be read ({error.strerror}): let the server read them."
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    latest = CaseList.objects.using(CUSTODIAN).filter(agency=connection.agency).first()
    if latest is not None and latest.sha256 == digest:
        return None
    cases = dict(_cases_in(content, files[-1].name))
    with transaction.atomic(using=CUSTODIAN):
        KnownCase.objects.using(CUSTODIAN).filter(agency=connection.agency).delete()
        KnownCase.objects.using(CUSTODIAN).bulk_create(
            [
                KnownCase(agency=connection.agency, number=number, is_open=is_open)
                for number, is_open in cases.items()
            ],
            batch_size=5000,
        )
        return CaseList.objects.using(CUSTODIAN).create(
            agency=connection.agency, name=files[-1].name[:200], sha256=digest, taken_at=now, count=len(cases)
        )


def _cases_in(content: bytes, name: str) -> Iterator[tuple[str, bool]]:
    if len(content) > _LARGEST_FILE_BYTES:
        raise RmsError(f"{name} is larger than 50 MB: export open cases only.")
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if "case_number" not in (rows.fieldnames or ()):
            raise RmsError(f"{name} has no column case_number: name the columns in the first line.")
        found = False
        for row in rows:
            number = normal_number(row["case_number"] or "")
            if not number or len(number) > _LONGEST_NUMBER or "\x00" in number:
                raise RmsError(f"{name}, line {rows.line_num}: that is no case number. Correct the file.")
            found = True
            yield number, (row.get("status") or "open").strip().lower() not in _CLOSED
        if not found:
            raise RmsError(f"{name} lists no case: an empty file replaces nothing.")
    except (UnicodeDecodeError, csv.Error) as error:
        raise RmsError(f"{name} cannot be read as CSV in UTF-8: export it anew.") from error


@dataclass(frozen=True)
class _Request:
    """One row of the outbox that waits."""

    id: int
    access_id: str
    queued_at: datetime
    classification: str
    content: dict[str, Any]
    attempts: int
    last_attempt_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        if self.last_attempt_at is None:
            return True
        wait: timedelta = min(_FIRST_RETRY * 2 ** min(self.attempts - 1, 10), _LAST_RETRY)
        return self.last_attempt_at + wait <= now


def deliver_requests(connection: Connection, now: datetime) -> int:
    """Deliver what an agency's records management system has not acknowledged and what is due; in order of access.

    Killed anywhere, it delivers again what has no receipt yet: a file is written over by its like, and a system over
    HTTP knows it by its key.

    Args:
        connection: the agency's connection, with an `outbox_folder` or `outbox_url`.
        now: the present time.

    Returns:
        How many got their receipt.

    Records:
        A row of `rms_attempt` for each attempt.

    Source:
        MO 463.5(b), SRC-03
    """
    acknowledged = 0
    for request in _waiting(connection.agency):
        if not request.is_due(now):
            continue
        receipt, error = "", ""
        try:
            receipt = _delivered(connection, request)
        except RmsError as failed:
            error = str(failed)[:300]
        with connections[CUSTODIAN].cursor() as cursor:
            cursor.execute(
                "INSERT INTO rms_attempt (request_id, attempted_at, delivered, receipt, error)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [request.id, now, not error, receipt, error],
            )
        acknowledged += not error
        if error:
            if request.queued_at + _TOLD_AFTER <= now:
                _tell_of_backlog(connection.agency, now)
            break  # the next one would meet the same wall, and the order stays
    return acknowledged


def _waiting(agency: Agency) -> list[_Request]:
    with connections[CUSTODIAN].cursor() as cursor:
        cursor.execute(
            "SELECT r.id, r.access_id::text, r.queued_at, r.classification, r.content::text, count(a.request_id),"
            " max(a.attempted_at) FROM rms_request r LEFT JOIN rms_attempt a ON a.request_id = r.id"
            " WHERE r.agency_id = %s"
            " AND NOT EXISTS (SELECT FROM rms_attempt d WHERE d.request_id = r.id AND d.delivered)"
            " GROUP BY r.id ORDER BY r.id LIMIT %s",
            [agency.pk, _AT_ONCE],
        )
        return [
            _Request(number, access, queued, kind, msgspec.json.decode(content), attempts, last)
            for number, access, queued, kind, content, attempts, last in cursor.fetchall()
        ]


def _delivered(connection: Connection, request: _Request) -> str:
    sheet = {"classification": request.classification, "access_record": request.access_id, **request.content}
    content = msgspec.json.format(msgspec.json.encode(sheet), indent=2) + b"\n"
    if connection.outbox_url:
        return deliver(connection.outbox_url, content, request.access_id, token_in(connection.token_file))
    return _dropped(Path(connection.outbox_folder), f"alpr-request-{request.access_id}.json", content)


def _dropped(folder: Path, name: str, content: bytes) -> str:
    draft = folder / f".{name}.draft"
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / name)
    except OSError as error:
        raise RmsError(
            f"{folder} cannot be written ({error.strerror}): let the server write there."
        ) from error
    return f"{name} sha256:{hashlib.sha256(content).hexdigest()}"


def _tell_of_backlog(agency: Agency, now: datetime) -> None:
    tell(
        agency=agency, to=Duty.TECHNOLOGY.value, kind="rms-unacknowledged", now=now,
        subject="The records management system has not acknowledged accesses for a day.",
        link="/records-system/", key=f"rms-unacknowledged-{now:%Y-%m-%d}",
    )  # fmt: skip


def connect_rms(*, agency: Agency, **places: str) -> Connection:
    """Note how an agency's records management system is reached; as the owner, from the server itself.

    Args:
        agency: the agency.
        places: fields of `Connection` by name; what is not named is emptied.

    Raises:
        RmsError: both a folder and an address are named for one thing.
    """
    for what in ("cases", "outbox"):
        if places.get(f"{what}_folder") and places.get(f"{what}_url"):
            raise RmsError(f"Name a folder or an address for the {what}, not both.")
    return Connection.objects.using("owner").update_or_create(agency=agency, defaults=places)[0]


def connected() -> list[Connection]:
    """Return all connections, each with its agency."""
    return list(Connection.objects.using(CUSTODIAN).select_related("agency"))
