"""Whatever somebody types comes through every form in which a chronology leaves the site."""

import csv
import datetime as dt
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from maca.chronology import as_html, as_pdf, as_table, as_word
from maca.chronology.choosing import numbered
from maca.chronology.entries import Entry
from maca.chronology.kept import packed, unpacked
from maca.chronology.models import Source
from maca.chronology.operations import keep_file, take_file
from maca.chronology.queries import ENTRIES_ON_A_PAGE, find_involvement, names_of
from maca.chronology.reading import read_bytes
from maca.design.jinja import shown as on_a_page
from maca.kernel.spreadsheet import FORMULA
from maca.kernel.text import closed, keepable
from maca.kernel.word import text_of
from tests.documents.typed import drawn, letters, text_of_pdf, typed

DAY = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """What was typed is in every field that somebody writes in, as the site keeps it."""
    kept = [text for words in typed() if (text := keepable(words).strip())]
    return [
        Entry(
            DAY + dt.timedelta(at // 20),
            "gp",
            text,
            "visit",
            voice=kept[-at],
            worker=kept[at - 1],
            ref=kept[at // 2],
            file="f.csv",
            row=at,
        )
        for at, text in enumerate(kept)
    ]


class Cells(HTMLParser):
    """The text of every cell of a table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "td":
            self.cells.append("")
        self.inside = self.inside or tag == "td"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data


def shown(entries: list[Entry]) -> list[str]:
    return [cell for entry in entries for cell in as_html.shown(entry)]


def written_in(entry: Entry) -> tuple[str, ...]:
    return entry.text, entry.voice, entry.worker, entry.ref


def without_long(entries: list[Entry]) -> list[Entry]:
    short = [one for one in entries if max(map(len, written_in(one))) < 4_000]
    assert len(entries) - len(short) < 9
    return short


def test_under_the_seal(entries):
    for entry in entries:
        back = unpacked(packed(entry), date=DAY, agency="gp", event="visit", approximate="", time="")
        assert written_in(back) == written_in(entry)


def test_in_the_page_that_is_merged_from_files(entries):
    assert Cells(as_html.write(entries)).cells == shown(entries)


def test_in_word(entries):
    table = docx.Document(io.BytesIO(as_word.write(entries))).element.body.find(qn("w:tbl"))
    written = [text_of(one, exact=True) for one in table.iter(qn("w:p"))][len(as_html.HEADINGS) :]
    assert written == [closed(one) for one in shown(entries)]  # each line ends what it began


def test_in_excel_and_no_cell_is_a_formula(entries):
    short = without_long(entries)  # what is longer than a cell: tests/chronology/test_reading.py
    for row in openpyxl.load_workbook(io.BytesIO(as_table.as_xlsx(entries)), read_only=True).active.iter_rows():
        assert {cell.data_type for cell in row} <= {"s", "n", "inlineStr"}
    back = read_bytes(as_table.as_xlsx(short), "a.xlsx").entries
    assert [written_in(one) for one in back] == [written_in(one) for one in short]


def test_in_csv_and_no_cell_is_a_formula(entries):
    _, *rows = csv.reader(io.StringIO(as_table.as_csv(entries).decode("utf-8-sig"), newline=""))
    for row, entry in zip(rows, entries, strict=True):
        for written, meant in zip(row, as_table.cells(entry), strict=True):
            assert written in (meant, f"'{meant}")
            assert not written.lstrip(" ").startswith(FORMULA)


def test_in_pdf_every_character_is_there_or_its_number(entries):
    # What is far longer than a page is in tests/documents/test_report_any_words.py; a table of it takes half a minute.
    short = without_long(entries)
    for at in range(0, len(short), 1_000):
        some = short[at : at + 1_000]
        assert not drawn(shown(some)) - letters(text_of_pdf(as_pdf.write(some)))


@pytest.mark.django_db
def test_in_the_page_of_the_site_and_in_what_is_copied_from_it(world, sign_in, entries):
    audit = world.circulated(1)
    given = [replace(one, agency="health_visiting") for one in without_long(entries)]
    involvement = find_involvement(world.auditor, audit.slug, 1, "health")
    file = keep_file(involvement, as_table.as_xlsx(given), name="f.xlsx", source=Source.UPLOADED, by=world.auditor)
    assert take_file(file, by=world.auditor) == len(given)

    client, address = sign_in(world.manager), f"/audits/{audit.slug}/cases/1/chronology"
    rows = []
    for number in range(1, numbered(len(given), most=ENTRIES_ON_A_PAGE) + 1):
        rows += re.findall(
            r'<tr [^>]*id="entry-.*?</tr>', client.get(f"{address}/?page={number}").content.decode(), re.S
        )
    for row, one in zip(rows, given, strict=True):
        text, voice, *more = re.findall(r'maca-words">(.*?)</div>', row, re.S)
        assert (text, voice) == (on_a_page(one.text), f"The child: {on_a_page(one.voice)}")
        assert more[0].startswith(f"Worker: {on_a_page(one.worker)}; ")
        assert f"; In the record: {on_a_page(one.ref)}; From: f.xlsx" in more[0]

    copied = read_bytes(client.get(f"{address}.xlsx").content, "a.xlsx", names_of(world.partnership).known).entries
    assert [one.text for one in copied] == [one.text for one in given]
