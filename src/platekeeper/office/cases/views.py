"""The case workspace: cases, one case, and gathering."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import open_access
from platekeeper.office.access.queries import OwnRecord, own_record
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.cases.forms import CaseForm
from platekeeper.office.cases.models import CaseFile
from platekeeper.office.cases.operations import (
    CaseError,
    add_member,
    add_note,
    add_read,
    add_search,
    close_case,
    open_case,
    remove_member,
)
from platekeeper.office.cases.queries import (
    case_for,
    case_numbered,
    cases_of,
    notes_in,
    pinned,
    reads_in,
    searches_in,
)
from platekeeper.policy import Function


@require_http_methods(["GET", "POST"])
def cases(request: HttpRequest) -> HttpResponse:
    """List the person's cases, and open one."""
    person = person_of(request)
    profile = profile_of(person.agency)
    form = CaseForm(
        profile,
        request.POST if request.method == "POST" else None,
        initial={"number": request.GET.get("number", "")},
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = open_case(
                person=person, number=given["number"].strip(), title=given["title"].strip(), purpose=given["purpose"],
                now=timezone.now(),
            )  # fmt: skip
        except CaseError as error:
            form.add_error(None, str(error))
        else:
            return redirect("cases:case", made.pk)
    example = profile.access.case_number_example.value
    context = {"form": form, "cases": cases_of(person), "example": example}
    return render(request, "cases/cases.html", context, status=422 if form.errors else 200)


@require_GET
def case(request: HttpRequest, number: int) -> HttpResponse:
    """Open a case: an access of its own, to the reads gathered in it."""
    person = person_of(request)
    found = _case(person, number)
    items = pinned(found)
    inquiry = Inquiry(
        function=Function.VIEW_READ,
        purpose=found.purpose,
        case_number=found.number,
        reason=found.title,
        query={"case": found.number},
        read_ids=tuple(item.read_id for item in items if item.read_id),
        source=source_of(request),
    )
    grant = open_access(person=person, agency=person.agency, inquiry=inquiry, now=timezone.now())
    reads = reads_in(grant, items)
    points = [
        {"kind": "read", "lat": read.lat, "lon": read.lon, "label": f"{read.plate} · {read.camera}",
         "url": f"/reads/{read.id}/?because={grant.record_id}"}
        for read in reads
        if read.lat is not None
    ]  # fmt: skip
    members = found.members.filter(removed_at__isnull=True).select_related("person")
    context = {
        "case": found,
        "record": {"id": grant.record_id},
        "reads": reads,
        "gone": len(items) - len(reads),
        "searches": searches_in(found, person),
        "notes": notes_in(found),
        "members": members,
        "colleagues": Person.objects.filter(agency=person.agency, is_active=True).exclude(
            pk__in=[member.person_id for member in members]
        ),
        "map_points": points,
    }
    return render(request, "cases/case.html", context)


@require_POST
def note(request: HttpRequest, number: int) -> HttpResponse:
    """Add a note."""
    person = person_of(request)
    text = request.POST.get("text", "")[:4000]
    return _done(
        request,
        number,
        lambda found: add_note(case=found, person=person, text=text, now=timezone.now()),
        "Noted.",
    )


@require_POST
def member(request: HttpRequest, number: int) -> HttpResponse:
    """Add or remove a colleague."""
    person = person_of(request)
    chosen = Person.objects.filter(agency=person.agency, pk=_whole(request.POST.get("person", ""))).first()
    if chosen is None:
        raise Http404("no such colleague")
    change = remove_member if request.POST.get("step") == "remove" else add_member
    return _done(
        request,
        number,
        lambda found: change(case=found, actor=person, person=chosen, now=timezone.now()),
        "Changed.",
    )


@require_POST
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close a case."""
    person = person_of(request)
    return _done(
        request, number, lambda found: close_case(case=found, actor=person, now=timezone.now()), "Closed."
    )


@require_POST
def pin(request: HttpRequest) -> HttpResponse:
    """Put a search, or a read seen in its course, into the case that it was made for."""
    person = person_of(request)
    record = _record(request, person)
    found = case_numbered(person, record.case_number)
    if found is None:
        messages.error(
            request, f"You work on no open case {record.case_number}: open it, then add the search."
        )
        return redirect(f"{reverse('cases:cases')}?number={record.case_number}")
    try:
        if "read" in request.POST:
            read_at = parse_datetime(request.POST.get("read_at", ""))
            if read_at is None:
                raise Http404("no such read")
            add_read(
                case=found, person=person, record=record, read_id=UUID(request.POST["read"]), read_at=read_at,
                now=timezone.now(),
            )  # fmt: skip
        else:
            add_search(case=found, person=person, record=record, now=timezone.now())
    except CaseError as error:
        messages.error(request, str(error))
    except ValueError as error:
        raise Http404("no such read") from error
    else:
        messages.success(request, f"Added to case {found.number}.")
    return redirect("cases:case", found.pk)


def _done(request: HttpRequest, number: int, change: Callable[[CaseFile], None], words: str) -> HttpResponse:
    found = _case(person_of(request), number)
    try:
        change(found)
    except CaseError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    still_member = case_for(person_of(request), number)
    return redirect("cases:case", number) if still_member else redirect("cases:cases")


def _case(person: Person, number: int) -> CaseFile:
    found = case_for(person, number)
    if found is None:
        raise Http404("no such case")
    return found


def _record(request: HttpRequest, person: Person) -> OwnRecord:
    try:
        record = own_record(person, UUID(request.POST.get("record", "")))
    except ValueError:
        record = None
    if record is None:
        raise Http404("no such record")
    return record


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
