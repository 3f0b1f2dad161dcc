"""Looking back in the demonstration: each of the pages that a detective uses has an answer worth looking at."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from platekeeper.demo.casework import gather
from platekeeper.demo.history import COMMUTERS, DAYS, drawn_day, play_history
from platekeeper.demo.stage import searcher
from platekeeper.office.cases.models import CaseFile, CaseItem
from platekeeper.office.misuse.models import Finding
from platekeeper.office.search.analyses import companions, pattern_of, vehicles_at_both
from platekeeper.office.search.places import Circle
from platekeeper.office.search.questions import Question
from tests.office.people import NOW
from tests.office.search.test_queries import a_grant

MONDAY = date(2026, 11, 2)
WINDOW = {"since": NOW - timedelta(days=DAYS + 1), "until": NOW}


@pytest.fixture(scope="module")
def stage(stages, tmp_path_factory):
    """One agency, its three weeks played."""
    chosen = stages[0]
    play_history([chosen], tmp_path_factory.mktemp("history") / "history.json", NOW, {})
    return chosen


@pytest.fixture(scope="module")
def gathered(stages, stage):
    """The same one, worked in; asked for twice, it is done once."""
    for _ in range(2):
        gather([stage, stages[1]], NOW)
    return stage


def grant_of(stage):
    return a_grant(stage.agency, stage.people[searcher(stage)])


class TestDay:
    def test_is_the_same_however_often_it_is_drawn(self, stages):
        story = stages[0].story

        first, second = (list(drawn_day("redondo-beach", story, 5, MONDAY)) for _ in range(2))

        assert first == second
        assert len(first) > COMMUTERS

    def test_is_not_another_day_s_nor_another_agency_s(self, stages):
        story = stages[0].story
        drawn = [
            list(drawn_day(slug, story, 5, day))
            for slug, day in (("a", MONDAY), ("b", MONDAY), ("a", MONDAY + timedelta(days=1)))
        ]

        assert drawn[0] != drawn[1] != drawn[2]


class TestHistory:
    def test_again_stores_nothing_and_without_its_diary_knows_each_read(self, stage, tmp_path):
        diary = tmp_path / "history.json"

        assert play_history([stage], diary, NOW, {}) == 0
        assert play_history([stage], diary, NOW, {}) == 0

    def test_alerts_nobody_and_comes_from_no_time_to_come(self, stage, owner):
        # the demonstration's pictures alert the same agency, in the tests beside these
        (alerts,) = owner.execute(
            "SELECT count(*) FROM alert a JOIN hit h ON (h.agency_id, h.alert_id) = (a.agency_id, a.id)"
            " JOIN read r ON (r.agency_id, r.read_at, r.id) = (h.agency_id, h.read_at, h.read_id)"
            " WHERE a.agency_id = %s AND r.producer = 'demonstration-history'",
            [stage.agency.pk],
        ).fetchone()
        last, waiting = owner.execute(
            "SELECT max(read_at), (SELECT count(*) FROM quarantined_read q WHERE q.agency_id = %s) FROM read"
            " WHERE agency_id = %s AND producer = 'demonstration-history'",
            [stage.agency.pk, stage.agency.pk],
        ).fetchone()

        assert (alerts, waiting) == (0, 0)
        assert last < NOW

    def test_lets_another_vehicle_keep_behind_the_story_s(self, stage):
        question = Question(plate=stage.story["plate"], **WINDOW)

        found = companions(grant_of(stage), question, seconds=60, least=3)

        assert found[0].plate == stage.story["companion"]
        assert found[0].cameras == 3
        assert found[0].days >= 8
        assert len(found) < 5

    def test_shows_the_story_s_evenings(self, stage):
        pattern = pattern_of(grant_of(stage), Question(plate=stage.story["plate"], **WINDOW))

        hours = [sum(row[hour].count for row in pattern.hours) for hour in range(24)]
        assert pattern.days >= 8
        assert len(pattern.haunts) >= 3
        assert hours[21] + hours[22] > pattern.total / 2

    def test_has_few_vehicles_at_two_places_in_the_evening(self, stage):
        places = [Circle(one.lat, one.lon, 100) for one in stage.cameras[:2]]
        evening = next(
            day
            for day in (timezone.localtime(NOW) - timedelta(days=back) for back in range(1, 8))
            if day.isoweekday() == 3
        ).replace(hour=20, minute=30)
        window = {"since": evening, "until": evening + timedelta(hours=2)}

        found, _ = vehicles_at_both(grant_of(stage), *(Question(place=place, **window) for place in places))

        assert {stage.story["plate"], stage.story["companion"]} <= {one.plate for one in found}
        assert len(found) < 6


class TestCasework:
    def test_opens_one_case_with_searches_reads_and_a_note(self, gathered):
        (case,) = CaseFile.objects.filter(agency=gathered.agency)
        kinds = list(CaseItem.objects.filter(case=case).values_list("kind", flat=True))

        assert case.number == gathered.story["case_number"]
        assert sorted(set(kinds)) == ["NOTE", "READ", "SEARCH"]
        assert kinds.count("SEARCH") == 3

    def test_leaves_findings_to_be_judged_inside_and_outside(self, gathered):
        found = {(one.detector, one.is_outside) for one in Finding.objects.filter(agency=gathered.agency)}

        assert found >= {("private-plate", False), ("many-cases", False), ("private-plate", True)}


class TestStory:
    def test_of_each_agency_is_its_own(self, stages):
        told = [stage.story for stage in stages]

        assert len({one["plate"] for one in told}) == len({one["companion"] for one in told}) == len(told)
        assert all(len([c for c in stage.cameras if c.kind == "FIXED"]) >= 4 for stage in stages)
