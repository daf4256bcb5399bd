"""A chronology as a picture: a lane for each agency, plans as bands, and what is missing drawn too.

`picture_of` says what there is to draw, as facts a list can say too; the numbers of `Drawing` are where it stands.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from maca.chronology.entries import CSC, Entry
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.spans import plans
from maca.chronology.patterns.value import Case

PLANS = {
    "cp_start": "Child protection plan",
    "cin_start": "Child in need plan",
    "eh_start": "Early help",
}
LEFT, WIDTH, LANE, BAND, TOP, RIGHT = 190, 950, 36, 24, 30, 20


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included; `says` what it is. One that is `open` goes on at the end of the line."""

    first: dt.date
    last: dt.date
    says: str = ""
    open: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days


@dataclass(frozen=True, slots=True)
class Dot:
    """The entries of one agency on one day. `approximate` where all of them are: the day stands for a month or year."""

    day: dt.date
    count: int
    approximate: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One agency's: its entries, the times of one worker after another, and the times without any entry."""

    agency: str
    count: int
    dots: tuple[Dot, ...]
    workers: tuple[Span, ...]
    gaps: tuple[Span, ...]

    @property
    def changes(self) -> list[dt.date]:
        """The days on which the worker changed."""
        return [one.first for one in self.workers[1:]]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything there is to draw. `plans` are by kind, `holidays` only those that touch the time of the line."""

    first: dt.date
    last: dt.date
    lanes: tuple[Lane, ...]
    plans: tuple[tuple[str, tuple[Span, ...]], ...]
    holidays: tuple[Span, ...]


def picture_of(
    entries: Iterable[Entry], holidays: Iterable[Span] = (), settings: Settings | None = None
) -> Picture | None:
    """What there is to draw of these entries; None of none."""
    entries = list(entries)
    if not entries:
        return None
    labels = sorted({label for entry in entries for label in entry.children})
    case = Case(entries, labels=labels)
    first, last = case.begin, case.end
    by_agency: dict[str, list[Entry]] = {}
    for entry in case.entries:
        by_agency.setdefault(entry.agency, []).append(entry)
    # Children's social care stands first, and the others in the order in which they come in.
    order = sorted(by_agency, key=lambda agency: agency != CSC)
    most = (settings or Settings()).gap_days
    return Picture(
        first,
        last,
        tuple(_lane(agency, by_agency[agency], last, most) for agency in order),
        tuple((name, found) for start, name in PLANS.items() if (found := _plans(case, start))),
        tuple(one for one in holidays if one.first <= last and one.last >= first),
    )


def _lane(agency: str, entries: Sequence[Entry], last: dt.date, most: int) -> Lane:
    count = Counter(entry.date for entry in entries)
    known = {entry.date for entry in entries if not entry.approximate}
    dots = tuple(Dot(day, count[day], day not in known) for day in count)
    gaps = tuple(Span(one, other) for one, other in pairwise(count) if (other - one).days > most)
    changes = sorted({entry.date for entry in entries if entry.event == "worker_change"})
    starts = [entries[0].date, *(day for day in changes if day != entries[0].date)] if changes else []
    return Lane(agency, len(entries), dots, tuple(Span(*two) for two in pairwise([*starts, last])), gaps)


def _plans(case: Case, start: str) -> tuple[Span, ...]:
    """The plans of one kind, once for all children that have the same one."""
    found: dict[tuple[dt.date, dt.date, bool], list[str]] = {}
    for child in case.children:
        for plan in plans(case.line_of(child), start):
            span = (plan.start.date, plan.until(case.end), plan.end is None)
            found.setdefault(span, []).append(child or "")
    return tuple(
        Span(first, last, "" if len(children) == len(case.children) else ", ".join(children), is_open)
        for (first, last, is_open), children in sorted(found.items())
    )


class Drawing:
    """Where the parts of a picture stand, in the units of its own view box."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.days = max((picture.last - picture.first).days, 1)
        self.bands = len(picture.plans)
        self.height = TOP + self.bands * BAND + len(picture.lanes) * LANE + 28
        self.width = WIDTH
        self.left, self.right = LEFT, WIDTH - RIGHT

    def x(self, day: dt.date) -> float:
        inside = min(max(day, self.picture.first), self.picture.last)
        return round(LEFT + (inside - self.picture.first).days / self.days * (WIDTH - LEFT - RIGHT), 1)

    def width_of(self, span: Span) -> float:
        return round(max(self.x(span.last) - self.x(span.first), 2), 1)

    def band(self, number: int) -> int:
        """The top of a kind of plan, counted from nought."""
        return TOP + number * BAND

    def lane(self, number: int) -> int:
        """The middle of a lane, counted from nought."""
        return TOP + self.bands * BAND + number * LANE + LANE // 2

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Days to find one's way by: each quarter, or in a line of more than three years each year."""
        months = (1, 4, 7, 10) if self.days <= 3 * 366 else (1,)
        first, last = self.picture.first, self.picture.last
        days = [dt.date(year, month, 1) for year in range(first.year, last.year + 1) for month in months]
        shown = [day for day in days if first <= day <= last]
        every = max(1, len(shown) // 14)
        return [(self.x(day), f"{day:%b %Y}") for day in shown[::every]]
