"""The public's page: the policy in force, who answers for it, and sums."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from platekeeper import policy
from platekeeper.office.accounts.models import Agency, Designation
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.devices.models import Camera
from platekeeper.office.transparency.queries import counts

_PUBLISHED = re.compile(r"(checkpoint|key)[A-Za-z0-9.-]*\.txt")


@login_not_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the agencies of this installation."""
    agencies = [
        {
            "name": agency.name,
            "slug": agency.slug,
            "policy_title": profile_of(agency).policy_title,
            "cameras": Camera.objects.filter(agency=agency).count(),
            "searches_30": counts(agency, 30).searched,
            "last_audit_date": None,
            "is_audit_overdue": False,
        }
        for agency in Agency.objects.all()
    ]
    return render(request, "transparency/index.html", {"agencies": agencies})


@login_not_required
@require_GET
def agency(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one agency's policy and sums."""
    found = get_object_or_404(Agency, slug=slug)
    profile = profile_of(found)
    month, year = counts(found, 30), counts(found, 365)
    context = {
        "agency": found,
        "computed_at": timezone.now(),
        "policy": {"title": profile.policy_title, "version": profile.version},
        "officials": _officials(found, profile),
        "purposes": [{"label": one.title, "clause": one.clause} for one in profile.purposes.authorized],
        "prohibited": [{"label": one.title, "clause": one.clause} for one in profile.purposes.prohibited],
        "retention": _retention(profile),
        "cameras": Camera.objects.filter(agency=found).count(),
        "counts": [
            {"label": label, "last_30": getattr(month, name), "last_365": getattr(year, name)}
            for label, name in (
                ("Plates read", "reads"),
                ("On a hot list", "hits"),
                ("Alerts raised", "alerts"),
            )
        ],
        "searches": [
            {
                "label": one.title,
                "last_30": month.searches.get(one.code, 0),
                "last_365": year.searches.get(one.code, 0),
            }
            for one in profile.purposes.authorized
        ],
        "searches_more": [
            {"label": "All searches", "last_30": month.searched, "last_365": year.searched},
            {"label": "Refused by the policy", "last_30": month.refused, "last_365": year.refused},
        ],
        "audit": {
            "last_date": None,
            "due_date": None,
            "is_overdue": False,
            "rule": profile.audit.rhythm.value,
            "clause": profile.audit.rhythm.clause,
        },
        "sharing": [],
    }
    return render(request, "transparency/agency.html", context)


@login_not_required
@require_GET
def published(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Give out a published checkpoint of the ledger or its public key, for whoever trusts nobody."""
    file = Path(settings.DATA_FOLDER) / "published" / name
    if not _PUBLISHED.fullmatch(name) or not file.is_file():
        raise Http404("nothing of that name is published")
    return HttpResponse(file.read_text("utf-8"), content_type="text/plain; charset=utf-8")


def _officials(found: Agency, profile: policy.Profile) -> list[dict[str, Any]]:
    holders: dict[str, str] = {}
    today: date = timezone.localdate()
    for one in Designation.objects.filter(agency=found, held_from__lte=today):
        if one.held_to is None or one.held_to > today:
            holders[one.duty] = one.holder
    return [
        {
            "duty": duty.value.replace("-", " ").capitalize(),
            "title": office.value,
            "holder": holders.get(duty.value, ""),
            "clause": office.clause,
        }
        for duty, office in profile.duties.items()
    ]


def _retention(profile: policy.Profile) -> list[dict[str, str]]:
    kept = profile.retention
    rows = (
        ("Reads are kept for at least", kept.minimum),
        ("Reads are hidden from users after", kept.visible),
        ("Reads are destroyed after", kept.purge),
        ("Records of access are kept for at least", kept.access_records),
    )
    return [
        {"label": label, "period": row.value.words, "clause": row.clause}
        for label, row in rows
        if row.value is not None
    ]
