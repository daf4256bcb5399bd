"""A partnership’s own logo and line at the foot: drawn anew, looked at, and printed in Word, PDF and slides."""

import io
import re
import shutil
import subprocess

import docx
import pikepdf
import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image, PngImagePlugin
from pptx import Presentation

from maca.briefing.house_style import could_identify, logo_of
from maca.briefing.models import HouseStyle
from maca.briefing.operations import (
    approve_briefing,
    publish_briefing,
    read_overview,
    set_house_style,
    take_back_briefing,
)
from maca.briefing.printing import print_briefing, print_overview, print_sheet
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.kernel.inspecting import inspect
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.kernel.word import UnfitError
from tests.documents.test_inspecting import part_changed

pytestmark = pytest.mark.django_db
LINE = "Working together for children."
SOFFICE = shutil.which("soffice")
NEW = {"version": "0"}  # of a form that was opened before anything was saved


def a_logo(width=400, height=100, kind="PNG", colour=(122, 31, 92, 255)):
    file, said = io.BytesIO(), PngImagePlugin.PngInfo()
    said.add_text("Author", "Zebedee Quux")
    picture = Image.new("RGBA", (width, height), colour)
    if kind == "JPEG":
        picture.convert("RGB").save(file, kind, comment=b"Zebedee Quux")
    else:
        picture.save(file, kind, pnginfo=said)
    return file.getvalue()


def refused(code, do, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        do(*args, **kwargs)
    assert refusal.value.code == code


@pytest.fixture
def styled(world):
    set_house_style(world.partnership, footer=LINE, logo=logo_of(a_logo()), version=None, by=world.manager)
    return world


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_drawn_anew_small_and_says_nothing_else(kind):
    picture, width, height = logo_of(a_logo(1600, 400, kind))
    assert (width, height) == (640, 160)
    again = Image.open(io.BytesIO(picture))
    assert (again.format, again.mode, again.size) == ("JPEG", "RGB", (640, 160))
    assert b"Quux" not in picture


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither PNG nor JPEG"),
        (b"%PDF-1.7 x", "neither PNG nor JPEG"),
        (a_logo()[:60], "broken or cut off"),
        (a_logo() + b"x" * 2 * 1024 * 1024, "more than 2 MB"),
        (a_logo(20, 20), "20 by 20 pixels"),
        (a_logo(1000, 50), "1000 by 50 pixels"),
    ],
)
def test_what_is_no_logo_is_refused_with_what_is_wrong_and_how_to_mend_it(content, said):
    with pytest.raises(UnfitError, match=said):
        logo_of(content)


def test_only_the_manager_sets_it_and_the_journal_says_that_and_no_words(styled):
    refused("not-the-manager", set_house_style, styled.partnership, footer="X", version=None, by=styled.chair)
    assert HouseStyle.objects.get().footer == LINE
    entry = Entry.objects.get(did="set the house style")
    assert (entry.details["logo"], entry.details["footer"]) == (True, True)
    assert LINE not in str(entry.details)


def test_a_line_that_could_tell_of_somebody_is_printed_only_when_somebody_says_that_it_does_not(world):
    refused("could-identify", set_house_style, world.partnership, footer="Kettering", version=None, by=world.manager)
    assert not HouseStyle.objects.exists()
    set_house_style(world.partnership, footer="Kettering", kept=True, version=None, by=world.manager)
    assert HouseStyle.objects.get().footer == "Kettering"


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("© 2026", False),
        ("Working together since 2019 🌈", False),
        ("Established in 2019", False),
        ("Born 2019", True),
        ("Reviewed March 2026", True),
    ],
)
def test_a_year_of_the_house_itself_tells_of_no_family(line, asks):
    assert bool(could_identify(line)) is asks


def test_a_new_line_leaves_the_logo_and_the_logo_can_go(styled):
    set_house_style(styled.partnership, footer="", version=None, by=styled.manager)
    assert HouseStyle.objects.get().logo
    set_house_style(styled.partnership, footer="", without_logo=True, version=None, by=styled.manager)
    assert (HouseStyle.objects.get().logo, HouseStyle.objects.get().logo_width) == (None, 0)


def test_logo_and_line_are_in_word_pdf_and_slides_and_every_file_is_clean(styled):
    briefing = styled.drafted()
    files = {f"b.{one}": print_briefing(briefing, one) for one in ("docx", "pdf", "pptx")}
    counts = read_overview(briefing, by=styled.manager)
    files |= {f"o.{one}": print_overview(briefing, counts, one) for one in ("docx", "pdf")}
    for name, content in files.items():
        assert inspect(content, name).faults == (), name
    for name in ("b.docx", "o.docx"):
        document = docx.Document(io.BytesIO(files[name]))
        (picture,) = document.inline_shapes
        assert picture._inline.docPr.get("descr") == "Logo of Anywhere Partnership"
        assert LINE in document.sections[0].footer.paragraphs[0].text
    for name in ("b.pdf", "o.pdf"):
        with pikepdf.open(io.BytesIO(files[name])) as pdf:
            assert len(pdf.pages[0].get_images()) == 1
            assert pdf.Root.MarkInfo.Marked
        assert LINE in pypdfium2.PdfDocument(files[name])[0].get_textpage().get_text_range()
    first = Presentation(io.BytesIO(files["b.pptx"])).slides[0]
    (logo,) = (one for one in first.shapes if one.shape_type == 13)
    assert logo._element.nvPicPr.cNvPr.get("descr") == "Logo of Anywhere Partnership"
    assert any(LINE in one.text_frame.text for one in first.placeholders)


def test_a_picture_that_says_more_than_it_shows_is_found(styled):
    content = print_briefing(styled.drafted(), "docx")
    more = part_changed(content, "word/media/image1.jpg", b"\xff\xdb", b"\xff\xfe\x00\x06Quux\xff\xdb")
    assert any("holds more than what is seen" in one.says for one in inspect(more, "b.docx").faults)


def test_what_is_approved_is_what_is_published_so_a_new_style_needs_a_new_approval(world):
    briefing = world.sent()
    approve_briefing(briefing, version=None, by=world.chair)
    set_house_style(world.partnership, footer=LINE, version=None, by=world.manager)
    refused("house-style-since", publish_briefing, briefing, by=world.manager)
    take_back_briefing(briefing, by=world.manager)


def test_saving_what_is_there_already_changes_nothing_and_needs_no_new_approval(styled):
    briefing = styled.sent()
    approve_briefing(briefing, version=None, by=styled.chair)
    set_house_style(styled.partnership, footer=LINE, version=None, by=styled.manager)
    set_house_style(styled.partnership, footer=LINE, logo=logo_of(a_logo()), version=None, by=styled.manager)
    assert Entry.objects.filter(did="set the house style").count() == 1
    publish_briefing(briefing, by=styled.manager)


def test_no_style_can_come_between_the_rule_and_what_is_printed(world):
    briefing = world.sent()
    for do in (
        lambda: approve_briefing(briefing, version=None, by=world.chair),
        lambda: publish_briefing(briefing, by=world.manager),
    ):
        with CaptureQueriesContext(connection) as asked:
            do()
        # SQLite has one writer at a time and drops the words of a lock, but the rows are read all the same.
        held = [one["sql"] for one in asked if one["sql"].startswith("SELECT ")]
        assert 'FROM "partnership_partnership"' in held[0]
        assert 'FROM "briefing_briefing"' in held[1]


def test_what_was_published_keeps_the_style_it_had(styled):
    briefing = styled.published()
    before = print_briefing(briefing, "docx")
    set_house_style(styled.partnership, footer="Something else.", without_logo=True, version=None, by=styled.manager)
    assert print_briefing(briefing, "docx") == before
    assert LINE in docx.Document(io.BytesIO(before)).sections[0].footer.paragraphs[0].text


def test_a_sheet_has_no_line_since_it_is_made_anew_after_the_line_was_changed(styled):
    briefing = styled.published()
    before = print_sheet(briefing, "prompts", "txt")
    assert b"Anywhere Partnership" in before
    assert LINE.encode() not in before
    set_house_style(styled.partnership, footer="Something else.", version=None, by=styled.manager)
    assert print_sheet(briefing, "prompts", "txt") == before


def test_the_page_takes_a_logo_and_says_what_is_wrong_with_another(world, sign_in):
    client = sign_in(world.manager)
    page = client.get("/people/house-style/").content.decode()
    assert "No logo is printed." in page
    wrong = client.post("/people/house-style/", {"logo": io.BytesIO(b"<svg/>"), "footer": "", **NEW, "once": "a" * 32})
    assert (wrong.status_code, "neither PNG nor JPEG" in wrong.content.decode()) == (422, True)
    telling = client.post("/people/house-style/", {"footer": "Kettering", **NEW, "once": "b" * 32})
    assert (telling.status_code, "a place in the United Kingdom" in telling.content.decode()) == (422, True)
    right = client.post("/people/house-style/", {"logo": io.BytesIO(a_logo()), "footer": LINE, **NEW, "once": "c" * 32})
    assert right.status_code == 302
    page = client.get("/people/house-style/").content.decode()
    assert "A logo of 400 by 100 pixels is printed." in page
    assert LINE in page


def test_of_two_who_save_at_once_the_second_is_shown_both_even_the_first_time(world, sign_in):
    client = sign_in(world.manager)
    assert 'name="version" value="0"' in client.get("/people/house-style/").content.decode()
    set_house_style(world.partnership, footer="A colleague’s line.", version=0, by=world.manager)
    sent = {"logo": io.BytesIO(a_logo()), "footer": LINE, **NEW, "once": new_public_id()}
    both = client.post("/people/house-style/", sent)
    assert both.status_code == 409
    for words in ("A colleague’s line.", LINE, "choose it again after this"):
        assert words in both.content.decode()
    assert HouseStyle.objects.get().footer == "A colleague’s line."
    with pytest.raises(Changed):
        set_house_style(world.partnership, footer=LINE, version=0, by=world.manager)
    set_house_style(world.partnership, footer=LINE, version=1, by=world.manager)
    assert HouseStyle.objects.get().version == 2


def test_the_tick_is_offered_once_the_line_was_shown_and_is_of_that_line(world, sign_in):
    def send(footer, **more):
        page = client.post("/people/house-style/", {"footer": footer, **NEW, "once": new_public_id(), **more})
        shown = re.search(r'name="shown" value="(\w{64})"', page.content.decode())
        return page, "tells of any family" in page.content.decode(), shown and shown[1]

    client = sign_in(world.manager)
    assert "tells of any family" not in client.get("/people/house-style/").content.decode()
    # Whoever sends the tick along from the start has been shown nothing.
    page, offered, shown = send("Kettering", more="kept")
    assert (page.status_code, offered, len(shown)) == (422, True, 64)
    page, offered, other = send("Northampton", more="kept", shown=shown)
    assert (page.status_code, offered, other != shown) == (422, True, True)
    assert "checked" not in page.content.decode()
    assert not HouseStyle.objects.exists()
    assert send("Northampton", more="kept", shown=other)[0].status_code == 302
    assert HouseStyle.objects.get().footer == "Northampton"


def test_a_logo_that_was_chosen_is_asked_for_again_when_the_line_is_refused(world, sign_in):
    client = sign_in(world.manager)
    for footer in ("Kettering", "x" * 201):
        sent = {"footer": footer, "logo": io.BytesIO(a_logo()), **NEW, "once": new_public_id()}
        page = client.post("/people/house-style/", sent)
        assert (page.status_code, "Choose the logo again" in page.content.decode()) == (422, True)
    without = client.post("/people/house-style/", {"footer": "Kettering", **NEW, "once": new_public_id()})
    assert "Choose the logo again" not in without.content.decode()


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed, so files are not opened in it")
@pytest.mark.parametrize("wanted", ["docx", "pptx"])
def test_libreoffice_draws_the_logo(styled, tmp_path, wanted):
    (tmp_path / f"briefing.{wanted}").write_bytes(print_briefing(styled.drafted(), wanted))
    told = subprocess.run(
        [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         f"briefing.{wanted}"],
        cwd=tmp_path, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    if b"could not be loaded" in told.stdout + told.stderr:
        pytest.skip("This LibreOffice has no Impress")
    page = pypdfium2.PdfDocument(tmp_path / "briefing.pdf")[0]
    colours = page.render(scale=1).to_pil().convert("RGB").getcolors(1_000_000)
    assert any(abs(r - 122) < 12 and abs(g - 31) < 12 and abs(b - 92) < 12 and n > 500 for n, (r, g, b) in colours)
