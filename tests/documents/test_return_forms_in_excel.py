"""A return form comes back from Excel as it was filled in."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from maca.returns.on_paper import as_excel
from maca.returns.on_paper.reading import read_bytes
from maca.returns.on_paper.value import NotAFormError
from tests.documents.paper import FIRST, SECOND, SIXTH, a_form, repacked
from tests.documents.test_return_forms import choice, left, with_part, words

READY = as_excel.write(a_form())


def filled(edit):
    book = load_workbook(io.BytesIO(READY))
    sheet = book.active
    rows = {str(sheet.cell(row, 1).value).partition("-")[0]: row for row in range(1, sheet.max_row + 1)}
    edit(book, sheet, rows)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_a_form_that_nobody_touched_is_read_as_empty():
    read = read_bytes(READY)
    assert all(box.is_empty for box in read.boxes)
    assert [(box.id, box.check, box.heading) for box in read.boxes] == [
        (box.id, box.check, box.heading) for box in a_form().boxes
    ]
    assert read.unplaced == ()


def test_headings_are_locked_and_places_to_write_are_not():
    sheet = load_workbook(io.BytesIO(READY)).active
    assert sheet.protection.sheet
    row = sheet.max_row
    assert [sheet.cell(row, column).protection.locked for column in (1, 2, 3, 4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (dt.date(2026, 5, 3), "dd/mm/yyyy", "03/05/2026"),
        (dt.datetime.fromisoformat("2026-05-03T14:05"), "dd/mm/yyyy hh:mm", "03/05/2026 14:05"),
        (dt.time(14, 5), "hh:mm", "14:05"),
        (3, "General", "3"),
        (0.5, "0%", "50%"),
        (2.25, "General", "2.25"),
        (True, "General", "TRUE"),
        ("03/05", "@", "03/05"),
    ],
)
def test_what_is_in_a_cell_is_read_as_it_was_shown(value, form, shown):
    def edit(book, sheet, rows):
        cell = sheet.cell(rows["q1"], 4)
        cell.value, cell.number_format = value, form

    assert words(read_bytes(filled(edit)), "q1") == shown


def test_choices_rows_added_notes_other_sheets_and_columns_are_read_or_handed_back():
    def edit(book, sheet, rows):
        sheet.cell(rows["q1"], 3).value = "partly"
        sheet.cell(rows["q2"], 3).value = "not sure"
        sheet.cell(rows["q6"], 4).value = "One."
        sheet.cell(rows["q6"] + 1, 4).value = "Two."
        sheet.cell(rows["q6"], 6).value = "Aside."
        sheet.cell(rows["q6"], 4).comment = Comment("Ask the nurse", "a")
        book.create_sheet("More")["B2"] = "On another sheet"

    read = read_bytes(filled(edit))
    assert (choice(read, "q1"), choice(read, "q2")) == ("partly", "")
    assert words(read, "q6") == "One.\nTwo."
    assert left(read) == [
        ("in a note on the cell D" + str(load_workbook(io.BytesIO(READY)).active.max_row), "Ask the nurse"),
        ("beside the boxes to tick of question 2", "not sure"),
        ("in another column beside question 6", "Aside."),
        ("on the sheet “More”", "On another sheet"),
    ]


def test_a_lost_mark_and_a_changed_heading_take_no_answer_along():
    def edit(book, sheet, rows):
        sheet.cell(rows["q1"], 4).value = "Seen."
        sheet.cell(rows["q1"], 1).value = None
        sheet.cell(rows["q2"], 4).value = "Not seen."
        sheet.cell(rows["q2"], 2).value = "Our own question"

    read = read_bytes(filled(edit))
    assert (words(read, "q1"), words(read, "q2")) == ("Seen.", "Not seen.")
    assert ("after question 1", "Our own question") in left(read)


def test_a_formula_is_its_result_or_handed_back():
    def edit(book, sheet, rows):
        sheet.cell(rows["q1"], 4).value = "=1+1"

    read = read_bytes(filled(edit))
    assert words(read, "q1") == ""
    assert [text for _, text in left(read)] == ["=1+1"]


def test_a_long_answer_goes_on_in_the_next_row():
    said = "word " * 20_000
    form = a_form(questions=(FIRST, SECOND.filled(choice="yes", words=said), SIXTH))
    data = as_excel.write(form)
    assert max(len(str(cell.value)) for row in load_workbook(io.BytesIO(data)).active for cell in row) <= 32_767
    assert words(read_bytes(data), "q2") == said


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/connections.xml"])
def test_what_could_run_or_fetch_is_refused(part):
    with pytest.raises(NotAFormError, match="not opened here"):
        read_bytes(repacked(READY, with_part(part, b"<a/>")))


def test_a_sheet_with_far_too_many_cells_is_refused_unopened():
    cells = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (row, row) for row in range(100, 10_000))

    def change(parts):
        sheet = parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", cells + b"</sheetData>")

    with pytest.raises(NotAFormError, match="far more than a return form can hold"):
        read_bytes(repacked(READY, change))
