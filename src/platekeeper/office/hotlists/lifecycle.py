"""What becomes of a request for an entry of the agency's own."""

from enum import StrEnum


class EntryStepName(StrEnum):
    """What somebody can decide about a request."""

    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    ENDED = "ENDED"


class EntryState(StrEnum):
    """How a request stands."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    REFUSED = "REFUSED"
    ENDED = "ENDED"
