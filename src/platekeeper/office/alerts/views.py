"""The operator's board, one alert, its steps, the stream of new ones, and the door where reads come in."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.db import connection, connections
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from platekeeper import policy, wire
from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessDenied, AccessGrant, open_access
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.alerts.feed import FEED, LINE_ON
from platekeeper.office.alerts.forms import CHANNELS, detail_of
from platekeeper.office.alerts.intake import take_batch
from platekeeper.office.alerts.lifecycle import MOVES, STEPS, Step
from platekeeper.office.alerts.models import AlertState, Disposition
from platekeeper.office.alerts.onfile import alert_file, checklist, decide_look, decide_step
from platekeeper.office.alerts.queries import (
    AlertView,
    alert_by_id,
    cancellations,
    latest_alerts,
    news_mark,
    open_alerts,
)
from platekeeper.office.alerts.stepping import AlertError, take_step
from platekeeper.office.devices.operations import producer_of
from platekeeper.policy import Decision, Denied, Function, Profile, decide_function
from platekeeper.policy.alerts import AlertFile


def receive(request: HttpRequest, person: Person, asked: dict[str, Any]) -> AccessGrant:
    """Open an access to alerts; they come by themselves, so its purpose is that of receiving them.

    Args:
        request: the request.
        person: who looks.
        asked: what stands in the record as the question.

    Raises:
        AccessDenied: they may not receive alerts.
    """
    return _opened(request, person, Function.RECEIVE_ALERTS, asked)


def _opened(request: HttpRequest, person: Person, function: Function, asked: dict[str, Any]) -> AccessGrant:
    purpose = profile_of(person.agency).alerts.purpose.value
    inquiry = Inquiry(function=function, purpose=purpose, query=asked, source=source_of(request))
    return open_access(person=person, agency=person.agency, inquiry=inquiry, now=timezone.now())


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show the latest alerts, the newest one open beside them."""
    person = person_of(request)
    news = news_mark(person.agency_id)  # before the alerts: what comes between counts as news
    grant = receive(request, person, {"board": "latest alerts"})
    alerts = latest_alerts(grant)
    selected = alerts[0] if alerts else None
    context = panel(person, selected, grant) if selected else {}
    return render(
        request,
        "alerts/board.html",
        {
            "alerts": alerts,
            "selected": selected,
            "because": grant.record_id,
            "news": news,
            "cancellations": cancellations(grant, timezone.now()),
            **context,
        },
    )


def car_screen(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return what the screen in a car shows: the alert that matters most, the others queued above it.

    Args:
        request: the request; `alert` in its query chooses another.
        person: who looks.

    Raises:
        AccessDenied: they may not receive alerts.

    Source:
        HOT-08, ALR-03
    """
    chosen = request.GET.get("alert", "")[:36]
    news = news_mark(person.agency_id)
    grant = receive(request, person, {"screen": "car", **({"alert": chosen} if chosen else {})})
    now = timezone.now()
    queue = open_alerts(grant, now)
    current = next((one for one in queue if str(one.id) == chosen), None) or _first(queue, person)
    return {
        "queue": queue,
        "alert": current,
        "because": grant.record_id,
        "news": news,
        "cancellations": cancellations(grant, now),
        **(panel(person, current, grant) if current else {}),
    }


def _first(queue: list[AlertView], person: Person) -> AlertView | None:
    """The newest alert that nobody has touched, else the newest that waits for nobody but this person."""
    ranked = sorted(
        queue, key=lambda one: (one.first_look_by == person.username, one.state != AlertState.RAISED)
    )
    return ranked[0] if ranked else None


@require_GET
def alert(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Show one alert on the whole screen."""
    person = person_of(request)
    grant = receive(request, person, {"alert": str(alert_id)})
    view = _found(grant, alert_id)
    return render(
        request, "alerts/alert.html", {"alert": view, "is_page": True, **panel(person, view, grant)}
    )


@require_GET
def card(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Show one alert as the board's list does; the board asks for it when the stream tells of it."""
    person = person_of(request)
    grant = receive(request, person, {"alert": str(alert_id)})
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
    function = STEPS[name].function
    assert function is not None, "only people's steps have names here"
    grant = _opened(request, person, function, asked)
    view = _found(grant, alert_id)
    problem = _taken(request, person, view, grant, name)
    if problem is None and not request.headers.get("HX-Request"):
        return redirect(_back(request, alert_id))
    grant = receive(request, person, asked)
    view = _found(grant, alert_id)
    context = {"alert": view, "is_page": True, "problem": problem, **panel(person, view, grant)}
    return render(request, "alerts/alert.html", context, status=200 if problem is None else 422)


def _back(request: HttpRequest, alert_id: UUID) -> str:
    """The page that the step was taken on: dispatch's own, or the alert's."""
    dispatch = "/dispatch/board/"
    return dispatch if request.POST.get("back") == dispatch else reverse("alerts:alert", args=[alert_id])


def _taken(
    request: HttpRequest, person: Person, view: AlertView, grant: AccessGrant, name: str
) -> AlertError | None:
    """Take the step; return what says why not, if not."""
    try:
        detail = detail_of(STEPS[name], request.POST, view, profile_of(person.agency))
        take_step(grant=grant, subject=view, person=person, name=name, detail=detail, now=timezone.now())
    except AlertError as error:
        return error
    return None


def _found(grant: AccessGrant, alert_id: UUID) -> AlertView:
    view = alert_by_id(grant, alert_id)
    if view is None:
        raise Http404("no such alert")
    return view


def panel(person: Person, view: AlertView, grant: AccessGrant) -> dict[str, Any]:
    """Return what the panel of one alert needs: what may be done, by right and by what is on file.

    Args:
        person: who looks.
        view: the alert.
        grant: the access that shows it.
    """
    profile = profile_of(person.agency)
    rights = dict(policy.explain(profile, facts_of(person), timezone.now()))
    file = alert_file(view.history, person.username)
    hit = view.hit
    points = [{"kind": "camera", "lat": hit.lat, "lon": hit.lon, "label": hit.camera.name}] if hit.lat else []
    return {
        "actions": {
            move.name.replace("-", "_"): _decided(rights, _by_file(profile, view, file, move), move)
            for move in MOVES[AlertState(view.state)]
            if move.function is not None
        },
        "checklist": checklist(profile, file),
        "parts": [part.value for part in profile.alerts.visual_parts.value],
        "channels": CHANNELS,
        "dispositions": Disposition.choices,
        "warning": profile.clause_of("ALR-01"),
        "map_points": points,
        "because": grant.record_id,
    }


def _by_file(profile: Profile, view: AlertView, file: AlertFile, move: Step) -> Decision:
    look = decide_look(profile, move, has_picture=view.has_picture)
    return look or decide_step(profile, file, move)


def _decided(rights: dict[Function, Decision], by_file: Decision, move: Step) -> Decision:
    assert move.function is not None
    by_right = rights[move.function]
    return by_right if isinstance(by_right, Denied) else by_file


@require_GET
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Tell the board of each new alert by its id, as server-sent events; to those alone who may receive alerts."""
    return stream_to(request, news_mark)


def stream_to(request: HttpRequest, mark_of: Callable[[int], str]) -> StreamingHttpResponse:
    """Return the stream of a page; one whose mark, `seen`, still holds is told that it need not ask anew.

    Args:
        request: the request.
        mark_of: the word that stands for all that the page shows of an agency.

    Raises:
        AccessDenied: they may not receive alerts.
    """
    person = person_of(request)
    decision = decide_function(
        profile_of(person.agency), facts_of(person), Function.RECEIVE_ALERTS, timezone.now()
    )
    if isinstance(decision, Denied):
        raise AccessDenied(decision, None)
    agency_id = person.agency_id
    connection.close()  # a stream may last a shift: its place in the pool goes back first
    response = StreamingHttpResponse(
        _events(agency_id, mark_of, request.GET.get("seen", "")), content_type="text/event-stream"
    )
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _events(agency_id: int, mark_of: Callable[[int], str], seen: str) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async for news in FEED.notices(agency_id):
        if news is None:
            yield b"event: beat\ndata:\n\n"
        elif news == LINE_ON and seen:
            # asked only now that nothing more can be missed
            is_seen = seen == await sync_to_async(_asked_once, thread_sensitive=False)(mark_of, agency_id)
            yield b"event: line\ndata: " + (b"same" if is_seen else b"on") + b"\n\n"
            seen = ""
        else:
            yield f"event: {news.about}\ndata: {news.id}\n\n".encode()


def _asked_once(mark_of: Callable[[int], str], agency_id: int) -> str:
    try:
        return mark_of(agency_id)
    finally:
        connections.close_all()  # this thread asks nothing else for a shift


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
