"""Who may open the roster's pages: whoever has one of the functions that a page serves."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.accounts.permits import decision_for
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.accounts.signals import function_refused
from platekeeper.office.roster.queries import person_in
from platekeeper.policy import Denied, Function, Role

_View = Callable[..., HttpResponse]


def any_of(*functions: Function) -> Callable[[_View], _View]:
    """Let a view answer whoever may use one of several functions; the others get the reason of what their role carries.

    Args:
        functions: what the page is for.

    Records:
        `function.refused` (CJIS AU-2)
    """

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            person = person_of(request)
            refused: dict[Function, Denied] = {}
            # what their role carries comes first: the reason is then what they can mend, not that they are no trainer
            for function in sorted(functions, key=lambda one: not _carries(person, one)):
                decision = decision_for(person, function)
                if not isinstance(decision, Denied):
                    return view(request, *args, **kwargs)
                refused.setdefault(function, decision)
            function, decision = next(iter(refused.items()))
            function_refused.send(
                Person, person=person, function=function, decision=decision, source=source_of(request)
            )
            return render(request, "refused.html", {"refusal": decision}, status=403)

        return guarded

    return decorate


def _carries(person: Person, function: Function) -> bool:
    rights = profile_of(person.agency).roles
    return any(function in rights[role].functions for role in map(Role, person.roles) if role in rights)


def colleague(agency: Agency, person_id: int) -> Person:
    """Return a person of one's own agency.

    Args:
        agency: the agency.
        person_id: their number.

    Raises:
        Http404: there is none; another agency's people look the same as nobody.
    """
    found = person_in(agency, person_id)
    if found is None:
        raise Http404("no such person")
    return found
