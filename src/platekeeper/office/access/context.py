"""The frame around each page: who is here, and which ways are open to them (GOV-09)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from platekeeper import policy
from platekeeper.office.accounts.models import Person
from platekeeper.office.accounts.queries import facts_of, profile_of
from platekeeper.office.notices.queries import unseen_count
from platekeeper.office.ui.shell import NavItem, Shell
from platekeeper.policy import Denied, Function


@dataclass(frozen=True)
class _Place:
    """A place of the main navigation, and the function that it needs."""

    label: str
    url_name: str
    icon: str
    key: str
    function: Function | None
    group: str = ""  # the menu it stands in; empty for what an officer needs at once


_PLACES = (
    _Place("Alerts", "alerts:board", "bell", "g a", Function.RECEIVE_ALERTS),
    _Place("Search", "search:search", "search", "g s", Function.SEARCH),
    _Place(
        "Access records",
        "audits:access_records",
        "records",
        "g r",
        Function.BROWSE_ACCESS_RECORDS,
        "Oversight",
    ),
    _Place("Messages", "notices:messages", "bell", "g i", None, "Me"),
    _Place("My rights", "access:why", "shield", "g m", None, "Me"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the page's frame as `shell`; nothing for pages without a person.

    Args:
        request: the request.
    """
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {}
    decisions = _decisions(person)
    return {
        "shell": Shell(
            agency=person.agency.name,
            person=person.full_name,
            role=person.title,
            nav=[_item(place, decisions, request.path, person) for place in _PLACES],
            is_demonstration=person.agency.is_demonstration,
        )
    }


def first_place(person: Person) -> str:
    """Return the address of the first place of the navigation that is open to a person.

    Args:
        person: the person.
    """
    decisions = _decisions(person)
    return next(
        reverse(place.url_name)
        for place in _PLACES
        if place.function is None or not isinstance(decisions[place.function], Denied)
    )


def _decisions(person: Person) -> dict[Function, policy.Decision]:
    profile, facts, now = profile_of(person.agency), facts_of(person), timezone.now()
    functions = {place.function for place in _PLACES if place.function}
    return {function: policy.decide_function(profile, facts, function, now) for function in functions}


def _item(place: _Place, decisions: dict[Function, policy.Decision], path: str, person: Person) -> NavItem:
    decision = decisions.get(place.function) if place.function else None
    url = reverse(place.url_name)
    return NavItem(
        label=place.label,
        url=url,
        icon=place.icon,
        key=place.key,
        is_current=path.startswith(url),
        count=unseen_count(person) if place.url_name == "notices:messages" else 0,
        refusal=decision if isinstance(decision, Denied) else None,
        group=place.group,
    )
