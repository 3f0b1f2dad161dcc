"""The registry of lawful events and sensitive places, and whether an inquiry touches one (PUR-08)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.access.inquiries import Inquiry, Screening
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.devices.models import Camera
from platekeeper.office.search.models import SensitivePlace
from platekeeper.office.search.places import Place, place_of
from platekeeper.office.search.questions import Question


class RegistryError(PlatekeeperError):
    """The registry cannot be changed so."""


def screen(
    person: Person,  # noqa: ARG001  # see access.screening
    agency: Agency,
    inquiry: Inquiry,
    now: datetime,  # noqa: ARG001  # see access.screening
) -> Iterator[Screening]:
    """Say whether an inquiry touches a registered event or place.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: what is asked.
        now: the present time.
    """
    asked = [question for question in questions_in(inquiry.query) if question.place or question.cameras]
    if asked:
        registered = list(SensitivePlace.objects.filter(agency=agency, ended_at__isnull=True))
        touched = any(_touches(one, question) for one in registered for question in asked)
        yield Screening(sensitive_place=touched)


def questions_in(query: Mapping[str, Any]) -> Iterator[Question]:
    """Yield the questions that a record holds: a search is one, two places are two.

    Args:
        query: the record's.
    """
    for part in (query, query.get("first"), query.get("second")):
        if isinstance(part, Mapping):
            yield Question.from_record(part)


def register_place(
    *, agency: Agency, actor: Person, name: str, kind: str, area: Place, valid_from: datetime | None,
    valid_to: datetime | None, now: datetime,
) -> SensitivePlace:  # fmt: skip
    """Enter a lawful event or a sensitive place.

    Args:
        agency: whose registry.
        actor: who enters it; may they is the page's question.
        name: what it is called.
        kind: PLACE or EVENT.
        area: where.
        valid_from: from when; None for since ever.
        valid_to: until when; None for good.
        now: the present time.

    Raises:
        RegistryError: an event without its times, or times that are reversed.

    Records:
        `sensitive-place.registered`.

    Source:
        PUR-08
    """
    if kind == "EVENT" and (valid_from is None or valid_to is None):
        raise RegistryError("An event has a beginning and an end: fill both.")
    if valid_from and valid_to and valid_from >= valid_to:
        raise RegistryError("The time window ends before it begins: swap From and To.")
    with transaction.atomic(using=WEB):
        made = SensitivePlace.objects.create(
            agency=agency, name=name, kind=kind, area=area.as_record(), valid_from=valid_from, valid_to=valid_to,
            entered_by=actor.username, entered_at=now,
        )  # fmt: skip
        details = {"name": name, "kind": kind, "area": made.area, "from": valid_from, "to": valid_to}
        record_event(
            agency=agency.slug, event="sensitive-place.registered", actor=actor.username, subject=str(made.pk),
            details=details,
        )  # fmt: skip
    return made


def end_place(*, place: SensitivePlace, actor: Person, now: datetime) -> None:
    """Take a place or event out of the registry; its row stays.

    Args:
        place: which.
        actor: who ends it.
        now: the present time.

    Raises:
        RegistryError: it was ended before.

    Records:
        `sensitive-place.ended`.

    Source:
        PUR-08
    """
    with transaction.atomic(using=WEB):
        changed = SensitivePlace.objects.filter(pk=place.pk, ended_at__isnull=True).update(
            ended_at=now, ended_by=actor.username
        )
        if not changed:
            raise RegistryError("It was taken out of the registry before.")
        record_event(
            agency=place.agency.slug, event="sensitive-place.ended", actor=actor.username, subject=str(place.pk),
            details={},
        )  # fmt: skip


def places_registered(agency: Agency, now: datetime) -> list[SensitivePlace]:
    """Return what the registry holds now or will: not what was ended or is over.

    Args:
        agency: whose registry.
        now: the present time.
    """
    standing = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    return list(SensitivePlace.objects.filter(standing, agency=agency, ended_at__isnull=True))


def _touches(registered: SensitivePlace, question: Question) -> bool:
    starts_after = registered.valid_from and question.until and registered.valid_from >= question.until
    ends_before = registered.valid_to and question.since and registered.valid_to <= question.since
    area = place_of(registered.area)
    if starts_after or ends_before or area is None:
        return False
    if question.place is not None:
        return area.touches(question.place)
    cameras = Camera.objects.filter(pk__in=question.cameras, lat__isnull=False)
    spots = [(camera.lat, camera.lon) for camera in cameras]
    return any(area.covers(lat, lon) for lat, lon in spots if lat is not None and lon is not None)
