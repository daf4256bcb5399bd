"""The colour of headings: who sets it, which is refused, and what is printed in it."""

import io
import zipfile

import pytest
from django.urls import reverse

from maca.briefing.printing import print_briefing, print_sheet
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.kernel.inspecting import inspect
from maca.kernel.verdict import Refused
from maca.partnership.operations import set_colour

pytestmark = pytest.mark.django_db
PLUM = "#7a1f5c"


def refused(world, colour, by):
    before = Entry.objects.count()
    with pytest.raises(Refused) as found:
        set_colour(world.partnership, colour=colour, by=by)
    world.partnership.refresh_from_db()
    assert (world.partnership.colour, Entry.objects.count()) == ("", before)
    return found.value.code


def test_only_the_manager_sets_it_and_only_to_what_can_be_read(world):
    assert refused(world, PLUM, world.chair) == "not-the-manager"
    assert refused(world, "#ffdd00", world.manager) == "too-light"
    assert refused(world, "plum", world.manager) == "not-a-colour"
    set_colour(world.partnership, colour=PLUM, by=world.manager)
    assert Entry.objects.last().details["colour"] == PLUM


def test_the_page_says_how_to_mend_it_and_takes_capitals(world, sign_in):
    client, where = sign_in(world.manager), reverse("colour-setting")

    def send(colour):
        return client.post(where, {"colour": colour, "once": new_public_id()})

    answer = send("#FFDD00")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "too light to be read on white: its contrast is 1.3 to 1, and at least 4.5 to 1 is needed" in page
    assert send(PLUM.upper()).status_code == 302
    assert PLUM in client.get(reverse("people")).content.decode()
    send("")
    world.partnership.refresh_from_db()
    assert world.partnership.colour == ""


def test_a_draft_is_printed_in_it_and_stays_clean_and_what_was_published_stays(world):
    published = world.published()
    before = print_briefing(published, "docx")
    set_colour(world.partnership, colour=PLUM, by=world.manager)
    assert print_briefing(published, "docx") == before
    published.audit.partnership.refresh_from_db()
    for wanted in ("docx", "pdf", "html"):
        printed = print_sheet(published, "prompts", wanted)
        assert inspect(printed, f"x.{wanted}").faults == ()
    assert PLUM in print_sheet(published, "prompts", "html").decode()
    with zipfile.ZipFile(io.BytesIO(print_sheet(published, "prompts", "docx"))) as word:
        styles = word.read("word/styles.xml").decode()
    assert PLUM.removeprefix("#").upper() in styles
    assert "1D4E6F" not in styles
    ours = print_sheet(published, "prompts", "pdf")
    published.audit.partnership.colour = ""
    assert print_sheet(published, "prompts", "pdf") != ours
