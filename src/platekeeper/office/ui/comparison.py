"""Two plate texts laid side by side, so that a person sees at once where they differ.

What counts as a match is not decided here; `plates` decides that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from platekeeper.office.ui.wording import percent_of

DOUBTFUL_BELOW = 0.8


@dataclass(frozen=True, slots=True)
class Column:
    """One position of two aligned plate texts.

    Attributes:
        read: the character the camera read, "" where it read none.
        listed: the character of the list, "" where it has none.
        confidence: how sure the reader was of `read`, in [0, 1]; None where unknown.
    """

    read: str
    listed: str
    confidence: float | None = None

    @property
    def is_different(self) -> bool:
        """The two characters are not the same."""
        return self.read != self.listed

    @property
    def is_doubtful(self) -> bool:
        """The reader itself was not sure of this character."""
        return self.confidence is not None and self.confidence < DOUBTFUL_BELOW

    @property
    def percent(self) -> int | None:
        """The confidence in whole percent, rounded down; None where unknown."""
        return None if self.confidence is None else percent_of(self.confidence)


def columns(read: str, listed: str, confidences: Sequence[float] = ()) -> list[Column]:
    """Align two plate texts position by position.

    Texts of one length are aligned as they stand: a camera that reads every character misreads places, it
    does not shift them. Texts of different length are aligned by their longest common runs.

    Args:
        read: what the camera read.
        listed: what the hot list says.
        confidences: one value in [0, 1] a character of `read`; ignored unless the numbers agree.

    Returns:
        Columns in order; the `read` characters joined give `read`, the `listed` ones `listed`.
    """
    known = list(confidences) if len(confidences) == len(read) else [None] * len(read)
    if len(read) == len(listed):
        return [Column(*pair) for pair in zip(read, listed, known, strict=True)]
    result: list[Column] = []
    for _, read_from, read_to, listed_from, listed_to in SequenceMatcher(
        None, read, listed, autojunk=False
    ).get_opcodes():
        for offset in range(max(read_to - read_from, listed_to - listed_from)):
            at_read, at_listed = read_from + offset, listed_from + offset
            has_read = at_read < read_to
            result.append(
                Column(
                    read[at_read] if has_read else "",
                    listed[at_listed] if at_listed < listed_to else "",
                    known[at_read] if has_read else None,
                )
            )
    return result


def difference_in_words(compared: Sequence[Column]) -> str:
    """Say in a sentence where two plate texts differ, for people who hear the page.

    Args:
        compared: the columns of `columns`.

    Returns:
        One sentence.
    """
    differing = [(place, pair) for place, pair in enumerate(compared, start=1) if pair.is_different]
    if not differing:
        return "All characters are the same."
    parts = [
        f"place {place}: read {column.read or 'nothing'}, list {column.listed or 'nothing'}"
        for place, column in differing
    ]
    return f"{len(differing)} of {len(compared)} characters differ: {'; '.join(parts)}."
