"""The dates of an audit as a calendar file: what is due on which day, and nothing of any case."""

import datetime as dt

from icalendar import Calendar, Event

from maca.audits.models import Audit
from maca.partnership.models import Partnership, Person
from maca.returns.models import AgencyReturn

DATES = (
    ("request_on", "Circulate the cases"),
    ("returns_due_on", "Returns due"),
    ("pack_on", "Pack ready"),
    ("panel_on", "Panel"),
    ("draft_on", "Briefing drafted"),
)


def days_of(audit: Audit, person: Person) -> list[tuple[str, dt.date, str]]:
    """Each day of the audit with a name that stays the same and its words; of returns, those of one's own agency."""
    own = AgencyReturn.objects.of(audit).filter(agency=person.agency_id) if person.agency_id else ()
    due = sorted({one.due_on for one in own})
    found = []
    for name, words in DATES:
        day = getattr(audit, name)
        if name == "returns_due_on" and due:
            found += [(f"{name}-{place}", one, f"{words} from your agency") for place, one in enumerate(due)]
        elif day:
            found.append((name, day, words))
    return found


def as_calendar(audit: Audit, person: Person, *, now: dt.datetime) -> bytes:
    """All-day events: a deadline is a day, and closes at its end in London."""
    partnership: Partnership = audit.partnership
    calendar = Calendar()
    calendar.add("prodid", "-//maca//due dates//EN")
    calendar.add("version", "2.0")
    for name, day, words in days_of(audit, person):
        event = Event()
        event.add("uid", f"{name}-{audit.public_id}@{partnership.public_id}")
        event.add("dtstamp", now.astimezone(dt.UTC))
        event.add("dtstart", day)
        event.add("dtend", day + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("summary", f"{audit.title}: {words}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
