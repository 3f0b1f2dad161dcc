"""A one-time password opens one door: the page where one's own is chosen."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from platekeeper.office.accounts.models import Person


class OneTimePassword:
    """Sends whoever still has a one-time password to choose their own (no default password survives)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next layer.

        Args:
            get_response: the next layer.
        """
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or redirect.

        Args:
            request: the request.
        """
        person = request.user
        if isinstance(person, Person) and person.must_choose_password:
            allowed = {reverse("accounts:password"), reverse("account_logout")}
            if request.path not in allowed and not request.path.startswith("/static/"):
                if request.headers.get("HX-Request"):
                    return HttpResponse(status=204, headers={"HX-Redirect": reverse("accounts:password")})
                return redirect("accounts:password")
        return self.get_response(request)
