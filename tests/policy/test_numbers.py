import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.policy import load_profile, profiles
from platekeeper.policy.numbers import spelled
from platekeeper.policy.statements import chapters


class TestSpelled:
    @pytest.mark.parametrize(
        ("pattern", "words"),
        [
            (r"\d{2}-\d{4,6}", '2 digits, "-", 4 to 6 digits'),
            (r"[A-Z]{2}\d{2}-\d{4,6}", '2 capital letters, 2 digits, "-", 4 to 6 digits'),
            (
                r"\d{2}-?\d{6}|EV\d{2}",
                '2 digits, perhaps "-", 6 digits; or "EV", 2 digits',
            ),
            (r"(DR ?)?\d{5}", 'perhaps ("DR", perhaps " "), 5 digits'),
            (r"(?:A|B)[0-9]", '("A" or "B"), 1 digit'),
            (r"\d?\.", 'perhaps 1 digit, "."'),
            ("(AB){2}", '2 times ("AB")'),
            ("X{3}", '3 times "X"'),
        ],
    )
    def test_says_how_a_number_is_written(self, pattern, words):
        assert spelled(pattern) == words

    @pytest.mark.parametrize("pattern", [r"\w+", ".*", "(?=x)", "a++", "([x])", ""])
    def test_marks_what_it_cannot_say_and_another_otherwise(self, pattern):
        assert re.fullmatch("the agency's own form, number [0-9a-f]{8}", spelled(pattern))
        assert spelled(pattern) != spelled(pattern + r"\w")

    @given(st.text(max_size=20))
    def test_answers_any_text(self, pattern):
        assert spelled(pattern)


@pytest.mark.parametrize("slug", profiles())
def test_no_sentence_of_a_policy_holds_a_regular_expression(slug):
    for chapter in chapters(load_profile(slug)):
        for statement in chapter.statements:
            assert not set(statement.text) & set("\\{}[]"), statement.text
