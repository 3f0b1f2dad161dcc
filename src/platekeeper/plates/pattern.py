"""What a person types into a plate search: whole plates, partial plates, wildcards, look-alikes.

A pattern carries what an index needs (`bigrams`), what decides (`regex`, which means the same to Python and
to PostgreSQL), and how much is known. Whether so little may be searched without a time window is the caller's
rule.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from platekeeper.plates.errors import PlatesError
from platekeeper.plates.text import LONGEST_PLATE, LOOKALIKES, fold, normalize

FEWEST_KNOWN = 2
_MOST_RUNS = 4
_LONGEST_INPUT = 64
_SEPARATORS = frozenset("-._/·•'’–—")
_ONE, _RUN = "?", "*"
_WILDCARDS = str.maketrans("？＊", _ONE + _RUN)  # as full-width keyboards write them


class PatternKind(StrEnum):
    """Whether a pattern names one text or many."""

    EXACT = "exact"
    WILDCARD = "wildcard"


@dataclass(frozen=True)
class PlatePattern:
    """A plate pattern in normal form; make one with `parse`, `containing` or `looking_like`.

    Attributes:
        text: A-Z, 0-9, `?` for one unknown character, `*` for any run of them, also of none.
        lookalike: whether characters of one look-alike class count as equal.
    """

    text: str
    lookalike: bool = False

    @classmethod
    def parse(cls, text: str, *, lookalike: bool = False) -> "PlatePattern":
        """Read a whole plate or one with wildcards.

        Args:
            text: as typed: `8ABC123`, `8abc-1?3`, `7AB*`; `?` is one unknown character, `*` any run.
            lookalike: whether `0` shall also find `O`, and so on.

        Raises:
            PlatesError: empty, too long, fewer than two known characters, or characters no plate has.
        """
        pattern = cls(_parsed(text), lookalike)
        if pattern.kind is PatternKind.WILDCARD and pattern.known_characters < FEWEST_KNOWN:
            raise PlatesError(
                f"A search with wildcards needs at least {FEWEST_KNOWN} known characters: "
                "add what the witness remembers."
            )
        return pattern

    @classmethod
    def containing(cls, text: str, *, lookalike: bool = False) -> "PlatePattern":
        """Read a partial plate that may stand anywhere in the whole one; wildcards inside are allowed.

        Raises:
            PlatesError: as `parse`.
        """
        return cls.parse(f"{_RUN}{_parsed(text)}{_RUN}", lookalike=lookalike)

    @classmethod
    def looking_like(cls, text: str) -> "PlatePattern":
        """Read a plate, possibly with wildcards, that shall also find its look-alikes.

        Raises:
            PlatesError: as `parse`.
        """
        return cls.parse(text, lookalike=True)

    @cached_property
    def kind(self) -> PatternKind:
        """Exact if every character is known and no wildcard occurs (look-alikes may still widen it)."""
        return PatternKind.WILDCARD if {_ONE, _RUN} & set(self.text) else PatternKind.EXACT

    @cached_property
    def known_characters(self) -> int:
        """How many characters are given."""
        return sum(c not in _ONE + _RUN for c in self.text)

    @cached_property
    def fold(self) -> str:
        """The look-alike key of an exact pattern (wildcards stay as they are)."""
        return fold(self.text)

    @cached_property
    def bigrams(self) -> tuple[str, ...]:
        """Pairs that every matching plate's `bigrams` contain; empty where no two known ones touch."""
        framed = f"^{self.text}$"
        open_ended = {_ONE, _RUN} | (set(LOOKALIKES) if self.lookalike else set())
        return tuple(dict.fromkeys(a + b for a, b in pairwise(framed) if not {a, b} & open_ended))

    @cached_property
    def regex(self) -> str:
        """The pattern as an anchored regular expression; Python and PostgreSQL read it alike."""
        return f"^{''.join(self._piece(c) for c in self.text)}$"

    def _piece(self, character: str) -> str:
        if character == _ONE:
            return "[A-Z0-9]"
        if character == _RUN:
            return "[A-Z0-9]*"
        return f"[{LOOKALIKES[character]}]" if self.lookalike and character in LOOKALIKES else character

    def matches(self, norm: str) -> bool:
        """Tell whether a plate in normal form fits."""
        return re.fullmatch(self.regex, norm) is not None


def _parsed(text: str) -> str:
    if len(text) > _LONGEST_INPUT:
        raise PlatesError(f"A plate has at most {LONGEST_PLATE} characters: shorten what you typed.")
    typed = unicodedata.normalize("NFC", text).translate(_WILDCARDS)
    pieces = [
        c if c in (_ONE, _RUN) else _known(c) for c in typed if c not in _SEPARATORS and not c.isspace()
    ]
    pattern = re.sub(r"\*[*?]*", _runs_last, "".join(pieces))
    known = pattern.replace(_RUN, "")
    if not known.replace(_ONE, ""):
        raise PlatesError("Type at least one letter or digit of the plate.")
    if len(known) > LONGEST_PLATE:
        raise PlatesError(f"A plate has at most {LONGEST_PLATE} characters: shorten what you typed.")
    if pattern.count(_RUN) > _MOST_RUNS:
        raise PlatesError(f"A search takes at most {_MOST_RUNS} stars: use ? for single unknown characters.")
    return pattern


def _known(character: str) -> str:
    norm = normalize(character)
    if not norm:
        raise PlatesError(
            "A plate has letters and digits only (? for one unknown character, * for any run): "
            f"take out {character!r}."
        )
    return norm


def _runs_last(run: re.Match[str]) -> str:
    """Write a run and the single unknowns beside it in one way: `*?*` and `*?` are both `?*`."""
    return _ONE * run.group().count(_ONE) + _RUN
