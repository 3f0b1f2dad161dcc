import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.recognition.characters import characters_of_candidates, plain, reading_of_candidates
from platekeeper.recognition.results import Candidate


class TestPlain:
    @pytest.mark.parametrize(
        ("text", "read"),
        [("8abc 123", "8ABC123"), ("B-12·XYZ", "B12XYZ"), ("川A12345", "A12345"), ("__", "")],
    )
    def test_keeps_capitals_and_digits_only(self, text: str, read: str) -> None:
        assert plain(text) == read


class TestReadingOfCandidates:
    def test_reads_nothing_without_a_text(self) -> None:
        reading = reading_of_candidates([Candidate("", 0.9)], raw="--")

        assert (reading.text, reading.confidence, reading.candidates, reading.raw) == ("", 0.0, (), "--")

    def test_brings_scores_down_to_one_and_keeps_the_leaders(self) -> None:
        reading = reading_of_candidates([Candidate("8C", 0.7), Candidate("BC", 0.9), Candidate("BC", 0.5)])

        assert reading.text == "BC"
        assert reading.confidence == 0.9
        assert sum(each.confidence for each in reading.candidates) == pytest.approx(1)

    def test_keeps_raw_text_and_region(self) -> None:
        reading = reading_of_candidates([Candidate("BC", 0.9)], raw="b-c", region="US-CA")

        assert (reading.raw, reading.region) == ("b-c", "US-CA")

    @given(
        st.lists(st.tuples(st.text("AB8", min_size=1, max_size=3), st.floats(-1, 2)), min_size=1, max_size=8)
    )
    def test_never_sums_to_more_than_one(self, scored: list[tuple[str, float]]) -> None:
        reading = reading_of_candidates([Candidate(*each) for each in scored])

        assert sum(each.confidence for each in reading.candidates) <= 1.001
        assert reading.confidence == max(each.confidence for each in reading.candidates)


class TestCharactersOfCandidates:
    def test_shows_where_the_candidates_differ(self) -> None:
        first, second = characters_of_candidates(
            "8C", [Candidate("8C", 0.6), Candidate("BC", 0.3), Candidate("8CX", 0.1)]
        )

        assert dict(first.probabilities) == {"8": 0.6, "B": 0.3}
        assert dict(second.probabilities) == {"C": 0.9}
        assert second.confidence == 0.9
