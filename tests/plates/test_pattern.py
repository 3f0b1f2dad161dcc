"""What people type into a plate search."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platekeeper.errors import PlatekeeperError
from platekeeper.plates import PatternKind, PlatePattern, PlatesError, bigrams, fold, is_normal

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
norms = st.text(LETTERS, min_size=2, max_size=16).filter(is_normal)


class TestRefusals:
    @pytest.mark.parametrize("text", ["", " ", "*", "???", "-", "?*"])
    def test_nothing_known_is_refused(self, text):
        with pytest.raises(PlatesError, match="at least one letter or digit"):
            PlatePattern.parse(text)

    @pytest.mark.parametrize("text", ["A" * 17, "A" * 10 + "?" * 7, "A" * 65, "?" * 65])
    def test_too_long_is_refused(self, text):
        with pytest.raises(PlatesError, match="at most 16"):
            PlatePattern.parse(text)

    @pytest.mark.parametrize("text", ["7*", "?7??", "*7*"])
    def test_one_known_character_with_wildcards_is_refused(self, text):
        with pytest.raises(PlatesError, match="at least 2 known"):
            PlatePattern.parse(text)

    @pytest.mark.parametrize("text", ["7AB%", "[7AB]", "7AB;--", "車123", "7AB$"])
    def test_characters_no_plate_has_are_refused_by_name(self, text):
        with pytest.raises(PlatesError, match="take out"):
            PlatePattern.parse(text)

    def test_many_stars_are_refused(self):
        with pytest.raises(PlatesError, match="at most 4 stars"):
            PlatePattern.parse("*1*2*3*4*")

    def test_the_sentence_does_not_repeat_the_plate(self):
        with pytest.raises(PlatekeeperError) as refusal:
            PlatePattern.parse("8ABC123!")

        assert "8ABC123" not in str(refusal.value)

    @given(st.text(max_size=70))
    def test_any_text_is_parsed_into_a_stable_pattern_or_refused(self, text):
        try:
            pattern = PlatePattern.parse(text)
        except PlatesError:
            return

        assert PlatePattern.parse(pattern.text) == pattern


class TestExact:
    def test_is_normalised(self):
        pattern = PlatePattern.parse(" 8abc-123 ")

        assert (pattern.text, pattern.kind, pattern.known_characters) == ("8ABC123", PatternKind.EXACT, 7)
        assert pattern.matches("8ABC123")
        assert not pattern.matches("8ABC1234")

    def test_one_character_may_be_a_whole_plate(self):
        assert PlatePattern.parse("A").matches("A")

    def test_decomposed_letters_are_one_letter(self):
        assert PlatePattern.parse("BMU\u0308 1").text == "BMU1"


class TestWildcards:
    @pytest.mark.parametrize(
        ("typed", "plate", "fits"),
        [
            ("7AB?12*", "7ABX12", True),
            ("7AB?12*", "7ABX1299", True),
            ("7AB?12*", "7AB12", False),
            ("7AB？12＊", "7ABX12", True),
            ("*123", "8ABC123", True),
            ("*123", "8ABC1234", False),
            ("8AB*", "8AB", True),
            ("8ABC123", "8ABC123\n", False),
        ],
    )
    def test_match(self, typed, plate, fits):
        assert PlatePattern.parse(typed).matches(plate) is fits

    def test_give_only_the_bigrams_that_are_certain(self):
        assert PlatePattern.parse("7AB?12*").bigrams == ("^7", "7A", "AB", "12")

    def test_have_one_spelling(self):
        assert PlatePattern.parse("7A**?*B").text == "7A?*B"

    def test_write_an_expression_that_postgresql_reads_alike(self):
        assert PlatePattern.parse("7A?*").regex == "^7A[A-Z0-9][A-Z0-9]*$"

    @given(norms, st.data())
    def test_made_from_a_plate_match_it_and_their_bigrams_are_its_own(self, norm, data):
        chosen = data.draw(
            st.lists(st.sampled_from(["", "", "?", "*"]), min_size=len(norm), max_size=len(norm))
        )
        typed = "".join(wildcard or c for wildcard, c in zip(chosen, norm, strict=True))
        lookalike = data.draw(st.booleans())
        assume(sum(c not in "?*" for c in typed) > 1 and typed.count("*") <= 4)

        pattern = PlatePattern.parse(typed, lookalike=lookalike)

        assert pattern.matches(norm)
        assert set(pattern.bigrams) <= set(bigrams(norm))


class TestContaining:
    def test_finds_it_anywhere(self):
        pattern = PlatePattern.containing("bc1")

        assert pattern.kind is PatternKind.WILDCARD
        assert pattern.bigrams == ("BC", "C1")
        assert all(pattern.matches(plate) for plate in ["8ABC123", "BC1", "BC123"])

    def test_takes_wildcards_inside(self):
        assert PlatePattern.containing("B?1").matches("8ABC123")

    def test_is_refused_where_too_little_is_known(self):
        with pytest.raises(PlatesError, match="at least 2 known"):
            PlatePattern.containing("B")


class TestLookalike:
    def test_finds_all_of_a_class(self):
        pattern = PlatePattern.looking_like("8OI")

        assert pattern.kind is PatternKind.EXACT
        assert pattern.fold == "801"
        assert all(pattern.matches(plate) for plate in ["8OI", "B0I", "BD1", "8Q1"])

    def test_asks_no_bigram_that_a_lookalike_lacks(self):
        assert PlatePattern.looking_like("7ACB").bigrams == ("^7", "7A", "AC")

    @given(norms, norms)
    def test_agrees_with_the_fold(self, wanted, plate):
        assert PlatePattern.looking_like(wanted).matches(plate) == (fold(wanted) == fold(plate))

    @given(norms)
    def test_expression_is_valid(self, norm):
        assert re.compile(PlatePattern.looking_like(norm).regex)
