"""One's own account: password, second factors, sessions, and making a device a registered terminal."""

from uuid import UUID

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.office.accounts import sessions
from platekeeper.office.accounts.forms import ChoosePasswordForm, EnrolForm
from platekeeper.office.accounts.middleware import TERMINAL_COOKIE, keep_cookie
from platekeeper.office.accounts.models import Person, PersonSession
from platekeeper.office.accounts.operations import choose_password
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.permits import decision_for
from platekeeper.office.accounts.terminals import TerminalError, enrol_terminal, terminal_of
from platekeeper.policy import Denied, Function


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Show a person their second factors and sessions."""
    person, now = person_of(request), timezone.now()
    context = {
        "factors": list(Authenticator.objects.filter(user=person).order_by("created_at")),
        "going_on": list(sessions.going_on(person, now).select_related("terminal")),
        "over": sessions.latest(person, now),
        "this": request.session.get("session_id", ""),
        "terminal": terminal_of(request.COOKIES.get(TERMINAL_COOKIE, ""), person.agency, now),
    }
    return render(request, "account/account.html", context)


@require_POST
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one session: one's own, or as an administrator one of the agency's people."""
    person = person_of(request)
    ours = PersonSession.objects.select_related("person__agency").filter(person__agency=person.agency)
    session = ours.filter(pk=session_id).first()
    if session is None or not _may_end(person, session):
        raise Http404("no such session")
    ended = sessions.revoke(session, by=person, now=timezone.now())
    messages.success(request, "The session is ended." if ended else "The session was over already.")
    if session.person_id == person.pk:
        return redirect("accounts:account")
    return redirect("accounts:person", session.person.username)


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    person, now = person_of(request), timezone.now()
    others = sessions.going_on(person, now).exclude(pk=request.session["session_id"])
    ended = sum(sessions.revoke(one, by=person, now=now) for one in others)
    messages.success(request, f"{ended} other session{'s' * (ended != 1)} ended.")
    return redirect("accounts:account")


@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Make this device the terminal that an administrator registered."""
    person, now = person_of(request), timezone.now()
    form = EnrolForm(request.POST or None)
    if form.is_valid():
        try:
            terminal, token = enrol_terminal(code=form.cleaned_data["code"], by=person, now=now)
        except TerminalError as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, f"This device is now {terminal.name}, until it expires or is revoked.")
            response = redirect("accounts:account")
            lasts = int((terminal.expires_at - now).total_seconds())
            keep_cookie(response, TERMINAL_COOKIE, token, lasts)
            return response
    return render(request, "account/enrol.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Let a person choose their own password, the first time instead of the one-time one."""
    person = person_of(request)
    form = ChoosePasswordForm(person, request.POST or None)
    was_one_time = person.must_choose_password
    if form.is_valid():
        try:
            choose_password(person, form.cleaned_data["new_password1"])
        except ValidationError as error:
            form.add_error("new_password1", error)
        else:
            update_session_auth_hash(request, person)
            if was_one_time:  # who just chose it is not asked for it again before the second factor
                reauthenticate_by_password(request)
            sessions.end_all(
                person,
                by=person.username,
                because="A new password was chosen elsewhere.",
                now=timezone.now(),
                keep=request.session.get("session_id", ""),
            )
            return redirect("/")
    context = {"form": form, "was_one_time": was_one_time}
    return render(request, "account/password_change.html", context, status=422 if form.errors else 200)


def _may_end(person: Person, session: PersonSession) -> bool:
    own = session.person_id == person.pk
    return own or not isinstance(decision_for(person, Function.ADMINISTER_USERS), Denied)
