"""Finding reads by plate, time and place, through the gate.

A pattern never touches the reads themselves: candidates come from the derived index of plates by a function that
checks the grant, and the reads are then found by equality, which the barrier lets use an index (storage facts).
"""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import Expression, F, Q, QuerySet, Value
from django.db.models.functions import Sqrt

from platekeeper import plates as plate_texts
from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.reads.models import Read
from platekeeper.office.reads.places import METERS_PER_DEGREE, box_around, cells_around

PAGE = 25
MOST_PLATES = 2000
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Circle:
    """A place on the map.

    Attributes:
        lat: degrees north.
        lon: degrees east.
        radius_m: metres.
    """

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True)
class Question:
    """What is looked for; whatever is not given does not matter.

    Attributes:
        plate: what was typed: a plate, or a part of one with ? and *.
        lookalikes: also plates that a camera might have taken for it.
        since: reads at or after this time.
        until: reads before this time.
        cameras: ids of cameras.
        circle: a place.
    """

    plate: str = ""
    lookalikes: bool = False
    since: datetime | None = None
    until: datetime | None = None
    cameras: tuple[int, ...] = ()
    circle: Circle | None = None

    def as_record(self) -> dict[str, Any]:
        """Return the elements of the question as the access record keeps them (SRC-01)."""
        given: dict[str, Any] = {
            "plate": self.plate,
            "lookalikes": self.lookalikes,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "cameras": list(self.cameras),
            "circle": [self.circle.lat, self.circle.lon, self.circle.radius_m] if self.circle else None,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Found:
    """A read that answers the question.

    Attributes:
        read: the read.
        why: why it matched, in a few words.
        differences: the characters in which it differs from what was asked.
    """

    read: Read
    why: str
    differences: tuple[plate_texts.Difference, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One page of an answer.

    Attributes:
        found: the reads, newest first.
        total: how many there are, counted up to MOST_COUNTED.
        more_than_counted: there are more than that.
        too_many_plates: the pattern fits more plates than were looked at; narrow it.
        next_key: where the next page begins, or None.
    """

    found: tuple[Found, ...]
    total: int
    more_than_counted: bool = False
    too_many_plates: bool = False
    next_key: tuple[datetime, str] | None = None


@dataclass(frozen=True)
class _Candidates:
    plates: list[str] | None  # None: any plate
    truncated: bool = False
    pattern: plate_texts.PlatePattern | None = field(default=None)


def reads_matching(
    grant: AccessGrant, question: Question, *, after: tuple[datetime, str] | None = None
) -> Answer:
    """Return a page of the reads that answer a question.

    Args:
        grant: an open access for a search.
        question: what is looked for.
        after: the last page's `next_key`.

    Raises:
        PlatesError: the plate pattern cannot be read; the sentence says how to write it.
    """
    with grant.used():
        candidates = _candidates(question)
        if candidates.plates is not None and not candidates.plates:
            return Answer((), 0, too_many_plates=candidates.truncated)
        rows = every = _filtered(question, candidates.plates)
        if after is not None:
            rows = every.filter(Q(read_at__lt=after[0]) | Q(read_at=after[0], id__lt=after[1]))
        page = list(rows.select_related("camera")[: PAGE + 1])
        # a first page that holds everything has counted it; most questions are not asked of the table twice
        is_all = after is None and len(page) <= PAGE
        total = len(page) if is_all else every.order_by()[: MOST_COUNTED + 1].count()
    shown = page[:PAGE]
    return Answer(
        found=tuple(_explained(read, question) for read in shown),
        total=min(total, MOST_COUNTED),
        more_than_counted=total > MOST_COUNTED,
        too_many_plates=candidates.truncated,
        next_key=(shown[-1].read_at, str(shown[-1].id)) if len(page) > PAGE else None,
    )


def _candidates(question: Question) -> _Candidates:
    if not question.plate:
        return _Candidates(None)
    pattern = plate_texts.PlatePattern.parse(question.plate, lookalike=question.lookalikes)
    if pattern.kind is plate_texts.PatternKind.EXACT:
        exact = plate_texts.normalize(question.plate)
        if not question.lookalikes:
            return _Candidates([exact])
        found = _call("SELECT plates_looking_like(%s, %s)", plate_texts.fold(exact), MOST_PLATES)
    else:
        found = _call("SELECT plates_matching(%s, %s, %s)", list(pattern.bigrams), pattern.regex, MOST_PLATES)
    return _Candidates(found, truncated=len(found) >= MOST_PLATES)


def _call(statement: str, *arguments: str | int | list[str]) -> list[str]:
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchone()[0])


def _filtered(question: Question, candidates: list[str] | None) -> QuerySet[Read]:
    rows = Read.objects.all()
    if candidates is not None:
        rows = rows.filter(plate__in=candidates)
    if question.since:
        rows = rows.filter(read_at__gte=question.since)
    if question.until:
        rows = rows.filter(read_at__lt=question.until)
    if question.cameras:
        rows = rows.filter(camera_id__in=question.cameras)
    if question.circle:
        place = question.circle
        north, east = box_around(place.lat, place.radius_m)
        rows = rows.filter(
            lat__range=(place.lat - north, place.lat + north), lon__range=(place.lon - east, place.lon + east)
        )
        cells = cells_around(place.lat, place.lon, place.radius_m)
        if cells is not None:
            rows = rows.filter(cell__in=cells)
        rows = rows.annotate(apart=_distance_m(place)).filter(apart__lte=place.radius_m)
    return rows


def _distance_m(place: Circle) -> Expression:
    """Return the distance from a place as `reads.places.distance_m` has it, for the database to compute."""
    north = (F("lat") - Value(place.lat)) * METERS_PER_DEGREE
    east = (F("lon") - Value(place.lon)) * (METERS_PER_DEGREE * math.cos(math.radians(place.lat)))
    return Sqrt(north * north + east * east)


def _explained(read: Read, question: Question) -> Found:
    if not question.plate:
        return Found(read, "time and place")
    if plate_texts.PlatePattern.parse(question.plate).kind is not plate_texts.PatternKind.EXACT:
        return Found(read, f"fits {question.plate.upper()}")
    asked = plate_texts.normalize(question.plate)
    if read.plate == asked:
        return Found(read, "same plate")
    return Found(read, "look-alike characters differ", plate_texts.differences(read.plate, asked))
