"""What needs a second person: authorizations to query, second factors reset, bindings released (USR-04)."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from platekeeper.office.accounts.models import Person, ProviderBinding
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.permits import decision_for
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.roster import lifecycle, operations
from platekeeper.office.roster.forms import AuthorizeForm
from platekeeper.office.roster.operations import RosterError
from platekeeper.office.roster.queries import people_of
from platekeeper.office.roster.views.doors import any_of, colleague
from platekeeper.policy import Denied, Function, Profile, Role
from platekeeper.policy.vocabulary import QUERYING

_SECONDS = (Function.APPROVE_ACCESS, Function.ADMINISTER_USERS, Function.PUBLISH)
_SUPERIORS = frozenset({Role.SUPERVISOR, Role.COMMANDER})
_STEPS = ("authorize", "grant", "revoke", "reset", "unbind")


@require_GET
@any_of(*_SECONDS)
def approvals(request: HttpRequest) -> HttpResponse:
    """List what waits for a second person."""
    return _page(request, {})


@require_POST
@any_of(*_SECONDS)
def approve(request: HttpRequest, person_id: int, step: str) -> HttpResponse:
    """Take one step of an approval."""
    actor = person_of(request)
    if step not in _STEPS:
        raise Http404("no such step")
    whom = colleague(actor.agency, person_id)
    form = AuthorizeForm(request.POST, request.FILES) if step == "authorize" else None
    if form is not None and not form.is_valid():
        return _page(request, {whom.pk: form}, status=422)
    try:
        sentence = _taken(actor, whom, step, form)
    except RosterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, sentence)
    return redirect("roster:approvals")


def _taken(actor: Person, whom: Person, step: str, form: AuthorizeForm | None) -> str:
    """Take the step and say what came of it."""
    now = timezone.now()
    if form is not None:
        operations.authorize(actor, whom, document=form.cleaned_data["document"], sha256=form.digest())
        return f"{whom.full_name} is authorized in writing; the technical bureau grants next."
    if step == "grant":
        operations.change(actor, whom, lifecycle.GRANT)
        return f"{whom.full_name} is granted permission to query."
    if step == "revoke":
        operations.change(actor, whom, lifecycle.REVOKE)
        return f"The authorization of {whom.full_name} is revoked."
    if step == "unbind":
        operations.release_binding(actor, whom, now=now)
        return f"The binding of {whom.full_name} is released."
    operations.reset_second_factor(actor, whom, now=now)
    return f"The second factors of {whom.full_name} are taken off."


def _page(request: HttpRequest, tried: dict[int, AuthorizeForm], status: int = 200) -> HttpResponse:
    actor = person_of(request)
    profile = profile_of(actor.agency)
    rule = profile.users.written_authorization
    rows = []
    if rule.value:
        working = people_of(actor.agency).filter(separated_at__isnull=True, is_active=True)
        rows = [
            {"person": one, "form": tried.get(one.pk) or AuthorizeForm(auto_id=f"authorize-{one.pk}-%s"),
             "is_self": one.pk == actor.pk}
            for one in working
            if _queries(profile, one)
        ]  # fmt: skip
    since = timezone.now() - timedelta(days=1)
    asked = Q(reset_asked_at__gt=since) & ~Q(reset_asked_by="")
    context = {
        "rule": rule,
        "rows": rows,
        "resets": Person.objects.filter(asked, agency=actor.agency, separated_at__isnull=True),
        "unbindings": ProviderBinding.objects.filter(release_asked_at__gt=since, person__agency=actor.agency)
        .select_related("person"),
        "me": actor,
        "may_authorize": _may(actor, Function.APPROVE_ACCESS) and not _SUPERIORS.isdisjoint(actor.roles),
        "may_grant": _may(actor, Function.ADMINISTER_USERS),
    }  # fmt: skip
    return render(request, "roster/approvals.html", context, status=status)


def _may(person: Person, function: Function) -> bool:
    return not isinstance(decision_for(person, function), Denied)


def _queries(profile: Profile, person: Person) -> bool:
    rights = (profile.roles[Role(role)] for role in person.roles if Role(role) in profile.roles)
    return any(right.functions & QUERYING for right in rights)
