"""An agency grades its own work, and on panel day the chair records what the panel gives beside it."""

import re

import pytest

from maca.kernel.clock import today, working_days_from
from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import (
    AUDITOR,
    CHAIR,
    MANAGER,
    OFFICER,
    SOCIAL_WORKER,
    circulate,
    nominate_and_select,
)

pytestmark = pytest.mark.browser


def plan(visitor: Visitor, name: str) -> str:
    """An audit that asks the eight questions of “Rapid”, of which the last is a grade. Answers with its address."""
    visitor.is_now(CHAIR)
    visitor.goto("/priorities/new/")
    visitor.fill("Priority", f"Contacts graded {name}")
    visitor.choose("Data")
    visitor.fill("Why does it matter now?", "Contacts have doubled.")
    visitor.press("Record the priority")
    visitor.fill("Theme", f"Contacts graded {name}")
    visitor.press("Adopt the theme")
    visitor.fill("Title of the audit", f"Contacts graded {name} 1")
    visitor.fill("Terms of reference", "How contacts are answered.")
    visitor.page.get_by_label("Question set").select_option(label="Rapid")
    day = working_days_from(today(), 45)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        visitor.fill(part, str(value))
    visitor.press("Plan the audit")
    return re.sub(r".*/audits/([^/]+)/.*", r"\1", visitor.page.url)


def hand_in(visitor: Visitor, audit: str, who: str, agency: str, grade: str, reason: str) -> None:
    here = f"/audits/{audit}/cases/1/returns/{agency}/"
    visitor.is_now(who)
    visitor.goto(here)
    visitor.follow("Declare")
    visitor.declares()
    visitor.follow("Is this family known to you?")
    visitor.choose("Yes, we know the family")
    visitor.press("Save and continue")
    visitor.choose("No")
    visitor.press("Save and continue")
    visitor.fill("Historic engagement", "Known since birth.")
    visitor.fill("Current engagement", "Seen monthly.")
    visitor.press("Save and continue")
    for number in range(1, 9):
        visitor.sees(f"{number}. ")
        if number in (2, 3):
            visitor.fill("In words", "It is not in the record.")
        else:
            visitor.choose(grade if number == 8 else "Yes")
            visitor.fill("Why?" if number == 8 else "How do you know?", reason)
        visitor.press("Save and continue")
    visitor.goto(here)
    visitor.follow("Check and submit")
    visitor.fill("Who gave you authority to sign?", "The lead")
    visitor.press("Submit the return")
    visitor.sees("The return has been submitted.")


def grade(visitor: Visitor, audit: str) -> None:
    hearing = f"/audits/{audit}/panel/cases/1/"
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/panel/")
    visitor.press("Open the panel")
    visitor.goto(hearing)
    if "Have you a conflict of interest" in visitor.page.inner_text("main"):
        visitor.declares()
    visitor.sees("First record who introduced Case 1.")
    visitor.follow("Record who introduced it")
    visitor.choose(f"{SOCIAL_WORKER}, Social worker")
    visitor.press("Save")
    visitor.sees("An inadequate needs a decision: what follows from it has not been recorded.")
    visitor.follow("Give a grade (Fenbrook Police, question 8)")
    visitor.sees("Nobody had told us.")
    visitor.choose("Inadequate")
    visitor.fill("Why?", "The notice was never looked for.")
    visitor.press("Save and go on to Health visiting, question 8")
    visitor.sees("An inadequate needs a decision. Say what follows from it")
    visitor.complaints.clear()  # the browser remarks on a form that is refused
    visitor.fill("What follows from it?", "The police report on their searches by March.")
    visitor.picture("panel-grade")
    visitor.press("Save and go on to Health visiting, question 8")
    visitor.sees("The agency’s own grade: Good")
    visitor.choose("Requires improvement")
    visitor.fill("Why?", "It came two weeks late.")
    visitor.press("Save")
    visitor.sees("Graded by both: 2. The same: 1 of 2 (50%). One step apart: 1 of 2 (50%).")
    visitor.look(again=True)
    visitor.page.locator("#grades").scroll_into_view_if_needed()
    visitor.picture("hearing-grades", whole=False)
    visitor.goto(f"/audits/{audit}/panel/")
    visitor.follow("Grades: the agencies’ own and the panel’s")
    visitor.sees("The police report on their searches by March.")
    visitor.picture("panel-grades")
    visitor.is_now(MANAGER)
    visitor.goto(hearing)
    if "Have you a conflict of interest" in visitor.page.inner_text("main"):
        visitor.declares()
    visitor.sees("It came two weeks late.")
    assert "Give a grade" not in visitor.page.inner_text("main")
    visitor.refused(f"{hearing}grades/8/health-visiting/", "Only the chair records the panel’s grades.")


@pytest.mark.parametrize("how", [{}, {"scripts": False}, {"phone": True}], ids=["laptop", "scripts-off", "phone"])
def test_the_panel_grades_beside_the_agencies(visitor, site, how):
    someone = visitor(**how)
    audit = plan(someone, {"scripts": "plainly", "phone": "on a phone"}.get(next(iter(how), ""), "at a desk"))
    nominate_and_select(someone, audit)
    circulate(someone, audit)
    hand_in(someone, audit, AUDITOR, "health-visiting", "Good", "It was answered the same day.")
    hand_in(someone, audit, OFFICER, "fenbrook-police", "Inadequate", "Nobody had told us.")
    grade(someone, audit)
    someone.has_no_complaints()
    assert "Traceback" not in site.said()
