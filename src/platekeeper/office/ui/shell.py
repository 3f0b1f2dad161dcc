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
        group: the menu it stands in; empty for what is always in sight.
    """

    label: str
    url: str
    icon: str
    key: str = ""
    is_current: bool = False
    count: int = 0
    refusal: Refusal | None = None
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavMenu:
    """Places that belong together, behind one word.

    Attributes:
        label: the word.
        items: the places; at least one of them is open.
    """

    label: str
    items: Sequence[NavItem]

    @property
    def count(self) -> int:
        """Open work in all of them."""
        return sum(item.count for item in self.items)

    @property
    def is_current(self) -> bool:
        """The present page lies in one of them."""
        return any(item.is_current for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The person at the page and the ways open to them.

    Attributes:
        agency: the agency's name as the public knows it.
        person: name of the person logged in.
        role: the role they act in, in words.
        nav: all places of the navigation, in order.
        is_demonstration: the data are invented; said on every page.
    """

    agency: str
    person: str
    role: str
    nav: Sequence[NavItem]
    is_demonstration: bool = False

    @property
    def places(self) -> list[NavItem]:
        """The places that are always in sight."""
        return [item for item in self.nav if not item.group]

    @property
    def menus(self) -> list[NavMenu]:
        """The menus in which something is open to this person; "My rights" explains the others."""
        groups = dict.fromkeys(item.group for item in self.nav if item.group and item.refusal is None)
        return [
            NavMenu(label=group, items=[one for one in self.nav if one.group == group]) for group in groups
        ]
