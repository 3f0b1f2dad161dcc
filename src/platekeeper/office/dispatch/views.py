"""The dispatcher's board, the screen in the car, and what a unit reports (OPS)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.alerts.queries import cancellations, open_alerts
from platekeeper.office.alerts.stepping import AlertError, broadcast_cancellation
from platekeeper.office.alerts.views import car_screen, receive, stream_to
from platekeeper.office.dispatch import operations
from platekeeper.office.dispatch.models import Pursuit, TroubleTicket
from platekeeper.office.dispatch.queries import (
    TROUBLE_FORMS,
    board_mark,
    open_shift,
    open_tickets,
    pursuits,
    units_out,
)
from platekeeper.policy import Denied, Function, Role, decide_function


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show who waits for what: confirmations, cancellations, pursuits, stops, units."""
    person, now = person_of(request), timezone.now()
    news = board_mark(person.agency_id)  # before all that it stands for
    grant = receive(request, person, {"board": "dispatch"})
    alerts = open_alerts(grant, now)
    chases = pursuits(person.agency, now)
    context = {
        "news": news,
        "asked": sorted((one for one in alerts if one.asked_at), key=lambda one: str(one.asked_at)),
        "looks": sorted(
            (one for one in alerts if one.second_look_at), key=lambda one: str(one.second_look_at)
        ),
        "alerts": [
            one for one in alerts if not one.asked_at and not one.second_look_at and not one.stopped_at
        ],
        "stopped": [one for one in alerts if one.stopped_at],
        "cancellations": cancellations(grant, now),
        "chases": [one for one in chases if one.pursuit.ended_at is None],
        "past_chases": [one for one in chases if one.pursuit.ended_at is not None and one.missing],
        "units": units_out(person.agency),
        "tickets": open_tickets(person.agency),
        "may_approve": Role.SUPERVISOR in person.roles or Role.COMMANDER in person.roles,
        "because": grant.record_id,
        "clause": profile_of(person.agency).clause_of("ALR-02"),
        "look_clause": profile_of(person.agency).clause_of("ALR-03"),
        "cancelled_by": profile_of(person.agency).clause_of("HOT-10"),
    }
    return render(request, "dispatch/board.html", context)


@require_GET
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Tell the board of dispatch what happens, as `alerts.views.stream` does."""
    return stream_to(request, board_mark)


@require_GET
def car(request: HttpRequest) -> HttpResponse:
    """Fill the screen of a car with the alert that matters most; first the unit logs on, where its policy says so."""
    person = person_of(request)
    _allowed(person, Function.RECEIVE_ALERTS)
    shift = open_shift(person)
    if shift is None and profile_of(person.agency).states("OPS-01"):
        messages.info(request, "Log on with your call sign first: dispatch is told that you carry a reader.")
        return redirect("dispatch:unit")
    context = car_screen(request, person)
    return render(
        request, "dispatch/car.html", {**context, "me": person.username, "unit": shift.unit if shift else ""}
    )


@require_GET
def unit(request: HttpRequest) -> HttpResponse:
    """Show what one's unit reports: log-on, pursuit, trouble."""
    person = person_of(request)
    _allowed(person, Function.RECEIVE_ALERTS)
    shift, profile = open_shift(person), profile_of(person.agency)
    context = {
        "shift": shift,
        "pursuit": shift.pursuits.filter(ended_at=None).first() if shift else None,
        "parts": TroubleTicket.Part.choices,
        "pursuit_parts": Pursuit.Part.choices,
        "form": TROUBLE_FORMS.get(profile.code, ""),
        "clauses": {
            name: profile.clause_of(name.replace("_", "-"))
            for name in ("OPS_01", "OPS_02", "OPS_03", "OPS_04")
        },
    }
    return render(request, "dispatch/unit.html", context)


@require_GET
def tickets(request: HttpRequest) -> HttpResponse:
    """List the tickets that are open, and how long they have been (OPS-05)."""
    person = person_of(request)
    may_close = not isinstance(_decision(person, Function.MANAGE_DEVICES), Denied)
    if not may_close:
        _allowed(person, Function.RECEIVE_ALERTS)
    context = {
        "tickets": open_tickets(person.agency),
        "may_close": may_close,
        "clause": profile_of(person.agency).clause_of("OPS-05"),
    }
    return render(request, "dispatch/tickets.html", context)


@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Take what a unit reports; the field `what` says which."""
    _allowed(person_of(request), Function.RECEIVE_ALERTS)
    given = request.POST
    reports: dict[str, Callable[[Person, datetime], object]] = {
        "log-on": lambda person, now: operations.log_on(person=person, unit=given.get("unit", ""), now=now),
        "log-off": lambda person, now: operations.log_off(person=person, now=now),
        "pursuit": lambda person, now: operations.report_pursuit(
            person=person, part=given.get("part", ""), now=now
        ),
        "handover": lambda person, now: operations.ask_handover(person=person, now=now),
        "pursuit-end": lambda person, now: operations.end_pursuit(
            person=person, handed_over_to=given.get("to", ""), excuse=given.get("excuse", ""), now=now
        ),
        "trouble": lambda person, now: operations.file_ticket(
            person=person, unit=given.get("unit", ""), part=given.get("part", ""),
            description=given.get("description", ""), now=now,
        ),
    }  # fmt: skip
    taken = reports.get(given.get("what", ""))
    if taken is None:
        return HttpResponse("There is no such report: use the buttons of the page.", status=400)
    done = _tried(request, lambda person: taken(person, timezone.now()))
    is_ready = done and given["what"] == "log-on"
    return redirect("dispatch:car" if is_ready else "dispatch:unit")


@require_POST
def answer_pursuit(request: HttpRequest, pursuit_id: int) -> HttpResponse:
    """Approve a pursuit, or order the unit out of it."""
    person = person_of(request)
    chosen = Pursuit.objects.select_related("agency", "shift__person__agency")
    pursuit = get_object_or_404(chosen, pk=pursuit_id, agency=person.agency)
    is_approved = request.POST.get("answer") == "approve"
    _tried(
        request,
        lambda person: operations.answer_pursuit(
            pursuit=pursuit, person=person, is_approved=is_approved, now=timezone.now()
        ),
    )
    return redirect("dispatch:board")


@require_POST
def broadcast(request: HttpRequest, cancellation_id: UUID) -> HttpResponse:
    """Note that Communications put a cancellation on the air (HOT-10)."""
    grant = receive(request, person_of(request), {"cancellation": str(cancellation_id)})
    try:
        broadcast_cancellation(grant=grant, cancellation_id=cancellation_id)
    except AlertError as error:
        raise Http404(str(error)) from error
    return redirect("dispatch:board")


@require_POST
def close_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Close a ticket."""
    chosen = TroubleTicket.objects.select_related("agency", "opened_by__agency")
    ticket = get_object_or_404(chosen, pk=ticket_id, agency=person_of(request).agency)
    outcome = request.POST.get("outcome", "")
    _tried(
        request,
        lambda person: operations.close_ticket(
            ticket=ticket, person=person, outcome=outcome, now=timezone.now()
        ),
    )
    return redirect("dispatch:tickets")


def _tried(request: HttpRequest, doing: Callable[[Person], Any]) -> bool:
    try:
        doing(person_of(request))
    except operations.DispatchError as error:
        messages.error(request, str(error))
        return False
    return True


def _decision(person: Person, function: Function) -> Any:
    return decide_function(profile_of(person.agency), facts_of(person), function, timezone.now())


def _allowed(person: Person, function: Function) -> None:
    decision = _decision(person, function)
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
