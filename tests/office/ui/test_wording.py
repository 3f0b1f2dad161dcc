from datetime import UTC, datetime, timedelta

import pytest

from platekeeper.office.ui.wording import (
    age_in_words,
    code_in_words,
    confidence_in_words,
    list_age_in_words,
    region_in_words,
    state_in_words,
)

NOW = datetime(2025, 11, 23, 4, 0, tzinfo=UTC)


class TestListAge:
    def test_marks_a_list_older_than_a_day(self) -> None:
        words = list_age_in_words(NOW - timedelta(hours=24, seconds=1), NOW)

        assert words.tone == "danger"
        assert words.text == "List is old: fetched 24 h ago"

    def test_marks_a_list_of_unknown_age(self) -> None:
        assert list_age_in_words(None, NOW).tone == "danger"

    def test_leaves_a_list_of_today_unmarked(self) -> None:
        words = list_age_in_words(NOW - timedelta(hours=24), NOW)

        assert words.tone == ""
        assert words.text == "List fetched 24 h ago"


class TestConfidence:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (1.0, "very sure"),
            (0.95, "very sure"),
            (0.949, "sure"),
            (0.7, "fairly sure"),
            (0.5, "doubtful"),
            (0.49, "very doubtful"),
            (0.0, "very doubtful"),
            (-1.0, "very doubtful"),
            (2.0, "very sure"),
        ],
    )
    def test_has_words_for_every_value(self, value: float, text: str) -> None:
        assert confidence_in_words(value).text == text


class TestCode:
    @pytest.mark.parametrize(
        ("code", "text"),
        [
            ("STATUS_CONFIRMED", "Status confirmed"),
            ("receive-alerts", "Receive alerts"),
            ("api", "API"),
            ("stolen vehicle", "Stolen vehicle"),
            ("", ""),
        ],
    )
    def test_becomes_words(self, code: str, text: str) -> None:
        assert code_in_words(code) == text

    def test_of_a_refusal_is_said_as_people_say_it(self) -> None:
        assert state_in_words("DENIED").text == "Refused"

    def test_that_nobody_knows_is_still_shown(self) -> None:
        assert state_in_words("STOP_MADE").text == "Stop made"


class TestAge:
    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (-5, "just now"),
            (44, "just now"),
            (45, "1 min ago"),
            (119, "2 min ago"),
            (3600, "1 h ago"),
            (48 * 3600 - 1, "48 h ago"),
            (72 * 3600, "3 days ago"),
        ],
    )
    def test_is_said_in_the_largest_unit_that_fits(self, seconds: int, text: str) -> None:
        assert age_in_words(timedelta(seconds=seconds)) == text


class TestRegion:
    def test_of_a_state_is_its_name(self) -> None:
        assert region_in_words("US-CA") == "California"
        assert region_in_words("NV") == "Nevada"

    def test_of_another_country_stays_a_code(self) -> None:
        assert region_in_words("MX-BCN") == "MX-BCN"
