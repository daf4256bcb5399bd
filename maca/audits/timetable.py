"""When things are due: worked out from the day of the panel, in England's working days."""

import datetime as dt
from dataclasses import dataclass

from maca.kernel.clock import working_days_from

# Working days before (or after) the panel. Common practice, not statute: each audit may change them.
REQUEST_BEFORE = 30
RETURNS_BEFORE = 10
PACK_BEFORE = 5
DRAFT_AFTER = 10


@dataclass(frozen=True)
class Timetable:
    request_on: dt.date
    returns_due_on: dt.date
    pack_on: dt.date
    panel_on: dt.date
    draft_on: dt.date


def timetable(
    panel_on: dt.date,
    *,
    request_before: int = REQUEST_BEFORE,
    returns_before: int = RETURNS_BEFORE,
    pack_before: int = PACK_BEFORE,
    draft_after: int = DRAFT_AFTER,
) -> Timetable:
    """The dates of an audit whose panel meets on `panel_on`, counted in working days."""
    return Timetable(
        request_on=working_days_from(panel_on, -request_before),
        returns_due_on=working_days_from(panel_on, -returns_before),
        pack_on=working_days_from(panel_on, -pack_before),
        panel_on=panel_on,
        draft_on=working_days_from(panel_on, draft_after),
    )
