"""Finding reads by plate, time and place, through the gate.

A pattern never touches the reads themselves: candidates come from the derived index of plates by a function that
checks the grant. The reads' keys then come along one index, in order of time, from `search_reads`; what they say is
selected from the gate's view by those keys (storage facts).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connections

from platekeeper import plates as plate_texts
from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.reads.models import Read
from platekeeper.office.search.places import Circle
from platekeeper.office.search.questions import Question
from platekeeper.office.search.reasons import Reason, reasons_of

__all__ = ["MOST_COUNTED", "PAGE", "Answer", "Circle", "Found", "Question", "reads_matching"]

PAGE = 25
MOST_PLATES = 2000
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Found:
    """A read that answers the question.

    Attributes:
        read: the read.
        reasons: why it matched, the plate first.
    """

    read: Read
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> str:
        """Why it matched, in a few words."""
        return "; ".join(reason.text for reason in self.reasons)

    @property
    def differences(self) -> tuple[plate_texts.Difference, ...]:
        """The characters in which it differs from what was asked."""
        return self.reasons[0].differences


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
    lane: dict[str, Any] = field(default_factory=dict)
    truncated: bool = False

    @property
    def is_nothing(self) -> bool:
        return self.lane.get("plates") == []


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
    with grant.used(), connections["default"].cursor() as cursor:
        candidates = _candidates(cursor, question)
        if candidates.is_nothing:
            return Answer((), 0, too_many_plates=candidates.truncated)
        lane = as_json({**question.as_lane(), **candidates.lane})
        before = after or (None, None)
        cursor.execute(
            "SELECT read_at, id FROM search_reads(%s, %s, %s, %s, true)", [lane, *before, PAGE + 1]
        )
        keys = cursor.fetchall()
        # a first page that holds everything has counted it; most questions are not asked of the table twice
        total = len(keys)
        if after is not None or len(keys) > PAGE:
            cursor.execute("SELECT count_reads(%s, %s)", [lane, MOST_COUNTED + 1])
            total = cursor.fetchone()[0]
        reads = _reads(keys[:PAGE])
    return Answer(
        found=tuple(Found(read, reasons_of(read, question)) for read in reads),
        total=min(total, MOST_COUNTED),
        more_than_counted=total > MOST_COUNTED,
        too_many_plates=candidates.truncated,
        next_key=(reads[-1].read_at, str(reads[-1].id)) if len(keys) > PAGE else None,
    )


def as_json(question: dict[str, Any]) -> str:
    """Spell a question for the database.

    Args:
        question: what `Question.as_lane` gave.
    """
    return msgspec.json.encode(question).decode()


def plates_of(cursor: Any, plate: str, *, lookalikes: bool) -> list[str]:
    """Return the plates that a whole or partial plate may be, inside an open grant; at most MOST_PLATES.

    Args:
        cursor: of the connection whose gate is open.
        plate: as typed.
        lookalikes: also those that a camera might have taken for it.

    Raises:
        PlatesError: it cannot be read.
    """
    pattern = plate_texts.PlatePattern.parse(plate, lookalike=lookalikes)
    if pattern.kind is not plate_texts.PatternKind.EXACT:
        return _call(
            cursor, "SELECT plates_matching(%s, %s, %s)", list(pattern.bigrams), pattern.regex, MOST_PLATES
        )
    exact = plate_texts.normalize(plate)
    if not lookalikes:
        return [exact]
    return _call(cursor, "SELECT plates_looking_like(%s, %s)", plate_texts.fold(exact), MOST_PLATES)


def _candidates(cursor: Any, question: Question) -> _Candidates:
    if not question.plate:
        return _Candidates()
    found = plates_of(cursor, question.plate, lookalikes=question.lookalikes)
    if len(found) < MOST_PLATES:
        return _Candidates({"plates": found})
    if question.cameras or (question.place and question.place.cells()):
        # the place leads to fewer reads than so many plates do, and misses none of them
        pattern = plate_texts.PlatePattern.parse(question.plate, lookalike=question.lookalikes)
        return _Candidates({"pattern": pattern.regex})
    return _Candidates({"plates": found}, truncated=True)


def _call(cursor: Any, statement: str, *arguments: str | int | list[str]) -> list[str]:
    cursor.execute(statement, arguments)
    return list(cursor.fetchone()[0])


def _reads(keys: list[tuple[datetime, Any]]) -> list[Read]:
    if not keys:
        return []
    # by their times alone: two lists would be tried in every combination, in every month
    found = Read.objects.select_related("camera").filter(read_at__in=[read_at for read_at, _ in keys])
    wanted = {read_id for _, read_id in keys}
    return [read for read in found.order_by("-read_at", "-id") if read.id in wanted]
