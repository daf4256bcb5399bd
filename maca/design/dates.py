"""Dates as people in England read them; an instant is shown as it was in London."""

import datetime as dt

from django.utils import timezone

from maca.kernel.clock import LONDON


def date(value: dt.date | None) -> str:
    """“23 November 2026”; an instant gives its date in London, and no date gives nothing."""
    return _day(value, "%B")


def shortdate(value: dt.date | None) -> str:
    """“23 Nov 2026”, for tables."""
    return _day(value, "%b")


def datetime(value: dt.datetime | None) -> str:
    """“23 November 2026 at 4:50pm”."""
    if value is None:
        return ""
    return f"{date(value)} at {time(value)}"


def time(value: dt.datetime | dt.time) -> str:
    """“4:50pm”. A time of day is London’s already."""
    local = timezone.localtime(value, LONDON) if isinstance(value, dt.datetime) else value
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def _day(value: dt.date | None, month: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value, LONDON)
    return f"{value.day} {value.strftime(month)} {value.year}"
