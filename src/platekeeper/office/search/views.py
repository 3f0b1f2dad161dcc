"""Asking, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from platekeeper import policy
from platekeeper.office.access.operations import AccessDenied, AccessGrant, Inquiry, open_access
from platekeeper.office.access.queries import OwnRecord, own_record
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.reads.queries import Picture, plate_pictures
from platekeeper.office.search.forms import SearchForm
from platekeeper.office.search.queries import Answer, Found, reads_matching
from platekeeper.policy import Denied, Function


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


@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Show the form, and the answer if there was a question."""
    person = person_of(request)
    profile = profile_of(person.agency)
    form = SearchForm(profile, person.agency, request.POST or None, initial={"radius_m": 500})
    context, status = _answered(request, person, form) if request.method == "POST" else ({}, 200)
    decisions = dict(policy.explain(profile, facts_of(person), timezone.now()))
    decision = decisions[Function.SEARCH]
    return render(
        request,
        "search/search.html",
        {
            "form": form,
            "decision": decision if isinstance(decision, Denied) else None,
            "purposes": {purpose.code: purpose.clause for purpose in profile.purposes.authorized},
            "case_pattern": f"Such as {profile.access.case_number_example.value}",
            "case_example": profile.access.case_number_example.value,
            "camera_points": _camera_points(person),
            **context,
        },
        status=status,
    )


@require_http_methods(["POST"])
def results(request: HttpRequest) -> HttpResponse:
    """Answer a question in place."""
    person = person_of(request)
    form = SearchForm(profile_of(person.agency), person.agency, request.POST)
    context, status = _answered(request, person, form)
    return render(request, "search/_results.html", {"form": form, **context}, status=status)


def _answered(request: HttpRequest, person: Person, form: SearchForm) -> tuple[dict[str, Any], int]:
    if not form.is_valid():
        return {}, 422
    question = form.question()
    inquiry = Inquiry(
        function=Function.SEARCH,
        purpose=form.cleaned_data["purpose"],
        case_number=form.cleaned_data["case_number"].strip(),
        reason=form.cleaned_data["reason"].strip(),
        on_behalf_of=form.cleaned_data["on_behalf_of"].strip(),
        query=question.as_record(),
        parent=_parent(request, person),
        source=source_of(request),
    )
    try:
        grant = open_access(person=person, agency=person.agency, inquiry=inquiry, now=timezone.now())
    except AccessDenied as refused:
        return {"refusal": refused.decision, "record": {"id": refused.record_id}}, 403
    answer = reads_matching(grant, question, after=_key(request.POST.get("after", "")))
    return _shown(grant, answer), 200


def _shown(grant: AccessGrant, answer: Answer) -> dict[str, Any]:
    pictures = plate_pictures(grant, [(found.read.id, found.read.read_at) for found in answer.found])
    rows = [
        _Row(found, {"plate": pictures[found.read.id]} if found.read.id in pictures else {})
        for found in answer.found
    ]
    key = answer.next_key
    return {
        "record": {"id": grant.record_id},
        "count": answer.total,
        "is_capped": answer.more_than_counted,
        "too_many_plates": answer.too_many_plates,
        "reads": rows,
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


def _camera_points(person: Person) -> list[dict[str, object]]:
    cameras = Camera.objects.filter(agency=person.agency, lat__isnull=False)
    return [{"kind": "camera", "lat": c.lat, "lon": c.lon, "label": c.name} for c in cameras]


def _key(text: str) -> tuple[datetime, str] | None:
    moment, _, read_id = text.partition("~")
    try:
        at = parse_datetime(moment)
        return (at, str(UUID(read_id))) if at and at.tzinfo else None
    except ValueError:
        return None


def _parent(request: HttpRequest, person: Person) -> OwnRecord | None:
    try:
        return own_record(person, UUID(request.POST.get("because", "")))
    except ValueError:
        return None
