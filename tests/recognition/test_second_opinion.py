from dataclasses import dataclass, field

import numpy as np
import pytest

from platekeeper.recognition.frames import BgrFrame
from platekeeper.recognition.results import NOTHING_READ, Candidate, PlateReading
from platekeeper.recognition.second_opinion import SecondOpinion, among_look_alikes

AGREEING, DISAGREEING = ((0.0, 0.99), (1.0, 0.99)), ((0.0, 0.0), (1.0, 0.5))


@dataclass
class DictatedReader:
    """Reads what it was told to, and keeps the shapes of the crops that it was shown."""

    text: str
    confidence: float = 0.8
    shown: list[tuple[int, ...]] = field(default_factory=list)

    def read_plate(self, crop: BgrFrame) -> PlateReading:
        self.shown.append(crop.shape)
        if not self.text:
            return NOTHING_READ
        return PlateReading(
            self.text, self.confidence, (), (Candidate(self.text, self.confidence),), self.text
        )


def opinion(
    first: DictatedReader,
    second: DictatedReader,
    nearer: DictatedReader | None = None,
    *,
    size: tuple[int, int] = (40, 60),
) -> PlateReading:
    reader = SecondOpinion(
        first=first,
        second=second,
        nearer=nearer,
        first_margin=(0.1, 0.2),
        second_margin=(0.25, 0.5),
        agreeing=AGREEING,
        disagreeing=DISAGREEING,
    )
    return reader.read_plate(np.zeros((*size, 3), np.uint8))


class TestReadPlate:
    def test_refuses_what_is_no_bgr_frame(self) -> None:
        reader = SecondOpinion(DictatedReader(""), DictatedReader(""), (0, 0), (0, 0), AGREEING, DISAGREEING)
        with pytest.raises(ValueError, match="expected a BGR frame"):
            reader.read_plate(np.zeros((4, 4), np.uint8))

    def test_doubts_what_only_one_of_them_read(self) -> None:
        assert opinion(DictatedReader("8ABC123"), DictatedReader("BABC123")).confidence < 0.5
        assert opinion(DictatedReader("8ABC123"), DictatedReader("")).confidence < 0.5
        assert opinion(DictatedReader(""), DictatedReader("8ABC123")).confidence < 0.5

    def test_reads_nothing_where_neither_does(self) -> None:
        assert opinion(DictatedReader(""), DictatedReader("")) == NOTHING_READ

    @pytest.mark.parametrize("raw", ["12:33:05", "2018-05-11 12:33:05 CAM1", "555-555-0199"])
    def test_reads_nothing_where_the_second_sees_a_caption(self, raw: str) -> None:
        assert opinion(DictatedReader("8ABC123"), DictatedReader(raw)) == NOTHING_READ

    def test_reads_a_serial_of_three_and_four_digits(self) -> None:
        assert opinion(DictatedReader("4774878"), DictatedReader("477 4878")).text == "4774878"

    def test_believes_the_first_among_look_alikes_although_the_second_is_surer(self) -> None:
        first, second = DictatedReader("2FBD460", 0.7), DictatedReader("2FB0460", 0.94)
        assert opinion(first, second).text == "2FBD460"

    def test_believes_the_second_where_it_is_much_surer_of_another_character(self) -> None:
        assert opinion(DictatedReader("TR95XH", 0.2), DictatedReader("TR95XM", 0.95)).text == "TR95XM"

    def test_reads_nothing_where_the_second_sees_small_letters(self) -> None:
        caption = DictatedReader("rendered scene")
        assert opinion(DictatedReader("RENDERED"), caption) == NOTHING_READ
        assert opinion(DictatedReader("TACOS"), DictatedReader("California TACOS")).text == "TACOS"

    def test_is_sure_of_what_both_read(self) -> None:
        reading = opinion(DictatedReader("8ABC123"), DictatedReader("8ABC123"))

        assert reading.text == "8ABC123"
        assert reading.confidence == 0.99

    def test_follows_the_first_where_both_are_equally_sure(self) -> None:
        assert opinion(DictatedReader("8ABC123"), DictatedReader("BABC123")).text == "8ABC123"

    def test_shows_each_the_margin_that_it_wants(self) -> None:
        first, second = DictatedReader("8ABC123"), DictatedReader("8ABC123")

        opinion(first, second)

        assert first.shown == [(28, 48, 3)]
        assert second.shown == [(40, 60, 3)]

    def test_looks_nearer_only_where_the_two_differ_or_the_first_is_unsure(self) -> None:
        def asked(first: DictatedReader, second: DictatedReader) -> bool:
            nearer = DictatedReader("8ABC123")
            opinion(first, second, nearer)
            return bool(nearer.shown)

        assert not asked(DictatedReader("8ABC123"), DictatedReader("8ABC123"))
        assert asked(DictatedReader("8ABC123", 0.5), DictatedReader("BABC123", 0.5))
        assert asked(DictatedReader("8ABC123", 0.2), DictatedReader("8ABC123"))
        assert asked(DictatedReader("8ABC123", 0.01), DictatedReader("BABC123", 0.5))
        assert asked(DictatedReader("8ABC123", 0.3), DictatedReader("BABC123", 0.1))

    def test_does_not_look_nearer_where_nothing_could_change(self) -> None:
        def asked(first: DictatedReader, second: DictatedReader) -> bool:
            nearer = DictatedReader("8ABC123")
            opinion(first, second, nearer)
            return bool(nearer.shown)

        assert not asked(DictatedReader("8ABC123", 0.7), DictatedReader("BABC123", 0.5))
        assert not asked(DictatedReader("8ABC123", 0.01), DictatedReader("BABC123", 0.2))

    def test_doubts_what_the_nearer_look_does_not_confirm(self) -> None:
        first, second = DictatedReader("8ABC123", 0.2), DictatedReader("8ABC123")

        assert opinion(first, second, DictatedReader("BABC123")).confidence < 0.5
        assert opinion(first, second, DictatedReader("8ABC123")).confidence == 0.99

    def test_asks_at_once_for_the_lines_of_what_may_bear_two_rows(self) -> None:
        first, second, nearer = (
            DictatedReader("DP6752"),
            DictatedReader("6752", 0.99),
            DictatedReader("DP6752"),
        )

        reading = opinion(first, second, nearer, size=(60, 60))

        assert (reading.text, reading.confidence) == ("DP6752", 0.99)
        assert not second.shown

    def test_reads_nothing_where_the_nearer_look_sees_a_caption(self) -> None:
        seen = opinion(
            DictatedReader("123305", 0.5), DictatedReader("123306", 0.5), DictatedReader("12:33:05")
        )

        assert seen == NOTHING_READ


class TestAmongLookAlikes:
    def test_gives_texts_that_look_alike_a_part_and_keeps_the_sum(self) -> None:
        said = DictatedReader("2FB0460", 0.8).read_plate(np.zeros((4, 4, 3), np.uint8))
        other = DictatedReader("2FBD460", 0.6).read_plate(np.zeros((4, 4, 3), np.uint8))

        evened = among_look_alikes(said, other, untold=0.5)

        assert [(each.text, each.confidence) for each in evened.candidates] == [
            ("2FB0460", pytest.approx(0.6)),
            ("2FBD460", pytest.approx(0.2)),
        ]

    def test_gives_nothing_to_what_does_not_look_alike(self) -> None:
        said = DictatedReader("8ABC123").read_plate(np.zeros((4, 4, 3), np.uint8))
        other = DictatedReader("8AXC123").read_plate(np.zeros((4, 4, 3), np.uint8))

        assert among_look_alikes(said, other).candidates == said.candidates
