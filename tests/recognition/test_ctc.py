import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from platekeeper.recognition.ctc import (
    ALPHABET,
    CLASSES,
    best_path,
    characters_of,
    likely_texts,
    reading_of,
    text_log_probabilities,
)


def columns(*rows: dict[str, float]) -> np.ndarray:
    """Make log-probabilities of columns {character or "": probability}; the rest is spread evenly."""
    table = np.zeros((len(rows), CLASSES))
    for at, row in enumerate(rows):
        table[at] = (1 - sum(row.values())) / CLASSES
        for char, share in row.items():
            table[at, 1 + ALPHABET.index(char) if char else 0] += share
    return np.log(np.maximum(table, 1e-12)).astype(np.float32)


class TestCheck:
    @pytest.mark.parametrize("shape", [(3, 36), (0, CLASSES), (CLASSES,), (1, 3, CLASSES)])
    def test_refuses_other_shapes_and_tells_them(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"expected log-probabilities of shape .* got"):
            likely_texts(np.zeros(shape, dtype=np.float32))


class TestBestPath:
    def test_takes_the_likeliest_class_of_each_column(self) -> None:
        looks = columns({"A": 0.9}, {"A": 0.8}, {"": 0.7}, {"A": 0.6, "B": 0.4}, {"7": 1})

        assert best_path(looks) == "AA7"

    def test_is_empty_where_nothing_is_seen(self) -> None:
        assert best_path(columns({"": 1}, {"": 0.6, "A": 0.4})) == ""


class TestLikelyTexts:
    def test_merges_a_character_seen_in_neighbouring_columns(self) -> None:
        assert likely_texts(columns({"A": 1}, {"A": 1}, {"": 1}))[0] == "A"

    def test_keeps_a_double_character_parted_by_a_blank(self) -> None:
        assert likely_texts(columns({"A": 1}, {"": 1}, {"A": 1}))[0] == "AA"

    def test_sums_the_alignments_of_a_text(self) -> None:
        # greedy reading says nothing at all (0.36), but A has 0.6 * 0.4 + 0.4 * 0.6 + 0.4 * 0.4 = 0.64
        assert likely_texts(columns({"": 0.6, "A": 0.4}, {"": 0.6, "A": 0.4}))[0] == "A"

    def test_reads_nothing_from_blanks(self) -> None:
        assert likely_texts(columns({"": 1}, {"": 1}))[0] == ""


class TestTextLogProbabilities:
    def test_equals_the_sum_over_alignments_done_by_hand(self) -> None:
        looks = columns({"": 0.6, "A": 0.4}, {"": 0.6, "A": 0.4})

        assert_allclose(np.exp(text_log_probabilities(looks, ["A"])), [0.64], rtol=1e-5)
        assert_allclose(np.exp(text_log_probabilities(looks, [""])), [0.36], rtol=1e-5)

    def test_is_nothing_for_a_text_longer_than_the_columns(self) -> None:
        assert text_log_probabilities(columns({"A": 1}), ["AB"])[0] == -np.inf

    def test_refuses_characters_that_no_plate_bears(self) -> None:
        with pytest.raises(ValueError, match="characters 0-9 and A-Z"):
            text_log_probabilities(columns({"A": 1}), ["a"])

    @given(st.integers(0, 2**32 - 1))
    @settings(max_examples=25, deadline=None)
    def test_never_sums_to_more_than_one(self, seed: int) -> None:
        random = np.random.default_rng(seed).dirichlet(np.full(CLASSES, 0.05), size=6)
        looks = np.log(np.maximum(random, 1e-9)).astype(np.float32)

        texts = likely_texts(looks, beam=12)
        total = sum(float(np.exp(text_log_probabilities(looks, [text])[0])) for text in texts)

        assert len(set(texts)) == len(texts)
        assert total <= 1 + 1e-5


class TestCharactersOf:
    def test_has_no_entry_for_an_empty_text(self) -> None:
        assert characters_of([columns({"": 1})], "") == ()

    def test_shows_what_else_could_stand_at_each_place(self) -> None:
        first, second = characters_of([columns({"8": 0.7, "B": 0.3}, {"": 1}, {"C": 1})], "8C")

        assert first.text == "8"
        assert first.confidence == pytest.approx(0.7, abs=0.01)
        assert list(first.probabilities)[:2] == ["8", "B"]
        assert second.confidence > 0.99

    def test_sums_to_one_at_each_place(self) -> None:
        for character in characters_of([columns({"8": 0.5, "B": 0.2}, {"C": 0.9})], "8C"):
            assert sum(character.probabilities.values()) == pytest.approx(1, abs=1e-4)
            assert set(character.probabilities) == set(ALPHABET)


class TestReadingOf:
    def test_reads_nothing_from_blanks(self) -> None:
        reading = reading_of([columns({"": 1}, {"": 1})])

        assert reading.text == ""
        assert reading.confidence == 0
        assert reading.candidates == ()

    def test_ranks_candidates_and_leads_with_the_text(self) -> None:
        reading = reading_of([columns({"8": 0.7, "B": 0.3}, {"": 1}, {"C": 1})])

        assert reading.text == reading.candidates[0].text == "8C"
        assert reading.candidates[1].text == "BC"
        assert [c.confidence for c in reading.candidates] == sorted(
            (c.confidence for c in reading.candidates), reverse=True
        )

    def test_lets_a_sure_look_outweigh_an_unsure_one(self) -> None:
        unsure = columns({"8": 0.55, "B": 0.45}, {"": 1}, {"C": 1})
        sure = columns({"B": 0.97, "8": 0.03}, {"": 1}, {"C": 1})

        assert reading_of([unsure]).text == "8C"
        assert reading_of([unsure, sure]).text == "BC"

    def test_fuses_looks_of_different_width(self) -> None:
        short = columns({"A": 0.9}, {"B": 0.9})
        long = columns({"A": 0.9}, {"": 0.9}, {"B": 0.9}, {"": 0.9})

        assert reading_of([short, long]).text == "AB"

    def test_survives_a_look_too_narrow_for_the_text(self) -> None:
        assert reading_of([columns({"A": 1}), columns({"A": 1}, {"B": 1}, {"C": 1})]).text in {"A", "ABC"}

    def test_does_not_change_its_looks(self) -> None:
        look = columns({"A": 0.9}, {"B": 0.9})
        before = look.copy()

        reading_of([look])

        assert_allclose(look, before)
