"""The lists in force, and the agency's own entries from request to end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.permits import decision_for, permitted
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.hotlists.accepting import accept_waiting, list_that_waits
from platekeeper.office.hotlists.entries import (
    EntryRefused,
    decide_entry,
    own_list_of,
    request_entry,
    requests_of,
    standing_of,
    start_own_list,
    step_refusal,
)
from platekeeper.office.hotlists.forms import EntryForm
from platekeeper.office.hotlists.lifecycle import EntryState, EntryStepName
from platekeeper.office.hotlists.models import HotList
from platekeeper.office.hotlists.queries import list_statuses
from platekeeper.office.hotlists.versions import HotListError
from platekeeper.office.notices.operations import tell
from platekeeper.policy import Denied, Function, Role

_SHOWN = 200
_FUNCTIONS = {
    EntryStepName.APPROVED: Function.APPROVE_HOTLIST_ENTRY,
    EntryStepName.REFUSED: Function.APPROVE_HOTLIST_ENTRY,
    EntryStepName.ENDED: Function.REQUEST_HOTLIST_ENTRY,
}


def _rights(person: Person) -> dict[str, object]:
    return {
        "may_request": decision_for(person, Function.REQUEST_HOTLIST_ENTRY),
        "may_approve": decision_for(person, Function.APPROVE_HOTLIST_ENTRY),
        "may_manage": decision_for(person, Function.MANAGE_HOTLISTS),
    }


@require_GET
def hot_lists(request: HttpRequest) -> HttpResponse:
    """Show which lists run, how old they are, and the agency's own entries."""
    person, now = person_of(request), timezone.now()
    rights = _rights(person)
    if all(isinstance(decision, Denied) for decision in rights.values()):
        return render(request, "refused.html", {"refusal": rights["may_manage"]}, status=403)
    standings = [standing_of(one, now) for one in requests_of(person.agency)[:_SHOWN]]
    context = {
        "lists": list(list_statuses(person.agency, now)),
        "waiting": [one for one in standings if one.state is EntryState.WAITING],
        "running": [one for one in standings if one.state is EntryState.RUNNING],
        "closed": [one for one in standings if one.state in (EntryState.REFUSED, EntryState.ENDED)][:20],
        "has_own_list": _has_own_list(person),
        "now": now,
        **rights,
    }
    return render(request, "hotlists/hot_lists.html", context)


def _has_own_list(person: Person) -> bool:
    try:
        own_list_of(person.agency)
    except HotListError:
        return False
    return True


@require_http_methods(["GET", "POST"])
def waiting(request: HttpRequest, version: int) -> HttpResponse:
    """Show a file that waits beside the list in force, and let who manages the lists accept it."""
    person = person_of(request)
    rights = _rights(person)
    if all(isinstance(decision, Denied) for decision in rights.values()):
        return render(request, "refused.html", {"refusal": rights["may_manage"]}, status=403)
    hot_list = list_that_waits(person.agency, version)
    if hot_list is None:
        messages.error(request, "Nothing waits there any more: another file came, or somebody accepted it.")
        return redirect("hotlists:hot_lists")
    if request.method == "POST":
        return _accepted(request, person, hot_list, version, rights)
    return render(request, "hotlists/waiting.html", {"list": hot_list, **rights})


def _accepted(
    request: HttpRequest, person: Person, hot_list: HotList, version: int, rights: dict[str, object]
) -> HttpResponse:
    if isinstance(rights["may_manage"], Denied):
        return render(request, "refused.html", {"refusal": rights["may_manage"]}, status=403)
    reason = " ".join(request.POST.get("reason", "").split())[:400]
    try:
        accept_waiting(
            hot_list=hot_list, version=version, person=person, reason=reason,
            source_asked=request.POST.get("asked") == "on", now=timezone.now(),
        )  # fmt: skip
    except HotListError as error:
        context = {"list": hot_list, **rights, "error": str(error), "reason": reason}
        return render(request, "hotlists/waiting.html", context, status=422)
    messages.success(request, f"“{hot_list.name}” was replaced; the ledger names you and the reason.")
    return redirect("hotlists:hot_lists")


@require_POST
@permitted(Function.MANAGE_HOTLISTS)
def start(request: HttpRequest) -> HttpResponse:
    """Let the agency's list of its own entries run (HOT-01)."""
    person = person_of(request)
    profile = profile_of(person.agency)
    try:
        start_own_list(
            agency=person.agency, authority=profile.policy_title, purpose=profile.alerts.purpose.value,
            actor=person.username, now=timezone.now(),
        )  # fmt: skip
    except HotListError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The list of own entries runs; supervisors approve what goes in.")
    return redirect("hotlists:hot_lists")


@require_http_methods(["GET", "POST"])
@permitted(Function.REQUEST_HOTLIST_ENTRY)
def new_entry(request: HttpRequest) -> HttpResponse:
    """Ask for an entry."""
    person = person_of(request)
    profile = profile_of(person.agency)
    form = EntryForm(profile, request.POST or None, initial={"case_agent": person.full_name})
    refusal = None
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            made = request_entry(person=person, entry=form.entry(), now=now)
        except EntryRefused as refused:
            refusal = refused.decision
        except HotListError as error:
            form.add_error(None, str(error))
        else:
            tell(
                agency=person.agency, to=Role.SUPERVISOR, kind="entry-requested", now=now,
                subject="An entry for the hot list waits for an approval.", link=f"/hot-lists/entries/{made.pk}/",
            )  # fmt: skip
            messages.success(request, "Requested. A supervisor on duty was told; it runs once approved.")
            return redirect("hotlists:entry", made.pk)
    context = {"form": form, "refusal": refusal, "case_example": profile.access.case_number_example.value}
    return render(
        request, "hotlists/new_entry.html", context, status=403 if refusal else 400 if form.errors else 200
    )


@require_GET
def entry(request: HttpRequest, request_id: int) -> HttpResponse:
    """Show a request with its steps, what it still lacks, and what this person may do about it."""
    person = person_of(request)
    rights = _rights(person)
    if all(isinstance(decision, Denied) for decision in rights.values()):
        return render(request, "refused.html", {"refusal": rights["may_manage"]}, status=403)
    found = get_object_or_404(requests_of(person.agency), pk=request_id)
    standing = standing_of(found, timezone.now())
    by_right = rights["may_approve"]
    for name, step in (("may_approve", EntryStepName.APPROVED), ("may_refuse", EntryStepName.REFUSED)):
        rights[name] = _first_refusal(by_right, step_refusal(person, found, step))
    return render(request, "hotlists/entry.html", {"standing": standing, "entry": found, **rights})


def _first_refusal(by_right: object, by_request: Denied | None) -> object:
    return by_request if by_request and not isinstance(by_right, Denied) else by_right


@require_POST
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """Approve, refuse or end a request."""
    person = person_of(request)
    found = get_object_or_404(requests_of(person.agency), pk=request_id)
    name = request.POST.get("step", "")
    if name not in set(EntryStepName):
        return render(request, "400.html", status=400)
    step = EntryStepName(name)
    permit = decision_for(person, _FUNCTIONS[step])
    if isinstance(permit, Denied) and not _ends_as_manager(person, step):
        return render(request, "refused.html", {"refusal": permit}, status=403)
    now = timezone.now()
    try:
        standing = decide_entry(
            person=person, request=found, step=step, reason=request.POST.get("reason", "")[:400], now=now
        )
    except EntryRefused as refused:
        return render(request, "refused.html", {"refusal": refused.decision}, status=403)
    except HotListError as error:
        messages.error(request, str(error))
        return redirect("hotlists:entry", request_id)
    tell(
        agency=person.agency, to=found.requested_by, kind="entry-decided", now=now,
        link=f"/hot-lists/entries/{found.pk}/",
        subject=f"Your entry for the hot list was {step.value.lower()}; it is {standing.state.value.lower()}.",
    )  # fmt: skip
    return redirect("hotlists:entry", request_id)


def _ends_as_manager(person: Person, step: EntryStepName) -> bool:
    return step is EntryStepName.ENDED and not isinstance(
        decision_for(person, Function.MANAGE_HOTLISTS), Denied
    )
