"""What the exported files are made of: accessible, clean, and nothing in them but the briefing."""

import datetime
import io
import re
import time
import zipfile
from dataclasses import replace

import docx
import pikepdf
import pytest
import typst

from maca.briefing import as_pdf, as_word
from maca.briefing.reading import read_bytes
from maca.briefing.value import Finding, Heading, SixSteps
from maca.kernel import pdf as pdf_kernel

# Not a benchmark: work that grows with the square of the size would take hours, not this.
SECONDS_OF_CPU = 60

PARTS = {
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/core.xml",
    "word/document.xml",
    "word/_rels/document.xml.rels",
    "word/styles.xml",
    "word/numbering.xml",
    "word/settings.xml",
    "word/footer1.xml",
}


@pytest.fixture(scope="module")
def word(seed):
    return as_word.write(seed, partnership="A & B Partnership", published_on=datetime.date(2026, 3, 9))


@pytest.fixture(scope="module")
def pdf(seed):
    data = as_pdf.write(seed, partnership="A & B Partnership", published_on=datetime.date(2026, 3, 9))
    with pikepdf.open(io.BytesIO(data)) as document:
        yield document


def test_the_word_file_holds_these_parts_and_no_others(word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        assert set(archive.namelist()) == PARTS
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"python-docx" not in everything
    assert b"TargetMode" not in everything
    assert not re.search(rb"w:rsid|w:ins |w:del |w:comment", everything)


def test_the_word_file_has_a_title_a_language_and_no_author(word):
    properties = docx.Document(io.BytesIO(word)).core_properties
    assert (properties.title, properties.language) == ("Neglect 2", "en-GB")
    assert (properties.author, properties.comments, properties.last_modified_by) == ("", "", "")
    assert properties.created == datetime.datetime(2026, 3, 9, tzinfo=datetime.UTC)
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        assert b'<w:lang w:val="en-GB"' in archive.read("word/styles.xml")


def test_the_word_file_is_made_of_real_headings_and_lists(word, seed):
    document = docx.Document(io.BytesIO(word))
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles.count("Title") == 1
    assert styles.count("Heading 1") == 6
    assert styles.count("Heading 2") == 15
    assert styles.count("List Bullet") == 68 + 2 + 2
    assert (styles.count("List Number"), styles.count("List Bullet 2")) == (7, 3)
    for name in ("List Bullet", "List Bullet 2", "List Number"):
        assert document.styles[name].element.pPr.numPr is not None
    assert all(document.styles[name].paragraph_format.keep_with_next for name in ("Heading 1", "Heading 2"))
    footer = document.sections[0].footer.paragraphs[0].text
    assert footer == "A & B Partnership · 9 March 2026\tPage 1 of 1"


def test_a_long_title_fits_the_properties_of_word():
    long = "Neglect " * 100
    briefing = SixSteps(long, findings=(Finding(Heading.GOOD_PRACTICE, None, "x"),))
    document = docx.Document(io.BytesIO(as_word.write(briefing)))
    assert len(document.core_properties.title) == 255
    assert document.paragraphs[0].text == long.strip()


def test_the_pdf_is_tagged_named_and_says_so(pdf):
    root = pdf.Root
    assert "/StructTreeRoot" in root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "en-GB"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.docinfo["/Title"]) == "Neglect 2"
    assert "/Author" not in pdf.docinfo
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        assert metadata["pdfuaid:part"] == "1"
    assert "/AcroForm" not in root
    assert "/EmbeddedFiles" not in root.get("/Names", {})


def test_the_pdf_has_a_heading_for_each_step_and_each_case(pdf):
    kinds = []

    def walk(element):
        if isinstance(element, pikepdf.Array):
            for child in element:
                walk(child)
        elif isinstance(element, pikepdf.Dictionary):
            kinds.append(str(element.get("/S", "")))
            if "/K" in element:
                walk(element.K)

    walk(pdf.Root.StructTreeRoot.K)
    assert (kinds.count("/H1"), kinds.count("/H2")) == (6, 15)
    assert kinds.count("/LI") == 68 + 2 + 2 + 7 + 3


def test_the_pdf_uses_our_fonts_only(pdf):
    fonts = {str(f.BaseFont) for page in pdf.pages for f in page.Resources.Font.values()}
    assert fonts
    assert all(re.search("SourceSansPro|DejaVuSans", font) for font in fonts)


def test_every_character_we_say_our_fonts_draw_they_do_draw():
    firsts, lasts = pdf_kernel._coverage()
    covered = [chr(c) for a, b in zip(firsts, lasts, strict=True) for c in range(a, b + 1)]
    printable = [c for c in covered if pdf_kernel._is_plain(c) and not c.isspace()]
    assert len(printable) > 5_000
    source = b"#set document(title: [x])\n#set text(font: ('Source Sans Pro', 'DejaVu Sans'), fallback: false)\n"
    source = source.replace(b"'", b'"') + b"#sys.inputs.data\n\n*#sys.inputs.data*"
    typst.compile(
        source, sys_inputs={"data": " ".join(printable)}, font_paths=pdf_kernel._fonts(), pdf_standards=["ua-1"]
    )


def test_words_in_the_language_of_the_template_are_only_words(seed):
    text = '#panic(1) *x* $y$ _z_ `w` = h // c @ref <label> #import "/etc/passwd" \\ \\u{41} -- --- ~ "q"'
    briefing = replace(seed, findings=(Finding(Heading.GOOD_PRACTICE, None, text),), title="#panic(2)")
    for write in (as_pdf.write, as_word.write):
        back = read_bytes(write(briefing)).value
        assert (back.title, back.findings[0].text) == ("#panic(2)", text)


def test_a_character_no_font_has_is_printed_by_its_number():
    briefing = SixSteps(
        "中 1", findings=(Finding(Heading.GOOD_PRACTICE, None, "Seen 中\u202e and \U0010fffd, then ب̃̄."),)
    )
    back = read_bytes(as_pdf.write(briefing)).value
    assert back.title == "[U+4E2D] 1"
    assert back.findings[0].text.startswith("Seen [U+4E2D][U+202E] and [U+10FFFD], then ")


def test_six_thousand_findings_are_written_in_a_moment(seed):
    many = replace(seed, findings=tuple(Finding(Heading.WENT_WELL, "Case 1", f"Finding {n}.") for n in range(6_000)))
    start = time.process_time()
    data = as_word.write(many)
    assert time.process_time() - start < SECONDS_OF_CPU
    assert len(read_bytes(data).value.findings) == 6_000
