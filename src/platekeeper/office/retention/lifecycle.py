"""Where a hold and a request for deleted data may go from where they stand, and in whose role (HLD, RET-07).

What must hold about it stands in the database; this is the same order for buttons and words.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from platekeeper.office.retention.models import HoldStep, HoldStepName
from platekeeper.policy import Function
from platekeeper.policy.holds import HoldStep as PolicyStep
from platekeeper.policy.old_data import OldDataStep as PolicyOldDataStep

ANSWER_WITHIN = timedelta(days=30)  # then the investigator's commanding officer is told (HLD-05)
# steps that say something of a hold without moving it
_REMARKS = frozenset({HoldStepName.BOOK, HoldStepName.ASK, HoldStepName.ESCALATE, HoldStepName.VERIFY})


@dataclass(frozen=True)
class HoldMove:
    """A step that people take with a hold.

    Attributes:
        step: what is stored.
        policy: what the policy is asked about; None where it has no word on it.
        function: which right it takes.
        label: what the button says.
    """

    step: HoldStepName
    policy: PolicyStep | None
    function: Function
    label: str


APPROVE = HoldMove(HoldStepName.APPROVE, PolicyStep.APPROVE, Function.APPROVE_HOLD, "Approve")
REFUSE = HoldMove(HoldStepName.REFUSE, PolicyStep.APPROVE, Function.APPROVE_HOLD, "Refuse")
BOOK = HoldMove(HoldStepName.BOOK, PolicyStep.BOOK, Function.REQUEST_HOLD, "Note the booking")
VERIFY = HoldMove(HoldStepName.VERIFY, PolicyStep.VERIFY, Function.REQUEST_HOLD, "Still needed")
ASK_RELEASE = HoldMove(HoldStepName.ASK_RELEASE, None, Function.REQUEST_HOLD, "Ask for release")
RELEASE = HoldMove(HoldStepName.RELEASE, PolicyStep.RELEASE, Function.APPROVE_HOLD, "Release")

HOLD_MOVES: dict[HoldStepName, tuple[HoldMove, ...]] = {
    HoldStepName.REQUEST: (APPROVE, REFUSE),
    HoldStepName.APPROVE: (VERIFY, BOOK, ASK_RELEASE),
    HoldStepName.ASK_RELEASE: (RELEASE,),
    HoldStepName.REFUSE: (),
    HoldStepName.RELEASE: (),
}


def state_of(steps: list[HoldStep]) -> HoldStepName:
    """Return where a hold stands: its latest step that moved it.

    Args:
        steps: all its steps, in order.
    """
    return next(name for name in (HoldStepName(one.step) for one in reversed(steps)) if name not in _REMARKS)


def verified_at(steps: list[HoldStep]) -> datetime | None:
    """Return when somebody last said that a hold is needed: its approval counts as the first time.

    Args:
        steps: all its steps, in order.
    """
    said = {HoldStepName.APPROVE, HoldStepName.VERIFY}
    return next((one.taken_at for one in reversed(steps) if one.step in said), None)


@dataclass(frozen=True)
class OldDataMove:
    """A step in the chain of four.

    Attributes:
        step: what is stored.
        policy: what the policy is asked about.
        function: which right it takes.
        label: what the button says.
        done: how the chain shows it.
        who: whose turn it is.
    """

    step: str
    policy: PolicyOldDataStep
    function: Function
    label: str
    done: str
    who: str


OLD_DATA_CHAIN: tuple[OldDataMove, ...] = (
    OldDataMove("REQUEST", PolicyOldDataStep.REQUEST, Function.REQUEST_HOLD,
                "Ask", "Requested", "Investigator"),
    OldDataMove("SUBMIT", PolicyOldDataStep.SUBMIT, Function.APPROVE_HOLD,
                "Write the form", "Form written", "Investigator's commanding officer"),
    OldDataMove("APPROVE", PolicyOldDataStep.APPROVE, Function.PURGE,
                "Approve", "Approved", "Bureau's commanding officer"),
    OldDataMove("EXECUTE", PolicyOldDataStep.EXECUTE, Function.SEARCH_DELETED,
                "Run the approved query", "Query run", "Administrator"),
    OldDataMove("HAND_OVER", PolicyOldDataStep.HAND_OVER, Function.SEARCH_DELETED,
                "Hand over", "Handed over", "Administrator"),
)  # fmt: skip


def next_move(taken: list[str]) -> OldDataMove | None:
    """Return what comes next in the chain of a request, or None where it is at its end.

    Args:
        taken: the steps so far.
    """
    if "REFUSE" in taken:
        return None
    return next((move for move in OLD_DATA_CHAIN if move.step not in taken), None)
