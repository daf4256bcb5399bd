"""The day clock: the day of notice is day 1, and only working days in England are counted."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from maca.kernel.clock import is_working_day, working_days_between, working_days_from

FURTHEST_BACK, FURTHEST = dt.timedelta(days=90), dt.timedelta(days=365)


@dataclass(frozen=True)
class Days:
    """The lead inspector’s days, in their order."""

    notice_on: dt.date
    returns_due_on: dt.date
    packs_on: dt.date
    on_site_from: dt.date
    on_site_to: dt.date

    def number(self, day: dt.date) -> int:
        """Which day of the inspection this is; that of notice is 1, and a day before it is nought or less."""
        return working_days_between(self.notice_on, day) + 1

    def are_near(self, day: dt.date, before: "Days | None" = None) -> bool:
        """An inspection was announced some weeks ago at the most, unless it was `before`, and is over within a year."""
        announced = before is not None and self.notice_on == before.notice_on
        return (announced or self.notice_on > day - FURTHEST_BACK) and max(vars(self).values()) < day + FURTHEST

    @property
    def in_words(self) -> list[tuple[str, dt.date]]:
        return [(CALLED[one.name], getattr(self, one.name)) for one in fields(self)]

    def says(self, day: dt.date) -> str:
        """Where the inspection stands on this day, and what comes next."""
        last = self.number(self.on_site_to)
        if day > self.on_site_to:
            return f"The inspection was over on day {last}, {_day(self.on_site_to)}."
        now = f"Day {self.number(day)} of {last}."
        name, when = next((name, when) for name, when in self.in_words if when >= day and name != CALLED["notice_on"])
        return f"{now} Next: {name.lower()} on day {self.number(when)}, {_day(when)}."


CALLED = {
    "notice_on": "Notice",
    "returns_due_on": "Agencies hand in their evaluations",
    "packs_on": "Packs are handed to the inspectors",
    "on_site_from": "Inspectors come on site",
    "on_site_to": "Last day on site",
}


def wrong_days(given: Mapping[str, dt.date], day: dt.date, before: Days | None = None) -> Iterator[tuple[str, str]]:
    """What is wrong with these days on this `day`: the name of each, and a sentence. What stands as it did `before` may
    be over."""
    idle = [name for name in given if not is_working_day(given[name])]
    yield from ((name, f"{given[name]:%-d %B %Y} is no working day in England. Choose another") for name in idle)
    if idle or len(given) < len(CALLED):
        return
    if not Days(**given).are_near(day, before):
        yield "notice_on", "The day of notice must be in the last 3 months, and every day within a year"
        return
    if given["notice_on"] > day:
        yield "notice_on", "The day of notice must be today or earlier"
    for name in ("returns_due_on", "packs_on"):
        if given[name] < day and not (before and getattr(before, name) == given[name]):
            yield name, f"“{CALLED[name]}” must be today or later"
    for first, then in (("returns_due_on", "packs_on"), ("packs_on", "on_site_from")):
        if given[first] >= given[then]:
            yield then, f"“{CALLED[then]}” must be after “{CALLED[first]}”"
    if given["on_site_from"] > given["on_site_to"]:
        yield "on_site_to", "The last day on site must not be before the first"


def usual_days(notice_on: dt.date) -> Days:
    """Ten working days before fieldwork: evaluations on day 8, packs on day 9, on site from day 11 to 15."""
    due, packs, first, last = (working_days_from(notice_on, number - 1) for number in (8, 9, 11, 15))
    return Days(notice_on, due, packs, first, last)


def _day(day: dt.date) -> str:
    return f"{day:%A %-d %B}"
