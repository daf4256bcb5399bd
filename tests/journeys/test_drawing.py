"""Cases drawn by lot from a list, looked at group by group, and one swapped: on a laptop, a phone, scripts off."""

import csv
import io

import pytest

from maca.cases.cohort import headings
from maca.kernel.clock import today
from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import CHAIR, MANAGER, NURSE, SCRUTINEER, plan

pytestmark = pytest.mark.browser
LEVELS = ("Early help", "CIN", "CP", "LAC")
AREAS = ("North", "South", "West")
GROUPS = ("White British", "Black African", "Indian", "White and Asian")


def a_list(size: int = 48, *, bad: bool = True) -> bytes:
    """Children that nobody is, four of each kind; the last rows cannot be read."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(headings())
    for at in range(size):
        last = today().replace(day=1) if at % 6 else "3 March 2019"
        table.writerow([
            f"FB-{at:04}", f"Orlando {'ABCDEFGH'[at % 8]}{'aeiou'[at % 5]}rnaby",
            f"{at % 27 + 1}/5/{2009 + at % 16}", "",
            LEVELS[at % 4], ("Neglect", "Emotional abuse")[at % 2] if at % 4 == 2 else "", "FM"[at // 4 % 2],
            GROUPS[at % len(GROUPS)], "No" if at % 5 else "Yes", AREAS[at % 3], last,
        ])  # fmt: skip
    if bad:
        table.writerow(["FB-9001", "Nobody", "4 May 2019", "", "Tier 9", "", "", "", "", "North", today()])
        table.writerow(["FB-9002", '=CMD("x")', "4 May 2019", "", "CP", "", "", "", "", "North", today()])
    return text.getvalue().encode()


def send(visitor: Visitor, data: bytes) -> None:
    visitor.page.get_by_label("The list of children").set_input_files(
        {"name": "children.csv", "mimeType": "text/csv", "buffer": data}
    )
    visitor.press("Read the list")


@pytest.mark.parametrize(
    "how",
    [{"scripts": True}, {"scripts": False}, {"scripts": True, "phone": True}],
    ids=["laptop", "scripts-off", "phone"],
)
def test_cases_are_drawn_looked_at_and_swapped(visitor, site, how):
    someone = visitor(**how)
    round_ = "by lot, on a phone" if how.get("phone") else ("by lot" if how["scripts"] else "by lot, without scripts")
    audit = plan(someone, round_)
    here = f"/audits/{audit}/"
    someone.is_now(NURSE).refused(here + "draw/", "Only the business manager and the chair draw cases from a list.")
    someone.is_now(MANAGER)
    someone.goto(here + "nominations/")
    someone.follow("Draw cases from a list")
    someone.picture("cohort")
    with someone.page.expect_download() as download:
        someone.page.get_by_role("link", name="Download the example for Excel").click()
    assert download.value.suggested_filename == "children-example.xlsx"
    send(someone, b"Who,Where\nx,y\n")
    someone.sees("The file lacks the columns “Reference”, “Level”")
    send(someone, a_list())
    someone.sees("48 children were read from the list; 2 rows could not be read and are left out.")
    someone.page.get_by_text("What could not be read").click()
    someone.sees("Row 51 is left out. Name: holds a formula.")
    someone.press("Draw the cases")
    someone.sees("Say how many cases to draw")
    someone.complaints.clear()  # the browser itself remarks on a 422
    someone.fill("Early help", "1")
    someone.fill("Child protection plan", "3")
    someone.page.get_by_text("At least how many from each locality").click()
    someone.fill("South", "2")
    someone.press("Draw the cases")
    someone.sees("Drawn: 4 of")
    someone.sees("No activity since the day that was asked for")
    assert "Orlando" not in someone.page.content()
    assert "FB-0" not in someone.page.content()
    someone.picture("drawn")
    rows = someone.page.locator("tbody th").all_inner_texts()
    someone.page.get_by_text("Draw again, with other numbers").click()
    someone.press("Draw again")
    assert someone.page.locator("tbody th").all_inner_texts() == rows
    someone.page.get_by_text("Swap one of them for the next in line").click()
    someone.page.get_by_label("Which row gives up its place?").select_option(label=f"Row {rows[0]}")
    someone.choose("There is too little on record to learn from")
    someone.press("Swap")
    someone.sees(f"Row {rows[0]} gave its place to row")
    someone.press("Nominate these 4")
    someone.sees("The cases that were drawn have been nominated, and the list has been destroyed.")
    someone.sees("In the place of another, because: There is too little on record to learn from.")
    someone.goto(here + "draw/")
    someone.sees("nominated, list destroyed")
    someone.is_now(CHAIR)
    someone.goto(here + "nominations/")
    someone.follow("Select nomination 1")
    for _ in range(3):
        someone.press("Select the case")
    someone.sees("Leave it out")
    someone.follow("Not now")
    someone.follow("Swap Case 2 for another")
    someone.page.get_by_role("radio").first.check()
    someone.fill("Why is the case swapped?", "Two of one school.")
    someone.picture("swap")
    someone.press("Swap the case")
    someone.sees("Case 2 has been swapped. Its number is not used again.")
    someone.sees("Case 4")
    someone.follow("Whom the cases are about, and who is missing")
    someone.sees("Their voice is missing from this audit.")
    someone.sees("How cases were drawn")
    someone.picture("coverage")
    someone.is_now(SCRUTINEER)
    someone.goto(here + "coverage/")
    someone.sees("Fingerprint of the file")
    someone.has_no_complaints()
    assert "Traceback" not in site.said()
    assert "Orlando" not in site.said()
