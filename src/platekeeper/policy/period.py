"""Periods as laws state them: years and months by the calendar, days and less by the clock.

Everything is counted in UTC, so that one period ends at the same moment for every camera and no summer time
shifts it. Two rules make it exact (obligations RET-01 to RET-03, time vectors):

* **Never earlier.** Where the anniversary does not exist (29 February, 31 April) the next day that exists
  counts.
* **An older read never outlives a younger one.** Where several days meet on one anniversary, the first of
  them keeps its time of day and the others end with that day. So one cut-off in time states what has ended.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

_ISO = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_LONGEST_YEARS = 1000
_LONGEST_CLOCK_DAYS = 366 * _LONGEST_YEARS


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be dated")
    return moment.astimezone(UTC)


@dataclass(frozen=True)
class Period:
    """A length of time, not negative.

    Attributes:
        months: calendar part, months; twelve to the year.
        clock: the rest, a fixed length.
    """

    months: int
    clock: timedelta

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read an ISO 8601 period such as `P2Y`, `P30D`, `PT3M` or `P5YT24H1M`.

        Raises:
            ValueError: it is not one, or longer than a thousand years.

        Source:
            ISO 8601-1:2019 5.5.2
        """
        found = _ISO.fullmatch(text)
        if found is None or len(text) > 40:
            raise ValueError(f'"{text[:40]}" is not an ISO 8601 period such as "P2Y", "P30D" or "P5YT24H1M"')
        part = {name: int(digits or 0) for name, digits in found.groupdict().items()}
        months = part["years"] * 12 + part["months"]
        seconds = (
            ((part["weeks"] * 7 + part["days"]) * 24 + part["hours"]) * 3600
            + part["minutes"] * 60
            + part["seconds"]
        )
        if months > _LONGEST_YEARS * 12 or seconds > _LONGEST_CLOCK_DAYS * 86400:
            raise ValueError(f'"{text}" is longer than {_LONGEST_YEARS} years')
        return cls(months, timedelta(seconds=seconds))

    def __str__(self) -> str:
        """Return the ISO 8601 form."""
        years, months = divmod(self.months, 12)
        clock = self._clock_parts()
        dated = "".join(f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (clock[0], "D")) if n)
        timed = "".join(f"{n}{unit}" for n, unit in zip(clock[1:], "HMS", strict=True) if n)
        return "P" + dated + (f"T{timed}" if timed else "") if dated or timed else "PT0S"

    def _clock_parts(self) -> tuple[int, int, int, int]:
        seconds = int(self.clock.total_seconds())
        days, rest = divmod(seconds, 86400)
        if self.months and days:
            # "5 years + 24 hours" is how the source says it; "5 years + 1 day" would be a calendar day
            days, rest = 0, seconds
        return days, rest // 3600, rest // 60 % 60, rest % 60

    @property
    def words(self) -> str:
        """Say it in plain words: `5 years, 24 hours and 1 minute`."""
        years, months = divmod(self.months, 12)
        numbers = (years, months, *self._clock_parts())
        units = ("year", "month", "day", "hour", "minute", "second")
        said = [f"{n} {unit}{'s' * (n != 1)}" for n, unit in zip(numbers, units, strict=True) if n]
        return " and ".join(filter(None, (", ".join(said[:-1]), said[-1]))) if said else "no time"

    def after(self, moment: datetime) -> datetime:
        """Return when the period that starts at a moment ends; from then on it is over (half-open).

        Args:
            moment: aware.

        Returns:
            Aware, UTC; never before the true anniversary, and never earlier for a later moment.

        Raises:
            ValueError: the moment has no time zone.
            OverflowError: the end lies after the year 9999.
        """
        start = _utc(moment)
        day = _anniversary(start.date(), self.months)
        first_of_its_day = start.date() == date.min or _anniversary(start.date() - _DAY, self.months) < day
        ends = datetime.combine(day, start.timetz()) if first_of_its_day else _midnight(day + _DAY)
        return ends + self.clock

    def cutoff(self, now: datetime) -> datetime:
        """Return the first moment whose period is not over yet: the exact inverse of `after`.

        `moment >= period.cutoff(now)` holds just when `period.after(moment) > now`, to the microsecond.

        Args:
            now: aware.

        Returns:
            Aware, UTC; the earliest moment there is where the period reaches back further.

        Raises:
            ValueError: `now` has no time zone.
        """
        try:
            target = _utc(now) - self.clock
            day = _shifted_back(target.date(), self.months)
        except (OverflowError, ValueError) as error:
            if now.tzinfo is None:
                raise
            del error
            return datetime.min.replace(tzinfo=UTC)
        while _anniversary(day, self.months) < target.date():
            day += _DAY
        if _anniversary(day, self.months) > target.date():
            return _midnight(day)
        return datetime.combine(day, target.timetz()) + datetime.resolution

    def ends_by(self, other: "Period") -> bool:
        """Return whether this period is over when the other is, whatever day they start on."""
        return all(ours <= theirs for ours, theirs in zip(_ends(self), _ends(other), strict=True))


_DAY = timedelta(days=1)
NO_TIME = Period(0, timedelta(0))
_A_LEAP_CYCLE = tuple(datetime(2023, 1, 1, tzinfo=UTC) + n * _DAY for n in range(4 * 366))


@lru_cache(maxsize=64)
def _ends(period: Period) -> tuple[datetime, ...]:
    return tuple(period.after(day) for day in _A_LEAP_CYCLE)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@lru_cache(maxsize=4096)
def _anniversary(day: date, months: int) -> date:
    """Return the first existing day on or after the same day of the month, some months later."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError("the period ends after the year 9999")
    last = calendar.monthrange(year, month0 + 1)[1]
    if day.day <= last:
        return date(year, month0 + 1, day.day)
    return date(year, month0 + 1, last) + _DAY


@lru_cache(maxsize=4096)
def _shifted_back(day: date, months: int) -> date:
    """Return a day some months earlier whose anniversary is never after the given one, by days at most."""
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1])) - 4 * _DAY
