"""Spans of a child's life: a plan, and the time in which children's social care had the case open."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from maca.chronology.entries import CSC, OTHER, Entry
from maca.chronology.patterns.days import day_of, days_between
from maca.chronology.patterns.value import Line

EARLY_HELP = "early_help"
PLANS = {"cp_start": "cp_end", "cin_start": "cin_end", "eh_start": "eh_end"}


class Span(NamedTuple):
    """From the entry that begins it to the entry that ends it, or to the end of the period where none does."""

    start: Entry
    end: Entry | None

    def until(self, end_of_period: dt.date) -> dt.date:
        return self.end.date if self.end else end_of_period

    def holds(self, day: dt.date) -> bool:
        return self.start.date <= day and (self.end is None or day <= self.end.date)


class Stretch(NamedTuple):
    """Days of a span without some kind of entry, and the entries either side of them."""

    either_side: tuple[Entry, ...]
    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return days_between(self.first, self.last)


def plans(line: Line, start: str) -> list[Span]:
    """The plans of one kind, begun by `start`. Where the case is closed, no plan of social care goes on."""
    end = PLANS[start]
    by = {CSC, EARLY_HELP} if start == "eh_start" else {CSC}
    found: list[Span] = []
    running: Entry | None = None
    for entry in line.of(start, end, "case_closed"):
        if entry.agency not in by:
            continue
        if entry.event == start:
            running = running or entry
        elif entry.event == end:
            if running:
                found.append(Span(running, entry))
                running = None
            elif found and _is_closed_on(found[-1], entry.date):
                found[-1] = Span(found[-1].start, entry)
        elif running and entry.agency == running.agency == CSC:
            found.append(Span(running, entry))
            running = None
    if running:
        found.append(Span(running, None))
    return found


def _is_closed_on(span: Span, day: dt.date) -> bool:
    return span.end is not None and span.end.event == "case_closed" and span.end.date == day


def taken_referrals(line: Line) -> set[Entry]:
    """Children's social care's referrals but those whose next entry, other than an `other`, is `contact_nfa`."""
    taken = set()
    following = ""
    for entry in reversed(line.of_csc):
        if entry.event == "referral" and following != "contact_nfa":
            taken.add(entry)
        if entry.event and entry.event != OTHER:
            following = entry.event
    return taken


def opened(line: Line) -> list[Span]:
    """When the child's case was open to children's social care.

    Begun by a referral, it lasts until the case is closed, whatever plans end in between. Begun by a plan, it lasts
    until that plan's end, unless a plan that starts the same day carries it on, or until the case is closed.
    """
    taken = taken_referrals(line)
    entries = line.of("referral", "case_closed", *PLANS, *PLANS.values(), by=CSC)
    found: list[Span] = []
    start: Entry | None = None
    begun_by: Entry | None = None
    for at, entry in enumerate(entries):
        if start is None:
            if entry in taken or entry.event in PLANS:
                start = begun_by = entry
        elif entry.event == "case_closed":
            found.append(Span(start, entry))
            start = None
        elif begun_by and entry.event == PLANS.get(begun_by.event):
            begun_by = _carries_on(entries, at, begun_by)
            if begun_by is None:
                found.append(Span(start, entry))
                start = None
    if start:
        found.append(Span(start, None))
    return found


def _carries_on(entries: Sequence[Entry], at: int, begun_by: Entry) -> Entry | None:
    """The plan that starts on the day on which a plan ends, in whatever order the two were written."""
    day = entries[at].date
    first, last = at, at
    while first > 0 and entries[first - 1].date == day:
        first -= 1
    while last + 1 < len(entries) and entries[last + 1].date == day:
        last += 1
    same_day = entries[first : last + 1]
    return next((one for one in reversed(same_day) if one.event in PLANS and one is not begun_by), None)


def stretches(span: Span, marks: Sequence[Entry], end_of_period: dt.date, *, ends_count: bool) -> Iterator[Stretch]:
    """The stretches of a span between one mark and the next, and from its start and to its end.

    `marks` are in order. With `ends_count` the entries that begin and end the span are marks themselves.
    """
    last = span.until(end_of_period)
    inside = marks[bisect_left(marks, span.start.date, key=day_of) : bisect_right(marks, last, key=day_of)]
    before = None if ends_count else span.start
    for mark in inside:
        if before is not None:
            yield Stretch((before, mark), before.date, mark.date)
        before = mark
    if before is None:
        return
    if span.end is None:
        yield Stretch((before,), before.date, last)
    elif not ends_count:
        yield Stretch((before, span.end), before.date, last)


def longer(found: Iterable[Stretch], days: int) -> Iterator[Stretch]:
    return (one for one in found if one.days > days)
