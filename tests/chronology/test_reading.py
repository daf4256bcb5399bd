"""Files as agencies send them: read right or reported, never lost."""

import datetime as dt
import io
import time
import zipfile

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from maca.chronology import as_html, as_pdf, as_table, as_word
from maca.chronology.entries import Entry
from maca.chronology.patterns.days import runs, working_days_between
from maca.chronology.reading import NotEntriesError, read_bytes, read_paths
from maca.chronology.suggesting import suggest
from maca.kernel import clock, spreadsheet
from maca.kernel.text import normalise

PLAIN = "date,agency,event,text\n2026-03-14,HV,visit,“Mum’s” café\n"


def csv_of(text, name="police.csv", encoding="utf-8"):
    return read_bytes(text.encode(encoding), name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator(encoding, separator):
    read = csv_of(PLAIN.replace(",", separator), encoding=encoding)
    assert [(e.agency, e.text, e.row) for e in read.entries] == [("health_visiting", "“Mum’s” café", 2)]
    assert not read.unread


def test_lines_above_the_headings_blank_rows_and_headings_again():
    text = (
        "Chronology of the police\n\nDATE, Text ,Mood\n1/2/26,one,low\n,,\nDate,Text,Mood\nMarch 2026,two\n2025,three"
    )
    read = csv_of(text)
    assert [(e.written_date, e.date, e.agency, e.row) for e in read.entries] == [
        ("2026-02-01", dt.date(2026, 2, 1), "police", 4),
        ("2026-03", dt.date(2026, 3, 1), "police", 7),
        ("2025", dt.date(2025, 1, 1), "police", 8),
    ]
    assert read.entries[0].notes == (("Mood", "low"),)
    assert not read.unread


@pytest.mark.parametrize(
    "date", ["Spring 2024", "Week 12 2024", "w/c 14/03/2026", "Total", "31/02/2026", "03/14/2026", ""]
)
def test_a_date_that_is_none_is_reported_and_the_others_are_kept(date):
    read = csv_of(f"date,text\n{date},one\n2026-01-01,two\n")
    assert [e.text for e in read.entries] == ["two"]
    [one] = read.unread
    assert (one.file, one.row, one.column, one.value) == ("police.csv", 2, "date", date)
    assert one.why
    assert one.mend


def test_what_is_not_understood_beside_the_text_is_reported_and_the_row_kept():
    read = csv_of(
        "date,text,event,seen,time,fact,child\n"
        "2026-01-01,a,Tea_Party,maybe,late,nonsense;Lives_With=Gran,C1;C2\n"
        "2026-01-01,b,VISIT,ALONE,16:50,present=the nursery; of=xx,all"
    )
    first, second = read.entries
    assert (first.event, first.seen, first.time, first.facts) == ("other", "", None, (("lives_with", "Gran"),))
    assert first.children == ("C1", "C2")
    assert (second.event, second.seen, second.time) == ("visit", "alone", dt.time(16, 50))
    assert second.facts == (("present", "nursery"),)
    assert second.children == ()
    assert [(one.row, one.column, one.value) for one in read.unread] == [
        (2, "event", "Tea_Party"),
        (2, "time", "late"),
        (2, "seen", "maybe"),
        (2, "fact", "nonsense"),
        (3, "fact", "xx"),
    ]


def test_whose_entries_they_are():
    assert csv_of("date,text\n2026-01-01,a", "HV chronology.csv").entries[0].agency == "health_visiting"
    nobodys = csv_of("date,text\n2026-01-01,a\n2026-01-02,b", "case.csv")
    assert [one.row for one in nobodys.unread] == [2, 3]
    unknown = csv_of("date,agency,text\n2026-01-01,Martians,a\n2026-01-01,,b")
    assert [(one.column, one.value) for one in unknown.unread] == [("agency", "Martians"), ("agency", "")]
    assert not nobodys.entries
    assert not unknown.entries


def test_a_quotation_mark_that_is_never_closed_swallows_nothing():
    read = csv_of('date,text\n2026-01-01,a\n2026-01-02,"said no\n2026-01-03,c\n2026-01-04,d\n')
    assert [e.text for e in read.entries] == ["a", '"said no', "c", "d"]
    assert [one.row for one in read.unread] == [3]


def test_one_long_cell_and_a_quotation_mark_far_from_the_end_keep_no_other_row_out():
    long = "x" * 200_000
    assert [e.text for e in csv_of(f"date,text\n2026-01-01,{long}\n2026-01-02,b\n").entries] == [long, "b"]
    rows = "2026-01-03,c\n" * 20_000
    read = csv_of(f'date,text\n2026-01-01,a\n2026-01-02,"said no\n{rows}')
    assert (len(read.entries), [one.row for one in read.unread]) == (20_002, [3])


def test_a_text_of_several_lines_is_one_row_and_one_cell_too_many_is_told():
    read = csv_of('date,text\n2026-01-01,"a\nb"\n2026-01-02,c\n2026-01-03,d,e\n')
    assert [(e.text, e.row) for e in read.entries] == [("a\nb", 2), ("c", 3)]
    assert [one.row for one in read.unread] == [4]


def on(day):
    return dt.datetime.combine(dt.date(2026, 3, day), dt.time())


def sheet_of(rows, change=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_excel_with_a_title_merged_cells_dates_and_a_second_sheet():
    def change(book):
        sheet = book.active
        sheet.merge_cells("A1:D1")
        sheet.merge_cells("A3:A4")
        sheet["A6"].number_format = "mmm-yy"
        book.create_sheet("More").append(["Date", "Text"])

    rows = [
        ["Chronology", None, None, None],
        ["Date", "Time", "Agency", "Text"],
        [on(14), dt.time(16, 50), "police", "one"],
        [None, None, "gp", "two"],
        [46_096, None, "gp", "serial"],
        [on(1), None, "gp", "month"],
        ["Total", None, None, 4],
        [on(20), None, "gp", "=A1&B1"],
    ]
    read = read_bytes(sheet_of(rows, change), "all.xlsx")
    assert [(e.written_date, e.time, e.agency, e.text, e.row) for e in read.entries] == [
        ("2026-03-14", dt.time(16, 50), "police", "one", 3),
        ("2026-03-14", None, "gp", "two", 4),
        ("2026-03-15", None, "gp", "serial", 5),
        ("2026-03", None, "gp", "month", 6),
    ]
    assert {(one.row, one.value) for one in read.unread} >= {(1, "More"), (7, "Total"), (8, "=A1&B1")}


def test_word_with_a_caption_and_several_tables():
    document = Document()
    document.add_paragraph("Table 1: what we did")
    table = document.add_table(rows=4, cols=3)
    for row, words in zip(
        table.rows,
        [("Date", "Event", "Text"), ("14/3/26", "visit", "Seen"), ("", "", "Again"), ("Spring 2024", "", "x")],
        strict=True,
    ):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    table.cell(1, 0).merge(table.cell(2, 0))
    second = document.add_table(rows=1, cols=3)
    for cell, word in zip(second.rows[0].cells, ("2 May 2026", "", "Later"), strict=True):
        cell.text = word
    file = io.BytesIO()
    document.save(file)
    read = read_bytes(file.getvalue(), "School.docx")
    assert [(e.date.isoformat(), e.text, e.row) for e in read.entries] == [
        ("2026-03-14", "Seen", 2),
        ("2026-03-14", "Again", 3),
        ("2026-05-02", "Later", 5),
    ]
    assert [(one.row, one.column) for one in read.unread] == [(4, "date")]


def test_sixty_thousand_rows_are_all_read():
    began = time.perf_counter()
    lines = "".join(f"{at % 28 + 1}/{at % 12 + 1}/2024,police,visit,Row {at},C{at % 3}\n" for at in range(60_000))
    read = csv_of(f"date,agency,event,text,child\n{lines}")
    assert (len(read.entries), read.entries[-1].row, read.unread) == (60_000, 60_001, ())
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.csv", "no headings"),
        (b"a,b\n1,2\n", "a.csv", "no headings"),
        (b"%PDF-1.7", "a.pdf", "neither"),
        (b"PK\x03\x04xl/workbook", "a.xlsx", "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "a.xls", "before 2007"),
        (b"\xff\xfe\x00", "a.csv", "UTF-16"),
        (b"date\0", "a.csv", "neither"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(data, name, says):
    with pytest.raises(NotEntriesError) as refused:
        read_bytes(data, name)
    assert says in refused.value.sentence
    assert name in refused.value.sentence


def test_a_bomb_and_what_could_run_are_not_opened():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"0" * (200 * 1024 * 1024))
    with pytest.raises(NotEntriesError, match="far more"):
        read_bytes(bomb.getvalue(), "a.xlsx")
    whole = io.BytesIO(sheet_of([["Date", "Text"]]))
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(NotEntriesError, match="macro"):
        read_bytes(whole.getvalue(), "a.xlsx")


def test_a_folder_is_read_and_what_lies_in_it_besides_is_told(tmp_path):
    (tmp_path / "police.csv").write_text("date,text,child\n2026-01-01,a,c1\n2026-01-02,b,C1")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "~$police.xlsx").write_bytes(b"x")
    read = read_paths([tmp_path])
    assert [(e.where, e.children) for e in read.entries] == [("police.csv:2", ("c1",)), ("police.csv:3", ("c1",))]
    assert [(one.file, one.row) for one in read.unread] == [("notes.pdf", None)]
    with pytest.raises(NotEntriesError):
        read_paths([tmp_path / "notes.pdf"])


def test_a_suggestion_is_a_suggestion():
    assert suggest("Not brought to the clinic again") == "was_not_brought"
    assert suggest("Nothing of note") == ""
    [row] = list(as_table.rows(csv_of("date,text\n2026-01-01,core group held").entries))[1:]
    assert dict(zip(as_table.COLUMNS, row, strict=True))["suggested event"] == "core_group"
    assert dict(zip(as_table.COLUMNS, row, strict=True))["event"] == ""


FORMULAS = [f"{lead}{sign}1+1" for lead in ("", " ", "'", "' ") for sign in ("=", "+", "-", "@", "\t", "＝", "＠")]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula_and_what_was_written_comes_back(text):
    entry = Entry(date=dt.date(2026, 1, 1), agency="gp", text=text)
    cell = load_workbook(io.BytesIO(as_table.as_xlsx([entry]))).active["F2"]
    assert (cell.data_type, cell.value) == ("s", text)
    guarded = spreadsheet.harmless(text)
    assert not guarded.lstrip(" ").startswith(spreadsheet.FORMULA)
    assert guarded == f"'{text}"
    assert spreadsheet.harmless("'tis") == "'tis"


@given(st.text(min_size=1, max_size=200))
@settings(max_examples=150, deadline=None)
def test_what_is_written_comes_back_from_excel_and_csv(text):
    text = normalise(text)[0].strip()
    if not text:
        return
    entry = Entry(date=dt.date(2026, 1, 1), agency="gp", text=text, voice=text)
    assert read_bytes(as_table.as_xlsx([entry]), "a.xlsx").entries[0].text == text
    [back] = read_bytes(as_table.as_csv([entry]), "a.csv").entries
    assert back.text == spreadsheet.harmless(text)


def test_a_whole_record_in_one_cell_is_no_entry_and_keeps_no_other_out():
    rows = [("1 May 2026", "x" * 200_000), ("2 May 2026", "x" * 200_001), ("3 May 2026", "Seen.")]
    data = "\n".join(["date,text", *(f"{day},{text}" for day, text in rows)]).encode()
    found = read_bytes(data, "school.csv")
    assert [entry.date.day for entry in found.entries] == [1, 3]
    (unread,) = found.unread
    assert (unread.row, unread.column, len(unread.value)) == (3, "text", 200)
    assert unread.why == "The text has 200,001 characters. An entry holds 200,000 at most."


def test_a_text_longer_than_a_cell_loses_nothing():
    long = "wörd 😀 " * 12_000
    entry = Entry(date=dt.date(2026, 1, 1), agency="gp", text=long.strip())
    sheet = load_workbook(io.BytesIO(as_table.as_xlsx([entry]))).active
    assert "".join(row[5] for row in sheet.iter_rows(min_row=2, values_only=True)) == long.strip()


def test_the_page_and_the_pdf_hold_what_was_written():
    entry = Entry(date=dt.date(2026, 1, 1), agency="gp", text="<b>&</b> 中 #set", approximate="2026-01")
    page = as_html.write([entry])
    assert "&lt;b&gt;&amp;&lt;/b&gt; 中 #set" in page
    assert "2026-01" in page
    assert "2026-01-01" not in page
    assert as_pdf.write([entry]).startswith(b"%PDF")


def test_a_document_says_events_and_facts_in_plain_words_and_a_table_keeps_their_codes():
    facts = (("present", "police,health_visiting"), ("gp_registered", "no"), ("lives_with", "maternal_grandfather"))
    entry = Entry(date=dt.date(2026, 1, 1), agency="gp", text="They met.", event="icpc", facts=facts)
    plain = "Present: police, health visiting; GP registered: no; Lives with: maternal grandfather"
    assert "Initial child protection conference" in as_html.write([entry])
    assert plain in as_html.write([entry])
    assert plain in [cell.text for cell in Document(io.BytesIO(as_word.write([entry]))).tables[0].rows[1].cells]
    assert as_table.cells(entry)[3] == "icpc"
    assert "lives_with=maternal_grandfather" in as_table.cells(entry)[10]
    [back] = read_bytes(as_table.as_csv([entry]), "a.csv").entries
    assert back.facts == facts


def test_what_turns_round_a_line_ends_in_its_own_cell_of_the_word_file():
    entry = Entry(date=dt.date(2026, 1, 1), agency="gp", text="a \u202eb\nc \u2067d", ref="E1")
    table = Document(io.BytesIO(as_word.write([entry]))).tables[0]
    assert "a \u202eb\u202c\nc \u2067d\u2069" in [cell.text for cell in table.rows[1].cells]


DAYS = st.dates(dt.date(1995, 1, 1), dt.date(2040, 12, 31))


@given(DAYS, st.integers(0, 400))
@settings(max_examples=150, deadline=None)
def test_working_days_are_the_kernels(first, length):
    last = first + dt.timedelta(days=length)
    assert working_days_between(first, last) == clock.working_days_between(first, last)


@given(st.lists(st.integers(0, 300), max_size=30), st.integers(1, 100), st.integers(2, 4))
@settings(max_examples=150, deadline=None)
def test_runs_are_every_longest_one_and_no_other(numbers, within, least):
    begin = dt.date(2024, 1, 1)
    made = [Entry(date=begin + dt.timedelta(days=n), agency="gp", text="x") for n in sorted(numbers)]
    every = {
        tuple(made[a:b])
        for a in range(len(made))
        for b in range(a + least, len(made) + 1)
        if (made[b - 1].date - made[a].date).days <= within
    }
    longest = {one for one in every if not any(set(one) < set(other) for other in every)}
    assert set(runs(made, within=within, least=least)) == longest
