"""Bringing a list's new version into force, all of it or none (HOT-03, HOT-04)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connections, transaction

from platekeeper import plates
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import record_event
from platekeeper.office.hotlists.models import HotList, HotListVersion

INGEST = "ingest"


class HotListError(PlatekeeperError):
    """A list cannot come into force."""


@dataclass(frozen=True)
class ListedVehicle:
    """One entry as it will be matched.

    Attributes:
        plate: as the list spells it.
        category: why it is of interest.
        region: ISO 3166-2 of the plate, empty where the list does not say.
        vehicle: year, make, model, colour in words.
        case_agent: who submitted it (HOT-07).
        case_number: the case (HOT-07).
        synopsis: what it is about, in a sentence (HOT-07).
        expires_at: when it ends by itself.
    """

    plate: str
    category: str
    region: str = ""
    vehicle: str = ""
    case_agent: str = ""
    case_number: str = ""
    synopsis: str = ""
    expires_at: datetime | None = None


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

    The same file again changes nothing.

    Args:
        hot_list: the list.
        entries: its vehicles; an entry without a readable plate is counted as rejected.
        sha256: digest of the file that they came in.
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
    current = hot_list.current
    if current is not None and bytes(current.sha256) == sha256:
        return current
    with transaction.atomic(using=INGEST):
        version = HotListVersion.objects.using(INGEST).create(
            agency_id=hot_list.agency_id, hot_list=hot_list, sha256=sha256, listed_at=listed_at, loaded_at=now,
            accepted=0, excluded=excluded or {},
        )  # fmt: skip
        accepted, rejected = _copy_entries(version, entries)
        if not accepted:
            raise HotListError(
                "The list has no entry with a plate: the old version stays in force; check the file."
            )
        HotListVersion.objects.using(INGEST).filter(pk=version.pk).update(
            accepted=accepted, rejected=rejected
        )
        HotList.objects.using(INGEST).filter(pk=hot_list.pk).update(current=version)
        record_event(
            agency=hot_list.agency.slug, event="hot-list.replaced", actor=actor, subject=str(hot_list.pk),
            details={"version": version.pk, "sha256": sha256.hex(), "accepted": accepted, "rejected": rejected,
                     "excluded": excluded or {}},
            using=INGEST,
        )  # fmt: skip
    hot_list.current = version
    return version


def _copy_entries(version: HotListVersion, entries: Iterable[ListedVehicle]) -> tuple[int, int]:
    accepted = rejected = 0
    columns = "agency_id, version_id, number, plate, match_key, fold, region, category, vehicle, case_agent, case_number, synopsis, expires_at"  # noqa: E501  # one COPY statement
    with (
        connections[INGEST].cursor() as cursor,
        cursor.copy(f"COPY hot_list_entry ({columns}) FROM STDIN") as copy,
    ):
        for entry in entries:
            plate = plates.normalize(entry.plate)
            if not plate:
                rejected += 1
                continue
            accepted += 1
            copy.write_row((
                version.agency_id, version.pk, accepted, plate, plate.replace("O", "0"), plates.fold(plate),
                entry.region, entry.category, entry.vehicle, entry.case_agent, entry.case_number, entry.synopsis,
                entry.expires_at,
            ))  # fmt: skip
    return accepted, rejected
