"""Days as England counts them. Instants are stored in UTC; a deadline is a date in London."""

import calendar
import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.utils import timezone

LONDON = ZoneInfo("Europe/London")


def today() -> dt.date:
    """The date in London now."""
    return timezone.now().astimezone(LONDON).date()


@lru_cache(maxsize=1)
def _england() -> holidays.HolidayBase:
    # Filled now: filled year by year as it is asked, it gives wrong days to two threads that ask at once.
    return holidays.country_holidays("GB", subdiv="ENG", years=range(2000, 2101))


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday and not a bank holiday in England."""
    return bool(_england().is_working_day(day))


def bank_holiday(day: dt.date) -> str | None:
    """The name of the bank holiday in England on this day, or None."""
    return _england().get(day)


def working_days_from(day: dt.date, count: int) -> dt.date:
    """The working day `count` working days after `day` (before it, when negative). `day` counts as nought."""
    if count == 0:
        return day
    return _england().get_nth_working_day(day, count)


def working_days_between(first: dt.date, last: dt.date) -> int:
    """How many working days after `first` the day `last` is; negative when it comes before."""
    if last < first:
        return -working_days_between(last, first)
    return _england().get_working_days_count(first, last) - int(is_working_day(first))


def is_past(deadline: dt.date) -> bool:
    """A deadline is a date: it closes at the end of that day in London."""
    return today() > deadline


class NoSuchHour(ValueError):
    """The clocks go forward over this hour, so that it never comes."""


def instant_in_london(day: dt.date, at: dt.time) -> dt.datetime:
    """The instant, in UTC, at which a clock in London shows this. Of two, when the clocks go back, the later.

    Raises `NoSuchHour` for an hour that is left out when the clocks go forward.
    """
    instant = dt.datetime.combine(day, at, LONDON).replace(fold=1).astimezone(dt.UTC)
    if instant.astimezone(LONDON).replace(tzinfo=None) != dt.datetime.combine(day, at):
        raise NoSuchHour(f"{at:%H:%M} never comes on {day:%d/%m/%Y}")
    return instant


def comes_twice(day: dt.date, at: dt.time) -> bool:
    """Whether a clock in London shows this hour twice, since it goes back that night."""
    first, second = (dt.datetime.combine(day, at, LONDON).replace(fold=fold) for fold in (0, 1))
    return (first.utcoffset() or dt.timedelta()) > (second.utcoffset() or dt.timedelta())


def months_after(day: dt.date, count: int) -> dt.date:
    """The same day `count` months later (earlier, when negative); the month’s last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
