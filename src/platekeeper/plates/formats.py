"""Which serials the states and countries issue, as a table (`formats.toml`), and re-ranking by it.

A format only ranks what a reader already offers; it never changes a character. Personalised plates follow no
rule, so a text outside every format loses weight, not its place in the list.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import product

_PLACEHOLDERS = {"#": "[0-9]", "&": "[1-9]", "@": "[A-Z]", "%": "[A-HJ-NPR-Z]"}
_PERSONALISED = "personalised"
_WEIGHTS = {"common": 1.0, "occasional": 0.4, "rare": 0.15, _PERSONALISED: 0.03}
_TWICE_AS_WIDE = ("US", "CA", "MX")
"""Countries whose plates are 12 by 6 inches (SAE J686), and never four times as wide as high as Europe's are."""
UNFORMATTED_WEIGHT = 0.02
"""Weight of a text that no format explains: about the share of personalised and foreign plates on a road."""


@dataclass(frozen=True)
class PlateFormat:
    """One form of serial.

    Attributes:
        region: ISO 3166-2 (`US-CA`) or, for a whole country, 3166-1 alpha-2 (`DE`).
        kind: what carries it: passenger, commercial, trailer, motorcycle, exempt, disabled, ...
        pattern: `#` digit, `&` digit 1-9, `@` letter, `%` letter without I, O, Q, others stand for
            themselves, `[...]` one of, `{m,n}` repeats.
        weight: how common in its region, in (0, 1].
        personalised: whether its owner chose the text, so that nearly any text fits.
    """

    region: str
    kind: str
    pattern: str
    weight: float
    personalised: bool = False

    def matches(self, norm: str) -> bool:
        """Tell whether a text in normal form has this form."""
        return _compiled(self.pattern).fullmatch(norm) is not None


@dataclass(frozen=True)
class RankedText:
    """A candidate after re-ranking.

    Attributes:
        text: the candidate, unchanged.
        confidence: the reader's, unchanged, in [0, 1].
        score: confidence times weight, in [0, 1]; for ordering only.
        format: the most common format that explains it, if any.
        was: its place before, from 0.
    """

    text: str
    confidence: float
    score: float
    format: PlateFormat | None
    was: int


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_PLACEHOLDERS.get(c, c) for c in pattern))


@cache
def all_formats() -> tuple[PlateFormat, ...]:
    """Return the whole table, region by region, in each the more common first."""
    table = tomllib.loads(resources.files(__package__).joinpath("formats.toml").read_text("utf-8"))
    return tuple(f for region, kinds in table.items() for f in _formats_of(region, kinds))


def _formats_of(region: str, kinds: Mapping[str, Mapping[str, list[str]]]) -> list[PlateFormat]:
    return [
        PlateFormat(region, kind, pattern, weight, personalised=share == _PERSONALISED)
        for share, weight in _WEIGHTS.items()
        for kind, patterns in kinds.get(share, {}).items()
        for pattern in patterns
    ]


@cache
def _formats_in(region: str | None, wide: bool = False) -> tuple[PlateFormat, ...]:
    there = tuple(f for f in all_formats() if region in (None, f.region) or f.region.startswith(f"{region}-"))
    return tuple(f for f in there if not (wide and f.region.partition("-")[0] in _TWICE_AS_WIDE))


def formats_matching(
    text: str, region: str | None = None, *, personalised: bool = False, wide: bool = False
) -> tuple[PlateFormat, ...]:
    """Return the formats that explain a plate text, the most common first.

    Args:
        text: a plate in normal form.
        region: `US-CA` for one state, `US` or `DE` for a country, None for everywhere.
        personalised: whether forms that nearly any text has count too.
        wide: as for `rerank`.

    Returns:
        Empty if none does: a personalised plate, a misread one, or a region outside the table.

    Source:
        formats 4
    """
    found = [f for f in _formats_in(region, wide) if f.personalised <= personalised and f.matches(text)]
    return tuple(sorted(found, key=lambda f: -f.weight))


@lru_cache(maxsize=65_536)
def may_be_serial(listed: str, region: str) -> bool:
    """Tell whether a list's text can be a serial of its state, whichever of its digits 0 stand for the letter O.

    Texts that somebody chose are no serials: nearly any text could be one.

    Args:
        listed: a plate in normal form, as a list spells it.
        region: as for `formats_matching`; empty where nobody knows, or without formats: nothing can be told then.

    Source:
        formats 4 (of the plates that look like a Californian one, 6 in 100 are Californian serials); HOT-04
    """
    if not region or not _formats_in(region):
        return True
    spellings = product(*("0O" if character == "0" else character for character in listed))
    return any(formats_matching("".join(spelling), region) for spelling in spellings)


def _most_common(text: str, region: str | None, wide: bool) -> PlateFormat | None:
    """Return the most common format of a region that explains a text, personalised ones included."""
    falling, alternatives = _alternatives(region, wide)
    match = alternatives.fullmatch(text)
    return falling[match.lastindex - 1] if match and match.lastindex else None


@cache
def _alternatives(region: str | None, wide: bool) -> tuple[tuple[PlateFormat, ...], re.Pattern[str]]:
    # one expression, the most common format first: trying hundreds one by one is what re-ranking would cost
    falling = tuple(sorted(_formats_in(region, wide), key=lambda f: -f.weight))
    return falling, re.compile("|".join(f"({_compiled(f.pattern).pattern})" for f in falling) or "(?!)")


def rerank(
    candidates: Iterable[tuple[str, float]],
    region: str | None = None,
    *,
    strength: float = 1.0,
    wide: bool = False,
) -> tuple[RankedText, ...]:
    """Order a reader's candidates by confidence and by how well the region's formats explain them.

    Args:
        candidates: normal form and confidence in [0, 1], the reader's best first.
        region: as for `formats_matching`; without formats for it the order is the reader's.
        strength: how much formats count, from 0 (not at all) to 1; the weight's exponent.
        wide: whether the plate is so wide that none of the United States, Canada or Mexico can have issued it.

    Returns:
        Every candidate once, best first; the reader's first choice is the one with `was == 0`.
    """
    known = bool(_formats_in(region, wide))
    ranked = []
    for was, (text, confidence) in enumerate(candidates):
        best = _most_common(text, region, wide)
        weight = best.weight if best else UNFORMATTED_WEIGHT
        ranked.append(
            RankedText(text, confidence, confidence * (weight**strength if known else 1.0), best, was)
        )
    return tuple(sorted(ranked, key=lambda r: (-r.score, r.was)))
