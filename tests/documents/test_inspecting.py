"""The export inspector: every export passes, and whatever is planted in one is found."""

import datetime
import io
import json
import tomllib
import zipfile
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from click.testing import CliRunner
from docx import Document
from pptx import Presentation

from maca.briefing import as_html, as_json, as_pdf, as_slides, as_text, as_word, overview
from maca.briefing.sheets import SHEETS
from maca.cases.cohort import example
from maca.chronology import as_html as chronology_html
from maca.chronology import as_pdf as chronology_pdf
from maca.chronology import as_table
from maca.chronology import as_word as chronology_word
from maca.chronology.entries import Entry
from maca.config.command import main
from maca.kernel import inspecting, paper_as_files
from maca.kernel.inspecting import inspect
from maca.returns import as_table as board
from maca.returns.on_paper import as_excel as form_excel
from maca.returns.on_paper import as_word as form_word
from tests.documents.paper import a_form, repacked
from tests.documents.test_overview import A_COUNT

A_DAY = datetime.date(2026, 3, 9)
WHO = {"partnership": "A Partnership", "published_on": A_DAY}
AWKWARD = "=1+1 <b>&amp;</b> ]]> 😀 עברית {{ 7*7 }}"


def exports(seed):
    yield "briefing.docx", as_word.write(seed, **WHO)
    yield "briefing.pptx", as_slides.write(seed, **WHO)
    yield "briefing.pdf", as_pdf.write(seed, **WHO)
    yield "briefing.html", as_html.write_page(seed).encode()
    yield "briefing.txt", as_text.write(seed).encode()
    yield "briefing.json", as_json.write(seed).encode()
    for name, make in SHEETS.items():
        paper = make(seed, footer="A Partnership")
        yield f"{name}.docx", paper_as_files.as_word(paper, small=True)
        yield f"{name}.pdf", paper_as_files.as_pdf(paper, small=True)
        yield f"{name}.html", paper_as_files.as_html(paper)
        yield f"{name}.txt", paper_as_files.as_text(paper)
        # As a finished return and a report are written.
        yield f"large-{name}.docx", paper_as_files.as_word(paper)
        yield f"large-{name}.pdf", paper_as_files.as_pdf(paper)
    report = overview.as_paper(seed, A_COUNT, footer="A Partnership")
    yield "overview.docx", paper_as_files.as_word(report)
    yield "overview.pdf", paper_as_files.as_pdf(report)
    yield "overview.html", paper_as_files.as_html(report)
    yield "overview.txt", paper_as_files.as_text(report)
    entries = [Entry(date=A_DAY, agency="gp", text=AWKWARD), Entry(date=A_DAY, agency="school", text="They met.")]
    yield "chronology.docx", chronology_word.write(entries, "Case 1")
    yield "chronology.pdf", chronology_pdf.write(entries)
    yield "chronology.html", str(chronology_html.write(entries)).encode()
    yield "chronology.xlsx", as_table.as_xlsx(entries)
    yield "chronology.csv", as_table.as_csv(entries)
    yield "form.docx", form_word.write(a_form())
    yield "form.xlsx", form_excel.write(a_form())
    yield "board.xlsx", board.as_xlsx([board.HEADINGS])
    yield "children.xlsx", example("xlsx")
    yield "children.csv", example("csv")


def test_every_export_passes(seed):
    for name, data in exports(seed):
        found = inspect(data, name)
        assert found.faults == (), name
        assert found.parts, name


def part_changed(data, part, before, after):
    def change(parts):
        assert before in parts[part], (part, parts[part][:300])
        parts[part] = parts[part].replace(before, after, 1)

    return repacked(data, change)


def part_added(data, part, content=b"<x/>"):
    return repacked(data, lambda parts: parts.update({part: content}))


def through_docx(data, do):
    document, saved = Document(io.BytesIO(data)), io.BytesIO()
    do(document)
    document.save(saved)
    return saved.getvalue()


def through_xlsx(data, do):
    book, saved = openpyxl.load_workbook(io.BytesIO(data)), io.BytesIO()
    do(book)
    book.save(saved)
    return saved.getvalue()


def through_pptx(data, do):
    slides, saved = Presentation(io.BytesIO(data)), io.BytesIO()
    do(slides)
    slides.save(saved)
    return saved.getvalue()


def through_pdf(data, do):
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        do(pdf)
        pdf.save(saved, fix_metadata_version=False)
    return saved.getvalue()


def property_set(**properties):
    def do(thing):
        of = getattr(thing, "core_properties", None) or thing.properties
        for key, value in properties.items():
            setattr(of, key, value)

    return do


def attach(pdf):
    pdf.attachments["notes.txt"] = b"x"


def in_page(pdf, content):
    pdf.pages[0].contents_add(pdf.make_stream(content))


IN_WORD, IN_BOOK, IN_SLIDE = "word/document.xml", "xl/workbook.xml", "ppt/slides/slide2.xml"
RELATION = b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
WORD = {
    "a comment": lambda d: through_docx(d, lambda x: x.add_comment(x.paragraphs[0].runs, text="Ask.", author="N")),
    "a tracked change": lambda d: part_changed(d, IN_WORD, b"<w:r>", b'<w:ins w:author="N"><w:r/></w:ins><w:r>'),
    "what was deleted": lambda d: part_changed(d, IN_WORD, b"<w:r>", b"<w:del><w:r/></w:del><w:r>"),
    "a revision id": lambda d: part_changed(d, IN_WORD, b"<w:r>", b'<w:r w:rsidR="00AB">'),
    "hidden text": lambda d: part_changed(d, IN_WORD, b"<w:r>", b"<w:r><w:rPr><w:vanish/></w:rPr>"),
    "white text": lambda d: part_changed(d, IN_WORD, b"<w:r>", b'<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr>'),
    "nearly white text": lambda d: part_changed(d, IN_WORD, b"<w:r>", b'<w:r><w:rPr><w:color w:val="F2F2F2"/></w:rPr>'),
    "pale yellow text": lambda d: part_changed(d, IN_WORD, b"<w:r>", b'<w:r><w:rPr><w:color w:val="FFFF66"/></w:rPr>'),
    "grey on grey": lambda d: part_changed(
        d, IN_WORD, b"<w:r>", b'<w:r><w:rPr><w:color w:val="777777"/><w:shd w:val="clear" w:fill="808080"/></w:rPr>'
    ),
    "tiny text": lambda d: part_changed(d, IN_WORD, b"<w:r>", b'<w:r><w:rPr><w:sz w:val="2"/></w:rPr>'),
    "a field": lambda d: part_changed(d, "word/footer1.xml", b" PAGE ", b" AUTHOR "),
    "a comment of XML": lambda d: part_changed(d, IN_WORD, b"<w:r>", b"<!-- secret --><w:r>"),
    "words between": lambda d: part_changed(d, IN_WORD, b"<w:r>", b"secret<w:r>"),
    "an author": lambda d: through_docx(d, property_set(author="N")),
    "who saved it": lambda d: through_docx(d, property_set(last_modified_by="N")),
    "custom XML": lambda d: part_added(d, "customXml/item1.xml"),
    "a thumbnail": lambda d: part_added(d, "docProps/thumbnail.jpeg"),
    "a company": lambda d: part_added(d, "docProps/app.xml"),
    "a macro": lambda d: part_added(d, "word/vbaProject.bin"),
    "room for macros": lambda d: part_changed(
        d, "[Content_Types].xml", b"wordprocessingml.document.main", b"wordprocessingml.document.macroEnabled.main"
    ),
    "an embedded file": lambda d: part_added(d, "word/embeddings/oleObject1.bin"),
    "a template elsewhere": lambda d: part_changed(
        d, "word/_rels/document.xml.rels", b"</Relationships>",
        RELATION % b"attachedTemplate" + b'TargetMode="External" Target="http://x.example/t.dotm"/></Relationships>',
    ),
    "something behind its end": lambda d: d + b"secret" * 200,
    "no zip at all": lambda d: b"PK\x03\x04" + b"x" * 100,
}  # fmt: skip
BOOK = {
    "a hidden sheet": lambda d: through_xlsx(d, lambda x: setattr(x.create_sheet("s"), "sheet_state", "hidden")),
    "another sheet": lambda d: through_xlsx(d, lambda x: x.create_sheet("s")),
    "a hidden row": lambda d: through_xlsx(d, lambda x: setattr(x.active.row_dimensions[2], "hidden", True)),
    "a hidden column": lambda d: through_xlsx(d, lambda x: setattr(x.active.column_dimensions["B"], "hidden", True)),
    "a narrow column": lambda d: through_xlsx(d, lambda x: setattr(x.active.column_dimensions["B"], "width", 0.1)),
    "a name": lambda d: part_changed(
        d, IN_BOOK, b"<sheets>", b"<definedNames><definedName name='N'>Return!$A$1</definedName></definedNames><sheets>"
    ),
    "a comment": lambda d: through_xlsx(
        d, lambda x: setattr(x.active["A1"], "comment", openpyxl.comments.Comment("Ask.", "N"))
    ),
    "a formula": lambda d: through_xlsx(d, lambda x: setattr(x.active["A1"], "value", "=1+1")),
    "a link": lambda d: through_xlsx(d, lambda x: setattr(x.active["A1"], "hyperlink", "http://x.example/")),
    "an author": lambda d: part_changed(
        d, "docProps/core.xml", b"<dcterms:created",
        b'<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">N</dc:creator><dcterms:created',
    ),
    "a pivot cache": lambda d: part_added(d, "xl/pivotCache/pivotCacheRecords1.xml"),
    "data elsewhere": lambda d: part_added(d, "xl/externalLinks/externalLink1.xml"),
}  # fmt: skip
SLIDES = {
    "speaker notes": lambda d: through_pptx(d, lambda x: x.slides[1].notes_slide),
    "a hidden slide": lambda d: part_changed(d, IN_SLIDE, b"<p:sld ", b'<p:sld show="0" '),
    "what stands beside it": lambda d: through_pptx(d, lambda x: x.slides[1].shapes.add_textbox(-9_000_000, 0, 9, 9)),
    "white text": lambda d: part_changed(
        d, IN_SLIDE, b'<a:rPr lang="en-GB"/>',
        b'<a:rPr lang="en-GB"><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:rPr>',
    ),
    "nearly white text": lambda d: part_changed(
        d, IN_SLIDE, b'<a:rPr lang="en-GB"/>',
        b'<a:rPr lang="en-GB"><a:solidFill><a:srgbClr val="F0F4F8"/></a:solidFill></a:rPr>',
    ),
    "tiny text": lambda d: part_changed(d, IN_SLIDE, b'<a:rPr lang="en-GB"/>', b'<a:rPr lang="en-GB" sz="100"/>'),
    "a company’s template": lambda d: part_added(d, "docProps/app.xml"),
    "an author": lambda d: through_pptx(d, property_set(author="N")),
}  # fmt: skip
PDF = {
    "an attachment": lambda d: through_pdf(d, attach),
    "a script": lambda d: through_pdf(
        d, lambda x: x.Root.__setattr__("OpenAction", pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="x"))
    ),
    "an author": lambda d: through_pdf(d, lambda x: x.docinfo.__setitem__("/Author", "N")),
    "a note": lambda d: through_pdf(d, lambda x: x.pages[0].__setattr__("Annots", pikepdf.Array())),
    "text that is not drawn": lambda d: through_pdf(d, lambda x: in_page(x, b"BT 3 Tr ET")),
    "white text": lambda d: through_pdf(d, lambda x: in_page(x, b"q 1 g BT (a) Tj ET Q")),
    "nearly white text": lambda d: through_pdf(d, lambda x: in_page(x, b"q 0.96 0.97 1 rg BT (a) Tj ET Q")),
    "an older state": lambda d: d + b"\nxref\n0 0\ntrailer\n<</Size 1>>\nstartxref\n0\n%%EOF",
    "something before its beginning": lambda d: b"secret\n" + d,
    "a layer": lambda d: through_pdf(d, lambda x: x.Root.__setattr__("OCProperties", pikepdf.Dictionary())),
    "no PDF at all": lambda d: b"%PDF-1.7\nx",
}
PAGE = {
    "a script": lambda d: d.replace(b"<main>", b"<main><script>x</script>"),
    "a comment": lambda d: d.replace(b"<main>", b"<main><!-- secret -->"),
    "a picture elsewhere": lambda d: d.replace(b"<main>", b'<main><img src="https://x.example/">'),
    "an address": lambda d: d.replace(b"<main>", b'<main><a href="https://x.example/">x</a>'),
    "hidden words": lambda d: d.replace(b"<main>", b"<main hidden>"),
    "an author": lambda d: d.replace(b"<title>", b'<meta name="author" content="N"><title>'),
    "a style that hides": lambda d: d.replace(b"</style>", b".x { display: none; }</style>"),
    "words in white": lambda d: d.replace(b"</style>", b".above { color: #fdfdfd; }</style>"),
    "words in a colour by its name": lambda d: d.replace(b"</style>", b".above { color: snow; }</style>"),
    "a style from elsewhere": lambda d: d.replace(b"<style>", b"<style>@import 'https://x.example/';"),
}
CSV = {"a formula": lambda d: d + b"=1+1,2\r\n", "a zero": lambda d: d + b"a\0,b\r\n"}
TXT = {"words in tags": lambda d: d + "x\U000e0041".encode(), "a byte that is none": lambda d: d + b"\xff"}
JSON = {
    "a key of the database": lambda d: d.replace(b'"kind"', b'"ref": "1", "kind"', 1),
    "a key twice": lambda d: d.replace(b'"kind"', b'"kind": "", "kind"', 1),
    "no JSON at all": lambda d: d[:-4],
}
PLANTED = [
    (name, what, plant)
    for name, faults in (
        ("briefing.docx", WORD), ("form.xlsx", BOOK), ("briefing.pptx", SLIDES), ("briefing.pdf", PDF),
        ("briefing.html", PAGE), ("chronology.csv", CSV), ("briefing.txt", TXT), ("briefing.json", JSON),
    )
    for what, plant in faults.items()
]  # fmt: skip


@pytest.fixture(scope="module")
def clean(seed):
    return dict(exports(seed))


@pytest.mark.parametrize(("name", "what", "plant"), PLANTED, ids=[f"{name}: {what}" for name, what, _ in PLANTED])
def test_what_is_planted_is_found(clean, name, what, plant):
    faults = inspect(plant(clean[name]), name).faults
    before = {fault.says for fault in control(clean, name, plant)}
    assert {fault.says for fault in faults} - before, what
    assert all(fault.where and fault.says.endswith(".") for fault in faults)


def test_white_on_a_dark_cell_is_seen(clean):
    dark = b'<w:r><w:rPr><w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1D4E6F"/></w:rPr>'
    assert inspect(part_changed(clean["briefing.docx"], IN_WORD, b"<w:r>", dark), "x.docx").faults == ()


def control(clean, name, plant):
    """What is found where the same program only opens the file and saves it, with nothing planted."""
    programs = {"docx": through_docx, "xlsx": through_xlsx, "pptx": through_pptx, "pdf": through_pdf}
    ending = name.rpartition(".")[2]
    if ending not in programs or not {"through_docx", "through_xlsx", "through_pptx", "through_pdf"} & {
        *plant.__code__.co_names
    }:
        return inspect(clean[name], name).faults
    return inspect(programs[ending](clean[name], lambda thing: None), name).faults


def test_two_parts_of_one_name_and_what_a_zip_says_of_its_owner_are_found(clean):
    made = io.BytesIO(clean["briefing.docx"])
    with zipfile.ZipFile(made, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", b"<x/>")
    assert any("one name" in fault.says for fault in inspect(made.getvalue(), "x.docx").faults)
    made = io.BytesIO(clean["briefing.docx"])
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = b"secret"
    assert any("comment" in fault.says for fault in inspect(made.getvalue(), "x.docx").faults)


def test_the_command_lists_the_parts_and_ends_with_one_where_something_is_wrong(clean, tmp_path):
    good, bad = tmp_path / "good.docx", tmp_path / "bad.docx"
    good.write_bytes(clean["briefing.docx"])
    bad.write_bytes(WORD["custom XML"](clean["briefing.docx"]))
    told = CliRunner().invoke(main, ["inspect", str(good)])
    assert told.exit_code == 0
    assert "word/document.xml" in told.output
    told = CliRunner().invoke(main, ["inspect", str(bad)])
    assert told.exit_code == 1
    assert "customXml/item1.xml: The file holds custom XML, which no export does." in told.output
    told = CliRunner().invoke(main, ["inspect", str(bad), "--json"])
    assert told.exit_code == 1
    assert [fault["where"] for fault in json.loads(told.output)["faults"]] == ["customXml/item1.xml"]
    for wrong, said in ((tmp_path / "x.exe", "none of docx"), (tmp_path / "gone.pdf", "cannot be read")):
        told = CliRunner().invoke(main, ["inspect", str(wrong)])
        assert told.exit_code == 2
        assert said in told.output


def test_the_list_has_no_line_for_what_hides():
    allowed = tomllib.loads((Path(inspecting.__file__).parent / "allowed.toml").read_text("utf-8"))
    for kind in ("docx", "xlsx", "pptx"):
        known = allowed[kind]["elements"]
        assert not set(known) & {"w:vanish", "w:ins", "w:del", "w:rsids", "dc:creator", "cp:lastModifiedBy", "x:f"}
        shown = {called for called in known if called not in ("x:cellStyle", "x:protection")}
        assert not [called for called in shown if "hidden" in known[called]]
