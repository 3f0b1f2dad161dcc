"""The person behind a request."""

from django.http import HttpRequest

from platekeeper.office.accounts.models import Person


def person_of(request: HttpRequest) -> Person:
    """Return who is logged in; pages without log-in never ask.

    Args:
        request: the request.
    """
    person = request.user
    assert isinstance(person, Person), "LoginRequiredMiddleware lets nobody else through"
    return person


def source_of(request: HttpRequest) -> str:
    """Return the network address that a request came from.

    Args:
        request: the request.
    """
    return str(request.META.get("REMOTE_ADDR", ""))
