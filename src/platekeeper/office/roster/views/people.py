"""People: the list, adding one, one person and everything that is changed about them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.office.accounts.models import MaintenanceVisit, Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.permits import permitted
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.roster import forms as asked
from platekeeper.office.roster import lifecycle, operations, visits
from platekeeper.office.roster.learning import courses_of, documents_of
from platekeeper.office.roster.operations import RosterError
from platekeeper.office.roster.queries import (
    camera_groups_of,
    people_of,
    standing_of,
    standings,
    user_classes,
)
from platekeeper.office.roster.views.doors import colleague
from platekeeper.policy import Function, Role

_ON_A_PAGE = 50
_Given = dict[str, Any]


@dataclass(frozen=True)
class _Done:
    """What came of a change: what to say, and a password to show this once."""

    sentence: str
    password: str = ""


def _describe(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del now
    operations.change(actor, person, lifecycle.DESCRIBE, **given)
    return _Done("The details are kept.")


def _appoint(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    operations.appoint(actor, person, **given, now=now)
    return _Done("Title and roles are changed.")


def _entitle(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del now
    operations.entitle(actor, person, given["sources"])
    return _Done("The authorizations for further data are changed.")


def _suspend(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    operations.suspend(actor, person, **given, now=now)
    return _Done("The account is off until that day.")


def _reinstate(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del now
    operations.change(
        actor,
        person,
        lifecycle.REINSTATE,
        suspended_because=given["because"],
        suspension_decision=given["decision"],
    )
    return _Done("The suspension is ended.")


def _disable(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    operations.disable(actor, person, because=given["because"], now=now)
    return _Done("The account is disabled.")


def _enable(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del given, now
    operations.change(actor, person, lifecycle.ENABLE)
    return _Done("The account is enabled.")


def _release(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del given, now
    operations.change(actor, person, lifecycle.RELEASE)
    return _Done("The lock is released.")


def _separate(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del given
    operations.separate(actor, person, now=now)
    return _Done("Password, second factors and sessions are gone; the name stays with old records (C-7).")


def _password(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del given
    password = operations.issue_one_time_password(actor, person, now=now)
    return _Done("A one-time password is issued.", password)


def _reset(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del given
    if operations.reset_second_factor(actor, person, now=now):
        return _Done("The second factors are taken off: they set up new ones at the next log-in.")
    return _Done(
        "A second person must agree within a day: another administrator, the custodian or a commander."
    )


def _unbind(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    if operations.release_binding(actor, person, because=given["because"], now=now):
        return _Done("The binding is released: the next log-in by the provider under this name binds anew.")
    return _Done(
        "A second person must agree within a day: another administrator, the custodian or a commander."
    )


def _admit(actor: Person, person: Person, given: _Given, now: datetime) -> _Done:
    del now
    visits.admit_vendor(actor, person, **given)
    return _Done("The visit is admitted.")


@dataclass(frozen=True)
class _Action:
    """One thing that an administrator does with a person."""

    do: Callable[[Person, Person, _Given, datetime], _Done]
    form: type[forms.Form] = forms.Form


_ACTIONS: dict[str, _Action] = {
    "describe": _Action(_describe, asked.DescribeForm),
    "appoint": _Action(_appoint, asked.AppointForm),
    "entitle": _Action(_entitle, asked.EntitleForm),
    "suspend": _Action(_suspend, asked.SuspendForm),
    "reinstate": _Action(_reinstate, asked.ReinstateForm),
    "disable": _Action(_disable, asked.DisableForm),
    "enable": _Action(_enable),
    "release": _Action(_release),
    "separate": _Action(_separate, asked.ConfirmForm),
    "password": _Action(_password, asked.ConfirmForm),
    "reset-factor": _Action(_reset, asked.ConfirmForm),
    "unbind": _Action(_unbind, asked.UnbindForm),
    "admit": _Action(_admit, asked.VisitForm),
}


@require_GET
@permitted(Function.ADMINISTER_USERS)
def people(request: HttpRequest) -> HttpResponse:
    """List the agency's people, with whether they may work and the first reason why not."""
    agency, now = person_of(request).agency, timezone.now()
    form = asked.FilterForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    found = people_of(agency, text=given.get("text", ""), role=given.get("role", ""))
    state = given.get("state", "")
    # a state is the policy's answer, not a column: only where one is asked for is everybody asked about
    number = request.GET.get("page")
    if state:
        page: Page[Any] = Paginator(standings(found, state, now), _ON_A_PAGE).get_page(number)
        shown = list(page)
    else:
        page = Paginator(found, _ON_A_PAGE).get_page(number)
        shown = standings(page, "", now)
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "standings": shown, "page": page, "query": query.urlencode(),
               "profile": profile_of(agency)}  # fmt: skip
    return render(request, "roster/people.html", context)


@require_http_methods(["GET", "POST"])
@permitted(Function.ADMINISTER_USERS)
def add(request: HttpRequest) -> HttpResponse:
    """Add a person, and show their one-time password this once."""
    actor = person_of(request)
    profile = profile_of(actor.agency)
    form = asked.AddForm(profile, request.POST or None)
    if form.is_valid():
        try:
            added, password = operations.add_person(actor, **form.cleaned_data, now=timezone.now())
        except RosterError as error:
            form.add_error(None, str(error))
        else:
            return render(
                request, "roster/password.html", {"person": added, "password": password, "is_new": True}
            )
    context = {"form": form, "profile": profile}
    return render(request, "roster/add.html", context, status=422 if form.errors else 200)


@require_GET
@permitted(Function.ADMINISTER_USERS)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show one person, and everything that can be changed about them."""
    return _page(request, colleague(person_of(request).agency, person_id), {})


@require_POST
@permitted(Function.ADMINISTER_USERS)
def act(request: HttpRequest, person_id: int, what: str) -> HttpResponse:
    """Do one thing with a person."""
    actor, action = person_of(request), _ACTIONS.get(what)
    if action is None:
        raise Http404("no such action")
    whom = colleague(actor.agency, person_id)
    form = _form(action.form, whom, request)
    if form.is_valid():
        try:
            done = action.do(actor, whom, form.cleaned_data, timezone.now())
        except RosterError as error:
            form.add_error(None, str(error))
        else:
            if done.password:
                return render(request, "roster/password.html", {"person": whom, "password": done.password})
            messages.success(request, done.sentence)
            return redirect("roster:person", whom.pk)
    return _page(request, whom, {what: form}, status=422)


@require_POST
@permitted(Function.ADMINISTER_USERS)
def close_visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """End a vendor's visit before its time."""
    actor = person_of(request)
    visit = get_object_or_404(
        MaintenanceVisit.objects.select_related("person__agency"), pk=visit_id, person__agency=actor.agency
    )
    try:
        visits.close_visit(actor, visit, now=timezone.now())
    except RosterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The visit is over.")
    return redirect("roster:person", visit.person_id)


@require_GET
@permitted(Function.ADMINISTER_USERS)
def classes(request: HttpRequest) -> HttpResponse:
    """Show what each class of users may: kinds of data, cameras, functions, sharing (GOV-09)."""
    agency = person_of(request).agency
    context = {"classes": user_classes(agency), "profile": profile_of(agency)}
    return render(request, "roster/classes.html", context)


def _form(kind: type[forms.Form], whom: Person, request: HttpRequest) -> forms.Form:
    if kind is asked.AppointForm:
        return asked.AppointForm(profile_of(whom.agency), camera_groups_of(whom.agency), request.POST)
    return kind(request.POST, request.FILES)


def _page(
    request: HttpRequest, whom: Person, tried: dict[str, forms.Form], status: int = 200
) -> HttpResponse:
    now, profile = timezone.now(), profile_of(whom.agency)
    initial = asked.initial_of(whom)
    blank: dict[str, forms.Form] = {
        what.replace("-", "_"): (
            asked.AppointForm(
                profile, camera_groups_of(whom.agency), initial=initial["appoint"], auto_id="appoint-%s"
            )
            if action.form is asked.AppointForm
            else action.form(initial=initial.get(what, {}), auto_id=f"{what}-%s")
        )
        for what, action in _ACTIONS.items()
    }
    tried = {what.replace("-", "_"): form for what, form in tried.items()}
    problem = next((str(error) for form in tried.values() for error in form.non_field_errors()), "")
    context = {
        "person": whom,
        "standing": standing_of(whom, now),
        "is_self": whom.pk == person_of(request).pk,
        "forms": {**blank, **tried},
        "problem": problem,
        "courses": courses_of(whom, now),
        "documents": documents_of(whom),
        "bindings": list(whom.bindings.order_by("bound_at")),
        "visits": list(whom.visits.all())[:5],
        "is_vendor": Role.VENDOR in whom.roles,
        "is_suspended": whom.suspended_until is not None and whom.suspended_until > now,
        "profile": profile,
        "now": now,
        "sessions_url": reverse("accounts:person", args=[whom.username]),
    }
    return render(request, "roster/person.html", context, status=status)
