"""What administrators do at the door: people's sessions, and terminals that the idle lock spares."""

from datetime import datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.office.accounts import sessions
from platekeeper.office.accounts.forms import TerminalForm
from platekeeper.office.accounts.models import Person, Terminal
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.permits import permitted
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.terminals import TerminalError, register_terminal, revoke_terminal
from platekeeper.policy import Function


@require_GET
@permitted(Function.ADMINISTER_USERS)
def person(request: HttpRequest, username: str) -> HttpResponse:
    """Show the sessions of one of the agency's people."""
    now = timezone.now()
    whose = get_object_or_404(Person, username=username, agency=person_of(request).agency)
    context = {
        "whose": whose,
        "going_on": list(sessions.going_on(whose, now).select_related("terminal")),
        "over": sessions.latest(whose, now),
    }
    return render(request, "account/person.html", context)


@require_http_methods(["GET", "POST"])
@permitted(Function.MANAGE_DEVICES)
def terminals(request: HttpRequest) -> HttpResponse:
    """List the agency's terminals; register one and show its code, this once."""
    administrator, now = person_of(request), timezone.now()
    form = TerminalForm(request.POST or None)
    made: Terminal | None = None
    code = ""
    if form.is_valid():
        given = form.cleaned_data
        until = timezone.make_aware(datetime.combine(given["expires_on"], time.max))
        try:
            made, code = register_terminal(
                agency=administrator.agency, name=given["name"], kind=given["kind"], expires_at=until,
                secured_by=given["secured_by"], by=administrator, now=now,
            )  # fmt: skip
        except TerminalError as error:
            form.add_error("expires_on", str(error))
        else:
            form = TerminalForm()
    context = {
        "form": form,
        "terminals": Terminal.objects.filter(agency=administrator.agency),
        "made": made,
        "code": code,
        "now": now,
        "lock": profile_of(administrator.agency).cjis.idle_lock,
    }
    return render(request, "account/terminals.html", context, status=422 if form.errors else 200)


@require_POST
@permitted(Function.MANAGE_DEVICES)
def revoke(request: HttpRequest, terminal_id: int) -> HttpResponse:
    """Take a terminal's exemption back."""
    administrator = person_of(request)
    terminal = get_object_or_404(Terminal, pk=terminal_id, agency=administrator.agency)
    revoked = revoke_terminal(terminal, by=administrator, now=timezone.now())
    messages.success(
        request, f"{terminal.name} no longer counts." if revoked else f"{terminal.name} was revoked before."
    )
    return redirect("accounts:terminals")
