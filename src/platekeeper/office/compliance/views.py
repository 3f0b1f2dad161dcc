"""The compliance report as a page."""

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from platekeeper.office.accounts.people import person_of
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.compliance.queries import compliance_report
from platekeeper.office.compliance.registry import State

# what asks for work comes first
_ORDER = (
    State.OVERDUE,
    State.DUE,
    State.NOT_BUILT,
    State.ATTESTED,
    State.ENFORCED,
    State.OUTSIDE,
    State.NOT_APPLICABLE,
)


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Show every obligation with its state and evidence; `?state=` narrows it."""
    person = person_of(request)
    now = timezone.now()
    rows = compliance_report(person.agency, now)
    counted = Counter(row.state for row in rows)
    asked = request.GET.get("state", "")
    chosen = [State(asked)] if asked in set(State) else _ORDER
    context = {
        "profile": profile_of(person.agency),
        "computed_at": now,
        "states": [(state, counted[state]) for state in _ORDER],
        "chosen": chosen[0] if len(chosen) == 1 else "",
        "rows": [row for state in chosen for row in rows if row.state is state],
    }
    return render(request, "compliance/report.html", context)
