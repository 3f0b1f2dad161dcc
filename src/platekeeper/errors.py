"""The one root of the errors that a person is meant to read."""


class PlatekeeperError(Exception):
    """Something a person can mend; its text is one sentence that names the remedy.

    Each package derives its own base from it (`PolicyError`, `LedgerError`, ...); the command line prints the
    sentence and exits with 1, never with a traceback.
    """
