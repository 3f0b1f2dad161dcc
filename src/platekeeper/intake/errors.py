"""The base of this package's errors."""

from platekeeper.errors import PlatekeeperError


class IntakeError(PlatekeeperError):
    """Something that was sent cannot be taken as it is."""
