import numpy as np
import pytest

from platekeeper.recognition import open_engine
from platekeeper.recognition.geometry import overlaps
from platekeeper.recognition.manifest import SHIPPED, read_manifest
from platekeeper.recognition.own_engine import readable_plates
from platekeeper.recognition.results import PlateReading, PlateRegion, Recognition
from tests.recognition.drawn import street_with

DRAWN = np.array([[210, 200, 430, 260]], dtype=np.float32)


def recognition(text: str, confidence: float = 0.9) -> Recognition:
    return Recognition(PlateRegion(((0, 0), (9, 0), (9, 3), (0, 3)), 0.9), PlateReading(text, confidence))


class TestReadablePlates:
    @pytest.mark.parametrize("text", ["", "A", "20180511123305"])
    def test_drops_what_is_too_short_or_too_long(self, text: str) -> None:
        assert readable_plates([recognition(text)]) == []

    @pytest.mark.parametrize("text", ["2026", "1999", "NEVADA", "DEC"])
    def test_drops_what_stickers_clocks_and_issuers_print(self, text: str) -> None:
        assert readable_plates([recognition(text), recognition("8ABC123")]) == [recognition("8ABC123")]

    def test_drops_a_doubtful_short_one_and_keeps_a_sure_one(self) -> None:
        doubtful, sure = recognition("O5", 0.4), recognition("G8", 0.9)

        assert readable_plates([doubtful, sure]) == [sure]

    def test_drops_what_says_nothing_and_keeps_the_order(self) -> None:
        first, second = recognition("8ABC123"), recognition("GOVIKES", 0.3)

        assert readable_plates([first, recognition("XYZW", 0.001), second]) == [first, second]


@pytest.mark.skipif(not read_manifest(SHIPPED).weights, reason="no weights are shipped with this checkout")
class TestShippedWeights:
    @pytest.mark.parametrize("name", ["platekeeper", "platekeeper-alone"])
    def test_find_and_read_a_drawn_plate(self, name: str) -> None:
        engine = open_engine(name, threads=1)

        found = engine.recognize(street_with("8ABC123"))

        assert engine.name == name
        assert read_manifest(SHIPPED).version in engine.version
        boxes = np.array([each.region.box for each in found], dtype=np.float32).reshape(-1, 4)
        assert overlaps(DRAWN, boxes).max(initial=0.0) > 0.5
        assert all(len(each.reading.characters) == len(each.reading.text) for each in found)

    def test_are_measured_and_therefore_the_default(self) -> None:
        assert open_engine(threads=1).name == "platekeeper"
