"""Reading a return form that comes back as Excel, from Excel itself, LibreOffice or anything else that writes .xlsx.

A box is found by the grey mark in the first column, else by the question in the second. What is in a cell comes back
as it was shown: a date as a date, a number as a number.
"""

import datetime as dt
import io
import re
from typing import Any

from openpyxl import load_workbook

from maca.kernel.office import refuse_wide_ranges
from maca.returns.on_paper.as_excel import HEADINGS, SHEET
from maca.returns.on_paper.opening import LIMITS, opened
from maca.returns.on_paper.placing import Placing, headed
from maca.returns.on_paper.value import CAUSE, MARK, ReadForm, called, day_in

# A form of sixty questions has some three thousand, and each costs far more to open than one of Word's.
_MOST_TAGS = 50_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read(data: bytes, name: str) -> ReadForm:
    """The form in an Excel file. Raises `NotAFormError` for what is none, or is not to be opened."""
    with opened(data, name, folder="xl/", program="Excel", extension=".xlsx", tags=_MOST_TAGS) as archive:
        refuse_wide_ranges(archive, name, LIMITS, most=_MOST_TAGS)
        # Without what the formulas came to, and with.
        typed, shown = (load_workbook(io.BytesIO(data), data_only=only, keep_links=False) for only in (False, True))
        placing = Placing(name)
        sheets = [sheet for sheet in typed.worksheets if sheet.title == SHEET] or typed.worksheets[:1]
        for sheet in sheets:
            _read_sheet(sheet, shown[sheet.title], placing)
        for sheet in typed.worksheets:
            if sheet not in sheets:
                for words in _rows(sheet, shown[sheet.title], placing).values():
                    placing.lost(f"on the sheet “{sheet.title}”", "\t".join(words.values()))
        return placing.finish()


def _rows(sheet: Any, shown: Any, placing: Placing) -> dict[int, dict[int, str]]:
    """What each row shows in each column. A sheet may be a million rows high, with words in a few."""
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sorted(sheet._cells.items()):
        if cell.comment:
            placing.lost(f"in a note on the cell {cell.coordinate}", cell.comment.text)
        if cell.value is None:
            continue
        value = cell.value
        if cell.data_type == "f":
            value = shown[cell.coordinate].value
            if value is None:
                placing.lost(f"in the cell {cell.coordinate}, a formula", str(getattr(cell.value, "text", cell.value)))
                continue
        rows.setdefault(row, {})[column] = _as_shown(value, cell.number_format)
    return rows


def _as_shown(value: Any, form: str) -> str:
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return f"{value:%d/%m/%Y}" if value.time() == dt.time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, int | float):
        return f"{value * 100:.15g}%" if form.endswith("%") else f"{value:.15g}"
    return str(value)


def _read_sheet(sheet: Any, shown: Any, placing: Placing) -> None:
    last = ""
    whole = ""
    for words in _rows(sheet, shown, placing).values():
        mark = MARK.search(words.get(1, ""))
        box = mark[1] if mark else headed(words.get(2, "").partition("\n")[0])
        is_cause = mark[3] == "cause" if mark else bool(last) and words.get(2, "").strip() == CAUSE
        if is_cause and not box:
            box = last
        if not box:
            row = "\t".join(words.values())
            if last and row.strip():
                placing.words(last, whole)
                whole = ""
                placing.goes_on(row)
            elif tuple(words.values()) != HEADINGS:
                for column, text in words.items():
                    for line in text.split("\n"):
                        placing.line(line, ours=column <= 2)
            continue
        if mark and mark[4] and box == last:
            whole += words.get(4, "")
            continue
        if is_cause:
            # It stands under its question, whose words are not all read yet.
            if box != last:
                if last:
                    placing.words(last, whole)
                last, whole = box, ""
                placing.box(box, mark[2] if mark else "")
            placing.choice(box, words.get(3, ""), cause=True)
            placing.lost(f"beside the cause of {called(box)}", words.get(4, ""))
            continue
        if last:
            placing.words(last, whole)
        for line in words.get(2, "").split("\n"):
            placing.line(line, ours=True)
        placing.box(box, mark[2] if mark else "")
        placing.label(box, words.get(1, ""))
        if (mark and mark[3]) or day_in(words.get(3, "")):
            placing.day(box, words.get(3, ""))
        else:
            placing.choice(box, words.get(3, ""))
        for column, text in words.items():
            if column > 4:
                placing.lost(f"in another column beside {called(box)}", text)
        last, whole = box, words.get(4, "")
    if last:
        placing.words(last, whole)
