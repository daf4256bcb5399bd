"""A deadline is a date, and closes at the end of that day in London; late is accepted and marked. (V53)"""

import datetime as dt

import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from maca.kernel.clock import is_past
from maca.returns.models import AgencyReturn
from maca.returns.stages import ReturnStage

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2036, 12, 31)
SECOND = dt.timedelta(seconds=1)


def last_sunday(year: int, month: int) -> dt.date:
    day = dt.date(year, month, 31)
    return day - dt.timedelta(days=(day.weekday() + 1) % 7)


def offset(instant: dt.datetime) -> dt.timedelta:
    """How far London is ahead of UTC, by the rule and not by the library that the site asks."""
    one = dt.time(1, tzinfo=dt.UTC)
    begins = dt.datetime.combine(last_sunday(instant.year, 3), one)
    ends = dt.datetime.combine(last_sunday(instant.year, 10), one)
    return dt.timedelta(hours=1 if begins <= instant < ends else 0)


def end_of(day: dt.date) -> dt.datetime:
    """The first instant after this day in London, in UTC."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
    return midnight - offset(midnight)


def is_marked(instant: dt.datetime, due_on: dt.date) -> bool:
    return AgencyReturn(stage=ReturnStage.SUBMITTED, submitted_at=instant, due_on=due_on).handed_in_late


def owes(due_on: dt.date) -> bool:
    return AgencyReturn(stage=ReturnStage.STARTED, due_on=due_on).is_late


@settings(max_examples=1_000, deadline=None)
@given(
    second=st.integers(min_value=0, max_value=((LAST - FIRST).days + 1) * 86_400 - 1),
    away=st.integers(min_value=-2, max_value=2),
)
def test_at_every_instant_of_ten_years_a_deadline_is_past_when_its_day_in_london_is_over(second, away):
    instant = dt.datetime.combine(FIRST, dt.time(), dt.UTC) + dt.timedelta(seconds=second)
    in_london = (instant + offset(instant)).date()
    due_on = in_london + dt.timedelta(days=away)
    with time_machine.travel(instant, tick=False):
        assert is_past(due_on) is owes(due_on) is (away < 0)
    assert is_marked(instant, due_on) is (away < 0)


def test_on_every_day_of_ten_years_the_last_second_is_in_time_and_the_next_is_late():
    tried = 0
    for days in range((LAST - FIRST).days + 1):
        due_on = FIRST + dt.timedelta(days=days)
        over = end_of(due_on)
        assert not is_marked(over - SECOND, due_on), due_on
        assert is_marked(over, due_on), due_on
        assert is_marked(over + SECOND, due_on), due_on
        if due_on in (last_sunday(due_on.year, 3), last_sunday(due_on.year, 10)) or (due_on.month, due_on.day) in (
            (2, 29), (12, 31),
        ):  # fmt: skip
            for instant, late in ((over - SECOND, False), (over, True), (over + SECOND, True)):
                with time_machine.travel(instant, tick=False):
                    assert owes(due_on) is late, instant
        tried += 3
    assert tried > 12_000
