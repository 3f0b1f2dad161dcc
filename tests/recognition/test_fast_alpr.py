from dataclasses import dataclass
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest

from platekeeper.recognition import RecognitionError, open_engine
from platekeeper.recognition.fast_alpr_engine import FastFinder, FastReader
from platekeeper.recognition.frames import BgrFrame

FRAME = np.zeros((40, 60, 3), np.uint8)


def box(x1: int, y1: int, x2: int, y2: int, confidence: float) -> SimpleNamespace:
    return SimpleNamespace(confidence=confidence, bounding_box=SimpleNamespace(x1=x1, y1=y1, x2=x2, y2=y2))


@dataclass
class Dictated:
    """Stands for fast-alpr's detector or reader: answers what it was told to, and scribbles on what it was given."""

    answer: object

    def predict(self, frame: BgrFrame) -> object:
        frame[:] = 255
        return self.answer


def read(text: str, confidence: object) -> FastReader:
    return FastReader(Dictated(SimpleNamespace(text=text, confidence=confidence, region=None)))


@pytest.mark.skipif(find_spec("fast_alpr") is not None, reason="the extra is installed here")
def test_says_what_to_install() -> None:
    with pytest.raises(
        RecognitionError, match=r"it is not installed: say `pip install \"fast-alpr\[onnx\]\"`"
    ):
        open_engine("fast-alpr")


class TestFastFinder:
    def test_gives_the_corners_of_boxes_the_surest_first(self) -> None:
        finder = FastFinder(Dictated([box(1, 2, 11, 6, 0.5), box(20, 20, 40, 26, 0.9)]))

        found = finder.find_plates(FRAME)

        assert [region.confidence for region in found] == [0.9, 0.5]
        assert found[0].corners == ((20, 20), (40, 20), (40, 26), (20, 26))
        assert not FRAME.any()

    def test_refuses_what_is_no_bgr_frame(self) -> None:
        with pytest.raises(ValueError, match="expected a BGR frame"):
            FastFinder(Dictated([])).find_plates(FRAME[:, :, 0])


class TestFastReader:
    def test_refuses_what_is_no_bgr_frame(self) -> None:
        with pytest.raises(ValueError, match="expected a BGR frame"):
            read("A", 0.9).read_plate(FRAME[:, :, 0])

    def test_reads_nothing_where_it_says_nothing(self) -> None:
        assert FastReader(Dictated(None)).read_plate(FRAME).text == ""
        assert read("___", [0.9, 0.9, 0.9]).read_plate(FRAME).text == ""

    def test_keeps_one_number_a_character_and_leaves_padding_out(self) -> None:
        reading = read("8BC", [0.5, 0.8, 1.0, 1.0]).read_plate(FRAME)

        assert reading.text == "8BC"
        assert reading.confidence == pytest.approx(0.4)
        assert [each.confidence for each in reading.characters] == [0.5, 0.8, 1.0]
        assert not FRAME.any()

    def test_bears_one_number_for_the_whole_text(self) -> None:
        reading = read("8BC", 0.7).read_plate(FRAME)

        assert reading.confidence == 0.7
        assert [each.confidence for each in reading.characters] == [0.7, 0.7, 0.7]
