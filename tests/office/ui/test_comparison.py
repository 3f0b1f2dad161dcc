from hypothesis import given
from hypothesis import strategies as st

from platekeeper.office.ui.comparison import Column, columns, difference_in_words

PLATES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", max_size=9)


class TestColumns:
    @given(PLATES, PLATES)
    def test_gives_both_texts_back_whatever_they_are(self, read: str, listed: str) -> None:
        compared = columns(read, listed)

        assert "".join(column.read for column in compared) == read
        assert "".join(column.listed for column in compared) == listed

    @given(PLATES)
    def test_finds_no_difference_between_a_text_and_itself(self, text: str) -> None:
        assert not any(column.is_different for column in columns(text, text))

    def test_marks_the_one_misread_character(self) -> None:
        compared = columns("8A8D017", "8ABD017")

        assert [place for place, column in enumerate(compared) if column.is_different] == [2]

    def test_does_not_shift_texts_of_one_length(self) -> None:
        assert columns("ABC", "BCA") == [Column("A", "B"), Column("B", "C"), Column("C", "A")]

    def test_aligns_a_text_that_lacks_its_first_character(self) -> None:
        assert columns("ABC123", "7ABC123")[0] == Column("", "7")
        assert not any(column.is_different for column in columns("ABC123", "7ABC123")[1:])

    def test_keeps_the_confidence_beside_its_character(self) -> None:
        compared = columns("AB", "7AB", [0.9, 0.4])

        assert [column.confidence for column in compared] == [None, 0.9, 0.4]
        assert [column.is_doubtful for column in compared] == [False, False, True]

    def test_never_rounds_a_confidence_up(self) -> None:
        assert columns("A", "A", [0.998])[0].percent == 99
        assert columns("A", "A", [1.0])[0].percent == 100

    def test_ignores_confidences_that_do_not_fit_the_text(self) -> None:
        assert [column.percent for column in columns("ABC", "ABC", [0.9])] == [None, None, None]


class TestDifferenceInWords:
    def test_says_that_all_are_the_same(self) -> None:
        assert difference_in_words(columns("7ABC", "7ABC")) == "All characters are the same."

    def test_names_each_place(self) -> None:
        sentence = difference_in_words(columns("8A8", "8AB"))

        assert sentence == "1 of 3 characters differ: place 3: read 8, list B."

    def test_says_where_one_has_nothing(self) -> None:
        assert "read nothing, list 7" in difference_in_words(columns("ABC", "7ABC"))
