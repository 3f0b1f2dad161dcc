"""Offices and deployments: who answers for what, from when to when, and for which efforts cameras are used."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST

from platekeeper.office.accounts.models import Designation
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.permits import permitted
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.roster.forms import DeploymentForm, EndForm, HolderForm, MemberForm
from platekeeper.office.roster.models import DeploymentOrder
from platekeeper.office.roster.offices import (
    assign_member,
    end_designation,
    name_holder,
    offices_of,
    order_deployment,
)
from platekeeper.office.roster.operations import RosterError
from platekeeper.policy import Function


@require_http_methods(["GET", "POST"])
@permitted(Function.ADMINISTER_USERS)
def offices(request: HttpRequest) -> HttpResponse:
    """Show the offices of the policy with their people; name a holder, or a member whom the holder assigns."""
    actor, today = person_of(request), timezone.localdate()
    posted = request.POST.get("what", "")
    kind: type[forms.Form] | None = {"holder": HolderForm, "member": MemberForm}.get(posted)
    form = kind(request.POST) if kind else None
    if form is not None and form.is_valid():
        act = name_holder if posted == "holder" else assign_member
        try:
            act(actor, **form.cleaned_data, today=today)
        except RosterError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{form.cleaned_data['title']}: kept, and entered in the ledger.")
            return redirect("roster:offices")
    rows = [
        {
            "office": office,
            "holder_form": _shown(HolderForm, office.title, form),
            "member_form": _shown(MemberForm, office.title, form),
        }
        for office in offices_of(actor.agency, today)
    ]
    context = {"rows": rows, "profile": profile_of(actor.agency), "today": today, "end_form": EndForm()}
    return render(request, "roster/offices.html", context, status=200 if request.method == "GET" else 422)


def _shown(kind: type[forms.Form], title: str, tried: forms.Form | None) -> forms.Form:
    """Return an office's form: as it was tried, if it was this one, else blank."""
    if isinstance(tried, kind) and tried.data.get("title") == title:
        return tried
    begin = {"title": title, "held_from": timezone.localdate()}
    return kind(initial=begin, auto_id=f"{kind.__name__}-{slugify(title)}-%s")


@require_POST
@permitted(Function.ADMINISTER_USERS)
def end(request: HttpRequest, designation_id: int) -> HttpResponse:
    """End a designation on a day."""
    actor = person_of(request)
    designation = get_object_or_404(Designation, pk=designation_id, agency=actor.agency)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Name the day on which it ends.")
        return redirect("roster:offices")
    try:
        end_designation(actor, designation, day=form.cleaned_data["day"])
    except RosterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{designation.holder}: the designation ends.")
    return redirect("roster:offices")


@require_http_methods(["GET", "POST"])
@permitted(Function.ADMINISTER_USERS)
def deployments(request: HttpRequest) -> HttpResponse:
    """Show the orders of deployment, and make one (USR-14)."""
    actor = person_of(request)
    form = DeploymentForm(request.POST or None)
    if form.is_valid():
        try:
            order_deployment(actor, **form.cleaned_data)
        except RosterError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The order is kept.")
            return redirect("roster:deployments")
    orders = DeploymentOrder.objects.filter(agency=actor.agency)[:100]
    context = {"form": form, "orders": orders, "now": timezone.now()}
    return render(request, "roster/deployments.html", context, status=422 if form.errors else 200)
