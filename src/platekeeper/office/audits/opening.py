"""Every look of an auditor is an access of its own."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessGrant, open_access
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.policy import Function


def opened_for_audit(request: HttpRequest, asked: dict[str, Any]) -> AccessGrant:
    """Open access records to whoever asks, where the policy lets them, and leave a record of it.

    Args:
        request: the request.
        asked: what is looked for, as the record keeps it.

    Raises:
        AccessDenied: the policy refuses; that is recorded too.

    Records:
        An access record of the function `browse-access-records`.

    Source:
        SRC-01, AUD-08
    """
    person = person_of(request)
    inquiry = Inquiry(
        function=Function.BROWSE_ACCESS_RECORDS, purpose="audit", query=asked, source=source_of(request)
    )
    return open_access(person=person, agency=person.agency, inquiry=inquiry, now=timezone.now())
