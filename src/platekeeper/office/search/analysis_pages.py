"""Pages about one vehicle, two places, and the surroundings of a crime."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from platekeeper.office.access.attempts import record_if_no_purpose
from platekeeper.office.access.events import WEB, record_event
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.search.analysis_forms import CanvassForm, CompanionsForm, SpotForm, VehicleForm
from platekeeper.office.search.answers import Shown, answer, inquiry_of
from platekeeper.office.search.forms import WhyForm
from platekeeper.office.search.models import Canvass
from platekeeper.office.search.views import frame_of
from platekeeper.policy import Function

_USUAL = timedelta(days=90)


@require_http_methods(["GET", "POST"])
def vehicle(request: HttpRequest) -> HttpResponse:
    """Show when and where one vehicle was seen: first, last, the hours of the week, the map."""
    person = person_of(request)
    form = VehicleForm(*_who(person), request.POST if request.method == "POST" else None, initial=_window())
    shown = None
    if form.is_valid():
        query = {"analysis": "vehicle", **form.question().as_record()}
        shown = answer(person, inquiry_of(request, person, form.why(), query))
    return _page(request, "search/vehicle.html", person, form, shown)


@require_http_methods(["GET", "POST"])
def seen_with(request: HttpRequest) -> HttpResponse:
    """Show the vehicles that were seen with one (convoy)."""
    person = person_of(request)
    form = CompanionsForm(
        *_who(person), request.POST if request.method == "POST" else None, initial=_window()
    )
    shown = None
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("seconds", "least")}
        query = {"analysis": "companions", **form.question().as_record(), **given}
        shown = answer(person, inquiry_of(request, person, form.why(), query))
    return _page(request, "search/companions.html", person, form, shown)


@require_http_methods(["GET", "POST"])
def both_places(request: HttpRequest) -> HttpResponse:
    """Show the vehicles that were seen at two places."""
    person = person_of(request)
    form = WhyForm(*_who(person), request.POST if request.method == "POST" else None)
    first = SpotForm(request.POST if request.method == "POST" else None, prefix="first", initial=_window())
    second = SpotForm(request.POST if request.method == "POST" else None, prefix="second", initial=_window())
    shown = None
    if all([form.is_valid(), first.is_valid(), second.is_valid()]):
        query = {
            "analysis": "two-places",
            "first": first.question().as_record(),
            "second": second.question().as_record(),
        }
        shown = answer(person, inquiry_of(request, person, form.why(), query))
    is_wrong = bool(form.errors or first.errors or second.errors)
    spots = {"first": first, "second": second, "spots": [("A", first), ("B", second)]}
    return _page(request, "search/both.html", person, form, shown, is_wrong=is_wrong, **spots)


@require_http_methods(["GET", "POST"])
def canvass(request: HttpRequest) -> HttpResponse:
    """Record a canvass of a crime scene and show what passed there (PUR-04)."""
    person = person_of(request)
    form = CanvassForm(*_who(person), request.POST if request.method == "POST" else None)
    shown = None
    if form.is_valid():
        told = {name: form.cleaned_data[name].strip() for name in ("incident", "unit")}
        query = {"analysis": "canvass", **form.question().as_record(), **told}
        shown = answer(person, inquiry_of(request, person, form.why(), query))
        if shown.status == HTTPStatus.OK:  # what was refused was no canvass; the refusal has its own record
            _note(person, form)
    recorded = Canvass.objects.filter(agency=person.agency).select_related("recorded_by")[:10]
    return _page(request, "search/canvass.html", person, form, shown, recorded=recorded)


def _note(person: Person, form: CanvassForm) -> None:
    given, now = form.cleaned_data, timezone.now()
    with transaction.atomic(using=WEB):
        made = Canvass.objects.create(
            agency=person.agency, case_number=given["case_number"].strip(), incident=given["incident"].strip(),
            area=given["place"].as_record(), since=given["captured_from"], until=given["captured_to"],
            unit=given["unit"].strip(), recorded_by=person, recorded_at=now,
        )  # fmt: skip
        details = {"case": made.case_number, "incident": made.incident, "area": made.area, "unit": made.unit,
                   "since": made.since, "until": made.until}  # fmt: skip
        record_event(
            agency=person.agency.slug, event="canvass.recorded", actor=person.username, subject=str(made.pk),
            details=details,
        )  # fmt: skip


def _page(
    request: HttpRequest, template: str, person: Person, form: WhyForm, shown: Shown | None, **more: Any
) -> HttpResponse:
    is_wrong = more.pop("is_wrong", bool(form.errors))
    record_if_no_purpose(form, request=request, person=person, agency=person.agency, function=Function.SEARCH)
    context = {
        "form": form,
        **frame_of(person, form),
        **more,
        **(shown.context if shown else {}),
        "shown": shown,
    }
    return render(request, template, context, status=shown.status if shown else 422 if is_wrong else 200)


def _who(person: Person) -> tuple[Any, Any]:
    return profile_of(person.agency), person


def _window() -> dict[str, Any]:
    now = timezone.localtime().replace(second=0, microsecond=0)
    return {"captured_from": now - _USUAL, "captured_to": now + timedelta(minutes=1)}
