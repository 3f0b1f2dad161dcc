"""Places find exactly what a look at every visible read finds, however its camera stood, moved or rode."""

import random
from datetime import timedelta

import pytest

from platekeeper.office.access.operations import AccessGrant, open_access
from platekeeper.office.devices.models import Camera
from platekeeper.office.reads.models import Read
from platekeeper.office.search.places import Circle, Place, polygon, street
from platekeeper.office.search.queries import Question, reads_matching
from platekeeper.wire import Position

from ..people import NOW, OWNER, a_searcher, an_agency, an_inquiry
from ..streets import LAT, LON, a_camera, a_read, take

STEP = 0.0011  # degrees: about 100 m, so that several cameras share a cell and a cell is cut by most places


def somewhere(draw: random.Random) -> tuple[float, float]:
    return LAT + STEP * draw.randint(-6, 6), LON + STEP * draw.randint(-6, 6)


def moved(camera: Camera, place: tuple[float, float]) -> Camera:
    Camera.objects.using(OWNER).filter(pk=camera.pk).update(lat=place[0], lon=place[1])
    return camera


def a_town(agency, draw: random.Random) -> list[Camera]:
    """Have reads taken by cameras that stand, that are moved, that say their own position, and that ride."""
    standing = [
        a_camera(agency, lat=lat, lon=lon, site_group=draw.choice(["north", "south"]))
        for lat, lon in (somewhere(draw) for _ in range(8))
    ]
    riding = [a_camera(agency, kind=Camera.Kind.VEHICLE, site_group="north") for _ in range(2)]
    nowhere = a_camera(agency, lat=None, lon=None)
    for days_ago in (900, 200, 0):  # the first of them are kept no longer, or not shown
        now = NOW - timedelta(days=days_ago)
        at = (now - timedelta(days=draw.randint(0, 40), minutes=n) for n in range(1000))
        reads = [a_read(draw.choice([*standing, nowhere]), captured_at=next(at)) for _ in range(25)]
        for camera in (*standing[:2], *riding, *riding):
            lat, lon = somewhere(draw)
            reads.append(a_read(camera, captured_at=next(at), position=Position(lat=lat, lon=lon)))
        take(agency, *reads, now=now)
        for camera in standing[4:]:
            moved(camera, somewhere(draw))
    return [*standing, *riding]


def a_place(draw: random.Random) -> Place:
    corners = [somewhere(draw) for _ in range(2)]
    (south, west), (north, east) = corners
    off = STEP / 2  # no camera stands on an outline
    kind = draw.randrange(3)
    if kind == 0 or south == north or west == east:
        return Circle(south + off, west, draw.randint(20, 900))
    if kind == 1:
        return street([(south + off, west + off), (north + off, east + off)], draw.randint(15, 300))
    return polygon([(lat + off, lon + off) for lat, lon in ((south, west), (south, east), (north, east))])


def answered(grant: AccessGrant, question: Question) -> tuple[set[str], int]:
    found, key, total = [], None, 0
    while True:
        answer = reads_matching(grant, question, after=key)
        found += [str(one.read.pk) for one in answer.found]
        total, key = answer.total, answer.next_key
        if key is None:
            assert len(set(found)) == len(found)
            return set(found), total


def looked_at(grant: AccessGrant, question: Question) -> set[str]:
    """Return what a look at every read finds that the grant shows."""
    with grant.used():
        reads = list(Read.objects.all())
    assert question.place is not None
    return {
        str(read.pk)
        for read in reads
        if read.lat is not None and read.lon is not None and question.place.covers(read.lat, read.lon)
        and (not question.cameras or read.camera_id in question.cameras)
        and (question.since is None or read.read_at >= question.since)
        and (question.until is None or read.read_at < question.until)
    }  # fmt: skip


def opened(agency, person) -> AccessGrant:
    return open_access(person=person, agency=agency, inquiry=an_inquiry(agency), now=NOW)


class TestPlace:
    @pytest.mark.parametrize(
        (
            "profile",
            "groups",
        ),  # periods from arrival on, and from capture on; all cameras, and those of a group
        [("redondo-beach", None), ("el-cajon", None), ("el-cajon", ["north"])],
    )
    def test_finds_what_a_look_at_every_read_finds(self, profile, groups):
        draw = random.Random(432)
        agency = an_agency(profile)
        cameras = a_town(agency, draw)
        a_town(an_agency(profile), draw)  # whose cameras stand in the same streets
        grant = opened(agency, a_searcher(agency, camera_groups=groups))

        sizes = set()
        for _ in range(15):
            question = Question(
                place=a_place(draw),
                cameras=tuple(one.pk for one in draw.sample(cameras, 5)) if draw.random() < 0.3 else (),
                since=NOW - timedelta(days=draw.randint(1, 300)) if draw.random() < 0.5 else None,
                until=NOW - timedelta(days=draw.randint(0, 50)) if draw.random() < 0.3 else None,
            )
            expected = looked_at(grant, question)
            sizes.add(len(expected))

            assert answered(grant, question) == (expected, len(expected)), question
        assert len(sizes) > 2, "the places tell nothing"

    def test_finds_what_a_camera_took_before_it_was_moved(self):
        agency = an_agency()
        camera = a_camera(agency)
        take(agency, a_read(camera, "1HERE11"))
        take(agency, a_read(moved(camera, (LAT + 0.05, LON)), "2THERE2"))

        for lat, plate in ((LAT, "1HERE11"), (LAT + 0.05, "2THERE2")):
            answer = reads_matching(opened(agency, a_searcher(agency)), Question(place=Circle(lat, LON, 50)))
            assert [one.read.plate for one in answer.found] == [plate]
