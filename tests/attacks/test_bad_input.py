"""Bad input of machines at a running server: a sentence and 4xx, never 5xx."""

import secrets

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from .scene import Browser, Scene
from .stage import HOME

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
FEW = settings(max_examples=40, suppress_health_check=list(HealthCheck), database=None)
TEN_MB = b"x" * 10 * 2**20


@pytest.fixture(scope="module")
def token(scene: Scene) -> str:
    slug = scene.made["agencies"][HOME]["slug"]
    return scene.house.said("producer", "add", slug, f"fuzz-{secrets.token_hex(4)}")


@pytest.fixture(scope="module")
def described(scene: Scene):
    return schemathesis.openapi.from_url(f"{scene.house.address}/api/openapi.json")


class TestMachines:
    @pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    def test_get_an_answer_that_the_description_knows(self, described, token, mode):
        for result in described.get_all_operations():
            operation = result.ok()

            @FEW
            @given(case=operation.as_strategy(generation_mode=mode))
            def tried(case):
                answer = case.call(headers={"Authorization": f"Bearer {token}"}, timeout=180)
                assert answer.status_code < 500
                if answer.status_code != 200:
                    assert "error" in answer.json()
                assert str(answer.status_code) in case.operation.definition.raw["responses"]

            if mode is GenerationMode.POSITIVE or operation.method == "post":
                tried()

    @FEW
    @given(body=st.binary(max_size=300))
    def test_are_told_that_bytes_are_no_batch(self, scene, token, body):
        assert self.sent(scene, token, body) in {200, 400}

    @pytest.mark.parametrize(
        "body",
        [b"", b"null", b"[]", b"{", b'{"reads": "x"}', b"\xff\xfe", b'{"reads": [null]}', b"[" * 100_000, TEN_MB],
        ids=lambda body: repr(body[:12]),
    )  # fmt: skip
    def test_are_told_what_is_wrong(self, scene, token, body):
        assert self.sent(scene, token, body) in {200, 400, 413}

    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer " + "x" * 5000, "Bearer \x7f"]
    )
    def test_get_nowhere_without_a_token(self, scene, header):
        answer = Browser(scene.house.address).http.post(
            f"{scene.house.address}/api/reads", data=b"{}", headers={"Authorization": header}, timeout=180
        )

        assert answer.status_code in {400, 401}

    def bearer(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def sent(self, scene: Scene, token: str, body: bytes) -> int:
        answer = Browser(scene.house.address).http.post(
            f"{scene.house.address}/api/reads", data=body, headers=self.bearer(token), timeout=180
        )
        return answer.status_code
