"""From the rows of a table, whatever held it, to entries and to what could not be read.

A cell is text, or a date, time or number as Excel keeps it. Every value that is not taken is reported.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from maca.chronology import dates
from maca.chronology.agencies import AgencyList
from maca.chronology.entries import EVENTS, FROM, OF, OTHER, PRESENT, SEEN, Entry, Unread
from maca.chronology.reading.opening import NotEntriesError
from maca.kernel.text import normalise

COLUMNS = ("date", "time", "agency", "event", "text", "child", "worker", "seen", "voice", "fact", "ref")
_KNOWN = frozenset(COLUMNS)
_LONGEST_LABEL = 40
# As long as a text may be that is typed. Longer, it is a whole record in one cell, or a file that has gone wrong.
_LONGEST_TEXT = 200_000
_SHOWN = 200


class Row(NamedTuple):
    """One row of a table. `merged` are the columns whose value comes from a cell above; `lost` what no cell holds."""

    number: int
    cells: Sequence[Any]
    merged: frozenset[int] = frozenset()
    lost: tuple[tuple[int, str], ...] = ()


class SerialCell(float):
    """A number that is a day where a day is asked for, since its cell lost the format, and a number elsewhere."""

    day: dt.datetime


class MonthCell(NamedTuple):
    """A date of Excel that is shown as a month or a year alone."""

    date: dt.date
    approximate: str


@dataclass
class RowReader:
    """Reads the rows of one file. `unread` fills while `entries` is walked through."""

    file: str
    agencies: AgencyList
    # The agency whose entries alone are taken, or none.
    whose: str = ""
    unread: list[Unread] = field(default_factory=list)
    # Only where every cell has a comma around it is one too many a sign of a comma that is no separator.
    separated: bool = False

    def entries(self, rows: Iterable[Row]) -> Iterator[Entry]:
        """The entries in the rows below the headings. Raises `NotEntriesError` where there are no headings."""
        columns: dict[str, int] | None = None
        self._of_file = self.whose or self.agencies.of_file(self.file)
        for row in rows:
            if found := headings(row.cells):
                columns = found
                self._names = {at: normalise(_shown(cell))[0].strip() for at, cell in enumerate(row.cells)}
                self._width = len(row.cells)
                self._others = [
                    (at, name) for at, name in self._names.items() if at not in columns.values() and at < self._width
                ]
            elif columns is not None and not _is_blank(row, columns["text"]):
                entry = self._entry(row, columns)
                if entry is not None:
                    yield entry
        if columns is None:
            raise NotEntriesError(
                f"{self.file} has no headings. No row of it holds both “date” and “text”: put the headings above the "
                f"entries: {', '.join(COLUMNS)}."
            )

    def _entry(self, row: Row, columns: dict[str, int]) -> Entry | None:
        cells = row.cells
        size = len(cells)
        said: dict[str, str] = {}
        for name, at in columns.items():
            cell = cells[at] if at < size else None
            if cell is None or cell == "":
                said[name] = ""
            elif type(cell) is str:
                said[name] = cell.strip() if cell.isascii() and cell.isprintable() else self._kept(row, name, cell)
            else:
                said[name] = _shown(cell)
        for at, formula in row.lost:
            self.report(
                row, self._names.get(at, ""), formula, "The file does not hold what this formula comes to.",
                "Open the file in Excel, save it again, and try that copy; or type the value.",
            )  # fmt: skip
        if self.separated and any(cells[self._width :]):
            surplus = " | ".join(filter(None, map(_shown, cells[self._width :])))
            self.report(
                row, "", surplus, "The row has more cells than the headings, so its words may be in the wrong columns.",
                "Put quotation marks around a text that holds the separator.",
            )  # fmt: skip
            return None
        day = self._day(row, cells[columns["date"]] if columns["date"] < size else None, said["date"])
        agency = self._agency(row, said.get("agency", ""), "agency" in columns)
        children = self._children(row, said.get("child", ""))
        text = said["text"]
        if not text:
            self.report(row, "text", "", "The entry does not say what happened.", "Write what happened in “text”.")
        if too_long := len(text) > _LONGEST_TEXT:
            self.report(
                row, "text", text, f"The text has {len(text):,} characters. An entry holds {_LONGEST_TEXT:,} at most.",
                "Give each thing that happened a row of its own.",
            )  # fmt: skip
        if day is None or agency is None or children is None or not text or too_long:
            return None
        return Entry(
            date=day.date,
            agency=agency,
            text=text,
            event=self._event(row, said.get("event", "")),
            time=self._time(row, said.get("time", "")) or day.time,
            children=children,
            worker=said.get("worker", ""),
            seen=self._seen(row, said.get("seen", "")),
            voice=said.get("voice", ""),
            facts=self._facts(row, said["fact"]) if said.get("fact") else (),
            ref=said.get("ref", ""),
            notes=tuple(self._notes(row)),
            approximate=day.approximate,
            file=self.file,
            row=row.number,
        )

    def report(self, row: Row, column: str, value: str, why: str, mend: str) -> None:
        shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        self.unread.append(Unread(self.file, row.number, column, shown, why, mend))

    def _kept(self, row: Row, column: str, cell: str) -> str:
        text, dropped = normalise(cell)
        if dropped:
            self.report(
                row, column, text, f"Characters that no document can hold were left out: {', '.join(set(dropped))}.",
                "Nothing needs to be done if the words are all there.",
            )  # fmt: skip
        return text.strip()

    def _day(self, row: Row, cell: Any, said: str) -> dates.Day | None:
        if isinstance(cell, MonthCell):
            return dates.Day(cell.date, cell.approximate)
        if isinstance(cell, SerialCell):
            cell = cell.day
        if isinstance(cell, dt.datetime):
            return dates.Day(cell.date(), "", None if cell.time() == dt.time() else cell.time().replace(microsecond=0))
        if isinstance(cell, dt.date):
            return dates.Day(cell)
        if not said:
            self.report(row, "date", "", "The entry has no date.", dates.MEND)
            return None
        day = dates.read_day(said)
        if isinstance(day, str):
            self.report(row, "date", said, day, dates.MEND)
            return None
        return day

    def _time(self, row: Row, said: str) -> dt.time | None:
        if not said:
            return None
        time = dates.read_time(said)
        if time is None:
            self.report(row, "time", said, "This is no time. The entry is kept without one.", "Write it as 16:50.")
        return time

    def _agency(self, row: Row, said: str, has_column: bool) -> str | None:
        if not has_column:
            if self._of_file is None:
                self.report(
                    row, "agency", "", "There is no column “agency”, and the name of the file names no one agency.",
                    f"Add a column “agency”, or name the file after one of: {', '.join(self.agencies.codes)}.",
                )  # fmt: skip
            return self._of_file
        if not said:
            if not self.whose:
                self.report(row, "agency", "", "The entry does not say whose it is.", "Write the agency in the row.")
            return self.whose or None
        code = self.agencies.find(said)
        if self.whose and code and code != self.whose:
            self.report(
                row, "agency", said, "This entry is another agency’s, and each agency gives its own.",
                "Leave it out, or have that agency give it.",
            )  # fmt: skip
            return None
        if code is None:
            self.report(row, "agency", said, "There is no such agency on the list.", self._mend_agency(said))
        return code

    def _mend_agency(self, said: str) -> str:
        near = get_close_matches(said.casefold().replace(" ", "_"), self.agencies.codes, 1)
        return f"Write {near[0]}." if near else f"Write one of: {', '.join(self.agencies.codes)}."

    def _event(self, row: Row, said: str) -> str:
        event = said.casefold()
        if not event or event in EVENTS:
            return event
        near = get_close_matches(event.replace(" ", "_").replace("-", "_"), sorted(EVENTS), 2)
        self.report(
            row, "event", said, "There is no such event. The entry is kept as “other”.",
            f"Write {' or '.join(near) or 'a code of the list'}, or leave it blank.",
        )  # fmt: skip
        return OTHER

    def _children(self, row: Row, said: str) -> tuple[str, ...] | None:
        if not said:
            return ()
        labels = [label.strip() for label in said.replace(";", ",").split(",")]
        labels = list(dict.fromkeys(label for label in labels if label))
        if any(label.casefold() == "all" for label in labels):
            return ()
        if any(len(label) > _LONGEST_LABEL for label in labels):
            self.report(
                row, "child", said, f"A child’s label has {_LONGEST_LABEL} characters at most.",
                "Write “all”, or labels such as C1, C2.",
            )  # fmt: skip
            return None
        return tuple(labels)

    def _seen(self, row: Row, said: str) -> str:
        seen = said.casefold()
        if not seen or seen in SEEN:
            return seen
        self.report(
            row, "seen", said, "This says neither yes, alone nor no. The entry is kept with it blank.",
            "Write yes, alone or no, or leave it blank.",
        )  # fmt: skip
        return ""

    def _facts(self, row: Row, said: str) -> tuple[tuple[str, str], ...]:
        facts = []
        for piece in said.replace("\n", ";").split(";"):
            if not piece.strip():
                continue
            key, equals, value = (part.strip() for part in piece.partition("="))
            if not (key and equals and value):
                self.report(
                    row, "fact", piece.strip(), "This is no fact. The entry is kept without it.",
                    "Write key=value, with “;” between several.",
                )  # fmt: skip
                continue
            key = key.casefold()
            if key in (PRESENT, OF, FROM):
                value = self._agencies_in(row, value)
            if value:
                facts.append((key, value))
        return tuple(facts)

    def _agencies_in(self, row: Row, value: str) -> str:
        found = []
        for name in filter(None, map(str.strip, value.split(","))):
            code = self.agencies.find(name)
            if code is None:
                self.report(
                    row, "fact", name, "There is no such agency on the list. The entry is kept without it.",
                    self._mend_agency(name),
                )  # fmt: skip
            else:
                found.append(code)
        return ",".join(dict.fromkeys(found))

    def _notes(self, row: Row) -> Iterator[tuple[str, str]]:
        for at, name in self._others:
            if at < len(row.cells) and row.cells[at] not in (None, "") and (said := _shown(row.cells[at]).strip()):
                yield name, self._kept(row, name, said)
        for at in range(self._width, len(row.cells)):
            if said := _shown(row.cells[at]).strip():
                yield "", self._kept(row, "", said)


def headings(cells: Sequence[Any]) -> dict[str, int] | None:
    """Which column is where, if this row holds “date” and “text”. Of two that are called the same, the first."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        # Most rows are told from headings by the length of their cells alone.
        if type(cell) is str and len(cell) < 40 and (name := cell.strip().casefold()) in _KNOWN:
            found.setdefault(name, at)
    return found if "date" in found and "text" in found else None


def _is_blank(row: Row, text: int) -> bool:
    """Whether nobody wrote anything in the row itself. A cell that reaches into it from above is no entry."""
    if text in row.merged and text < len(row.cells) and _shown(row.cells[text]).strip():
        return False
    if row.lost:
        return False
    return not any(
        cell is not None and cell != "" and at not in row.merged and (type(cell) is not str or cell.strip())
        for at, cell in enumerate(row.cells)
    )


def _shown(cell: Any) -> str:
    """What a cell shows."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, MonthCell):
        return cell.approximate
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.timedelta):
        minutes = int(cell.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(cell, dt.time):
        return f"{cell:%H:%M}"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return str(cell)
