import pytest

from platekeeper.recognition.plausibility import is_plate_text, may_be_cut_off, plates_of
from platekeeper.recognition.results import PlateReading, PlateRegion, Recognition


def recognition(
    raw: str, *, x: float = 100, y: float = 100, width: float = 120, height: float = 30
) -> Recognition:
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    text = "".join(char for char in raw.upper() if char.isascii() and char.isalnum())
    return Recognition(PlateRegion(corners, 0.9), PlateReading(text=text, confidence=0.8, raw=raw))


def texts(*found: Recognition) -> list[str]:
    return [each.reading.text for each in plates_of(found)]


def upright(x: float, y: float, width: float = 100.0, height: float = 22.0) -> PlateRegion:
    return PlateRegion(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), 0.9)


class TestMayBeCutOff:
    @pytest.mark.parametrize(("x", "y"), [(1, 300), (-3, 300), (1179, 300), (500, 0), (500, 697)])
    def test_is_what_ends_at_the_frame_s_edge(self, x: float, y: float) -> None:
        assert may_be_cut_off(upright(x, y), 1280, 720)

    def test_is_not_what_lies_within(self) -> None:
        assert not may_be_cut_off(upright(3, 300), 1280, 720)

    def test_is_not_a_plate_that_the_frame_was_cut_out_around(self) -> None:
        assert not may_be_cut_off(upright(1, 1), 130, 26)


class TestIsPlateText:
    @pytest.mark.parametrize(
        "raw",
        [
            "12:33:05",
            "2018-05-11",
            "2018.05.11",
            "11/05/18",
            "555-0199",
            "(555) 555-0199",
            "555.555.0199",
            "0721555019",
            "45 km/h",
            "60MPH",
            "TAXI",
            "CALIFORNIA",
            "42",
            "1234",
            "A1",
            "WWW.EXAMPLE.COM",
            "AB12CD34EF56",
            "8A%#C@12",
        ],
    )
    def test_refuses_what_stands_on_no_plate(self, raw: str) -> None:
        text = "".join(char for char in raw.upper() if char.isascii() and char.isalnum())

        assert not is_plate_text(raw, text)

    @pytest.mark.parametrize(
        "raw",
        ["8ABC123", "KLM 4567", "B 21 GSB", "TX-1234", "123·ABC", "1A23456", "5XYZ 98", "765432", "ABC1D23"],
    )
    def test_accepts_serials_with_their_usual_marks(self, raw: str) -> None:
        assert is_plate_text(raw, "".join(char for char in raw if char.isascii() and char.isalnum()))


class TestPlatesOf:
    def test_is_empty_without_texts(self) -> None:
        assert texts() == []

    def test_prefers_the_tallest_to_the_surest(self) -> None:
        far = recognition("1AAA111", x=400, y=400, height=14, width=60)

        assert texts(far, recognition("8ABC123")) == ["8ABC123", "1AAA111"]

    def test_drops_a_caption_around_a_taller_plate(self) -> None:
        assert texts(recognition("8ABC123"), recognition("EST 1984", y=136, height=12, width=60)) == [
            "8ABC123"
        ]

    def test_drops_what_stands_in_one_row_with_a_clock(self) -> None:
        clock = recognition("12:33:05", x=20, y=10, height=20)

        assert texts(clock, recognition("CAM12", x=400, y=11, height=20, width=70)) == []

    @pytest.mark.parametrize(
        "shape",
        [{"height": 6, "width": 30}, {"width": 300, "height": 20}, {"width": 30, "height": 30}],
    )
    def test_drops_what_is_too_low_too_long_or_too_narrow(self, shape: dict[str, float]) -> None:
        assert texts(recognition("8ABC123", **shape)) == []

    def test_drops_text_that_leans_too_far(self) -> None:
        corners = ((0.0, 0.0), (60.0, 60.0), (40.0, 80.0), (-20.0, 20.0))
        leaning = Recognition(PlateRegion(corners, 0.9), recognition("8ABC123").reading)

        assert texts(leaning) == []

    def test_drops_a_reading_without_any_surety(self) -> None:
        found = recognition("8ABC123")

        assert (
            texts(Recognition(found.region, PlateReading(text="8ABC123", confidence=0.001, raw="8ABC123")))
            == []
        )
