"""Days as England counts them. Instants are stored in UTC; a deadline is a date in London."""

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
