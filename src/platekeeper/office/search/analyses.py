"""What one vehicle, or two places, have to tell; each answer needs a grant like any other search (SRC-01)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connections

from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.devices.models import Camera
from platekeeper.office.search.queries import as_json, plates_of
from platekeeper.office.search.questions import Question

MOST_SHOWN = 100
MOST_LOOKED_AT = 200_000
_HOURS, _WEEKDAYS = range(24), range(1, 8)
_SHADES = 4


@dataclass(frozen=True)
class Companion:
    """A vehicle that the same cameras saw within seconds of another.

    Attributes:
        plate: its text.
        meetings: how many passages of the other it was near.
        cameras: at how many cameras.
        days: on how many days.
        first_at: the first time.
        last_at: the last time.
        seconds_apart: how far apart on average.
    """

    plate: str
    meetings: int
    cameras: int
    days: int
    first_at: datetime
    last_at: datetime
    seconds_apart: float


@dataclass(frozen=True)
class Sighting:
    """One read of a vehicle."""

    read_at: datetime
    camera: Camera | None
    read_id: UUID


@dataclass(frozen=True)
class Haunt:
    """A camera that a vehicle passed.

    Attributes:
        camera: which.
        times: how often.
        first_at: the first time.
        last_at: the last time.
        lat: degrees north, on average for a moving camera; None where nobody knows.
        lon: degrees east.
    """

    camera: Camera | None
    times: int
    first_at: datetime
    last_at: datetime
    lat: float | None
    lon: float | None


@dataclass(frozen=True)
class Cell:
    """An hour of a weekday: how many reads, and how dark it is drawn (0 to 4)."""

    count: int
    shade: int


@dataclass(frozen=True)
class Pattern:
    """When and where one vehicle was seen.

    Attributes:
        total: how often.
        days: on how many days.
        first: the first read.
        last: the last.
        haunts: the cameras, most often passed first.
        hours: seven weekdays from Monday, 24 hours each.
    """

    total: int
    days: int
    first: Sighting | None
    last: Sighting | None
    haunts: tuple[Haunt, ...]
    hours: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class SeenAtBoth:
    """A vehicle seen at both places.

    Attributes:
        plate: its text.
        first_times: how often at the first.
        second_times: how often at the second.
        first_last_at: when last at the first.
        second_last_at: when last at the second.
    """

    plate: str
    first_times: int
    second_times: int
    first_last_at: datetime
    second_last_at: datetime


def companions(grant: AccessGrant, question: Question, *, seconds: int, least: int) -> tuple[Companion, ...]:
    """Return the vehicles seen with one, those seen most often first; at most MOST_SHOWN.

    Args:
        grant: an open access for a search.
        question: the plate, its look-alikes or not, and a time window.
        seconds: how close in time at the same camera.
        least: how many times at least.

    Raises:
        PlatesError: the plate cannot be read.
    """
    assert question.since is not None
    assert question.until is not None
    plates = plates_of(grant, question.plate, lookalikes=question.lookalikes)
    with grant.used(), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT * FROM travel_companions(%s, %s, %s, %s, %s, %s, %s)",
            [plates, question.since, question.until, seconds, least, MOST_SHOWN, settings.TIME_ZONE],
        )
        return tuple(Companion(*row) for row in cursor.fetchall())


def pattern_of(grant: AccessGrant, question: Question) -> Pattern:
    """Return when and where one vehicle was seen.

    Args:
        grant: an open access for a search.
        question: the plate, its look-alikes or not, and a time window.

    Raises:
        PlatesError: the plate cannot be read.
    """
    plates = plates_of(grant, question.plate, lookalikes=question.lookalikes)
    with grant.used(), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT vehicle_pattern(%s, coalesce(%s::timestamptz, '-infinity'),"
            " coalesce(%s::timestamptz, 'infinity'), %s)",
            [plates, question.since, question.until, settings.TIME_ZONE],
        )
        found = cursor.fetchone()[0]
    seen: dict[str, Any] = msgspec.json.decode(found) if isinstance(found, str) else found
    names = Camera.objects.in_bulk([row[0] for row in seen["cameras"]])
    return Pattern(
        total=seen["total"],
        days=seen["days"],
        first=_sighting(seen["first"], names),
        last=_sighting(seen["last"], names),
        haunts=tuple(_haunt(row, names) for row in seen["cameras"]),
        hours=_grid(seen["hours"]),
    )


def vehicles_at_both(
    grant: AccessGrant, first: Question, second: Question
) -> tuple[tuple[SeenAtBoth, ...], bool]:
    """Return the vehicles seen at two places, and whether a place has more reads than were looked at.

    Args:
        grant: an open access for a search.
        first: a place and a time window.
        second: another.
    """
    asked: list[str | int] = [as_json(first.as_lane()), as_json(second.as_lane()), MOST_LOOKED_AT, MOST_SHOWN]
    with grant.used(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM seen_at_both(%s, %s, %s, %s)", asked)
        rows = cursor.fetchall()
    return tuple(SeenAtBoth(*row[:5]) for row in rows), any(row[5] for row in rows)


def _sighting(row: list[Any] | None, cameras: dict[int, Camera]) -> Sighting | None:
    return (row and Sighting(datetime.fromisoformat(row[0]), cameras.get(row[1]), UUID(row[2]))) or None


def _haunt(row: list[Any], cameras: dict[int, Camera]) -> Haunt:
    camera, times, first_at, last_at, lat, lon = row
    return Haunt(
        cameras.get(camera),
        times,
        datetime.fromisoformat(first_at),
        datetime.fromisoformat(last_at),
        lat,
        lon,
    )


def _grid(counted: Iterable[list[int]]) -> tuple[tuple[Cell, ...], ...]:
    counts = {(day, hour): count for day, hour, count in counted}
    highest = max(counts.values(), default=0)

    def cell(count: int) -> Cell:
        return Cell(count, -(-_SHADES * count // highest) if count else 0)

    return tuple(tuple(cell(counts.get((day, hour), 0)) for hour in _HOURS) for day in _WEEKDAYS)
