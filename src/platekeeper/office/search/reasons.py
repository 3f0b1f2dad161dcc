"""Why a read answers a question: one short sentence for each thing that was asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from platekeeper import plates as plate_texts
from platekeeper.office.reads.models import Read
from platekeeper.office.search.places import Circle, Place, Street
from platekeeper.office.search.questions import Question


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes:
        text: in a few words.
        differences: the characters in which the plate differs from what was asked.
    """

    text: str
    differences: tuple[plate_texts.Difference, ...] = ()


def reasons_of(
    read: Read, question: Question, pattern: plate_texts.PlatePattern | None
) -> tuple[Reason, ...]:
    """Return why a read was found, the plate first.

    Args:
        read: the read.
        question: what was asked.
        pattern: of its plate, read once for all the reads of a page; None where it asks for none.
    """
    return tuple(_reasons(read, question, pattern)) or (Reason("time"),)


def _reasons(read: Read, question: Question, pattern: plate_texts.PlatePattern | None) -> Iterator[Reason]:
    if pattern is not None:
        yield _plate_reason(read, question, pattern)
    if question.region:
        yield Reason("state read as asked")
    if question.place and read.lat is not None and read.lon is not None:
        yield Reason(_whereabouts(question.place, read.lat, read.lon))
    if question.cameras:
        yield Reason("camera chosen")
    if question.clock or question.weekdays:
        yield Reason(f"taken {timezone.localtime(read.read_at):%a %H:%M}")
    for part, value in question.vehicle:
        yield Reason(f"{value}{_certainty(read.detail, part, value)}")


def _plate_reason(read: Read, question: Question, pattern: plate_texts.PlatePattern) -> Reason:
    if pattern.kind is not plate_texts.PatternKind.EXACT:
        if pattern.matches(read.plate):
            return Reason(f"fits {question.plate.upper()}")
        return Reason(f"fits {question.plate.upper()} with look-alike characters")
    asked = plate_texts.normalize(question.plate)
    if read.plate == asked:
        return Reason("same plate")
    return Reason("look-alike characters differ", plate_texts.differences(read.plate, asked))


def _whereabouts(place: Place, lat: float, lon: float) -> str:
    away = place.distance_m(lat, lon)
    if isinstance(place, Circle):
        return f"{away:.0f} m from the place"
    if isinstance(place, Street):
        return f"{away:.0f} m from the street drawn"
    return "inside the area drawn"


def _certainty(detail: dict[str, Any], part: str, value: str) -> str:
    guesses = (detail.get("vehicle") or {}).get(part) or ()
    sure = next((one.get("conf") for one in guesses if str(one.get("value")).lower() == value.lower()), None)
    return "" if sure is None else f" ({sure:.0%} sure)"
