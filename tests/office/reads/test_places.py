"""Grid cells and circles agree with each other, and with the formula that the schema states."""

import math

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.office.reads.places import box_around, cell_of, cells_around, distance_m

latitudes, longitudes = st.floats(-89, 89), st.floats(-179, 179)


class TestCellOf:
    @pytest.mark.parametrize(
        ("lat", "lon", "cell"),
        [(-90, -180, 0), (0, 0, (16200 << 16) | 32400), (90, 180, (32400 << 16) | 64800),
         (33.8366, -118.3873, (22290 << 16) | 11090)],
    )  # fmt: skip
    def test_is_row_and_column_in_one_integer(self, lat, lon, cell):
        assert cell_of(lat, lon) == cell

    @settings(max_examples=20)
    @given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=200))
    def test_is_what_the_schema_says(self, database, places):
        lats, lons = map(list, zip(*places, strict=True))
        with psycopg.connect(database.address("owner")) as owner:
            rows = owner.execute(
                "SELECT (floor((lat + 90) * 180)::integer << 16) | floor((lon + 180) * 180)::integer"
                " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p(lat, lon, n) ORDER BY n",
                [lats, lons],
            ).fetchall()

        assert [cell for (cell,) in rows] == [cell_of(lat, lon) for lat, lon in places]

    @given(latitudes, longitudes)
    def test_fits_a_four_byte_integer(self, lat, lon):
        assert 0 <= cell_of(lat, lon) < 2**31


class TestCellsAround:
    @given(latitudes, longitudes, st.floats(1, 5000), st.floats(0, 0.999), st.floats(0, 2 * math.pi))
    def test_miss_no_place_inside_the_circle(self, lat, lon, radius_m, share, angle):
        north, east = box_around(lat, radius_m * share)
        other_lat, other_lon = lat + north * math.sin(angle), lon + east * math.cos(angle)
        cells = cells_around(lat, lon, radius_m)

        inside = distance_m(lat, lon, other_lat, other_lon) <= radius_m
        assert not inside or cells is None or cell_of(other_lat, other_lon) in cells

    def test_are_not_listed_where_they_are_too_many(self):
        assert cells_around(34.0, -118.0, 50_000) is None

    def test_are_a_few_for_a_street_corner(self):
        assert len(cells_around(34.0, -118.0, 200) or ()) in range(1, 10)


class TestDistance:
    def test_of_a_place_from_itself_is_nothing(self):
        assert distance_m(34.0, -118.0, 34.0, -118.0) == 0

    def test_of_two_known_places_is_right_within_a_hundredth(self):
        # Redondo Beach pier and Los Angeles Union Station, by the great circle 32.6 km
        assert math.isclose(distance_m(33.8392, -118.3914, 34.0561, -118.2365), 28_060, rel_tol=0.01)
