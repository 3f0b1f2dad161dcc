"""Log lines hold no words of an exception: those quote rows and what people typed."""

import logging
import sys

import pytest
from django.test import Client
from django.urls import reverse

from platekeeper.office.config.logs import DiscreetFormatter

from ..doors import logged_in
from ..people import a_person, an_agency


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


class TestOneLine:
    @pytest.mark.parametrize(
        "body",
        [b"plate=8ABC123&x=" + b"x" * 10 * 2**20, b"&".join(b"plate%d=8ABC123" % n for n in range(1000))],
        ids=["10 MB", "1000 fields"],
    )
    @pytest.mark.parametrize("page", ["account_login", "search:search"])
    def test_is_all_that_a_body_too_large_leaves_and_the_answer_has_a_sentence(self, page, body, console):
        client = logged_in(a_person(an_agency())) if page != "account_login" else Client()
        client.raise_request_exception = False

        answer = client.post(reverse(page), body, content_type="application/x-www-form-urlencoded")

        lines = console.getvalue().strip().splitlines()
        assert answer.status_code in {400, 413}
        assert "could not understand" in answer.content.decode()
        assert len(lines) == 1
        assert "django.security." in lines[0]
        assert "8ABC123" not in lines[0]

    def test_keeps_no_words_of_what_was_refused(self, console):
        logging.getLogger("django.security.SuspiciousOperation").error(
            "8ABC123", exc_info=ValueError("8ABC123")
        )

        assert console.getvalue().count("\n") == 1
        assert "8ABC123" not in console.getvalue()
