"""One read, and its pictures: always in the course of something that said why."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from platekeeper.office.access.operations import AccessGrant, Inquiry, open_access
from platekeeper.office.access.queries import OwnRecord, own_record
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.reads.queries import picture, read_by_id, roles_of
from platekeeper.office.reads.shown import shown_read
from platekeeper.policy import Function

ROLES = ("plate", "context")


@require_GET
def read(request: HttpRequest, read_id: UUID) -> HttpResponse:
    """Show one read with everything that is known of it."""
    because = _because(request)
    if because is None:
        return redirect("search:search")
    grant = _open(request, because, Function.VIEW_READ, read_id, {"read": str(read_id)})
    found = read_by_id(grant, read_id)
    if found is None:
        raise Http404("no such read")
    roles = roles_of(grant, [(found.id, found.read_at)]).get(found.id, frozenset())
    points = (
        [{"kind": "read", "lat": found.lat, "lon": found.lon, "label": found.camera.name}]
        if found.lat
        else []
    )
    return render(
        request,
        "reads/read.html",
        {
            "read": shown_read(found, [role for role in ROLES if role in roles]),
            "because": because.id,
            "record": {"id": grant.record_id},
            "map_points": points,
        },
    )


@require_GET
def image(request: HttpRequest, read_id: UUID, role: str) -> HttpResponse:
    """Open one picture; each opening has a record of its own (SRC-01)."""
    because = _because(request)
    if because is None:
        return HttpResponse("Open pictures from a search, a read or an alert.", status=403)
    asked: dict[str, Any] = {"read": str(read_id), "picture": role}
    grant = _open(request, because, Function.VIEW_IMAGE, read_id, asked)
    found = picture(grant, read_id, role)
    if found is None:
        raise Http404("no such picture")
    return HttpResponse(found.content, content_type=found.media_type)


def _because(request: HttpRequest) -> OwnRecord | None:
    try:
        return own_record(person_of(request), UUID(request.GET.get("because", "")))
    except ValueError:
        return None


def _open(
    request: HttpRequest, because: OwnRecord, function: Function, read_id: UUID, asked: dict[str, Any]
) -> AccessGrant:
    inquiry = Inquiry(
        function=function,
        purpose=because.purpose,
        case_number=because.case_number,
        reason=because.reason,
        on_behalf_of=because.on_behalf_of,
        query=asked,
        read_ids=(read_id,),
        parent=because,
        source=source_of(request),
    )
    return open_access(person=person_of(request), agency=because.agency, inquiry=inquiry, now=timezone.now())
