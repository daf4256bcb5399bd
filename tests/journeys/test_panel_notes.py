"""What is said at a panel and is no line: that an agency does not agree, and a note for its lead alone."""

import re

import pytest

from tests.journeys.test_an_audit import CHAIR, SOCIAL_WORKER
from tests.journeys.test_panel_lines import goes_to

pytestmark = pytest.mark.browser

PANEL = "/audits/neglect-3/panel/"
HEARING = PANEL + "cases/1/"
LEAD = "Aisha Rahman"


@pytest.mark.parametrize("how", [{}, {"scripts": False}, {"phone": True}], ids=["laptop", "scripts-off", "phone"])
def test_an_agency_does_not_agree_and_its_lead_alone_reads_a_note(visitor, site, how):
    chair, lead = visitor(**how), visitor(**how)
    mark = "".join(f", {one}" for one in how)  # the three share one site
    chair.is_now(CHAIR)
    if chair.goto(PANEL) and "Open the panel" in chair.page.inner_text("main"):
        chair.press("Open the panel")
    goes_to(chair, HEARING)
    if "Record who introduced it" in chair.page.inner_text("main"):
        chair.follow("Record who introduced it")
        chair.choose(f"{SOCIAL_WORKER}, Social worker")
        chair.press("Save")
    finding = f"The plan was clear to everybody{mark}."
    chair.follow("Add a finding")
    chair.fill("Finding", finding)
    chair.press("Save the finding")

    chair.follow(f"An agency does not agree with “{finding}”")
    chair.look(again=True)
    chair.press("Save")
    chair.sees("Select the agency")
    chair.page.get_by_label("Which agency does not agree?").select_option(label="Health visiting")
    chair.fill("Why not, in its own words?", f"We were told of it by letter{mark}.")
    chair.press("Save")
    chair.sees(f"“We were told of it by letter{mark}.”")
    chair.look(again=True)
    chair.page.locator("li", has_text=finding).get_by_role("link", name="Say what the panel accepts, and why").click()
    chair.fill("What does the panel accept, and why?", "The letter: it is dated.")
    chair.press("Save")
    chair.sees("What the panel accepts, and why: The letter: it is dated.")
    chair.goto(HEARING + "present/")
    chair.sees(f"Not agreed by Health visiting: “We were told of it by letter{mark}.”")
    chair.look(again=True)
    chair.goto(PANEL)
    chair.sees("not agreed by every agency")
    chair.goto(HEARING)
    chair.page.locator("li", has_text=finding).get_by_role("link", name="Change what Health visiting said").click()
    chair.press("Withdraw it: Health visiting agrees after all")
    chair.sees("Withdrawn, by Health visiting")
    chair.page.locator("li", has_text=finding).get_by_role("button", name="Put back").click()
    chair.sees("It is on record again that Health visiting does not agree.")

    chair.follow("Write a restricted note")
    chair.sees("Once it is sent you cannot read it again, change it or take it back.")
    chair.choose("Health visiting")
    chair.fill("What does the lead have to know?", f"Visits were written up late{mark}.")
    chair.look(again=True)
    chair.picture("restricted-note")
    chair.press("Send the note")
    chair.sees(f"To Health visiting, sent by {CHAIR} on")
    assert f"Visits were written up late{mark}." not in chair.page.content()

    lead.is_now(LEAD)
    lead.follow("Read a restricted note from the panel")
    if "Have you a conflict of interest" in lead.page.inner_text("main"):
        lead.declares()
    lead.sees(f"Visits were written up late{mark}.")
    lead.look(again=True)
    note = lead.page.url.removeprefix(site.address)
    chair.refused(note, "Only leads of Health visiting read this note.")
    lead.follow("Mark as dealt with")
    lead.look(again=True)
    lead.fill("What was done about it?", "We talked it over in supervision.")
    lead.press("Mark as dealt with")
    lead.sees("We talked it over in supervision.")
    lead.picture("restricted-note-read")
    lead.goto("/")
    assert "Read a restricted note from the panel" not in lead.page.inner_text("main")
    lead.goto("/audits/neglect-3/cases/1/")
    lead.follow(re.compile("A restricted note to you, sent on"))
    chair.complaints.clear()  # of a form that was sent empty on the way
    chair.has_no_complaints()
    lead.has_no_complaints()
    assert "Traceback" not in site.said()
