from dataclasses import dataclass

import numpy as np
import pytest

from platekeeper.plates import formats_matching
from platekeeper.recognition.characters import reading_of_candidates
from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.ranking import RankingReader, is_wide, ranked
from platekeeper.recognition.reader import MARGIN
from platekeeper.recognition.results import NOTHING_READ, Candidate, PlateReading


def reading(*offered: tuple[str, float], region: str | None = None) -> PlateReading:
    return reading_of_candidates([Candidate(*each) for each in offered], region=region)


class TestRanked:
    def test_invents_nothing_and_overrules_no_sure_reading(self) -> None:
        sure = reading(("BABC123", 0.97), ("8ABC123", 0.02), region="US-CA")

        assert ranked(sure).text == "BABC123"
        assert {c.text for c in ranked(sure).candidates} == {"BABC123", "8ABC123"}

    def test_leaves_what_offers_no_choice_as_it_is(self) -> None:
        alone = reading(("XYZ", 0.4))

        assert ranked(alone) is alone
        assert ranked(NOTHING_READ) is NOTHING_READ

    def test_prefers_of_two_likely_texts_the_one_that_is_issued_and_keeps_the_raw_one(self) -> None:
        found = ranked(reading(("BABC123", 0.5), ("8ABC123", 0.4), region="US-CA"))

        assert found.text == "8ABC123"
        assert found.raw == "BABC123"
        assert found.text == "".join(each.text for each in found.characters)
        assert found.confidence == found.candidates[0].confidence

    def test_keeps_the_confidence_of_all_together(self) -> None:
        before = reading(("BABC123", 0.5), ("8ABC123", 0.3), region="US-CA")

        after = ranked(before)

        assert sum(c.confidence for c in after.candidates) == pytest.approx(0.8, abs=1e-4)

    def test_counts_formats_not_at_all_at_strength_nought(self) -> None:
        assert ranked(reading(("BABC123", 0.5), ("8ABC123", 0.4)), strength=0).text == "BABC123"

    def test_lets_what_looks_alike_speak_for_the_text_that_is_issued(self) -> None:
        found = ranked(reading(("SB90TZ1", 0.5), ("SB90TZ", 0.2), ("SB90TZI", 0.1)))

        assert found.text == "SB90TZI"
        assert found.raw == "SB90TZ1"
        assert [each.confidence for each in found.candidates] == sorted(
            (each.confidence for each in found.candidates), reverse=True
        )

    def test_spells_a_text_of_another_length(self) -> None:
        found = ranked(reading(("8ABC12", 0.3), ("8ABC123", 0.28), region="US-CA"))

        assert found.text == "8ABC123"
        assert len(found.characters) == 7


class TestWidePlates:
    def test_are_weighed_by_the_formats_of_countries_that_have_such_plates(self) -> None:
        offered = reading(("8121PHO", 0.5), ("B121PHO", 0.3))
        assert formats_matching("8121PHO", "US")
        assert ranked(offered).text == "8121PHO"
        assert ranked(offered, wide=True).text == "B121PHO"

    def test_are_told_of_no_american_state(self) -> None:
        assert ranked(reading(("8ABC123", 0.7), region="US-CA"), wide=True).region is None

    @pytest.mark.parametrize(("width", "wide"), [(200, False), (460, True)])
    def test_are_wide_without_the_margin_around_them(self, width: int, wide: bool) -> None:
        crop = np.zeros((round(100 * (1 + 2 * MARGIN[1])), round(width * (1 + 2 * MARGIN[0])), 3), np.uint8)
        assert is_wide(crop, MARGIN) is wide


class TestRegionsTold:
    def test_is_not_told_where_it_issues_nothing_of_what_was_read(self) -> None:
        assert ranked(reading(("B305CIL", 0.7), ("B305CL", 0.2), region="BR")).region is None
        assert ranked(reading(("B305CIL", 0.7), region="BR")).region is None

    def test_is_not_told_of_a_text_that_somebody_chose(self) -> None:
        assert ranked(reading(("SURFER", 0.7), ("SURFE", 0.2), region="US-CA")).region is None

    def test_is_told_where_it_issues_what_was_read(self) -> None:
        assert ranked(reading(("BRA4E19", 0.7), ("8RA4E19", 0.2), region="BR")).region == "BR"
        assert ranked(reading(("8ABC123", 0.7), region="US-CA")).region == "US-CA"


@dataclass
class GivenReading:
    given: PlateReading

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        return self.given


class TestRankingReader:
    def test_calibrates_what_it_has_weighed(self) -> None:
        reader = RankingReader(GivenReading(reading(("8ABC123", 0.9))), ((0.0, 0.0), (1.0, 0.5)))

        read = reader.read_plate(np.zeros((4, 4, 3), np.uint8))

        assert read.confidence == pytest.approx(0.45)
        assert read.candidates[0].confidence == read.confidence

    def test_goes_by_the_shape_of_the_plate(self) -> None:
        reader = RankingReader(
            GivenReading(reading(("8121PHO", 0.5), ("B121PHO", 0.3))), ((0.0, 0.0), (1.0, 1.0))
        )

        assert reader.read_plate(np.zeros((120, 220, 3), np.uint8)).text == "8121PHO"
        assert reader.read_plate(np.zeros((60, 220, 3), np.uint8)).text == "B121PHO"
