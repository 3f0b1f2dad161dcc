from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from platekeeper.recognition.reader import (
    HEIGHT_PX,
    MARGIN,
    WIDTH_PX,
    OnnxReader,
    looks_at,
    region_of,
    stacked,
    tempered,
)
from platekeeper.recognition.results import NOTHING_READ, Candidate, PlateReading
from tests.recognition.test_ctc import columns


class DictatedSession:
    """Stands for a model that reads what it was told to, look by look, and keeps what it was shown."""

    def __init__(self, *looks: np.ndarray, region: np.ndarray | None = None) -> None:
        self.looks, self.region = looks, region
        self.shown: list[np.ndarray] = []

    def run(self, names: list[str] | None, feeds: dict[str, np.ndarray]) -> list[Any]:
        before, count = sum(len(each) for each in self.shown), len(feeds["crops"])
        self.shown.append(feeds["crops"])
        looks = [self.looks[(before + at) % len(self.looks)] for at in range(count)]
        outputs = {"log_probs": np.stack(looks), "region": self.region}
        return [outputs[name] for name in names or []]


EIGHT = columns({"8": 0.6, "B": 0.4}, {"": 1}, {"C": 1})
BEE = columns({"B": 0.9, "8": 0.1}, {"": 1}, {"C": 1})
CROP = np.zeros((66, 124, 3), np.uint8)


class TestLooksAt:
    def test_cuts_the_plate_out_once_for_each_margin(self) -> None:
        crop = np.zeros((132, 310, 3), np.uint8)
        # the plate itself, 250 x 100 px within its margin, is white
        crop[16:116, 30:280] = 255

        looks = looks_at(crop, [(-0.02, -0.04), MARGIN])

        assert looks.shape == (2, 1, HEIGHT_PX, WIDTH_PX)
        assert looks.dtype == np.float32
        assert looks[0].min() > 250
        assert looks[1, 0, 0].max() == 0

    def test_reads_crops_of_any_size(self) -> None:
        assert looks_at(np.zeros((1, 1, 3), np.uint8), [(0, 0)]).shape == (1, 1, HEIGHT_PX, WIDTH_PX)

    def test_cuts_one_row_of_a_plate_of_two(self) -> None:
        crop = np.zeros((132, 124, 3), np.uint8)
        # the plate itself, 100 x 100 px within its margin; its upper half is white
        crop[16:66, 12:112] = 255

        assert looks_at(crop, [(-0.05, -0.1)], part=(0.0, 0.5)).min() > 250
        assert looks_at(crop, [(-0.05, -0.1)], part=(0.5, 1.0)).max() < 5


class TestStacked:
    def row(self, text: str, confidence: float, other: str = "") -> PlateReading:
        candidates = (Candidate(text, confidence), *([Candidate(other, 0.1)] if other else []))
        return PlateReading(text, confidence, (), candidates, text)

    def test_is_nothing_where_a_row_is_empty(self) -> None:
        assert stacked(self.row("8AB", 0.9), NOTHING_READ) == NOTHING_READ
        assert stacked(NOTHING_READ, self.row("8AB", 0.9)) == NOTHING_READ

    def test_puts_the_rows_together_and_is_as_sure_as_of_both(self) -> None:
        both = stacked(self.row("EZT", 0.9, "EZ7"), self.row("4721", 0.8))

        assert both.text == "EZT4721"
        assert both.raw == "EZT 4721"
        assert both.confidence == pytest.approx(0.72)
        assert [each.text for each in both.candidates] == ["EZT4721", "EZ74721"]


class TestTempered:
    def test_is_nothing_at_one(self) -> None:
        assert_array_equal(tempered(EIGHT, 1.0), EIGHT)

    def test_makes_a_model_less_sure_and_keeps_each_column_whole(self) -> None:
        cooler = np.exp(tempered(EIGHT, 2.0))

        assert_allclose(cooler.sum(axis=1), 1, rtol=1e-5)
        assert cooler[0].max() < 0.6


class TestRegionOf:
    def test_refuses_other_shapes(self) -> None:
        with pytest.raises(ValueError, match=r"shape \(looks, 2\); got \(1, 3\)"):
            region_of(np.zeros((1, 3), np.float32), ["US-CA", ""], at_least=0.5)

    def test_tells_none_when_unsure_or_when_it_is_no_state(self) -> None:
        regions = ["US-CA", "US-NV", "EU"]

        assert region_of(np.log([[0.5, 0.4, 0.1]]), regions, at_least=0.8) is None
        assert region_of(np.log([[0.05, 0.05, 0.9]]), regions, at_least=0.8) is None

    def test_tells_what_the_looks_agree_on(self) -> None:
        shares = np.log([[0.9, 0.1], [0.8, 0.2]])

        assert region_of(shares, ["US-CA", "US-NV"], at_least=0.8) == "US-CA"


class TestReadPlate:
    def test_refuses_what_is_no_bgr_frame(self) -> None:
        with pytest.raises(ValueError, match="expected a BGR frame"):
            OnnxReader(DictatedSession(EIGHT), margins=[(0, 0)]).read_plate(np.zeros((4, 4), np.uint8))

    def test_lets_the_looks_vote(self) -> None:
        reading = OnnxReader(DictatedSession(EIGHT, BEE, BEE), margins=[(0, 0)] * 3).read_plate(CROP)

        assert reading.text == "BC"
        assert reading.candidates[1].text == "8C"
        assert reading.region is None

    @pytest.mark.parametrize(
        ("sure", "runs", "text"), [(0.5, [1], "8C"), (0.7, [1, 2], "BC"), (1.0, [3], "BC")]
    )
    def test_looks_on_only_where_the_first_look_is_in_doubt(
        self, sure: float, runs: list[int], text: str
    ) -> None:
        session = DictatedSession(EIGHT, BEE, BEE)

        reading = OnnxReader(session, margins=[(0, 0)] * 3, sure=sure).read_plate(CROP)

        assert [len(each) for each in session.shown] == runs
        assert reading.text == text

    def test_reads_a_plate_as_high_as_wide_by_its_rows_too(self) -> None:
        square, wide = np.zeros((132, 124, 3), np.uint8), np.zeros((66, 124, 3), np.uint8)

        for crop, runs, text in ((square, 3, "BCBC"), (wide, 1, "BC")):
            session = DictatedSession(BEE)
            assert OnnxReader(session, margins=[(0, 0)]).read_plate(crop).text == text
            assert len(session.shown) == runs

    def test_names_the_region_where_the_model_tells_one(self) -> None:
        session = DictatedSession(BEE, region=np.log([[0.1, 0.9]]))

        reading = OnnxReader(session, margins=[(0, 0)], regions=["US-NV", "US-CA"]).read_plate(CROP)

        assert reading.region == "US-CA"

    def test_leaves_the_crop_as_it_was(self) -> None:
        crop = np.random.default_rng(1).integers(0, 255, (66, 124, 3), dtype=np.uint8)
        before = crop.copy()

        OnnxReader(DictatedSession(BEE), margins=[(0, 0)]).read_plate(crop)

        assert_array_equal(crop, before)
