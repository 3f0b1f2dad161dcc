"""The operator's board, one alert, its steps, the stream of new ones, and the door where reads come in."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from platekeeper import policy, wire
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.operations import AccessDenied, AccessGrant, Inquiry, open_access
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.alerts.feed import FEED
from platekeeper.office.alerts.intake import take_batch
from platekeeper.office.alerts.lifecycle import CHECKS, MOVES, STEPS, VERIFY
from platekeeper.office.alerts.models import AlertState
from platekeeper.office.alerts.operations import AlertError, take_step
from platekeeper.office.alerts.queries import AlertView, alert_by_id, latest_alerts
from platekeeper.office.devices.operations import producer_of
from platekeeper.policy import Denied, Function, decide_function

_LONGEST = {"mismatch": 20, "note": 400}


def _receive(request: HttpRequest, person: Person, asked: dict[str, Any]) -> AccessGrant:
    """Open an access to alerts; they come by themselves, so its purpose is that of receiving them."""
    purpose = profile_of(person.agency).alerts.purpose.value
    inquiry = Inquiry(
        function=Function.RECEIVE_ALERTS, purpose=purpose, query=asked, source=source_of(request)
    )
    return open_access(person=person, agency=person.agency, inquiry=inquiry, now=timezone.now())


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show the latest alerts, the newest one open beside them."""
    person = person_of(request)
    grant = _receive(request, person, {"board": "latest alerts"})
    alerts = latest_alerts(grant)
    selected = alerts[0] if alerts else None
    context = _panel(person, selected, grant) if selected else {}
    return render(
        request,
        "alerts/board.html",
        {"alerts": alerts, "selected": selected, "because": grant.record_id, **context},
    )


@require_GET
def alert(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Show one alert on the whole screen."""
    person = person_of(request)
    grant = _receive(request, person, {"alert": str(alert_id)})
    view = _found(grant, alert_id)
    return render(
        request, "alerts/alert.html", {"alert": view, "is_page": True, **_panel(person, view, grant)}
    )


@require_GET
def card(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Show one alert as the board's list does; the board asks for it when the stream tells of it."""
    person = person_of(request)
    grant = _receive(request, person, {"alert": str(alert_id)})
    context = {"alert": _found(grant, alert_id), "because": grant.record_id}
    return render(request, "alerts/_card.html", context)


@require_POST
def step(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Take a step with an alert."""
    person = person_of(request)
    name = request.POST.get("step", "")
    if name not in STEPS:
        return HttpResponse("There is no such step: use the buttons of the alert.", status=400)
    asked = {"alert": str(alert_id), "step": name}
    purpose = profile_of(person.agency).alerts.purpose.value
    inquiry = Inquiry(function=STEPS[name].function, purpose=purpose, query=asked, source=source_of(request))
    open_access(person=person, agency=person.agency, inquiry=inquiry, now=timezone.now())
    grant = _receive(request, person, asked)
    view = _found(grant, alert_id)
    sentence = _taken(request, person, view, name)
    if sentence is None:
        grant = _receive(request, person, asked)
        view = _found(grant, alert_id)
    if not request.headers.get("HX-Request") and sentence is None:
        return redirect("alerts:alert", alert_id)
    context = {"alert": view, "is_page": True, "problem": sentence, **_panel(person, view, grant)}
    return render(request, "alerts/alert.html", context, status=200 if sentence is None else 422)


def _taken(request: HttpRequest, person: Person, view: AlertView, name: str) -> str | None:
    """Take the step; return the sentence that says why not, if not."""
    given = request.POST
    detail: dict[str, Any] = {}
    if name == VERIFY.name:
        unchecked = [check for check in CHECKS if given.get(check) != "on"]
        if unchecked:
            return f"Look at the picture and tick {', '.join(unchecked)} first (ALR-03)."
        detail = dict.fromkeys(CHECKS, True)
    elif given.get("mismatch"):
        typed = {name: given.get(name, "").replace("\0", "") for name in _LONGEST}  # no column holds NUL
        detail = {name: text[: _LONGEST[name]] for name, text in typed.items()}
    try:
        take_step(
            alert=view.alert,
            agency=person.agency,
            person=person,
            name=name,
            detail=detail,
            now=timezone.now(),
        )
    except AlertError as error:
        return str(error)
    return None


def _found(grant: AccessGrant, alert_id: UUID) -> AlertView:
    view = alert_by_id(grant, alert_id)
    if view is None:
        raise Http404("no such alert")
    return view


def _panel(person: Person, view: AlertView, grant: AccessGrant) -> dict[str, Any]:
    profile = profile_of(person.agency)
    decisions = dict(policy.explain(profile, facts_of(person), timezone.now()))
    moves = MOVES[AlertState(view.state)]
    hit = view.hit
    points = [{"kind": "camera", "lat": hit.lat, "lon": hit.lon, "label": hit.camera.name}] if hit.lat else []
    return {
        "actions": {move.name: decisions[move.function] for move in moves},
        "warning": profile.clause_of("ALR-01"),
        "map_points": points,
        "because": grant.record_id,
    }


@require_GET
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Tell the board of each new alert by its id, as server-sent events; to those alone who may receive alerts."""
    person = person_of(request)
    decision = decide_function(
        profile_of(person.agency), facts_of(person), Function.RECEIVE_ALERTS, timezone.now()
    )
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
    agency_id = person.agency_id
    connection.close()  # a stream may last a shift: its place in the pool goes back first
    response = StreamingHttpResponse(_events(agency_id), content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _events(agency_id: int) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async for alert_id in FEED.notices(agency_id):
        yield b": still here\n\n" if alert_id is None else f"event: alert\ndata: {alert_id}\n\n".encode()


@login_not_required
@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take a batch of reads from a producer; 200 says that all of it is on disk (promise 4).

    The body is a `ReadBatch` (docs/reference/reads.md); the producer's token is in the Authorization header.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    producer = producer_of(token) if scheme.lower() == "bearer" and token else None
    if producer is None:
        return _refusal(401, "Send the producer's token as `Authorization: Bearer TOKEN`.")
    body = request.read(wire.LARGEST_BODY_BYTES + 1)
    try:
        sifted = wire.sift_batch(body)
        taken = take_batch(
            agency=producer.agency,
            producer=producer.name,
            reads=[read for _, read in sifted.reads],
            now=_now(),
        )
    except wire.WireError as error:
        return _refusal(400, str(error))
    except PlatekeeperError as error:
        return _refusal(507, str(error))
    return JsonResponse(
        {
            "stored": taken.receipt.stored,
            "known": taken.receipt.known,
            "hits": taken.receipt.hits,
            "alerts": taken.receipt.alerts,
            "quarantined": [{"id": str(q.read_id), "reason": q.reason} for q in taken.quarantined],
            "refused": [{"index": r.index, "reason": r.reason} for r in sifted.refused],
        }
    )


def _now() -> datetime:
    return timezone.now()


def _refusal(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(json.dumps({"error": sentence}), status=status, content_type="application/json")
