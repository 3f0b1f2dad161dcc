"""What the apps above know of an inquiry besides its own words, asked before the policy decides.

An app registers its screen when it is ready, so `open_access` asks them all without importing any: no page, interface
or report can open an access past the misuse detectors and the registry of sensitive places (PUR-05, PUR-06, PUR-08).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from platekeeper.office.accounts.models import Agency, Person
from platekeeper.policy import Approval
from platekeeper.policy.vocabulary import MisuseFlag

if TYPE_CHECKING:
    from platekeeper.office.access.operations import Inquiry


@dataclass(frozen=True, kw_only=True)
class Screening:
    """What one screen found; facts for the policy, no decision.

    Attributes:
        flags: what the misuse detectors found.
        sensitive_place: whether the inquiry touches a registered lawful event or sensitive place.
        case_known: what a case registry says of the case number; None where it does not know either way.
    """

    flags: frozenset[MisuseFlag] = frozenset()
    sensitive_place: bool = False
    case_known: bool | None = None


Screen: TypeAlias = Callable[[Person, Agency, "Inquiry", datetime], Screening]
Consents: TypeAlias = Callable[[Person, Agency, "Inquiry", datetime], tuple[Approval, ...]]
_SCREENS: dict[str, Screen] = {}
_CONSENTS: dict[str, Consents] = {}


def register(name: str, *, screen: Screen | None = None, consents: Consents | None = None) -> None:
    """Have inquiries screened, or consents of second persons found, from now on.

    Args:
        name: of the app; registering it again changes nothing.
        screen: says what is known of an inquiry.
        consents: finds who consented to exactly this inquiry; asked only where a consent would lift a refusal.
    """
    if screen is not None:
        _SCREENS[name] = screen
    if consents is not None:
        _CONSENTS[name] = consents


def screened(person: Person, agency: Agency, inquiry: "Inquiry", now: datetime) -> Screening:
    """Return what all screens together found.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: what is asked.
        now: the present time.
    """
    found = [screen(person, agency, inquiry, now) for screen in _SCREENS.values()]
    known = {one.case_known for one in found} - {None}
    return Screening(
        flags=frozenset().union(*(one.flags for one in found)),
        sensitive_place=any(one.sensitive_place for one in found),
        case_known=None if not known else known == {True},
    )


def consented(person: Person, agency: Agency, inquiry: "Inquiry", now: datetime) -> tuple[Approval, ...]:
    """Return the consents of second persons to exactly this inquiry.

    Args:
        person: who asks.
        agency: whose data it is.
        inquiry: what is asked.
        now: the present time.
    """
    return _joined(consents(person, agency, inquiry, now) for consents in _CONSENTS.values())


def _joined(found: Iterable[tuple[Approval, ...]]) -> tuple[Approval, ...]:
    return tuple(approval for one in found for approval in one)
