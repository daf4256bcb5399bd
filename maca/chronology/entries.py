"""What a chronology is made of: entries, and what could not be read. Plain values, which know no database."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from maca.chronology.facts import in_words

CSC = "children_social_care"

# The vocabulary that agencies exchange. What none of these says is `other`.
OTHER = "other"
_EVENTS = (
    "referral contact_nfa assessment_start assessment_end strategy_discussion s47 icpc rcpc core_group "
    "mid_point_review cp_start cp_end cin_start cin_end eh_start eh_end case_closed visit supervision "
    "worker_change appointment was_not_brought discharge immunisation immunisation_missed dental_check "
    "gp_registered gp_deregistered attendance exclusion school_change injury disclosure police_incident "
    "bail_change domestic_abuse_incident info_request info_received info_declined escalation tool_used "
    "tool_reviewed placement_move legal_planning fgc_offered fgc_held parenting_assessment prebirth_assessment "
    "handover other"
)
EVENTS = frozenset(_EVENTS.split())
SEEN = frozenset({"yes", "alone", "no"})
# Facts that say who a meeting, a request or a tool is about. They claim nothing about the child.
PRESENT, OF, FROM, TOOL = "present", "of", "from", "tool"
NO_CLAIMS = frozenset({PRESENT, OF, FROM, TOOL})


# Two rows with the same words are two entries, so an entry is equal to itself alone.
@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One dated entry of one agency.

    `children` is empty where the entry is about all of them. An `approximate` entry lies on the first day of its
    month or year; `written_date` is how that was written, “2026-03” or “2026”. `event` is empty where the agency
    gave none. `notes` are the columns that the format does not know, each with its heading.
    """

    date: dt.date
    agency: str
    text: str
    event: str = ""
    time: dt.time | None = None
    children: tuple[str, ...] = ()
    worker: str = ""
    seen: str = ""
    voice: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    ref: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    approximate: str = ""
    file: str = ""
    row: int = 0

    @property
    def where(self) -> str:
        """`file:row`, as the file shows it."""
        return f"{self.file}:{self.row}"

    @property
    def written_date(self) -> str:
        return self.approximate or self.date.isoformat()

    @property
    def child_was_seen(self) -> bool:
        return self.seen in ("yes", "alone")

    @property
    def facts_in_words(self) -> str:
        """The facts as a person reads them."""
        return in_words(self.facts)

    def named(self, key: str) -> tuple[str, ...]:
        """What a fact lists, split at its commas: the agencies `present`, the one a request is made `of`."""
        return tuple(
            part for name, value in self.facts if name == key for part in map(str.strip, value.split(",")) if part
        )

    def is_about(self, child: str | None) -> bool:
        return not self.children or child in self.children


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read, with where it stands, why, and how to mend it. `row` is None for a file."""

    file: str
    row: int | None
    column: str
    value: str
    why: str
    mend: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one case: every entry in the order of the files, and whatever could not be read."""

    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def children(self) -> tuple[str, ...]:
        """The labels in the files, in alphabetical order."""
        return tuple(sorted({child for entry in self.entries for child in entry.children}))


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """One line: by day, then by time (an entry without one comes first), then in the order they came in."""
    # Two sortings that leave alike in their order are faster than one by day and time together.
    line = sorted(entries, key=_time)
    line.sort(key=attrgetter("date"))
    return line


def _time(entry: Entry) -> dt.time:
    return entry.time or dt.time.min
