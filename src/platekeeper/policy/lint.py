"""Whether a reason in words says anything, and whether it says something that may not be a reason.

A closed list of purposes alone is no control (C-11): the words are read by people who sample them, so they
must say something. Nothing here understands language; it finds what is plainly empty, vague, or about a
protected trait, and then a person looks. The words themselves stand in `wording.toml`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from platekeeper.policy.vocabulary import BarredPurpose

_LETTERS_NEEDED = 8
_WORDS_NEEDED = 2
_DIFFERENT_LETTERS_NEEDED = 4
_SHORTEST_INFLECTED = 5  # a shorter word's other forms say something: casing vehicles
# Cyrillic, then Greek, folded: as capitals or small they look like these
_TWINS = str.maketrans(
    "авекмнорстухіјѕԛԝүѵӏԁһ" + "αβεζηικμνορτυχ", "abekmhopctyxijsqwyvldh" + "abezhikmnoptyx"
)


class Fault(StrEnum):
    """What is wrong with a reason, most serious first."""

    BARRED = "barred"
    PROTECTED = "protected"
    EMPTY = "empty"
    VAGUE = "vague"


@dataclass(frozen=True)
class Finding:
    """What is wrong, and the words that show it.

    Attributes:
        fault: the kind.
        words: as found, folded to lower case without accents; empty for an empty text.
        purpose: the barred purpose that the words point to, if any.
    """

    fault: Fault
    words: str = ""
    purpose: BarredPurpose | None = None


@dataclass(frozen=True)
class _Wording:
    vague: re.Pattern[str]
    protected: re.Pattern[str]
    barred: Mapping[BarredPurpose, re.Pattern[str]]
    acronyms: Mapping[BarredPurpose, re.Pattern[str]]


def _phrases(phrases: Iterable[str]) -> re.Pattern[str]:
    written = (re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", " ") for phrase in phrases)
    return re.compile(rf"\b(?:{'|'.join(written)})\b")


def _inflected(word: str) -> str:
    """Return a word in whatever number; of a longer one all that English makes of it: past, -ing, -er, -ly."""
    if word.endswith("*"):
        return word.replace("*", r"\w*")
    if len(word) < _SHORTEST_INFLECTED:
        return f"{word}s?"
    if word.endswith("y"):
        return f"{word[:-1]}(?:y|ys|ies|ied|ying)"
    if word.endswith("e"):
        return f"{word[:-1]}(?:e|es|ed|ing|ings|er|ers|ely)"
    return f"{word}(?:s|es|ed|ing|ings|er|ers|ly)?"


def _vague(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_inflected, words)))


def _protected(listed: Mapping[str, list[str]]) -> re.Pattern[str]:
    beside = (f"{trait} {people}" for trait in listed["traits"] for people in listed["people"])
    return _phrases([*listed["words"], *beside])


@cache
def _wording() -> _Wording:
    listed = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))
    return _Wording(
        vague=_vague(listed["vague"]),
        protected=_protected(listed["protected"]),
        barred={BarredPurpose(purpose): _phrases(phrases) for purpose, phrases in listed["barred"].items()},
        acronyms={BarredPurpose(purpose): _phrases(words) for purpose, words in listed["acronyms"].items()},
    )


def _plain(text: str) -> str:
    """Fold marks, case, punctuation, twins of letters and what nobody sees, so that dress does not hide a word."""
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_TWINS)
    letters = "".join(
        char for char in folded if not (unicodedata.combining(char) or unicodedata.category(char) == "Cf")
    )
    return " ".join(re.split(r"[\W_]+", letters)).strip()


@lru_cache(maxsize=64)  # one decision asks several times
def lint_reason(text: str, *, barred: frozenset[BarredPurpose] = frozenset()) -> tuple[Finding, ...]:
    """Return what is wrong with a reason, most serious first.

    Args:
        text: as typed.
        barred: purposes that nobody may have here.

    Returns:
        Findings; empty where the text may stand.

    Source:
        PUR-07, PUR-10, PUR-11, PUR-12, SRC-04
    """
    plain, wording = _plain(text), _wording()
    found = [
        Finding(Fault.BARRED, match[0], purpose)
        for purpose, pattern in wording.barred.items()
        if purpose in barred and (match := pattern.search(plain) or _acronym(text, purpose))
    ]
    if match := wording.protected.search(plain):
        found.append(Finding(Fault.PROTECTED, match[0]))
    if not any(char.isalpha() for char in plain):
        found.append(Finding(Fault.EMPTY, plain))
    elif _says_nothing(plain.split()):
        found.append(Finding(Fault.VAGUE, plain))
    return tuple(found)


def _acronym(text: str, purpose: BarredPurpose) -> re.Match[str] | None:
    pattern = _wording().acronyms.get(purpose)
    return pattern.search(text) if pattern and any(char.islower() for char in text) else None


def _says_nothing(words: list[str]) -> bool:
    letters = [char for word in words for char in word if char.isalpha()]
    # a plate, a case number or a house's tells which, not why
    telling = [word for word in words if word.isalpha() and not _wording().vague.fullmatch(word)]
    return (
        len(set(words)) < _WORDS_NEEDED
        or len(letters) < _LETTERS_NEEDED
        or len(set(letters)) < _DIFFERENT_LETTERS_NEEDED
        or not telling
    )
