"""Texts out of a recogniser's columns (connectionist temporal classification).

A recogniser gives for each column of a crop the log-probability of each class: 0 is "nothing new here"
(blank), the others are the characters of `ALPHABET`. From these come the likely texts (prefix beam search),
the exact log-probability of any text (forward sum over all alignments), and, by exchanging one character at
a time, the probability of every character at every place. Several looks at one plate are fused by averaging
log-probabilities.

Source:
    Graves et al. 2006, "Connectionist Temporal Classification", sections 3 and 4.1
"""

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from platekeeper.recognition.results import NOTHING_READ, Candidate, Character, PlateReading

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BLANK = 0
CLASSES = 1 + len(ALPHABET)

_CLASS_OF_CODE = np.full(256, -1, dtype=np.intp)
_CLASS_OF_CODE[[ord(char) for char in ALPHABET]] = np.arange(1, CLASSES)
_CLASS_OF_CODE[ord(" ")] = BLANK  # pads the shorter ones

LogProbs: TypeAlias = NDArray[np.float32]
"""Log-probabilities, shape (columns, CLASSES); each row sums to 1 as probabilities."""

FLOOR = -18.0
"""A class is never less likely than e^-18: one sure column must not veto a text that all others support."""

SCALED_EVERY = 8
"""So many columns at `FLOOR` are far from the smallest number that can be told."""
UNLIKELY = 1e-3
"""A character less likely than this in a column starts no candidate there."""
HOPELESS = 1e-5
"""A beginning that is so many times less likely than the likeliest is not gone on with."""
IMPOSSIBLE = -1000.0
"""Stands for -inf where looks are averaged: a text too long for one may still be told by the others."""


def check_log_probs(log_probs: LogProbs) -> None:
    """Refuse an array that is no sequence of class log-probabilities.

    Raises:
        ValueError: the shape is not (columns, CLASSES) with at least one column.
    """
    if log_probs.ndim != 2 or log_probs.shape[1] != CLASSES or not log_probs.shape[0]:
        raise ValueError(f"expected log-probabilities of shape (columns, {CLASSES}); got {log_probs.shape}")


def best_path(log_probs: LogProbs) -> str:
    """Return the text along the likeliest path: of each column its likeliest class.

    Args:
        log_probs: shape (columns, CLASSES).
    """
    check_log_probs(log_probs)
    best = log_probs.argmax(axis=1)
    fresh = np.concatenate([[True], best[1:] != best[:-1]]) & (best != BLANK)
    return "".join(ALPHABET[c - 1] for c in best[fresh])


def likely_texts(log_probs: LogProbs, *, beam: int = 8) -> list[str]:
    """Find the texts that the columns support best.

    Args:
        log_probs: shape (columns, CLASSES).
        beam: how many texts are kept at each column.

    Returns:
        At most `beam` texts, the likeliest first, the hopeless left out; the empty text may be among them.
    """
    check_log_probs(log_probs)
    # prefix -> (probability ending in blank, ending in its last character); plain numbers are three times faster
    # than arrays of eight, and no text of a plate's length is so unlikely that they underflow
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    table = np.exp(np.maximum(log_probs, FLOOR)).astype(np.float64)
    for column, falling in zip(table.tolist(), np.argsort(-table[:, 1:], axis=1).tolist(), strict=True):
        nexts: dict[str, tuple[float, float]] = {}
        chars = [(ALPHABET[c], column[c + 1]) for c in falling[:beam] if column[c + 1] > UNLIKELY]
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
        falling_next = sorted(nexts.items(), key=lambda item: -item[1][0] - item[1][1])[:beam]
        least = HOPELESS * sum(falling_next[0][1])
        beams = {prefix: shares for prefix, shares in falling_next if sum(shares) >= least}
    return list(beams)


def _class_of(char: str) -> int:
    return 1 + ALPHABET.index(char)


def text_log_probabilities(log_probs: LogProbs, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the log-probability of each text, over all its alignments with the columns.

    Args:
        log_probs: shape (columns, CLASSES).
        texts: texts over `ALPHABET`.

    Returns:
        Log-probabilities, shape (len(texts),); -inf where a text needs more columns than there are.

    Raises:
        ValueError: a text holds other characters.
    """
    check_log_probs(log_probs)
    return np.asarray(_aligned(log_probs[None], texts)[0])


def _aligned(looks: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float64]:
    """Sum over the alignments of texts with looks (n, columns, CLASSES); log-probabilities (n, len(texts))."""
    labels, lengths = _labels(texts)
    states = np.full((len(texts), 2 * labels.shape[1] + 1), BLANK, dtype=np.intp)
    states[:, 1::2] = labels
    # a state may be entered from two before it unless it is a blank or repeats that character
    skip = (states[:, 2:] != BLANK) & (states[:, 2:] != states[:, :-2])
    # plain probabilities, brought back to 1 now and then: many times faster than sums of logarithms
    emitted = np.exp(np.maximum(looks, FLOOR).astype(np.float64))[:, :, states].swapaxes(0, 1)
    alpha = np.zeros(emitted.shape[1:])
    alpha[..., :2] = emitted[0, ..., :2]
    scale = np.zeros(alpha.shape[:2])
    for at, column in enumerate(emitted[1:], 1):
        stepped = alpha.copy()
        stepped[..., 1:] += alpha[..., :-1]
        stepped[..., 2:] += alpha[..., :-2] * skip
        alpha = stepped * column
        if at % SCALED_EVERY == 0:
            total = alpha.sum(axis=2)
            scale += np.log(total)
            alpha /= total[..., None]
    last = np.broadcast_to(2 * lengths[None, :, None], (*alpha.shape[:2], 1))
    ends = np.take_along_axis(alpha, last, axis=2) + np.where(
        last > 0, np.take_along_axis(alpha, np.maximum(last - 1, 0), axis=2), 0.0
    )
    logs = np.log(ends[..., 0], out=np.full(scale.shape, -np.inf), where=ends[..., 0] > 0)
    return np.asarray(logs + scale)


def _labels(texts: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the classes of texts, padded with blanks to the longest, and their lengths."""
    longest = max(map(len, texts))
    padded = "".join(text.ljust(longest) for text in texts).encode("ascii", "replace")
    labels = _CLASS_OF_CODE[np.frombuffer(padded, dtype=np.uint8)].reshape(len(texts), longest)
    if (labels < 0).any():
        raise ValueError("expected texts of the characters 0-9 and A-Z")
    return labels, np.array([len(text) for text in texts], dtype=np.intp)


def _fused(looks: Sequence[LogProbs], texts: Sequence[str]) -> NDArray[np.float64]:
    """Average the log-probabilities that several looks give texts."""
    for look in looks:
        check_log_probs(look)
    scores = np.concatenate([_aligned(stack, texts) for stack in _stacked(looks)])
    return np.asarray(np.maximum(scores, IMPOSSIBLE).mean(axis=0), dtype=np.float64)


def _stacked(looks: Sequence[LogProbs]) -> list[NDArray[np.float32]]:
    """Put looks of as many columns into one array, to be gone through together."""
    alike = len({len(look) for look in looks}) == 1
    return [np.stack(looks)] if alike else [look[None] for look in looks]


def _scored(looks: Sequence[LogProbs], texts: Iterable[str]) -> list[Candidate]:
    """Give each text the probability that the looks together give it, the likeliest first."""
    named = sorted(texts)
    falling = sorted(zip(_fused(looks, named).tolist(), named, strict=True), key=lambda each: -each[0])
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
    for look in looks:
        check_log_probs(look)
    scores = np.concatenate([_exchanged(stack, text) for stack in _stacked(looks)])
    scores = np.maximum(scores, IMPOSSIBLE).mean(axis=0)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = np.round(weights / weights.sum(axis=1, keepdims=True), 6)
    falling = np.argsort(-shares, axis=1, kind="stable")
    told = zip(text, falling.tolist(), shares.tolist(), strict=True)
    return tuple(_character(char, order, share) for char, order, share in told)


def _exchanged(looks: NDArray[np.float32], text: str) -> NDArray[np.float64]:
    """Sum over the alignments of a text with one character exchanged, for every place and every character.

    What comes before a place and what comes after it does not depend on the character there: both are summed once,
    and what every character adds between them in one go.

    Args:
        looks: shape (n, columns, CLASSES).
        text: at least one character.

    Returns:
        Log-probabilities, shape (n, len(text), len(ALPHABET)); -inf where a text needs more columns.
    """
    labels = _labels([text])[0][0]
    shares = np.exp(np.maximum(looks, FLOOR).astype(np.float64)).swapaxes(0, 1)
    peaks = shares.max(axis=2, keepdims=True)
    shares /= peaks  # so that no product of many columns becomes too small to tell
    before = _leading_to(shares, labels)
    after = _leading_to(shares[::-1], labels[::-1])[::-1, :, ::-1]
    # a character may follow its like only after a blank
    other = labels[:, None] != np.arange(1, CLASSES)
    none = np.zeros((1, len(ALPHABET)))
    fresh, leaves = np.concatenate([none, other[:-1]]), np.concatenate([other[1:], none])
    enters = before[..., :1] + before[..., 1:] * fresh
    gone = after[..., :1] + after[..., 1:] * leaves
    # what runs through each place in each column, in place: the arrays are small, and making them is what costs
    runs = np.broadcast_to(shares[:, :, None, 1:], enters.shape).copy()
    run = np.zeros(enters.shape[1:])
    for enter, column in zip(enters, runs, strict=True):
        run += enter
        run *= column
        column[...] = run
    total = (runs * gone).sum(axis=0)
    logs = np.log(total, out=np.full(total.shape, -np.inf), where=total > 0)
    return np.asarray(logs + np.log(peaks).sum(axis=0)[:, :, None])


def _leading_to(shares: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Sum what leads to each place of a text just before each column.

    Args:
        shares: probabilities, shape (columns, n, CLASSES).
        labels: the text's classes.

    Returns:
        Shape (columns, n, len(labels), 2): what ends in the blank before the place, or begins there; and what ends in
        the character before that blank.
    """
    states = np.full(2 * len(labels) + 1, BLANK, dtype=np.intp)
    states[1::2] = labels
    skip = (states[2:] != BLANK) & (states[2:] != states[:-2])
    emitted = shares[:, :, states]
    leading = np.zeros((*emitted.shape[:2], len(labels), 2))
    leading[0, :, 0, 0] = 1.0
    alpha = np.zeros(emitted.shape[1:])
    alpha[:, :2] = emitted[0, :, :2]
    for at, column in enumerate(emitted[1:], 1):
        leading[at, :, :, 0] = alpha[:, :-1:2]
        leading[at, :, 1:, 1] = alpha[:, 1:-2:2]
        stepped = alpha.copy()
        stepped[:, 1:] += alpha[:, :-1]
        stepped[:, 2:] += alpha[:, :-2] * skip
        alpha = stepped * column
    return leading


def _character(char: str, falling: Sequence[int], shares: Sequence[float]) -> Character:
    probabilities = {ALPHABET[at]: shares[at] for at in falling}
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
