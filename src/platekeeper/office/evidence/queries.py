"""What goes into a package, through the gate; and which packages there are."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.db import connections
from django.db.models import OuterRef, Q, QuerySet, Subquery

from platekeeper.office.access.events import WEB
from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.accounts.models import Agency
from platekeeper.office.alerts.models import AlertStep, Hit
from platekeeper.office.evidence.lifecycle import SETTLED
from platekeeper.office.evidence.models import CustodyState, CustodyStep, EvidencePackage
from platekeeper.office.reads.models import Image, Read
from platekeeper.office.sharing.lifecycle import ReleaseState
from platekeeper.office.sharing.queries import Release, approved_releases, release_by_id
from platekeeper.wire import captured_between

_AT_ONCE = 100
_HANDING = frozenset({ReleaseState.APPROVED, ReleaseState.RELEASED})  # one request may need several packages
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Access:
    """Somebody opened reads that are in the package.

    Attributes:
        id: the access record.
        facts: who, when, what for; as the record says it.
        read_ids: which of the package's reads.
        is_whole: whether the record was about these reads alone.
    """

    id: UUID
    facts: Mapping[str, Any]
    read_ids: tuple[UUID, ...]
    is_whole: bool


@dataclass(frozen=True)
class Contents:
    """What the gate shows of some reads.

    Attributes:
        reads: in order of time.
        images: by read.
        hits: by read.
        steps: what was done about the alerts of these hits, by alert.
        accesses: who opened them, in order of time.
    """

    reads: tuple[Read, ...]
    images: Mapping[UUID, Sequence[Image]]
    hits: Mapping[UUID, Sequence[Hit]]
    steps: Mapping[UUID, Sequence[AlertStep]]
    accesses: tuple[Access, ...]

    @property
    def size_bytes(self) -> int:
        """How large their pictures are together."""
        return sum(image.size_bytes for images in self.images.values() for image in images)


def contents_of(grant: AccessGrant, read_ids: Sequence[UUID]) -> Contents:
    """Return what a grant shows of some reads: at once, because a grant lasts a minute.

    Args:
        grant: an open access to these reads.
        read_ids: the reads.
    """
    with grant.used():
        reads = sorted(_reads(read_ids), key=lambda read: (read.read_at, read.id))
        keys = [(read.read_at, read.id) for read in reads]
        images, hits = _by_read(Image.objects.all(), keys), _by_read(Hit.objects.all(), keys)
        alerts = {hit.alert_id for found in hits.values() for hit in found}
        steps: dict[UUID, list[AlertStep]] = defaultdict(list)
        for step in AlertStep.objects.filter(alert_id__in=alerts):
            steps[step.alert_id].append(step)
        return Contents(tuple(reads), images, hits, steps, tuple(_accesses()))


def reads_among(grant: AccessGrant, read_ids: Sequence[UUID]) -> list[Read]:
    """Return some reads, in order of time.

    Args:
        grant: an open access to these reads.
        read_ids: the reads.
    """
    with grant.used():
        return sorted(_reads(read_ids), key=lambda read: (read.read_at, read.id))


def _reads(read_ids: Sequence[UUID]) -> Iterator[Read]:
    for some in _batches(list(dict.fromkeys(read_ids))):
        # the time is in the id: without it, every month would be looked through
        one_of = [Q(id=read_id, read_at__gte=start, read_at__lt=end) for read_id, start, end in _times(some)]
        if one_of:
            yield from Read.objects.select_related("camera").filter(reduce(or_, one_of)).order_by()


def _times(read_ids: Sequence[UUID]) -> Iterator[tuple[UUID, datetime, datetime]]:
    for read_id in read_ids:
        try:
            yield (read_id, *captured_between(read_id))
        except OverflowError:
            continue  # an id whose time lies beyond the calendar is no read's


def _by_read(rows: QuerySet[Any], keys: Sequence[tuple[datetime, UUID]]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for some in _batches(keys):
        times, ids = [read_at for read_at, _ in some], [read_id for _, read_id in some]
        for row in rows.filter(read_at__in=times, read_id__in=ids):
            found[row.read_id].append(row)
    return found


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


def _accesses() -> Iterator[Access]:
    with connections[WEB].cursor() as cursor:
        cursor.execute("SELECT * FROM accesses_to_exported()")
        names = [column.name for column in cursor.description or ()]
        for row in cursor.fetchall():
            facts = dict(zip(names, row, strict=True))
            read_ids, is_whole = facts.pop("read_ids"), facts.pop("is_whole")
            yield Access(facts.pop("id"), facts, tuple(read_ids), is_whole)


def packages_of(agency: Agency) -> QuerySet[EvidencePackage]:
    """Return an agency's packages, the newest first, each with `state` and `since`.

    Args:
        agency: whose.
    """
    latest = CustodyStep.objects.filter(agency_id=OuterRef("agency_id"), package_id=OuterRef("id"))
    latest = latest.order_by("-number")
    return EvidencePackage.objects.filter(agency_id=agency.pk).annotate(
        state=Subquery(latest.values("state")[:1]), since=Subquery(latest.values("taken_at")[:1])
    )


def unbooked_packages(agency: Agency) -> QuerySet[EvidencePackage]:
    """Return an agency's packages that are not booked into evidence yet, the oldest first (HLD-01).

    What another agency received under its release is theirs to book.

    Args:
        agency: whose.
    """
    settled = Q(state__in=[state.value for state in SETTLED])
    settled |= Q(state=CustodyState.HANDED_OVER, release_id__isnull=False)
    return packages_of(agency).exclude(settled).order_by("sealed_at")


def releases_for(package: EvidencePackage) -> list[Release]:
    """Return the releases under which a package may be handed to somebody outside.

    Its own, or one of its case that names no plates: whether a package keeps to them is looked at when it is sealed.

    Args:
        package: the package.
    """
    agency = Agency.objects.get(pk=package.agency_id)
    if package.release_id is not None:
        own = release_by_id(agency, package.release_id)
        return [own] if own is not None and own.state in _HANDING else []
    of_the_case = (one for one in approved_releases(agency) if one.request.case_number == package.case_number)
    return [one for one in of_the_case if not one.request.plates]


def custody_of(package: EvidencePackage) -> list[CustodyStep]:
    """Return the steps of a package's custody, in order.

    Args:
        package: the package.
    """
    return list(CustodyStep.objects.filter(agency_id=package.agency_id, package_id=package.id))
