import csv
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from platekeeper.recognition import ENGINES, Engine, RecognitionError, open_engine, text_engine
from platekeeper.recognition.characters import reading_of_candidates
from platekeeper.recognition.geometry import overlaps
from platekeeper.recognition.results import Candidate, PlateReading, PlateRegion
from platekeeper.recognition.sources import load_picture
from tests.recognition.drawn import captioned, street, street_with

PATROL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "patrol-photos"


def plates(engine: Engine, frame: np.ndarray) -> list[str]:
    return [found.reading.text for found in engine.recognize(frame)]


class TestOpenEngine:
    def test_refuses_an_unknown_name_and_lists_the_known_ones(self) -> None:
        with pytest.raises(
            RecognitionError, match=r"no recognition engine 'openalpr': choose one of default,"
        ):
            open_engine("openalpr")

    def test_says_what_to_install_when_the_models_are_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_engine, "find_spec", lambda name: None)

        with pytest.raises(RecognitionError, match="install the package `rapidocr`"):
            open_engine("rapidocr")

    def test_runs_the_models_without_the_wheels_own_code(self, text_engine: Engine) -> None:
        # its code logs and may fetch; only its model files are used
        assert find_spec("rapidocr") is not None
        assert "rapidocr" not in sys.modules

    def test_tells_name_and_models_for_the_record(self, text_engine: Engine) -> None:
        assert text_engine.name in ENGINES
        assert "PP-OCRv6_rec_small" in text_engine.version


class TestRecognize:
    @pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4)])
    def test_refuses_what_is_no_bgr_frame(self, text_engine: Engine, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="expected a BGR frame"):
            text_engine.recognize(np.zeros(shape, dtype=np.uint8))

    @pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 3), (40, 60)])
    def test_finds_nothing_in_tiny_pictures(self, text_engine: Engine, size: tuple[int, int]) -> None:
        assert plates(text_engine, np.full((*size, 3), 128, dtype=np.uint8)) == []

    def test_finds_nothing_on_an_empty_street(self, text_engine: Engine) -> None:
        assert plates(text_engine, street()) == []

    @pytest.mark.parametrize(
        "caption", ["2018-05-11 12:33:05 CAM12", "CAM12 12:33:05", "CALL 555-0199", "TAXI", "45 KM/H"]
    )
    def test_takes_no_caption_for_a_plate(self, text_engine: Engine, caption: str) -> None:
        assert plates(text_engine, captioned(street(), caption)) == []

    def test_prefers_the_plate_to_the_caption(self, text_engine: Engine) -> None:
        scene = captioned(street_with("8ABC123"), "2018-05-11 12:33:05 CAM1")

        assert plates(text_engine, scene) == ["8ABC123"]

    def test_reads_several_plates(self, text_engine: Engine) -> None:
        assert sorted(plates(text_engine, street_with("7XYZ482", "3DEF567"))) == ["3DEF567", "7XYZ482"]

    def test_keeps_place_candidates_and_each_characters_probabilities(self, text_engine: Engine) -> None:
        (found,) = text_engine.recognize(street_with("KLM 4567", at=(210, 200)))

        drawn = np.array([[210, 200, 430, 260]], dtype=np.float32)
        assert overlaps(np.array([found.region.box], dtype=np.float32), drawn)[0, 0] > 0.5
        assert found.reading.raw == "KLM 4567"
        assert found.reading.candidates[0].text == found.reading.text == "KLM4567"
        assert [character.text for character in found.reading.characters] == list("KLM4567")
        assert all(0 <= character.confidence <= 1 for character in found.reading.characters)

    def test_leaves_the_frame_as_it_was(self, text_engine: Engine) -> None:
        scene = street_with("8ABC123")
        before = scene.copy()

        text_engine.recognize(scene)

        assert_array_equal(scene, before)

    def test_reads_a_plate_in_a_picture_of_8k(self, text_engine: Engine) -> None:
        small = street_with("8ABC123")
        assert plates(text_engine, np.repeat(np.repeat(small, 12, axis=0), 12, axis=1)) == ["8ABC123"]


@pytest.mark.skipif(not PATROL.is_dir(), reason="the patrol photographs do not stand beside this checkout")
@dataclass
class OnePlate:
    """Stands for a finder and a reader that see the same sure text at one place."""

    x: float

    def find_plates(self, frame: np.ndarray) -> list[PlateRegion]:
        ends = self.x, self.x + 90
        return [PlateRegion(((ends[0], 50), (ends[1], 50), (ends[1], 70), (ends[0], 70)), 0.9)]

    def read_plate(self, crop: np.ndarray) -> PlateReading:
        return reading_of_candidates([Candidate("8ABC123", 0.96), Candidate("BABC123", 0.02)])


class TestPlatesAtTheEdge:
    @pytest.mark.parametrize(("x", "confidence"), [(100, 0.96), (0.5, 0.48), (549.5, 0.48)])
    def test_are_half_as_sure_because_part_of_them_may_not_be_in_view(
        self, x: float, confidence: float
    ) -> None:
        (found,) = Engine("one", "1", OnePlate(x), OnePlate(x)).recognize(np.zeros((360, 640, 3), np.uint8))

        assert found.reading.text == "8ABC123"
        assert found.reading.confidence == pytest.approx(confidence)
        assert found.reading.candidates[0].confidence == found.reading.confidence


class TestRealPhotographs:
    def test_reads_near_plates(self, text_engine: Engine) -> None:
        rows = list(csv.DictReader((PATROL / "plates.csv").read_text().splitlines()))
        near = [row for row in rows if row["plate"] and int(row["x2"]) - int(row["x1"]) > 170][::9][:5]

        right = [
            row["plate"] in plates(text_engine, load_picture(PATROL / "images" / row["file"])) for row in near
        ]

        assert len(right) == 5
        assert sum(right) >= 4
