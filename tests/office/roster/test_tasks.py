"""What the roster does by itself, called as the worker calls it, twice: the second time changes nothing."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from platekeeper.office.accounts.models import Agency, MaintenanceVisit, Person
from platekeeper.office.notices.models import Notice
from platekeeper.office.roster.tasks import (
    JOBS,
    disable_idle,
    note_ends,
    remind_of_training,
    take_up_roster,
)
from platekeeper.policy import Role

from ..people import OWNER, a_person, an_agency


@pytest.fixture
def agency(database) -> Agency:
    return an_agency("redondo-beach")


@pytest.fixture
def administrator(agency) -> Person:
    return a_person(agency, Role.ADMINISTRATOR)


def again(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def told(person: Person, kind: str) -> int:
    return Notice.objects.filter(recipient=person, kind=kind).count()


class TestJobs:
    def test_name_their_clauses(self):
        assert {job.name for job in JOBS} == {
            "roster.remind-of-training", "roster.disable-idle", "roster.note-ends", "roster.take-up-rosters",
        }  # fmt: skip
        assert all(job.clause for job in JOBS)


class TestReminder:
    @pytest.mark.parametrize(("days_before", "expected"), [(31, 0), (29, 1), (6, 1), (0.5, 1)])
    def test_comes_thirty_seven_and_one_day_before(self, days_before, expected, agency):
        person = a_person(agency)
        done = person.training.get(course="security-awareness")
        ends = done.completed_at + timedelta(days=365)

        for _ in range(2):
            remind_of_training(agency, ends - timedelta(days=days_before))

        assert told(person, "training-expires") == expected

    def test_reaches_the_training_office_when_it_is_over(self, agency, administrator):
        person = a_person(agency)
        ends = person.training.get(course="security-awareness").completed_at + timedelta(days=366)

        remind_of_training(agency, ends)

        assert Notice.objects.filter(agency=agency, kind="training-expired").exists()


class TestIdleAccount:
    def test_is_disabled_after_ninety_days_and_told(self, agency, administrator):
        long_ago = timezone.now() - timedelta(days=91)
        idle = a_person(agency, added_at=long_ago, last_used_at=long_ago)
        used = a_person(agency, added_at=long_ago)

        for _ in range(2):
            disable_idle(agency, timezone.now())

        assert again(idle).disabled_at is not None
        assert not again(idle).is_active
        assert again(used).is_active
        assert told(administrator, "account-disabled") == 1


class TestEnds:
    def test_of_a_visit_close_it_and_the_account(self, agency):
        now = timezone.now()
        vendor = a_person(agency, Role.VENDOR)
        visit = MaintenanceVisit.objects.using(OWNER).create(
            person=vendor, ticket="T", admitted_by="x", admitted_at=now,
            valid_from=now - timedelta(hours=9), valid_to=now - timedelta(hours=1),
        )  # fmt: skip

        for _ in range(2):
            note_ends(agency, now)

        assert MaintenanceVisit.objects.get(pk=visit.pk).closed_at is not None
        assert not again(vendor).is_active

    def test_of_a_visit_that_goes_on_close_nothing(self, agency):
        now = timezone.now()
        vendor = a_person(agency, Role.VENDOR)
        MaintenanceVisit.objects.using(OWNER).create(
            person=vendor,
            ticket="T",
            admitted_by="x",
            admitted_at=now,
            valid_from=now,
            valid_to=now + timedelta(hours=1),
        )

        note_ends(agency, now)

        assert again(vendor).is_active

    def test_of_a_suspension_are_told_once(self, agency, administrator):
        a_person(agency, suspended_until=timezone.now() - timedelta(minutes=1))

        for _ in range(2):
            note_ends(agency, timezone.now())

        assert told(administrator, "suspension-ended") == 1


class TestDroppedRoster:
    def drop(self, agency: Agency, *people: Person, at: datetime | None = None, text: str = "") -> None:
        path = Path(settings.DATA_FOLDER) / "roster" / f"{agency.slug}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text or "\n".join(["username", *(person.username for person in people)]))
        moment = (at or timezone.now()).timestamp()
        os.utime(path, (moment, moment))

    def test_deactivates_who_is_not_on_it(self, agency, administrator):
        stays, left = a_person(agency), a_person(agency)
        self.drop(agency, administrator, stays)

        for _ in range(2):
            take_up_roster(agency, timezone.now())

        assert again(left).separated_at is not None
        assert again(stays).separated_at is None

    @pytest.mark.parametrize("why", ["many", "administrator", "old", "broken"])
    def test_waits_for_an_administrator_where_it_may_be_wrong(self, why, agency, administrator):
        others = [a_person(agency) for _ in range(4 if why == "many" else 1)]
        second = a_person(agency, Role.ADMINISTRATOR)
        stay = [administrator, *([] if why == "administrator" else [second])]
        at = timezone.now() - timedelta(days=40) if why == "old" else None
        self.drop(agency, *stay, at=at, text="nothing" if why == "broken" else "")

        for _ in range(2):
            take_up_roster(agency, timezone.now())

        assert all(again(person).separated_at is None for person in [*others, second])
        assert told(administrator, "roster-waits") == 1
