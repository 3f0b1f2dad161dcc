"""What the apps above know of an inquiry besides its own words, asked before the policy decides.

An app registers its screen when it is ready, so `open_access` asks them all without importing any: no page, interface
or report can open an access past the misuse detectors and the registry of sensitive places (PUR-05, PUR-06, PUR-08).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias

from platekeeper.office.access.inquiries import Cover, Inquiry, Lookup, Screening
from platekeeper.office.accounts.models import Agency, Person
from platekeeper.office.statements import ask_together
from platekeeper.policy import Approval

Screen: TypeAlias = Callable[[Person, Agency, Inquiry, datetime], Iterable[Screening | Lookup]]
Consents: TypeAlias = Callable[[Person, Agency, Inquiry, datetime], tuple[Approval, ...]]
Covers: TypeAlias = Callable[[Person, datetime], Iterable[Cover]]
_SCREENS: dict[str, Screen] = {}
_CONSENTS: dict[str, Consents] = {}
_COVERS: dict[str, Covers] = {}


def register(
    name: str,
    *,
    screen: Screen | None = None,
    consents: Consents | None = None,
    covers: Covers | None = None,
) -> None:
    """Have inquiries screened, or consents of second persons found, from now on.

    Args:
        name: of the app; registering it again changes nothing.
        screen: says what is known of an inquiry, or what the database must be asked to know it.
        consents: finds who consented to exactly this inquiry; asked only where a consent would lift a refusal.
        covers: finds the releases under which somebody may look up for another agency.
    """
    if screen is not None:
        _SCREENS[name] = screen
    if consents is not None:
        _CONSENTS[name] = consents
    if covers is not None:
        _COVERS[name] = covers


def screens(person: Person, agency: Agency, inquiry: Inquiry, now: datetime) -> list[Screening | Lookup]:
    """Return what all screens know, and what they must look up.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: what is asked.
        now: the present time.
    """
    return [found for screen in _SCREENS.values() for found in screen(person, agency, inquiry, now)]


def joined(found: Iterable[Screening]) -> Screening:
    """Return what several screens together found.

    Args:
        found: each screen's.
    """
    found = list(found)
    return Screening(
        flags=frozenset().union(*(one.flags for one in found)),
        sensitive_place=any(one.sensitive_place for one in found),
        released_to=next((one.released_to for one in found if one.released_to), None),
    )


def screened(person: Person, agency: Agency, inquiry: Inquiry, now: datetime) -> Screening:
    """Return what all screens together found.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: what is asked.
        now: the present time.
    """
    found = screens(person, agency, inquiry, now)
    lookups = [one for one in found if isinstance(one, Lookup)]
    told = [
        lookup.told(rows)
        for lookup, rows in zip(lookups, ask_together(*(one.ask for one in lookups)), strict=True)
    ]
    return joined([*(one for one in found if isinstance(one, Screening)), *told])


def consented(person: Person, agency: Agency, inquiry: Inquiry, now: datetime) -> tuple[Approval, ...]:
    """Return the consents of second persons to exactly this inquiry.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: what is asked.
        now: the present time.
    """
    return tuple(
        approval for consents in _CONSENTS.values() for approval in consents(person, agency, inquiry, now)
    )


def covers_for(person: Person, now: datetime) -> list[Cover]:
    """Return the approved releases under which a person may look up for another agency (SRC-05).

    Args:
        person: who asks.
        now: the present time.
    """
    return [cover for covers in _COVERS.values() for cover in covers(person, now)]
