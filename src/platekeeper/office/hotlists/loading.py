"""Bringing a list's file into force: all of it or none, and what is refused leaves the old version (HOT-02 to HOT-04).

What must hold, in the order in which it is checked:
1. the list may run: somebody decided it; its source, authority and purpose are stated;
2. the file is another than the one in force; the same one changes nothing;
3. each line is of a category that the agency may keep; others are counted, never stored;
4. the file is whole: only its last line tells, so nothing is in force before (`intake.hotlists` judges it);
5. it is no older than the version in force, leaves entries, and loses no more of them than happens by itself;
   a person may accept what this rule asks about, no other. A whole list waits for them in the database (accepting.py).

Everything from 2 on is one transaction; the swap is its last step but for the ledger's entry.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from platekeeper.intake.hotlists import OTHER, HotListReader, HotListRefused, Layout, Report, Rules
from platekeeper.intake.hotlists.lines import LARGEST_FILE_BYTES
from platekeeper.office.access.events import record_event
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.hotlists.keeping import categories_left_out
from platekeeper.office.hotlists.models import HotList, HotListVersion
from platekeeper.office.hotlists.rows import STORED_AS, row_of_entry
from platekeeper.office.hotlists.versions import (
    INGEST,
    HotListError,
    copy_changes,
    copy_entries,
    let_wait,
    locked,
    new_version,
    put_version_in_force,
)
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Denied, Duty
from platekeeper.policy.hotlists import ListFile, decide_list

_HEADER_DATES = ("%m/%d/%Y %H:%M",)


@dataclass(frozen=True)
class Loaded:
    """What became of a file.

    Attributes:
        version: the version in force now.
        report: what the reader says of the file; None where it was the one in force already.
    """

    version: HotListVersion
    report: Report | None

    @property
    def is_new(self) -> bool:
        """Whether the file made a version."""
        return self.report is not None


def load_file(
    *,
    hot_list: HotList,
    path: Path,
    layout: Layout,
    actor: str,
    now: datetime,
    accept_drop: bool = False,
    category: str = "",
) -> Loaded:
    """Bring a file into force for a list, or leave the old version and say why.

    Args:
        hot_list: the list, with its agency.
        path: the file; read once, as a stream.
        layout: its layout; an incremental one changes the version in force.
        actor: who brings it: a username, or the name of the part that fetched it.
        now: the present time.
        accept_drop: a person has looked at what rule 5 asks about; CALLERS MUST let only people say so
            who may manage the agency's lists.
        category: code of every entry, for lists whose lines do not say why.

    Returns:
        The version in force, and what the file held.

    Raises:
        HotListRefused: the file must not be used; the old version stays in force.
        HotListError: the list may not run, or the file cannot be read.

    Records:
        `hot-list.replaced`, or `hot-list.refused` with the sentence; nothing for the same file again.

    Source:
        HOT-02, HOT-03, HOT-04, PUR-10
    """
    hot_list.layout = layout.name
    try:
        _check_list(hot_list, now)
        with transaction.atomic(using=INGEST):
            known = _known(hot_list, path, layout, accept_drop=accept_drop)
            loaded: Loaded | NeedsPerson
            if known is not None:
                HotList.objects.using(INGEST).filter(pk=hot_list.pk).update(
                    fetched_at=now, refused_at=None, refusal="", waiting=None
                )
                loaded = Loaded(known, None)
            else:
                file = _File(path, layout, category, accept_drop=accept_drop)
                loaded = _load(hot_list, file, actor, now)
        if isinstance(loaded, NeedsPerson):  # behind the transaction: what waits is kept
            raise loaded
    except (HotListRefused, HotListError) as refusal:
        _note_refusal(hot_list, refusal, path, actor, now)
        raise
    hot_list.current, hot_list.fetched_at = loaded.version, now
    return loaded


def _note_refusal(
    hot_list: HotList, refusal: HotListRefused | HotListError, path: Path, actor: str, now: datetime
) -> None:
    """Keep a refusal in sight until a file is good again; where a person must decide, ask the office at once."""
    said = str(refusal)
    with transaction.atomic(using=INGEST):
        HotList.objects.using(INGEST).filter(pk=hot_list.pk).update(refused_at=now, refusal=said[:400])
        record_event(
            agency=hot_list.agency.slug, event="hot-list.refused", actor=actor, subject=str(hot_list.pk),
            details={"reason": said, "file": path.name, "layout": hot_list.layout}, using=INGEST,
        )  # fmt: skip
    if isinstance(refusal, NeedsPerson):
        tell(
            agency=hot_list.agency, to=Duty.HOT_LISTS.value, kind="hot-list-asks", link="/hot-lists/", now=now,
            subject=f"A file for the hot list “{hot_list.name}” waits for a person: the old list stays in force",
            body=said, key=f"hot-list-asks:{hot_list.pk}:{now:%Y-%m-%d}",
        )  # fmt: skip


class NeedsPerson(HotListRefused):  # named for what it asks for
    """A whole file that nobody expects: a person who manages the lists may accept it."""


@dataclass(frozen=True)
class _File:
    path: Path
    layout: Layout
    category: str
    accept_drop: bool

    @property
    def is_incremental(self) -> bool:
        return self.layout.mode == "incremental"


def _check_list(hot_list: HotList, now: datetime) -> None:
    asked = ListFile(
        source=hot_list.source, authority=hot_list.authority, purpose=hot_list.purpose,
        activated_by=hot_list.activated_by, interests=frozenset(), fetched_at=now,
    )  # fmt: skip
    decision = decide_list(profile_of(hot_list.agency), asked, now)
    if isinstance(decision, Denied):
        raise HotListError(str(decision))


def _known(hot_list: HotList, path: Path, layout: Layout, *, accept_drop: bool) -> HotListVersion | None:
    """Return the version that this very file made: the one in force, or any where files are changes.

    Raises:
        NeedsPerson: it waits already; a source gives the same file again and again.
    """
    if not path.is_file() or path.stat().st_size > LARGEST_FILE_BYTES:
        return None
    with _opened(path) as stream:
        digest = hashlib.file_digest(stream, "sha256").digest()
    found = locked(hot_list)
    current, waiting = found.current, found.waiting
    if waiting is not None and bytes(waiting.sha256) == digest and not accept_drop:
        asks = _asks(hot_list, current, waiting, has_date=True)
        if asks is not None:
            raise asks
    if layout.mode == "incremental" and current is not None:
        made = HotListVersion.objects.using(INGEST).filter(hot_list=hot_list, sha256=digest).exists()
        return current if made else None
    return current if current is not None and bytes(current.sha256) == digest else None


def _load(hot_list: HotList, file: _File, actor: str, now: datetime) -> Loaded | NeedsPerson:
    current = locked(hot_list).current
    profile = profile_of(hot_list.agency)
    rules = Rules(
        excluded_categories=categories_left_out(profile, entitled=bool(hot_list.entitlement)),
        category=file.category,
    )
    version = new_version(hot_list, now, now)
    with _opened(file.path) as stream:
        made_at = datetime.fromtimestamp(file.path.stat().st_mtime, UTC)
        reader = HotListReader(stream, file.layout, file_name=file.path.name, rules=rules)
        if file.is_incremental:
            changes = ((entry.removes, row_of_entry(entry)) for entry in reader)
            version.accepted = copy_changes(version, current, changes, STORED_AS[OTHER])
        else:
            version.accepted = copy_entries(version, map(row_of_entry, reader))
    report = reader.report
    version.sha256, version.rejected = bytes.fromhex(report.sha256), report.rejected_total
    version.excluded = dict(report.excluded)
    version.not_taken = [name[:60] for name in report.not_taken]
    version.listed_at = min(_told(report.header_date) or made_at, now)
    asks = _asks(hot_list, current, version, has_date=bool(report.header_date))
    if asks is not None and not file.accept_drop:
        if file.is_incremental:  # changes of a version that may be another by then wait for nobody
            raise asks
        let_wait(hot_list, version)
        return asks
    put_version_in_force(hot_list, version, actor=actor, now=now, details=_details(file, current, report))
    return Loaded(version, report)


def _details(file: _File, current: HotListVersion | None, report: Report) -> dict[str, Any]:
    return {
        "file": file.path.name,
        "layout": report.layout,
        "lines": report.lines,
        "duplicates": report.duplicates,
        "replaced_entries": current.accepted if current else 0,
        "drop_accepted": file.accept_drop,
    }


def _asks(
    hot_list: HotList, current: HotListVersion | None, version: HotListVersion, *, has_date: bool
) -> NeedsPerson | None:
    """Ask a person about a version that nobody expects: empty, much smaller, or older than what it replaces."""
    before, after = (current.accepted if current else 0), version.accepted
    if not after:
        return NeedsPerson(
            "The file leaves no entry that this agency may keep: the list in force stays; "
            "ask its source, and let a person accept it if it is right."
        )
    if after < before * (1 - hot_list.drop_share):
        return NeedsPerson(
            f"The file leaves {after} entries of {before}, a loss of more than {hot_list.drop_share:.0%}: the list "
            "in force stays; ask its source, and let a person accept the drop if it is right."
        )
    if has_date and current is not None and version.listed_at < current.listed_at:
        return NeedsPerson(
            f"The file was made {_shown(version.listed_at)}, before the list in force ({_shown(current.listed_at)}): "
            "fetch the newest, or let a person accept it if it is right."
        )
    return None


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise HotListError(
            f"The file {path.name} cannot be read ({error.strerror}): check its rights and its place."
        ) from error


def _told(header_date: str) -> datetime | None:
    """Return when a file's first line says that it was made, in the installation's own time zone."""
    if not header_date:
        return None
    for form in _HEADER_DATES:
        try:
            return timezone.make_aware(datetime.strptime(header_date, form))  # noqa: DTZ007  # the source names no zone
        except ValueError:
            continue
    raise HotListRefused(
        "The date in the file's first line is no date of the calendar: the file is damaged; fetch it again."
    )


def _shown(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
