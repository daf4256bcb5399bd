"""The one real briefing: read whole, written back word for word, in every kind of file."""

import html
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace

import docx
import pypdfium2
import pytest

from maca.briefing import as_html, as_json, as_pdf, as_text, as_word
from maca.briefing.reading import read_briefing, read_bytes
from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps, from_dict, theme_of, to_dict

SOFFICE = shutil.which("soffice")


def words(text: str) -> list[str]:
    """The words of a text without the signs that only lay it out."""
    kept = (re.sub(r"^\s*(?:[-•–◦]|\d+\.)\s", "", line) for line in text.splitlines())
    return " ".join(kept).split()


def test_the_briefing_has_the_counts_that_a_person_counted(seed, seed_path):
    reading = read_briefing(seed_path)
    assert Counter(finding.heading for finding in seed.findings) == {
        "went_well": 18,
        "can_be_improved": 25,
        "challenge_or_theme": 22,
        "good_practice": 3,
    }
    cases = Counter((finding.heading.value, finding.case) for finding in seed.findings)
    per_case = {h: [cases[h, f"Case {n}"] for n in range(1, 6)] for h in list(Heading)[:3]}
    assert per_case == {
        "went_well": [4, 4, 5, 2, 3],
        "can_be_improved": [6, 5, 5, 6, 3],
        "challenge_or_theme": [4, 2, 5, 6, 5],
    }
    assert cases["good_practice", None] == 3
    assert (len(seed.agency_questions), len(seed.panel_questions), len(seed.process)) == (7, 3, 3)
    assert [line.asks for line in seed.process] == [None, "agency", "panel"]
    assert [line.bullet for line in seed.process] == [False, True, True]
    assert len(seed.theme_and_cases) == 2
    assert (seed.kind, seed.form) == ("Multi Agency Case Audit", "6 Step Briefing")
    assert (seed.title, seed.theme) == ("Neglect 2", "Neglect")
    assert reading.unread == ()
    assert reading.dropped == ()


def test_the_three_repeats_of_case_five_are_told_and_kept(seed):
    pairs = seed.duplicates()
    assert len(pairs) == 3
    for first, second in pairs:
        assert seed.findings[first].heading is Heading.CAN_BE_IMPROVED
        assert seed.findings[second].heading is Heading.CHALLENGE_OR_THEME
        assert seed.findings[first].text == seed.findings[second].text
        assert seed.findings[first].case == seed.findings[second].case == "Case 5"


def test_the_text_comes_back_line_for_line(seed, seed_text):
    assert as_text.write(seed).strip("\n").split("\n") == seed_text.strip("\n").split("\n")


def test_the_json_has_the_agreed_keys_and_gives_the_briefing_back(seed):
    data = json.loads(as_json.write(seed))
    assert data["findings"][0] == {
        "heading": "went_well",
        "case": "Case 1",
        "text": "The children are safe and their needs are being met.",
    }
    assert data["process"][0] == "The process for completing the Multi-Agency Case Audit (MACA) comprised:"
    assert data["duplicates"] == [[40, 60], [41, 61], [42, 62]]
    assert data["unread"] == []
    assert data["panel_questions"][2] == "What challenges / themes can be identified?"
    assert from_dict(data) == seed


def test_the_id_of_a_finding_is_in_the_json_only(seed):
    marked = replace(seed, findings=tuple(replace(f, ref=f"ref-{n}") for n, f in enumerate(seed.findings)))
    assert from_dict(to_dict(marked)) == marked
    assert as_text.write(marked) == as_text.write(seed)
    assert as_html.write(marked) == as_html.write(seed)
    assert as_word.write(marked) == as_word.write(seed)
    assert marked.without_refs() == seed


def test_the_word_file_has_the_same_words_in_the_same_order(seed, seed_text):
    paragraphs = docx.Document(io.BytesIO(as_word.write(seed))).paragraphs
    assert words("\n".join(p.text for p in paragraphs)) == words(seed_text)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed, so Word files are not opened in it")
def test_libreoffice_reads_the_same_words_from_the_word_file(seed, seed_text, tmp_path):
    (tmp_path / "briefing.docx").write_bytes(as_word.write(seed))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [SOFFICE, profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "briefing.docx"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert words((tmp_path / "briefing.txt").read_text("utf-8-sig")) == words(seed_text)


def test_the_pdf_has_the_same_words_in_the_same_order(seed, seed_text):
    document = pypdfium2.PdfDocument(as_pdf.write(seed))
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    text = "\n".join(re.sub(r"Page \d+ of \d+\s*$", "", page) for page in pages)
    assert words(text.replace("\ufffe", "-")) == words(seed_text)


def test_the_page_has_the_same_words_in_the_same_order(seed, seed_text):
    page = as_html.write_page(seed)
    bare = html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<body>") :]))
    assert bare.split() == words(seed_text)
    assert as_html.write(seed) in page
    assert "<h1" not in as_html.write(seed)


@pytest.mark.parametrize("write", [as_word.write, as_pdf.write], ids=["word", "pdf"])
def test_what_is_exported_reads_back_to_the_same_json(seed, write):
    reading = read_bytes(write(seed, partnership="Northamptonshire Safeguarding Children Partnership"))
    assert as_json.write(reading.value, reading.unread) == as_json.write(seed)


def test_the_exported_text_reads_back_to_the_same_json(seed):
    reading = read_bytes(as_text.write(seed).encode())
    assert as_json.write(reading.value, reading.unread) == as_json.write(seed)


@pytest.mark.parametrize("write", [as_word.write, as_pdf.write], ids=["word", "pdf"])
def test_the_same_briefing_always_gives_the_same_bytes(seed, write):
    assert write(seed) == write(seed)
    assert write(seed) != write(replace(seed, title="Neglect 3"))


def test_a_theme_is_a_title_without_the_number_of_the_round():
    assert theme_of("Neglect 2") == "Neglect"
    assert theme_of("Child  sexual abuse 12") == "Child sexual abuse"
    assert theme_of("Learning from 2024") == "Learning from 2024"
    assert theme_of("7") == "7"


def test_words_that_would_not_be_printed_are_refused():
    finding = Finding(Heading.GOOD_PRACTICE, None, "x")
    with pytest.raises(ValueError, match="no heading"):
        SixSteps("t", findings=(finding,), headings=())
    with pytest.raises(ValueError, match="asks them"):
        SixSteps("t", process=(ProcessLine("We met."),), agency_questions=("Why?",))
    with pytest.raises(ValueError, match="no words"):
        Finding(Heading.GOOD_PRACTICE, None, " \x00 ")


def test_findings_stand_in_the_order_in_which_they_are_printed():
    late = Finding(Heading.CAN_BE_IMPROVED, "Case 1", "second")
    loose = Finding(Heading.CAN_BE_IMPROVED, None, "first")
    first = Finding(Heading.WENT_WELL, "Case 2", "zeroth")
    assert SixSteps("t", findings=(late, loose, first)).findings == (first, loose, late)


def test_the_page_by_itself_is_whole_and_fetches_nothing(seed):
    page = as_html.write_page(replace(seed, title="</title><script>alert(1)</script>"))
    assert page.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;: 6 Step Briefing</title>" in page
    assert not re.search(r"<script|src=|href=|url\(|@import", page)
