"""Asking, and what comes back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from platekeeper import policy
from platekeeper.office.access.attempts import record_if_no_purpose
from platekeeper.office.access.forms import case_hint
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.search.answers import answer, inquiry_of
from platekeeper.office.search.forms import SearchForm, WhyForm
from platekeeper.policy import Denied, Function


@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Show the form, and the answer if there was a question."""
    person = person_of(request)
    profile = profile_of(person.agency)
    initial: dict[str, Any] = {"radius_m": 500, "release": request.GET.get("release", "")}
    form = SearchForm(profile, person, request.POST or None, initial=initial)
    if initial["release"] in form.covers:
        cover = form.covers[initial["release"]]
        form.initial = {**initial, "purpose": cover.purpose, "case_number": cover.case_number}
        form.initial |= {"plate": cover.plates[0]} if len(cover.plates) == 1 else {}
    context, status = _answered(request, person, form) if request.method == "POST" else ({}, 200)
    page = {"form": form, "kept_open": _folds(form), **frame_of(person, form), **context}
    return render(request, "search/search.html", page, status=status)


@require_http_methods(["POST"])
def results(request: HttpRequest) -> HttpResponse:
    """Answer a question in place."""
    person = person_of(request)
    form = SearchForm(profile_of(person.agency), person, request.POST)
    context, status = _answered(request, person, form)
    return render(request, "search/_results.html", {"form": form, **context}, status=status)


def frame_of(person: Person, form: WhyForm) -> dict[str, Any]:
    """Return what every page that asks shows beside its question: may this person search, why, and the map.

    Args:
        person: who asks.
        form: the page's form.
    """
    decision = policy.decide_function(form.profile, facts_of(person), Function.SEARCH, timezone.now())
    example = form.profile.access.case_number_example.value
    return {
        "decision": decision if isinstance(decision, Denied) else None,
        "purposes": {purpose.code: purpose.clause for purpose in form.profile.purposes.authorized},
        "case_pattern": case_hint(form.profile),
        "case_example": example,
        "camera_points": camera_points(person),
    }


def camera_points(person: Person) -> list[dict[str, object]]:
    """Return the agency's cameras as a map draws them.

    Args:
        person: whose agency.
    """
    cameras = Camera.objects.filter(agency=person.agency, lat__isnull=False)
    return [{"kind": "camera", "lat": c.lat, "lon": c.lon, "label": c.name} for c in cameras]


def _answered(request: HttpRequest, person: Person, form: SearchForm) -> tuple[dict[str, Any], int]:
    if not form.is_valid():
        record_if_no_purpose(
            form, request=request, person=person, agency=person.agency, function=Function.SEARCH
        )
        return {}, 422
    inquiry = inquiry_of(request, person, form.why(), form.question().as_record())
    shown = answer(person, inquiry, after=_key(request.POST.get("after", "")))
    return shown.context, shown.status


def _folds(form: SearchForm) -> dict[str, bool]:
    """Tell which folded parts of the form hold something."""
    filled = {name for name in form.fields if form[name].value()}
    return {
        "place": bool(filled & {"latitude", "outline", "street", "cameras"}),
        "clock": bool(filled & {"clock_from", "clock_to", "weekdays"}),
        "vehicle": bool(filled & {"region", "color", "make", "model", "body"}),
    }


def _key(text: str) -> tuple[datetime, str] | None:
    moment, _, read_id = text.partition("~")
    try:
        at = parse_datetime(moment)
        return (at, str(UUID(read_id))) if at and at.tzinfo else None
    except ValueError:
        return None
