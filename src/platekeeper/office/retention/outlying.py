"""The pages of data that is not here: still on vehicles, or kept by others."""

from datetime import datetime, time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from platekeeper.errors import PlatekeeperError
from platekeeper.office.access.operations import AccessDenied
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.devices.transfers import state_transfer, transfer_steps_of, vehicles_of
from platekeeper.office.retention.elsewhere import kept_elsewhere, note_host_confirmation
from platekeeper.office.retention.forms import ConfirmationForm, StatementForm
from platekeeper.office.retention.models import HostConfirmation
from platekeeper.office.retention.views import decided, entitled, page
from platekeeper.policy import Denied, Function

_SHOWN = 50


@require_http_methods(["GET", "POST"])
def transfers(request: HttpRequest) -> HttpResponse:
    """Show each vehicle's clock; administrator and custodian may state that one had nothing to hand over."""
    person, now = entitled(request), timezone.now()
    may_state = decided(person, Function.APPROVE_RETENTION)
    form = StatementForm(request.POST or None)
    if request.method == "POST":
        if isinstance(may_state, Denied):
            raise AccessDenied(may_state, None)
        if form.is_valid():
            camera = Camera.objects.filter(
                pk=form.cleaned_data["camera"], agency=person.agency, kind=Camera.Kind.VEHICLE
            ).first()
            if camera is None:
                raise Http404("no such vehicle")
            try:
                state_transfer(person=person, camera=camera, reason=form.cleaned_data["reason"])
                messages.success(request, "Noted: the vehicle's period starts again now.")
                return redirect("retention:transfers")
            except PlatekeeperError as refused:
                form.add_error(None, str(refused))
    vehicles = [
        {"vehicle": one, "state": "overdue" if one.is_overdue else "near" if one.is_near(now) else "in time"}
        for one in vehicles_of(person.agency, now)
    ]
    context = {
        "profile": profile_of(person.agency), "vehicles": vehicles, "steps": transfer_steps_of(person.agency),
        "may_state": may_state, "form": form,
    }  # fmt: skip
    return page(request, "transfers", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Show what others keep of the agency's data; administrator and custodian note what a host confirmed."""
    person, now = entitled(request), timezone.now()
    profile = profile_of(person.agency)
    may_note = decided(person, Function.APPROVE_RETENTION)
    form = ConfirmationForm(profile, request.POST or None)
    if request.method == "POST":
        if isinstance(may_note, Denied):
            raise AccessDenied(may_note, None)
        if form.is_valid():
            given = form.cleaned_data
            try:
                note_host_confirmation(
                    person=person, source=given["source"], confirmed_by=given["confirmed_by"], now=now,
                    covers_before=timezone.make_aware(datetime.combine(given["covers_before"], time())),
                    reference=given["reference"],
                )  # fmt: skip
                messages.success(request, "Noted, and written to the ledger.")
                return redirect("retention:elsewhere")
            except AccessDenied:
                raise
            except PlatekeeperError as refused:
                form.add_error(None, str(refused))
    context = {
        "profile": profile, "sources": kept_elsewhere(person.agency, now), "may_note": may_note, "form": form,
        "has_host": any(not one.custodian for one in profile.retention.sources),
        "confirmations": HostConfirmation.objects.filter(agency=person.agency)[:_SHOWN],
    }  # fmt: skip
    return page(request, "elsewhere", context, status=422 if form.errors else 200)
