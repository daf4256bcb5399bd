"""One audit, from a priority to a downloaded briefing, walked by the people whose steps they are."""

import re
from io import BytesIO

import docx
import pytest

from maca.kernel.clock import today, working_days_from
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser

MANAGER, CHAIR, NURSE, HEAD = "Priya Nair", "Margaret Osei", "Aisha Rahman", "Helen Carter"
AUDITOR, GP_LEAD, OFFICER, SCRUTINEER = "Grace Lewis", "Samuel Adeyemi", "Kelly Watson", "Elizabeth Hart"
SOCIAL_WORKER = "Marta Kowalska"


def plan(visitor: Visitor, round_: str) -> str:
    """Step 1: the chair records a priority, adopts a theme and plans the audit. Answers with its address."""
    visitor.is_now(AUDITOR).refused("/priorities/new/", "Only the chair of the sub-group can record a priority.")
    visitor.is_now(CHAIR)
    visitor.follow("Priorities and themes")
    visitor.follow("Record a priority")
    visitor.press("Record the priority")
    visitor.sees("There is a problem")
    visitor.fill("Priority", f"Children who go hungry {round_}")
    visitor.choose("An earlier audit")
    visitor.fill("Why does it matter now?", "Schools tell us of it every term.")
    visitor.press("Record the priority")
    visitor.sees("The priority has been recorded.")
    visitor.fill("Theme", f"Hunger {round_}")
    visitor.press("Adopt the theme")
    visitor.fill("Title of the audit", f"Hunger {round_} 1")
    visitor.fill("Terms of reference", "What was seen, by whom, and what was done.")
    visitor.page.get_by_label("Question set").select_option(label="Neglect")
    visitor.fill("Review whose learning is asked about", "the Serious Case Review for Child and Family R")
    day = working_days_from(today(), 45)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        visitor.fill(part, str(value))
    visitor.picture("plan")
    visitor.press("Plan the audit")
    visitor.sees("The audit has been planned.")
    visitor.sees("Can you see evidence how the learning from the Serious Case Review for Child and Family R")
    return re.sub(r".*/audits/([^/]+)/.*", r"\1", visitor.page.url)


def child_of(audit: str, first: str) -> str:
    """Other walks nominate on the same site, and a family that was nominated before is warned of."""
    return f"{first} {audit.replace('-', ' ').title()}"


def nominate_and_select(visitor: Visitor, audit: str) -> None:
    """Step 2: sub-group members nominate; the chair selects; each becomes the next case."""
    visitor.is_now(MANAGER).refused(
        f"/audits/{audit}/nominations/new/", "Only members of the sub-group nominate cases."
    )
    for member, first in ((NURSE, "Ottoline"), (HEAD, "Peregrine")):
        child = child_of(audit, first)
        visitor.is_now(member)
        visitor.goto(f"/audits/{audit}/nominations/")
        visitor.follow("Nominate a case")
        visitor.fill("Why this case?", "A child came to school hungry through two winters.")
        visitor.choose("Child in need")
        visitor.choose("5 to 9")
        visitor.fill("Name of the index child", child)
        visitor.press("Nominate the case")
        visitor.sees("The case has been nominated.")
        assert child not in visitor.page.content()
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/nominations/")
    visitor.follow("Select nomination 1")
    for number in (1, 2):
        visitor.sees(f"“Case {number}”")
        visitor.press("Select the case")
    visitor.follow("Name who introduces it (Case 1)")
    visitor.page.get_by_label("Who will introduce the case?").select_option(label="Marta Kowalska, Social worker")
    visitor.press("Save")
    visitor.sees("Introduced by Marta Kowalska, Social worker")
    visitor.picture("nominations")


def circulate(visitor: Visitor, audit: str) -> None:
    """Step 3: the business manager circulates; each agency is asked, with purpose and legal basis."""
    visitor.refused(f"/audits/{audit}/circulate/", "Only the business manager circulates the cases.")
    visitor.is_now(MANAGER)
    visitor.follow("Circulate the cases")
    visitor.page.get_by_role("group", name="Agencies to ask about Case 2").get_by_label("Fenbrook Police").uncheck()
    visitor.picture("circulate")
    visitor.press("Circulate")
    visitor.sees("13 returns complete")


def answer(visitor: Visitor, audit: str) -> None:
    """Step 4: an auditor answers; a lead declines; one does not know the family."""
    visitor.is_now(OFFICER)
    assert visitor.goto(f"/audits/{audit}/cases/1/returns/health-visiting/") == 404
    visitor.complaints.clear()
    visitor.is_now(AUDITOR)
    visitor.picture("your-work")
    here = f"/audits/{audit}/cases/1/returns/health-visiting/"
    visitor.goto(here)
    visitor.sees("Children Act 2004, section 16H")
    visitor.follow("Declare")
    visitor.picture("declare")
    visitor.follow("open the identity")
    visitor.choose("To find our record of this family")
    visitor.press("Open the identity")
    visitor.sees(child_of(audit, "Ottoline"))
    visitor.goto(here)
    visitor.follow("Declare")
    visitor.declares()
    visitor.follow("Is this family known to you?")
    visitor.choose("Yes, we know the family")
    visitor.press("Save and continue")
    visitor.sees("First: is any child unsafe now?")
    visitor.choose("No")
    visitor.press("Save and continue")
    visitor.fill("Historic engagement", "Known since the birth of the index child.")
    visitor.fill("Current engagement", "Seen at home each month.")
    visitor.press("Save and continue")
    said = ["Partly", None, "No", "Yes", "Cannot tell"]
    visitor.sees("1. Has the neglect toolkit been used?")
    visitor.choose("No")
    visitor.fill("How do you know?", "No toolkit is in the record.")
    visitor.press("Save and continue")
    visitor.sees("3. Can you see evidence of")  # question 2 makes no sense after "No"
    visitor.goto(here + "questions/1/")
    for number, choice in enumerate(said, start=1):
        visitor.sees(f"{number}. ")
        visitor.choose(choice or "Not applicable")
        visitor.fill("How do you know?", f"What the record says on question {number}.")
        visitor.press("Save and continue")
    visitor.fill("Your points", "The school was told the same day.\nThe mother was listened to.")
    visitor.press("Save and continue")
    visitor.fill("Your points", "Nobody asked the children.")
    visitor.picture("question")
    visitor.press("Save and continue")
    visitor.follow("Evidence references")
    visitor.fill("Record", "Child health record")
    visitor.fill("Reference or page", "Entry 12")
    visitor.press("Add")
    visitor.sees("The evidence has been added.")
    visitor.goto(here)
    visitor.picture("return")
    visitor.follow("Check and submit")
    visitor.fill("Who gave you authority to sign?", "The lead nurse")
    visitor.press("Submit the return")
    visitor.sees("The return has been submitted. Thank you.")

    visitor.is_now(GP_LEAD)
    visitor.goto(f"/audits/{audit}/cases/1/returns/millside-surgery/")
    visitor.follow("Declare")
    visitor.declares()
    visitor.follow("Decline this request")
    visitor.choose("Not content with the reason for the request")
    visitor.fill("In your own words", "We were not told why.")
    visitor.picture("decline")
    visitor.press("Decline the request")
    visitor.sees("Your agency has declined.")

    visitor.is_now(OFFICER)
    visitor.goto(f"/audits/{audit}/cases/1/returns/fenbrook-police/")
    visitor.follow("Declare")
    visitor.declares()
    visitor.follow("Is this family known to you?")
    visitor.choose("Not known to us")
    visitor.press("Save and continue")
    visitor.sees("This is a complete answer.")


def watch(visitor: Visitor, audit: str) -> None:
    """Step 5: the business manager sees the board and the summative report."""
    visitor.is_now(OFFICER).refused(f"/audits/{audit}/board/", "The board is for the business manager")
    visitor.is_now(MANAGER)
    visitor.goto("/audits/neglect-3/board/")
    visitor.picture("board")
    visitor.goto(f"/audits/{audit}/board/")
    visitor.sees("3 of 13 returns complete")
    visitor.follow("Report of Case 1")
    visitor.declares()
    visitor.sees("Millside Surgery declined, so nothing here rests on its records.")
    visitor.sees("Fenbrook Police did not know the family.")
    visitor.sees("What the record says on question 1.")
    visitor.picture("summative-report")
    visitor.follow("Case 1")


def hear(visitor: Visitor, audit: str) -> None:
    """Step 6: the chair opens the panel; each case is introduced, then findings are recorded."""
    visitor.refused(f"/audits/{audit}/panel/", "The panel has not been opened yet.")
    visitor.is_now(SOCIAL_WORKER)
    visitor.follow("Prepare to introduce Case 1")
    visitor.sees("What challenges / themes can be identified?")
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/panel/")
    visitor.sees("10 returns are still out.")
    visitor.press("Open the panel")
    for number in (1, 2):
        visitor.goto(f"/audits/{audit}/panel/cases/{number}/")
        visitor.declares()
        visitor.follow("Record who introduced it")
        visitor.choose("Marta Kowalska, Social worker")
        visitor.choose("Health visiting")
        visitor.press("Save")
        for heading, text in (
            ("went_well", f"School acted on the same day in case {number}."),
            ("can_be_improved", f"The toolkit was not used in case {number}."),
            ("challenge_or_theme", f"Nobody heard the children of case {number}."),
        ):
            visitor.goto(f"/audits/{audit}/panel/cases/{number}/findings/{heading}/new/")
            visitor.fill("Finding", text)
            visitor.choose("Oakbank Primary School")
            visitor.press("Save the finding")
            visitor.sees(text)
        visitor.sees("About: Oakbank Primary School")
        visitor.picture("hearing")
        visitor.follow("Record who was there")
        for agency in visitor.page.locator("main select").all():
            agency.select_option(label="Was there")
        visitor.press("Save")
        visitor.follow(f"Case {number} has been heard")
        visitor.fill("What do we know of the child’s own voice?", "They said that they were cold.")
        visitor.picture("case-heard")
        visitor.press(f"Case {number} has been heard")
    visitor.follow("Add good practice")
    visitor.fill("Finding", "Schools held on & pushed.")
    visitor.press("Save the finding")
    visitor.sees("Schools held on & pushed.")
    visitor.picture("panel")
    visitor.press("Close the panel")
    visitor.sees("The panel is closed.")


def decide(visitor: Visitor) -> None:
    """On each thing that could identify a family: the first is said in other words, the others are kept."""
    visitor.follow("What could identify a family")
    visitor.picture("screening")
    cards = visitor.page.locator(".govuk-summary-card")
    assert cards.count()
    cards.first.get_by_role("link", name="Decide").click()
    visitor.picture("screening-decide")
    visitor.page.get_by_role("radio", name="Say it in other words").check()
    visitor.page.locator("textarea[name^=words-]").first.fill("Has an earlier review informed practice?")
    visitor.page.get_by_role("radio", name="It names somebody").check()
    visitor.press("Decide")
    while cards.count():
        cards.first.get_by_role("link", name="Decide").click()
        visitor.page.get_by_role("radio", name="Keep it as it is").check()
        visitor.page.get_by_role("radio", name="Everybody knows it").check()
        visitor.press("Decide")
    visitor.sees("Nothing is left to decide on.")
    visitor.follow("The briefing")


def brief(visitor: Visitor, audit: str) -> bytes:
    """Step 7: drafted, edited, approved by somebody else, published, downloaded."""
    visitor.is_now(MANAGER)
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.press("Draft the briefing")
    visitor.follow("Edit “What went well?”")
    visitor.fill("Case 2, point 1", "School acted within the hour in case 2.")
    visitor.press("Save")
    visitor.sees("School acted within the hour in case 2.")
    visitor.follow("Edit “Theme / Cases”")
    visitor.press("Save")
    visitor.follow("Edit “The Process”")
    visitor.press("Save")
    decide(visitor)
    visitor.press("Send for approval")
    visitor.picture("briefing-sent")
    visitor.is_now(AUDITOR).refused(f"/audits/{audit}/briefing/", "has not been published yet")
    visitor.is_now(CHAIR)
    visitor.follow("Approve the briefing")
    visitor.follow("Send it back, saying what has to change")
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.press("Approve the briefing")
    visitor.sees("You have approved the briefing.")
    visitor.is_now(MANAGER)
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.follow("Publish the briefing")
    visitor.press("Publish the briefing")
    visitor.sees("The briefing has been published.")
    visitor.picture("briefing-published")
    visitor.is_now(AUDITOR)
    visitor.follow("Briefings")
    visitor.follow(re.compile("^Hunger"))
    visitor.sees("School acted within the hour in case 2.")
    visitor.goto(f"/audits/{audit}/briefing/")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="Word", exact=True).click()
    return download.value.path().read_bytes()


def see_where_it_is(visitor: Visitor, audit: str) -> None:
    """Step 8: anybody signed in sees every step done."""
    for anyone in (SCRUTINEER, GP_LEAD):
        visitor.is_now(anyone)
        visitor.goto(f"/audits/{audit}/")
        assert "Cannot start yet" not in visitor.page.inner_text("main")
        assert visitor.page.inner_text("main").count("Done") == 9
    visitor.picture("audit-done")


def take_away(visitor: Visitor, audit: str) -> bytes:
    """Step 9: an agency still reads its own return, and takes it away."""
    visitor.is_now(AUDITOR)
    visitor.goto(f"/audits/{audit}/cases/1/returns/health-visiting/")
    visitor.sees("Seen at home each month.")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="The return in Word").click()
    return download.value.path().read_bytes()


def words_of(word_file: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(BytesIO(word_file)).paragraphs if paragraph.text]


@pytest.mark.parametrize(
    "how",
    [{"scripts": True}, {"scripts": False}, {"scripts": True, "phone": True}],
    ids=["laptop", "scripts-off", "phone"],
)
def test_an_audit_from_theme_to_word_file(visitor, site, how):
    someone = visitor(**how)
    round_ = "in the holidays" if how.get("phone") else ("at school" if how["scripts"] else "at home")
    audit = plan(someone, round_)
    nominate_and_select(someone, audit)
    circulate(someone, audit)
    answer(someone, audit)
    watch(someone, audit)
    hear(someone, audit)
    word_file = brief(someone, audit)
    see_where_it_is(someone, audit)
    own = take_away(someone, audit)
    for expected in ("Known since the birth of the index child.", "What the record says on question 5.", "Partly"):
        assert expected in words_of(own)
    words = words_of(word_file)
    for expected in (
        "Theme / Cases",
        "The Process",
        "What went well?",
        "School acted on the same day in case 1.",
        "School acted within the hour in case 2.",
        "What can be improved?",
        "The toolkit was not used in case 2.",
        "What challenges/themes can be identified?",
        "Nobody heard the children of case 1.",
        "Good practice",
        "Schools held on & pushed.",
    ):
        assert expected in words
    assert "Ottoline" not in " ".join(words)
    someone.has_no_complaints()
    assert "Traceback" not in site.said()
