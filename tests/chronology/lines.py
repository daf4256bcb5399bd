"""How these tests write entries: “0 csc referral”, days counted from 1 January 2024, a Monday."""

import datetime as dt

from maca.chronology.agencies import national
from maca.chronology.entries import Entry
from maca.chronology.patterns import Settings, find_patterns

BEGIN = dt.date(2024, 1, 1)


def day(number: int) -> dt.date:
    return BEGIN + dt.timedelta(days=number)


def entries(written: str, **shared: str) -> list[Entry]:
    """One entry a line: day, agency, event, and `child=`, `seen=`, `voice=`, `time=` or facts behind it."""
    made = []
    for row, line in enumerate(filter(None, map(str.strip, written.strip().splitlines())), 1):
        number, agency, event, *rest = line.split()
        said = dict(part.split("=", 1) for part in rest) | shared
        child, text = said.pop("child", ""), said.pop("text", f"entry {row}").replace("_", " ")
        time = said.pop("time", "")
        made.append(
            Entry(
                date=day(int(number)),
                agency=national().find(agency) or agency,
                text=text,
                event="" if event == "-" else event,
                time=dt.time.fromisoformat(time) if time else None,
                children=tuple(child.split(",")) if child else (),
                seen=said.pop("seen", ""),
                voice=said.pop("voice", ""),
                approximate=said.pop("approximate", ""),
                facts=tuple(said.items()),
                file="f",
                row=row,
            )
        )
    return made


def fired(code: str, written: str, *, to: int | None = None, tool: str = "", **shared: str):
    """The patterns of one code, each as (agency, child, rows, first day, last day)."""
    made = entries(written, **shared)
    labels = sorted({child for entry in made for child in entry.children})
    found = find_patterns(made, Settings(tool=tool), to=None if to is None else day(to), labels=labels)
    return [
        (one.agency, one.child, [entry.row for entry in one.entries], (one.first - BEGIN).days, (one.last - BEGIN).days)
        for one in found
        if one.code == code
    ]
