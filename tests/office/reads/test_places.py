"""Grid cells and circles agree with each other, and with the formula that the schema states."""

import math

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.office.reads.places import cell_of, distance_m

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)


class TestCellOf:
    @pytest.mark.parametrize(
        ("lat", "lon", "cell"),
        [(-90, -180, 0), (0, 0, (64800 % 8192 << 18) | 129600), (90, 180, (129600 % 8192 << 18) | 259200),
         (33.8366, -118.3873, (89162 % 8192 << 18) | 44361)],
    )  # fmt: skip
    def test_is_row_and_column_in_one_integer(self, lat, lon, cell):
        assert cell_of(lat, lon) == cell

    @settings(max_examples=20)
    @given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=200))
    def test_is_what_the_schema_says(self, database, places):
        lats, lons = map(list, zip(*places, strict=True))
        with psycopg.connect(database.address("owner")) as owner:
            rows = owner.execute(
                "SELECT ((floor((lat + 90) * 720)::integer & 8191) << 18) | floor((lon + 180) * 720)::integer"
                " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p(lat, lon, n) ORDER BY n",
                [lats, lons],
            ).fetchall()

        assert [cell for (cell,) in rows] == [cell_of(lat, lon) for lat, lon in places]

    @given(latitudes, longitudes)
    def test_fits_a_four_byte_integer(self, lat, lon):
        assert 0 <= cell_of(lat, lon) < 2**31


class TestDistance:
    def test_of_a_place_from_itself_is_nothing(self):
        assert distance_m(34.0, -118.0, 34.0, -118.0) == 0

    def test_of_two_known_places_is_right_within_a_hundredth(self):
        # Redondo Beach pier and Los Angeles Union Station, by the great circle 32.6 km
        assert math.isclose(distance_m(33.8392, -118.3914, 34.0561, -118.2365), 28_060, rel_tol=0.01)
