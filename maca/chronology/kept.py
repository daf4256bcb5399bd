"""An entry as it is kept: what somebody wrote of it in one sealed envelope, and the rest beside it."""

import datetime as dt
import json
from typing import Any

from maca.chronology.entries import Entry


def packed(entry: Entry) -> str:
    """Everything of an entry that somebody wrote, as JSON, to be sealed."""
    said: dict[str, Any] = {
        "text": entry.text,
        "children": entry.children,
        "worker": entry.worker,
        "seen": entry.seen,
        "voice": entry.voice,
        "facts": entry.facts,
        "ref": entry.ref,
        "notes": entry.notes,
        "file": entry.file,
        "row": entry.row,
    }
    return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)


def unpacked(words: str, *, date: dt.date, agency: str, event: str, approximate: str, time: str) -> Entry:
    """The entry again. Two that were given alike are two entries."""
    said = json.loads(words)
    return Entry(
        date=date,
        agency=agency,
        text=said["text"],
        event=event,
        time=dt.time.fromisoformat(time) if time else None,
        children=tuple(said.get("children", ())),
        worker=said.get("worker", ""),
        seen=said.get("seen", ""),
        voice=said.get("voice", ""),
        facts=tuple((key, value) for key, value in said.get("facts", ())),
        ref=said.get("ref", ""),
        notes=tuple((name, value) for name, value in said.get("notes", ())),
        approximate=approximate,
        file=said.get("file", ""),
        row=said.get("row", 0),
    )
