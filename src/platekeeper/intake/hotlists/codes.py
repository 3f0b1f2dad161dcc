"""What the codes of lists mean: states, makes, colours, styles, plate types.

Codes are looked up with the digit 0 as the letter O, because NCIC-derived lists write them so; an unknown
code stands for itself.
"""

import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

Vocabulary = Literal["ncic", "usps"]

_US = frozenset(
    (
        *(
            "AK",
            "AL",
            "AR",
            "AS",
            "AZ",
            "CA",
            "CO",
            "CT",
            "DC",
            "DE",
            "FL",
            "GA",
            "GU",
            "HI",
            "IA",
            "ID",
            "IL",
        ),
        *(
            "IN",
            "KS",
            "KY",
            "LA",
            "MA",
            "MD",
            "ME",
            "MI",
            "MN",
            "MO",
            "MP",
            "MS",
            "MT",
            "NC",
            "ND",
            "NE",
            "NH",
        ),
        *(
            "NJ",
            "NM",
            "NV",
            "NY",
            "OH",
            "OK",
            "OR",
            "PA",
            "PR",
            "RI",
            "SC",
            "SD",
            "TN",
            "TX",
            "UT",
            "VA",
            "VI",
        ),
        *("VT", "WA", "WI", "WV", "WY"),
    )
)
_CANADA = frozenset(("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("codes.toml").read_text("utf-8"))


def in_letters(code: str) -> str:
    """Return a code with the digit 0 read as the letter O: `0H` is `OH`."""
    return code.upper().replace("0", "O")


@lru_cache(maxsize=1024)
def region(state: str, vocabulary: Vocabulary = "ncic") -> str:
    """Return the ISO 3166-2 code of a state or province.

    Args:
        state: two letters as decoded by `in_letters`.
        vocabulary: whose letters they are; `NB` is Nebraska in NCIC and New Brunswick in the mail.

    Returns:
        `US-CA`, `CA-ON`; empty if it is not known.
    """
    aliases: dict[str, str] = _table()["region"][vocabulary]
    if state in aliases:
        return aliases[state]
    if state in _US:
        return f"US-{state}"
    return f"CA-{state}" if state in _CANADA else ""


@lru_cache(maxsize=4096)
def words(kind: Literal["make", "style", "plate_type"], code: str) -> str:
    """Return a code in words; the code itself if it is unknown."""
    names: dict[str, str] = _table()[kind]
    return names.get(in_letters(code), code)


@lru_cache(maxsize=4096)
def color_words(code: str) -> str:
    """Return a colour in words: `WHI` is white, `0NG/WHI` orange/white, `BLU/BLU` blue."""
    names: dict[str, str] = _table()["color"]
    parts = dict.fromkeys(names.get(in_letters(part), part) for part in code.split("/") if part)
    return "/".join(parts)
