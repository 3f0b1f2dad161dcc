"""Character probabilities for engines that tell texts only, or one number a character."""

from collections import defaultdict
from collections.abc import Sequence

from platekeeper.recognition.results import Candidate, Character, PlateReading

MARKS = str.maketrans("", "", " -.·_")


def plain(text: str) -> str:
    """Return a foreign engine's text as a reading's: capitals and digits, without spaces and marks."""
    return "".join(char for char in text.upper().translate(MARKS) if char.isascii() and char.isalnum())


def characters_of_candidates(text: str, candidates: Sequence[Candidate]) -> tuple[Character, ...]:
    """Derive each character's probabilities from the texts that an engine holds possible.

    Args:
        text: the text read.
        candidates: the possible texts; those of another length tell nothing about single places.

    Returns:
        One entry a character; a place's probabilities sum to 1 at most, the rest belongs to unnamed
        characters.
    """
    alike = [each for each in candidates if len(each.text) == len(text)]
    total = max(1.0, sum(each.confidence for each in alike))
    places = []
    for at, char in enumerate(text):
        shares: dict[str, float] = defaultdict(float)
        for each in alike:
            shares[each.text[at]] += each.confidence / total
        falling = dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))
        probabilities = {name: round(share, 6) for name, share in falling.items()}
        places.append(Character(char, probabilities.get(char, 0.0), probabilities))
    return tuple(places)


def reading_of_candidates(
    candidates: Sequence[Candidate], *, raw: str | None = None, region: str | None = None
) -> PlateReading:
    """Make a reading of the texts that an engine holds possible.

    Engines score their texts one by one, so that the scores of several can sum to more than 1; they are
    brought down to it, the best keeping its lead.

    Args:
        candidates: the texts, each with a confidence in [0, 1]; equal ones count once.
        raw: the best text as the engine wrote it.
        region: the issuing region, where it was told.

    Returns:
        The reading; empty without a text.
    """
    best_of: dict[str, float] = {}
    for each in candidates:
        if each.text:
            best_of[each.text] = max(best_of.get(each.text, 0.0), min(1.0, max(0.0, each.confidence)))
    if not best_of:
        return PlateReading("", 0.0, raw=raw or "")
    falling = sorted(best_of.items(), key=lambda item: (-item[1], item[0]))
    text, confidence = falling[0]
    others = sum(share for _, share in falling[1:])
    scale = min(1.0, (1 - confidence) / others) if others else 1.0
    rest = (Candidate(other, round(share * scale, 6)) for other, share in falling[1:])
    ranked = (Candidate(text, round(confidence, 6)), *rest)
    return PlateReading(
        text=text,
        confidence=ranked[0].confidence,
        characters=characters_of_candidates(text, ranked),
        candidates=ranked,
        raw=text if raw is None else raw,
        region=region,
    )
