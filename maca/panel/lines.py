"""The lines of a hearing, opened, for an operation that has put the reading on record."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from maca.kernel.clock import LONDON
from maca.panel.models import PanelLine
from maca.sealing.cipher import DataKey


@dataclass(frozen=True, repr=False)
class Line:
    """One line as a page shows it and as it goes to whoever follows. `changed` orders the changes of a hearing."""

    id: str
    sent: str
    place: int
    changed: int
    version: int
    heading: str
    words: str
    agency: str
    in_own_record: bool
    by: str
    at: str
    is_out: bool
    is_finding: bool


def without_words(line: Line) -> Line:
    """A line that was taken out, for whoever may not put it back: that it is gone, and not what it said."""
    return replace(line, words="", agency="", in_own_record=False) if line.is_out else line


def opened(rows: Iterable[PanelLine], key: DataKey) -> list[Line]:
    return [
        Line(
            one.public_id,
            one.sent,
            one.place,
            one.changed,
            one.version,
            one.heading,
            key.text(one, "words"),
            one.agency.name if one.agency else "",
            one.in_own_record,
            one.typed_by.name,
            f"{one.typed_at.astimezone(LONDON):%H:%M}",
            one.taken_out_at is not None,
            one.finding_id is not None,
        )
        for one in rows
    ]
