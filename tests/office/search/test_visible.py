"""What is past its agency's time is found by no way of asking, each agency by its own value (RET-03, RET-05)."""

from datetime import datetime, timedelta

import pytest

from platekeeper.office.access.operations import AccessGrant
from platekeeper.office.accounts.models import Agency
from platekeeper.office.reads.models import Read
from platekeeper.office.search.analyses import companions, pattern_of, vehicles_at_both
from platekeeper.office.search.places import Circle
from platekeeper.office.search.queries import reads_matching
from platekeeper.office.search.questions import Question

from ..people import NOW, an_agency
from ..streets import LAT, LON, a_camera, a_read, take
from .test_queries import a_grant

OWN, OTHER = "8ABC123", "7XYZ890"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# how long the reads of each agency are in sight, and whether that counts from the camera or from the server
YEARS_AND_DAYS = {
    "redondo-beach": (5, 0, "arrival"),
    "milpitas": (1, 0, "arrival"),
    "monrovia": (1, 0, "arrival"),
    "el-cajon": (0, 30, "capture"),
    "los-angeles": (2, 0, "capture"),
}


def cut_off(profile: str) -> datetime:
    years, days, _ = YEARS_AND_DAYS[profile]
    return NOW.replace(year=NOW.year - years, day=min(NOW.day, 28)) - timedelta(days=days)


class House:
    """An agency whose pair of vehicles passed just before the cut-off and some days after it."""

    def __init__(self, profile: str) -> None:
        self.agency: Agency = an_agency(profile)
        self.camera = a_camera(self.agency)
        edge, anchor = cut_off(profile), YEARS_AND_DAYS[profile][2]
        self.shown_at = edge + timedelta(days=9)
        for moment in (edge - timedelta(days=9), self.shown_at):
            for plate, behind in ((OWN, 0), (OTHER, 20)):
                seen = moment + behind * SECOND
                # what comes long after it was seen counts by the one or the other moment
                arrived = moment + MINUTE if anchor == "arrival" else NOW
                captured = seen if anchor == "capture" else seen - timedelta(days=200)
                read = a_read(self.camera, plate, captured_at=captured)
                take(self.agency, read, now=arrived)
        self.window = {"since": NOW - timedelta(days=9999), "until": NOW + MINUTE}

    def grant(self) -> AccessGrant:
        return a_grant(self.agency)


@pytest.fixture(params=YEARS_AND_DAYS, scope="module")
def house(request, database) -> House:
    return House(request.param)


class TestReadPastItsTime:
    def test_is_found_by_no_plate_part_or_look_alike(self, house):
        for question in (
            Question(plate=OWN), Question(plate="8AB*"), Question(plate="*123"), Question(plate="8ABC1?3"),
            Question(plate="BABC123", lookalikes=True),
        ):  # fmt: skip
            answer = reads_matching(house.grant(), question)
            assert (answer.total, len(answer.found)) == (1, 1), question

    def test_is_found_by_no_place_or_camera(self, house):
        for question in (
            Question(place=Circle(LAT, LON, 300), **house.window),
            Question(cameras=(house.camera.pk,), **house.window),
        ):
            assert reads_matching(house.grant(), question).total == 2, question

    def test_counts_in_no_pattern(self, house):
        pattern = pattern_of(house.grant(), Question(plate=OWN, **house.window))

        assert pattern.total == 1
        assert sum(cell.count for row in pattern.hours for cell in row) == 1

    def test_makes_no_companion(self, house):
        question = Question(plate=OWN, **house.window)

        assert companions(house.grant(), question, seconds=60, least=2) == ()
        assert [one.meetings for one in companions(house.grant(), question, seconds=60, least=1)] == [1]

    def test_is_at_no_place(self, house):
        here = Question(place=Circle(LAT, LON, 300), **house.window)

        found, _ = vehicles_at_both(house.grant(), here, here)

        assert {one.plate: one.first_times for one in found} == {OWN: 1, OTHER: 1}

    def test_is_in_no_row_of_the_view_whatever_is_asked(self, house):
        grant = house.grant()

        with grant.used():
            assert Read.objects.filter(agency_id=house.agency.pk).count() == 2
