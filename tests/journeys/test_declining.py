"""A GP will not supply what is asked, as in the briefing that all this began with; and what else an agency may say."""

from collections.abc import Iterator

import docx
import pytest

from maca.kernel.clock import today, working_days_from
from tests.journeys.browser import Site, served_demo
from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import CHAIR, GP_LEAD, MANAGER, SCRUTINEER

pytestmark = pytest.mark.browser
HERE = "/audits/neglect-3/cases/2/returns/"
GP = f"{HERE}millside-surgery/"
LADDER = (
    "The agency itself, with purpose and legal basis stated again",
    "The agency’s safeguarding lead",
    "The named GP or designated doctor",
    "The chair of the sub-group",
    "The statutory safeguarding partner",
)
LIMIT = "Nothing can be said of what the surgery knew of the mother’s drinking."
HOW = pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "scripts-off"])


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo for each walk: what one has declined, another could not decline again."""
    with served_demo(tmp_path_factory.mktemp("site")) as served:
        yield served


def on_the_day(visitor: Visitor, legend: str, day: object) -> None:
    group = visitor.page.get_by_role("group", name=legend)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(part).fill(str(value))


def in_five_days() -> object:
    return working_days_from(today(), 5)


@HOW
def test_a_gp_declines_and_the_ladder_is_followed_to_its_end(visitor, how):
    one = visitor(**how).is_now(GP_LEAD)
    one.goto(GP)
    one.follow("The letter of request")
    for heading in ("Purpose", "Legal basis", "What is asked", "The period we ask about", "How long it is kept"):
        one.sees(heading)
    one.picture("request-letter")
    with one.page.expect_download() as downloaded:
        one.page.get_by_role("link", name="The letter in Word").click()
    assert docx.Document(downloaded.value.path()).paragraphs
    one.goto(GP)
    one.follow("Declare")
    one.declares()
    one.follow("Decline this request")
    one.choose("Not content with the reason for the request")
    one.fill("In your own words", "We are not happy with the reason for the request.")
    one.picture("gp-13-declining")
    one.press("Decline the request")
    one.sees("Declined")

    one.is_now(MANAGER)
    one.page.locator("li, tr, dd, p", has_text="Follow up that Millside Surgery declined").first.wait_for()
    one.goto("/audits/neglect-3/board/?show=declined")
    one.sees("declined 2")
    one.page.get_by_role("link", name="Follow up the refusal of Millside Surgery about Case 2").click()
    one.look()
    one.sees("We are not happy with the reason for the request.")
    for rung in LADDER[:4]:
        one.sees(f"Next: {rung}")
        one.fill("Who was approached?", "Whoever answers there")
        on_the_day(one, "On which day?", today())
        one.choose("Still declines, or did not answer")
        one.fill("What was said", "The surgery would share for a child at risk, and not for an audit.")
        one.press("Put on record")
    one.sees(f"Next: {LADDER[4]}")
    one.fill("Who was approached?", "The integrated care board’s chief nurse")
    on_the_day(one, "On which day?", today())
    one.choose("No answer yet")
    one.press("Put on record")
    one.sees(f"Awaited: {LADDER[4]}")
    one.is_now(CHAIR)
    one.goto(GP)
    one.follow("Follow up this refusal")
    one.choose("Still declines, or did not answer")
    one.fill("What does the refusal mean for the findings?", LIMIT)
    one.picture("follow-up")
    one.press("Put on record")
    one.sees("Everybody on the ladder has been approached.")

    one.is_now(SCRUTINEER)
    one.goto("/audits/neglect-3/cases/2/report/")
    one.sees("Millside Surgery declined, so nothing here rests on its records. What this means: " + LIMIT)
    one.sees(f"{LADDER[4]}. Still declines, or did not answer.")
    one.has_no_complaints()


@HOW
def test_a_surgery_asks_for_time_is_refused_and_supplies_a_part(visitor, how):
    one = visitor(**how).is_now(GP_LEAD)
    one.goto(GP)
    one.follow("Declare")
    one.declares()
    one.goto(GP)
    one.follow("Ask for more time")
    one.choose("The records have to be sent for")
    one.fill("In your own words", "Her notes are with her earlier practice.")
    on_the_day(one, "By which day can you return it?", in_five_days())
    one.picture("ask-for-time")
    one.press("Ask for more time")
    one.sees("Asked for until")

    one.is_now(MANAGER)
    one.goto("/people/")
    one.follow("Enter when schools are closed")
    one.fill("Name", "Half-term")
    on_the_day(one, "First day", today())
    on_the_day(one, "Last day", in_five_days())
    one.press("Save")
    one.sees("Half-term")
    one.goto("/audits/neglect-3/board/?show=asks_for_time")
    one.page.get_by_role("link", name="Answer Millside Surgery about Case 2").click()
    one.look()
    one.sees("Her notes are with her earlier practice.")
    one.choose("No: the return stays due on the day it is")
    one.fill("If no, why not?", "The panel meets before they would come.")
    one.picture("answer-for-time")
    one.press("Answer the request")

    one.is_now(GP_LEAD)
    one.goto(GP)
    one.sees("The panel meets before they would come.")
    one.goto(f"{GP}known/")
    one.choose("Yes, we know the family")
    one.press("Save and continue")
    one.choose("No")
    one.page.get_by_role("button").filter(has_text="Save").first.click()
    one.look()
    one.fill("Current engagement", "Seen on 3 March and on 9 June.")
    one.press("Save and continue")
    one.goto(GP)
    one.follow("Hand in a part, and say what is left out")
    one.choose("The records cannot be reached")
    one.fill("What is left out, and why?", "The dates of attendance are here. The records are elsewhere.")
    one.picture("supply-part")
    one.press("Hand in this part")
    one.sees("Supplied in part on")

    one.is_now(MANAGER)
    one.goto("/audits/neglect-3/board/?show=partly_supplied")
    one.sees("partly supplied 1")
    one.picture("board-in-part")
    one.goto("/audits/neglect-3/cases/2/report/")
    one.sees("Millside Surgery supplied only a part.")
    one.has_no_complaints()
