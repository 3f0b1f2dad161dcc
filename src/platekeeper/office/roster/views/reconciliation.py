"""The roster of active employees: upload, look at the plan, then deactivate the leavers (USR-11)."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.permits import permitted
from platekeeper.office.roster.forms import RosterForm
from platekeeper.office.roster.operations import RosterError
from platekeeper.office.roster.reconciliation import apply_plan, plan_for, read_roster
from platekeeper.policy import Function

_SALT = "platekeeper.roster.plan"
_PLAN_SECONDS = 3600


@require_http_methods(["GET", "POST"])
@permitted(Function.ADMINISTER_USERS)
def reconcile(request: HttpRequest) -> HttpResponse:
    """Take a roster, from the page or as it was dropped, and show what it means; nothing is changed yet."""
    actor = person_of(request)
    dropped = _dropped(actor.agency)
    form = RosterForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "dropped": dropped is not None}
    data = dropped if request.POST.get("dropped") else None
    if data is None and form.is_valid():
        data = form.cleaned_data["file"].read()
    if data is not None:
        try:
            plan = plan_for(actor.agency, read_roster(data))
        except RosterError as error:
            context["problem"] = str(error)
        else:
            ids = [person.pk for person in plan.leavers if person.pk != actor.pk]
            token = signing.dumps({"agency": actor.agency_id, "leavers": ids}, salt=_SALT)
            context |= {"plan": plan, "token": token, "count": len(ids), "me": actor}
    wrong = request.method == "POST" and "plan" not in context
    return render(request, "roster/reconcile.html", context, status=422 if wrong else 200)


@require_POST
@permitted(Function.ADMINISTER_USERS)
def leave(request: HttpRequest) -> HttpResponse:
    """Deactivate the leavers of a plan that was shown within the hour."""
    actor = person_of(request)
    try:
        plan = signing.loads(request.POST.get("plan", ""), salt=_SALT, max_age=_PLAN_SECONDS)
    except signing.BadSignature:
        messages.error(request, "The plan is too old or not ours: look at the roster again.")
        return redirect("roster:reconcile")
    if plan["agency"] != actor.agency_id or not request.POST.get("confirmed"):
        messages.error(request, "Tick that you have looked at the plan.")
        return redirect("roster:reconcile")
    count = apply_plan(actor, actor.agency, plan["leavers"], now=timezone.now())
    messages.success(request, f"{count} {'account was' if count == 1 else 'accounts were'} deactivated.")
    return redirect("roster:people")


def _dropped(agency: Agency) -> bytes | None:
    path = Path(settings.DATA_FOLDER) / "roster" / f"{agency.slug}.csv"
    return path.read_bytes() if path.is_file() else None
