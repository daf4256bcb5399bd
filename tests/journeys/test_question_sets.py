"""A question set, from a ready-made one to a draft, its issue, an audit that asks it, and the answers to each kind."""

import re

import pytest

from maca.kernel.clock import today, working_days_from
from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import AUDITOR, CHAIR, MANAGER, circulate, nominate_and_select

pytestmark = pytest.mark.browser


def draft(visitor: Visitor, name: str) -> None:
    """The business manager begins from a ready-made set, adds what is missing and puts it in order."""
    visitor.is_now(AUDITOR).refused("/question-sets/new/", "Only the chair and the business manager draft")
    visitor.is_now(MANAGER)
    visitor.follow("Priorities and themes")
    visitor.follow("what audits ask")
    visitor.follow("Rapid")
    visitor.sees("How do you grade the response to this contact?")
    visitor.follow("Draft your own from it")
    visitor.fill("Name of the question set", name)
    visitor.press("Begin the draft")
    visitor.sees("Nobody is asked anything with a draft.")
    visitor.follow("Add a question to the agencies")
    visitor.press("Save the question")
    visitor.sees("There is a problem")
    visitor.complaints.clear()  # the browser remarks on a form that is refused
    visitor.fill("Question", "Where does the first visit stand?")
    visitor.choose("Where it stands in the agency’s own record")
    visitor.choose("Health visiting")
    visitor.press("Save the question")
    visitor.sees("9. Where does the first visit stand?")
    visitor.sees("Health visiting only.")
    visitor.follow("Add a question to the agencies")
    visitor.fill("Question", "What held the answer up?")
    visitor.choose("Words")
    visitor.page.get_by_label("Does it hang on an earlier question?").select_option(
        label="4. Was it dealt with in the time agreed locally?"
    )
    visitor.press("Save the question")
    visitor.sees("Tick the answers to the earlier question that bring this one up")
    visitor.complaints.clear()  # the browser remarks on a form that is refused
    visitor.choose("No", within="Asked when that question is")
    visitor.choose("Partly", within="Asked when that question is")
    visitor.press("Save the question")
    visitor.sees("Asked when question 4 is no or partly.")
    visitor.press("Move up question 10")
    visitor.sees("9. What held the answer up?")
    visitor.press("Move down question 9")
    visitor.press("Remove question 3 to the panel")
    visitor.sees("The question has been removed.")
    visitor.picture("question-set-draft")


def issue(visitor: Visitor) -> str:
    """A condition that does not hold bars the way; mended, the set is issued."""
    here = visitor.page.url
    for number in range(10, 4, -1):
        visitor.press(f"Move up question {number}")
    visitor.follow("Issue the question set")
    visitor.sees("hangs on question 5, which comes later. Move it below question 5.")
    visitor.follow("Back to the draft")
    visitor.press("Move down question 4")
    visitor.follow("See it as an agency sees it")
    visitor.page.get_by_label("Kind of agency").select_option(label="Police")
    visitor.press("Show")
    visitor.sees("What is asked of Police")
    assert "Where does the first visit stand?" not in visitor.page.inner_text("main")
    visitor.picture("question-set-preview")
    visitor.page.goto(here)
    visitor.follow("See what has changed, and which questions stay comparable")
    visitor.sees("8 of 10 questions comparable")
    visitor.sees("It is no longer asked.")
    visitor.picture("question-set-differences")
    visitor.page.goto(here)
    visitor.follow("Issue the question set")
    visitor.press("Issue the question set")
    visitor.sees("The question set has been issued.")
    return here


def plan_with(visitor: Visitor, name: str) -> str:
    visitor.is_now(CHAIR)
    visitor.follow("Priorities and themes")
    visitor.follow("Record a priority")
    visitor.fill("Priority", f"Contacts {name}")
    visitor.choose("Data")
    visitor.fill("Why does it matter now?", "Contacts have doubled.")
    visitor.press("Record the priority")
    visitor.follow("Priorities and themes")
    visitor.follow("See the programme of the year")
    visitor.sees(f"Contacts {name}, a priority without a theme (Data)")
    visitor.follow(f"Adopt a theme from Contacts {name}")
    visitor.fill("Theme", f"Contacts {name}")
    visitor.press("Adopt the theme")
    visitor.fill("Title of the audit", f"Contacts {name} 1")
    visitor.fill("Terms of reference", "How contacts are answered.")
    visitor.page.get_by_label("Question set").select_option(label=f"{name}, version 1")
    day = working_days_from(today(), 45)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        visitor.fill(part, str(value))
    visitor.press("Plan the audit")
    visitor.sees("The audit has been planned.")
    visitor.sees("Health visiting only.")
    audit = re.sub(r".*/audits/([^/]+)/.*", r"\1", visitor.page.url)
    visitor.goto("/programme/")
    visitor.sees("Never audited again")
    visitor.picture("programme")
    return audit


def answer_each_kind(visitor: Visitor, audit: str) -> None:
    here = f"/audits/{audit}/cases/1/returns/health-visiting/"
    visitor.is_now(AUDITOR)
    visitor.goto(here)
    visitor.follow("Declare")
    visitor.declares()
    visitor.follow("Is this family known to you?")
    visitor.choose("Yes, we know the family")
    visitor.press("Save and continue")
    visitor.goto(here + "questions/2/")
    for part, value in (("Day", "3"), ("Month", "May"), ("Year", "2026")):
        visitor.fill(part, value)
    visitor.press("Save and continue")
    visitor.goto(here + "questions/3/")
    visitor.fill("In words", "Nobody was answered.")
    visitor.press("Save and continue")
    visitor.choose("Partly")
    visitor.fill("How do you know?", "Two days late.")
    visitor.press("Save and continue")
    visitor.sees("5. What held the answer up?")
    visitor.fill("Your answer", "The referral went to another team.")
    if visitor.scripts:
        visitor.sees("Saved")  # while it is being written
    visitor.press("Save and continue")
    visitor.goto(here + "questions/9/")
    visitor.choose("Inadequate")
    visitor.fill("Why?", "Nobody told us.")
    visitor.choose("Another agency", within="Where does the cause lie?")
    visitor.picture("question-grade")
    if visitor.scripts:
        visitor.sees("Saved")
    visitor.press("Save and continue")
    visitor.sees("10. Where does the first visit stand?")
    visitor.fill("Record and reference", "Child health record, entry 12")
    for part, value in (("Day", "4"), ("Month", "5"), ("Year", "2026")):
        visitor.fill(part, value)
    visitor.press("Save and continue")
    visitor.goto(here)
    for words in (
        "3 May 2026",
        "The referral went to another team.",
        "Inadequate",
        "The cause lies with: another agency",
        "Entry of 4 May 2026",
    ):
        visitor.sees(words)


@pytest.mark.parametrize(
    "how",
    [{"scripts": True}, {"scripts": False}, {"scripts": True, "phone": True}],
    ids=["laptop", "scripts-off", "phone"],
)
def test_a_question_set_from_a_template_to_answers(visitor, site, how):
    someone = visitor(**how)
    name = "on a phone" if how.get("phone") else ("at a desk" if how["scripts"] else "plainly")
    draft(someone, name)
    issue(someone)
    audit = plan_with(someone, name)
    nominate_and_select(someone, audit)
    circulate(someone, audit)
    answer_each_kind(someone, audit)
    someone.has_no_complaints()
    assert "Traceback" not in site.said()
