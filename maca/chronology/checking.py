"""`maca chronology check`: what was read, what could not be, and the patterns, as a value, as JSON and as text."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from maca.chronology.agencies import called
from maca.chronology.entries import Reading, Unread
from maca.chronology.patterns.finding import patterns_of
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.value import Case, Pattern
from maca.chronology.suggesting import suggest


@dataclass(frozen=True, slots=True)
class Check:
    """`begin` is the day of the first entry that counts, None where none does; `end` the end date."""

    entries: int
    unread: tuple[Unread, ...]
    begin: dt.date | None
    end: dt.date | None
    patterns: tuple[Pattern, ...]
    without_event: int
    suggested: int


def check(reading: Reading, settings: Settings | None = None, *, to: dt.date | None = None) -> Check:
    """Look for every pattern in what was read, up to the end date (by default, the last entry's)."""
    case = Case(reading.entries, to=to, labels=reading.children)
    blank = [entry for entry in reading.entries if not entry.event]
    return Check(
        entries=len(reading.entries),
        unread=reading.unread,
        begin=case.begin if case.entries else None,
        end=case.end if to or case.entries else None,
        patterns=tuple(patterns_of(case, settings)),
        without_event=len(blank),
        suggested=sum(1 for entry in blank if suggest(entry.text)),
    )


def as_json(found: Check) -> str:
    return (
        json.dumps(
            {
                "entries": found.entries,
                "unread": [
                    {
                        "file": one.file, "row": one.row, "column": one.column, "value": one.value, "why": one.why,
                        "mend": one.mend,
                    }
                    for one in found.unread
                ],
                "period": {"from": _iso(found.begin), "to": _iso(found.end)},
                "patterns": [
                    {
                        "code": one.code, "agency": one.agency, "child": one.child, "from": _iso(one.first),
                        "to": _iso(one.last), "entries": [entry.where for entry in one.entries], "says": one.says,
                    }
                    for one in found.patterns
                ],
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )  # fmt: skip


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def as_text(found: Check) -> Iterator[str]:
    """The same in lines to read."""
    period = f", from {_iso(found.begin)} to {_iso(found.end)}" if found.begin else ""
    yield f"{found.entries:,} entries{period}"
    if found.without_event:
        yield (
            f"{found.without_event:,} have no event; for {found.suggested:,} of them their words suggest one. A "
            "suggestion counts in no pattern until somebody has taken it: write it in the column “event”."
        )
    yield ""
    yield f"Not read: {len(found.unread):,}" if found.unread else "Everything was read."
    for one in found.unread:
        row = f", row {one.row}" if one.row else ""
        column = f", {one.column}" if one.column else ""
        value = f" “{one.value}”" if one.value else ""
        yield f"- {one.file}{row}{column}{value}: {one.why} {one.mend}"
    yield ""
    yield f"Patterns: {len(found.patterns):,}. Each is a question for the panel, and no judgement."
    for pattern in found.patterns:
        agency = f", {called(pattern.agency)}" if pattern.agency else ""
        yield ""
        yield f"{pattern.title} ({pattern.code}{agency}): {pattern.says}"
        for entry in pattern.entries:
            yield f"    {entry.written_date}  {entry.where}  {called(entry.agency)}  {_shortened(entry.text)}"
        for passage in pattern.passages:
            yield f"    copied: “{passage}”"


def _shortened(text: str, most: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
