"""A return form as an Excel file: one sheet, a row for each box, with headings that cannot be typed over.

Whatever somebody wrote is text, also when it begins as a formula does. Excel holds 32,767 characters in a cell:
more than that goes on in a row below, with the same grey mark and a number behind it.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation

from maca.kernel.text import normalise
from maca.returns.on_paper.value import CAUSE, RISK, ReturnForm

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "Return"
HEADINGS = ("Mark", "Question", "Choose one, or put the date", "Write here")
_WIDTHS = (14, 58, 24, 80)
_SIZES = {"title": 18, "heading": 13}
_LONGEST_CELL, _MOST_LINES = 32_767, 250
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_TOP = Alignment(wrap_text=True, vertical="top")


def write(form: ReturnForm) -> bytes:
    """The form as an .xlsx, with what is filled in so far."""
    book = Workbook()
    book.properties.creator = None
    book.properties.title = normalise(f"Return form: {form.title}, Case {form.case}")[0][:255]
    sheet: Any = book.active
    sheet.title = SHEET
    for letter, width in zip("ABCD", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for row, (kind, words) in enumerate(form.front, 1):
        cell = _say(sheet.cell(row, 2), words)
        cell.font = Font(bold=kind in ("title", "heading") or words == RISK, size=_SIZES.get(kind, 11))
    at = len(form.front) + 2
    for column, words in enumerate(HEADINGS, 1):
        cell = _say(sheet.cell(at, column), words)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", "1D4E6F")
    sheet.freeze_panes = sheet.cell(at + 1, 1)
    sheet.print_title_rows = f"{at}:{at}"
    for box in form.boxes:
        for number, words in enumerate(_in_cells(box.words), 1):
            at += 1
            behind = f" ({number})" if number > 1 else " date" if box.dated else ""
            _mark(sheet.cell(at, 1), f"{box.mark}{behind}")
            _say(sheet.cell(at, 2), "\n".join(box.lines) if number == 1 else "(goes on)")
            if number == 1 and box.choices:
                _offer(sheet, at, box.choices)
            chosen = box.day or dict(box.choices).get(box.choice, "")
            is_asked = bool(box.choices or box.dated) and number == 1
            _open(sheet.cell(at, 3), chosen if number == 1 else "", is_asked=is_asked)
            _open(sheet.cell(at, 4), words, is_asked=bool(box.asks))
        if box.causes:
            at += 1
            _mark(sheet.cell(at, 1), f"{box.mark} cause")
            _say(sheet.cell(at, 2), CAUSE)
            _offer(sheet, at, box.causes)
            _open(sheet.cell(at, 3), dict(box.causes).get(box.cause, ""), is_asked=True)
            _open(sheet.cell(at, 4), "", is_asked=False)
    # Without a password: it keeps fingers off the headings, and is no secret.
    sheet.protection.sheet = True
    for may in ("formatCells", "formatColumns", "formatRows", "insertRows"):
        setattr(sheet.protection, may, False)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _say(cell: Cell, words: str) -> Cell:
    """Put text in a cell, and nothing but text."""
    text = _LOOKS_ESCAPED.sub("_x005F_", normalise(words)[0])
    cell.value = text or None
    if text:
        cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = _TOP
    cell.quotePrefix = bool(text) and text[0] in "=+-@\t'"
    return cell


def _mark(cell: Cell, words: str) -> None:
    _say(cell, words).font = Font(color="595959", size=8)


def _open(cell: Cell, words: str, *, is_asked: bool) -> None:
    """A cell to write in; grey and closed where nothing is asked."""
    _say(cell, words)
    side = Side(style="thin", color="505A5F")
    cell.border = Border(side, side, side, side)
    if is_asked:
        cell.protection = Protection(locked=False)
    else:
        cell.fill = PatternFill("solid", "E8E8E8")


def _offer(sheet: Any, row: int, choices: tuple[tuple[str, str], ...]) -> None:
    listed = ",".join(words for _, words in choices)
    offered = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
    offered.add(f"C{row}")
    sheet.add_data_validation(offered)


def _in_cells(words: str) -> Iterator[str]:
    """The words in pieces that Excel holds, which counts in UTF-16. There is always one, if an empty one."""
    words = normalise(words)[0]
    piece: list[str] = []
    size = lines = 0
    for character in words:
        # A sign that looks like an escape takes seven where it was one.
        weight = 7 if character == "_" else 1 + (ord(character) > 0xFFFF)
        if size + weight > _LONGEST_CELL or lines >= _MOST_LINES:
            yield "".join(piece)
            piece, size, lines = [], 0, 0
        piece.append(character)
        size += weight
        lines += character == "\n"
    yield "".join(piece)
