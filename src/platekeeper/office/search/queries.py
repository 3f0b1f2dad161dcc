"""Finding reads by plate, time and place, through the gate.

A pattern never touches the reads themselves: candidates come from the derived index of plates by a function that
checks the grant. The reads' keys then come along one index, in order of time; what they say is selected from the
gate's view by those keys: both in `search_page` of the database, in one round trip (ADR 0017).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from platekeeper import plates as plate_texts
from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.devices.models import Camera
from platekeeper.office.reads.models import Read
from platekeeper.office.search.places import Circle
from platekeeper.office.search.questions import Question
from platekeeper.office.search.reasons import Reason, reasons_of
from platekeeper.office.statements import Ask

__all__ = ["MOST_COUNTED", "PAGE", "Answer", "Circle", "Found", "Question", "reads_matching"]

PAGE = 25
MOST_PLATES = 2000
MOST_COUNTED = 1000
_READ = [field.attname for field in Read._meta.concrete_fields]
_CAMERA = [field.attname for field in Camera._meta.concrete_fields]
_DETAIL = _READ.index("detail")
_COLUMNS = ", ".join([*(f"(s.found).{name}" for name in _READ), *(f"c.{name}" for name in _CAMERA)])
_PAGE = f"""
SELECT s.total, {_COLUMNS} FROM search_page(%s, %s, %s, %s, %s) s JOIN camera c ON c.id = (s.found).camera_id
 ORDER BY (s.found).read_at DESC, (s.found).id DESC
"""  # noqa: S608  # names of our own columns


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
    candidates = _candidates(grant, question)
    if candidates.is_nothing:
        return Answer((), 0, too_many_plates=candidates.truncated)
    (rows,) = grant.asked(_page_of(question, candidates, after))
    total = rows[0][0] if rows else 0
    reads, pattern = _reads(rows), question.pattern
    shown = reads[:PAGE]
    return Answer(
        found=tuple(Found(read, reasons_of(read, question, pattern)) for read in shown),
        total=min(total, MOST_COUNTED),
        more_than_counted=total > MOST_COUNTED,
        too_many_plates=candidates.truncated,
        next_key=(shown[-1].read_at, str(shown[-1].id)) if len(reads) > PAGE else None,
    )


def asked_first(question: Question, *, after: tuple[datetime, str] | None = None) -> Ask:
    """Return what `reads_matching` asks first, to travel with the opening of the access.

    Args:
        question: what is looked for.
        after: the last page's `next_key`.

    Raises:
        PlatesError: the plate pattern cannot be read.
    """
    listing = _listing(question.plate, lookalikes=question.lookalikes) if question.plate else []
    if isinstance(listing, Ask):
        return listing
    return _page_of(question, _Candidates({"plates": listing} if question.plate else {}), after)


def _page_of(question: Question, candidates: _Candidates, after: tuple[datetime, str] | None) -> Ask:
    lane = as_json({**question.as_lane(), **candidates.lane})
    return Ask(_PAGE, [lane, *(after or (None, None)), PAGE, MOST_COUNTED + 1])


def as_json(question: dict[str, Any]) -> str:
    """Spell a question for the database.

    Args:
        question: what `Question.as_lane` gave.
    """
    return msgspec.json.encode(question).decode()


def plates_of(grant: AccessGrant, plate: str, *, lookalikes: bool) -> list[str]:
    """Return the plates that a whole or partial plate may be; at most MOST_PLATES.

    Args:
        grant: an open access for a search.
        plate: as typed.
        lookalikes: also those that a camera might have taken for it.

    Raises:
        PlatesError: it cannot be read.
    """
    listing = _listing(plate, lookalikes=lookalikes)
    if not isinstance(listing, Ask):
        return listing
    ((row,),) = grant.asked(listing)
    return list(row[0])


def _listing(plate: str, *, lookalikes: bool) -> Ask | list[str]:
    """Return how to find the plates that a text may be, or them, where nobody need be asked."""
    pattern = plate_texts.PlatePattern.parse(plate, lookalike=lookalikes)
    if pattern.kind is not plate_texts.PatternKind.EXACT:
        return Ask("SELECT plates_matching(%s, %s, %s)", [list(pattern.bigrams), pattern.regex, MOST_PLATES])
    exact = plate_texts.normalize(plate)
    if not lookalikes:
        return [exact]
    return Ask("SELECT plates_looking_like(%s, %s)", [plate_texts.fold(exact), MOST_PLATES])


def _candidates(grant: AccessGrant, question: Question) -> _Candidates:
    if not question.plate:
        return _Candidates()
    found = plates_of(grant, question.plate, lookalikes=question.lookalikes)
    if len(found) < MOST_PLATES:
        return _Candidates({"plates": found})
    if question.cameras or (question.place and question.place.cells()):
        # the place leads to fewer reads than so many plates do, and misses none of them
        pattern = plate_texts.PlatePattern.parse(question.plate, lookalike=question.lookalikes)
        return _Candidates({"pattern": pattern.regex})
    return _Candidates({"plates": found}, truncated=True)


def _reads(rows: Sequence[Sequence[Any]]) -> list[Read]:
    """Make models of rows: through a query set they cost as much of our time as the search costs the database's."""
    reads, ends = [], 1 + len(_READ)
    for row in rows:
        said = list(row[1:ends])
        said[_DETAIL] = msgspec.json.decode(said[_DETAIL])
        read = Read.from_db("default", _READ, said)
        read.camera = Camera.from_db("default", _CAMERA, row[ends:])
        reads.append(read)
    return reads
