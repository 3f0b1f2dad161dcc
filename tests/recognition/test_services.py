import base64
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from platekeeper.recognition import RecognitionError, open_engine, services
from platekeeper.recognition.services import (
    DIALECTS,
    Service,
    ServiceFailed,
    platerecognizer_found,
    rekor_found,
)
from tests.recognition.drawn import street_with
from tests.recognition.local_service import LocalService, serving

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "payloads"

SNAPSHOT = {
    "results": [
        {
            "box": {"xmin": 210, "ymin": 200, "xmax": 430, "ymax": 260},
            "plate": "8abc123",
            "score": 0.9,
            "dscore": 0.8,
            "region": {"code": "us-ca", "score": 0.7},
            "candidates": [{"plate": "8abc123", "score": 0.9}, {"plate": "babc123", "score": 0.6}],
            "color": [{"color": "red", "score": 0.7}],
            "model_make": [{"make": "Porsche", "model": "911", "score": 0.4}],
            "vehicle": {"type": "Sedan", "score": 0.7},
        },
        {"box": {"xmin": 0, "ymin": 0, "xmax": 9, "ymax": 9}, "plate": None, "score": 0.1},
    ]
}
REKOR = {
    "results": [
        {
            "plate": "627WWI",
            "confidence": 94.1,
            "region": "us-wa",
            "coordinates": [
                {"x": 238, "y": 358},
                {"x": 357, "y": 358},
                {"x": 357, "y": 408},
                {"x": 239, "y": 409},
            ],
            "candidates": [{"plate": "627WWI", "confidence": 94.1}, {"plate": "627WW1", "confidence": 74.1}],
            "vehicle": {"color": [{"name": "silver-gray", "confidence": 77.8}], "make": []},
        }
    ]
}


@pytest.fixture
def local() -> Iterator[LocalService]:
    with serving(LocalService(SNAPSHOT)) as service:
        yield service


class TestRefusals:
    @pytest.mark.parametrize(
        "address",
        ["", "127.0.0.1:8080", "file:///etc/passwd", "http://", "http://127.0.0.1:none", "http://[::1"],
    )
    def test_an_address_that_is_none(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        monkeypatch.setenv("PLATEKEEPER_ENGINE_URL", address)

        with pytest.raises(
            RecognitionError, match="set PLATEKEEPER_ENGINE_URL to an address such as http://"
        ):
            open_engine("platerecognizer")

    def test_a_service_that_does_not_run(self) -> None:
        service = Service(DIALECTS["rekor"], "http://127.0.0.1:9")

        with pytest.raises(ServiceFailed, match="it does not answer: check that it runs"):
            service.recognize(street_with("8ABC123"))

    def test_a_service_that_refuses(self, local: LocalService) -> None:
        local.status = 403

        with pytest.raises(ServiceFailed, match="it answers 403: check PLATEKEEPER_ENGINE_TOKEN"):
            Service(DIALECTS["rekor"], local.address).recognize(street_with("8ABC123"))

    def test_a_service_with_a_fault_of_its_own(self, local: LocalService) -> None:
        local.status = 503

        with pytest.raises(ServiceFailed, match="it answers 503: it has a fault of its own"):
            Service(DIALECTS["rekor"], local.address).recognize(street_with("8ABC123"))
        assert len(local.asked) == 1

    def test_a_service_that_stays_busy_and_asks_it_no_more_than_three_times(
        self, local: LocalService
    ) -> None:
        local.status = 429

        with pytest.raises(ServiceFailed, match="it answers 429: it is asked too often"):
            Service(DIALECTS["rekor"], local.address).recognize(street_with("8ABC123"))
        assert len(local.asked) == 3

    def test_a_service_that_sends_its_callers_elsewhere(self, local: LocalService) -> None:
        local.status = 302

        with pytest.raises(ServiceFailed, match="it answers 302: give the address to which it sends"):
            Service(DIALECTS["rekor"], local.address).recognize(street_with("8ABC123"))
        assert len(local.asked) == 1

    @pytest.mark.parametrize("head", [True, False])
    def test_a_service_that_answers_by_drops(
        self, local: LocalService, monkeypatch: pytest.MonkeyPatch, head: bool
    ) -> None:
        monkeypatch.setattr(services, "ANSWER_S", 0.3)
        local.drips = "head" if head else "content"

        with pytest.raises(ServiceFailed, match=r"no whole answer came within 0\.3 s: check that it runs"):
            Service(DIALECTS["platerecognizer"], local.address).recognize(street_with("8ABC123"))

    def test_a_service_that_takes_the_picture_and_says_nothing(
        self, local: LocalService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "ANSWER_S", 0.3)
        local.drips = "nothing"

        with pytest.raises(ServiceFailed, match=r"no whole answer came within 0\.3 s"):
            Service(DIALECTS["platerecognizer"], local.address).recognize(street_with("8ABC123"))

    @pytest.mark.parametrize(
        "answer", [b"", b"<html>", [], {}, {"results": 3}, {"results": [3]}, {"results": [{"plate": "A"}]}]
    )
    @pytest.mark.parametrize("name", DIALECTS)
    def test_an_answer_of_another_form(self, local: LocalService, answer: object, name: str) -> None:
        local.answer = answer

        with pytest.raises(ServiceFailed, match="its answer has another form"):
            Service(DIALECTS[name], local.address).recognize(street_with("8ABC123"))

    def test_what_is_no_bgr_frame(self, local: LocalService) -> None:
        with pytest.raises(ValueError, match="expected a BGR frame"):
            Service(DIALECTS["rekor"], local.address).recognize(np.zeros((4, 4), np.uint8))
        assert local.asked == []


class TestPlateRecognizer:
    def test_is_asked_at_its_own_address_whatever_proxy_the_environment_names(
        self, local: LocalService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

        assert Service(DIALECTS["platerecognizer"], local.address).recognize(street_with("8ABC123"))

    def test_is_asked_again_when_it_was_busy(self, local: LocalService) -> None:
        local.busy = 2

        assert Service(DIALECTS["platerecognizer"], local.address).recognize(street_with("8ABC123"))

    def test_is_asked_as_its_documentation_says(self, local: LocalService) -> None:
        Service(DIALECTS["platerecognizer"], local.address + "/", "secret").recognize(street_with("8ABC123"))

        ((path, headers, body),) = local.asked
        assert path == "/v1/plate-reader/"
        assert headers["Authorization"] == "Token secret"
        assert headers["Content-Type"].startswith("multipart/form-data; boundary=")
        jpeg = body.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
        assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (360, 640, 3)

    def test_is_told_in_our_terms(self, local: LocalService, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PLATEKEEPER_ENGINE_URL", local.address)

        (found,) = open_engine("platerecognizer", vehicle=True).recognize(street_with("8ABC123"))

        assert found.region.box == (210, 200, 430, 260)
        assert found.region.confidence == 0.8
        assert (found.reading.text, found.reading.raw, found.reading.region) == (
            "8ABC123",
            "8abc123",
            "US-CA",
        )
        assert [each.text for each in found.reading.candidates] == ["8ABC123", "BABC123"]
        assert [each.text for each in found.reading.characters] == list("8ABC123")
        assert {name: found.vehicle[name] for name in ("color", "make", "model", "body")} == {
            "color": "red",
            "make": "Porsche",
            "model": "911",
            "body": "Sedan",
        }
        assert len(local.asked) == 1

    def test_tells_no_vehicle_unless_asked(
        self, local: LocalService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLATEKEEPER_ENGINE_URL", local.address)

        (found,) = open_engine("platerecognizer").recognize(street_with("8ABC123"))

        assert found.vehicle == {}

    def test_stands_behind_both_seams(self, local: LocalService) -> None:
        service = Service(DIALECTS["platerecognizer"], local.address)

        assert [region.box for region in service.find_plates(street_with("8ABC123"))] == [
            (210, 200, 430, 260)
        ]
        assert service.read_plate(street_with("8ABC123")).text == "8ABC123"

    @pytest.mark.skipif(not SAMPLES.is_dir(), reason="the payload samples do not stand beside this checkout")
    def test_understands_its_own_test_message(self) -> None:
        sample = json.loads((SAMPLES / "platerecognizer/stream_webhook_vendor_tester.json").read_text())

        found = platerecognizer_found(sample["data"]["results"][0])

        assert found is not None
        assert found.region.box == (337, 270, 412, 305)
        assert found.vehicle["body"] == "Sedan"
        assert found.reading.candidates[0].confidence == 0.902


class TestRekor:
    def test_is_asked_with_the_picture_as_base64(self, local: LocalService) -> None:
        local.answer = REKOR

        Service(DIALECTS["rekor"], local.address).recognize(street_with("8ABC123"))

        ((path, headers, body),) = local.asked
        assert path == "/v3/recognize_bytes"
        assert "Authorization" not in headers
        assert base64.b64decode(body)[:2] == b"\xff\xd8"

    def test_is_told_in_our_terms(self, local: LocalService) -> None:
        local.answer = REKOR

        (found,) = Service(DIALECTS["rekor"], local.address).recognize(street_with("8ABC123"))

        assert found.region.corners[3] == (239, 409)
        assert found.reading.text == "627WWI"
        assert found.reading.confidence == pytest.approx(0.941)
        assert found.reading.region == "US-WA"
        assert dict(found.vehicle) == {"color": "silver-gray"}

    def test_reads_nothing_where_nothing_was_found(self, local: LocalService) -> None:
        local.answer = {"results": []}

        assert Service(DIALECTS["rekor"], local.address).read_plate(street_with("8ABC123")).text == ""

    @pytest.mark.skipif(not SAMPLES.is_dir(), reason="the payload samples do not stand beside this checkout")
    @pytest.mark.parametrize("name", ["alprd_results_v0.json", "cloudapi_recognize_response.json"])
    def test_understands_real_messages(self, name: str) -> None:
        sample = json.loads((SAMPLES / "rekor" / name).read_text())

        for entry in sample["results"]:
            found = rekor_found(entry)
            assert found is not None
            assert found.reading.raw == entry["plate"]
            assert found.reading.confidence == pytest.approx(entry["confidence"] / 100, abs=1e-4)
