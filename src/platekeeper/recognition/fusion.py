"""One reading out of several of the same plate: two readers, or one reader on several frames.

Each reading gives its candidates a probability and leaves a rest for all other texts. The logarithms are
averaged, so that a text which one reading rules out needs strong support by others; the average counts as
the square root of so many independent readings, because readings of one plate err together.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.characters import characters_of_candidates
from platekeeper.recognition.results import NOTHING_READ, Candidate, Character, PlateReading

UNNAMED = 50
"""What a reading's candidates leave over is taken to be shared by so many texts that it does not name."""
LEAST_REST = 1e-3
"""No reading is surer than this leaves over, and no character's probability is less."""
MOST_CANDIDATES = 8


def fuse(readings: Sequence[PlateReading], *, weights: Sequence[float] | None = None) -> PlateReading:
    """Fuse readings of one plate.

    Args:
        readings: at least one; empty ones say nothing and do not count.
        weights: how much each reading counts, above 0; alike by default.

    Returns:
        The fused reading; a single one comes back as it is. Its region is the one of the surest reading that
        tells one, its raw text the one with most marks among those that read the same text.

    Raises:
        ValueError: no reading was given, or not as many weights as readings.
    """
    if not readings or (weights is not None and len(weights) != len(readings)):
        raise ValueError(f"expected readings and a weight for each; got {len(readings)} readings")
    shares = weights or [1.0] * len(readings)
    told = [(reading, weight) for reading, weight in zip(readings, shares, strict=True) if reading.text]
    if len(told) <= 1:
        return told[0][0] if told else NOTHING_READ
    candidates = _candidates([reading for reading, _ in told], np.array([weight for _, weight in told]))
    best = candidates[0].text
    falling = sorted((reading for reading, _ in told), key=lambda reading: -reading.confidence)
    same = [reading for reading in falling if reading.text == best]
    return PlateReading(
        text=best,
        confidence=candidates[0].confidence,
        characters=_characters([r.characters for r in falling], best, candidates),
        candidates=candidates,
        raw=max((reading.raw for reading in same), key=len, default=best),
        region=next((reading.region for reading in falling if reading.region), None),
    )


def _candidates(readings: Sequence[PlateReading], weights: NDArray[np.float64]) -> tuple[Candidate, ...]:
    """Weigh every text that a reading names against all those that none names."""
    tables = [{c.text: c.confidence for c in reading.candidates} for reading in readings]
    texts = sorted({text for table in tables for text in table})
    unnamed = np.array([max(1 - sum(table.values()), LEAST_REST) / UNNAMED for table in tables])
    support = np.array([[table.get(text, 0.0) for text in texts] for table in tables])
    logs = np.log(np.column_stack([np.maximum(support, unnamed[:, None]), unnamed]))
    score = np.sqrt(len(readings)) * (logs * weights[:, None]).sum(axis=0) / weights.sum()
    chances = np.exp(score - score.max())
    chances[-1] *= UNNAMED
    chances = chances / chances.sum()
    falling = np.argsort(-chances[:-1], kind="stable")[:MOST_CANDIDATES]
    return tuple(Candidate(texts[at], round(float(chances[at]), 6)) for at in falling)


def _characters(
    said: Sequence[Sequence[Character]], text: str, candidates: Sequence[Candidate]
) -> tuple[Character, ...]:
    """Average the character probabilities of all readings with as many characters, geometrically."""
    alike = [characters for characters in said if len(characters) == len(text)]
    if not alike:
        return characters_of_candidates(text, candidates)
    places = zip(*alike, strict=True)
    return tuple(
        _character(char, [c.probabilities for c in place]) for char, place in zip(text, places, strict=True)
    )


def _character(char: str, said: Sequence[Mapping[str, float]]) -> Character:
    names = sorted({name for table in said for name in table})
    logs = np.log(
        [[max(table.get(name, 0.0), LEAST_REST / UNNAMED) for name in names] for table in said]
    ).mean(axis=0)
    shares = np.exp(logs - logs.max())
    shares = shares / shares.sum()
    falling = np.argsort(-shares, kind="stable")
    probabilities = {names[at]: round(float(shares[at]), 6) for at in falling}
    return Character(char, probabilities.get(char, 0.0), probabilities)
