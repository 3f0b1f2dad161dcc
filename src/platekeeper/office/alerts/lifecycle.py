"""The life of an alert, as one table: the checks, the buttons, the events and the database's own rules come from here.

What must be on file before a step is the policy's business (`policy.alerts`); which step can follow where an alert
stands is this table's. `migrations` write it into `alert_move`, so that not even raw SQL takes another way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from platekeeper.office.alerts.models import AlertState
from platekeeper.policy.alerts import AlertStep as Asked
from platekeeper.policy.vocabulary import Function

A = AlertState


@dataclass(frozen=True)
class Step:
    """What can be done with an alert.

    Attributes:
        name: in addresses, forms and rows.
        to: the state it leads to; None where the alert stays where it is.
        origins: the states in which it can be taken.
        function: the right that it needs (GOV-09); None for what no person does.
        event: what the ledger calls it.
        label: what a history says.
        asks: the question that the policy is asked before; None where it has no say.
        excuse: the field of `policy.alerts.AlertFile` that its reason fills, for steps that stand for a check left out.
        obligation: the check that it stands for.
    """

    name: str
    to: AlertState | None
    origins: frozenset[AlertState]
    function: Function | None
    event: str
    label: str
    asks: Asked | None = None
    excuse: str = ""
    obligation: str = ""


# Open, from the sound to the stop; a step never leads back along this line.
WORKING = (A.RAISED, A.ACKNOWLEDGED, A.STATUS_CONFIRMED, A.VERIFIED, A.SUSPICION_STATED)
_OPEN = frozenset({*WORKING, A.CONTRADICTED})
_UNSEEN = frozenset({A.RAISED, A.ACKNOWLEDGED, A.STATUS_CONFIRMED})

ACKNOWLEDGE = Step(
    "acknowledge", A.ACKNOWLEDGED, frozenset({A.RAISED}), Function.RECEIVE_ALERTS, "alert.acknowledged",
    "Looks at it", asks=Asked.ACKNOWLEDGE,
)  # fmt: skip
ASK_STATUS = Step(
    "ask-status", None, _OPEN, Function.RECEIVE_ALERTS, "alert.status-asked", "Asked dispatch for the status"
)
CONFIRM_STATUS = Step(
    "confirm-status", A.STATUS_CONFIRMED, _OPEN, Function.VERIFY_ALERT, "alert.status-confirmed",
    "Status confirmed", asks=Asked.CONFIRM_STATUS,
)  # fmt: skip
NO_ANSWER = Step(
    "no-answer", None, _OPEN, Function.VERIFY_ALERT, "alert.status-unanswered",
    "Asked for the status, no answer", asks=Asked.CONFIRM_STATUS,
)  # fmt: skip
ENTRY_WITHDRAWN = Step(
    "entry-withdrawn", A.WITHDRAWN, _OPEN, Function.VERIFY_ALERT, "alert.entry-withdrawn",
    "The entry no longer stands", asks=Asked.CONFIRM_STATUS,
)  # fmt: skip
IMPRACTICABLE = Step(
    "impracticable", None, _OPEN, Function.VERIFY_ALERT, "alert.status-impracticable",
    "Confirming the status was not practicable", excuse="status_impracticable", obligation="ALR-02",
)  # fmt: skip
EXIGENT = Step(
    "exigent", None, _OPEN, Function.VERIFY_ALERT, "alert.exigency-stated",
    "Exigent circumstances stated", excuse="exigency", obligation="ALR-05",
)  # fmt: skip
VERIFY = Step(
    "verify", A.VERIFIED, _UNSEEN, Function.VERIFY_ALERT, "alert.verified", "Picture and list agree",
    asks=Asked.VERIFY_VISUALLY,
)  # fmt: skip
DIFFER = Step(
    "differ", A.CONTRADICTED, frozenset(WORKING), Function.VERIFY_ALERT, "alert.contradicted",
    "State or vehicle contradict the list", asks=Asked.VERIFY_VISUALLY,
)  # fmt: skip
SECOND_LOOK = Step(
    "second-look", A.VERIFIED, frozenset({A.CONTRADICTED}), Function.VERIFY_ALERT, "alert.looked-at-again",
    "A second person finds that they agree", asks=Asked.VERIFY_VISUALLY,
)  # fmt: skip
UNSEEN = Step(
    "unseen", None, _UNSEEN, Function.VERIFY_ALERT, "alert.look-omitted", "The pictures were not compared",
    excuse="visual_omitted", obligation="ALR-03",
)  # fmt: skip
STATE_SUSPICION = Step(
    "state-suspicion", A.SUSPICION_STATED, frozenset(WORKING), Function.VERIFY_ALERT, "alert.suspicion-stated",
    "Reasonable suspicion stated", asks=Asked.STATE_SUSPICION,
)  # fmt: skip
STOP = Step(
    "stop", A.STOPPED, frozenset(WORKING), Function.RECORD_DISPOSITION, "alert.stopped", "Stopped the vehicle",
    asks=Asked.STOP,
)  # fmt: skip
CLOSE = Step(
    "close", A.CLOSED, _OPEN | {A.STOPPED}, Function.RECORD_DISPOSITION, "alert.closed", "Closed",
    asks=Asked.CLOSE,
)  # fmt: skip
REJECT = Step("reject", A.REJECTED, _OPEN, Function.VERIFY_ALERT, "alert.rejected", "Not this vehicle")
# what a stop found wrong still needs its disposition; what is closed stays closed
ENTRY_WRONG = Step(
    "entry-wrong", A.WITHDRAWN, _OPEN | {A.STOPPED, A.CLOSED, A.REJECTED, A.WITHDRAWN}, Function.VERIFY_ALERT,
    "alert.entry-wrong", "The entry is wrong and cancelled here",
)  # fmt: skip
# of every other alert that stands on the same entry alone (HOT-10)
ENTRY_CANCELLED = Step(
    "entry-cancelled", A.WITHDRAWN, _OPEN | {A.STOPPED}, None, "alert.entry-cancelled",
    "The entry was found wrong and cancelled",
)  # fmt: skip
REVISE = Step(
    "revise", A.WITHDRAWN, _OPEN | {A.STOPPED}, None, "alert.withdrawn", "A later reading no longer matches"
)
RESTORE = Step(
    "restore",
    A.RAISED,
    frozenset({A.WITHDRAWN}),
    None,
    "alert.restored",
    "A still later reading matches again",
)
EXPIRE = Step("expire", A.EXPIRED, _OPEN, None, "alert.expired", "Nobody dealt with it in time")

ALL_STEPS = (
    ACKNOWLEDGE, ASK_STATUS, CONFIRM_STATUS, NO_ANSWER, ENTRY_WITHDRAWN, IMPRACTICABLE, EXIGENT, VERIFY, DIFFER,
    SECOND_LOOK, UNSEEN, STATE_SUSPICION, STOP, CLOSE, REJECT, ENTRY_WRONG, ENTRY_CANCELLED, REVISE, RESTORE, EXPIRE,
)  # fmt: skip
# what people do; the rest is the system's
STEPS: Mapping[str, Step] = MappingProxyType({step.name: step for step in ALL_STEPS if step.function})
LABELS: Mapping[str, str] = MappingProxyType({step.name: step.label for step in ALL_STEPS})


def state_after(state: AlertState, step: Step) -> AlertState:
    """Return where a step leads from where an alert stands: never back along the way to a stop.

    Args:
        state: where it stands; one of the step's origins.
        step: the step.
    """
    undoes = step in {ENTRY_WRONG, ENTRY_CANCELLED, REVISE}
    if step.to is None or (state in {A.STOPPED, A.CLOSED, A.REJECTED} and undoes):
        return state
    if state is A.CONTRADICTED and step is CONFIRM_STATUS:
        return state  # a confirmed entry does not make the vehicle the listed one
    if state in WORKING and step.to in WORKING:
        return max(state, step.to, key=WORKING.index)
    return step.to


# state -> step -> the state after it; nothing else may follow
MOVES: Mapping[AlertState, Mapping[Step, AlertState]] = MappingProxyType(
    {
        state: {step: state_after(state, step) for step in ALL_STEPS if state in step.origins}
        for state in AlertState
    }
)
FINISHED = frozenset({A.CLOSED, A.REJECTED, A.WITHDRAWN, A.EXPIRED})
