"""What is no text comes into no page: NUL, control characters, broken UTF-8."""

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from ..doors import logged_in
from ..people import a_person, an_agency

BAD = ["\x00", "a\x00b", "\x1b[31m", "\x7f", "�"]


@pytest.fixture(scope="module")
def client(database) -> Client:
    return logged_in(a_person(an_agency()))


class TestPlainText:
    @pytest.mark.parametrize("bad", BAD)
    def test_refuses_a_form_that_holds_none(self, client, bad):
        answer = client.post("/search/", {"plate": bad})

        assert answer.status_code == 400
        assert "could not understand" in answer.content.decode()

    def test_refuses_a_form_that_is_not_utf_8(self, client):
        answer = client.post("/search/", b"plate=%FF%FE", "application/x-www-form-urlencoded")

        assert answer.status_code == 400

    @pytest.mark.parametrize("query", ["person=%00", "%00=1", "person=%FF", "person=%1B"])
    def test_refuses_a_query_that_holds_none(self, client, query):
        assert client.get(f"/audits/records/?{query}").status_code == 400

    @pytest.mark.parametrize("path", ["/public/%00/", "/account/of/a%00b/", "/public/%FF/"])
    def test_refuses_an_address_that_holds_none(self, client, path):
        assert client.get(path).status_code in {400, 404}

    @pytest.mark.parametrize("good", ["8ABC123", "Müller, 東京", "two\r\nlines\tand a tab", "Ѕ"])
    def test_lets_every_text_through(self, client, good):
        assert client.post("/account/terminal/", {"code": good[:40]}).status_code == 422

    @settings(max_examples=25)
    @given(st.binary(max_size=60))
    def test_breaks_on_no_bytes(self, client, raw):
        body = b"code=" + raw

        assert client.post("/account/terminal/", body, "application/x-www-form-urlencoded").status_code < 500
