from pathlib import Path

import cv2
import numpy as np
import pytest

from platekeeper.recognition import open_engine
from platekeeper.recognition.engines import Engine
from platekeeper.recognition.sightings import SETTLED_S, Sighting, rules_for, sightings_in
from platekeeper.recognition.sources import UnreadableFile
from tests.recognition.drawn import street_with
from tests.recognition.local_service import LocalService, serving
from tests.recognition.test_services import SNAPSHOT


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_engine("rapidocr", threads=1)


def seen_in(file: Path, engine: Engine) -> list[Sighting | UnreadableFile]:
    return list(sightings_in(str(file), engine))


class TestSightingsIn:
    def test_tells_what_cannot_be_read(self, tmp_path: Path, engine: Engine) -> None:
        (tmp_path / "a.jpg").touch()

        (told,) = seen_in(tmp_path / "a.jpg", engine)

        assert isinstance(told, UnreadableFile)

    def test_numbers_the_plates_of_a_picture(self, tmp_path: Path, engine: Engine) -> None:
        cv2.imwrite(str(tmp_path / "a.png"), street_with("8ABC123", "6XYZ789"))

        told = seen_in(tmp_path / "a.png", engine)

        assert {(each.found.reading.text, each.place) for each in told if isinstance(each, Sighting)} in (
            {("8ABC123", 0), ("6XYZ789", 1)},
            {("8ABC123", 1), ("6XYZ789", 0)},
        )

    def test_tells_a_plate_of_a_video_once(self, tmp_path: Path, engine: Engine) -> None:
        scenes = [street_with("8ABC123", at=(150 + 8 * step, 200)) for step in range(8)]
        writer = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (640, 360))
        for scene in scenes:
            writer.write(np.ascontiguousarray(scene))
        writer.release()

        (told,) = seen_in(tmp_path / "a.avi", engine)

        assert isinstance(told, Sighting)
        assert told.found.reading.text == "8ABC123"
        assert told.frame.frame is not None
        assert told.place == 0


class TestServices:
    def test_one_bad_answer_costs_one_picture(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in "abc":
            cv2.imwrite(str(tmp_path / f"{name}.png"), street_with("8ABC123"))
        with serving(LocalService(SNAPSHOT, failing=frozenset({1}))) as service:
            monkeypatch.setenv("PLATEKEEPER_ENGINE_URL", service.address)
            engine = open_engine("platerecognizer")
            told = [each for name in "abc" for each in seen_in(tmp_path / f"{name}.png", engine)]

        assert [each.found.reading.text for each in told if isinstance(each, Sighting)] == ["8ABC123"] * 2
        (problem,) = [str(each) for each in told if isinstance(each, UnreadableFile)]
        assert problem == (
            f"{tmp_path / 'b.png'}: the recognition service platerecognizer failed, it answers 503;"
            " it has a fault of its own; look into its log and try again."
        )


class TestRulesFor:
    def test_waits_for_a_car_to_leave_a_file_but_not_a_stream(self) -> None:
        assert rules_for("a.mp4").settled_s is None
        assert rules_for("rtsp://camera/1").settled_s == SETTLED_S
