"""Fetching lists on a schedule, at least daily, without anybody asking (HOT-03)."""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from platekeeper.intake.hotlists import HotListRefused, named_layout
from platekeeper.office.access.events import record_event
from platekeeper.office.accounts.models import Agency
from platekeeper.office.hotlists.fetching import checked_url, fetch
from platekeeper.office.hotlists.loading import load_file
from platekeeper.office.hotlists.models import HotList, ListSource
from platekeeper.office.hotlists.versions import INGEST, HotListError
from platekeeper.office.hotlists.watching import WatchedFolder

_RETRY = timedelta(minutes=10)
_TROUBLE_AFTER = 3  # attempts that failed in a row before people are told
_SEEN: dict[
    str, WatchedFolder
] = {}  # a file is whole where it did not change between two looks of this process


def set_source(
    *,
    hot_list: HotList,
    url: str,
    layout: str,
    category: str,
    every: timedelta,
    secrets: dict[str, Path],
    actor: str,
    using: str = "owner",
) -> ListSource:
    """Decide where a list is fetched from; its secrets are copied into the data folder.

    Args:
        hot_list: the list.
        url: https, sftp, or a folder as file:///.
        layout: of its files.
        category: of every entry, for lists whose lines do not say why.
        every: how often; at most a day (HOT-03).
        secrets: name (`token`, `key`, `known_hosts`) -> file to copy.
        actor: who decides it; the policy was asked before.
        using: the connection to write over.

    Raises:
        HotListError: the address is none, or a day is not often enough for it.

    Records:
        `hot-list.source-set`.

    Source:
        HOT-03
    """
    checked_url(url)
    named_layout(layout)
    minutes = int(every.total_seconds() // 60)
    if not 1 <= minutes <= 24 * 60:
        raise HotListError(
            "A list is fetched at least daily (HOT-03) and at most every minute: choose in between."
        )
    folder = secrets_folder(hot_list)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    for name, file in secrets.items():
        kept = folder / name
        kept.touch(mode=0o600)
        kept.write_bytes(file.read_bytes())
    given = {"url": url, "layout": layout, "category": category, "every_minutes": minutes}
    with transaction.atomic(using=using):
        fresh = {"tag": "", "tried_at": None, "failures": 0, "error": ""}
        source, _ = ListSource.objects.using(using).update_or_create(pk=hot_list.pk, defaults=given | fresh)
        record_event(
            agency=hot_list.agency.slug, event="hot-list.source-set", actor=actor, subject=str(hot_list.pk),
            details=given, using=using,
        )  # fmt: skip
    return source


def secrets_folder(hot_list: HotList) -> Path:
    """Return where a list's token or key lies.

    Args:
        hot_list: the list.
    """
    return Path(settings.DATA_FOLDER) / "sources" / str(hot_list.pk)


def fetch_due(now: datetime, agency: Agency | None = None) -> int:
    """Fetch every list whose time has come; one that fails does not keep the others from coming.

    Args:
        now: the present time.
        agency: whose lists; None for all.

    Returns:
        How many files came into force.
    """
    sources = ListSource.objects.using(INGEST).select_related("hot_list__agency", "hot_list__current")
    if agency is not None:
        sources = sources.filter(hot_list__agency=agency)
    return sum(_attempt(source, now) for source in sources if _is_due(source, now))


def in_trouble() -> list[ListSource]:
    """Return the sources whose last attempts failed."""
    return list(
        ListSource.objects.using(INGEST)
        .select_related("hot_list__agency")
        .filter(failures__gte=_TROUBLE_AFTER)
        .order_by("pk")
    )


def _is_due(source: ListSource, now: datetime) -> bool:
    if source.tried_at is None or source.url.startswith("file:"):
        return True
    every = timedelta(minutes=source.every_minutes)
    return now - source.tried_at >= (min(every, _RETRY) if source.failures else every)


def _attempt(source: ListSource, now: datetime) -> int:
    try:
        loaded, source.tag = (
            _from_folder(source, now) if source.url.startswith("file:") else _fetched(source, now)
        )
        source.failures, source.error = 0, ""
    except (HotListError, HotListRefused, OSError) as error:
        loaded = 0
        source.failures, source.error = source.failures + 1, str(error)[:400]
    source.tried_at = now
    source.save(using=INGEST, update_fields=["tag", "tried_at", "failures", "error"])
    return loaded


def _fetched(source: ListSource, now: datetime) -> tuple[int, str]:
    with tempfile.TemporaryDirectory(prefix="fetched-", dir=settings.DATA_FOLDER) as folder:
        came = fetch(source.url, into=Path(folder), secrets=secrets_folder(source.hot_list), tag=source.tag)
        if came is None:
            # the file is the one that came last: that is word from its source, too
            HotList.objects.using(INGEST).filter(pk=source.hot_list_id).update(fetched_at=now)
            return 0, source.tag
        return _load(source, came.path, now), came.tag


def _from_folder(source: ListSource, now: datetime) -> tuple[int, str]:
    watched = _SEEN.setdefault(source.url, WatchedFolder(Path(checked_url(source.url).path)))
    loaded, refused = 0, ""
    for handled in watched.handle(lambda path: _load(source, path, now), now):
        refused, loaded = handled.refusal, loaded + (not handled.refusal)
    if refused:
        raise HotListError(refused)
    return loaded, ""


def _load(source: ListSource, path: Path, now: datetime) -> int:
    loaded = load_file(
        hot_list=source.hot_list, path=path, layout=named_layout(source.layout), actor="platekeeper", now=now,
        category=source.category,
    )  # fmt: skip
    return int(loaded.is_new)
