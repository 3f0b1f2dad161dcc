"""Log lines hold no words of an exception: those quote rows and what people typed."""

import logging
import sys

import pytest

from platekeeper.office.config.logs import DiscreetFormatter


def logged(raising) -> str:
    try:
        raising()
    except (ValueError, KeyError, RuntimeError):
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "It failed.", (), sys.exc_info())
        return DiscreetFormatter().format(record)
    raise AssertionError("it did not raise")


def _plain() -> None:
    raise ValueError("8ABC123 is no number")


def _caused() -> None:
    try:
        _plain()
    except ValueError as error:
        raise RuntimeError("row (8ABC123) refused") from error


def _in_the_course_of_another() -> None:
    try:
        _plain()
    except ValueError:
        _ = {}["8ABC123"]


def _around_itself() -> None:
    error = RuntimeError("8ABC123")
    error.__cause__ = error
    raise error


class TestDiscreetFormatter:
    @pytest.mark.parametrize(
        ("raising", "types"),
        [(_plain, ["ValueError"]), (_caused, ["ValueError", "RuntimeError"]),
         (_in_the_course_of_another, ["ValueError", "KeyError"]), (_around_itself, ["RuntimeError"])],
    )  # fmt: skip
    def test_tells_types_and_places_but_no_words(self, raising, types):
        text = logged(raising)

        assert [
            line.removeprefix("builtins.") for line in text.splitlines() if line.startswith("builtins.")
        ] == types
        assert f"in {raising.__name__}" in text
        assert not any("8ABC123" in line for line in text.splitlines() if not line.startswith("    "))

    def test_leaves_other_lines_as_they_are(self):
        record = logging.LogRecord("x", logging.INFO, __file__, 1, "Serving %s", ("pages",), None)

        assert DiscreetFormatter("{levelname} {message}", style="{").format(record) == "INFO Serving pages"
