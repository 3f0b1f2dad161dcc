"""The way of a package, as one table: the checks, the buttons, the events and the documents all come from here."""

from dataclasses import dataclass
from uuid import UUID

from platekeeper.office.evidence.models import CustodyState
from platekeeper.policy.vocabulary import Function

S = CustodyState


@dataclass(frozen=True)
class Step:
    """What a person can do with a package.

    Attributes:
        name: in addresses and forms.
        to: the state it leads to.
        function: the right that it needs (GOV-09).
        event: what the ledger calls it.
        label: what the button says.
        fields: what must be stated, name and label.
    """

    name: str
    to: CustodyState
    function: Function
    event: str
    label: str
    fields: tuple[tuple[str, str], ...]


WRITE = Step(
    "write", S.WRITTEN, Function.EXPORT, "evidence.written", "Written to a medium",
    (("medium", "Medium and its serial number"), ("verified", "How it was verified on the medium")),
)  # fmt: skip
HAND_OVER = Step(
    "hand-over", S.HANDED_OVER, Function.EXPORT, "evidence.handed-over", "Hand over",
    (("received_by", "Who received it"), ("place", "Where")),
)  # fmt: skip
BOOK = Step(
    "book", S.BOOKED, Function.EXPORT, "evidence.booked", "Book into evidence",
    (("property_number", "Property or evidence number"), ("place", "Where it is kept")),
)  # fmt: skip
REQUEST_DISPOSAL = Step(
    "request-disposal", S.DISPOSAL_REQUESTED, Function.EXPORT, "evidence.disposal-requested", "Request disposal",
    (("disposed_on", "Date of the final disposition"), ("authority", "Who decided it")),
)  # fmt: skip
DISPOSE = Step("dispose", S.DISPOSED, Function.APPROVE_HOLD, "evidence.disposed", "Approve the disposal", ())
DISCARD = Step(
    "discard", S.DISCARDED, Function.EXPORT, "evidence.discarded", "Discard",
    (("reason", "Why it is not needed, and how the copy was destroyed"),),
)  # fmt: skip
STEPS = {step.name: step for step in (WRITE, HAND_OVER, BOOK, REQUEST_DISPOSAL, DISPOSE, DISCARD)}

# state -> the steps that may follow; nothing else may. What is booked leaves only by a final disposition (HLD-02).
MOVES: dict[CustodyState, tuple[Step, ...]] = {
    S.SEALED: (WRITE, DISCARD),
    S.WRITTEN: (HAND_OVER, BOOK, DISCARD),
    S.HANDED_OVER: (BOOK, HAND_OVER),
    S.BOOKED: (HAND_OVER, REQUEST_DISPOSAL),
    S.DISPOSAL_REQUESTED: (DISPOSE, BOOK),
    S.DISPOSED: (),
    S.DISCARDED: (),
}

# until it is in one of these, somebody is reminded (HLD-01)
SETTLED = frozenset({S.BOOKED, S.DISPOSAL_REQUESTED, S.DISPOSED, S.DISCARDED})


def is_settled(state: str, release_id: UUID | None) -> bool:
    """Tell whether nobody is reminded of a package any more: booked or gone, or with whoever it was released to.

    Args:
        state: where it is.
        release_id: the release under which it left, or None.
    """
    return CustodyState(state) in SETTLED or (state == CustodyState.HANDED_OVER and release_id is not None)
