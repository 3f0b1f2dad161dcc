"""A read's pictures: always opened in the course of something that said why."""

import logging
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessGrant, open_access
from platekeeper.office.access.queries import OwnRecord, own_record
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.reads.queries import picture
from platekeeper.office.reads.vault import VaultError
from platekeeper.policy import Function

log = logging.getLogger("platekeeper.reads")


@require_GET
def image(request: HttpRequest, read_id: UUID, role: str) -> HttpResponse:
    """Open one picture; each opening has a record of its own (SRC-01)."""
    because = because_of(request)
    if because is None:
        return HttpResponse("Open pictures from a search, a read or an alert.", status=403)
    asked: dict[str, Any] = {"read": str(read_id), "picture": role}
    grant = open_read(request, because, function_of(because, Function.VIEW_IMAGE), read_id, asked)
    try:
        found = picture(grant, read_id, role)
    except VaultError as error:
        log.error("A picture of read %s: %s", read_id, error)  # noqa: TRY400  # a sentence, no traceback
        return HttpResponse(str(error), status=500, content_type="text/plain")
    if found is None:
        raise Http404("no such picture")
    return HttpResponse(found.content, content_type=found.media_type)


def function_of(because: OwnRecord, asked: Function) -> Function:
    """Return what opening it amounts to: looking at an alert's read is part of verifying the alert (ALR-03).

    Args:
        because: the record in whose course it is opened.
        asked: what it is otherwise.
    """
    from_alert = because.function in {Function.RECEIVE_ALERTS, Function.VERIFY_ALERT}
    return Function.VERIFY_ALERT if from_alert else asked


def because_of(request: HttpRequest) -> OwnRecord | None:
    """Return the record in whose course a page is opened, or None where it names none of the person's own.

    Args:
        request: the request.
    """
    try:
        return own_record(person_of(request), UUID(request.GET.get("because", "")))
    except ValueError:
        return None


def open_read(
    request: HttpRequest, because: OwnRecord, function: Function, read_id: UUID, asked: dict[str, Any]
) -> AccessGrant:
    """Open an access to one read, in the course of another record.

    Args:
        request: the request.
        because: that record; purpose and case go on from it.
        function: what it amounts to.
        read_id: the read.
        asked: how the record puts it.
    """
    inquiry = Inquiry(
        function=function,
        purpose=because.purpose,
        case_number=because.case_number,
        reason=because.reason,
        on_behalf_of=because.on_behalf_of,
        query={**asked, **because.under},
        read_ids=(read_id,),
        parent=because,
        source=source_of(request),
    )
    return open_access(person=person_of(request), agency=because.agency, inquiry=inquiry, now=timezone.now())
