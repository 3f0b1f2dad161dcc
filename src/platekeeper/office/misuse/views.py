"""Pages of the misuse detectors: what was found, plates of people here, outside reviewers."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper import policy
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.misuse.models import Finding, Judgement, OutsideReviewer, PlateRelation, RelationKind
from platekeeper.office.misuse.operations import ReviewRefused, decision_on, judge, name_reviewer
from platekeeper.office.misuse.queries import looks_of
from platekeeper.office.misuse.relations import RelationError, end_plate, enter_plate
from platekeeper.policy import Allowed, Denied, Function
from platekeeper.policy.misuse import MEANING, Detector


@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """List the findings that a person may judge."""
    person = person_of(request)
    reviewed = set(
        OutsideReviewer.objects.filter(person=person, ended_at__isnull=True).values_list(
            "agency_id", flat=True
        )
    )
    now = timezone.now()
    decision = policy.decide_function(profile_of(person.agency), facts_of(person), Function.AUDIT, now)
    if isinstance(decision, Denied) and not reviewed:
        raise AccessDenied(decision, None)
    agencies = {person.agency_id, *reviewed}
    found = Finding.objects.filter(agency_id__in=agencies).select_related("subject", "agency", "review")
    seen = [one for one in found if isinstance(decision_on(one, person, now), Allowed)]
    hidden = sum(one.is_outside and one not in seen for one in found)
    context = {
        "open_ones": [one for one in seen if not hasattr(one, "review")],
        "judged": [one for one in seen if hasattr(one, "review")],
        "hidden": hidden,
    }
    return render(request, "misuse/findings.html", context)


@require_http_methods(["GET", "POST"])
def finding(request: HttpRequest, number: int) -> HttpResponse:
    """Show a finding, and take the judgement."""
    person = person_of(request)
    found = (
        Finding.objects.filter(pk=number).select_related("subject", "agency", "review__reviewed_by").first()
    )
    if found is None:
        raise Http404("no such finding")
    decision = decision_on(found, person, timezone.now())
    if isinstance(decision, Denied):
        if found.agency_id != person.agency_id:
            raise Http404("no such finding")
        raise AccessDenied(decision, None)
    if request.method == "POST":
        given = (request.POST.get("judgement", ""), request.POST.get("note", "")[:500])
        try:
            judge(finding=found, reviewer=person, judgement=given[0], note=given[1], now=timezone.now())
        except ReviewRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Your judgement is recorded.")
        return redirect("misuse:finding", number)
    context = {
        "finding": found,
        "looks": looks_of(found, person),
        "meaning": MEANING.get(Detector(found.detector), ""),
        "judgements": Judgement.choices,
        "is_own_agency": found.agency_id == person.agency_id,
    }
    return render(request, "misuse/finding.html", context)


@require_http_methods(["GET", "POST"])
def plates(request: HttpRequest) -> HttpResponse:
    """Show one's own plates by their names, and enter one; who keeps the people's records may do it for others."""
    person = person_of(request)
    keeps_people = _may(person, Function.ADMINISTER_USERS)
    of = _of(request, person) if keeps_people else person
    if request.method == "POST":
        try:
            enter_plate(
                person=of, actor=person, plate=request.POST.get("plate", "")[:32],
                kind=_kind(request.POST.get("kind", "")), label=request.POST.get("label", "")[:60], now=timezone.now(),
            )  # fmt: skip
        except RelationError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Entered: looking it up needs a supervisor from now on.")
        return redirect("misuse:plates")
    context = {
        "relations": PlateRelation.objects.filter(person=person, ended_at__isnull=True),
        "kinds": RelationKind.choices,
        "colleagues": Person.objects.filter(agency=person.agency, is_active=True) if keeps_people else (),
    }
    return render(request, "misuse/plates.html", context)


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Take a plate of one's own out."""
    person = person_of(request)
    relation = PlateRelation.objects.filter(pk=number, person=person).select_related("person").first()
    if relation is None:
        raise Http404("no such plate")
    try:
        end_plate(relation=relation, actor=person, now=timezone.now())
    except RelationError as error:
        messages.error(request, str(error))
    return redirect("misuse:plates")


@require_http_methods(["GET", "POST"])
def reviewers(request: HttpRequest) -> HttpResponse:
    """Show who judges findings about those who lead, and name somebody."""
    person = person_of(request)
    decision = policy.decide_function(
        profile_of(person.agency), facts_of(person), Function.ADMINISTER_USERS, timezone.now()
    )
    if isinstance(decision, Denied) and not _may(person, Function.AUDIT):
        raise AccessDenied(decision, None)
    if request.method == "POST":
        if isinstance(decision, Denied):
            raise AccessDenied(decision, None)
        try:
            name_reviewer(
                agency=person.agency, username=request.POST.get("username", "").strip(),
                organization=request.POST.get("organization", "")[:120], actor=person, now=timezone.now(),
            )  # fmt: skip
        except ReviewRefused as refused:
            messages.error(request, str(refused))
        return redirect("misuse:reviewers")
    named = OutsideReviewer.objects.filter(agency=person.agency, ended_at__isnull=True).select_related(
        "person"
    )
    return render(request, "misuse/reviewers.html", {"named": named, "decision": decision})


def _may(person: Person, function: Function) -> bool:
    decision = policy.decide_function(profile_of(person.agency), facts_of(person), function, timezone.now())
    return isinstance(decision, Allowed)


def _of(request: HttpRequest, person: Person) -> Person:
    asked = request.POST.get("person", "")[:18]
    chosen = Person.objects.filter(
        agency=person.agency, pk=int(asked) if asked.isdecimal() else person.pk
    ).first()
    if chosen is None:
        raise Http404("no such colleague")
    return chosen


def _kind(text: str) -> str:
    if text not in RelationKind.values:
        raise RelationError("Say whose vehicle it is.")
    return text
