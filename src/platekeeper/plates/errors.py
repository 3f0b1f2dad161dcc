"""The base of this package's errors."""

from platekeeper.errors import PlatekeeperError


class PlatesError(PlatekeeperError):
    """A plate text or a search pattern that cannot be used; the sentence never repeats the plate."""
