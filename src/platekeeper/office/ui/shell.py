"""What the frame around every page needs to know: who is here, for whom, and where they may go.

A context processor of a higher app puts one `Shell` into each request as `shell`; nothing is decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Refusal(Protocol):
    """A decision that denies, as `policy` states it."""

    @property
    def clause(self) -> str:
        """The clause that is enforced, e.g. "El Cajon 427.7(d)"."""

    @property
    def reason(self) -> str:
        """One sentence that says why."""

    @property
    def remedy(self) -> str:
        """One sentence that says what would change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One place to go; a denied one stays in sight and explains itself.

    Attributes:
        label: one or two words.
        url: where it leads; unused where denied.
        icon: a symbol of ui/icons.svg.
        key: strokes that open it, e.g. "g a"; empty for none.
        is_current: the present page lies there.
        count: open work there; 0 shows nothing.
        refusal: why it is closed to this person; None where it is open.
    """

    label: str
    url: str
    icon: str
    key: str = ""
    is_current: bool = False
    count: int = 0
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The person at the page and the ways open to them.

    Attributes:
        agency: the agency's name as the public knows it.
        person: name of the person logged in.
        role: the role they act in, in words.
        nav: the main navigation, in order.
        is_demonstration: the data are invented; said on every page.
    """

    agency: str
    person: str
    role: str
    nav: Sequence[NavItem]
    is_demonstration: bool = False
