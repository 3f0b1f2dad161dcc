"""Places as people draw them: what lies within, which cells they touch, and what is no place."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.office.reads.places import METERS_PER_DEGREE, cell_of
from platekeeper.office.search.places import Circle, PlaceError, place_of, points_in, polygon, street

LAT, LON = 33.8366, -118.3873
METRES = st.floats(-3000, 3000)


def at(east_m: float, north_m: float) -> tuple[float, float]:
    return LAT + north_m / METERS_PER_DEGREE, LON + east_m / (METERS_PER_DEGREE * math.cos(math.radians(LAT)))


SQUARE = polygon([at(-100, -100), at(100, -100), at(100, 100), at(-100, 100)])
BEND = street([at(0, 0), at(500, 0), at(500, 500)], 40)


class TestMistake:
    @pytest.mark.parametrize(
        ("draw", "sentence"),
        [
            (lambda: polygon([at(0, 0), at(100, 0)]), "at least three corners"),
            (lambda: polygon([at(0, 0), at(0, 0), at(0, 0), at(0, 0)]), "at least three corners"),
            (lambda: polygon([at(0, 0), at(100, 100), at(100, 0), at(0, 100)]), "crosses itself"),
            (lambda: polygon([at(0, 0), at(200, 0), at(100, 0), at(100, 100)]), "crosses itself"),
            (lambda: polygon([at(0, 0), at(40_000, 0), at(0, 100)]), "wider than 30 km"),
            (lambda: polygon([at(n, n * n) for n in range(61)]), "at most 60 points"),
            (lambda: street([at(0, 0)], 40), "at least two points"),
            (lambda: street([at(0, 0), at(0, 90_000)], 40), "wider than 30 km"),
            (lambda: points_in("33.8"), "is not a point"),
            (lambda: points_in("33.8, here"), "is not a point"),
            (lambda: points_in("-118.3, 33.8"), "latitude comes first"),
            (lambda: points_in("nan, 1"), "latitude comes first"),
        ],
    )
    def test_is_told_in_a_sentence(self, draw, sentence):
        with pytest.raises(PlaceError, match=sentence):
            draw()


class TestPoints:
    @pytest.mark.parametrize(
        "text", ["33.8, -118.3\n33.9 -118.4\n", "33.8 -118.3; 33.9, -118.4", " 33.8,-118.3 \n\n33.9,-118.4"]
    )
    def test_are_read_however_they_are_typed(self, text):
        assert points_in(text) == ((33.8, -118.3), (33.9, -118.4))


class TestWithin:
    @pytest.mark.parametrize(
        ("place", "spot", "expected"),
        [
            (SQUARE, at(0, 0), True),
            (SQUARE, at(99, 99), True),
            (SQUARE, at(101, 0), False),
            (BEND, at(250, 39), True),
            (BEND, at(250, 41), False),
            (BEND, at(539, 250), True),
            (BEND, at(250, 250), False),
            (Circle(LAT, LON, 100), at(99, 0), True),
            (Circle(LAT, LON, 100), at(80, 80), False),
        ],
    )
    def test_is_what_was_drawn(self, place, spot, expected):
        assert place.covers(*spot) is expected

    @given(METRES, METRES, METRES, METRES, st.floats(10, 2000))
    def test_lies_in_a_cell_that_is_named(self, east, north, far_east, far_north, reach):
        for place in (
            Circle(*at(east, north), reach),
            street([at(east, north), at(far_east, far_north + 1)], reach),
        ):
            spot = at((east + far_east) / 2, (north + far_north) / 2)
            cells = place.cells()

            assert cells is None or not place.covers(*spot) or cell_of(*spot) in cells

    @given(METRES, METRES)
    def test_lies_in_the_box(self, east, north):
        for place in (SQUARE, BEND, Circle(LAT, LON, 300)):
            south, west, north_end, east_end = place.box
            lat, lon = at(east, north)

            assert not place.covers(lat, lon) or (south <= lat <= north_end and west <= lon <= east_end)


class TestTouch:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            (SQUARE, Circle(*at(0, 0), 10), True),
            (SQUARE, Circle(*at(150, 0), 60), True),
            (SQUARE, Circle(*at(400, 0), 60), False),
            (SQUARE, polygon([at(-500, -10), at(500, -10), at(500, 10), at(-500, 10)]), True),
            (SQUARE, street([at(-500, 130), at(500, 130)], 40), True),
            (SQUARE, street([at(-500, 230), at(500, 230)], 40), False),
            (BEND, Circle(*at(250, 300), 100), False),
        ],
    )
    def test_is_mutual(self, one, other, expected):
        assert one.touches(other) is expected
        assert other.touches(one) is expected


class TestRecord:
    @pytest.mark.parametrize("place", [SQUARE, BEND, Circle(LAT, LON, 250)])
    def test_gives_the_place_back(self, place):
        assert place_of(place.as_record()) == place

    def test_of_something_else_is_no_place(self):
        assert place_of({"plate": "8ABC123"}) is None
