"""Bringing entries that the agency has itself into force, all of them or none; files are `loading`'s (HOT-04)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

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

__all__ = ["INGEST", "HotListError", "ListedVehicle", "put_in_force"]


def put_in_force(
    *,
    hot_list: HotList,
    entries: Iterable[ListedVehicle],
    sha256: bytes,
    listed_at: datetime,
    actor: str,
    now: datetime,
    excluded: dict[str, int] | None = None,
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
        if not version.accepted:
            raise HotListError(
                "The list has no entry with a plate: the old version stays in force; check the file."
            )
        put_version_in_force(hot_list, version, actor=actor, now=now, details={})
    hot_list.current = version
    return version
