"""How allauth works here: nobody signs up, log-ins are ledger entries."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by an administrator (USR-02), never by their owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        """Tell that nobody may sign up.

        Args:
            request: the request.
        """
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002  # allauth's signature
        """Return where a person goes after logging in.

        Args:
            request: the request.
        """
        return "/"

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: pages tell what happened themselves.

        Args:
            args: allauth's.
            kwargs: allauth's.
        """
