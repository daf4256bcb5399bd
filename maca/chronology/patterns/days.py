"""Days between entries, and runs of entries within so many of them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from operator import attrgetter

from maca.chronology.entries import Entry
from maca.kernel.clock import is_working_day

day_of = attrgetter("date")


def days_between(first: dt.date, last: dt.date) -> int:
    return (last - first).days


def working_days_between(first: dt.date, last: dt.date) -> int:
    """How many of England's working days after `first` the day `last` is. As the kernel's, for any distance at once."""
    return _working_days_to(last) - _working_days_to(first)


def _working_days_to(day: dt.date) -> int:
    return _before(day.year) + _within(day.year)[day.timetuple().tm_yday]


@cache
def _within(year: int) -> list[int]:
    """How many working days the year has had by each of its days."""
    days = (dt.date(year, 1, 1) + dt.timedelta(days=at) for at in range(366))
    return list(accumulate((is_working_day(day) for day in days), initial=0))


@cache
def _before(year: int) -> int:
    if year <= 2000:
        return -sum(_whole(one) for one in range(year, 2000))
    return sum(_whole(one) for one in range(2000, year))


def _whole(year: int) -> int:
    return _within(year)[days_between(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))]


def runs(entries: Sequence[Entry], *, within: int, least: int) -> Iterator[tuple[Entry, ...]]:
    """The runs of `least` entries or more within so many days, each as long as it can be.

    A run that lies inside another is none of its own; two that overlap both are.
    """
    last = 0
    reached = 0
    for first in range(len(entries)):
        while last < len(entries) and days_between(entries[first].date, entries[last].date) <= within:
            last += 1
        if last > reached and last - first >= least:
            yield tuple(entries[first:last])
        reached = max(reached, last)


@lru_cache(maxsize=20_000)
def said(day: dt.date) -> str:
    """A day in a sentence: 4 May 2026."""
    return f"{day.day} {day:%B %Y}"
