"""Rows of the tables of a Word file, read one after the other as one long table; captions and prose are passed over.

What was inserted counts, what was deleted does not; a merged cell gives its value to every row it covers.
"""

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

from maca.chronology.reading.opening import WORD, NotEntriesError, opened, parsed
from maca.chronology.reading.rows import Row, RowReader
from maca.kernel.word import text_of

_TABLE, _ROW, _CELL, _PARAGRAPH = qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:p")
_ROW_PROPERTIES, _CELL_PROPERTIES, _VALUE = qn("w:trPr"), qn("w:tcPr"), qn("w:val")
_MAIN = "word/document.xml"


def rows(data: bytes, reader: RowReader) -> Iterator[Row]:
    """The rows of all tables, counted through the file."""
    with opened(data, reader.file, WORD, folder="word/", program="Word", extension=".docx") as archive:
        if _MAIN not in archive.namelist():
            raise NotEntriesError(f"{reader.file} is not what Word writes. Save it again from Word as .docx.")
        document = parsed(archive, _MAIN)
        number = 0
        for table in document.iter(_TABLE):
            if next(table.iterancestors(_TABLE), None) is not None:
                continue
            above: list[str] = []
            for line in table.iter(_ROW):
                if next(line.iterancestors(_TABLE)) is not table or _is_deleted(line):
                    continue
                number += 1
                cells, merged = _cells(line, above)
                above = cells
                yield Row(number, cells, frozenset(merged))


def _is_deleted(line: Any) -> bool:
    properties = line.find(_ROW_PROPERTIES)
    return properties is not None and properties.find(qn("w:del")) is not None


def _cells(line: Any, above: list[str]) -> tuple[list[str], list[int]]:
    cells: list[str] = []
    merged: list[int] = []
    properties = line.find(_ROW_PROPERTIES)
    if properties is not None and (before := properties.find(qn("w:gridBefore"))) is not None:
        cells += [""] * min(int(before.get(_VALUE, "0")), 100)
    for cell in line.iter(_CELL):
        if next(cell.iterancestors(_ROW)) is not line:
            continue
        at = len(cells)
        of_cell = cell.find(_CELL_PROPERTIES)
        span, goes_on = 1, False
        if of_cell is not None:
            if (wide := of_cell.find(qn("w:gridSpan"))) is not None:
                span = max(1, min(int(wide.get(_VALUE, "1")), 100))
            if (down := of_cell.find(qn("w:vMerge"))) is not None:
                goes_on = down.get(_VALUE, "continue") == "continue"
        if goes_on:
            merged.append(at)
        cells.append(above[at] if goes_on and at < len(above) else _text(cell))
        cells += [""] * (span - 1)
    return cells, merged


def _text(cell: Any) -> str:
    """The paragraphs of a cell, a line each; of a table inside it too."""
    return "\n".join(text_of(paragraph, exact=True) for paragraph in cell.iter(_PARAGRAPH)).strip("\n")
