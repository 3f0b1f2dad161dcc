"""Scripts, styles and fonts, and the policy of every answer: nothing runs or loads that this server did not write."""

import contextlib
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


def content_security_policy(tiles: str) -> str:
    """State the policy.

    Args:
        tiles: URL template of a map tile source, whose pictures are then allowed too; empty for none.

    Returns:
        The value of the Content-Security-Policy header.
    """
    source = urlsplit(tiles)
    origin = f" {source.scheme}://{source.netloc}".replace("{s}", "*") if source.netloc else ""
    return (
        f"default-src 'self'; img-src 'self' data:{origin}; style-src 'self'; script-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class ContentSecurityPolicy(MiddlewareMixin):
    """Puts the policy on every answer, and keeps what was shown out of shared caches (SEC-01)."""

    def process_response(self, _request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers.

        Args:
            _request: unused.
            response: any answer.

        Returns:
            The same answer.
        """
        response.headers.setdefault("Content-Security-Policy", content_security_policy(settings.MAP_TILES))
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    """Gives each file whole: a file streamed piece by piece makes Django warn in the log of an asynchronous server."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """Answer with one file.

        Args:
            static_file: the file, as found when the server started.
            request: the request.

        Returns:
            The file, a part of it, or the word that it is unchanged.
        """
        found = static_file.get_response(request.method, request.META)
        with found.file or contextlib.nullcontext() as file:
            response = HttpResponse(file.read() if file else b"", status=int(found.status))
        del response.headers["Content-Type"]
        for name, value in found.headers:
            response.headers[name] = value
        return response
