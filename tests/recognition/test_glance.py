from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from platekeeper.recognition.ctc import ALPHABET, CLASSES
from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.glance import MOST_REGIONS, GlancingFinder, shown_by
from platekeeper.recognition.results import PlateRegion

FRAME = np.zeros((300, 600, 3), np.uint8)


def columns(text: str, sure: float = 0.9) -> np.ndarray:
    """Make columns that show a text, a blank after each character."""
    shares = np.full((32, CLASSES), (1 - sure) / (CLASSES - 1), np.float32)
    shares[:, 0] = 1.0
    for at, char in enumerate(text):
        shares[2 * at] = (1 - sure) / (CLASSES - 1)
        shares[2 * at, 1 + ALPHABET.index(char)] = sure
    return np.log(shares / shares.sum(axis=1, keepdims=True))


def region(confidence: float, x: float = 0.0) -> PlateRegion:
    return PlateRegion(((x, 50), (x + 60, 50), (x + 60, 80), (x, 80)), confidence)


@dataclass
class GivenRegions:
    regions: list[PlateRegion]

    def find_plates(self, frame: BgrFrame) -> list[PlateRegion]:
        return self.regions


class TextSession:
    """Stands for a reader that sees these texts, one a crop."""

    def __init__(self, *seen: tuple[str, float]) -> None:
        self.seen = seen
        self.crops: list[int] = []

    def run(self, names: list[str] | None, feeds: dict[str, np.ndarray]) -> list[Any]:
        assert names == ["log_probs"]
        self.crops.append(len(feeds["crops"]))
        return [np.stack([columns(*self.seen[at % len(self.seen)]) for at in range(len(feeds["crops"]))])]


def kept(regions: list[PlateRegion], *seen: tuple[str, float], least: float = 0.2) -> list[PlateRegion]:
    return GlancingFinder(GivenRegions(regions), TextSession(*seen), least=least).find_plates(FRAME)


class TestShownBy:
    def test_is_nothing_where_nothing_is_seen(self) -> None:
        assert shown_by(columns("")) == ("", 0.0)

    def test_names_a_character_that_lasts_once_and_one_that_repeats_twice(self) -> None:
        lasting = columns("8AA")
        lasting[1] = lasting[0]
        assert shown_by(lasting)[0] == "8AA"

    @pytest.mark.parametrize("sure", [0.5, 0.95])
    def test_is_as_sure_as_the_mean_of_the_characters(self, sure: float) -> None:
        assert shown_by(columns("8ABC123", sure))[1] == pytest.approx(sure, abs=1e-3)


class TestFindPlates:
    def test_drops_what_bears_no_text_or_a_doubtful_one(self) -> None:
        fence, doubtful = region(0.9), region(0.3, 80)
        assert kept([fence, doubtful], ("1I", 0.9), ("8ABC123", 0.4)) == []

    def test_keeps_plates_the_surest_of_finder_and_reader_first(self) -> None:
        dim, clear = region(0.9), region(0.8, 80)
        assert kept([dim, clear], ("8ABC123", 0.5), ("8ABC123", 0.95)) == [clear, dim]

    def test_keeps_the_whole_of_a_plate_and_not_its_surer_part(self) -> None:
        whole = PlateRegion(((0, 50), (100, 50), (100, 90), (0, 90)), 0.7)
        part = PlateRegion(((2, 52), (50, 52), (50, 88), (2, 88)), 0.95)
        assert kept([part, whole], ("8AB", 0.99), ("8ABC123", 0.9)) == [whole]

    def test_keeps_a_near_plate_and_not_the_wording_within_it(self) -> None:
        near = PlateRegion(((0, 50), (400, 50), (400, 250), (0, 250)), 0.99)
        wording = PlateRegion(((90, 55), (310, 55), (310, 85), (90, 85)), 0.7)
        assert kept([near, wording], ("F1AC", 0.95), ("CALIFORNIA", 0.99)) == [near]

    def test_keeps_the_plate_and_not_the_recess_around_it_that_bears_the_same_text(self) -> None:
        recess = PlateRegion(((0, 40), (200, 40), (200, 120), (0, 120)), 0.95)
        plate = PlateRegion(((60, 50), (140, 50), (140, 92), (60, 92)), 0.8)
        assert kept([recess, plate], ("8ABC123", 0.95), ("8ABC123", 0.9)) == [plate]

    def test_keeps_a_sure_short_serial_and_not_the_longer_dealer_s_frame_around_it(self) -> None:
        near = PlateRegion(((0, 50), (400, 50), (400, 250), (0, 250)), 1.0)
        dealer = PlateRegion(((60, 215), (310, 215), (310, 248), (60, 248)), 0.8)
        assert kept([near, dealer], ("5TOM", 0.98), ("COASTALMOT", 0.99)) == [near]

    def test_glances_at_all_in_one_run_and_at_no_more_than_a_bounded_number(self) -> None:
        session = TextSession(("8ABC123", 0.9))
        many = [region(0.9, 70.0 * at) for at in range(30)]
        GlancingFinder(GivenRegions(many), session, least=0.2).find_plates(FRAME)
        assert session.crops == [MOST_REGIONS]

    def test_asks_nothing_where_nothing_was_found_in_a_street(self) -> None:
        session = TextSession(("8ABC123", 0.9))
        street = np.zeros((720, 1280, 3), np.uint8)
        assert GlancingFinder(GivenRegions([]), session, least=0.2).find_plates(street) == []
        assert session.crops == []

    def test_takes_a_small_picture_without_a_found_plate_for_one(self) -> None:
        finder = GlancingFinder(GivenRegions([]), TextSession(("8ABC123", 0.9)), least=0.3)

        (found,) = finder.find_plates(np.zeros((60, 130, 3), np.uint8))

        assert found.box == (0, 0, 130, 60)

    def test_reads_no_plate_off_a_small_picture_that_shows_no_text(self) -> None:
        finder = GlancingFinder(GivenRegions([]), TextSession(("", 0.9)), least=0.3)

        assert finder.find_plates(np.zeros((60, 130, 3), np.uint8)) == []
