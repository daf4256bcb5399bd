"""The slides of a briefing: the same words as every other form, on slides that nothing runs over."""

import datetime
import io
import re
import shutil
import subprocess
from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given
from pptx import Presentation
from pptx.util import Pt

from maca.briefing import as_slides
from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps
from maca.kernel.measure import lines_of
from tests.documents.test_any_words import FEW, anything, briefings, texts_of
from tests.documents.test_seed import words

SOFFICE = shutil.which("soffice")
A_DAY = datetime.date(2026, 3, 9)


def slides_of(data: bytes):
    """The title of each slide, and its paragraphs."""
    for slide in Presentation(io.BytesIO(data)).slides:
        boxes = [
            shape for shape in slide.placeholders if shape.placeholder_format.type != 1 and shape != slide.shapes.title
        ]
        yield slide.shapes.title.text_frame.text, [p.text for box in boxes for p in box.text_frame.paragraphs]


def said(data: bytes) -> list[str]:
    """The words of the slides as they are read, each heading and each case once."""
    lines: list[str] = []
    heading = case = ""
    (first, under), *others = slides_of(data)
    for title, paragraphs in others:
        title = re.sub(r" \(\d+ of \d+\)$", "", title)
        found = re.fullmatch(r"(.*?)(?: (Case \d+))?", title)
        now, whose = found[1], found[2] or ""
        lines += [now] if now != heading else []
        lines += [whose] if whose and (now, whose) != (heading, case) else []
        heading, case = now, whose
        lines += paragraphs
    return words("\n".join([*under, first, *lines]))


def test_the_slides_have_the_same_words_in_the_same_order(seed, seed_text):
    assert said(as_slides.write(seed)) == words(seed_text)


@FEW
@given(briefings(anything))
def test_any_words_at_all_are_on_the_slides(value):
    everything = " ".join(" ".join(paragraphs) for _, paragraphs in slides_of(as_slides.write(value)))
    for text in texts_of(value):
        assert text in everything


def test_every_slide_has_a_title_of_its_own_and_nothing_else_without_words(seed):
    slides = list(Presentation(io.BytesIO(as_slides.write(replace(seed, findings=())))).slides)
    slides += list(Presentation(io.BytesIO(as_slides.write(seed))).slides)
    for slide in slides:
        assert all(shape.text_frame.text for shape in slide.shapes)
        assert not slide.has_notes_slide
        assert all(run.get("lang") == "en-GB" for run in slide._element.iter("{*}rPr"))
    titles = [title for title, _ in slides_of(as_slides.write(seed))]
    assert len(titles) == len(set(titles)) == 24


def test_a_point_longer_than_a_slide_goes_on_with_no_word_lost_or_cut():
    long = " ".join(f"word{number}" for number in range(900))
    whole = "y" * 4_000
    value = SixSteps(
        "t",
        process=(ProcessLine("It comprised:"), ProcessLine("Asked:", True, "agency")),
        agency_questions=("First?", long, "Third?"),
        findings=(Finding(Heading.WENT_WELL, "Case 1", long), Finding(Heading.WENT_WELL, "Case 2", whole)),
    )
    shown = list(slides_of(as_slides.write(value)))
    of_case_1 = [paragraphs for title, paragraphs in shown if title.startswith("What went well? Case 1")]
    assert len(of_case_1) > 2
    assert " ".join(text for paragraphs in of_case_1 for text in paragraphs) == long
    assert "".join(text for title, paragraphs in shown if "Case 2" in title for text in paragraphs) == whole
    assert [title for title, _ in shown if "Case 1" in title][-1].endswith(f"({len(of_case_1)} of {len(of_case_1)})")
    numbers = [
        element.get("startAt")
        for slide in Presentation(io.BytesIO(as_slides.write(value))).slides
        for element in slide._element.iter("{*}buAutoNum")
    ]
    assert numbers == ["1", "2", "3"]


@FEW
@given(briefings(anything))
def test_what_stands_on_a_slide_fits_its_box(value):
    for _, lines in ((title, lines) for title, said in as_slides._said(value) for lines in as_slides._by_slide(said)):
        assert sum(line.height for line in lines) <= as_slides._HEIGHT


def test_a_long_title_is_in_smaller_type():
    value = SixSteps("Neglect " * 60, findings=(Finding(Heading.GOOD_PRACTICE, None, "x"),))
    title = Presentation(io.BytesIO(as_slides.write(value))).slides[0].shapes.title
    assert title.text_frame.paragraphs[0].runs[0].font.size < Pt(30)


def test_the_slides_say_whose_they_are_on_each_and_name_nobody_in_their_properties(seed):
    data = as_slides.write(seed, partnership="A & B Partnership", published_on=A_DAY)
    slides = Presentation(io.BytesIO(data))
    properties = slides.core_properties
    assert (properties.title, properties.language) == ("Neglect 2", "en-GB")
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.created == datetime.datetime.combine(A_DAY, datetime.time())
    assert "A & B Partnership · 9 March 2026" in next(slides_of(data))[1]
    for slide in list(slides.slides)[1:]:
        assert any("A & B Partnership · 9 March 2026" in shape.text_frame.text for shape in slide.slide_layout.shapes
                   if shape.has_text_frame)  # fmt: skip


def test_the_same_briefing_always_gives_the_same_slides(seed):
    assert as_slides.write(seed) == as_slides.write(seed)
    assert as_slides.write(seed) != as_slides.write(replace(seed, title="Neglect 3"))


def test_a_line_is_counted_as_it_is_broken():
    assert lines_of("a", width=100, size=10) == 1
    assert lines_of("aaa bbb", width=20, size=10) == 2
    assert lines_of("m" * 100, width=100, size=10) == 10


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed, so slides are not opened in it")
def test_libreoffice_draws_every_slide_with_nothing_below_its_foot(seed, tmp_path):
    wide = replace(seed, findings=(*seed.findings, Finding(Heading.GOOD_PRACTICE, None, "WWWW MMMM " * 150)))
    (tmp_path / "briefing.pptx").write_bytes(as_slides.write(wide, partnership="P"))
    told = subprocess.run(
        [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         "briefing.pptx"],
        cwd=tmp_path, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    if b"could not be loaded" in told.stdout + told.stderr:
        pytest.skip("This LibreOffice has no Impress")
    pages = list(pypdfium2.PdfDocument(tmp_path / "briefing.pdf"))
    assert len(pages) == len(list(slides_of((tmp_path / "briefing.pptx").read_bytes())))
    for page in pages[1:]:
        text = page.get_textpage()
        rule = page.get_height() - 6370000 / 12700
        below = [text.get_rect(at) for at in range(text.count_rects()) if text.get_rect(at)[1] < rule]
        assert all(top < rule for _, _, _, top in below)
        assert "".join(text.get_text_bounded(*box) for box in below).split()[0] == "P"
