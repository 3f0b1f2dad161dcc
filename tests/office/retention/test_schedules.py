"""The database's own arithmetic of periods is the policy's, to the microsecond; the views cut off where it says."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from platekeeper.office.access.operations import open_access
from platekeeper.office.reads.models import Read
from platekeeper.office.retention.schedules import terms_of
from platekeeper.policy import Role, load_profile, purge_due_at, visible_from, visible_until
from platekeeper.policy.keeping import CounselRuling
from platekeeper.policy.period import NO_TIME, Period
from tests.policy.people import changed

from ..people import a_person, an_agency, an_inquiry
from ..streets import a_camera
from .archives import seen, with_schedule

MICROSECOND = timedelta(microseconds=1)
moments = st.datetimes(datetime(1995, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))
periods = st.builds(
    Period, st.integers(0, 130), st.integers(0, 100_000).map(lambda minutes: timedelta(minutes=minutes))
)


def after(owner, moment: datetime, period: Period) -> datetime:
    row = owner.execute(
        "SELECT period_after(%s, %s, %s)",
        [moment, period.months, int(period.clock.total_seconds())],
    )
    return row.fetchone()[0]


class TestPeriods:
    @settings(max_examples=60, deadline=None)
    @given(moment=moments, period=periods)
    def test_end_in_the_database_when_they_end_in_the_policy(self, database, moment, period):
        import psycopg

        with psycopg.connect(database.address("owner")) as owner:
            assert after(owner, moment, period) == period.after(moment)

    @pytest.mark.parametrize(
        ("captured", "hidden", "destroyed"),
        [("2021-03-01T00:00Z", "2023-03-01T00:00Z", "2026-03-02T00:01Z"),
         ("2024-02-29T10:00Z", "2026-03-01T10:00Z", "2029-03-02T10:01Z")],
    )  # fmt: skip
    def test_of_los_angeles_end_to_the_microsecond(self, captured, hidden, destroyed, owner):
        profile = load_profile("los-angeles")
        moment = datetime.fromisoformat(captured)

        assert visible_until(profile, moment, moment) == datetime.fromisoformat(hidden)
        assert purge_due_at(profile, moment, moment) == datetime.fromisoformat(destroyed)
        terms = terms_of(profile)
        assert after(owner, moment, terms.purge) == datetime.fromisoformat(destroyed)
        assert after(owner, moment + MICROSECOND, terms.purge) >= datetime.fromisoformat(destroyed)


class TestVisibleReads:
    @pytest.mark.parametrize(("profile", "by_arrival"), [("los-angeles", False), ("monrovia", True)])
    def test_are_cut_off_at_the_moment_where_their_period_starts(self, profile, by_arrival):
        agency = an_agency(profile)
        camera = a_camera(agency)
        now = timezone.now() + timedelta(seconds=30)
        from platekeeper.office.accounts.queries import profile_of

        cut = visible_from(profile_of(agency), now)
        old = cut - timedelta(days=9)
        for plate, moment in (("8HID111", cut - MICROSECOND), ("8SEE111", cut)):
            seen(agency, camera, plate, old if by_arrival else moment, pictures=False, arrived=moment)
        role = Role.DISPATCHER if profile == "monrovia" else Role.DETECTIVE

        grant = open_access(person=a_person(agency, role), agency=agency, inquiry=an_inquiry(agency), now=now)

        with grant.used():
            assert set(Read.objects.values_list("plate", flat=True)) == {"8SEE111"}


class TestTerms:
    def test_drop_a_minimum_that_counsel_ruled_away(self):
        ruling = CounselRuling(
            counsel="City Attorney", ruled_on="2026-01-05", reference="CA-1", sentence="The period stands."
        )
        profile = with_schedule("el-cajon", minimum=Period.parse("P1Y"))

        assert terms_of(profile).minimum == Period.parse("P1Y")
        ruled = changed(profile, retention=changed(profile.retention, counsel_ruling=ruling))
        assert terms_of(ruled).minimum == NO_TIME
        assert terms_of(ruled).said["counsel"] == "CA-1"

    def test_keep_access_records_for_a_year_whatever_the_policy_says(self):
        profile = with_schedule("el-cajon", access_records=Period.parse("P30D"))

        assert terms_of(profile).records == Period.parse("P1Y")
