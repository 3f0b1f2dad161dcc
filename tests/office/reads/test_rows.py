"""A read's row as it is copied in: every column is what the read says, and what it does not say is null."""

from datetime import UTC, datetime, timedelta, timezone

from platekeeper import wire
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
            -33.25, 151.5, cell_of(-33.25, 151.5), passage, 3, PRODUCER, "8·Äbc 123",
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

        assert stored(owner, agency, camera, a_read(camera))[8:11] == (LAT, LON, cell_of(LAT, LON))
