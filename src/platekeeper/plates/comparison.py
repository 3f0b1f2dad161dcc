"""How two plate texts differ, and how likely a reading with character probabilities is a given plate."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from platekeeper.plates.text import fold

FLOOR_PROBABILITY = 1e-4
_ALPHABET_SIZE = 36


@dataclass(frozen=True)
class Difference:
    """One place where a read and a list entry are not the same.

    Attributes:
        position: index in the read, from 0; for a character that the read lacks, where it would stand.
        read: the read's character, empty if it has none here.
        entry: the entry's character, empty if it has none here.
        lookalike: whether the two belong to one look-alike class.
    """

    position: int
    read: str
    entry: str
    lookalike: bool


def differences(read: str, entry: str) -> tuple[Difference, ...]:
    """Return what distinguishes two plates, character by character.

    Texts of equal length are compared place by place; of unequal length, aligned at what they have in common.

    Args:
        read: normal form of what a camera read.
        entry: normal form of what a list says.

    Returns:
        In order of position; empty if both are the same.
    """
    pairs = _aligned(read, entry)
    return tuple(Difference(at, a, b, bool(a and b) and fold(a) == fold(b)) for at, a, b in pairs if a != b)


def _aligned(read: str, entry: str) -> list[tuple[int, str, str]]:
    if len(read) == len(entry):
        return [(at, a, b) for at, (a, b) in enumerate(zip(read, entry, strict=True))]
    pairs = []
    for _, start, stop, from_, to in SequenceMatcher(None, read, entry, autojunk=False).get_opcodes():
        pieces = zip_longest(read[start:stop], entry[from_:to], fillvalue="")
        pairs += [(min(start + offset, stop), a, b) for offset, (a, b) in enumerate(pieces)]
    return pairs


def likelihood(
    characters: Sequence[Mapping[str, float]], plate: str, *, floor: float = FLOOR_PROBABILITY
) -> float:
    """Return the natural logarithm of the probability that a reading is a given plate.

    Each place of the reading has a mapping character -> probability; it may hold all 36 characters, the best
    few, or only the one that was read. What the mapping leaves over is shared equally by the characters that
    it does not name, but nobody gets less than `floor`: a reader is never that sure. `math.exp` of the result
        is a probability in [0, 1].

    Args:
        characters: one mapping a place; probabilities in [0, 1].
        plate: normal form of the plate in question.
        floor: smallest probability of a character, in (0, 1].

    Returns:
        0 for certainty, negative otherwise; `-inf` if the lengths differ (inserted and lost characters are
        judged by the reader's other candidates, not here).

    Raises:
        ValueError: `floor` is not in (0, 1].
    """
    if not 0 < floor <= 1:
        raise ValueError(f"floor must be in (0, 1], not {floor}")
    if len(characters) != len(plate):
        return -math.inf
    return sum(math.log(_probability(place, c, floor)) for place, c in zip(characters, plate, strict=True))


def _probability(place: Mapping[str, float], character: str, floor: float) -> float:
    if character in place:
        return min(1.0, max(place[character], floor))
    unnamed = max(1, _ALPHABET_SIZE - len(place))
    return max(floor, (1 - sum(place.values())) / unnamed)
