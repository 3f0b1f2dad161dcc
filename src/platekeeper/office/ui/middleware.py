"""The content security policy of every answer: nothing runs or loads that this server did not write."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin


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
