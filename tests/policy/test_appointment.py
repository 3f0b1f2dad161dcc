"""Appointing and teaching: the rules of the gate, asked beforehand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from platekeeper.policy import (
    Allowed,
    Denied,
    Person,
    Role,
    TrainingCompletion,
    load_profile,
    required_courses,
)
from platekeeper.policy.appointment import decide_appointment, decide_course, decide_idle, expires_at
from tests.policy.rows import ALL

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def somebody(slug: str, title: str = "Detective", *roles: Role, **more: object) -> Person:
    return Person(
        username="robin", agency=slug, title=title, roles=frozenset(roles or {Role.DETECTIVE}), **more
    )


class TestAppointment:
    @pytest.mark.parametrize("slug", ALL)
    def test_keeps_auditors_and_data_users_apart(self, slug):
        profile = load_profile(slug)
        both = somebody(slug, "Detective", Role.DETECTIVE, Role.AUDITOR)

        assert isinstance(decide_appointment(profile, both, NOW), Denied)
        assert isinstance(decide_appointment(profile, somebody(slug), NOW), Allowed)

    @pytest.mark.parametrize("slug", ALL)
    def test_takes_no_title_that_is_not_listed_where_the_list_is_closed(self, slug):
        profile = load_profile(slug)

        decision = decide_appointment(profile, somebody(slug, "Barista"), NOW)

        assert isinstance(decision, Denied) == profile.users.titles_closed.value

    def test_keeps_administrators_and_data_users_apart_in_los_angeles(self):
        both = somebody("los-angeles", "Captain", Role.ADMINISTRATOR, Role.DETECTIVE)

        assert isinstance(decide_appointment(load_profile("los-angeles"), both, NOW), Denied)


class TestCourse:
    @pytest.mark.parametrize("slug", ALL)
    def test_is_decided_alone_whatever_the_others_are_like(self, slug):
        profile = load_profile(slug)
        course, other = required_courses(profile, frozenset({Role.DETECTIVE}))[:2]
        done = TrainingCompletion(course=course.code, completed_at=NOW - timedelta(days=1), signed_by="t",
                                  signed_as=Role.TRAINER, topics=frozenset(course.topics),
                                  certified_by=course.certified_by)  # fmt: skip
        person = somebody(slug, trainings=(done,))

        assert isinstance(decide_course(profile, person, course, NOW), Allowed)
        assert isinstance(decide_course(profile, person, other, NOW), Denied)
        own = replace(person, trainings=(replace(done, signed_by="robin"),))
        assert isinstance(decide_course(profile, own, course, NOW), Denied)

    def test_ends_when_the_policy_says(self):
        profile = load_profile("monrovia")
        annual = next(one for one in profile.training.courses if one.code == "alpr-annual")
        done = TrainingCompletion(course=annual.code, completed_at=NOW, signed_by="t", signed_as=Role.TRAINER,
                                  topics=frozenset(annual.topics))  # fmt: skip

        assert expires_at(profile, somebody("monrovia"), annual, NOW) is None
        ends = expires_at(profile, somebody("monrovia", trainings=(done,)), annual, NOW)
        assert ends == NOW.replace(year=2027)


class TestIdle:
    @pytest.mark.parametrize(("days", "refused"), [(89, False), (91, True)])
    def test_is_an_account_unused_for_ninety_days(self, days, refused):
        person = somebody("monrovia", last_used_at=NOW - timedelta(days=days))

        assert isinstance(decide_idle(load_profile("monrovia"), person, NOW), Denied) == refused
