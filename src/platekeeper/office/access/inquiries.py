"""What somebody asks for, and what is known of it besides its own words: facts, no decision."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from platekeeper.office.access.queries import OwnRecord
from platekeeper.office.statements import Ask, Rows
from platekeeper.policy import Function
from platekeeper.policy.vocabulary import MisuseFlag, RecipientClass


@dataclass(frozen=True, kw_only=True)
class Cover:
    """An approved request for release, under which another agency gets to know reads (SHR-03, SRC-05).

    Attributes:
        id: the request's number.
        recipient: who receives them, as access records and packages say it.
        recipient_class: what kind of agency that is.
        purpose: code of the purpose that it was approved for.
        case_number: under which it was approved.
        plates: those that it names; nothing else is looked up under it. Empty where it names none.
    """

    id: UUID
    recipient: str
    recipient_class: RecipientClass
    purpose: str
    case_number: str
    plates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inquiry:
    """What somebody asks for, and why.

    Attributes:
        function: what they want to do.
        purpose: code of an authorised purpose.
        case_number: case or incident number, may be empty where the policy allows it.
        reason: in their own words.
        query: the elements of the question, as they will stand in the record; `release` is the number of the request
            for release under which it is asked.
        on_behalf_of: whom the answer is for, if not the person (SRC-05).
        read_ids: the only reads that it is about, if it is about single ones.
        asked_from: start of the time asked about; None means as far back as visible.
        asked_to: its end, exclusive; None means up to now.
        approved_query: whether it is the query of an approved request for deleted data (RET-07).
        parent: the record in the course of which it is asked.
        source: where it was asked from.
    """

    function: Function
    purpose: str = ""
    case_number: str = ""
    reason: str = ""
    query: dict[str, Any] = field(default_factory=dict)
    on_behalf_of: str = ""
    read_ids: tuple[UUID, ...] | None = None
    asked_from: datetime | None = None
    asked_to: datetime | None = None
    approved_query: bool = False
    parent: OwnRecord | None = None
    source: str = ""

    @property
    def release(self) -> UUID | None:
        """The request for release under which it is asked, or None."""
        number = self.query.get("release")
        return UUID(str(number)) if number else None


@dataclass(frozen=True, kw_only=True)
class Screening:
    """What one screen found; facts for the policy, no decision.

    Attributes:
        flags: what the misuse detectors found.
        sensitive_place: whether the inquiry touches a registered lawful event or sensitive place.
        released_to: what kind of agency an approved release lets this be asked for; None where none does.
    """

    flags: frozenset[MisuseFlag] = frozenset()
    sensitive_place: bool = False
    released_to: RecipientClass | None = None


@dataclass(frozen=True)
class Lookup:
    """What a screen must ask the database first; all that are asked of an inquiry travel together.

    Attributes:
        ask: the statement.
        told: says what its rows mean.
    """

    ask: Ask
    told: Callable[[Rows], Screening]
