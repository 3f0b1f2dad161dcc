"""Approvals: asking a second person, answering, and running exactly what was approved."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.search.answers import answer
from platekeeper.office.search.requests import (
    ConsentRefused,
    Request,
    answer_request,
    ask_consent,
    decide_answer,
    request_by_id,
    requests_of,
)
from platekeeper.office.search.sensitive import questions_in
from platekeeper.policy import Function
from platekeeper.policy.vocabulary import ApprovalKind


@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """List the requests that a person made or may answer."""
    person = person_of(request)
    seen = requests_of(person)
    mine = [one for one in seen if one.person_id == person.pk]
    open_ones = [one for one in seen if one.person_id != person.pk and one.consents is None]
    answered = [one for one in seen if one.person_id != person.pk and one.consents is not None]
    context = {"mine": mine, "open_ones": open_ones, "answered": answered}
    return render(request, "search/requests.html", context)


@require_POST
def ask(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Ask for consent to a refused inquiry."""
    person = person_of(request)
    try:
        number = ask_consent(
            person=person,
            access_id=record_id,
            kind=ApprovalKind(request.POST.get("kind", "")),
            note=request.POST.get("note", "")[:300],
            now=timezone.now(),
        )
    except ValueError as error:
        raise Http404("no such kind of consent") from error
    except ConsentRefused as refused:
        messages.error(request, str(refused))
        return redirect("search:requests")
    messages.success(request, "Your supervisors were asked.")
    return redirect("search:request", number)


@require_GET
def one_request(request: HttpRequest, number: int) -> HttpResponse:
    """Show one request, to be answered or run."""
    person = person_of(request)
    asked = _seen(request, number)
    context = {
        "asked": asked,
        "is_mine": asked.person_id == person.pk,
        "can_run": asked.function is Function.SEARCH,
        "decision": decide_answer(asked, person, timezone.now()),
    }
    return render(request, "search/request.html", context)


@require_POST
def respond(request: HttpRequest, number: int) -> HttpResponse:
    """Consent or refuse."""
    try:
        answer_request(
            request=_seen(request, number),
            person=person_of(request),
            consents=request.POST.get("step") == "approve",
            note=request.POST.get("note", "")[:300],
            now=timezone.now(),
        )
    except ConsentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Your answer is recorded, and the requester was told.")
    return redirect("search:request", number)


@require_POST
def run(request: HttpRequest, number: int) -> HttpResponse:
    """Run exactly what was asked; the policy finds the consent, or refuses again."""
    person = person_of(request)
    asked = _seen(request, number)
    if asked.person_id != person.pk or asked.function is not Function.SEARCH:
        raise Http404("nobody runs a colleague's search")
    windows = list(questions_in(asked.query))
    inquiry = Inquiry(
        function=asked.function,
        query=asked.query,
        purpose=asked.purpose,
        case_number=asked.case_number,
        reason=asked.reason,
        on_behalf_of=asked.on_behalf_of,
        asked_from=min((one.since for one in windows if one.since), default=None),
        asked_to=max((one.until for one in windows if one.until), default=None),
        source=source_of(request),
    )
    shown = answer(person, inquiry)
    context = {"asked": asked, "part": shown.template, **shown.context, "is_run": True}
    return render(request, "search/request_run.html", context, status=shown.status)


def _seen(request: HttpRequest, number: int) -> Request:
    found = request_by_id(person_of(request), number)
    if found is None:
        raise Http404("no such request")
    return found
