"""When reads are hidden and destroyed, under the five schedules and under any."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from platekeeper.policy import (
    Allowed,
    Anchor,
    Denied,
    load_profile,
    profiles,
    purge_before,
    purge_due_at,
    visible_from,
    visible_until,
)
from platekeeper.policy.destruction import StoredRead, decide_purge, decide_record_deletion
from platekeeper.policy.keeping import CounselRuling
from platekeeper.policy.period import Period
from platekeeper.policy.retention import access_records_kept_until, anchored
from tests.policy.people import changed, with_setting

moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
spans = st.one_of(
    st.integers(1, 600).map(lambda minutes: Period.parse(f"PT{minutes}M")),
    st.integers(1, 400).map(lambda days: Period.parse(f"P{days}D")),
    st.tuples(st.integers(0, 8), st.integers(0, 11), st.integers(0, 100)).map(
        lambda parts: Period.parse(f"P{parts[0]}Y{parts[1]}MT{parts[2]}M")
    ),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@st.composite
def schedules(draw):
    """Return any schedule at all, also one that `check` would refuse."""
    profile = load_profile("los-angeles")
    for name, value in (
        ("minimum", draw(st.none() | spans)),
        ("visible", draw(st.none() | spans)),
        ("purge", draw(spans)),
        ("anchor", draw(st.sampled_from(Anchor))),
    ):
        profile = with_setting(profile, f"retention.{name}", value)
    return profile


def ruled(profile):
    """Return a profile with a ruling of counsel."""
    ruling = CounselRuling(
        counsel="City Attorney",
        ruled_on="2026-01-05",
        reference="CA-1",
        sentence="The policy's period stands.",
    )
    return changed(profile, retention=changed(profile.retention, counsel_ruling=ruling))


class TestTheSchedulesOfTheFive:
    @pytest.mark.parametrize(
        ("slug", "read_at", "hidden", "destroyed"),
        [
            ("los-angeles", "2021-03-01T00:00Z", "2023-03-01T00:00Z", "2026-03-02T00:01Z"),
            ("los-angeles", "2024-02-29T10:00Z", "2026-03-01T10:00Z", "2029-03-02T10:01Z"),
            ("redondo-beach", "2021-03-01T00:00Z", "2026-03-01T06:00Z", "2026-03-01T06:00Z"),
            ("milpitas", "2021-03-01T00:00Z", "2022-03-01T06:00Z", "2022-03-01T06:00Z"),
            ("monrovia", "2021-03-01T00:00Z", "2022-03-01T06:00Z", "2022-03-01T06:00Z"),
            ("el-cajon", "2021-03-01T00:00Z", "2021-03-31T00:00Z", "2021-03-31T00:00Z"),
        ],
    )
    def test_end_to_the_microsecond(self, slug, read_at, hidden, destroyed):
        profile, moment = load_profile(slug), at(read_at)
        received_at = moment + timedelta(hours=6)

        assert visible_until(profile, moment, received_at) == at(hidden)
        assert purge_due_at(profile, moment, received_at) == at(destroyed)

    @pytest.mark.parametrize("slug", profiles())
    def test_hide_a_read_at_that_very_microsecond_and_not_before(self, slug):
        profile, moment = load_profile(slug), at("2024-02-29T10:00Z")
        hidden = visible_until(profile, moment, moment)

        assert visible_from(profile, hidden - datetime.resolution) <= moment
        assert visible_from(profile, hidden) > moment

    @pytest.mark.parametrize("slug", profiles())
    def test_purge_at_that_very_microsecond_and_not_before(self, slug):
        profile, moment = load_profile(slug), at("2024-02-29T10:00Z")
        read = StoredRead(read_at=moment, received_at=moment, held=False)
        due = purge_due_at(profile, moment, moment)

        assert isinstance(decide_purge(profile, read, due - datetime.resolution), Denied)
        assert isinstance(decide_purge(profile, read, due), Allowed)

    @pytest.mark.parametrize(
        ("slug", "kept_until"),
        [
            ("redondo-beach", "2026-02-01T00:00Z"),
            ("los-angeles", "2029-02-01T00:00Z"),
            ("el-cajon", "2029-02-01T00:00Z"),
        ],
    )
    def test_keep_access_records(self, slug, kept_until):
        profile, accessed_at = load_profile(slug), at("2024-02-01T00:00Z")

        assert access_records_kept_until(profile, accessed_at) == at(kept_until)
        assert isinstance(decide_record_deletion(profile, accessed_at, at(kept_until)), Allowed)

    def test_name_the_minimum_where_it_is_the_reason(self):
        profile, moment = load_profile("milpitas"), at("2026-01-01T00:00Z")

        decision = decide_purge(
            profile,
            StoredRead(read_at=moment, received_at=moment, held=False),
            at("2026-06-01T00:00Z"),
        )

        assert isinstance(decision, Denied)
        assert (decision.clause, decision.obligation) == ("MI 462.4", "RET-01")

    def test_start_at_arrival_where_the_policy_speaks_of_the_server(self):
        read_at, received_at = at("2026-01-01T00:00Z"), at("2026-01-20T00:00Z")

        assert anchored(load_profile("redondo-beach"), read_at, received_at) == received_at
        assert anchored(load_profile("el-cajon"), read_at, received_at) == read_at


few = settings(max_examples=50)  # building a schedule costs more than trying it


class TestAnyScheduleAtAll:
    @few
    @given(schedules(), moments, st.timedeltas(timedelta(0), timedelta(days=40)), moments)
    def test_never_purges_before_the_minimum(self, profile, read_at, delay, now):
        received_at = read_at + delay
        read = StoredRead(read_at=read_at, received_at=received_at, held=False)
        minimum = profile.retention.minimum.value
        assume(minimum is not None)

        decision = decide_purge(profile, read, now)

        if isinstance(decision, Allowed):
            assert minimum.after(anchored(profile, read_at, received_at)) <= now

    @few
    @given(schedules(), moments, moments)
    def test_never_purges_under_a_hold(self, profile, read_at, now):
        read = StoredRead(read_at=read_at, received_at=read_at, held=True)

        assert isinstance(decide_purge(profile, read, now), Denied)

    @few
    @given(schedules(), moments, moments, moments)
    def test_treats_an_older_read_no_better_than_a_younger_one(self, profile, one, other, now):
        older, younger = sorted((one, other))

        assert visible_until(profile, older, older) <= visible_until(profile, younger, younger)
        assert purge_due_at(profile, older, older) <= purge_due_at(profile, younger, younger)

    @few
    @given(schedules(), moments, st.timedeltas(timedelta(days=-4000), timedelta(days=10)))
    def test_cuts_off_searches_just_where_reads_stop_being_visible(self, profile, now, offset):
        moment = now + offset

        assert (moment >= visible_from(profile, now)) == (visible_until(profile, moment, moment) > now)

    @few
    @given(schedules(), moments, st.timedeltas(timedelta(days=-4000), timedelta(days=10)))
    def test_cuts_off_the_purge_just_where_reads_are_due(self, profile, now, offset):
        moment = now + offset

        assert (moment < purge_before(profile, now)) == (purge_due_at(profile, moment, moment) <= now)

    @few
    @given(schedules(), moments)
    def test_never_shows_what_is_due(self, profile, now):
        assert visible_from(profile, now) >= purge_before(profile, now)


class TestCounselsRuling:
    def test_lets_the_shorter_purge_stand(self):
        milpitas = with_setting(load_profile("milpitas"), "retention.purge", Period.parse("P30D"))
        moment = at("2026-01-01T00:00Z")
        read = StoredRead(read_at=moment, received_at=moment, held=False)

        assert purge_due_at(milpitas, moment, moment) == at("2027-01-01T00:00Z")
        assert purge_due_at(ruled(milpitas), moment, moment) == at("2026-01-31T00:00Z")
        assert isinstance(decide_purge(ruled(milpitas), read, at("2026-01-31T00:00Z")), Allowed)
