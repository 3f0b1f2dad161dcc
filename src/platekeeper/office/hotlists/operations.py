"""Deciding which lists run, and bringing the agency's own entries into force; files are `loading`'s (HOT-01)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from platekeeper.office.access.events import record_event
from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.hotlists.models import HotList, HotListVersion
from platekeeper.office.hotlists.rows import ListedVehicle, row_of_vehicle
from platekeeper.office.hotlists.versions import (
    INGEST,
    HotListError,
    copy_entries,
    locked,
    new_version,
    put_version_in_force,
)
from platekeeper.policy import Denied
from platekeeper.policy.hotlists import ListFile, decide_list

__all__ = ["INGEST", "HotListError", "ListedVehicle", "add_list", "put_in_force"]

OWNER = "owner"


def add_list(
    *,
    agency: Agency,
    name: str,
    source: str,
    authority: str,
    purpose: str,
    actor: str,
    now: datetime,
    settings: Mapping[str, Any] | None = None,
    using: str = OWNER,
) -> HotList:
    """Add a list and decide that it runs; it is empty until its first file or entries come.

    Args:
        agency: whose.
        name: how people call it.
        source: where it comes from.
        authority: by which authority the agency has it.
        purpose: code of the authorized purpose that its alerts serve.
        actor: who decides it; the policy was asked before (`queries.manager_of`).
        now: the present time.
        settings: further fields of `HotList`, such as `entitlement`.
        using: the connection to write over.

    Raises:
        HotListError: there is a list of that name, or the policy lets none such run.

    Records:
        `hot-list.activated`.

    Source:
        HOT-01, HOT-02
    """
    asked = ListFile(
        source=source,
        authority=authority,
        purpose=purpose,
        activated_by=actor,
        interests=frozenset(),
        fetched_at=now,
    )
    decision = decide_list(profile_of(agency), asked, now)
    if isinstance(decision, Denied):
        raise HotListError(str(decision))
    given = {
        "source": source,
        "authority": authority,
        "purpose": purpose,
        "activated_by": actor,
        **(settings or {}),
    }
    with transaction.atomic(using=using):
        hot_list, is_new = HotList.objects.using(using).get_or_create(
            agency=agency, name=name, defaults=given
        )
        if not is_new:
            raise HotListError(f'{agency.slug} has a list called "{name}" already: choose another name.')
        record_event(
            agency=agency.slug, event="hot-list.activated", actor=actor, subject=str(hot_list.pk),
            details={"name": name} | given, using=using,
        )  # fmt: skip
    return hot_list


def put_in_force(
    *,
    hot_list: HotList,
    entries: Iterable[ListedVehicle],
    sha256: bytes,
    listed_at: datetime,
    actor: str,
    now: datetime,
    excluded: dict[str, int] | None = None,
    may_be_empty: bool = False,
) -> HotListVersion:
    """Store a new version of a list and let it replace the one in force, in one transaction.

    The same entries again change nothing.

    Args:
        hot_list: the list.
        entries: its vehicles; an entry without a readable plate is counted as rejected.
        sha256: digest of what they came in.
        listed_at: when its source made it.
        actor: who brings it.
        now: the present time.
        excluded: how many entries the policy kept out, by category (HOT-02, PUR-10).
        may_be_empty: its entries may all have ended; for what no file brings.

    Returns:
        The version in force.

    Raises:
        HotListError: no entry is usable; the old version stays in force.

    Records:
        `hot-list.replaced`.
    """
    with transaction.atomic(using=INGEST):
        current = locked(hot_list).current
        if current is not None and bytes(current.sha256) == sha256:
            return current
        version = new_version(hot_list, listed_at, now)
        version.sha256, version.excluded = sha256, excluded or {}
        rows = [row_of_vehicle(entry) for entry in entries]
        version.accepted = copy_entries(version, filter(None, rows))
        version.rejected = len(rows) - version.accepted
        if not version.accepted and not may_be_empty:
            raise HotListError(
                "The list has no entry with a plate: the old version stays in force; check the file."
            )
        put_version_in_force(hot_list, version, actor=actor, now=now, details={})
    hot_list.current = version
    return version
