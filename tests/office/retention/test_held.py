"""Nothing held goes, read or quarantined, whoever asks the database; what is released does."""

import hashlib
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from platekeeper import wire
from platekeeper.office.cases.models import CaseFile, CaseItem, ItemKind
from platekeeper.office.hotlists.models import EntryRequest
from platekeeper.office.reads.storage import vault
from platekeeper.office.retention import purging
from platekeeper.office.retention.models import HoldScope
from platekeeper.office.retention.operations import purge
from platekeeper.policy import Role

from ..people import OWNER, a_person
from ..streets import LAT, LON, a_list_of, a_read, an_unattested_camera, listed, take
from .archives import OLD, ago, an_archive, hold_of, plates_of, released, seen


class TestHeldReads:
    def test_stay_whatever_the_scope_with_their_pictures_under_a_key_of_their_own(self, owner):
        agency, camera = an_archive()
        detective = a_person(agency, Role.DETECTIVE)
        moment = ago(days=OLD.days)
        single = seen(agency, camera, "8ONE111", moment)
        seen(agency, camera, "8HLD001", moment + timedelta(minutes=1))
        seen(agency, camera, "8GONE11", moment + timedelta(minutes=2))
        hold_of(detective, HoldScope.READS, reads=(single,))
        hold_of(detective, HoldScope.PLATE)

        (certificate,) = purge([agency], by="test")

        assert plates_of(owner, agency) == {"8ONE111", "8HLD001"}
        names = owner.execute("SELECT name FROM image_key WHERE agency_id = %s", [agency.pk]).fetchall()
        assert len(names) == 1
        assert names[0][0].endswith("+1")
        for digest, name, wrapped in owner.execute(
            "SELECT i.sha256, k.name, k.wrapped FROM image i JOIN image_key k ON k.agency_id = i.agency_id"
            " AND k.name = i.key_name WHERE i.agency_id = %s", [agency.pk]):  # fmt: skip
            content = vault().open(bytes(digest), agency_id=agency.pk, key_name=name, wrapped=bytes(wrapped))
            assert hashlib.sha256(content).digest() == bytes(digest)
        told = json.loads(certificate.body)
        assert sorted(one["reads"] for one in told["held"]) == [1, 1]
        assert purge([agency], by="test") == []

    def test_stay_where_a_purge_was_killed_after_their_key_was_made(self, owner, monkeypatch):
        agency, camera = an_archive()
        seen(agency, camera, "8HLD001", ago(days=OLD.days))
        hold_of(a_person(agency, Role.DETECTIVE), HoldScope.PLATE)
        seen(agency, camera, "8GONE11", ago(days=OLD.days, seconds=-1))
        ask = purging.asked

        def dying(statement: str, *arguments: object):
            if "move_picture" in statement:
                raise KeyboardInterrupt
            return ask(statement, *arguments)

        monkeypatch.setattr(purging, "asked", dying)
        with pytest.raises(KeyboardInterrupt):
            purge([agency], by="test")
        monkeypatch.undo()

        purge([agency], by="test")

        opened = owner.execute(
            "SELECT i.sha256, k.name, k.wrapped FROM image i JOIN image_key k ON k.agency_id = i.agency_id"
            " AND k.name = i.key_name WHERE i.agency_id = %s", [agency.pk]).fetchall()  # fmt: skip
        ((digest, name, wrapped),) = opened
        assert vault().open(bytes(digest), agency_id=agency.pk, key_name=name, wrapped=bytes(wrapped))

    def test_of_a_place_and_time_stay(self, owner):
        agency, camera = an_archive()
        moment = ago(days=OLD.days)
        seen(agency, camera, "8IN0001", moment)
        seen(agency, camera, "8OUT001", moment + timedelta(hours=3))
        hold_of(
            a_person(agency, Role.DETECTIVE), HoldScope.AREA, lat=camera.lat, lon=camera.lon, radius_m=50.0,
            covers_from=moment - timedelta(hours=1), covers_to=moment + timedelta(hours=1),
        )  # fmt: skip

        purge([agency], by="test")

        assert plates_of(owner, agency) == {"8IN0001"}

    def test_of_a_case_stay_by_their_hits(self, owner):
        agency, camera = an_archive()
        a_list_of(
            agency, [listed("8CAS001", case_number="DR 26-1234567"), listed("8CAS002", case_number="other")]
        )
        for plate in ("8CAS001", "8CAS002"):
            seen(agency, camera, plate, ago(days=OLD.days))
        hold_of(a_person(agency, Role.DETECTIVE), HoldScope.CASE)

        purge([agency], by="test")

        assert plates_of(owner, agency) == {"8CAS001"}

    def test_of_a_case_stay_when_its_investigators_gathered_them(self, owner):
        agency, camera = an_archive()
        detective = a_person(agency, Role.DETECTIVE)
        gathered, _ = (seen(agency, camera, plate, ago(days=OLD.days)) for plate in ("8CAS001", "8CAS002"))
        case = CaseFile.objects.create(
            agency=agency, number="DR 26-1234567", title="Robbery", purpose="x", opened_by=detective,
            opened_at=timezone.now(),
        )  # fmt: skip
        CaseItem.objects.create(
            case=case, kind=ItemKind.READ, access_id=uuid4(), read_at=gathered[0], read_id=gathered[1],
            added_by=detective, added_at=timezone.now(),
        )  # fmt: skip
        hold_of(detective, HoldScope.CASE)

        purge([agency], by="test")

        assert plates_of(owner, agency) == {"8CAS001"}

    def test_go_after_the_release_and_their_key_with_them(self, owner, web):
        agency, camera = an_archive()
        moment = ago(days=OLD.days)
        one, other, _ = (seen(agency, camera, plate, moment) for plate in ("8ONE111", "8TWO222", "8GONE33"))
        detective = a_person(agency, Role.DETECTIVE)
        first = hold_of(detective, HoldScope.READS, reads=(one,))
        hold_of(detective, HoldScope.READS, reads=(other,))
        purge([agency], by="test")
        released(web, agency, first)

        purge([agency], by="test")

        assert plates_of(owner, agency) == {"8TWO222"}
        names = owner.execute("SELECT name FROM image_key WHERE agency_id = %s", [agency.pk]).fetchall()
        assert len(names) == 1
        assert names[0][0].endswith("+2")


def quarantined(owner, agency) -> set[str]:
    rows = owner.execute(
        "SELECT body#>>'{plate,norm}' FROM quarantined_read WHERE agency_id = %s", [agency.pk]
    )
    return {plate for (plate,) in rows}


class TestHeldQuarantine:
    """Reads that no one could place or date are kept by a hold that may mean them (RET-04)."""

    MOMENT = timedelta(days=OLD.days)

    def waiting(self, agency, camera, plate, *, at=None, ahead=timedelta(), **changes):
        arrived = at or ago(days=OLD.days)
        taken = take(agency, a_read(camera, plate, captured_at=arrived + ahead, **changes), now=arrived)
        (one,) = taken.quarantined
        return arrived + ahead, one.read_id

    def hold(self, agency, scope, **changes):
        return hold_of(a_person(agency, Role.DETECTIVE), scope, **changes)

    def around(self, **changes):
        noon = ago(days=OLD.days)
        window = {"covers_from": noon - timedelta(hours=1), "covers_to": noon + timedelta(hours=1)}
        return {"lat": LAT, "lon": LON, "radius_m": 50.0, **window, **changes}

    def test_of_a_place_and_time_stays_where_its_camera_or_its_position_is_there(self, owner):
        agency, _ = an_archive()
        far = wire.Position(lat=LAT + 1, lon=LON)
        there = an_unattested_camera(agency, lat=LAT, lon=LON)
        self.waiting(agency, there, "8IN0001")
        self.waiting(agency, there, "8OUT001", position=far)
        self.waiting(agency, there, "8OUT002", at=ago(days=OLD.days + 1))
        self.hold(agency, HoldScope.AREA, **self.around())

        purge([agency], by="test")

        assert quarantined(owner, agency) == {"8IN0001"}

    def test_of_a_place_stays_where_nobody_knows_the_camera(self, owner):
        agency, _ = an_archive()
        self.waiting(agency, an_unattested_camera(agency), "8WHR001")
        self.hold(agency, HoldScope.AREA, **self.around())

        purge([agency], by="test")

        assert quarantined(owner, agency) == {"8WHR001"}

    @pytest.mark.parametrize("scope", [HoldScope.AREA, HoldScope.PLATE])
    def test_stays_when_its_clock_ran_ahead_of_the_time_that_is_held(self, scope, owner):
        agency, camera = an_archive()
        self.waiting(agency, camera, "8HLD001", ahead=timedelta(days=3))
        area = self.around()
        place = (
            area if scope is HoldScope.AREA else {name: area[name] for name in ("covers_from", "covers_to")}
        )
        self.hold(agency, scope, **place)

        purge([agency], by="test")

        assert quarantined(owner, agency) == {"8HLD001"}

    def test_of_a_case_stays_by_the_plates_that_its_entries_name(self, owner):
        agency, _ = an_archive()
        camera = an_unattested_camera(agency)
        cases = {"8CAS001": "DR 26-1234567", "7PAR*": "DR 26-1234567", "8CAS009": "other"}
        a_list_of(agency, [listed(plate, case_number=case) for plate, case in cases.items()])
        for plate in ("8CAS001", "BCAS00I", "7PAR555", "8CAS009", "8GONE11"):
            self.waiting(agency, camera, plate)
        self.hold(agency, HoldScope.CASE)

        purge([agency], by="test")

        assert quarantined(owner, agency) == {"8CAS001", "BCAS00I", "7PAR555"}

    def test_of_a_case_stays_by_the_plates_that_were_asked_for_in_it(self, owner):
        agency, _ = an_archive()
        for plate in ("8REQ001", "8GONE11"):
            self.waiting(agency, an_unattested_camera(agency), plate)
        EntryRequest.objects.using(OWNER).create(
            agency=agency, plate="8REQ*", interest="stolen-vehicle", purpose="x", case_number="DR 26-1234567",
            report_attested=True, is_personal=False, expires_at=ago(days=1), requested_at=ago(days=9),
            requested_by=a_person(agency),
        )  # fmt: skip
        self.hold(agency, HoldScope.CASE)

        purge([agency], by="test")

        assert quarantined(owner, agency) == {"8REQ001"}

    def test_stays_when_it_is_named_itself(self, owner):
        agency, _ = an_archive()
        one, _ = (
            self.waiting(agency, an_unattested_camera(agency), plate) for plate in ("8ONE111", "8TWO222")
        )
        self.hold(agency, HoldScope.READS, reads=(one,))

        purge([agency], by="test")

        assert quarantined(owner, agency) == {"8ONE111"}

    def test_is_told_on_the_certificate_and_makes_no_purge_of_its_own(self, owner):
        agency, _ = an_archive()
        for plate in ("8HLD001", "8GONE11"):
            self.waiting(agency, an_unattested_camera(agency), plate)
        hold_id = self.hold(agency, HoldScope.PLATE)

        (certificate,) = purge([agency], by="test")

        told = json.loads(certificate.body)
        assert [(one["kind"], one["count"], one["held"]) for one in told["destroyed"]] == [
            ("quarantined-read", 1, 1)
        ]
        assert [(one["hold"], one["reads"]) for one in told["held"]] == [(str(hold_id), 1)]
        assert purge([agency], by="test") == []

    def test_does_not_keep_its_day_readable_in_backups(self, connect):
        agency, _ = an_archive()
        moment, _ = self.waiting(agency, an_unattested_camera(agency), "8HLD001")
        slices = [f"{moment:%Y-%m-%d}", f"{moment:%Y-%m-%d}+kept"]
        asked = "SELECT name FROM living_slices(%s::integer[], %s::text[])", [[agency.pk] * 2, slices]
        before = {name for (name,) in connect("custodian").execute(*asked)}
        self.hold(agency, HoldScope.PLATE)

        after = {name for (name,) in connect("custodian").execute(*asked)}

        assert (before, after) == (set(slices), {slices[1]})

    def test_goes_after_the_release(self, owner, web):
        agency, _ = an_archive()
        self.waiting(agency, an_unattested_camera(agency), "8HLD001")
        released(web, agency, self.hold(agency, HoldScope.PLATE))

        purge([agency], by="test")

        assert quarantined(owner, agency) == set()
