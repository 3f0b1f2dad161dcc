"""Texts out of a recogniser's columns (connectionist temporal classification).

A recogniser gives for each column of a crop the log-probability of each class: 0 is "nothing new here"
(blank), the others are the characters of `ALPHABET`. From these come the likely texts (prefix beam search),
the exact log-probability of any text (forward sum over all alignments), and, by exchanging one character at
a time, the probability of every character at every place. Several looks at one plate are fused by averaging
log-probabilities.

Source:
    Graves et al. 2006, "Connectionist Temporal Classification", sections 3 and 4.1
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.results import NOTHING_READ, Candidate, Character, PlateReading

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BLANK = 0
CLASSES = 1 + len(ALPHABET)

LogProbs: TypeAlias = NDArray[np.float32]
"""Log-probabilities, shape (columns, CLASSES); each row sums to 1 as probabilities."""

FLOOR = -18.0
"""A class is never less likely than e^-18: one sure column must not veto a text that all others support."""

UNLIKELY = 1e-3
"""A character less likely than this in a column starts no candidate there."""
IMPOSSIBLE = -1000.0
"""Stands for -inf where looks are averaged: a text too long for one may still be told by the others."""


def check_log_probs(log_probs: LogProbs) -> None:
    """Refuse an array that is no sequence of class log-probabilities.

    Raises:
        ValueError: the shape is not (columns, CLASSES) with at least one column.
    """
    if log_probs.ndim != 2 or log_probs.shape[1] != CLASSES or not log_probs.shape[0]:
        raise ValueError(f"expected log-probabilities of shape (columns, {CLASSES}); got {log_probs.shape}")


def likely_texts(log_probs: LogProbs, *, beam: int = 8) -> list[str]:
    """Find the texts that the columns support best.

    Args:
        log_probs: shape (columns, CLASSES).
        beam: how many texts are kept at each column.

    Returns:
        At most `beam` texts, the likeliest first; the empty text may be among them.
    """
    check_log_probs(log_probs)
    # prefix -> (probability ending in blank, ending in its last character); plain numbers are three times faster
    # than arrays of eight, and no text of a plate's length is so unlikely that they underflow
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for column in np.exp(np.maximum(log_probs, FLOOR)).astype(np.float64).tolist():
        nexts: dict[str, tuple[float, float]] = {}
        likely = sorted((c for c in range(1, CLASSES) if column[c] > UNLIKELY), key=lambda c: -column[c])
        chars = [(ALPHABET[c - 1], column[c]) for c in likely[:beam]]
        for prefix, (in_blank, in_char) in beams.items():
            total = in_blank + in_char
            last = prefix[-1:]
            repeated = in_char * column[_class_of(last)] if last else 0.0
            known = nexts.get(prefix, (0.0, 0.0))
            nexts[prefix] = (known[0] + total * column[BLANK], known[1] + repeated)
            for char, chance in chars:
                start = in_blank if char == last else total
                known = nexts.get(prefix + char, (0.0, 0.0))
                nexts[prefix + char] = (known[0], known[1] + start * chance)
        best = heapq.nlargest(beam, nexts.items(), key=lambda item: item[1][0] + item[1][1])
        beams = dict(best)
    return list(beams)


def _class_of(char: str) -> int:
    return 1 + ALPHABET.index(char)


def text_log_probabilities(log_probs: LogProbs, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the log-probability of each text, over all its alignments with the columns.

    Args:
        log_probs: shape (columns, CLASSES).
        texts: texts over `ALPHABET`, all of one length.

    Returns:
        Log-probabilities, shape (len(texts),); -inf where a text needs more columns than there are.

    Raises:
        ValueError: the texts differ in length or hold other characters.
    """
    check_log_probs(log_probs)
    labels = np.array([[_class_of(char) for char in text] for text in texts], dtype=np.intp)
    states = np.full((len(texts), 2 * labels.shape[1] + 1), BLANK, dtype=np.intp)
    states[:, 1::2] = labels
    # a state may be entered from two before it unless it is a blank or repeats that character
    skip = np.zeros(states.shape, dtype=bool)
    skip[:, 2:] = (states[:, 2:] != BLANK) & (states[:, 2:] != states[:, :-2])
    alpha = np.full(states.shape, -np.inf)
    emitted = np.maximum(log_probs, FLOOR).astype(np.float64)[:, states]
    alpha[:, :2] = emitted[0, :, :2]
    for column in emitted[1:]:
        stepped = alpha.copy()
        stepped[:, 1:] = np.logaddexp(stepped[:, 1:], alpha[:, :-1])
        jumped = np.full_like(alpha, -np.inf)
        jumped[:, 2:] = alpha[:, :-2]
        alpha = np.where(skip, np.logaddexp(stepped, jumped), stepped) + column
    return np.logaddexp(alpha[:, -1], alpha[:, -2]) if states.shape[1] > 1 else alpha[:, -1]


def _fused(looks: Sequence[LogProbs], texts: Sequence[str]) -> NDArray[np.float64]:
    """Average the log-probabilities that several looks give texts of one length."""
    scores = [np.maximum(text_log_probabilities(look, texts), IMPOSSIBLE) for look in looks]
    return np.asarray(np.mean(scores, axis=0), dtype=np.float64)


def _scored(looks: Sequence[LogProbs], texts: Iterable[str]) -> list[Candidate]:
    """Give each text the probability that the looks together give it, the likeliest first."""
    scored = [
        (float(score), text)
        for _, alike in groupby(sorted(texts, key=len), key=len)
        for group in [list(alike)]
        for text, score in zip(group, _fused(looks, group), strict=True)
    ]
    falling = sorted(scored, key=lambda each: (-each[0], each[1]))
    return [Candidate(text, round(min(1.0, math.exp(score)), 6)) for score, text in falling]


def characters_of(looks: Sequence[LogProbs], text: str) -> tuple[Character, ...]:
    """Return, for each place of a text, how probable every character there is, the others as they stand.

    Args:
        looks: log-probabilities of one or several looks at the same plate.
        text: the text, over `ALPHABET`.

    Returns:
        One `Character` a place; each one's probabilities sum to 1.
    """
    if not text:
        return ()
    exchanged = [text[:place] + char + text[place + 1 :] for place in range(len(text)) for char in ALPHABET]
    scores = _fused(looks, exchanged).reshape(len(text), len(ALPHABET))
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = weights / weights.sum(axis=1, keepdims=True)
    return tuple(_character(char, share) for char, share in zip(text, shares, strict=True))


def _character(char: str, shares: NDArray[np.float64]) -> Character:
    falling = np.argsort(-shares, kind="stable")
    probabilities = {ALPHABET[i]: round(float(shares[i]), 6) for i in falling}
    return Character(text=char, confidence=probabilities[char], probabilities=probabilities)


def reading_of(
    looks: Sequence[LogProbs], *, beam: int = 8, raw: str | None = None, region: str | None = None
) -> PlateReading:
    """Read a plate from one or several looks at it.

    Args:
        looks: log-probabilities of each look, shape (columns, CLASSES) each; columns may differ.
        beam: how many candidates to weigh.
        raw: the text before any cleaning; by default the best text itself.
        region: the issuing region, where it was told.

    Returns:
        The reading. A candidate's confidence is its probability averaged (geometrically) over the looks.
    """
    texts = {text for look in looks for text in likely_texts(look, beam=beam)}
    ranked = _scored(looks, texts)[:beam]
    candidates = tuple(each for each in ranked if each.text or each is ranked[0])
    best = candidates[0]
    if not best.text:
        return NOTHING_READ
    return PlateReading(
        text=best.text,
        confidence=best.confidence,
        characters=characters_of(looks, best.text),
        candidates=candidates,
        raw=best.text if raw is None else raw,
        region=region,
    )
