"""The frame around each page: who is here, and which ways are open to them (GOV-09)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
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
    """A place of the navigation, and the functions that lead there."""

    label: str
    url_name: str
    icon: str
    key: str
    function: Function | tuple[Function, ...] | None  # one of several is enough; None: everybody's
    group: str = ""  # the menu it stands in; empty for what an officer needs at once


_DATA, _AGENCY, _OVERSIGHT, _ME = "Data", "Agency", "Oversight", "Me"
_ENTRIES = (Function.REQUEST_HOTLIST_ENTRY, Function.APPROVE_HOTLIST_ENTRY, Function.MANAGE_HOTLISTS)
_KEEPING = (
    Function.REQUEST_HOLD, Function.APPROVE_HOLD, Function.APPROVE_RETENTION, Function.PURGE, Function.SEARCH_DELETED,
    Function.AUDIT,
)  # fmt: skip
_SHARING = (
    Function.REQUEST_RELEASE, Function.APPROVE_RELEASE, Function.BROWSE_ACCESS_RECORDS, Function.AUDIT,
)  # fmt: skip
_PLACES = (
    _Place("Alerts", "alerts:board", "bell", "g a", Function.RECEIVE_ALERTS),
    _Place("Car", "dispatch:car", "car", "g d", Function.RECEIVE_ALERTS),
    _Place("Dispatch", "dispatch:board", "clock", "g b", Function.RECEIVE_ALERTS),
    _Place("Search", "search:search", "search", "g s", Function.SEARCH),
    _Place("Cases", "cases:cases", "book", "g c", Function.SEARCH),
    _Place(
        "Access records",
        "audits:access_records",
        "records",
        "g r",
        Function.BROWSE_ACCESS_RECORDS,
        _OVERSIGHT,
    ),
    _Place("Ledger", "audits:ledger", "chain", "g l", Function.BROWSE_ACCESS_RECORDS, _OVERSIGHT),
    _Place("Misuse", "misuse:findings", "warning", "g j", Function.AUDIT, _OVERSIGHT),
    _Place("People", "roster:people", "person", "g p", Function.ADMINISTER_USERS, _AGENCY),
    _Place("Training", "roster:training", "book", "g t", Function.SIGN_TRAINING, _AGENCY),
    _Place("Authorizations", "roster:approvals", "check", "g v", Function.APPROVE_ACCESS, _AGENCY),
    _Place("Terminals", "accounts:terminals", "car", "", Function.MANAGE_DEVICES, _AGENCY),
    _Place("Sensitive places", "search:registry", "pin", "", Function.ADMINISTER_USERS, _AGENCY),
    _Place("Records system", "rms:outbox", "forward", "", Function.BROWSE_ACCESS_RECORDS, _AGENCY),
    _Place("Policy in force", "governance:profile", "book", "g o", None, _AGENCY),
    _Place("Compliance", "compliance:report", "check", "g f", None, _AGENCY),
    _Place("Hot lists", "hotlists:hot_lists", "list", "g h", _ENTRIES, _DATA),
    _Place("Evidence", "evidence:packages", "book", "g e", (Function.EXPORT, Function.APPROVE_HOLD), _DATA),
    _Place("Releases", "sharing:releases", "forward", "g y", _SHARING, _DATA),
    _Place("Retention", "retention:calendar", "clock", "g k", _KEEPING, _DATA),
    _Place("Messages", "notices:messages", "bell", "g i", None, _ME),
    _Place("My rights", "access:why", "shield", "g m", None, _ME),
    _Place("My training", "roster:mine", "book", "", None, _ME),
    _Place("My account", "accounts:account", "lock", "g u", None, _ME),
    _Place("My plates", "misuse:plates", "car", "", None, _ME),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the page's frame as `shell`; nothing for pages without a person.

    Args:
        request: the request.
    """
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {}
    decide = _decider(person)
    current = _current(request.path)
    return {
        "shell": Shell(
            agency=person.agency.name,
            person=person.full_name,
            role=person.title,
            nav=[_item(place, decide, current, person) for place in _PLACES],
            is_demonstration=person.agency.is_demonstration,
        )
    }


# where somebody's day begins: the first of these that they may do; whoever may do none learns what they may do at all
_FIRST = (
    (Function.RECEIVE_ALERTS, "alerts:board"),
    (Function.SEARCH, "search:search"),
    (Function.ADMINISTER_USERS, "roster:people"),
    (Function.APPROVE_RETENTION, "retention:calendar"),
    (Function.BROWSE_ACCESS_RECORDS, "audits:access_records"),
    (Function.SIGN_TRAINING, "roster:training"),
    (Function.APPROVE_ACCESS, "roster:approvals"),
    (Function.MANAGE_DEVICES, "accounts:terminals"),
    (Function.REQUEST_RELEASE, "sharing:releases"),
)


def first_place(person: Person) -> str:
    """Return the address of the place where a person's work begins.

    Args:
        person: the person.
    """
    decide = _decider(person)
    allowed = (name for function, name in _FIRST if not isinstance(decide(function), Denied))
    return reverse(next(allowed, "access:why"))


def _decider(person: Person) -> Callable[[Function], policy.Decision]:
    profile, facts, now = profile_of(person.agency), facts_of(person), timezone.now()
    return lru_cache(lambda function: policy.decide_function(profile, facts, function, now))


def _refusal(place: _Place, decide: Callable[[Function], policy.Decision]) -> Denied | None:
    functions = (place.function,) if isinstance(place.function, Function) else place.function or ()
    refusals = [decision for function in functions if isinstance(decision := decide(function), Denied)]
    return refusals[0] if refusals and len(refusals) == len(functions) else None


def _current(path: str) -> str:
    """Return the address of the one place in which a page lies: the innermost."""
    return max(
        (url for place in _PLACES if path.startswith(url := reverse(place.url_name))), key=len, default=""
    )


def _item(
    place: _Place, decide: Callable[[Function], policy.Decision], current: str, person: Person
) -> NavItem:
    url = reverse(place.url_name)
    return NavItem(
        label=place.label,
        url=url,
        icon=place.icon,
        key=place.key,
        is_current=url == current,
        count=unseen_count(person) if place.url_name == "notices:messages" else 0,
        refusal=_refusal(place, decide),
        group=place.group,
    )
