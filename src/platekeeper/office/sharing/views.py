"""Requests for release: entering them, the queue of those who approve, one request with its way, the agreements."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.sharing.agreements import end_agreement, note_agreement
from platekeeper.office.sharing.covering import decide_handling
from platekeeper.office.sharing.forms import PROCESSES, RECIPIENTS, AgreementForm, ReleaseForm, ReviewForm
from platekeeper.office.sharing.lifecycle import APPROVE, MOVES, ReleaseState
from platekeeper.office.sharing.models import Agreement
from platekeeper.office.sharing.operations import ReleaseError, ask_release, decide_move, take_move
from platekeeper.office.sharing.queries import (
    Release,
    accesses_of,
    agreement_with,
    agreements_of,
    letter_of,
    release_by_id,
    releases_of,
)
from platekeeper.policy import Decision, Denied, Duty, Function, decide_function
from platekeeper.policy.vocabulary import LegalProcess, RecipientClass

_SEEING = (Function.REQUEST_RELEASE, Function.APPROVE_RELEASE, Function.BROWSE_ACCESS_RECORDS, Function.AUDIT)


def _decided(person: Person, function: Function, now: datetime) -> Decision:
    return decide_function(profile_of(person.agency), facts_of(person), function, now)


def _entitled(request: HttpRequest) -> Person:
    """Return the person, who asks, approves or looks after; anybody else is refused."""
    person, now = person_of(request), timezone.now()
    refused = [one for function in _SEEING if isinstance(one := _decided(person, function, now), Denied)]
    if len(refused) == len(_SEEING):
        raise AccessDenied(refused[0], None)
    return person


def _found(person: Person, request_id: UUID) -> Release:
    found = release_by_id(person.agency, request_id)
    if found is None:
        raise Http404("no such request")
    return found


@require_GET
def releases(request: HttpRequest) -> HttpResponse:
    """List the requests: those that wait for review, those that may be fulfilled, then all."""
    person, now = _entitled(request), timezone.now()
    found = releases_of(person.agency)
    context = {
        "waiting": [one for one in found if one.state is ReleaseState.ASKED],
        "approved": [one for one in found if one.state is ReleaseState.APPROVED],
        "closed": [one for one in found if one.state not in {ReleaseState.ASKED, ReleaseState.APPROVED}],
        "may_ask": _decided(person, Function.REQUEST_RELEASE, now),
        "office": profile_of(person.agency).duties[Duty.RELEASE].value,
    }
    return render(request, "sharing/releases.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a request as it came in; what the policy refuses is kept on file, too."""
    person, now = _entitled(request), timezone.now()
    profile, may_ask = profile_of(person.agency), _decided(person, Function.REQUEST_RELEASE, now)
    initial = {"recipient_state": profile.state, "case_number": request.GET.get("case_number", "")[:64]}
    form = ReleaseForm(profile, request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return redirect("sharing:release", ask_release(person=person, asked=form.asked(), now=now))
    context = {
        "form": form,
        "refused": may_ask if isinstance(may_ask, Denied) else None,
        "profile": profile,
        "purposes": {purpose.code: purpose.clause for purpose in profile.purposes.authorized},
        "case_example": profile.access.case_number_example.value,
        "processes": [text for one, text in PROCESSES.items() if one in profile.sharing.answered],
        "shared_with": [text for one, text in RECIPIENTS.items() if one in profile.sharing.recipients.value],
    }
    return render(request, "sharing/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Show a request with all that was done with it, and take its next step."""
    person, now = _entitled(request), timezone.now()
    found = _found(person, request_id)
    form = ReviewForm(profile_of(person.agency), request.POST or None)
    if request.method == "POST":
        return _stepped(request, person, found, form, now)
    return _shown(request, person, found, form, now)


def _stepped(
    request: HttpRequest, person: Person, found: Release, form: ReviewForm, now: datetime
) -> HttpResponse:
    move = next((one for one in MOVES[found.state] if one.step == request.POST.get("step")), None)
    reason = request.POST.get("reason", "").strip()[:500]
    if move is None:
        error = "This step does not follow from where the request stands: look at it again."
        return _shown(request, person, found, form, now, status=422, error=error)
    if move is APPROVE and not form.is_valid():
        return _shown(request, person, found, form, now, status=422)
    review = form.review() if move is APPROVE else None
    try:
        take_move(release=found, move=move, person=person, now=now, reason=reason, review=review)
    except ReleaseError as error:
        return _shown(request, person, found, form, now, status=422, error=str(error))
    except AccessDenied as denied:
        return _shown(request, person, found, form, now, status=403, refusal=denied.decision)
    messages.success(request, "Noted.")
    return redirect("sharing:release", found.request.pk)


def _shown(
    request: HttpRequest,
    person: Person,
    found: Release,
    form: ReviewForm,
    now: datetime,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    profile = profile_of(person.agency)
    purpose = profile.purpose(found.request.purpose_code)
    context = {
        "release": found,
        "recipient_class": RECIPIENTS[RecipientClass(found.request.recipient_class)],
        "purpose": purpose.title if purpose else found.request.purpose_code,
        "process": PROCESSES[LegalProcess(found.request.process)] if found.request.process else "",
        "looks": accesses_of(person, found.request),
        "may_browse": not isinstance(_decided(person, Function.BROWSE_ACCESS_RECORDS, now), Denied),
        "may_search": _decided(person, Function.SEARCH, now),
        "letter_sha256": bytes(found.request.letter_sha256 or b"").hex(),
        "agreement": agreement_with(person.agency, found.request.recipient_agency, now),
        "needs_agreement": profile.sharing.agreement.value,
        "office": profile.duties[Duty.RELEASE].value,
        "test": profile.sharing.test.value,
        "clause": profile.sharing.approval.clause,
        "moves": [
            {"move": one, "decision": decide_move(found, one, person, now)} for one in MOVES[found.state]
        ],
        "handling": _handling(found, person, now),
        "form": form,
        "reason": request.POST.get("reason", ""),
        **more,
    }
    return render(request, "sharing/release.html", context, status=status)


def _handling(found: Release, person: Person, now: datetime) -> Decision | None:
    """Return whether the person may make the package: None where the request is not approved."""
    if found.state is not ReleaseState.APPROVED:
        return None
    may_export = _decided(person, Function.EXPORT, now)
    return may_export if isinstance(may_export, Denied) else decide_handling(found, person, now)


@require_GET
def letter(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Send the request in writing as it came in: never shown inside this office's own pages."""
    kept = letter_of(_found(_entitled(request), request_id).request)
    if kept is None:
        raise Http404("no letter")
    name, content = kept
    response = HttpResponse(content, content_type="application/octet-stream")
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in name)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain or "letter"}"'
    return response


@require_http_methods(["GET", "POST"])
def agreements(request: HttpRequest) -> HttpResponse:
    """List the agreements with other agencies, and note one."""
    person, now = _entitled(request), timezone.now()
    form = AgreementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note_agreement(person=person, agreed=form.agreed(), now=now)
        messages.success(request, "Noted.")
        return redirect("sharing:agreements")
    context = {
        "form": form,
        "agreements": agreements_of(person.agency),
        "classes": {one.value: text for one, text in RECIPIENTS.items()},
        "may_note": _decided(person, Function.APPROVE_RELEASE, now),
        "is_needed": profile_of(person.agency).sharing.agreement,
    }
    return render(request, "sharing/agreements.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """End an agreement today."""
    person = _entitled(request)
    found = Agreement.objects.filter(agency=person.agency, pk=agreement_id).first()
    if found is None:
        raise Http404("no such agreement")
    try:
        end_agreement(
            person=person, agreement=found, because=request.POST.get("because", ""), now=timezone.now()
        )
    except ReleaseError as error:
        messages.error(request, str(error))
    return redirect("sharing:agreements")
