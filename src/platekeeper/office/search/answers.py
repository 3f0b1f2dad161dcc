"""Answering what an access record says was asked.

Every answer is made from the record's own query, never from a form: so an approved request runs exactly what was
approved, and what stands in the record is what was shown (SRC-01, PUR-08).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessDenied, AccessGrant, open_access
from platekeeper.office.access.queries import OwnRecord, own_record
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import source_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.reads.queries import Picture, plate_pictures
from platekeeper.office.search.analyses import companions, pattern_of, vehicles_at_both
from platekeeper.office.search.queries import Answer, Found, asked_first, reads_matching
from platekeeper.office.search.questions import Question
from platekeeper.office.search.sensitive import questions_in
from platekeeper.policy import Function

Key: TypeAlias = tuple[datetime, str]
Context: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """What a page shows.

    Attributes:
        template: the part of the page that shows it.
        context: for the template.
        status: of the answer.
    """

    template: str
    context: Context
    status: int = 200


@dataclass(frozen=True)
class _Row:
    """A found read as the page shows it."""

    found: Found
    pictures: Mapping[str, Picture]

    @property
    def id(self) -> UUID:
        """The read's id."""
        return self.found.read.id

    @property
    def plate(self) -> str:
        """Its text."""
        return self.found.read.plate

    @property
    def region(self) -> str | None:
        """Its state."""
        return self.found.read.region

    @property
    def confidence(self) -> float | None:
        """How sure its reader was."""
        return self.found.read.confidence

    @property
    def read_at(self) -> datetime:
        """When it was taken."""
        return self.found.read.read_at

    @property
    def camera(self) -> Camera:
        """Which camera took it."""
        return self.found.read.camera

    @property
    def why(self) -> str:
        """Why it matched."""
        return self.found.why


def inquiry_of(
    request: HttpRequest, person: Person, why: Mapping[str, str], query: dict[str, Any]
) -> Inquiry:
    """Return the inquiry that a request makes.

    Args:
        request: the request; its field `because` may name a record that it goes on from.
        person: who asks.
        why: purpose, case_number, reason, on_behalf_of and release.
        query: what is asked, as the record will keep it.
    """
    query = {**query, "release": why["release"]} if why["release"] else query
    asked = list(questions_in(query))
    starts = [question.since for question in asked if question.since]
    ends = [question.until for question in asked if question.until]
    return Inquiry(
        function=Function.SEARCH,
        query=query,
        asked_from=min(starts, default=None),
        asked_to=max(ends, default=None),
        parent=_parent_of(request, person),
        source=source_of(request),
        purpose=why["purpose"],
        case_number=why["case_number"],
        reason=why["reason"],
        on_behalf_of=why["on_behalf_of"],
    )


def answer(person: Person, inquiry: Inquiry, *, after: Key | None = None) -> Shown:
    """Open the access and answer it.

    Args:
        person: who asks.
        inquiry: what, and why.
        after: the last page's key, where the answer has pages.

    Records:
        One access record.

    Raises:
        PlatesError: the plate of the query cannot be read.
    """
    answered = _ANSWERS[str(inquiry.query.get("analysis", ""))]
    first = [asked_first(Question.from_record(inquiry.query), after=after)] if answered is _found else []
    try:
        grant = open_access(
            person=person, agency=person.agency, inquiry=inquiry, now=timezone.now(), asks=first
        )
    except AccessDenied as refused:
        context = {
            "refusal": refused.decision,
            "record": {"id": refused.record_id},
            "approval": refused.decision.approval,
        }
        return Shown("search/_results.html", context, 403)
    shown = answered(grant, inquiry.query, after)
    why = {"purpose": inquiry.purpose, "case_number": inquiry.case_number, "reason": inquiry.reason}
    return Shown(shown.template, {"record": {"id": grant.record_id}, "why": why, **shown.context})


def _found(grant: AccessGrant, query: Mapping[str, Any], after: Key | None) -> Shown:
    return Shown(
        "search/_results.html", _page(grant, reads_matching(grant, Question.from_record(query), after=after))
    )


def _vehicle(grant: AccessGrant, query: Mapping[str, Any], _after: Key | None) -> Shown:
    pattern = pattern_of(grant, Question.from_record(query))
    most = max((haunt.times for haunt in pattern.haunts), default=1)
    points = [
        {
            "kind": "read",
            "lat": haunt.lat,
            "lon": haunt.lon,
            "label": f"{haunt.camera or 'camera'}: {haunt.times}",
            "share": round(haunt.times / most, 2),  # how large its dot is
        }
        for haunt in pattern.haunts
        if haunt.lat is not None
    ]
    return Shown(
        "search/_pattern.html", {"pattern": pattern, "plate": query.get("plate"), "map_points": points}
    )


def _companions(grant: AccessGrant, query: Mapping[str, Any], _after: Key | None) -> Shown:
    question = Question.from_record(query)
    found = companions(grant, question, seconds=int(query["seconds"]), least=int(query["least"]))
    context = {"companions": found, "plate": question.plate, "asked": query, **_window(question)}
    return Shown("search/_companions.html", context)


def _two_places(grant: AccessGrant, query: Mapping[str, Any], _after: Key | None) -> Shown:
    first, second = (Question.from_record(query[name]) for name in ("first", "second"))
    found, is_capped = vehicles_at_both(grant, first, second)
    return Shown("search/_both.html", {"vehicles": found, "is_capped": is_capped, **_window(first, second)})


def _window(*questions: Question) -> Context:
    """Return the whole time that was asked about, for whoever goes on from an answer to one of its vehicles."""
    return {
        "since": min(one.since for one in questions if one.since is not None),
        "until": max(one.until for one in questions if one.until is not None),
    }


_ANSWERS: dict[str, Callable[[AccessGrant, Mapping[str, Any], Key | None], Shown]] = {
    "": _found,
    "canvass": _found,
    "vehicle": _vehicle,
    "companions": _companions,
    "two-places": _two_places,
}


def _page(grant: AccessGrant, answer: Answer) -> dict[str, Any]:
    pictures = plate_pictures(grant, [(found.read.id, found.read.read_at) for found in answer.found])
    rows = [
        _Row(found, {"plate": pictures[found.read.id]} if found.read.id in pictures else {})
        for found in answer.found
    ]
    key = answer.next_key
    return {
        "count": answer.total,
        "is_capped": answer.more_than_counted,
        "too_many_plates": answer.too_many_plates,
        "reads": rows,
        "groups": sorted(grant.decision.camera_groups or ()),
        "after": f"{key[0].isoformat()}~{key[1]}" if key else None,
        "map_points": [_read_point(found, grant) for found in answer.found if found.read.lat is not None],
    }


def _read_point(found: Found, grant: AccessGrant) -> dict[str, object]:
    read = found.read
    return {
        "kind": "read",
        "lat": read.lat,
        "lon": read.lon,
        "label": f"{read.plate} · {read.camera.name}",
        "note": timezone.localtime(read.read_at).strftime("%Y-%m-%d %H:%M:%S"),
        "url": f"/reads/{read.id}/?because={grant.record_id}",
    }


def _parent_of(request: HttpRequest, person: Person) -> OwnRecord | None:
    try:
        return own_record(person, UUID(request.POST.get("because", "")))
    except ValueError:
        return None
