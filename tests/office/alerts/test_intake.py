"""From messages to reads: kept once, complete or not at all, and only what the policy lets be kept."""

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connections

from platekeeper import policy, wire
from platekeeper.office.accounts.models import Agency
from platekeeper.office.accounts.queries import profile_of
from platekeeper.office.reads.operations import _image_key
from platekeeper.office.reads.storage import vault
from platekeeper.office.reads.vault import VaultError
from platekeeper.policy.retention import picture_slice
from platekeeper.policy.vocabulary import DataElement
from platekeeper.wire import Attribute, Vehicle

from ..people import NOW, PROFILES, an_agency
from ..streets import (
    a_camera,
    a_jpeg,
    a_list,
    a_picture,
    a_read,
    an_unattested_camera,
    identified,
    take,
)

VEHICLE = Vehicle(
    make=(Attribute("Honda"),), model=(Attribute("Civic"),), color=(Attribute("blue"),), body=(Attribute("sedan"),),
    year=(Attribute("2016"),), orientation=(Attribute("rear"),), type=(Attribute("car"),),
)  # fmt: skip


def reads_of(owner: psycopg.Connection, agency: Agency) -> list[str]:
    rows = owner.execute("SELECT plate FROM read WHERE agency_id = %s ORDER BY plate", [agency.pk])
    return [plate for (plate,) in rows]


def counted(owner: psycopg.Connection, agency: Agency) -> dict[str, int]:
    tables = ("read", "image", "plate", "hit", "alert", "quarantined_read")
    return {
        table: owner.execute(f"SELECT count(*) FROM {table} WHERE agency_id = %s", [agency.pk]).fetchone()[0]
        for table in tables
    }


def details_of(owner: psycopg.Connection, agency: Agency) -> dict:
    return owner.execute("SELECT detail FROM read WHERE agency_id = %s", [agency.pk]).fetchone()[0]


class TestQuarantine:
    def test_takes_reads_of_cameras_that_nobody_knows(self, owner):
        agency, other = an_agency(), an_agency("milpitas")

        taken = take(agency, a_read(a_camera(other)))

        (waiting,) = taken.quarantined
        assert "no camera of that name" in waiting.reason
        assert counted(owner, agency) == {**dict.fromkeys(counted(owner, agency), 0), "quarantined_read": 1}

    def test_takes_reads_of_cameras_whose_view_nobody_attested(self, owner):
        agency = an_agency()

        (waiting,) = take(agency, a_read(an_unattested_camera(agency))).quarantined

        assert "public view" in waiting.reason
        assert reads_of(owner, agency) == []

    @pytest.mark.parametrize(
        "ahead", [timedelta(minutes=6), timedelta(days=3), timedelta(days=400), timedelta(days=20_000)]
    )
    def test_takes_reads_from_the_future(self, ahead, owner):
        agency = an_agency()

        (waiting,) = take(agency, a_read(a_camera(agency), captured_at=NOW + ahead)).quarantined

        assert "set the camera's clock" in waiting.reason
        assert reads_of(owner, agency) == []

    @pytest.mark.parametrize(
        "long_ago",
        [datetime(2000, 1, 1, tzinfo=UTC), datetime(2001, 2, 3, tzinfo=UTC)],
    )
    def test_or_the_store_takes_reads_from_long_ago_and_the_others_with_them(self, long_ago, owner):
        agency = an_agency()
        camera = a_camera(agency)

        take(agency, a_read(camera, "1OLD111", captured_at=long_ago), a_read(camera, "8ABC123"))

        kept = counted(owner, agency)
        assert kept["read"] + kept["quarantined_read"] == 2
        assert "8ABC123" in reads_of(owner, agency)

    def test_keeps_the_message(self, owner):
        agency = an_agency()
        read = a_read(an_unattested_camera(agency), "8ABC123", images=(a_picture(),), vehicle=VEHICLE)

        take(agency, read)

        body = owner.execute(
            "SELECT body FROM quarantined_read WHERE agency_id = %s", [agency.pk]
        ).fetchone()[0]
        assert (body["plate"]["raw"], body["images"][0]["sha256"]) == ("8ABC123", read.images[0].sha256)
        assert "data" not in body["images"][0]

    def test_holds_back_none_of_the_others(self, owner):
        agency = an_agency()
        good, bad = a_camera(agency), an_unattested_camera(agency)

        taken = take(agency, a_read(good, "1AAA111"), a_read(bad, "2BBB222"), a_read(good, "3CCC333"))

        assert (taken.receipt.stored, len(taken.quarantined)) == (2, 1)
        assert reads_of(owner, agency) == ["1AAA111", "3CCC333"]

    def test_takes_the_same_read_once(self, owner):
        agency = an_agency()
        read = a_read(an_unattested_camera(agency))

        for _ in range(2):
            take(agency, read)

        assert counted(owner, agency)["quarantined_read"] == 1


class TestOnce:
    def test_a_batch_sent_again_changes_nothing(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        a_list(agency, "8ABC123")
        batch = [
            a_read(camera, "8ABC123", images=(a_picture(), a_picture("context"))),
            a_read(camera, "7XYZ890"),
        ]
        first = take(agency, *batch)
        before = counted(owner, agency)

        again = take(agency, *batch, now=NOW + timedelta(days=1))

        assert (first.receipt.stored, first.receipt.known, first.receipt.alerts) == (2, 0, 1)
        assert (again.receipt.stored, again.receipt.known, again.receipt.alerts) == (0, 2, 0)
        assert counted(owner, agency) == before == {
            "read": 2, "image": 2, "plate": 2, "hit": 1, "alert": 1, "quarantined_read": 0,
        }  # fmt: skip

    def test_a_read_twice_in_a_batch_is_kept_once(self, owner):
        agency = an_agency()
        a_list(agency, "8ABC123")
        read = a_read(a_camera(agency), "8ABC123", images=(a_picture(),))

        taken = take(agency, read, read, read)

        assert (taken.receipt.stored, taken.receipt.known, taken.receipt.hits, taken.receipt.alerts) == (
            1,
            2,
            1,
            1,
        )
        assert counted(owner, agency) == {
            "read": 1, "image": 1, "plate": 1, "hit": 1, "alert": 1, "quarantined_read": 0,
        }  # fmt: skip

    def test_an_id_used_for_two_plates_is_kept_as_it_came_first(self, owner):
        # a broken sender: what is not kept must raise no alert and leave no trace in the index either
        agency = an_agency()
        a_list(agency, "7XYZ890")
        camera = a_camera(agency)
        first = identified(a_read(camera, "8ABC123"))
        second = a_read(camera, "7XYZ890", id=first.id)

        taken = take(agency, first, second)

        assert reads_of(owner, agency) == ["8ABC123"]
        assert (taken.receipt.hits, taken.receipt.alerts) == (0, 0)
        assert owner.execute("SELECT plate FROM plate WHERE agency_id = %s", [agency.pk]).fetchall() == [
            ("8ABC123",)
        ]

    def test_a_known_id_with_another_plate_leaves_no_trace(self, owner):
        agency = an_agency()
        a_list(agency, "7XYZ890")
        camera = a_camera(agency)
        first = identified(a_read(camera, "8ABC123"))
        take(agency, first)

        taken = take(agency, a_read(camera, "7XYZ890", id=first.id))

        assert (taken.receipt.stored, taken.receipt.known, taken.receipt.hits) == (0, 1, 0)
        assert owner.execute("SELECT plate FROM plate WHERE agency_id = %s", [agency.pk]).fetchall() == [
            ("8ABC123",)
        ]

    def test_two_writers_with_the_same_batch_keep_it_once(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        a_list(agency, "8ABC123")
        batch = [a_read(camera, "8ABC123")] + [a_read(camera, f"7XYZ{n:03}") for n in range(200)]

        receipts = _at_once(4, lambda _: take(agency, *batch).receipt)

        assert sum(receipt.stored for receipt in receipts) == 201
        assert sum(receipt.alerts for receipt in receipts) == 1
        assert counted(owner, agency) == {
            "read": 201, "image": 0, "plate": 201, "hit": 1, "alert": 1, "quarantined_read": 0,
        }  # fmt: skip

    def test_writers_of_the_same_plates_do_not_lock_each_other(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        texts = [f"7XYZ{n:03}" for n in range(100)]

        _at_once(
            4, lambda n: take(agency, *(a_read(camera, text) for text in (texts if n % 2 else texts[::-1])))
        )

        assert counted(owner, agency)["read"] == 400
        assert counted(owner, agency)["plate"] == 100

    def test_two_writers_of_a_new_day_s_first_pictures_agree_on_its_key(self, owner):
        agency = an_agency()
        camera = a_camera(agency)

        _at_once(4, lambda _: take(agency, a_read(camera, images=(a_picture(),))))

        keys = owner.execute("SELECT wrapped FROM image_key WHERE agency_id = %s", [agency.pk]).fetchall()
        assert len(keys) == 1
        for sha256, key_name in owner.execute(
            "SELECT sha256, key_name FROM image WHERE agency_id = %s", [agency.pk]
        ):
            assert vault().open(sha256, agency_id=agency.pk, key_name=key_name, wrapped=keys[0][0])

    def test_the_same_event_of_two_agencies_is_two_reads(self, owner):
        for agency in (an_agency(), an_agency()):
            taken = take(agency, a_read(a_camera(agency, ref="gate-1"), source_event_id="event-1"))

            assert taken.receipt.stored == 1
            assert reads_of(owner, agency) == ["8ABC123"]


class TestMonths:
    def test_get_their_partitions_when_their_first_read_comes(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        moments = [datetime(2009, month, 15, tzinfo=UTC) for month in (1, 2, 3)]

        assert take(agency, *(a_read(camera, captured_at=moment) for moment in moments)).receipt.stored == 3

        rows = owner.execute(
            "SELECT DISTINCT tableoid::regclass::text FROM read WHERE agency_id = %s ORDER BY 1", [agency.pk]
        ).fetchall()
        assert rows == [("read_2009_01",), ("read_2009_02",), ("read_2009_03",)]

    @pytest.mark.parametrize(
        ("moment", "partition"),
        [("2010-01-31T23:59:59.999999+00:00", "read_2010_01"), ("2010-02-01T00:00:00+00:00", "read_2010_02"),
         ("2010-02-28T18:00:00-08:00", "read_2010_03"), ("2010-03-01T02:00:00+09:00", "read_2010_02")],
    )  # fmt: skip
    def test_begin_and_end_in_utc(self, moment, partition, owner):
        agency = an_agency()
        read = a_read(a_camera(agency), captured_at=datetime.fromisoformat(moment), images=(a_picture(),))

        take(agency, read)

        for table in ("read", "image"):
            row = owner.execute(
                f"SELECT tableoid::regclass::text FROM {table} WHERE agency_id = %s", [agency.pk]
            )
            assert row.fetchone()[0] == partition.replace("read", table)

    def test_are_made_once_by_two_writers(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        moment = datetime(2011, 7, 4, tzinfo=UTC)

        _at_once(4, lambda _: take(agency, a_read(camera, captured_at=moment)))

        assert counted(owner, agency)["read"] == 4

    @pytest.mark.parametrize("month", ["1999-12-01", "2031-01-01", "9999-12-01"])
    def test_that_no_camera_can_have_seen_are_refused_by_the_database(self, month, connect):
        with pytest.raises(psycopg.errors.InvalidDatetimeFormat, match="check the camera's clock"):
            connect("ingest").execute("SELECT ensure_month(%s)", [month])

    def test_give_their_partitions_to_nobody(self, connect):
        connect("ingest").execute("SELECT ensure_month('2012-05-17')")

        for role in ("ingest", "web", "custodian", "auditor"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connect(role).execute("SELECT 1 FROM read_2012_05")


class TestMinimizing:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_keeps_what_the_profile_allows_and_nothing_else(self, profile, owner):
        agency = an_agency(profile)
        allowed = policy.load_profile(profile).data.elements.value
        read = a_read(a_camera(agency), images=(a_picture("plate"), a_picture("context")), vehicle=VEHICLE)

        take(agency, read)

        roles = {
            role for (role,) in owner.execute("SELECT role FROM image WHERE agency_id = %s", [agency.pk])
        }
        seen = details_of(owner, agency).get("vehicle") or {}
        assert ("context" in roles) == (DataElement.SCENE_IMAGE in allowed)
        assert ("plate" in roles) == (DataElement.PLATE_IMAGE in allowed)
        assert ("color" in seen) == (DataElement.COLOR in allowed)
        assert ("body" in seen) == ("type" in seen) == (DataElement.BODY in allowed)
        assert ("make" in seen) == ("model" in seen) == ("year" in seen) == (DataElement.MAKE in allowed)
        assert ("orientation" in seen) == (DataElement.UNIQUE_MARKS in allowed)

    def test_leaves_los_angeles_no_scene_and_no_word_of_the_vehicle(self, owner):
        agency = an_agency("los-angeles")
        scene = a_picture("context")

        take(agency, a_read(a_camera(agency), images=(a_picture("plate"), scene), vehicle=VEHICLE))

        kept = str(
            owner.execute("SELECT read::text FROM read WHERE agency_id = %s", [agency.pk]).fetchone()[0]
        )
        assert owner.execute("SELECT role FROM image WHERE agency_id = %s", [agency.pk]).fetchall() == [
            ("plate",)
        ]
        assert not any(
            word in kept for word in ("Honda", "Civic", "blue", "sedan", "2016", "rear", scene.sha256)
        )
        assert not list((vault().folder / str(agency.pk)).rglob(scene.sha256))

    @pytest.mark.parametrize("profile", PROFILES)
    def test_keeps_words_of_the_producers_own_only_where_a_whole_description_is_allowed(self, profile, owner):
        agency = an_agency(profile)
        described = {DataElement.MAKE, DataElement.BODY, DataElement.COLOR, DataElement.UNIQUE_MARKS}
        may_stay = policy.load_profile(profile).data.elements.value >= described
        claim = wire.ProducerHit(list="stolen", raw="a blue Civic")

        take(agency, a_read(a_camera(agency), extras={"car": "Honda Civic"}, producer_hit=claim))

        kept = details_of(owner, agency)
        assert ("extras" in kept) == may_stay
        assert (kept["producer_hit"] == {"list": "stolen"}) == (not may_stay)
        assert (set(kept.get("dropped_keys", ())) == {"extras", "producer_hit.raw"}) == (not may_stay)

    def test_says_what_it_left_out(self, owner):
        agency = an_agency("los-angeles")

        take(agency, a_read(a_camera(agency), images=(a_picture("context"),), vehicle=VEHICLE))

        dropped = set(details_of(owner, agency)["dropped_keys"])
        assert {"context", "vehicle.make", "vehicle.color", "vehicle.body"} <= dropped

    @pytest.mark.parametrize("profile", ["los-angeles", "redondo-beach"])
    def test_also_covers_reads_in_quarantine(self, profile, owner):
        agency = an_agency(profile)

        take(agency, a_read(an_unattested_camera(agency), vehicle=VEHICLE))

        body = owner.execute(
            "SELECT body::text FROM quarantined_read WHERE agency_id = %s", [agency.pk]
        ).fetchone()[0]
        assert "Civic" not in body

    @pytest.mark.parametrize("profile", PROFILES)
    def test_stores_no_bytes_in_the_message(self, profile, owner):
        agency = an_agency(profile)

        take(agency, a_read(a_camera(agency), images=(a_picture(),)))

        assert "data" not in details_of(owner, agency)["images"][0]


class TestPictures:
    def test_are_sealed_on_disk_and_open_to_the_same_bytes(self, owner):
        agency = an_agency()
        content = a_jpeg(3000)

        take(agency, a_read(a_camera(agency), images=(wire.Image(role="plate", data=content),)))

        sha256, key_name, wrapped, media_type, size = owner.execute(
            "SELECT i.sha256, key_name, wrapped, media_type, size_bytes FROM image i"
            " JOIN image_key k ON k.agency_id = i.agency_id AND k.name = i.key_name WHERE i.agency_id = %s",
            [agency.pk],
        ).fetchone()
        (file,) = (path for path in (vault().folder / str(agency.pk)).rglob("*") if path.is_file())
        assert b"\xff\xd8\xff" not in file.read_bytes()[:64]
        assert content[:64] not in file.read_bytes()
        assert (media_type, size) == ("image/jpeg", len(content))
        assert vault().open(sha256, agency_id=agency.pk, key_name=key_name, wrapped=wrapped) == content

    def test_of_two_agencies_have_keys_of_their_own(self, owner):
        content = a_jpeg()
        agencies = [an_agency(), an_agency()]

        for agency in agencies:
            take(agency, a_read(a_camera(agency), images=(wire.Image(role="plate", data=content),)))

        first, second = (
            bytes(_image_key(agency.pk, picture_slice(profile_of(agency), NOW, NOW))) for agency in agencies
        )
        written = [
            next(path for path in (vault().folder / str(agency.pk)).rglob("*") if path.is_file()).read_bytes()
            for agency in agencies
        ]
        assert first != second
        assert written[0] != written[1]

    def test_that_cannot_be_stored_keep_the_whole_batch_out(self, owner):
        agency = an_agency()
        camera = a_camera(agency)
        folder = vault().folder / str(agency.pk)
        folder.parent.mkdir(exist_ok=True, parents=True)
        folder.write_text("a full disk, for this agency")
        batch = [a_read(camera, "7XYZ890"), a_read(camera, "8ABC123", images=(a_picture(),))]

        with pytest.raises(VaultError):
            take(agency, *batch)
        assert counted(owner, agency)["read"] == 0

        folder.unlink()
        assert take(agency, *batch).receipt.stored == 2

    def test_of_known_reads_are_not_named_twice(self, owner):
        agency = an_agency()
        read = identified(a_read(a_camera(agency), images=(a_picture(),)))
        take(agency, read)

        take(agency, a_read(a_camera(agency), "8ABC123", id=read.id, images=(a_picture(),)))

        assert counted(owner, agency)["image"] == 1


class TestAtomicity:
    @pytest.mark.parametrize("table", ["read", "image", "plate", "hit", "alert"])
    def test_nothing_of_a_batch_is_kept_where_a_part_of_it_cannot_be(self, table, owner):
        agency = an_agency()
        a_list(agency, "8ABC123")
        batch = [a_read(a_camera(agency), "8ABC123", images=(a_picture(),))]
        owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK (agency_id <> {agency.pk}) NOT VALID")

        try:
            with pytest.raises((DatabaseError, psycopg.DatabaseError)):
                take(agency, *batch)
        finally:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT broken")

        assert set(counted(owner, agency).values()) == {0}
        assert take(agency, *batch).receipt.alerts == 1, "the retry is as good as the first"

    def test_no_alert_is_raised_that_the_ledger_does_not_know(self, owner):
        agency = an_agency()
        a_list(agency, "8ABC123")
        batch = [a_read(a_camera(agency), "8ABC123")]
        owner.execute(
            f"ALTER TABLE ledger_entry ADD CONSTRAINT broken CHECK (agency <> '{agency.slug}') NOT VALID"
        )

        try:
            with pytest.raises(DatabaseError):
                take(agency, *batch)
        finally:
            owner.execute("ALTER TABLE ledger_entry DROP CONSTRAINT broken")

        assert set(counted(owner, agency).values()) == {0}


def _at_once(count: int, work) -> list:
    """Run the same work in several threads at the same moment; return what each gave."""
    gate, given, errors = threading.Barrier(count), [None] * count, []

    def run(number: int) -> None:
        try:
            gate.wait(30)
            given[number] = work(number)
        except Exception as error:  # noqa: BLE001  # told to the test below, whatever it is
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    return given
