"""Attempts that a form stops before there is an inquiry: they are refused accesses all the same (SRC-06)."""

import contextlib

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from platekeeper.office.access.inquiries import Inquiry
from platekeeper.office.access.operations import AccessDenied, open_access
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.people import source_of
from platekeeper.policy import Function


def record_if_no_purpose(
    form: forms.Form, *, request: HttpRequest, person: Person, agency: Agency, function: Function
) -> None:
    """Record a refusal where a form was sent with a purpose that is none of those offered.

    Nothing that was typed is kept: not all of it was understood. Every policy refuses an inquiry without a purpose.

    Args:
        form: as it was sent and checked; it has the field purpose.
        request: the request.
        person: who asks.
        agency: whose data it is.
        function: what was attempted.

    Records:
        One access record of a refusal, where the purpose is no choice.

    Source:
        SRC-04, SRC-06
    """
    if not form.has_error("purpose", "invalid_choice"):
        return
    inquiry = Inquiry(
        function=function,
        purpose="",
        query={"refused": "the purpose is none of those offered"},
        source=source_of(request),
    )
    with contextlib.suppress(AccessDenied):
        open_access(person=person, agency=agency, inquiry=inquiry, now=timezone.now())
