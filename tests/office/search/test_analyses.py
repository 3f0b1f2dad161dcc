"""One vehicle, its companions, two places and a crime scene: each with its record, by query and by page."""

from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from platekeeper.office.search.analyses import companions, pattern_of, vehicles_at_both
from platekeeper.office.search.models import Canvass
from platekeeper.office.search.places import Circle
from platekeeper.office.search.questions import Question
from platekeeper.wire import Position

from ..doors import logged_in
from ..people import NOW, a_searcher, an_agency
from ..streets import LAT, LON, a_camera, a_read, take
from .test_pages import a_form, records_of, text_of
from .test_queries import a_grant

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AWAY = LAT + 0.05
WINDOW = {"since": NOW - 30 * DAY, "until": NOW + DAY}


@pytest.fixture(scope="module")
def agency(database):
    """A pair that drives together on three days, and a stranger who passes once."""
    made = an_agency()
    here, there = (
        a_camera(made, lat=lat, lon=LON, name=name) for lat, name in ((LAT, "Pier"), (AWAY, "Airport"))
    )
    spots = {here: Position(lat=LAT, lon=LON), there: Position(lat=AWAY, lon=LON)}
    reads = []
    for day in range(3):
        at = NOW - day * DAY - timedelta(hours=1)
        for camera, later in ((here, 0 * MINUTE), (there, 30 * MINUTE)):
            for plate, behind in (("8ABC123", 0), ("7XYZ890", 20)):
                moment = at + later + timedelta(seconds=behind) - 30 * MINUTE
                reads.append(a_read(camera, plate, captured_at=moment, position=spots[camera]))
    reads.append(a_read(here, "1STR111", captured_at=reads[0].captured_at, position=spots[here]))
    take(made, *reads)
    return made


class TestCompanions:
    def test_are_those_seen_again_and_again(self, agency):
        question = Question(plate="8ABC123", **WINDOW)

        (one,) = companions(a_grant(agency), question, seconds=60, least=2)

        assert (one.plate, one.meetings, one.cameras, one.days) == ("7XYZ890", 6, 2, 3)
        assert one.seconds_apart == pytest.approx(20)

    @pytest.mark.parametrize(("seconds", "least"), [(10, 2), (60, 7)])
    def test_are_not_those_further_apart_or_less_often(self, seconds, least, agency):
        assert (
            companions(a_grant(agency), Question(plate="8ABC123", **WINDOW), seconds=seconds, least=least)
            == ()
        )


class TestPattern:
    def test_tells_first_last_cameras_and_hours(self, agency):
        pattern = pattern_of(a_grant(agency), Question(plate="8ABC123", **WINDOW))

        assert (pattern.total, len(pattern.haunts)) == (6, 2)
        assert pattern.first
        assert pattern.last
        assert pattern.first.read_at < pattern.last.read_at
        assert {haunt.camera.name: haunt.times for haunt in pattern.haunts if haunt.camera} == {
            "Pier": 3,
            "Airport": 3,
        }
        assert sum(cell.count for row in pattern.hours for cell in row) == 6
        assert [len(row) for row in pattern.hours] == [24] * 7

    def test_of_a_plate_never_seen_is_empty(self, agency):
        pattern = pattern_of(a_grant(agency), Question(plate="9NONE99", **WINDOW))

        assert (pattern.total, pattern.first, pattern.haunts) == (0, None, ())


class TestTwoPlaces:
    def test_share_the_vehicles_seen_at_both(self, agency):
        pier = Question(place=Circle(LAT, LON, 200), **WINDOW)
        airport = Question(place=Circle(AWAY, LON, 200), **WINDOW)

        found, is_capped = vehicles_at_both(a_grant(agency), pier, airport)

        assert [(one.plate, one.first_times, one.second_times) for one in found] == [
            ("7XYZ890", 3, 3), ("8ABC123", 3, 3),
        ]  # fmt: skip
        assert not is_capped


class TestGate:
    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT count(*) FROM search_reads('{}', NULL, NULL, 10, true)",
            "SELECT count_reads('{}', 10)",
            "SELECT count(*) FROM plates_at('{}', 10)",
            "SELECT count(*) FROM seen_at_both('{}', '{}', 10, 10)",
            "SELECT count(*) FROM travel_companions('{8ABC123}', '-infinity', 'infinity', 60, 1, 10, 'UTC')",
            "SELECT (vehicle_pattern('{8ABC123}', '-infinity', 'infinity', 'UTC')->>'total')::int",
        ],
    )
    def test_shows_nothing_without_a_record(self, statement, agency, web):
        assert web.execute(statement).fetchone() == (0,)

    def test_is_closed_to_every_other_role(self, connect):
        for role in ("ingest", "custodian", "auditor"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connect(role).execute("SELECT count_reads('{}', 10)")


def window(**changes: object) -> dict[str, object]:
    local = timezone.localtime()
    return {
        "captured_from": (local - 30 * DAY).strftime("%Y-%m-%dT%H:%M"),
        "captured_to": (local + DAY).strftime("%Y-%m-%dT%H:%M"),
        **changes,
    }


def spot(name: str, lat: float) -> dict[str, object]:
    given = window(latitude=str(lat), longitude=str(LON), radius_m="200")
    return {f"{name}-{field}": value for field, value in given.items()}


class TestPages:
    @pytest.mark.parametrize(
        ("address", "fields", "shown", "analysis"),
        [
            ("/search/vehicle/", window(), "6 reads on", "vehicle"),
            ("/search/seen-with/", window(seconds="60", least="2"), "7XYZ890", "companions"),
            ("/search/two-places/", {**spot("first", LAT), **spot("second", AWAY)}, "8ABC123", "two-places"),
            (
                "/search/crime-scene/",
                window(
                    latitude=str(LAT), longitude=str(LON), radius_m="200", incident="Shooting", unit="Car 12"
                ),
                "1STR111",
                "canvass",
            ),
        ],
    )
    def test_answer_with_their_record(self, address, fields, shown, analysis, agency, owner):
        person = a_searcher(agency)
        client = logged_in(person)

        assert client.get(address).status_code == 200
        answer = client.post(address, a_form(person, **fields))

        assert answer.status_code == 200
        assert shown in text_of(answer)
        ((outcome, function, _, _, _, query),) = records_of(owner, person)
        assert (outcome, function, query["analysis"]) == ("ALLOWED", "search", analysis)

    @pytest.mark.parametrize(
        ("address", "fields", "sentence"),
        [
            ("/search/vehicle/", window(plate="8ABC*"), "whole plate"),
            ("/search/seen-with/", window(seconds="9999", least="2"), "600"),
            ("/search/vehicle/", window(captured_to="2020-01-01T00:00"), "swap From and To"),
            ("/search/two-places/", spot("first", LAT), "required"),
            ("/search/crime-scene/", window(incident="Shooting", unit="Car 12"), "Name the place"),
            (
                "/search/crime-scene/",
                window(latitude=str(LAT), longitude=str(LON), incident="Shooting"),
                "required",
            ),
        ],
    )
    def test_tell_mistakes_and_ask_nothing(self, address, fields, sentence, agency, owner):
        person = a_searcher(agency)

        answer = logged_in(person).post(address, a_form(person, **fields))

        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert records_of(owner, person) == []

    def test_keep_no_canvass_that_was_refused(self, agency):
        person = a_searcher(agency)
        fields = window(
            latitude=str(LAT), longitude=str(LON), incident="Vandalism", unit="Car 12", reason="stuff"
        )

        assert logged_in(person).post("/search/crime-scene/", a_form(person, **fields)).status_code == 403
        assert not Canvass.objects.filter(agency=agency, incident="Vandalism").exists()
