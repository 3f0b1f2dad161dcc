"""The misuse detectors: sequences that must be found, innocent ones that must not, and a year of ordinary work."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from platekeeper.policy import load_profile
from platekeeper.policy.decision import Allowed, Denied
from platekeeper.policy.facts import Person
from platekeeper.policy.misuse import (
    CASES_OF_ONE_PLATE,
    MEANING,
    REPEAT_DAYS,
    Detector,
    Look,
    concerns_lead,
    decide_review,
    repeat_is_held,
    suspicions,
)
from platekeeper.policy.vocabulary import MisuseFlag, Role

START = datetime(2026, 1, 5, 10, tzinfo=UTC)
REASON = "Burglary at a pharmacy, silver sedan seen leaving"


def a_look(day: float = 0, **changes: object) -> Look:
    at = START + timedelta(days=day)
    given = {
        "id": f"{at.isoformat()}-{len(changes)}",
        "at": at,
        "person": "kim",
        "reason": REASON,
        "case_number": "26-1",
    }
    return Look(**{**given, **changes})  # type: ignore[arg-type]


def found(*looks: Look) -> set[Detector]:
    return {suspicion.detector for suspicion in suspicions(looks)}


class TestRepeatTarget:
    def test_is_found_over_months_without_an_open_case(self):
        looks = [a_look(day * 20, target="ex") for day in range(REPEAT_DAYS)]

        (suspicion,) = suspicions(looks)

        assert suspicion.detector is Detector.REPEAT_TARGET
        assert suspicion.person == "kim"
        assert suspicion.looks == tuple(look.id for look in looks)
        assert f"{REPEAT_DAYS} days" in suspicion.explanation
        assert "ex" not in suspicion.explanation.split()

    def test_is_found_across_colleagues_who_take_turns(self):
        looks = [a_look(day * 3, target="ex", person=f"officer-{day % 3}") for day in range(9)]

        assert Detector.REPEAT_TARGET in found(*looks)

    @pytest.mark.parametrize(
        "looks",
        [
            [a_look(day, target="car", open_case=True) for day in range(30)],
            [a_look(day * 20, target="car") for day in range(REPEAT_DAYS - 1)],
            [a_look(minute / 1440, target="car", id=str(minute)) for minute in range(20)],
            [a_look(day * 60, target="car") for day in range(REPEAT_DAYS)],
            [a_look(day, target=f"car-{day}") for day in range(60)],
            [a_look(day, target="") for day in range(30)],
        ],
        ids=["open case", "one day less", "one evening", "over years", "many vehicles", "areas"],
    )
    def test_is_not_found_in_ordinary_work(self, looks):
        assert Detector.REPEAT_TARGET not in found(*looks)

    def test_is_held_before_it_grows(self):
        assert not repeat_is_held(REPEAT_DAYS - 2, REPEAT_DAYS - 2)
        assert repeat_is_held(REPEAT_DAYS - 1, REPEAT_DAYS - 1)
        assert repeat_is_held(0, 8)


class TestPrivatePlate:
    @pytest.mark.parametrize(
        "relation", [MisuseFlag.OWN_PLATE, MisuseFlag.HOUSEHOLD_PLATE, MisuseFlag.COLLEAGUE_PLATE]
    )
    def test_is_found_at_the_first_look(self, relation):
        assert found(a_look(target="car", relation=relation)) == {Detector.PRIVATE_PLATE}

    def test_is_not_found_where_nobody_here_owns_it(self):
        assert found(a_look(target="car")) == set()


class TestOffShift:
    def test_is_found_where_the_roster_says_so(self):
        assert found(a_look(on_duty=False)) == {Detector.OFF_SHIFT}

    def test_is_found_at_an_hour_at_which_somebody_never_works(self):
        habit = [a_look(day + n / 100, id=f"{day}-{n}") for day in range(40) for n in range(3)]
        night = [a_look(41 + 14 / 24 + n / 1000, id=f"night-{n}") for n in range(3)]

        assert Detector.OFF_SHIFT in found(*habit, *night)
        assert Detector.OFF_SHIFT not in found(*habit, night[0])

    def test_is_not_found_on_duty(self):
        assert found(*(a_look(day, on_duty=True) for day in range(30))) == set()


class TestVagueReason:
    def test_is_found_where_most_of_a_month_says_nothing(self):
        looks = [a_look(day, reason="police work" if day % 3 else REASON) for day in range(12)]

        assert found(*looks) == {Detector.VAGUE_REASON}

    def test_is_found_where_the_same_words_stand_for_every_case(self):
        looks = [a_look(day / 2, case_number=f"26-{day}") for day in range(12)]

        assert found(*looks) == {Detector.VAGUE_REASON}

    def test_is_not_found_in_words_that_fit_their_case(self):
        looks = [
            a_look(day, case_number=f"26-{day}", reason=f"Burglary number {day}, sedan leaving")
            for day in range(20)
        ]

        assert found(*looks) == set()


class TestManyCases:
    def test_is_found_where_one_vehicle_serves_several(self):
        looks = [a_look(day * 10, target="ex", case_number=f"26-{day}", reason=f"Theft {day} at a store downtown")
                 for day in range(CASES_OF_ONE_PLATE)]  # fmt: skip

        assert found(*looks) == {Detector.MANY_CASES}

    def test_is_not_found_over_a_year_or_under_one_number(self):
        slowly = [a_look(day * 80, target="car", case_number=f"26-{day}") for day in range(4)]
        one = [a_look(day, target="car", open_case=True) for day in range(10)]

        assert Detector.MANY_CASES not in found(*slowly)
        assert Detector.MANY_CASES not in found(*one)


class TestUnusualVolume:
    def test_is_found_on_a_day_far_beyond_the_usual(self):
        usual = [a_look(day + n / 100, id=f"{day}-{n}") for day in range(20) for n in range(4)]
        flood = [a_look(21 + n / 1000, id=f"flood-{n}") for n in range(60)]

        assert Detector.UNUSUAL_VOLUME in found(*usual, *flood)

    def test_is_found_on_the_first_day_of_a_small_agency(self):
        assert Detector.UNUSUAL_VOLUME in found(*(a_look(n / 1000, id=f"first-{n}") for n in range(40)))

    def test_is_not_found_on_a_busy_day(self):
        usual = [a_look(day + n / 100, id=f"{day}-{n}") for day in range(20) for n in range(8)]
        busy = [a_look(21 + n / 1000, id=f"busy-{n}") for n in range(30)]

        assert found(*usual, *busy) == set()


class TestMeaning:
    def test_is_said_of_every_detector_for_a_reviewer_who_never_searched(self):
        assert set(MEANING) == set(Detector)
        assert all("Ask " in said for said in MEANING.values())


class TestReview:
    def decide(self, reviewer: Person, **changes: object):
        given = {"subject": "chief", "is_lead": True, "is_outside": False, "now": START, **changes}
        return decide_review(load_profile("redondo-beach"), reviewer, **given)  # type: ignore[arg-type]

    @pytest.mark.parametrize("role", list(Role))
    def test_of_a_lead_is_refused_to_everybody_inside(self, role):
        decision = self.decide(Person(username="inside", agency="redondo-beach", roles=frozenset({role})))

        assert isinstance(decision, Denied)
        assert decision.clause
        assert "outside" in decision.reason

    @pytest.mark.parametrize("is_outside", [True, False])
    @pytest.mark.parametrize("is_lead", [True, False])
    def test_of_oneself_is_refused_to_everybody(self, is_outside, is_lead):
        chief = Person(username="chief", agency="redondo-beach", roles=frozenset({Role.AUDITOR}))

        assert isinstance(self.decide(chief, is_outside=is_outside, is_lead=is_lead), Denied)

    def test_of_nobody_who_leads_is_refused_to_the_outside_reviewer(self):
        inspector = Person(username="inspector", agency="county", roles=frozenset())

        assert isinstance(self.decide(inspector, is_outside=True, is_lead=False), Denied)

    def test_of_a_lead_is_for_the_outside_reviewer(self):
        assert isinstance(
            self.decide(Person(username="inspector", agency="county", roles=frozenset()), is_outside=True),
            Allowed,
        )

    @pytest.mark.parametrize("role", [Role.COMMANDER, Role.ADMINISTRATOR, Role.AUDITOR])
    def test_goes_outside_for_every_role_that_leads(self, role):
        assert concerns_lead([role], holds_office=False)
        assert concerns_lead([Role.DETECTIVE], holds_office=True)
        assert not concerns_lead([Role.DETECTIVE], holds_office=False)


class TestOrdinaryYear:
    def test_is_nearly_silent(self):
        """Shifts, cases of several days with their vehicles; who is held for the fifth day opens the forgotten case."""
        looks, holds = an_ordinary_year(people=12)

        alarms = suspicions(looks)

        assert len(looks) > 10_000
        assert len(alarms) <= 1  # in twelve years of one person's work
        assert holds <= 12 * 12  # a reminder a month at most


def an_ordinary_year(people: int, seed: int = 432) -> tuple[list[Look], int]:
    draw, looks, holds = random.Random(seed), [], 0
    for number in range(people):
        shift = draw.choice([7, 15, 22])
        cases: list[str] = []
        opened: set[str] = set()
        days: dict[str, set[int]] = {}
        for day in range(365):
            if (day + number) % 7 in (0, 1):  # two days off
                continue
            while len(cases) < 3:
                cases.append(f"26-{number:02}{day:03}{len(cases)}")
                if draw.random() < 0.8:  # the rest is forgotten to be opened
                    opened.add(cases[-1])
            for look in range(draw.randint(1, 8)):
                case = draw.choice(cases)
                car = f"{case}:{draw.randint(1, 4)}"
                if case not in opened and repeat_is_held(len(days.get(car, set()) - {day}), 0):
                    opened.add(case)
                    holds += 1
                days.setdefault(car, set()).add(day)
                at = datetime(2026, 1, 1, (shift + draw.randint(0, 9)) % 24, look, tzinfo=UTC) + timedelta(
                    days=day
                )
                looks.append(Look(
                    id=f"{number}-{day}-{look}", at=at, person=f"officer-{number}", target=car, case_number=case,
                    open_case=case in opened, reason=f"Burglary on {case[-2:]} Main street, car seen leaving",
                ))  # fmt: skip
            cases = [one for one in cases if draw.random() < 0.85]
    return looks, holds
