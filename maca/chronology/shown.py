"""What a page of a chronology shows, opened: entries, what waits to be taken, and patterns as questions."""

from dataclasses import dataclass

from maca.chronology.entries import Entry, Reading
from maca.chronology.models import EntryFile, PatternDecision
from maca.chronology.patterns.value import Pattern
from maca.partnership.models import Agency


@dataclass(frozen=True)
class Shown:
    """One entry of a line, opened. `twin` is the entry of another agency that tells the same event."""

    public_id: str
    agency: Agency
    entry: Entry
    suggested: str = ""
    twin: "Shown | None" = None


@dataclass(frozen=True)
class Page:
    """One page of a line, counted from 1, out of `pages`; `count` entries are chosen in all, or `more` than that."""

    entries: tuple[Shown, ...]
    number: int
    pages: int
    count: int
    more: bool = False


@dataclass(frozen=True)
class Own:
    """What an agency has given of a case: a page of its entries, and what waits to be taken."""

    page: Page
    waiting: EntryFile | None
    reading: Reading | None
    last: Entry | None


@dataclass(frozen=True)
class Prompt:
    """A pattern as a question for the panel, with the entries it rests on and what was decided on it."""

    mark: str
    pattern: Pattern
    entries: tuple[Shown, ...]
    decision: PatternDecision | None
