"""What is in text, CSV and JSON: no character that nobody sees, no cell that runs, no key that an export has not."""

import csv
import io
import json
import re
from typing import Any

from maca.kernel.inspecting.fault import Fault, Found
from maca.kernel.spreadsheet import FORMULA

# Controls, and characters of the plane of tags, which can spell out whole words unseen.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\U000e0000-\U000e0fff]")
_KEYS = {
    *("kind", "form", "title", "theme", "headings", "theme_and_cases", "process", "process_layout", "unread", "line"),
    *("agency_questions", "panel_questions", "findings", "duplicates", "step", "text", "heading", "case", "bullet"),
    "asks",
}


def read_text(data: bytes) -> Found:
    text, faults = _decoded(data)
    return ["text"] if text else [], faults


def read_csv(data: bytes) -> Found:
    # The mark by which Excel knows UTF-8; within a cell a line may end as Windows ends it.
    text, faults = _decoded(data.removeprefix("\ufeff".encode()).replace(b"\r\n", b"\n"))
    rows = list(csv.reader(io.StringIO(text)))
    for number, row in enumerate(rows, 1):
        if any(cell.lstrip(" ").startswith(FORMULA) for cell in row):
            faults.append(Fault(f"row {number}", "A spreadsheet would take a cell for a formula."))
    return rows[0] if rows else [], faults


def read_json(data: bytes) -> Found:
    text, faults = _decoded(data)
    keys: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        keys.extend(key for key, _ in found)
        if len(dict(found)) != len(found):
            faults.append(Fault("the file", "One key is there twice, of which programs show one."))
        return dict(found)

    try:
        json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return [], [*faults, Fault("the file", "It is not JSON that an export could be.")]
    parts = list(dict.fromkeys(keys))
    faults += [Fault("the file", f"No export has the key “{key}”.") for key in parts if key not in _KEYS]
    return parts, faults


def _decoded(data: bytes) -> tuple[str, list[Fault]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "", [Fault("the file", "It is not written in UTF-8.")]
    return text, [
        Fault(f"line {number}", "There is a character in it that nobody sees.")
        for number, line in enumerate(text.split("\n"), 1)
        if _UNSEEN.search(line)
    ]
