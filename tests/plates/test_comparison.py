"""Differences and likelihood."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.plates import Difference, differences, fold, likelihood

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
norms = st.text(LETTERS, max_size=10)


class TestDifferences:
    def test_of_a_plate_with_itself_are_none(self):
        assert differences("8ABC123", "8ABC123") == ()

    def test_tell_lookalikes_from_others(self):
        assert differences("BABC128", "8ABC123") == (
            Difference(0, "B", "8", True),
            Difference(6, "8", "3", False),
        )

    def test_of_unequal_lengths_name_the_lost_character(self):
        assert differences("8ABC12", "8ABC123") == (Difference(6, "", "3", False),)
        assert differences("8ABCC123", "8ABC123") == (Difference(4, "C", "", False),)

    def test_to_an_empty_text_are_all(self):
        assert len(differences("8AB", "")) == 3

    @given(norms, norms)
    def test_exist_exactly_between_different_texts(self, read, entry):
        found = differences(read, entry)

        assert (found == ()) == (read == entry)
        assert all(0 <= difference.position <= len(read) for difference in found)

    @given(norms, norms)
    def test_are_all_lookalikes_exactly_where_folds_agree(self, read, entry):
        only_lookalikes = all(difference.lookalike for difference in differences(read, entry))

        assert only_lookalikes == (fold(read) == fold(entry))


class TestLikelihood:
    READING = ({"8": 0.9, "B": 0.1}, {"A": 0.6})

    @pytest.mark.parametrize("floor", [0, -0.1, 1.1, math.nan])
    def test_refuses_a_floor_that_is_no_probability(self, floor):
        with pytest.raises(ValueError, match="floor"):
            likelihood(self.READING, "8A", floor=floor)

    def test_of_another_length_is_impossible(self):
        assert likelihood(self.READING, "8AB") == -math.inf

    def test_multiplies_what_was_read(self):
        assert math.exp(likelihood(self.READING, "BA")) == pytest.approx(0.06)

    def test_shares_the_rest_among_the_unnamed(self):
        assert math.exp(likelihood(self.READING, "8C")) == pytest.approx(0.9 * 0.4 / 35)

    def test_gives_the_unseen_the_floor(self):
        assert math.exp(likelihood([{"8": 0.9, "B": 0.1}], "A")) == pytest.approx(1e-4)
        assert math.exp(likelihood([{"8": 1.0, "B": 0.0}], "B")) == pytest.approx(1e-4)

    def test_of_a_full_table_needs_no_rest(self):
        table = dict.fromkeys(LETTERS, 1 / 36)

        assert math.exp(likelihood([table], "Q")) == pytest.approx(1 / 36)

    def test_of_nothing_read_is_certain(self):
        assert likelihood([], "") == 0

    @given(
        st.lists(st.dictionaries(st.sampled_from(LETTERS), st.floats(0, 1.0), max_size=5), max_size=8),
        st.text(LETTERS, max_size=8),
    )
    def test_is_never_above_certainty(self, reading, plate):
        assert likelihood(reading, plate) <= 0
