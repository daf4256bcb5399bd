"""Dates as people write them: “4 May 2019”, “04/05/2019”, “2019-05-04”."""

import datetime as dt
import re

_NUMBERS = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-]([a-z]{3,9})\.?[ \-](\d{4})")
_MONTHS = [dt.date(2000, month, 1).strftime("%B").lower() for month in range(1, 13)]


def read_date(text: str) -> dt.date | None:
    """The date that is written here, day before month; None if it is none."""
    text = " ".join(text.casefold().split())
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NUMBERS.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _WORDS.fullmatch(text):
        day, year = int(found[1]), int(found[3])
        month = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(found[2])), 0)
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
