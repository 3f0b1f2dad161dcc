"""Periods: reading them, and where they end."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platekeeper.policy.period import NO_TIME, Period

FIVE = Period.parse("P5YT24H1M")
TWO = Period.parse("P2Y")
moments = st.datetimes(datetime(1970, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC))
periods = st.builds(
    Period,
    months=st.integers(0, 12 * 12),
    clock=st.one_of(
        st.integers(0, 40).map(lambda days: timedelta(days=days)),
        st.integers(0, 86400 * 3).map(lambda seconds: timedelta(seconds=seconds)),
    ),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestParse:
    @pytest.mark.parametrize(
        "text",
        ["", "P", "PT", "P1", "1Y", "P-1Y", "P1.5Y", "P1Y ", "p1y", "PT1Y", "P1YT", "P1DT", "P١Y", "P1H"],
    )
    def test_refuses_what_is_no_period(self, text):
        with pytest.raises(ValueError, match="is not an ISO 8601 period"):
            Period.parse(text)

    @pytest.mark.parametrize("text", ["P1001Y", "P12001M", "P400000D", "PT99999999999S"])
    def test_refuses_what_is_longer_than_a_thousand_years(self, text):
        with pytest.raises(ValueError, match="longer than 1000 years"):
            Period.parse(text)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("PT3M", "3 minutes"),
            ("P30D", "30 days"),
            ("P2W", "14 days"),
            ("P1Y", "1 year"),
            ("P1Y6M", "1 year and 6 months"),
            ("P5YT24H1M", "5 years, 24 hours and 1 minute"),
            ("PT0S", "no time"),
        ],
    )
    def test_is_said_in_plain_words(self, text, words):
        assert Period.parse(text).words == words

    @given(periods)
    def test_round_trips(self, period):
        assert Period.parse(str(period)) == period

    def test_keeps_the_sources_own_hours_beside_years(self):
        assert str(FIVE) == "P5YT24H1M"


class TestAfter:
    def test_refuses_a_moment_without_a_zone(self):
        with pytest.raises(ValueError, match="without a time zone"):
            TWO.after(datetime(2024, 1, 1))

    def test_refuses_an_end_beyond_the_calendar(self):
        with pytest.raises(OverflowError):
            Period.parse("P1000Y").after(at("9500-01-01T00:00Z"))

    @pytest.mark.parametrize(
        ("period", "start", "end"),
        [
            # the time vectors of the obligations
            (TWO, "2021-03-01T00:00Z", "2023-03-01T00:00Z"),
            (FIVE, "2021-03-01T00:00Z", "2026-03-02T00:01Z"),
            (TWO, "2024-02-29T10:00Z", "2026-03-01T10:00Z"),
            (FIVE, "2024-02-29T10:00Z", "2029-03-02T10:01Z"),
            # its neighbours: nobody younger goes before the leap day's reads have gone
            (TWO, "2024-02-28T23:59:59.999999Z", "2026-02-28T23:59:59.999999Z"),
            (TWO, "2024-02-29T00:00Z", "2026-03-01T00:00Z"),
            (TWO, "2024-02-29T23:59:59.999999Z", "2026-03-01T23:59:59.999999Z"),
            (TWO, "2024-03-01T00:00Z", "2026-03-02T00:00Z"),
            (TWO, "2024-03-01T10:00Z", "2026-03-02T00:00Z"),
            (TWO, "2024-03-02T00:00Z", "2026-03-02T00:00Z"),
            (Period.parse("P4Y"), "2024-02-29T10:00Z", "2028-02-29T10:00Z"),
            (Period.parse("P1M"), "2026-01-29T10:00Z", "2026-03-01T10:00Z"),
            (Period.parse("P1M"), "2026-01-31T10:00Z", "2026-03-02T00:00Z"),
            (Period.parse("PT3M"), "2026-12-31T23:58Z", "2027-01-01T00:01Z"),
            (Period.parse("P1Y"), "0001-01-01T00:00Z", "0002-01-01T00:00Z"),
            (Period.parse("P1Y"), "9998-06-01T00:00Z", "9999-06-01T00:00Z"),
        ],
    )
    def test_ends_to_the_microsecond(self, period, start, end):
        assert period.after(at(start)) == at(end)

    @given(periods, moments, moments)
    def test_never_ends_earlier_for_a_later_start(self, period, one, other):
        earlier, later = sorted((one, other))

        assert period.after(earlier) <= period.after(later)

    @given(periods, moments)
    def test_is_never_short_and_never_late_by_more_than_the_days_that_meet(self, period, start):
        days = sum((28, 30, 30)[: period.months % 3]) + period.months // 3 * 90
        end = period.after(start)

        assert end >= start + timedelta(days=min(days, period.months * 28)) + period.clock
        assert end <= start + timedelta(days=period.months * 31 + 5) + period.clock

    @given(periods, moments, st.integers(-14, 14))
    def test_does_not_depend_on_the_zone_in_which_a_moment_is_told(self, period, start, hours):
        elsewhere = start.astimezone(timezone(timedelta(hours=hours)))

        assert period.after(elsewhere) == period.after(start)


class TestCutoff:
    def test_refuses_a_moment_without_a_zone(self):
        with pytest.raises(ValueError, match="without a time zone"):
            TWO.cutoff(datetime(2024, 1, 1))

    def test_reaches_back_to_the_first_moment_where_the_calendar_ends(self):
        assert Period.parse("P1000Y").cutoff(at("0500-01-01T00:00Z")) == datetime.min.replace(tzinfo=UTC)

    @given(periods, moments, st.timedeltas(timedelta(days=-5), timedelta(days=5)))
    def test_is_the_exact_inverse_of_after(self, period, now, around):
        start = period.cutoff(now) + around

        assert (start >= period.cutoff(now)) == (period.after(start) > now)

    @given(periods, moments)
    def test_is_exact_to_the_microsecond(self, period, now):
        cutoff = period.cutoff(now)

        assert period.after(cutoff) > now
        assert period.after(cutoff - datetime.resolution) <= now


class TestEndsBy:
    @pytest.mark.parametrize(
        ("period", "other", "ends"),
        [
            ("P30D", "P1M", False),  # February is shorter
            ("P28D", "P1M", True),
            ("P365D", "P1Y", True),
            ("P366D", "P1Y", False),
            ("P2Y", "P5YT24H1M", True),
            ("P1Y", "P12M", True),
            ("PT0S", "PT0S", True),
        ],
    )
    def test_compares_calendar_and_clock(self, period, other, ends):
        assert Period.parse(period).ends_by(Period.parse(other)) is ends

    def test_no_time_ends_at_once(self):
        assert NO_TIME.ends_by(NO_TIME)
