"""Dates and times as agencies write them: day before month, whole months and years where nobody knew the day."""

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-./]*([a-z]{3,9})[.,]?[ \-./]*(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_ISO_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_UK_MONTH = re.compile(r"(\d{1,2})/(\d{4})")
_WORD_MONTH = re.compile(r"([a-z]{3,9})[.,]?[ \-/]+(\d{4})")
_YEAR = re.compile(r"\d{4}")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_ABOUT = re.compile(r"(?:c\.|c |ca\.? |circa |approx\.? |approximately |about |around |in )\s*")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +(?=\S)")
_THEN_TIME = re.compile(r"(.*\d)(?:t| +(?:at )?)(\d{1,2}[:.]\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?)z?")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2})(?:\.\d+)?)?\s*(?:([ap])\.?m\.?|hrs|hours)?")
_SEASON = re.compile(r"\b(spring|summer|autumn|winter|easter|christmas|half.?term|term)\b")
_WEEK = re.compile(r"\b(week|weeks|w/?c|w/?e|wk)\b|^\d{4}-?w\d{1,2}")
_TOTAL = re.compile(r"\b(sub.?total|grand total|total|totals|sum|count)\b")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MONTHS = [dt.date(2000, month, 1).strftime("%B").lower() for month in range(1, 13)]
_EXCEL_NOUGHT = dt.date(1899, 12, 30)

MEND = "Write a day such as 14/03/2026, a month such as March 2026, or a year."


class Day(NamedTuple):
    """A day; `approximate` is “2026-03” or “2026” where it stands for its month or year."""

    date: dt.date
    approximate: str = ""
    time: dt.time | None = None


@lru_cache(maxsize=20_000)
def read_day(text: str) -> Day | str:
    """The day that is written here, or a sentence that says why it is none."""
    said = " ".join(text.casefold().split())
    time = None
    if found := _THEN_TIME.fullmatch(said):
        time = read_time(found[2])
        said = found[1]
        if time is None:
            return "This is a date with a time that is none."
        if time == dt.time():
            time = None
    day = _read(_WEEKDAY.sub("", said, count=1))
    if isinstance(day, Day):
        return day._replace(time=time)
    return day


def _read(said: str) -> Day | str:
    if found := _ISO.fullmatch(said):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(said):
        return _day(_year(found[3]), int(found[2]), int(found[1]))
    if (found := _WORDS.fullmatch(said)) and (month := _month(found[2])):
        return _day(_year(found[3]), month, int(found[1]))
    if (found := _MONTH_FIRST.fullmatch(said)) and (month := _month(found[1])):
        return _day(int(found[3]), month, int(found[2]))
    if (found := _SERIAL.fullmatch(said)) and 18_264 <= int(found[1]) <= 73_050:
        return Day(_EXCEL_NOUGHT + dt.timedelta(days=int(found[1])))
    said = _ABOUT.sub("", said, count=1) if _ABOUT.match(said) else said
    if found := _ISO_MONTH.fullmatch(said):
        return _of_month(int(found[1]), int(found[2]))
    if found := _UK_MONTH.fullmatch(said):
        return _of_month(int(found[2]), int(found[1]))
    if (found := _WORD_MONTH.fullmatch(said)) and (month := _month(found[1])):
        return _of_month(int(found[2]), month)
    if _YEAR.fullmatch(said):
        day = _day(int(said), 1, 1)
        return day._replace(approximate=said) if isinstance(day, Day) else day
    if _WEEK.search(said):
        return "This is a week, and an entry has a day, a month or a year."
    if _SEASON.search(said):
        return "This is a season, and an entry has a day, a month or a year."
    if _TOTAL.search(said):
        return "This is a total, and no entry."
    return "This is no date that can be read."


def _of_month(year: int, month: int) -> Day | str:
    day = _day(year, month, 1)
    return day._replace(approximate=f"{year:04}-{month:02}") if isinstance(day, Day) else day


def _year(written: str) -> int:
    """A year of two figures is of this century."""
    return int(written) + (2000 if len(written) == 2 else 0)


def _month(name: str) -> int:
    """The number of a month by its name or the beginning of it, “sept” for one; 0 for none."""
    return next((at for at, month in enumerate(_MONTHS, 1) if month.startswith(name)), 0)


def _day(year: int, month: int, day: int) -> Day | str:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return f"The year {year} is not between {_FIRST_YEAR} and {_LAST_YEAR}."
    try:
        return Day(dt.date(year, month, day))
    except ValueError:
        if month > 12 >= day:
            return f"There is no month {month}: the day comes before the month."
        return "There is no such day in the calendar."


@lru_cache(maxsize=5_000)
def read_time(text: str) -> dt.time | None:
    """The time that is written here (“16:50”, “4.50 pm”), or None."""
    found = _TIME.fullmatch(text.casefold().strip())
    if found is None or not (found[2] or found[4]):
        return None
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    try:
        return dt.time(hour, minute, second)
    except ValueError:
        return None
