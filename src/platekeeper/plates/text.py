"""Plate texts: the normal form, the look-alike key, and the bigrams of the search index.

Three spellings of one plate exist side by side. `raw` is what a producer or a list wrote, kept as it is
(Unicode NFC); only `raw` is ever shown as "what was read". The normal form (`normalize`) is A-Z and 0-9 and
serves for matching and searching. The keys (`match_key`, `fold`) merge characters that are mistaken for each
other; they are never shown.
"""

import re
import unicodedata

LONGEST_PLATE = 16
"""Characters of the longest normal form that is stored; real plates end at 10, lists carry up to 15."""

# Texts that mean "no plate"; NULL and NONE are not here, because people do drive with them as personalised
# plates.
_SENTINELS = frozenset(
    {"UNKNOWN", "UNLICENSED", "UNLICENCED", "UNRECOGNIZED", "UNRECOGNISED", "NOTRECOGNIZED", "NOTRECOGNISED"}
    | {"NOPLATE", "NOPLATES", "NOLICENSE", "NOLICENSEPLATE", "NOLICENCEPLATE", "NOPLATEFOUND"}
    | {"NOPLATEDETECTED", "PLATENOTFOUND", "NOTAVAILABLE", "WITHOUTRECOGNIZEDPLATE"}
)
_LOOKALIKE_LETTERS = str.maketrans(
    "АВЕКМНОРСТУХІЈЅԚԜҮѴӀ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",  # Cyrillic, then Greek
    "ABEKMHOPCTYXIJSQWYVI" + "ABEZHIKMNOPTYX",
)
_OUTSIDE = re.compile(r"[^A-Z0-9]+")
_FOLD = str.maketrans("ODQIZSBG", "00012586")

_CLASSES = ("0ODQ", "1I", "2Z", "5S", "8B", "6G")
LOOKALIKES = {character: group for group in _CLASSES for character in group}
"""Character -> all characters of its look-alike class, itself included; others have no entry."""


def normalize(raw: str) -> str:
    """Return the normal form of a plate text, for matching and searching.

    Full-width and accented characters lose their dress, Cyrillic and Greek letters that look like Latin ones
    become them, letters are upper-cased, other digits become 0-9, everything else (spaces, dots, dashes,
    emblems) is dropped. Never shorten or show the result in place of `raw`.

    Args:
        raw: what was read or typed; any text.

    Returns:
        Only A-Z and 0-9, possibly longer than `LONGEST_PLATE`; empty if nothing is left or the text says that
        there is no plate ("--", "No Plate", "unknown", "unlicensed").

    Source:
        formats 1.2, 4
    """
    text = raw.upper()
    if not (text.isascii() and text.isalnum()):
        text = _plain(raw) if not raw.isascii() else _OUTSIDE.sub("", text)
    return "" if text in _SENTINELS else text


def _plain(raw: str) -> str:
    text = unicodedata.normalize("NFKD", raw).upper().translate(_LOOKALIKE_LETTERS)
    text = "".join(str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in text)
    return _OUTSIDE.sub("", text)


def is_normal(text: str) -> bool:
    """Tell whether a text is a normal form as `normalize` makes them: not empty, A-Z and 0-9, no sentinel."""
    return bool(text) and normalize(text) == text


def match_key(norm: str) -> str:
    """Return the key under which lists and reads meet although a list writes the letter O as the digit 0.

    Args:
        norm: a normal form.

    Returns:
        The same text with every O as 0; for matching only, never shown.

    Source:
        formats 0.4; HOT-04
    """
    return norm.replace("O", "0")


def fold(norm: str) -> str:
    """Return the look-alike key: one character for each class of characters that readers confuse.

    The classes are 0ODQ, 1I, 2Z, 5S, 8B and 6G. The key has the text's length, folding twice changes nothing,
    and it is never shown.

    Args:
        norm: a normal form.

    Source:
        formats 4 (the classes as fielded)
    """
    return norm.translate(_FOLD)


def bigrams(norm: str) -> list[str]:
    """Return the pairs of neighbouring characters, with `^` before the first and `$` after the last.

    Args:
        norm: a normal form, not empty.

    Returns:
        Each pair once, in order of appearance: `7AB` gives `^7 7A AB B$`. Empty for an empty text.

    Source:
        design.md, "One database engine"; the SQL function `plate_bigrams` gives the same set
    """
    framed = f"^{norm}$"
    return list(dict.fromkeys(framed[i : i + 2] for i in range(len(norm) + 1))) if norm else []
