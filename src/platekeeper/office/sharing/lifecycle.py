"""The way of a request for release, as one table: buttons, checks, events and words all come from here.

What must hold about it stands in the database (sql/sharing.sql);
what the policy asks before a step, in `policy.sharing`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from platekeeper.office.sharing.models import StepName
from platekeeper.policy import Function


class ReleaseState(StrEnum):
    """Where a request stands."""

    ASKED = "ASKED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    RELEASED = "RELEASED"


@dataclass(frozen=True)
class Move:
    """A step that a person takes with a request.

    Attributes:
        step: what is stored.
        function: the right that it needs (GOV-09).
        label: what the button says.
        statement: what must be stated; empty where the policy's own fields are.
    """

    step: StepName
    function: Function
    label: str
    statement: str = ""


APPROVE = Move(StepName.APPROVE, Function.APPROVE_RELEASE, "Approve")
REFUSE = Move(StepName.REFUSE, Function.APPROVE_RELEASE, "Refuse", "Why it is refused")
WITHDRAW = Move(StepName.WITHDRAW, Function.REQUEST_RELEASE, "Withdraw", "Why it is withdrawn")

# state -> the steps that may follow; packing and handing over are taken with the package itself (office.evidence)
MOVES: dict[ReleaseState, tuple[Move, ...]] = {
    ReleaseState.ASKED: (APPROVE, REFUSE, WITHDRAW),
    ReleaseState.APPROVED: (WITHDRAW,),
    ReleaseState.REFUSED: (),
    ReleaseState.WITHDRAWN: (),
    ReleaseState.RELEASED: (),
}
# a package that is sealed says something of a request without moving it
_LEADS_TO = {
    StepName.ASK: ReleaseState.ASKED,
    StepName.APPROVE: ReleaseState.APPROVED,
    StepName.REFUSE: ReleaseState.REFUSED,
    StepName.WITHDRAW: ReleaseState.WITHDRAWN,
    StepName.RELEASE: ReleaseState.RELEASED,
}


def state_after(steps: Iterable[str]) -> ReleaseState:
    """Return where a request stands: its latest step that moved it.

    Args:
        steps: names of all its steps, in order.
    """
    moved = [_LEADS_TO[StepName(step)] for step in steps if StepName(step) in _LEADS_TO]
    return moved[-1]
