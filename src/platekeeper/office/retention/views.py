"""The retention calendar, holds, requests for deleted data, certificates."""

import csv
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.retention import certificates as papers
from platekeeper.office.retention.forms import HoldForm, HoldStepForm, OldDataForm
from platekeeper.office.retention.holds import decide_move, request_hold, take_hold_step
from platekeeper.office.retention.lifecycle import HOLD_MOVES, next_move
from platekeeper.office.retention.models import Certificate, HoldStepName, OldDataRequest, Schedule
from platekeeper.office.retention.old_data import Result, decide_step, request_old_data, run_query, take_step
from platekeeper.office.retention.queries import (
    calendar_of,
    certificates_of,
    forecast_of,
    hold_by_id,
    holds_of,
    old_data_request,
    old_data_requests,
    schedules_of,
)
from platekeeper.office.retention.schedules import approve_schedule
from platekeeper.office.search.views import camera_points
from platekeeper.policy import Decision, Denied, Function, Role, decide_function
from platekeeper.wire import captured_between

_SEEING = (
    Function.REQUEST_HOLD,
    Function.APPROVE_HOLD,
    Function.APPROVE_RETENTION,
    Function.PURGE,
    Function.SEARCH_DELETED,
    Function.AUDIT,
)
_TABS = (
    ("retention:calendar", "Calendar"),
    ("retention:holds", "Holds"),
    ("retention:old_data", "Deleted data"),
    ("retention:certificates", "Certificates"),
    ("retention:transfers", "Transfers"),
    ("retention:elsewhere", "Kept elsewhere"),
)
# what each step of a hold asks to be stated
_STATED = {
    HoldStepName.APPROVE: ("note",),
    HoldStepName.REFUSE: ("note",),
    HoldStepName.BOOK: ("property_number",),
    HoldStepName.VERIFY: ("note",),
    HoldStepName.ASK_RELEASE: ("disposed_at", "authority"),
    HoldStepName.RELEASE: ("note",),
}

_SAVED = ("read_at", "plate", "region", "confidence", "camera.ref", "camera.name", "lat", "lon", "id")
_MOST_PAGES = 1_000_000
_QUIET = frozenset({HoldStepName.REFUSE, HoldStepName.BOOK, HoldStepName.ASK_RELEASE})


def decided(person: Person, function: Function) -> Decision:
    """Return whether a person may do something now.

    Args:
        person: who.
        function: what.
    """
    return decide_function(profile_of(person.agency), facts_of(person), function, timezone.now())


def entitled(request: HttpRequest) -> Person:
    """Return the person, if anything about keeping is theirs to do or to see.

    Args:
        request: what was asked.

    Raises:
        AccessDenied: nothing is.
    """
    person = person_of(request)
    decisions = [decided(person, function) for function in _SEEING]
    if all(isinstance(decision, Denied) for decision in decisions):
        refusal = decisions[0]
        assert isinstance(refusal, Denied)
        raise AccessDenied(refusal, None)
    return person


def page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a page of retention with its tabs.

    Args:
        request: what was asked.
        name: the template.
        context: what it shows.
        status: of HTTP.
    """
    return render(request, f"retention/{name}.html", {"tabs": _TABS, **context}, status=status)


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """Show what goes when, what is held, and which schedule waits for approval."""
    person = entitled(request)
    now = timezone.now()
    profile = profile_of(person.agency)
    schedules = schedules_of(person.agency)
    views = holds_of(person.agency, now)
    may_approve = decided(person, Function.APPROVE_RETENTION)
    roles = [role for role in (Role.ADMINISTRATOR, Role.CUSTODIAN) if role.value in person.roles]
    context = {
        "profile": profile,
        "lines": calendar_of(person.agency, now),
        "forecast": forecast_of(person.agency),
        "schedules": schedules,
        "in_force": next((one for one in schedules if one.is_in_force), None),
        "may_approve": may_approve,
        "roles": roles,
        "overdue": [view for view in views if view.is_overdue],
        "waiting": [view for view in views if view.state in {HoldStepName.REQUEST, HoldStepName.ASK_RELEASE}],
    }
    return page(request, "calendar", context)


@require_POST
def approve(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Agree to a schedule, as administrator or as custodian."""
    person = entitled(request)
    decision = decided(person, Function.APPROVE_RETENTION)
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
    schedule = Schedule.objects.filter(pk=schedule_id, agency=person.agency).first()
    if schedule is None:
        raise Http404("no such schedule")
    try:
        role = Role(request.POST.get("role", ""))
    except ValueError as error:
        raise Http404("no such role") from error
    try:
        approve_schedule(schedule, person, role, profile=profile_of(person.agency))
        messages.success(request, "Approved. The purge runs by itself once both have approved.")
    except AccessDenied:
        raise
    except PlatekeeperError as error:
        messages.error(request, str(error))
    return redirect("retention:calendar")


@require_GET
def holds(request: HttpRequest) -> HttpResponse:
    """List the holds: those that wait for somebody first."""
    person = entitled(request)
    context = {
        "views": holds_of(person.agency, timezone.now()),
        "may_request": decided(person, Function.REQUEST_HOLD),
    }
    return page(request, "holds", context)


@require_http_methods(["GET", "POST"])
def new_hold(request: HttpRequest) -> HttpResponse:
    """Ask for a hold; `read` (repeated) hands over single reads from another page."""
    person = entitled(request)
    decision = decided(person, Function.REQUEST_HOLD)
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
    profile = profile_of(person.agency)
    reads = tuple(_named(request))
    shown = {"reads": reads, "profile": profile, "camera_points": camera_points(person)}
    if request.method == "POST":
        form = HoldForm(profile, request.POST, single=bool(reads))
        if form.is_valid():
            try:
                hold_id = request_hold(person=person, request=form.hold(reads), now=timezone.now())
            except AccessDenied as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, "The data is kept from now on; a supervisor was asked to approve.")
                return redirect("retention:hold", hold_id)
        return page(request, "new_hold", {"form": form, **shown}, status=422)
    initial = {"case_number": request.GET.get("case_number", ""), "plate": request.GET.get("plate", "")}
    form = HoldForm(profile, initial=initial, single=bool(reads))
    return page(request, "new_hold", {"form": form, **shown})


def _named(request: HttpRequest) -> list[tuple[datetime, UUID]]:
    """Return the reads that another page handed over as `moment/id`; one without a moment is found by its id."""
    named = []
    given = request.POST if request.method == "POST" else request.GET
    for text in given.getlist("read"):
        moment, _, read_id = text.rpartition("/")
        try:
            one = UUID(read_id)
            named.append((datetime.fromisoformat(moment) if moment else captured_between(one)[0], one))
        except (ValueError, OverflowError) as error:
            raise Http404("no such read") from error
    return named


@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Show a hold and take its next step."""
    person = entitled(request)
    now = timezone.now()
    view = hold_by_id(person.agency, hold_id, now)
    if view is None:
        raise Http404("no such hold")
    form = HoldStepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        step = request.POST.get("step", "")
        try:
            take_hold_step(hold=view.hold, person=person, step=step, detail=form.detail(), now=now)
            messages.success(request, "Noted.")
            return redirect("retention:hold", hold_id)
        except PlatekeeperError as error:
            form.add_error(None, str(error))
    # steps that ask for the same words share one form, such as yes and no
    forms = [
        {
            "fields": [form[name] for name in names],
            "moves": [
                {
                    "move": move,
                    "decision": decide_move(view.hold, view.steps, move, person, now),
                    "tone": "quiet" if move.step in _QUIET else "",
                    "symbol": "cross" if move.step is HoldStepName.REFUSE else "check",
                }
                for move in moves
            ],
        }
        for names, moves in groupby(HOLD_MOVES[view.state], key=lambda move: _STATED[move.step])
    ]
    verifies = profile_of(person.agency).retention.hold_verified_every.value
    status = 422 if form.errors else 200
    return page(
        request, "hold", {"view": view, "forms": forms, "form": form, "verifies": verifies}, status=status
    )


@require_http_methods(["GET", "POST"])
def old_data(request: HttpRequest) -> HttpResponse:
    """List the requests for deleted data, and ask for one."""
    person = entitled(request)
    profile = profile_of(person.agency)
    may_ask = decided(person, Function.REQUEST_HOLD)
    form = OldDataForm(profile, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = request_old_data(person=person, wanted=form.wanted(), now=timezone.now())
        except PlatekeeperError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Requested: your commanding officer writes the form next.")
            return redirect("retention:old_data_request", made)
    context = {
        "profile": profile,
        "form": form,
        "may_ask": may_ask,
        "views": old_data_requests(person.agency),
    }
    return page(request, "old_data", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def one_old_data_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Show a request with its chain, and take its next step."""
    person = entitled(request)
    view = old_data_request(person.agency, request_id)
    if view is None:
        raise Http404("no such request")
    now = timezone.now()
    if request.method == "POST":
        detail = {"note": request.POST.get("note", "").strip()[:500]}
        try:
            take_step(
                request=view.request, person=person, detail=detail, now=now,
                refuse=request.POST.get("step") == "REFUSE",
            )  # fmt: skip
            messages.success(request, "Noted.")
        except AccessDenied:
            raise
        except PlatekeeperError as error:
            messages.error(request, str(error))
        return redirect("retention:old_data_request", request_id)
    move = next_move([step.step for step in view.steps])
    decision = decide_step(view.request, list(view.steps), move, person, now) if move else None
    return page(request, "old_data_request", {"view": view, "move": move, "decision": decision})


@require_POST
def run(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Run the approved query and show what it found, page by page; `as=csv` sends all of it, to be handed over."""
    person = entitled(request)
    view = old_data_request(person.agency, request_id)
    if view is None:
        raise Http404("no such request")
    whole, number = request.POST.get("as") == "csv", request.POST.get("page", "1")
    if not (number.isdecimal() and 0 < int(number) < _MOST_PAGES):
        raise Http404("no such page")
    try:
        result = run_query(
            request=view.request, person=person, source=source_of(request), now=timezone.now(),
            page=None if whole else int(number),
        )  # fmt: skip
    except AccessDenied:
        raise
    except PlatekeeperError as error:
        messages.error(request, str(error))
        return redirect("retention:old_data_request", request_id)
    if whole:
        return _as_csv(view.request, result)
    fresh = old_data_request(person.agency, request_id)
    return page(request, "old_data_result", {"view": fresh, "result": result})


def _as_csv(asked: OldDataRequest, result: Result) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="deleted-data-{asked.pk}.csv"'
    rows = csv.writer(response)
    rows.writerow((*_SAVED, "access_record"))
    of_read = attrgetter(*_SAVED)
    rows.writerows((*of_read(read), result.grant.record_id) for read in result.reads)
    return response


@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    """List the certificates of what was destroyed."""
    person = entitled(request)
    return page(
        request, "certificates", {"certificates": [_told(one) for one in certificates_of(person.agency)]}
    )


@require_GET
def certificate(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show one certificate, or send it as a signed file: `?as=json`, `?as=pdf`."""
    person = entitled(request)
    found = Certificate.objects.filter(agency=person.agency, run_id=run_id).select_related("run").first()
    if found is None:
        raise Http404("no such certificate")
    form = request.GET.get("as", "")
    if form in {"json", "pdf"}:
        content = papers.as_json(found) if form == "json" else papers.as_pdf(found)
        response = HttpResponse(content, content_type=f"application/{form}")
        response["Content-Disposition"] = f'attachment; filename="purge-{run_id}.{form}"'
        return response
    return page(request, "certificate", _told(found))


def _told(one: Certificate) -> dict[str, Any]:
    told = papers.read_body(one)
    kinds = list(papers.KINDS)
    destroyed = [{**part, "label": papers.KINDS[part["kind"]]} for part in told["destroyed"]]
    destroyed.sort(key=lambda part: (kinds.index(part["kind"]), part.get("month", "")))
    return {"certificate": one, "told": told, "destroyed": destroyed, "is_genuine": papers.is_genuine(one)}
