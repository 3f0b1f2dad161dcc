"""The whole question: area, street, hours, weekdays, state and vehicle, each with its reason; and its record."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from platekeeper.office.search.places import Circle, polygon, street
from platekeeper.office.search.queries import Question, reads_matching
from platekeeper.wire import Attribute, Position, Vehicle

from ..people import NOW, an_agency
from ..streets import LAT, LON, a_camera, a_read, take
from .test_queries import a_grant, found

HOUR = timedelta(hours=1)
WINDOW = {"since": NOW - timedelta(days=8), "until": NOW + HOUR}
EVERYWHERE = {"place": Circle(LAT, LON, 9000), **WINDOW}


@pytest.fixture(scope="module")
def agency(database):
    made = an_agency("el-cajon")
    camera = a_camera(made)
    silver = Vehicle(
        color=(Attribute(value="silver", conf=0.8),), make=(Attribute(value="Toyota", conf=0.7),)
    )
    take(
        made,
        a_read(camera, "1HERE11", position=Position(lat=LAT, lon=LON), region="US-CA", vehicle=silver),
        a_read(
            camera,
            "2NEAR22",
            position=Position(lat=LAT + 0.001, lon=LON),
            region="US-NV",
            captured_at=NOW - HOUR,
        ),
        a_read(camera, "3FARR33", position=Position(lat=LAT + 0.05, lon=LON), captured_at=NOW - 2 * HOUR),
        a_read(camera, "4WEEK44", position=Position(lat=LAT, lon=LON), captured_at=NOW - timedelta(days=3)),
    )
    return made


class TestPlace:
    def test_may_be_an_area(self, agency):
        area = polygon([(LAT - 0.0005, LON - 0.0005), (LAT - 0.0005, LON + 0.0005), (LAT + 0.0005, LON)])

        assert found(agency, place=area, **WINDOW) == ["1HERE11", "4WEEK44"]

    def test_may_be_a_street(self, agency):
        line = street([(LAT - 0.001, LON), (LAT + 0.002, LON)], 30)

        assert found(agency, place=line, **WINDOW) == ["1HERE11", "2NEAR22", "4WEEK44"]

    def test_goes_together_with_a_plate(self, agency):
        line = street([(LAT - 0.001, LON), (LAT + 0.002, LON)], 30)

        assert found(agency, plate="*NEAR*", place=line, **WINDOW) == ["2NEAR22"]
        assert found(agency, plate="3FARR33", place=line) == []


class TestHours:
    def test_are_the_agency_s_own(self, agency):
        local = timezone.localtime(NOW)
        clock = (local.replace(minute=0, second=0, microsecond=0) - timedelta(minutes=30)).time()
        end = (local.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=61)).time()

        assert "1HERE11" in found(agency, clock=(clock, end), **EVERYWHERE) or clock > end
        assert "3FARR33" not in found(agency, plate="3F*", clock=(local.time(), end), **WINDOW)

    def test_may_pass_midnight(self, agency):
        whole = set(found(agency, **EVERYWHERE))
        for start, end in ((time(22), time(6)), (time(6), time(22))):
            part = set(found(agency, clock=(start, end), **EVERYWHERE))
            rest = set(found(agency, clock=(end, start), **EVERYWHERE))

            assert part | rest == whole
            assert not part & rest

    def test_may_be_days_of_the_week(self, agency):
        today = timezone.localtime(NOW).isoweekday()

        assert "4WEEK44" not in found(agency, weekdays=(today,), **EVERYWHERE)
        assert "1HERE11" in found(agency, weekdays=(today,), **EVERYWHERE)


class TestVehicle:
    def test_is_told_by_what_was_stored(self, agency):
        assert found(agency, vehicle=(("color", "silver"),), **EVERYWHERE) == ["1HERE11"]
        assert found(agency, vehicle=(("make", "toyota"),), **EVERYWHERE) == ["1HERE11"]
        assert found(agency, vehicle=(("color", "silver"), ("make", "ford")), **EVERYWHERE) == []

    def test_is_told_by_its_state(self, agency):
        assert found(agency, region="US-NV", **EVERYWHERE) == ["2NEAR22"]


class TestReasons:
    def test_name_everything_that_was_asked(self, agency):
        line = street([(LAT - 0.001, LON), (LAT + 0.002, LON)], 30)
        question = Question(
            plate="1HERE*", place=line, vehicle=(("color", "silver"),), region="US-CA", **WINDOW
        )
        (one,) = reads_matching(a_grant(agency), question).found

        assert one.why == "fits 1HERE*; state read as asked; 0 m from the street drawn; silver (80% sure)"


class TestRecord:
    @pytest.mark.parametrize(
        "question",
        [
            Question(plate="8ABC123", lookalikes=True),
            Question(
                place=polygon([(1, 1), (1, 1.01), (1.01, 1)]),
                clock=(time(22), time(6)),
                weekdays=(6, 7),
                **WINDOW,
            ),
            Question(place=street([(1, 1), (1, 1.01)], 25.0), cameras=(3, 4), region="US-CA"),
            Question(plate="7?", vehicle=(("color", "silver"), ("make", "ford"))),
        ],
    )
    def test_gives_the_question_back(self, question):
        assert Question.from_record(question.as_record()) == question
