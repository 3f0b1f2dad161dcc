"""The life of an alert, as one table: the checks, the buttons, the events and the documents all come from here."""

from dataclasses import dataclass

from platekeeper.office.alerts.models import AlertState
from platekeeper.policy.vocabulary import Function

A = AlertState


@dataclass(frozen=True)
class Step:
    """What a person can do with an alert.

    Attributes:
        name: in addresses and forms.
        to: the state it leads to.
        function: the right that it needs (GOV-09).
        event: what the ledger calls it.
        label: what the button says.
    """

    name: str
    to: AlertState
    function: Function
    event: str
    label: str


ACKNOWLEDGE = Step("acknowledge", A.ACKNOWLEDGED, Function.RECEIVE_ALERTS, "alert.acknowledged", "I am on it")
VERIFY = Step("verify", A.VERIFIED, Function.VERIFY_ALERT, "alert.verified", "Picture and list agree")
REJECT = Step("reject", A.REJECTED, Function.VERIFY_ALERT, "alert.rejected", "Not this vehicle")
STEPS = {step.name: step for step in (ACKNOWLEDGE, VERIFY, REJECT)}

# state -> the steps that may follow; nothing else may
MOVES: dict[AlertState, tuple[Step, ...]] = {
    A.RAISED: (ACKNOWLEDGE, VERIFY, REJECT),
    A.ACKNOWLEDGED: (VERIFY, REJECT),
    A.VERIFIED: (REJECT,),
    A.REJECTED: (),
}

# what must be looked at, one by one, before an alert counts as verified (ALR-03: characters, state, vehicle)
CHECKS = ("characters", "state", "vehicle")
