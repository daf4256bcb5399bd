"""Grades, dates, evidence and words on paper: each kind of question comes back from Word and Excel as it was meant."""

import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from maca.audits.models import Choice
from maca.returns.models import Cause, Grade
from maca.returns.on_paper import as_excel, as_word
from maca.returns.on_paper.reading import read_bytes
from maca.returns.on_paper.value import (
    ANSWER,
    CAUSE_CHOICES,
    DATE,
    DATE_OF_ENTRY,
    GRADE_CHOICES,
    IN_WORDS,
    JUDGEMENT_CHOICES,
    RECORD,
    WHY_GRADE,
    day_in,
    question_box,
)
from tests.documents.paper import FIRST, a_form, edited, fill, row_of, tick
from tests.documents.test_return_forms import left

GRADED = question_box(2, "How do you grade it?", choices=GRADE_CHOICES, asks=WHY_GRADE, causes=CAUSE_CHOICES)
DATED = question_box(3, "When was it seen?", dated=DATE, asks=IN_WORDS)
CITED = question_box(4, "Where does it stand?", dated=DATE_OF_ENTRY, asks=RECORD)
TOLD = question_box(5, "What happened?", asks=ANSWER)
EMPTY = a_form(questions=(FIRST, GRADED, DATED, CITED, TOLD))


def in_word(edit):
    return read_bytes(edited(as_word.write(EMPTY), edit))


def in_excel(edit):
    book = load_workbook(io.BytesIO(as_excel.write(EMPTY)))
    sheet = book.active
    marks = {}
    for row in range(1, sheet.max_row + 1):
        mark, _, behind = str(sheet.cell(row, 1).value).partition(" ")
        marks[f"{mark.partition('-')[0]} {behind}".strip()] = row
    edit(sheet, marks)
    saved = io.BytesIO()
    book.save(saved)
    return read_bytes(saved.getvalue())


def test_the_choices_on_paper_are_those_on_the_site_but_for_commas():
    assert list(JUDGEMENT_CHOICES) == Choice.choices
    assert list(GRADE_CHOICES) == Grade.choices
    assert list(CAUSE_CHOICES) == [(code, words.replace(",", "")) for code, words in Cause.choices]


@pytest.mark.parametrize("write", [as_word.write, as_excel.write])
@pytest.mark.parametrize("grade", Grade.values)
@pytest.mark.parametrize("cause", ["", *Cause.values])
def test_what_is_filled_in_comes_back(write, grade, cause):
    form = a_form(
        questions=(
            FIRST.filled(choice="not_applicable", words="Why.\nTwo."),
            GRADED.filled(choice=grade, cause=cause, words="A reason.\n" * 300),
            DATED.filled(choice="2026-04-03", words="Approximately."),
            CITED.filled(choice="1999-12-31", words="Entry 12"),
            TOLD.filled(words="Yes. No. Good."),
        )
    )
    read = read_bytes(write(form))
    assert [(box.id, box.choice, box.words, box.cause) for box in read.boxes] == [
        (box.id, box.choice, box.words, box.cause) for box in form.boxes
    ]
    assert read.unplaced == ()


@pytest.mark.parametrize(
    "written",
    [
        *("3 April 2026", "3rd April 2026", "03/04/2026", "3.4.26", "3-4-2026", "3 Apr 26", "2026-04-03"),
        *("Friday 3 April 2026", "3rd of April, 2026", "Fri, 3 apr. 2026", " 3  April 2026. ", "2026-4-3"),
    ],
)
def test_a_date_is_read_as_people_write_it(written):
    assert day_in(written) == dt.date(2026, 4, 3)
    word = in_word(lambda body: fill(body, "q3 date", written))
    excel = in_excel(lambda sheet, at: setattr(sheet.cell(at["q3 date"], 3), "value", written))
    for read in (word, excel):
        assert (read.box("q3").choice, read.unplaced) == ("2026-04-03", ())


@given(st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)))
def test_any_day_is_read_in_any_way_of_writing_it(day):
    for written in (f"{day:%d/%m/%Y}", f"{day:%d.%m.%y}", f"{day.day} {day:%B %Y}", f"{day:%d %b %y}", day.isoformat()):
        assert day_in(written) == day


@pytest.mark.parametrize(
    "written", ["31/02/2026", "spring 2026", "04/2026", "3 Aprilis 2026", "3 or 4 April 2026", "No", "13.13.2026", "1"]
)
def test_what_is_no_date_is_handed_back_and_never_lost(written):
    word = in_word(lambda body: fill(body, "q3 date", written))
    excel = in_excel(lambda sheet, at: setattr(sheet.cell(at["q3 date"], 3), "value", written))
    for read in (word, excel):
        assert read.box("q3").choice == ""
        assert left(read) == [("as the date of question 3", written)]


def test_a_date_that_excel_made_of_it_is_read():
    read = in_excel(lambda sheet, at: setattr(sheet.cell(at["q4 date"], 3), "value", dt.date(2026, 4, 3)))
    assert (read.box("q4").choice, read.unplaced) == ("2026-04-03", ())


def test_a_cause_is_written_out_or_ticked_and_two_are_handed_back():
    def edit(body):
        tick(body, "q2", "inadequate")
        tick(body, "q2", "cause_system")

    read = in_word(edit)
    assert (read.box("q2").choice, read.box("q2").cause) == ("inadequate", "system")
    read = in_word(lambda body: (tick(body, "q2", "cause_own"), tick(body, "q2", "cause_other"))[0])
    assert (read.box("q2").cause, len(read.unplaced)) == ("", 1)

    def written_out(sheet, at):
        sheet.cell(at["q2"], 3).value = "not applicable to us"
        sheet.cell(at["q2 cause"], 1).value = None
        sheet.cell(at["q2 cause"], 3).value = "another agency"
        sheet.cell(at["q2 cause"], 4).value = "The school."

    read = in_excel(written_out)
    assert (read.box("q2").choice, read.box("q2").cause, read.box("q2").words) == ("not_applicable", "other", "")
    assert left(read) == [("beside the cause of question 2", "The school.")]


def test_a_form_whose_controls_were_taken_out_is_read_by_its_marks():
    def edit(body):
        fill(body, "q3 date", "3/4/2026")
        tick(body, "q2", "good")
        tick(body, "q2", "cause_own")
        for box in ("q2 good", "q3 date"):
            for control in list(row_of(body, box).getparent().iter("{*}sdt")):
                inside = list(control.find("{*}sdtContent"))
                for each in inside:
                    control.addprevious(each)
                control.getparent().remove(control)

    read = in_word(edit)
    assert (read.box("q2").choice, read.box("q2").cause, read.box("q3").choice) == ("good", "own", "2026-04-03")
    assert read.unplaced == ()
