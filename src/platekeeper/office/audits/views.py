"""The auditor's list of who asked what, and why."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from platekeeper.office.accounts.models import ProfileVersion
from platekeeper.office.accounts.people import person_of
from platekeeper.office.audits.forms import RecordsForm
from platekeeper.office.audits.opening import opened_for_audit
from platekeeper.office.audits.queries import access_record as find_record
from platekeeper.office.audits.queries import access_records as find_records
from platekeeper.office.audits.queries import covering_checkpoint


@require_GET
def access_records(request: HttpRequest) -> HttpResponse:
    """List access records by person, purpose, function, time and case."""
    form = RecordsForm(request.GET)
    if not form.is_valid():  # a filter left out would pass for an answer
        return render(request, "audits/access_records.html", {"form": form}, status=422)
    given = {name: value for name, value in form.cleaned_data.items() if value}
    grant = opened_for_audit(request, {name: str(value) for name, value in given.items()})
    records, more = find_records(grant, given, before=_moment(request.GET.get("before", "")))
    query = request.GET.copy()
    if more:
        query["before"] = records[-1].accessed_at.isoformat()
    context = {
        "form": form,
        "records": records,
        "record": {"id": grant.record_id},
        "older_url": f"?{query.urlencode()}" if more else None,
        "filters": given,
    }
    return render(request, "audits/access_records.html", context)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


@require_GET
def access_record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Show one access record whole."""
    grant = opened_for_audit(request, {"record": str(record_id)})
    opened = find_record(grant, record_id)
    if opened is None:
        raise Http404("no such record")
    entry = opened.entry
    context = {
        "record": opened.record,
        "grants": [{"agency": one.agency_name, "visible_from": one.visible_from, "kinds": one.kinds,
                    "read_count": one.read_count} for one in opened.grants],
        "children": opened.children,
        "entry": entry and {
            "number": entry.sequence, "recorded_at": entry.entry_at, "event": entry.event, "actor": entry.actor,
            "hash": bytes(entry.chain_hash).hex(), "previous_hash": bytes(entry.previous_hash or b"").hex(),
            "payload": entry.details, "is_intact": entry.is_intact,
            "checkpoint": covering_checkpoint(entry.sequence),
        },
        "version": ProfileVersion.objects.filter(
            agency=person_of(request).agency, version=opened.record.policy_version
        ).last(),
    }  # fmt: skip
    return render(request, "audits/access_record.html", context)
