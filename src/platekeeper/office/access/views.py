"""What may I do, and why not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from platekeeper import policy
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import facts_of, profile_of


@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """Show a person every function with the decision of their agency's policy."""
    person = person_of(request)
    profile = profile_of(person.agency)
    decisions = policy.explain(profile, facts_of(person), timezone.now())
    return render(request, "access/why.html", {"decisions": decisions, "profile": profile})
