"""A Word file of a partnership’s own: plain values are read out of it, looked at, kept and printed; nothing else is."""

import html
import io
import re
import shutil
import subprocess
import zipfile

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from pptx import Presentation

from maca.briefing.letterhead import read_letterhead
from maca.briefing.models import HouseStyle
from maca.briefing.operations import approve_briefing, publish_briefing, read_overview, set_house_style
from maca.briefing.printing import FORMATS, print_briefing, print_overview, print_sheet
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.kernel.inspecting import inspect
from maca.kernel.look import PLAIN, Look, Margins, Style
from maca.kernel.verdict import Refused
from maca.kernel.word import UnfitError
from maca.partnership.operations import set_colour
from tests.briefing.test_house_style import a_logo
from tests.documents.test_inspecting import part_added, part_changed

pytestmark = pytest.mark.django_db
LINE, PLUM, TEAL = "Working together for children.", "#7a1f5c", "#0b5a5a"
SOFFICE = shutil.which("soffice")
WHERE = "/people/house-style/word/"
HIDDEN = ("styles", "picture", "footer", "version")


def a_letterhead(change=lambda document: None):
    """A Word file as a partnership has one: its own styles, a logo at the head, a line and the number of the page at
    the foot, and words that are nobody’s business here."""
    document = docx.Document()
    document.core_properties.author = "Zebedee Quux"
    document.add_paragraph("A letter about the child Zebedee Quux.")
    normal, title, first, second = (document.styles[one] for one in ("Normal", "Title", "Heading 1", "Heading 2"))
    normal.font.name, normal.font.size = "Liberation Serif", Pt(12)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(9), 1.25
    title.font.name, title.font.size, title.font.color.rgb = "Liberation Mono", Pt(30), RGBColor(0x0B, 0x5A, 0x5A)
    for style in (title, first, second):
        fonts = style.element.rPr.rFonts
        for said in [one for one in fonts.attrib if "Theme" in one]:
            del fonts.attrib[said]
    first.font.name, first.font.size, first.font.color.rgb = "Liberation Mono", Pt(18), RGBColor(0x7A, 0x1F, 0x5C)
    first.font.bold, first.font.italic, first.paragraph_format.space_before = False, True, Pt(20)
    second.font.color.rgb = RGBColor(0x33, 0x33, 0x33)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(3)
    section.top_margin = section.bottom_margin = Cm(2.5)
    section.header.paragraphs[0].add_run().add_picture(io.BytesIO(a_logo()), height=Cm(1.5))
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{LINE}\tPage ")
    for kind, words in (("begin", ""), ("", " PAGE "), ("separate", ""), ("", "17"), ("end", "")):
        run = foot.add_run()
        if kind:
            run._r.append(run._r.makeelement(qn("w:fldChar"), {qn("w:fldCharType"): kind}))
        elif words.strip() == "PAGE":
            code = run._r.makeelement(qn("w:instrText"))
            code.text = words
            run._r.append(code)
        else:
            run.text = words
    change(document)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


@pytest.fixture(scope="module")
def letterhead():
    return a_letterhead()


@pytest.fixture
def dressed(world, letterhead):
    read = read_letterhead(letterhead)
    set_house_style(
        world.partnership, footer=read.footer, logo=read.logo, look=read.look, version=None, by=world.manager
    )
    return world


def read_with(change):
    return read_letterhead(a_letterhead(change))


def left_out(change):
    return "\n".join(read_with(change).left_out)


def test_plain_values_a_line_and_a_picture_are_read(letterhead):
    read = read_letterhead(letterhead)
    assert read.look.of("Normal") == Style(font="Liberation Serif", size=12, after=9, line=1.25)
    first = read.look.of("Heading 1")
    assert (first.font, first.size, first.colour) == ("Liberation Mono", 18, PLUM)
    assert (first.bold, first.italic, first.before) == (False, True, 20)
    assert read.look.of("Title").colour == TEAL
    # Its points are not set apart from each other, so what it says of the room below is not of them.
    assert read.look.of("List Bullet").after is None
    # What builds on another has what that says, and its theme's font by its name.
    assert read.look.of("List Bullet").font == "Liberation Serif"
    assert read.look.of("Heading 3").font == "Calibri"
    assert read.look.margins == Margins(top=2.5, right=3, bottom=2.5, left=3)
    assert read.footer == LINE
    assert read.logo[1:] == (400, 100)
    assert Look.from_json(read.look.as_json()) == read.look


def test_nothing_of_the_file_is_kept_but_values(dressed, letterhead):
    style = HouseStyle.objects.get()
    assert style.footer == LINE
    assert "Quux" not in f"{style.word_styles}{bytes(style.logo)!r}"
    assert "Quux" not in str(Entry.objects.get(did="set the house style").details)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: setattr(d.styles["Normal"].font, "size", Pt(48)), "The size (48) of Normal"),
        (lambda d: setattr(d.styles["Heading 1"].font, "size", Pt(4)), "The size (4) of Heading 1 is not from 6 to 40"),
        (
            lambda d: setattr(d.styles["Heading 1"].font.color, "rgb", RGBColor(0xFF, 0xDD, 0)),
            "The colour (#ffdd00) of Heading 1 is too light to be read on white",
        ),
        (lambda d: setattr(d.styles["Normal"].font, "name", 'Arial"; } x {'), "has other characters in its name"),
        (lambda d: setattr(d.styles["Normal"].font, "name", "A" * 41), "has other characters in its name"),
        (lambda d: setattr(d.styles["Normal"].paragraph_format, "line_spacing", Pt(9)), "is a fixed one"),
        (lambda d: setattr(d.styles["Title"].paragraph_format, "space_after", Pt(99)), "The room below (99) of Title"),
        (lambda d: setattr(d.sections[0], "left_margin", Cm(0.2)), "are not all from 1.5 to 5.1 cm"),
        (lambda d: setattr(d.sections[0], "bottom_margin", Cm(1.6)), "leave less than 2 cm for the foot"),
        (lambda d: setattr(d.sections[0], "page_width", Cm(29.7)), "not A4 upright"),
        (lambda d: d.styles["Heading 3"].delete(), "The file has no style Heading 3"),
        (lambda d: d.sections[0].footer.paragraphs[0].add_run("x" * 200), "The foot of its pages has more than 200"),
    ],
)
def test_what_cannot_be_printed_is_left_out_and_said(change, said):
    assert said in left_out(change)
    assert said not in left_out(lambda document: None)
    Look.from_json(read_with(change).look.as_json())


def test_a_picture_that_cannot_be_drawn_is_said(letterhead):
    (media,) = (one for one in zipfile.ZipFile(io.BytesIO(letterhead)).namelist() if one.startswith("word/media/"))
    read = read_letterhead(part_changed(letterhead, media, b"\x89PNG", b"\x01\x00\x00\x00"))
    assert read.logo is None
    assert any("neither PNG nor JPEG" in one for one in read.left_out)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda d: b"%PDF-1.7", "damaged"),
        (lambda d: bytes.fromhex("d0cf11e0a1b11ae1") + d, "old format of Word"),
        (lambda d: d + b"x" * 10 * 1024 * 1024, "more than 10 MB"),
        (lambda d: d[: len(d) // 2], "damaged"),
        (lambda d: part_added(d, "word/vbaProject.bin"), "macro"),
        (lambda d: part_added(d, "word/embeddings/oleObject1.bin"), "another file"),
        (
            lambda d: part_changed(d, "[Content_Types].xml", b"document.main+xml", b"document.macroEnabled.main+xml"),
            "macros",
        ),
        (
            lambda d: part_changed(d, "word/styles.xml", b"<w:styles ", b'<!DOCTYPE x [<!ENTITY a "b">]><w:styles '),
            "XML that Word does not write",
        ),
        (lambda d: part_changed(d, "word/styles.xml", b"<w:docDefaults>", b"<w:docDefaults>" + b" " * 10**7), "8 MB"),
        (lambda d: part_changed(d, "_rels/.rels", b"/officeDocument\"", b'/other"'), "damaged"),
        (lambda d: part_changed(d, "word/styles.xml", b"<w:docDefaults>", b"<w:docDefaults"), "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_fit_file_is_refused_with_how_to_mend_it(letterhead, spoil, said):
    with pytest.raises(UnfitError, match=said):
        read_letterhead(spoil(letterhead))


def test_a_file_that_names_its_template_is_read_and_the_template_is_not(letterhead):
    relation = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'attachedTemplate" TargetMode="External" Target="http://x.example/t.dotm"/></Relationships>'
    )
    named = part_changed(letterhead, "word/_rels/document.xml.rels", b"</Relationships>", relation)
    assert read_letterhead(named).look == read_letterhead(letterhead).look
    template = part_changed(letterhead, "[Content_Types].xml", b"document.main+xml", b"template.main+xml")
    assert read_letterhead(template).look == read_letterhead(letterhead).look


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"styles": {}, "margins": None, "more": 1},
        {"styles": {"Quote": {}}, "margins": None},
        {"styles": {"Normal": {"font": 'x"; }'}}, "margins": None},
        {"styles": {"Normal": {"size": "12"}}, "margins": None},
        {"styles": {"Normal": {"size": True}}, "margins": None},
        {"styles": {"Normal": {"size": float("nan")}}, "margins": None},
        {"styles": {"Normal": {"bold": 1}}, "margins": None},
        {"styles": {"Normal": {"colour": "#fefefe"}}, "margins": None},
        {"styles": {"Normal": {"other": 1}}, "margins": None},
        {"styles": [], "margins": None},
        {"styles": {}, "margins": {"top": 1, "left": 2, "right": 2, "bottom": 2}},
        [],
        "x",
    ],
)
def test_only_what_was_written_here_is_read_back(kept):
    with pytest.raises(ValueError, match=r"."):
        Look.from_json(kept)


def test_every_form_is_printed_in_it_and_is_clean(dressed):
    briefing = dressed.drafted()
    files = {f"b.{one}": print_briefing(briefing, one) for one in FORMATS}
    counts = read_overview(briefing, by=dressed.manager)
    files |= {f"o.{one}": print_overview(briefing, counts, one) for one in ("docx", "pdf", "html")}
    files |= {f"s.{one}": print_sheet(briefing, "prompts", one) for one in ("docx", "pdf", "html")}
    for name, content in files.items():
        assert inspect(content, name).faults == (), name
        assert b"Quux" not in content
    for name in ("b.docx", "o.docx"):
        document = docx.Document(io.BytesIO(files[name]))
        normal, first, bullet = (document.styles[one] for one in ("Normal", "Heading 1", "List Bullet"))
        assert (normal.font.name, normal.font.size, bullet.font.name) == (
            "Liberation Serif",
            Pt(12),
            "Liberation Serif",
        )
        assert (first.font.name, first.font.size, first.font.italic) == ("Liberation Mono", Pt(18), True)
        assert str(first.font.color.rgb) == PLUM.removeprefix("#").upper()
        assert not first.font.bold
        assert abs(document.sections[0].left_margin - Cm(3)) < Cm(0.01)
        (at,) = document.styles["footer"].paragraph_format.tab_stops
        assert abs(at.position - Cm(15)) < Cm(0.02)
    sheet = docx.Document(io.BytesIO(files["s.docx"]))
    assert (sheet.styles["Normal"].font.name, sheet.styles["Normal"].font.size) == ("Liberation Serif", Pt(10))
    assert (
        f'h2 {{ font-family: "Liberation Mono", Arial, Helvetica, sans-serif; color: {PLUM};'
        in files["b.html"].decode()
    )
    with zipfile.ZipFile(io.BytesIO(files["b.pptx"])) as slides:
        theme = slides.read("ppt/theme/theme1.xml").decode()
    assert re.findall(r'm(?:aj|in)orFont><a:latin typeface="([^"]*)"', theme) == ["Liberation Mono", "Liberation Serif"]
    assert PLUM.removeprefix("#").upper() in theme
    assert len(Presentation(io.BytesIO(files["b.pptx"])).slides) > 1
    text = pypdfium2.PdfDocument(files["b.pdf"])[0].get_textpage()
    sizes = {round(pypdfium2.raw.FPDFText_GetFontSize(text, at), 1) for at in range(text.count_chars())}
    assert {30, 18, 12} <= sizes


def test_a_sheet_stays_one_page(dressed):
    briefing = dressed.drafted()
    for sheet in ("seven-minutes", "prompts"):
        assert len(pypdfium2.PdfDocument(print_sheet(briefing, sheet, "pdf"))) == 1


def test_the_colour_that_is_set_by_itself_goes_before_that_of_the_file(dressed):
    briefing = dressed.drafted()
    set_colour(dressed.partnership, colour="#1b1b8f", by=dressed.manager)
    briefing.audit.partnership.refresh_from_db()
    styles = docx.Document(io.BytesIO(print_briefing(briefing, "docx"))).styles
    assert [str(styles[one].font.color.rgb) for one in ("Title", "Heading 1", "Heading 2")] == [
        "1B1B8F", "1B1B8F", "333333",
    ]  # fmt: skip
    assert TEAL not in print_briefing(briefing, "html").decode()


def test_without_a_file_papers_look_as_ever_and_can_again(dressed):
    briefing = dressed.drafted()
    set_house_style(
        dressed.partnership, footer="", without_logo=True, without_look=True, version=None, by=dressed.manager
    )
    assert HouseStyle.objects.get().look == PLAIN
    assert docx.Document(io.BytesIO(print_briefing(briefing, "docx"))).styles["Normal"].font.name is None


def test_a_new_line_leaves_the_fonts_and_the_same_again_saves_nothing(dressed, letterhead):
    set_house_style(
        dressed.partnership, footer=LINE, look=read_letterhead(letterhead).look, version=None, by=dressed.manager
    )
    assert Entry.objects.filter(did="set the house style").count() == 1
    set_house_style(dressed.partnership, footer="", version=None, by=dressed.manager)
    assert HouseStyle.objects.get().look.of("Normal").size == 12


def without_styles(document):
    """Neither a style nor a margin of it can be printed."""
    for style in list(document.styles.element):
        document.styles.element.remove(style)
    for side in ("top", "right", "bottom", "left"):
        setattr(document.sections[0], f"{side}_margin", 0)


def test_a_file_of_which_nothing_can_be_printed_leaves_what_is_there_and_says_so(dressed, sign_in):
    client = sign_in(dressed.manager)
    content = a_letterhead(without_styles)
    assert read_letterhead(content).look == PLAIN
    page = client.post(WHERE, {"file": io.BytesIO(content), "once": new_public_id()}).content.decode()
    assert "No fonts, sizes, colours or margins were found that can be printed, so those stay as they are." in page
    sent = hidden(page) | {"footer": "Another.", "once": new_public_id()}
    assert client.post(WHERE, sent).status_code == 302
    style = HouseStyle.objects.get()
    assert (style.footer, style.look.of("Normal").size) == ("Another.", 12)


def test_an_empty_look_is_none_and_is_not_offered_to_be_taken_out(world, sign_in):
    set_house_style(world.partnership, footer=LINE, look=PLAIN, version=None, by=world.manager)
    assert HouseStyle.objects.get().word_styles is None
    assert Entry.objects.get(did="set the house style").details["styles"] is False
    page = sign_in(world.manager).get("/people/house-style/").content.decode()
    assert "Those of the site are printed." in page
    assert "of the site again" not in page


def test_what_was_published_stays_and_what_is_approved_has_to_be_approved_again(world, letterhead):
    published = world.published()
    before = {one: print_briefing(published, one) for one in FORMATS}
    look = read_letterhead(letterhead).look
    set_house_style(world.partnership, footer="", look=look, version=None, by=world.manager)
    assert {one: print_briefing(published, one) for one in FORMATS} == before


def test_a_new_look_bars_publication_of_what_was_approved(world, letterhead):
    briefing = world.sent()
    approve_briefing(briefing, version=None, by=world.chair)
    set_house_style(world.partnership, footer="", look=read_letterhead(letterhead).look, version=None, by=world.manager)
    with pytest.raises(Refused) as refusal:
        publish_briefing(briefing, by=world.manager)
    assert refusal.value.code == "house-style-since"


def hidden(page):
    """What stands in the form: the hidden fields, the line at the foot, and the version."""
    found = {name: re.search(rf'<input[^>]*name="{name}"[^>]*>', page) for name in HIDDEN}
    values = {name: re.search(r'value="([^"]*)"', one[0]) for name, one in found.items() if one}
    return {name: html.unescape(one[1]) for name, one in values.items() if one}


def test_the_page_shows_what_was_read_before_anything_is_saved(world, sign_in, letterhead):
    client = sign_in(world.manager)
    assert "Read the file" in client.get(WHERE).content.decode()
    page = client.post(WHERE, {"file": io.BytesIO(letterhead), "once": new_public_id()}).content.decode()
    assert "Liberation Serif" in page
    assert "A picture of 400 by 100 pixels stands in the file." in page
    assert "Nothing has been saved yet." in page
    assert not HouseStyle.objects.exists()
    sent = hidden(page) | {"more": "with-logo", "once": new_public_id()}
    assert sent["footer"] == LINE
    assert client.post(WHERE, sent).status_code == 302
    style = HouseStyle.objects.get()
    assert (style.footer, style.logo_width, style.look.of("Normal").size) == (LINE, 400, 12)
    page = client.get("/people/house-style/").content.decode()
    assert "Liberation Serif" in page
    assert client.get("/people/house-style/logo.jpg").content == bytes(style.logo)


def test_once_signed_out_only_the_line_that_was_typed_comes_back(world, sign_in, letterhead):
    client = sign_in(world.manager)
    page = client.post(WHERE, {"file": io.BytesIO(letterhead), "once": new_public_id()}).content.decode()
    sent = hidden(page) | {"footer": "Our own line.", "once": new_public_id()}
    client.logout()
    refused = client.post(WHERE, sent)
    assert refused.status_code == 403
    shown = re.findall(r'<div class="govuk-body maca-words">(.*?)</div>', refused.content.decode(), re.DOTALL)
    assert shown == ["Our own line."]


def test_a_page_that_was_open_for_long_does_not_write_an_old_line_over_a_colleagues(dressed, sign_in):
    client = sign_in(dressed.manager)
    content = a_letterhead(lambda document: setattr(document.styles["Normal"].font, "size", Pt(10)))
    page = client.post(WHERE, {"file": io.BytesIO(content), "once": new_public_id()}).content.decode()
    set_house_style(dressed.partnership, footer="A colleague’s line.", version=None, by=dressed.manager)
    both = client.post(WHERE, hidden(page) | {"more": "with-logo", "once": new_public_id()})
    shown = both.content.decode()
    assert both.status_code == 409
    for words in (
        "A colleague’s line.",
        LINE,
        "Normal: Liberation Serif, 12 points",
        "Normal: Liberation Serif, 10 points",
    ):
        assert words in shown
    assert "The logo that was read" not in shown
    assert HouseStyle.objects.get().footer == "A colleague’s line."
    # Whoever has seen both keeps their own.
    sent = hidden(shown) | {"more": "with-logo", "once": new_public_id()}
    assert client.post(WHERE, sent).status_code == 302
    style = HouseStyle.objects.get()
    assert (style.footer, style.look.of("Normal").size) == (LINE, 10)


def test_the_foot_of_the_file_goes_by_the_rule_of_a_typed_one(world, sign_in):
    client = sign_in(world.manager)
    content = a_letterhead(lambda d: d.sections[0].footer.paragraphs[0].insert_paragraph_before("Kettering"))
    page = client.post(WHERE, {"file": io.BytesIO(content), "once": new_public_id()}).content.decode()
    sent = hidden(page)
    assert sent["footer"] == f"Kettering · {LINE}"
    refused = client.post(WHERE, sent | {"once": new_public_id()})
    assert (refused.status_code, "a place in the United Kingdom" in refused.content.decode()) == (422, True)
    assert not HouseStyle.objects.exists()
    # What was read is still in the page.
    assert hidden(refused.content.decode())["styles"] == sent["styles"]
    shown = re.search(r'name="shown" value="(\w{64})"', refused.content.decode())[1]
    assert client.post(WHERE, sent | {"shown": shown, "more": "kept", "once": new_public_id()}).status_code == 302
    assert not HouseStyle.objects.get().logo


@pytest.mark.parametrize(
    "change", [{"styles": "{}"}, {"styles": "[" * 3000}, {"styles": ""}, {"picture": "aGVsbG8="}, {"picture": "é"}]
)
def test_what_comes_back_changed_is_not_kept(world, sign_in, letterhead, change):
    client = sign_in(world.manager)
    page = client.post(WHERE, {"file": io.BytesIO(letterhead), "once": new_public_id()}).content.decode()
    answer = client.post(WHERE, hidden(page) | {"more": "with-logo", "once": new_public_id()} | change)
    assert (answer.status_code, "Choose the file again" in answer.content.decode()) == (422, True)
    assert not HouseStyle.objects.exists()


def test_a_file_that_is_refused_says_why_and_there_is_no_logo_where_there_is_none(world, sign_in):
    client = sign_in(world.manager)
    answer = client.post(WHERE, {"file": io.BytesIO(b"%PDF-1.7"), "once": new_public_id()})
    assert (answer.status_code, "is damaged" in answer.content.decode()) == (422, True)
    assert client.get("/people/house-style/logo.jpg").status_code == 404


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed, so files are not opened in it")
def test_libreoffice_sets_it_in_the_fonts_of_the_house(world, letterhead, tmp_path):
    briefing = world.drafted()
    (tmp_path / "plain.docx").write_bytes(print_briefing(briefing, "docx"))
    set_house_style(
        world.partnership, footer=LINE, look=read_letterhead(letterhead).look, version=None, by=world.manager
    )
    (tmp_path / "dressed.docx").write_bytes(print_briefing(briefing, "docx"))
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         "plain.docx", "dressed.docx"],
        cwd=tmp_path, check=True, capture_output=True, timeout=120,
    )  # fmt: skip

    def seen(name):
        page = pypdfium2.PdfDocument(tmp_path / name)[0]
        colours = page.render(scale=1).to_pil().convert("RGB").getcolors(1_000_000)
        return (
            sum(n for n, (r, g, b) in colours if abs(r - 122) < 12 and abs(g - 31) < 12 and abs(b - 92) < 12),
            b"Liberation Serif".replace(b" ", b"") in (tmp_path / name).read_bytes().replace(b" ", b""),
        )

    plain, ours = seen("plain.pdf"), seen("dressed.pdf")
    assert plain[0] < 20 < ours[0]
    assert (plain[1], ours[1]) == (False, True)
