"""A merged chronology as a table: for Excel and as CSV. What is written can be read again by `maca.chronology.reading`.

Whatever somebody wrote is text, also when it begins as a formula does.
"""

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from maca.chronology.entries import Entry, merged
from maca.chronology.suggesting import suggest
from maca.kernel import spreadsheet
from maca.kernel.spreadsheet import FORMULA, harmless

COLUMNS = (
    *("date", "time", "agency", "event", "suggested event", "text", "child", "worker", "seen", "voice", "fact", "ref"),
    *("notes", "file", "row"),
)
_WIDTHS = (12, 8, 22, 20, 20, 80, 10, 20, 8, 40, 30, 20, 30, 24, 8)
_LONGEST_CELL = 32_767
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ROWS_MOST = 1_048_575


def rows(entries: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    """The headings, and a row for each entry in the order of the one line."""
    yield COLUMNS
    for entry in merged(entries):
        yield cells(entry)


def cells(entry: Entry) -> tuple[str, ...]:
    """What stands in each column about one entry. The suggested event is there only where none was given."""
    return (
        entry.written_date,
        f"{entry.time:%H:%M}" if entry.time else "",
        entry.agency,
        entry.event,
        "" if entry.event else suggest(entry.text),
        entry.text,
        ", ".join(entry.children) or "all",
        entry.worker,
        entry.seen,
        entry.voice,
        "; ".join(f"{key}={value}" for key, value in entry.facts),
        entry.ref,
        "; ".join(f"{name}: {said}" if name else said for name, said in entry.notes),
        entry.file,
        str(entry.row),
    )


def as_csv(entries: Iterable[Entry]) -> bytes:
    """As `maca.kernel.spreadsheet` writes it: no cell runs as a formula."""
    return spreadsheet.as_csv([harmless(cell) for cell in row] for row in rows(entries))


def as_xlsx(entries: Iterable[Entry]) -> bytes:
    """A text longer than a cell of Excel goes on in a row below, which has the same date and agency.

    Raises `ValueError` where there are more rows than a sheet can hold.
    """
    book = Workbook(write_only=True)
    book.properties.creator = None
    sheet = book.create_sheet("Chronology")
    for at, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(ord("A") + at)].width = width
    sheet.freeze_panes = "A2"
    written = 0
    for row in rows(entries):
        for part in _in_cells(row):
            written += 1
            if written > _ROWS_MOST:
                raise ValueError("A sheet of Excel holds a million rows, and this chronology has more.")
            sheet.append([_cell(sheet, cell) for cell in part])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: Any, text: str) -> Any:
    """The text itself; where Excel would take it for more than text, marked as text."""
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    if not text.lstrip(" ").startswith((*FORMULA, "'")):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def _in_cells(row: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if max(map(len, row)) < _LONGEST_CELL // 8:
        yield row
        return
    pieces = [list(_pieces(cell)) for cell in row]
    for at in range(max(map(len, pieces))):
        yield tuple(
            piece[at] if at < len(piece) else piece[0] if column in (0, 1, 2, 6) else "(goes on)" if column == 5 else ""
            for column, piece in enumerate(pieces)
        )


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that Excel holds, which counts in UTF-16; what looks like an escape takes seven."""
    piece: list[str] = []
    size = 0
    for character in text:
        weight = 7 if character == "_" else 1 + (ord(character) > 0xFFFF)
        if size + weight > _LONGEST_CELL:
            yield "".join(piece)
            piece, size = [], 0
        piece.append(character)
        size += weight
    yield "".join(piece)
