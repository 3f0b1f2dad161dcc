"""A read's row as it is copied in: every column is what the read says, and what it does not say is null."""

from datetime import UTC, datetime, timedelta, timezone

from platekeeper import wire
from platekeeper.office.devices.models import Camera
from platekeeper.office.reads.places import cell_of

from ..people import NOW, an_agency
from ..streets import LAT, LON, PRODUCER, a_camera, a_read, identified, take

_COLUMNS = (
    "read_at, received_at, camera_id, plate, plate_raw, region, confidence, lat, lon, cell, passage_id, revision,"
    " producer, detail->'plate'->>'raw'"
)


def stored(owner, agency, camera, read: wire.Read) -> tuple:
    take(agency, read)
    return owner.execute(
        f"SELECT id, {_COLUMNS} FROM read WHERE agency_id = %s AND camera_id = %s", [agency.pk, camera.pk]
    ).fetchone()


def spot_at(owner, camera, lat: float, lon: float) -> int | None:
    found = owner.execute(
        "SELECT cell FROM spot WHERE agency_id = %s AND camera_id = %s AND lat = %s AND lon = %s",
        [camera.agency_id, camera.pk, lat, lon],
    ).fetchone()
    return found[0] if found else None


class TestRow:
    def test_has_all_that_a_read_says(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        passage = identified(a_read(camera)).id
        plate = wire.Plate(raw="8·Äbc 123", region="US-CA", conf=0.5)
        at = datetime(2026, 3, 1, 0, 30, 0, 123457, tzinfo=timezone(timedelta(hours=1)))
        read = a_read(
            camera, plate, captured_at=min(at, NOW), passage_id=passage, revision=3,
            position=wire.Position(lat=-33.25, lon=151.5),
        )  # fmt: skip

        assert stored(owner, agency, camera, read) == (
            identified(read).id, min(at, NOW).astimezone(UTC), NOW, camera.pk, "8ABC123", "8·Äbc 123", "US-CA", 0.5,
            -33.25, 151.5, spot_at(owner, camera, -33.25, 151.5), passage, 3, PRODUCER, "8·Äbc 123",
        )  # fmt: skip

    def test_leaves_null_what_nobody_says(self, owner):
        agency = an_agency()
        camera = a_camera(agency, lat=None, lon=None)
        read = a_read(camera, wire.Plate(raw="8ABC123"))

        row = stored(owner, agency, camera, read)

        assert row[6:11] == (None, None, None, None, None)
        assert row[11] == row[0], "a read of which no passage is known is its own"

    def test_has_the_camera_s_place_where_the_read_has_none(self, owner):
        agency = an_agency()
        camera = a_camera(agency)

        assert stored(owner, agency, camera, a_read(camera))[8:10] == (LAT, LON)

    def test_has_the_spot_where_its_camera_stands(self, owner):
        agency = an_agency()
        camera, other = a_camera(agency), a_camera(agency)

        filed = [stored(owner, agency, one, a_read(one))[10] for one in (camera, other)]

        assert filed == [spot_at(owner, one, LAT, LON) for one in (camera, other)]
        assert len(set(filed)) == 2
        assert max(filed) < 0, "a spot would be taken for a cell"

    def test_has_a_spot_that_is_there_after_the_database_was_put_back(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        take(agency, a_read(camera))
        owner.execute("DELETE FROM spot WHERE camera_id = %s", [camera.pk])
        owner.execute("UPDATE camera SET name = name WHERE id = %s", [camera.pk])  # as if copied in anew

        take(agency, later := a_read(camera))

        filed = owner.execute("SELECT cell FROM read WHERE id = %s", [identified(later).id]).fetchone()
        assert filed[0] is not None
        assert filed[0] == spot_at(owner, camera, LAT, LON)

    def test_has_the_cell_where_its_camera_rides(self, owner):
        agency = an_agency()
        camera = a_camera(agency, kind=Camera.Kind.VEHICLE)

        assert stored(owner, agency, camera, a_read(camera))[10] == cell_of(LAT, LON)

    def test_has_the_cell_where_its_camera_trembles(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        places = [wire.Position(lat=LAT + n / 1e6, lon=LON) for n in range(60)]
        for some in (places[:50], places[50:]):
            take(agency, *(a_read(camera, position=place) for place in some))

        rows = owner.execute("SELECT lat, lon, cell FROM read WHERE camera_id = %s", [camera.pk]).fetchall()

        cells = {(lat, cell) for lat, lon, cell in rows if cell == cell_of(lat, lon)}
        spots = {(lat, cell) for lat, lon, cell in rows if cell == spot_at(owner, camera, lat, lon)}
        assert (len(rows), len(spots), len(cells)) == (60, 40, 20)
