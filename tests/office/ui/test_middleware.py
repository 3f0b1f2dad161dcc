from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from platekeeper.office.ui.middleware import ContentSecurityPolicy, StaticFiles, content_security_policy


def answer_with(response: HttpResponse) -> HttpResponse:
    answered = ContentSecurityPolicy(lambda request: response)(RequestFactory().get("/"))
    assert isinstance(answered, HttpResponse)
    return answered


class TestContentSecurityPolicy:
    def test_lets_nothing_run_or_look_that_this_server_did_not_write(self) -> None:
        policy = content_security_policy("")

        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy

    def test_allows_the_pictures_of_the_map_source_and_no_more_of_it(self) -> None:
        policy = content_security_policy("https://{s}.tiles.example/{z}/{x}/{y}.png")

        assert "img-src 'self' data: https://*.tiles.example;" in policy
        assert policy.count("tiles.example") == 1

    @override_settings(MAP_TILES="")
    def test_stands_on_every_answer(self) -> None:
        response = answer_with(HttpResponse("x"))

        assert response.headers["Content-Security-Policy"] == content_security_policy("")

    @override_settings(MAP_TILES="")
    def test_keeps_what_was_shown_out_of_caches(self) -> None:
        assert answer_with(HttpResponse("x")).headers["Cache-Control"] == "private, no-store"

    @override_settings(MAP_TILES="")
    def test_leaves_an_answer_its_own_rule_of_caching(self) -> None:
        own = HttpResponse("x", headers={"Cache-Control": "public, max-age=60"})

        assert answer_with(own).headers["Cache-Control"] == "public, max-age=60"


class TestStaticFiles:
    def answer(self, **headers: str) -> HttpResponse:
        answered = StaticFiles(lambda request: HttpResponse("not a file"))(
            RequestFactory().get("/static/ui/css/components.css", headers=headers)
        )
        assert isinstance(answered, HttpResponse)
        return answered

    def test_come_whole_because_a_stream_makes_an_asynchronous_server_warn(self) -> None:
        answer = self.answer()

        assert not answer.streaming
        assert b".count" in answer.content
        assert answer.headers["Content-Type"].startswith("text/css")
        assert answer.headers["Content-Length"] == str(len(answer.content))

    def test_come_in_part_or_not_again_where_the_browser_asks_so(self) -> None:
        whole = self.answer()

        assert self.answer(range="bytes=0-9").content == whole.content[:10]
        assert self.answer(if_none_match=whole.headers["ETag"]).status_code == 304
