"""A refusal is a page that names the clause and the remedy, whatever raised it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from platekeeper.office.access.operations import AccessDenied


class Refusals:
    """Turns `AccessDenied` into the page that explains it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next layer.

        Args:
            get_response: the next layer.
        """
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer.

        Args:
            request: the request.
        """
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render a refusal; leave every other exception alone.

        Args:
            request: the request.
            exception: what a view raised.
        """
        if not isinstance(exception, AccessDenied):
            return None
        context = {"refusal": exception.decision, "record_id": exception.record_id}
        return render(request, "refused.html", context, status=403)
