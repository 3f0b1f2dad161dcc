import pytest

from platekeeper.recognition.printed import PHRASES, is_printed


class TestIsPrinted:
    @pytest.mark.parametrize(
        "text", ["8ABC123", "TEX123", "MAY123", "GARDENS", "ALOHAS", "0H10", "1999X", "NEWYO", "LIVE"]
    )
    def test_leaves_serials_alone_that_resemble_it(self, text: str) -> None:
        assert not is_printed(text)

    @pytest.mark.parametrize("text", ["OHIO", "NEWYORK", "HAWA11", "NEWMEXICQ", "SUNSHINE", "AUG", "2014"])
    def test_knows_states_months_years_and_mottoes_also_with_digits_for_letters(self, text: str) -> None:
        assert is_printed(text)

    @pytest.mark.parametrize("text", ["LIVEFRE", "NATIVEAM", "FREEORDI", "RTHCAROL"])
    def test_knows_what_a_plate_that_is_partly_read_shows_of_a_phrase(self, text: str) -> None:
        assert is_printed(text)

    @pytest.mark.parametrize("phrase", PHRASES)
    def test_knows_every_phrase_as_a_whole(self, phrase: str) -> None:
        assert is_printed(phrase.replace(" ", ""))
