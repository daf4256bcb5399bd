"""Forms that were filled in and saved by LibreOffice are read. It is not needed: without one, this is skipped."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from maca.returns.on_paper import as_excel, as_word
from maca.returns.on_paper.reading import read_bytes
from tests.documents.paper import FIRST, SECOND, SIXTH, a_form, edited, fill, tick
from tests.documents.test_return_forms_kinds import CITED, DATED, EMPTY, GRADED, TOLD

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(not SOFFICE, reason="there is no LibreOffice here (soffice)")

SAID = "It was used‑twice.\n\n\tIndented, “quoted”; =1+1 & <b>\nlast – ŵ ان 👩‍👧 a\u00adb"
FILLED = a_form(
    questions=(
        FIRST.filled(choice="partly", words=SAID),
        SECOND.filled(choice="cannot_tell"),
        SIXTH.filled(words="one\ntwo"),
    )
)


def saved_by_libreoffice(tmp_path, data, suffix, through):
    """The same file, opened and saved by LibreOffice in each of these formats in turn."""
    file = tmp_path / f"form.{suffix}"
    file.write_bytes(data)
    for number, kind in enumerate(through):
        folder = tmp_path / str(number)
        subprocess.run(
            [
                str(SOFFICE),
                "--headless",
                f"-env:UserInstallation=file://{tmp_path}/profile",
                *("--convert-to", kind, "--outdir", str(folder), str(file)),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        file = folder / f"form.{kind}"
    return file.read_bytes()


def the_same(read):
    assert [(box.id, box.check, box.heading, box.choice, box.words) for box in read.boxes] == [
        (box.id, box.check, box.heading, box.choice, box.words) for box in FILLED.boxes
    ]
    assert str(read.reference) == str(FILLED.reference)
    assert read.unplaced == ()


@pytest.mark.parametrize("through", [["docx"], ["odt", "docx"], ["docx", "docx"]], ids=" ".join)
def test_a_word_form_saved_by_libreoffice_is_read(tmp_path, through):
    the_same(read_bytes(saved_by_libreoffice(tmp_path, as_word.write(FILLED), "docx", through)))


def test_what_was_typed_in_word_and_saved_by_libreoffice_is_read(tmp_path):
    def edit(body):
        fill(body, "now", "Seen.", "Weekly,\vthen monthly.", "")
        fill(body, "q1", *SAID.split("\n"))
        tick(body, "q1", "partly")

    read = read_bytes(saved_by_libreoffice(tmp_path, edited(as_word.write(a_form()), edit), "docx", ["docx"]))
    assert (read.box("q1").choice, read.box("q1").words) == ("partly", SAID)
    assert read.box("now").words == "Seen.\nWeekly,\nthen monthly.\n"
    assert read.unplaced == ()


@pytest.mark.parametrize("through", [["xlsx"], ["xlsx", "xlsx"]], ids=" ".join)
def test_an_excel_form_saved_by_libreoffice_is_read(tmp_path, through):
    the_same(read_bytes(saved_by_libreoffice(tmp_path, as_excel.write(FILLED), "xlsx", through)))


@pytest.mark.parametrize(("suffix", "write"), [("docx", as_word.write), ("xlsx", as_excel.write)])
def test_grades_dates_and_records_saved_by_libreoffice_are_read(tmp_path, suffix, write):
    form = replace(
        EMPTY,
        questions=(
            FIRST,
            GRADED.filled(choice="not_applicable", cause="system", words="One.\nTwo."),
            DATED.filled(choice="2026-04-03"),
            CITED.filled(choice="1999-12-31", words="Entry 12"),
            TOLD.filled(words="Yes."),
        ),
    )
    read = read_bytes(saved_by_libreoffice(tmp_path, write(form), suffix, [suffix]))
    assert [(box.id, box.choice, box.words, box.cause) for box in read.boxes] == [
        (box.id, box.choice, box.words, box.cause) for box in form.boxes
    ]
    assert read.unplaced == ()
