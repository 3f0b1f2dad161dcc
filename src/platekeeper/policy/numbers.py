r"""The form of case numbers in plain words: nobody who reads a policy should have to read a regular expression.

Only what forms of numbers are made of is spelled out: characters, `\d`, ranges such as `[A-Z]`, groups, alternatives
and counts. Any other pattern is named by a mark of its own, so that a change of it still shows.
"""

import hashlib
import re
from collections.abc import Iterator

_PIECE = re.compile(
    r"(?P<set>\\d|\[A-Z\]|\[A-Z0-9\]|\[0-9\])|\((?:\?:)?(?P<group>[^()]*)\)|(?P<text>\\[^\w\s]|[A-Za-z0-9 /_#-])"
)
_COUNT = re.compile(r"\{(?P<least>\d+)(?:,(?P<most>\d+))?\}|\?")
_SETS = {
    r"\d": ("digit", "digits"),
    "[0-9]": ("digit", "digits"),
    "[A-Z]": ("capital letter", "capital letters"),
    "[A-Z0-9]": ("capital letter or digit", "capital letters or digits"),
}


def spelled(pattern: str) -> str:
    """Return how numbers of a form are written, such as `2 digits, "-", 4 to 6 digits`.

    Args:
        pattern: the regular expression that they match as a whole.
    """
    parts = [_sequence(one) for one in re.split(r"\|(?![^(]*\))", pattern)]
    if any(one is None for one in parts):
        return f"the agency's own form, number {hashlib.sha256(pattern.encode()).hexdigest()[:8]}"
    return "; or ".join(str(one) for one in parts)


def _sequence(pattern: str) -> str | None:
    try:
        return ", ".join(_pieces(pattern)) or None
    except ValueError:
        return None


def _pieces(pattern: str) -> Iterator[str]:
    at, text = 0, ""
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            raise ValueError(pattern)
        count = _COUNT.match(pattern, piece.end())
        at = count.end() if count else piece.end()
        if piece["text"] and count is None:
            text += piece["text"][-1]
            continue
        if text:
            yield f'"{text}"'
        text = ""
        yield _piece(piece, count)
    if text:
        yield f'"{text}"'


def _piece(piece: re.Match[str], count: re.Match[str] | None) -> str:
    least, most = (count["least"], count["most"]) if count else ("1", None)
    if piece["set"]:
        one, many = _SETS[piece["set"]]
        number = f"{least} to {most}" if most else (least or "1")
        return f"{'' if least else 'perhaps '}{number} {one if number == '1' else many}"
    inner = _inner(piece)
    if least is None:
        return f"perhaps {inner}"
    return inner if count is None else f"{least}{f' to {most}' if most else ''} times {inner}"


def _inner(piece: re.Match[str]) -> str:
    if piece["group"] is None:
        return '"' + piece["text"][-1] + '"'
    parts = [_sequence(one) for one in piece["group"].split("|")]
    if any(one is None for one in parts):
        raise ValueError(piece["group"])
    return f"({' or '.join(str(one) for one in parts)})"
