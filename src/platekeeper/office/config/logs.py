"""How log lines look: they never hold a plate or a secret, not even in the words of an exception."""

import logging
import traceback
from types import TracebackType
from typing import TypeAlias

_ExceptionInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


_WELL_KNOWN = "django.security.DisallowedHost"  # its words are the host and what to do about it


class OneLine(logging.Filter):
    """Has a request that was refused for its form, such as one too large, leave one line: no traceback, no contents."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record.

        Args:
            record: any line to be written; only those of Django's refusals are changed.
        """
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
            if record.name != _WELL_KNOWN:
                status = getattr(record, "status_code", 400)
                record.msg, record.args = "A request was refused for its form (%s).", (status,)
        return True


class DiscreetFormatter(logging.Formatter):
    """Writes where an exception came from and what it is called, and leaves out what it says.

    A database's complaint quotes the row that it refused, and a parser's the text that it could not read: plates,
    names, case numbers.
    """

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802  # logging's name
        """Return the traceback without the exceptions' words.

        Args:
            ei: what `sys.exc_info` gave.
        """
        lines: list[str] = []
        for error in reversed(_chain(ei[1])):
            lines += traceback.format_list(traceback.extract_tb(error.__traceback__))
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}\n")
        return "".join(lines).rstrip("\n")


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an exception and those that led to it, latest first."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain
