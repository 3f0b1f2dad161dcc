"""The registry of lawful events and sensitive places, for the administrator (PUR-08)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from platekeeper import policy
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.search.analysis_forms import RegistryForm
from platekeeper.office.search.models import SensitivePlace
from platekeeper.office.search.places import place_of
from platekeeper.office.search.sensitive import RegistryError, end_place, places_registered, register_place
from platekeeper.office.search.views import camera_points
from platekeeper.policy import Denied, Function


@require_http_methods(["GET", "POST"])
def registry(request: HttpRequest) -> HttpResponse:
    """Show the registry, and enter something in it."""
    person = _administrator(request)
    form = RegistryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            register_place(
                agency=person.agency, actor=person, name=given["name"].strip(), kind=given["kind"], area=given["place"],
                valid_from=given["valid_from"], valid_to=given["valid_to"], now=timezone.now(),
            )  # fmt: skip
        except RegistryError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, "Entered: searches that touch it need a supervisor's approval from now on."
            )
            return redirect("search:registry")
    places = places_registered(person.agency, timezone.now())
    context = {"form": form, "places": places, "points": [*camera_points(person), *_points(places)]}
    return render(request, "search/registry.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Take a place out of the registry."""
    person = _administrator(request)
    place = SensitivePlace.objects.filter(agency=person.agency, pk=number).first()
    if place is None:
        raise Http404("no such place")
    try:
        end_place(place=place, actor=person, now=timezone.now())
    except RegistryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{place.name} was taken out of the registry.")
    return redirect("search:registry")


def _administrator(request: HttpRequest) -> Person:
    person = person_of(request)
    decision = policy.decide_function(
        profile_of(person.agency), facts_of(person), Function.ADMINISTER_USERS, timezone.now()
    )
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
    return person


def _points(places: list[SensitivePlace]) -> list[dict[str, object]]:
    drawn = [(one, place_of(one.area)) for one in places]
    return [
        {
            "kind": "read",
            "lat": area.plane.lat,
            "lon": area.plane.lon,
            "label": one.name,
            "note": one.get_kind_display(),
        }
        for one, area in drawn
        if area is not None
    ]
