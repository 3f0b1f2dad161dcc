import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.recognition.fusion import fuse
from platekeeper.recognition.results import NOTHING_READ, Candidate, Character, PlateReading


def reading(*candidates: tuple[str, float], region: str | None = None, raw: str = "") -> PlateReading:
    text, confidence = candidates[0]
    characters = tuple(Character(char, confidence, {char: confidence, "?": 1 - confidence}) for char in text)
    found = tuple(Candidate(*each) for each in candidates)
    return PlateReading(text, confidence, characters, found, raw or text, region)


class TestFuse:
    def test_refuses_nothing_and_weights_that_do_not_fit(self) -> None:
        with pytest.raises(ValueError, match="a weight for each; got 0 readings"):
            fuse([])
        with pytest.raises(ValueError, match="a weight for each; got 1 readings"):
            fuse([reading(("8C", 0.8))], weights=[1, 2])

    def test_reads_nothing_from_empty_readings(self) -> None:
        assert fuse([NOTHING_READ, NOTHING_READ]) == NOTHING_READ

    def test_gives_a_single_reading_back(self) -> None:
        only = reading(("8C", 0.8), ("BC", 0.1))

        assert fuse([NOTHING_READ, only]) is only

    def test_is_surer_of_what_two_agree_on(self) -> None:
        fused = fuse([reading(("8C", 0.8), ("BC", 0.1)), reading(("8C", 0.7), ("BC", 0.2))])

        assert fused.text == "8C"
        assert fused.confidence > 0.8

    def test_is_unsure_of_what_two_disagree_on(self) -> None:
        fused = fuse([reading(("8C", 0.9)), reading(("BC", 0.9))])

        assert fused.confidence < 0.6

    def test_finds_a_text_that_neither_put_first(self) -> None:
        one = reading(("8CX", 0.5), ("BCX", 0.4))
        other = reading(("8GX", 0.5), ("BCX", 0.4))

        assert fuse([one, other]).text == "BCX"

    def test_counts_a_heavier_reading_more(self) -> None:
        one, other = reading(("8C", 0.6), ("BC", 0.3)), reading(("BC", 0.6), ("8C", 0.3))

        assert fuse([one, other], weights=[3, 1]).text == "8C"
        assert fuse([one, other], weights=[1, 3]).text == "BC"

    def test_keeps_characters_raw_text_and_region(self) -> None:
        fused = fuse([reading(("8C", 0.6), region="US-CA"), reading(("8C", 0.9), raw="8 C")])

        assert fused.raw == "8 C"
        assert fused.region == "US-CA"
        assert [character.text for character in fused.characters] == ["8", "C"]
        for character in fused.characters:
            assert sum(character.probabilities.values()) == pytest.approx(1, abs=1e-4)

    def test_has_characters_even_where_no_reading_had_that_length(self) -> None:
        one = PlateReading("8CX", 0.5, (), (Candidate("8CX", 0.5), Candidate("8C", 0.45)), "8CX")

        fused = fuse([one, one])

        assert [character.text for character in fused.characters] == list(fused.text)

    @given(st.permutations([("8C", 0.6), ("BC", 0.7), ("8G", 0.3)]))
    def test_does_not_depend_on_the_order(self, order: list[tuple[str, float]]) -> None:
        fused = fuse([reading(each) for each in order])

        assert fused.text == "BC"
        assert fused.candidates == fuse([reading(each) for each in sorted(order)]).candidates
