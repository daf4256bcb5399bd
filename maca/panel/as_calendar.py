"""The panel in somebody's calendar: one invitation for each case that they have a part in, and nothing of the case."""

import datetime as dt
from collections.abc import Iterable

from icalendar import Calendar, Event

from maca.audits.models import Audit
from maca.kernel.clock import LONDON
from maca.panel.agenda import Turn
from maca.panel.models import Agenda


def as_calendar(audit: Audit, agenda: Agenda, turns: Iterable[Turn], *, now: dt.datetime) -> bytes:
    """An event a case. Taken again after a change, it puts right what is in the calendar."""
    calendar = Calendar()
    calendar.add("prodid", "-//maca//panel//EN")
    calendar.add("version", "2.0")
    for one in turns:
        if audit.panel_on is None or one.begins is None or one.ends is None:
            continue
        event = Event()
        event.add("uid", f"{one.case.public_id}-panel@{audit.partnership.public_id}")
        event.add("dtstamp", now.astimezone(dt.UTC))
        event.add("sequence", agenda.version)
        # In UTC, which needs no definition of a zone beside it.
        begins = dt.datetime.combine(audit.panel_on, one.begins, LONDON).astimezone(dt.UTC)
        event.add("dtstart", begins)
        event.add("dtend", begins + dt.timedelta(minutes=one.minutes))
        event.add("summary", f"{audit.title}, the panel: {one.case.label}")
        if agenda.place:
            event.add("location", agenda.place)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
