"""After a panel: an agency disputes a finding and the chair rewords it; a team reads its note and answers."""

import pytest

from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import CHAIR, HEAD, MANAGER, NURSE, SCRUTINEER, SOCIAL_WORKER, child_of, plan

pytestmark = pytest.mark.browser

AUDIT_OFFICER = "Imran Shah"
CARE, HEALTH = "Children’s social care", "Health visiting"
FOUND = (
    ("went_well", "The social worker saw the children alone.", CARE),
    ("can_be_improved", "The health visitor came once in the year.", HEALTH),
    ("challenge_or_theme", "Nobody had the whole picture.", ""),
)
NOW = "The health visitor came four times, and once saw the children."


def a_panel_that_has_closed(visitor: Visitor, round_: str, audit: str = "") -> str:
    """One case, of which social care gave an account, and a finding under each heading. Answers with the address, which
    is that of a new audit where none is given."""
    audit = audit or plan(visitor, round_)
    visitor.is_now(NURSE)
    visitor.goto(f"/audits/{audit}/nominations/new/")
    visitor.fill("Why this case?", "It would teach us.")
    visitor.choose("Child in need")
    visitor.choose("5 to 9")
    visitor.fill("Name of the index child", child_of(audit, "Ottoline"))
    visitor.press("Nominate the case")
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/nominations/")
    visitor.follow("Select nomination 1")
    visitor.press("Select the case")
    visitor.follow("Name who introduces it (Case 1)")
    visitor.page.get_by_label("Who will introduce the case?").select_option(label=f"{SOCIAL_WORKER}, Social worker")
    visitor.press("Save")
    visitor.is_now(MANAGER)
    visitor.goto(f"/audits/{audit}/circulate/")
    visitor.press("Circulate")
    visitor.is_now(AUDIT_OFFICER)
    visitor.goto(f"/audits/{audit}/cases/1/returns/childrens-social-care/")
    visitor.follow("Declare")
    visitor.declares()
    visitor.follow("Is this family known to you?")
    visitor.choose("Yes, we know the family")
    visitor.press("Save and continue")
    visitor.choose("No")
    visitor.press("Save and continue")
    visitor.fill("Historic engagement", "Known since 2019.")
    visitor.press("Save and continue")
    visitor.goto(f"/audits/{audit}/cases/1/returns/childrens-social-care/")
    visitor.follow("Hand in a part, and say what is left out")
    visitor.choose("Nobody can do it in the time")
    visitor.fill("What is left out, and why?", "The questions.")
    visitor.fill("Who gave you authority to sign?", "The head of safeguarding")
    visitor.press("Hand in this part")
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/panel/")
    visitor.press("Open the panel")
    visitor.goto(f"/audits/{audit}/panel/cases/1/")
    visitor.declares()
    visitor.follow("Record who introduced it")
    visitor.choose(f"{SOCIAL_WORKER}, Social worker")
    visitor.press("Save")
    for heading, text, agency in FOUND:
        visitor.goto(f"/audits/{audit}/panel/cases/1/findings/{heading}/new/")
        visitor.fill("Finding", text)
        if agency:
            visitor.choose(agency)
        visitor.press("Save the finding")
    visitor.follow("Record who was there")
    for agency in visitor.page.locator("main select").all():
        agency.select_option(label="Was there")
    visitor.press("Save")
    visitor.follow("Case 1 has been heard")
    visitor.fill("What do we know of the child’s own voice?", "They said that they were cold.")
    visitor.press("Case 1 has been heard")
    visitor.goto(f"/audits/{audit}/panel/")
    visitor.press("Close the panel")
    return audit


def an_agency_disputes_a_finding(visitor: Visitor, audit: str) -> None:
    """The chair asks; the lead of health visiting says what is wrong with the one finding about it."""
    visitor.follow("Factual accuracy check")
    visitor.follow("Ask the agencies")
    visitor.look()
    visitor.press("Ask the agencies")
    visitor.sees("No answer yet")
    visitor.is_now(NURSE)
    visitor.follow(f"Check the facts for {HEALTH}")
    visitor.sees("Before you open Case 1")
    visitor.follow("Declare")
    visitor.declares()
    visitor.sees("The health visitor came once in the year.")
    visitor.sees("Nobody had the whole picture.")
    assert FOUND[0][1] not in visitor.page.inner_text("main")
    visitor.press("Send the answer")
    visitor.sees("There is a problem")
    visitor.complaints.clear()
    visitor.goto(f"/audits/{audit}/facts/agencies/health-visiting/")
    visitor.page.get_by_text("The facts of finding 1 are wrong").click()
    visitor.fill(
        "What is wrong with finding 1, and what does your record say?", "She came four times. Two are on file."
    )
    visitor.choose("No, some are wrong: I have said above which")
    visitor.look(again=True)
    visitor.picture("fact-check")
    visitor.press("Send the answer")
    visitor.sees("Your answer has been kept.")
    visitor.sees("You can change the answer")


def the_chair_rewords_it(visitor: Visitor, audit: str) -> None:
    visitor.is_now(CHAIR)
    visitor.follow("Decide on 1 disputed finding")
    visitor.sees("She came four times. Two are on file.")
    visitor.follow("Decide")
    visitor.choose("The finding is changed: its words, or what it is about")
    visitor.fill("What the finding is to say", NOW)
    visitor.fill("Why?", "The record says so.")
    visitor.picture("dispute")
    visitor.press("Decide")
    visitor.sees("You have decided.")
    visitor.sees(f"Before: “{FOUND[1][1]}”")
    visitor.picture("fact-checks")
    visitor.goto(f"/audits/{audit}/panel/cases/1/")
    visitor.sees(NOW)
    visitor.is_now(NURSE)
    visitor.goto(f"/audits/{audit}/facts/agencies/health-visiting/")
    visitor.sees(NOW)
    visitor.sees("The record says so.")
    visitor.sees("You can change the answer until its day is over.")
    visitor.look(again=True)


def a_team_reads_its_note_and_answers(visitor: Visitor, audit: str) -> None:
    visitor.is_now(MANAGER)
    visitor.goto(f"/audits/{audit}/feedback/")
    visitor.follow("Write the note")
    visitor.declares()
    visitor.sees(FOUND[0][1])
    visitor.press("Send the note")
    visitor.sees("Not read yet")
    visitor.is_now(SOCIAL_WORKER)
    visitor.follow(f"Read the feedback for {CARE}")
    visitor.sees("Thank you for the time and care")
    said = visitor.page.inner_text("main")
    assert said.index(FOUND[0][1]) < said.index(FOUND[2][1])
    assert NOW not in said
    visitor.fill("Your answer", "It helps to hear that.")
    visitor.picture("feedback-note")
    visitor.press("Send the answer")
    visitor.sees("Your answer has been sent.")
    visitor.sees("It helps to hear that.")
    visitor.is_now(HEAD)
    visitor.follow(f"Read the feedback for {CARE}")
    visitor.declares()
    assert "It helps to hear that." not in visitor.page.inner_text("main")
    visitor.is_now(MANAGER)
    visitor.follow(f"Read what {CARE} answered")
    visitor.sees("It helps to hear that.")
    visitor.sees("Social worker, ")
    visitor.goto(f"/audits/{audit}/feedback/")
    visitor.sees("Read by 2 people, 1 answer")
    visitor.is_now(SCRUTINEER)
    visitor.goto(f"/audits/{audit}/facts/")
    visitor.sees("She came four times. Two are on file.")


@pytest.mark.parametrize("how", [{}, {"scripts": False}, {"phone": True}], ids=["laptop", "scripts-off", "phone"])
def test_facts_are_checked_and_teams_hear_what_was_found(visitor, site, how):
    someone = visitor(**how)
    audit = a_panel_that_has_closed(someone, f"after the panel {'-'.join(how) or 'once'}")
    an_agency_disputes_a_finding(someone, audit)
    the_chair_rewords_it(someone, audit)
    a_team_reads_its_note_and_answers(someone, audit)
    someone.has_no_complaints()
    assert "Traceback" not in site.said()
