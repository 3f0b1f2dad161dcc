"""The page of one read; it stands above alerts because it shows the hits too."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from platekeeper.office.alerts.queries import hits_of
from platekeeper.office.reads.queries import read_by_id, roles_of
from platekeeper.office.reads.shown import shown_read
from platekeeper.office.reads.views import because_of, function_of, open_read
from platekeeper.policy import Function

ROLES = ("plate", "context")


@require_GET
def read(request: HttpRequest, read_id: UUID) -> HttpResponse:
    """Show one read with everything that is known of it."""
    because = because_of(request)
    if because is None:
        return redirect("search:search")
    grant = open_read(
        request, because, function_of(because, Function.VIEW_READ), read_id, {"read": str(read_id)}
    )
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
            "hits": hits_of(grant, read_id),
            "map_points": points,
        },
    )
