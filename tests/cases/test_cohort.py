"""A list of children as it is sent: what is read, what is left out and why, and what is refused whole."""

import csv
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from maca.cases.cohort import LARGEST, MOST_CHILDREN, Cohort, example, headings, read_cohort
from maca.kernel.word import UnfitError

TODAY = dt.date(2026, 11, 25)
ROW = ["A1", "Zebedee Quux", "04/05/2019", "", "CP", "Neglect", "F", "WBRI", "No", "North", "2026-10-01"]


def as_csv(*rows: list[str], heading=None, separator: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([heading or headings(), *rows])
    return text.getvalue().encode()


def as_xlsx(*rows: list[object], heading=None) -> bytes:
    book = Workbook()
    for row in (heading or headings(), *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(data: bytes) -> Cohort:
    return read_cohort(data, "The file", today=TODAY)


def changed(**cells: str) -> list[str]:
    names = {one.lower().replace(" ", "_"): at for at, one in enumerate(headings())}
    row = [*ROW]
    for name, cell in cells.items():
        row[names[name]] = cell
    return row


def only(data: bytes):
    (child,) = read(data).children
    return child


def test_the_same_is_read_from_csv_and_from_excel():
    excel = [*ROW]
    excel[2], excel[10] = dt.date(2019, 5, 4), dt.date(2026, 10, 1)
    child = only(as_csv(ROW))
    assert only(as_xlsx(excel)) == child
    assert (child.reference, child.name, child.born_on) == ("A1", "Zebedee Quux", dt.date(2019, 5, 4))
    assert (child.level, child.category, child.sex, child.ethnicity) == (
        "child_protection", "neglect", "female", "white",
    )  # fmt: skip
    assert (child.disability, child.locality, child.last_on, child.row) == ("no", "North", dt.date(2026, 10, 1), 2)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_example_itself_is_read_whole(kind):
    cohort = read(example(kind))
    assert [one.reference for one in cohort.children] == ["EX-1", "EX-2"]
    assert cohort.sentences == ()


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_and_encodings_are_read(separator):
    assert only(as_csv(ROW, separator=separator)).name == "Zebedee Quux"
    named = as_csv(changed(name="Zoë Quüx"), separator=separator).decode()
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        assert only(named.encode(encoding)).name == "Zoë Quüx"


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"reference": ""}, "Row 3 is left out. Reference: is empty."),
        ({"reference": "a1 "}, "Row 3 is left out. Reference: is the same as in row 2, which is kept."),
        ({"level": "Tier 9"}, "Row 3 is left out. Level: is none of “Early help”, “Child in need”, "
                              "“Child protection plan”, “Looked after”."),
        ({"level": ""}, "Row 3 is left out. Level: is empty."),
        ({"date_of_birth": "31/02/2019"}, "Row 3 is left out. Date of birth: is no date. Write it like 4 May 2019."),
        ({"date_of_birth": ""}, "Row 3 is left out. Date of birth: is empty, and so is the age."),
        ({"date_of_birth": "1 May 2031"}, "Row 3 is left out. Date of birth: is still far off."),
        ({"last_activity": "26/11/2026"}, "Row 3 is left out. Last activity: is still to come."),
        ({"last_activity": "soon"}, "Row 3 is left out. Last activity: is no date. Write it like 4 May 2019."),
        ({"name": "=HYPERLINK(1)"}, "Row 3 is left out. Name: holds a formula. Put in what it comes to, as plain "
                                    "words."),
        ({"sex": "+1"}, "Row 3 is left out. Sex: holds a formula. Put in what it comes to, as plain words."),
        ({"name": "Q" * 201}, "Row 3 is left out. Name: is longer than 200 characters."),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_left_out_with_a_sentence_and_the_others_are_kept(cells, sentence):
    cohort = read(as_csv(ROW, changed(**{"reference": "A2", **cells}), changed(reference="A3")))
    assert [one.reference for one in cohort.children] == ["A1", "A3"]
    assert cohort.sentences == (sentence,)
    assert cohort.refused == 1


@pytest.mark.parametrize("field", ["category", "sex", "ethnicity", "disabled"])
def test_what_is_not_needed_costs_nobody_their_place(field):
    cohort = read(as_csv(changed(**{field: "Zebedee"})))
    assert len(cohort.children) == 1
    assert cohort.sentences[0].startswith("Row 2 is kept, without its ")
    assert "Zebedee" not in cohort.sentences[0]
    name = {"disabled": "disability"}.get(field, field)
    assert getattr(cohort.children[0], name) == ""
    assert read(as_csv(changed(**{field: "Not recorded"}))).sentences == ()


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("White and Asian", "mixed"), ("Indian", "asian"), ("Black Caribbean", "black"), ("Gypsy or Roma", "white"),
        ("Arab", "other"), ("WIRI", "white"), ("MWBC", "mixed"), ("ABAN", "asian"), ("CHNE", "asian"),
        ("OOTH", "other"), ("BCRB", "black"), ("Caucasian", "white"), ("ARAB", "other"),
        ("White South African", "white"), ("Black and White Caribbean", "mixed"),
    ],
)  # fmt: skip
def test_ethnic_groups_are_found_from_what_records_call_them(said, read_as):
    assert only(as_csv(changed(ethnicity=said))).ethnicity == read_as


@pytest.mark.parametrize(
    ("born", "age", "band"),
    [
        ("25/11/2008", "", ""), ("26/11/2008", "", "16_17"), ("25/11/2025", "", "1_4"), ("26/11/2025", "", "under_1"),
        ("1/1/2027", "", "unborn"), ("", "7", "5_9"), ("", "10 to 15", "10_15"), ("", "Unborn", "unborn"),
        ("", "18", ""), ("", "0", "under_1"),
    ],
)  # fmt: skip
def test_an_age_falls_into_its_band_on_the_day(born, age, band):
    assert only(as_csv(changed(date_of_birth=born, age=age))).band(TODAY) == band


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (as_csv(), "No child could be read from The file. It has headings and no rows."),
        (as_csv(changed(level="?")), "No child could be read from The file. Row 2 is left out. Level:"),
        (as_csv(["A"], heading=["Reference"]), "lacks the columns “Level”, “Last activity”, “Date of birth (or Age)”"),
        (as_csv(["A"], heading=["Ref", "Level", "DOB"]), "lacks the column “Last activity” in its first row"),
        (as_csv(ROW, heading=[*headings()[:3], "Reference", *headings()[4:]]), "two columns for “Reference”: column A"),
        # Otherwise the rest of the list would be one long note, and its children in no pool.
        (
            as_csv(ROW).replace(b"\r\n", b',"never closed\r\n', 1) + as_csv(ROW),
            "mark is opened and not closed",
        ),
        (b"\x00\x01\x02" * 100, "neither a CSV nor an Excel file"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "Office before 2007"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (b"x" * (LARGEST + 1), "larger than 5 MB"),
        (b'Reference,"Level' + b"x" * 200_000, "cannot be read as CSV"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(UnfitError) as refused:
        read(data)
    assert sentence in refused.value.sentence


def test_a_list_that_is_too_long_is_refused():
    rows = [changed(reference=str(at)) for at in range(MOST_CHILDREN + 1)]
    assert len(read(as_csv(*rows[:-1])).children) == MOST_CHILDREN
    with pytest.raises(UnfitError, match="more than 5,000 rows"):
        read(as_csv(*rows))


def test_a_full_list_from_excel_is_read():
    rows = [changed(reference=str(at), name=f"Child {at}") for at in range(MOST_CHILDREN)]
    assert len(read(as_xlsx(*rows)).children) == MOST_CHILDREN


def test_columns_that_nobody_asked_for_are_named_by_their_letter_and_not_read():
    cohort = read(as_csv([*ROW, "Secret"], heading=[*headings(), "Worker"]))
    assert cohort.sentences == ("Not read, since no such column is asked for: column L.",)
    assert "Secret" not in cohort.as_json()


def test_a_formula_in_excel_is_left_out_whatever_it_came_to():
    cohort = read(as_xlsx(ROW, changed(reference="A2", name='="Zebedee"')))
    assert [one.reference for one in cohort.children] == ["A1"]
    assert "Row 3 is left out. Name: holds a formula" in cohort.sentences[0]


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        target.writestr(name, content)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("xl/media/a.bin", b"0" * 40_000_000, "unpacks to far more than a list of children can hold"),
        ("xl/vbaProject.bin", b"x", "holds a macro, another file, or data from elsewhere"),
        (SHEET, b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>", "holds XML that Excel does not write"),
        (
            SHEET,
            b"<worksheet>" + b"<c/>" * 700_000 + b"</worksheet>",
            "unpacks to far more than a list of children can hold",
        ),
        (
            SHEET,
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/>'
            b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>',
            "joins or links far more cells than a list of children can hold",
        ),
        ("xl/workbook.xml", b"<workbook", "is damaged"),
    ],
)
def test_what_would_fill_the_memory_or_run_is_refused(name, content, sentence):
    assert read(as_xlsx(ROW)).children  # the control
    with pytest.raises(UnfitError) as refused:
        read(with_part(as_xlsx(ROW), name, content))
    assert sentence in refused.value.sentence


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: as_csv(ROW) + text.encode()))
def test_whatever_is_sent_is_read_or_refused_with_a_sentence(data):
    try:
        cohort = read(data)
    except UnfitError:
        return
    assert cohort.children
    assert Cohort.from_json(cohort.as_json()) == cohort
