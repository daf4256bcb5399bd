"""The lines of a hearing, opened, for an operation that has put the reading on record."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from maca.kernel.clock import LONDON
from maca.kernel.text import TURNS, short_name
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


def told(line: Line, *, names: bool) -> dict[str, Any]:
    """A line as it goes to a script: nothing of what was taken out, what turns letters round shown in its place, and
    on the screen in the room nobody's name."""
    line = without_words(line)
    words = TURNS.sub(lambda found: f"⟨{short_name(found[0])}⟩", line.words)
    return {**asdict(line), "words": words, **({} if names else {"by": "", "at": ""})}


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
            _typed_by(one),
            f"{one.typed_at.astimezone(LONDON):%H:%M}",
            one.taken_out_at is not None,
            one.finding is not None and one.finding.withdrawn_at is None,
        )
        for one in rows
    ]


def _typed_by(row: PanelLine) -> str:
    if row.saved_by and row.saved_by_id != row.typed_by_id:
        return f"{row.typed_by.name}, changed by {row.saved_by.name}"
    return row.typed_by.name
