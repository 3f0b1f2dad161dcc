"""What comes into pages is text: bytes that no text has are refused before any page sees them.

A column of the database holds no NUL, and what is not UTF-8 would be kept as something that nobody typed.
"""

import re
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

# control characters but tab and line ends, what decoding leaves of broken UTF-8, halves of a surrogate pair
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ud800-\udfff]")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class PlainText:
    """Answers 400 with a sentence to addresses, queries and forms that hold what is no text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next layer.

        Args:
            get_response: the next layer.
        """
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or refuse.

        Args:
            request: the request.
        """
        if _NO_TEXT.search(request.path_info) or any(map(_NO_TEXT.search, _texts(request.GET))):
            return refused(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Refuse a form that holds what is no text; what machines post is theirs to check.

        Args:
            request: the request.
            view: the page that would answer.
            _args: unused.
            _kwargs: unused.
        """
        by_machine = getattr(view, "csrf_exempt", False)
        if by_machine or request.method != "POST" or request.content_type not in _FORMS:
            return None
        names = (upload.name or "" for uploads in request.FILES.lists() for upload in uploads[1])
        if any(map(_NO_TEXT.search, (*_texts(request.POST), *names))):
            return refused(request)
        return None


def refused(request: HttpRequest) -> HttpResponse:
    """Say that the request cannot be understood.

    Args:
        request: the request.
    """
    return render(request, "400.html", status=400)


def _texts(query: QueryDict) -> Iterator[str]:
    for name, values in query.lists():
        yield name
        yield from values
