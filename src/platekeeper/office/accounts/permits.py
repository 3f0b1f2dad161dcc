"""Pages that belong to a function of the policy: whoever may not use it is told why, and the ledger keeps it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.people import person_of, source_of
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.accounts.signals import function_refused
from platekeeper.policy import Decision, Denied, Function, decide_function

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


def decision_for(person: Person, function: Function) -> Decision:
    """Decide by the policy of a person's own agency whether they may use a function now.

    Args:
        person: who.
        function: what they want to do.
    """
    return decide_function(profile_of(person.agency), facts_of(person), function, timezone.now())


def permitted(function: Function) -> Callable[[_View[_P]], _View[_P]]:
    """Let a view answer only those who may use a function; the others get its clause and remedy.

    Args:
        function: what the page is for.

    Records:
        `function.refused` (CJIS AU-2)
    """

    def decorate(view: _View[_P]) -> _View[_P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
            person = person_of(request)
            decision = decision_for(person, function)
            if isinstance(decision, Denied):
                function_refused.send(
                    Person, person=person, function=function, decision=decision, source=source_of(request)
                )
                return render(request, "refused.html", {"refusal": decision}, status=403)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
