"""What waits for the records management system's receipt, and how it is reached."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from platekeeper import policy
from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.rms.models import CaseList, Connection
from platekeeper.office.rms.queries import filed, unacknowledged
from platekeeper.policy import Denied, Function

# Whoever audits, and whoever answers for the connection; neither learns here what was asked.
_SHOWN_TO = (Function.BROWSE_ACCESS_RECORDS, Function.ADMINISTER_USERS, Function.MAINTAIN_SYSTEM)


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """Show what is not acknowledged yet, the oldest first (SRC-03)."""
    person = person_of(request)
    profile = profile_of(person.agency)
    decisions = dict(policy.explain(profile, facts_of(person), timezone.now()))
    refusals = [decisions[function] for function in _SHOWN_TO]
    if all(isinstance(decision, Denied) for decision in refusals):
        return render(request, "refused.html", {"refusal": refusals[0]}, status=403)
    context = {
        "rule": profile.access.rms_classification,
        "connection": Connection.objects.filter(agency=person.agency).first(),
        "cases": CaseList.objects.filter(agency=person.agency).first(),
        "filed": filed(person.agency),
        "waiting": unacknowledged(person.agency),
        "may_browse": not isinstance(decisions[Function.BROWSE_ACCESS_RECORDS], Denied),
    }
    return render(request, "rms/outbox.html", context)
