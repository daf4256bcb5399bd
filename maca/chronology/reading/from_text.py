"""Rows of a CSV: UTF-8 with or without its mark, UTF-16 with one, or Windows-1252; commas, semicolons or tabs."""

import csv
from collections.abc import Iterator

from maca.chronology.reading.opening import LARGEST, NotEntriesError
from maca.chronology.reading.rows import Row, RowReader
from maca.kernel.spreadsheet import text_of_csv

# A cell may be as long as its file. By itself the parser stops at 131,072 characters, and would let one long text, or a
# quotation mark that is never closed, keep out every other row.
csv.field_size_limit(LARGEST)
_SEPARATORS = (",", ";", "\t")


def rows(data: bytes, reader: RowReader) -> Iterator[Row]:
    """The rows, numbered as a spreadsheet shows them: a cell of several lines is one row."""
    text = _decoded(data, reader.file)
    reader.separated = True
    lines = _lines(text)
    try:
        yield from _records(lines, _separator(lines), reader)
    except csv.Error as error:
        raise NotEntriesError(
            f"{reader.file} cannot be read as a table ({error}). Save it again as CSV (UTF-8), and try that copy."
        ) from error


def _decoded(data: bytes, name: str) -> str:
    try:
        return text_of_csv(data)
    except UnicodeDecodeError as error:
        raise NotEntriesError(
            f"{name} begins as UTF-16 and does not go on so. Save it again as CSV (UTF-8), and try that copy."
        ) from error
    except ValueError as error:
        raise NotEntriesError(
            f"{name} is neither CSV, Excel nor Word. Save the entries as CSV, .xlsx or .docx, and try that."
        ) from error


def _lines(text: str) -> list[str]:
    """The lines as a spreadsheet sees them: other signs that end a line in Unicode are part of the words."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [f"{line}\n" for line in lines]


def _separator(lines: list[str]) -> str:
    """The separator by which some row holds “date” and “text”."""
    for line in lines:
        said = line.casefold()
        if "date" in said and "text" in said:
            for separator in _SEPARATORS:
                cells = {cell.strip() for cell in next(csv.reader([said], delimiter=separator), [])}
                if {"date", "text"} <= cells:
                    return separator
    return ","


def _records(lines: list[str], separator: str, reader: RowReader) -> Iterator[Row]:
    began = 0
    parser = csv.reader(lines, delimiter=separator)
    for number, cells in enumerate(parser, 1):
        ended = parser.line_num
        if ended - began > 1 and ended == len(lines) and sum(line.count('"') for line in lines[began:ended]) % 2:
            # A quotation mark that is never closed would swallow the rest of the file.
            yield from _unquoted(lines[began:], separator, number, reader)
            return
        began = ended
        yield Row(number, cells)


def _unquoted(lines: list[str], separator: str, number: int, reader: RowReader) -> Iterator[Row]:
    plain = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    for at, cells in enumerate(plain, number):
        if at == number:
            reader.report(
                Row(at, cells), "", lines[0].strip(), "A quotation mark in this row is never closed.",
                "Close it. The rows from here on were read as if there were no quotation marks.",
            )  # fmt: skip
        yield Row(at, cells)
