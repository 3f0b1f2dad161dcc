"""What is wrong with a message, in one sentence for whoever maintains the sender."""

import re

import msgspec

from platekeeper.errors import PlatekeeperError

_PLACE = re.compile(r" - at (?:`(?:key|value)` in )?`\$\.?(?P<field>.*)`$")
_FORM = re.compile(r"Expected `str` matching regex .*", re.DOTALL)

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no message."""


class WireError(PlatekeeperError):
    """A message that cannot be taken; names the field and the remedy."""

    @classmethod
    def of(cls, error: Exception, *, what: str) -> "WireError":
        """Say a decoder's complaint as a sentence.

        Args:
            error: one of `UNDECODABLE`.
            what: the message in a word or two: "batch", "line 3".
        """
        if isinstance(error, RecursionError):
            return cls(f"The {what} is nested too deeply: send plain objects.")
        if not isinstance(error, msgspec.ValidationError):
            return cls(f"The {what} is no complete JSON ({error}): send it again whole, as UTF-8.")
        place = _PLACE.search(str(error))
        field = place["field"] if place else ""
        complaint = _FORM.sub(
            "it has another form, or characters that cannot be seen", _PLACE.sub("", str(error))
        )
        where = f"In the {what}, {field}: " if field else f"The {what} cannot be taken: "
        return cls(f"{where}{complaint[:1].lower()}{complaint[1:]}; correct the sender and send it again.")
