"""The sheets that are made of a briefing: one page, its own words, and the same ones in every form."""

import html
import io
import re
import shutil
import subprocess
from dataclasses import replace

import docx
import pikepdf
import pypdfium2
import pytest
from hypothesis import given

from maca.briefing.sheets import SHEETS, prompt_sheet, seven_minutes
from maca.briefing.value import Finding, Heading, SixSteps
from maca.kernel.paper_as_files import as_html, as_pdf, as_text, as_word
from tests.documents.test_any_words import FEW, briefings, sentence

SOFFICE = shutil.which("soffice")
both = pytest.mark.parametrize("make", SHEETS.values(), ids=SHEETS)


def words(text):
    """The words without the signs of bullets. The numbers of the seven parts are words."""
    return " ".join(re.sub(r"^\s*[-•]\s", "", line) for line in text.splitlines()).split()


def points_of(paper):
    return [point for part in paper.parts for point in part.points]


def in_pdf(data):
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range().replace("\ufffe", "-") for page in document]


@both
def test_a_sheet_has_the_same_words_in_text_on_a_page_in_word_and_in_pdf(seed, make):
    paper = make(seed, footer="A & B Partnership")
    text = words(as_text(paper).decode())
    page = as_html(paper).decode()
    assert html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<body>") :])).split() == text
    document = docx.Document(io.BytesIO(as_word(paper, small=True)))
    foot = ["A & B Partnership"]
    assert words("\n".join([*(p.text for p in document.paragraphs), *foot])) == text
    (printed,) = in_pdf(as_pdf(paper, small=True))
    assert words(printed) == [*text, *["Page", "1", "of", "1"]]


@both
def test_a_sheet_holds_no_line_that_is_not_the_briefings(seed, make):
    known = {f.text for f in seed.findings} | {*seed.theme_and_cases, *seed.agency_questions, *seed.panel_questions}
    added = [point for point in points_of(make(seed)) if point not in known]
    assert added in ([], ["What we will do:", "Who does it, and by when:"])
    assert len(points_of(make(seed))) == len(set(points_of(make(seed))))


@both
def test_a_sheet_says_how_many_findings_are_on_it(seed, make):
    paper = make(seed)
    on_it = set(points_of(paper))
    here = sum(finding.text in on_it for finding in seed.findings)
    assert 10 <= here < 68
    assert f"{here} of the 68 findings" in " ".join(paper.parts[0].lines)
    assert not re.search(r"Case \d", as_text(paper).decode())


def test_the_seven_parts_stand_there_whatever_the_briefing_says(seed):
    headings = [part.heading for part in seven_minutes(seed).parts]
    assert [heading[:2] for heading in headings] == ["1.", "2.", "3.", "4.", "5.", "6.", "7."]
    bare = seven_minutes(SixSteps("t"))
    assert [part.heading for part in bare.parts] == headings
    assert bare.parts[4].lines == ("The briefing says nothing of it.",)


def test_what_is_needed_and_what_is_asked_is_told_by_the_words_of_the_finding():
    texts = {
        "do": ["It needs to be weekly.", "A policy is needed.", "Need to ask.", "Staff should ask.", "All must write."],
        "talk": ["Who is parenting?", "Was it so? We do not know."],
        "improve": ["They should have asked.", "He didn't need to come.", "Their needs were met.", "If she needed to."],
    }  # fmt: skip
    findings = [Finding(Heading.CAN_BE_IMPROVED, None, text) for said in texts.values() for text in said]
    paper = seven_minutes(SixSteps("t", findings=tuple(findings)))
    by_heading = {part.heading[3:]: list(part.points) for part in paper.parts}
    assert by_heading["What to do now"][:-2] == texts["do"]
    assert by_heading["Talk about it"] == texts["talk"]
    assert by_heading["What can be improved"] == texts["improve"]


def test_each_case_has_its_turn_and_nothing_is_said_twice():
    findings = [
        Finding(Heading.WENT_WELL, f"Case {case}", f"Finding {n} of {case}.") for case in (1, 2) for n in (1, 2)
    ]
    findings.append(Finding(Heading.WENT_WELL, "Case 2", "Finding 1 of 1."))
    paper = prompt_sheet(SixSteps("t", findings=tuple(findings)))
    turns = ("Finding 1 of 1.", "Finding 1 of 2.", "Finding 2 of 1.", "Finding 2 of 2.")
    assert paper.parts[-1].points == turns
    assert "5 of the 5 findings" in " ".join(paper.parts[0].lines)


def test_what_is_longer_than_the_page_is_passed_over_and_counted():
    findings = [Finding(Heading.WENT_WELL, None, "long " * 2_000), Finding(Heading.WENT_WELL, None, "Short.")]
    paper = prompt_sheet(SixSteps("t", findings=tuple(findings)))
    assert points_of(paper) == ["Short."]
    assert "1 of the 2 findings" in " ".join(paper.parts[0].lines)


@both
@FEW
@given(value=briefings(sentence))
def test_a_sheet_is_one_page_of_pdf_whatever_the_words(make, value):
    assert len(in_pdf(as_pdf(make(value, footer="A Partnership"), small=True))) == 1


@both
def test_a_sheet_full_of_findings_is_one_page_of_pdf_and_says_what_it_is(seed, make):
    many = replace(seed, findings=seed.findings * 5, title="Neglect and what we learned of it " * 4)
    data = as_pdf(make(many), small=True)
    assert len(in_pdf(data)) == 1
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "en-GB"
        assert str(pdf.docinfo["/Title"]).startswith("Neglect and what we learned")
        kinds = [str(one.get("/S")) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one]
    assert kinds.count("/H1") == len(make(many).parts)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed, so Word files are not opened in it")
def test_a_sheet_is_one_page_in_libreoffice(seed, tmp_path):
    many = replace(seed, findings=seed.findings * 5)
    for name, make in SHEETS.items():
        (tmp_path / f"{name}.docx").write_bytes(as_word(make(many, footer="A Partnership"), small=True))
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         *(f"{name}.docx" for name in SHEETS)],
        cwd=tmp_path, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    for name, make in SHEETS.items():
        (page,) = in_pdf((tmp_path / f"{name}.pdf").read_bytes())
        expected = words(as_text(make(many, footer="A Partnership")).decode())
        assert words(page) == [*expected, *["Page", "1", "of", "1"]]


@both
def test_the_same_briefing_always_gives_the_same_sheet(seed, make):
    for write in (lambda p: as_word(p, small=True), lambda p: as_pdf(p, small=True), as_html, as_text):
        assert write(make(seed)) == write(make(seed))
