"""Rows of the first sheet of an Excel file, read as a stream: a merged cell gives its value to every row it covers."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.datetime import from_excel

from maca.chronology.entries import Unread
from maca.chronology.reading.opening import EXCEL, NotEntriesError, opened
from maca.chronology.reading.rows import MonthCell, Row, RowReader, SerialCell, headings

_MERGED = re.compile(rb"""<(?:\w{1,20}:)?mergeCell\s[^>]*?\bref=["']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})["']""")
# A cell with a formula and no value: what wrote the file has not worked it out.
_CELL = re.compile(
    rb"""<(?:\w{1,20}:)?c\s[^>]*?\br=["']([A-Z]{1,3}\d{1,7})["'][^>]*?(?<!/)>(.*?)</(?:\w{1,20}:)?c>""", re.S
)
_FORMULA = re.compile(rb"<(?:\w{1,20}:)?f(?:\s[^>]*)?(?:/>|>(.*?)</)", re.S)
_VALUE = re.compile(rb"<(?:\w{1,20}:)?(?:v|is)(?:\s[^>]*)?>[^<]*[^<\s]|<(?:\w{1,20}:)?is>")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What is in brackets or quotes in a number format says nothing of days, months and years.
_LITERAL = re.compile(r'\[[^\]]*\]|"[^"]*"|\\.')
_MOST_ROWS, _MOST_COLUMNS, _MOST_MERGED = 500_000, 200, 100_000


def rows(data: bytes, reader: RowReader) -> Iterator[Row]:
    name = reader.file
    with opened(data, name, EXCEL, folder="xl/", program="Excel", extension=".xlsx") as archive:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
        if not sheets:
            raise NotEntriesError(f"{name} has no sheet with cells. Put the entries on its first sheet.")
        for sheet in sheets[1:]:
            _tell_of(sheet, reader)
        content = archive.read(_path_of(archive, sheets[0]))
        covers, lost = _merged_in(content, name), _lost_in(content)
        del content
        yield from _rows(sheets[0], covers, lost, name)


def _path_of(archive: zipfile.ZipFile, sheet: Any) -> str:
    path = sheet._worksheet_path.lstrip("/")
    return path if path in archive.namelist() else f"xl/{path}"


def _tell_of(sheet: Any, reader: RowReader) -> None:
    """Only the first sheet is read. Another that has entries is not passed over in silence."""
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_row=50, max_col=_MOST_COLUMNS, values_only=True), 1):
        if headings(cells):
            reader.unread.append(
                Unread(
                    reader.file, number, "", sheet.title,
                    "This is not the first sheet, and only the first is read.",
                    "Move its entries to the first sheet, or save it as a file of its own.",
                )
            )  # fmt: skip
            return


def _merged_in(content: bytes, name: str) -> dict[int, list[tuple[int, int, int]]]:
    """By its first row: the column of each cell that covers several rows, and the rows it covers."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for count, one in enumerate(_MERGED.finditer(content)):
        if count >= _MOST_MERGED:
            raise NotEntriesError(f"{name} has more than {_MOST_MERGED:,} merged cells. Unmerge them, and try again.")
        left, top, _, bottom = range_boundaries(one[1].decode())
        if bottom > top:
            found.setdefault(top, []).append((left, top, bottom))
    return found


def _lost_in(content: bytes) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    if b"<f" not in content and b":f>" not in content:
        return found
    for cell in _CELL.finditer(content):
        if (formula := _FORMULA.search(cell[2])) and not _VALUE.search(cell[2]):
            letters, row = coordinate_from_string(cell[1].decode())
            written = unescape((formula[1] or b"").decode("utf-8", "replace"))
            found.setdefault(row, []).append((column_index_from_string(letters) - 1, f"={written}"))
    return found


def _rows(sheet: Any, covers: dict[int, list[tuple[int, int, int]]], lost: Any, name: str) -> Iterator[Row]:
    # What a file says of its own size may be anything.
    sheet.reset_dimensions()
    reaching: dict[int, tuple[int, Any]] = {}
    epoch = sheet.parent.epoch
    for number, cells in enumerate(sheet.iter_rows(max_col=None), 1):
        if number > _MOST_ROWS:
            raise NotEntriesError(f"{name} has more than {_MOST_ROWS:,} rows. Delete the empty ones, and try again.")
        values = [_value(cell, epoch) for cell in cells[:_MOST_COLUMNS]]
        merged = []
        for column, (last, value) in list(reaching.items()):
            if number > last:
                del reaching[column]
                continue
            while len(values) < column:
                values.append(None)
            if values[column - 1] in (None, ""):
                values[column - 1] = value
                merged.append(column - 1)
        for column, _, last in covers.get(number, ()):
            if column <= len(values) and values[column - 1] not in (None, ""):
                reaching[column] = (last, values[column - 1])
        yield Row(number, values, frozenset(merged), tuple(lost.get(number, ())))


def _value(cell: Any, epoch: dt.datetime) -> Any:
    value = cell.value
    if type(value) is str:
        if "_x" in value:
            return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        return value
    if isinstance(value, dt.datetime):
        form = _LITERAL.sub("", cell.number_format or "").casefold()
        if "d" not in form and "h" not in form and value.time() == dt.time():
            if "m" in form and value.day == 1:
                return MonthCell(value.date(), f"{value:%Y-%m}")
            if "m" not in form and "y" in form and (value.day, value.month) == (1, 1):
                return MonthCell(value.date(), f"{value:%Y}")
        return value
    if isinstance(value, float | int) and not isinstance(value, bool) and 18_264 <= value <= 73_050:
        # A day whose cell lost its format. No other number in these columns is as large.
        serial = SerialCell(value)
        serial.day = from_excel(value, epoch)
        return serial
    return value
