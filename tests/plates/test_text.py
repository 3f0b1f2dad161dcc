"""Normal form, keys and bigrams."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platekeeper.plates import bigrams, fold, is_normal, match_key, normalize
from platekeeper.plates.text import LOOKALIKES

norms = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=16).filter(is_normal)


class TestNormalize:
    @pytest.mark.parametrize(
        "raw", ["", "--", "-", "No Plate", "NO-PLATE", "unknown", "Unlicensed", "无牌车", "🚗", " \n"]
    )
    def test_gives_nothing_where_there_is_no_plate(self, raw):
        assert normalize(raw) == ""

    @pytest.mark.parametrize("raw", ["NULL", "none", "NA"])
    def test_keeps_words_that_people_drive_with(self, raw):
        assert normalize(raw) == raw.upper()

    @pytest.mark.parametrize(
        ("raw", "norm"),
        [
            ("8abc123", "8ABC123"),
            ("8 ABC·123", "8ABC123"),
            ("B-MÜ 1234", "BMU1234"),
            ("А123ВС77", "A123BC77"),  # Cyrillic
            ("ΑΒΕ-1234", "ABE1234"),  # Greek
            ("８ＡＢＣ１２３", "8ABC123"),
            ("١٢٣A", "123A"),
            ("ıſ", "IS"),
            ("AB\n123", "AB123"),
        ],
    )
    def test_writes_what_is_seen_in_latin(self, raw, norm):
        assert normalize(raw) == norm

    @given(st.text(max_size=30))
    @example("No plate")
    @example("ŉǰß㎏")
    def test_is_idempotent_and_only_letters_and_digits(self, raw):
        norm = normalize(raw)

        assert normalize(norm) == norm
        assert re.fullmatch("[A-Z0-9]*", norm)


class TestIsNormal:
    @pytest.mark.parametrize("text", ["", "8abc123", "8 ABC", "NOPLATE", "Ö1"])
    def test_refuses_what_normalize_would_change(self, text):
        assert not is_normal(text)

    def test_takes_a_normal_form(self):
        assert is_normal("8ABC123")


class TestFold:
    @given(norms)
    def test_never_changes_length_and_is_idempotent(self, norm):
        assert len(fold(norm)) == len(norm)
        assert fold(fold(norm)) == fold(norm)

    @given(norms)
    def test_merges_exactly_the_lookalike_classes(self, norm):
        for character, key in zip(norm, fold(norm), strict=True):
            assert key in LOOKALIKES.get(character, character)

    def test_merges_every_pair_of_a_class(self):
        assert fold("0ODQ1I2Z5S8B6G") == "00001122558866"


class TestMatchKey:
    def test_meets_a_list_that_writes_o_as_zero(self):
        assert match_key("BNOW111") == match_key("BN0W111") == "BN0W111"

    def test_keeps_other_lookalikes_apart(self):
        assert match_key("8D1") == "8D1"


class TestBigrams:
    def test_frames_the_text(self):
        assert bigrams("7AB") == ["^7", "7A", "AB", "B$"]

    def test_names_each_pair_once_in_order(self):
        assert bigrams("1111") == ["^1", "11", "1$"]

    def test_of_nothing_is_nothing(self):
        assert bigrams("") == []

    @given(norms)
    def test_has_pairs_only(self, norm):
        assert all(len(pair) == 2 for pair in bigrams(norm))
