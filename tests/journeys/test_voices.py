"""Voices: a practitioner's reflection, what a child says, and what an agency said of the same family before."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import (
    AUDITOR,
    CHAIR,
    MANAGER,
    NURSE,
    SOCIAL_WORKER,
    answer,
    child_of,
    plan,
)

pytestmark = pytest.mark.browser
HOW = pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "scripts-off"])
CASE = "/audits/neglect-3/cases/1/"


@HOW
def test_a_practitioner_writes_a_reflection_shares_it_unnamed_and_takes_that_back(visitor, how):
    one = visitor(**how).is_now(SOCIAL_WORKER)
    one.goto(CASE)
    one.follow("Your reflection")
    one.fill("What were you worried about?", "That the plan would start again with each new worker.")
    one.fill("What helped?", "Time to think with my manager.")
    one.choose("Workload")
    one.fill("How did it get in the way?", "Thirty-one cases.")
    one.fill("What would you do differently now?", "Ask the father earlier.")
    one.choose("Yes, without saying who wrote it")
    one.picture("reflection")
    one.press("Save")
    one.sees("Your reflection has been kept.")
    one.is_now(MANAGER).refused(f"{CASE}reflection/", "Only whoever introduces a case writes a reflection on it")
    one.goto(f"{CASE}report/")
    one.sees("A practitioner, who gave no name")
    one.sees("That the plan would start again with each new worker.")
    assert SOCIAL_WORKER not in one.page.inner_text("main")
    one.is_now(SOCIAL_WORKER)
    one.goto(f"{CASE}reflection/")
    one.choose("No, it stays with me")
    one.press("Save")
    one.is_now(MANAGER)
    one.goto(f"{CASE}report/")
    one.sees("No reflection has been shared.")
    one.has_no_complaints()


@HOW
def test_a_worker_records_what_a_child_says_and_that_another_was_not_asked(visitor, how):
    one = visitor(**how).is_now(SOCIAL_WORKER)
    one.goto(CASE)
    one.follow("What the family says")
    one.page.get_by_label("Whose view is it?").select_option(label="The index child")
    one.choose("They gave a view")
    one.press("Record it")
    one.sees("Say who asked them, by role")
    # The browser itself remarks on a form that is not whole.
    one.complaints.clear()
    one.page.get_by_label("How old are they, if a child?").select_option(label="5 to 9")
    one.fill("Who asked them?", "Their school nurse")
    for part, value in (("Day", "12"), ("Month", "1"), ("Year", "2026")):
        one.page.get_by_label(part, exact=True).fill(value)
    one.fill("What were they told?", "What it is for, and that no name is written down.")
    one.choose("Yes", within="Did they agree that it is used in this audit?")
    one.choose("Play or drawing")
    one.choose("Their own words")
    one.fill("What was it like for them?", "Lots of people came and then they stopped.")
    one.choose("Partly", within="Did somebody listen?")
    one.fill("Who helped, and what helped?", "My teacher at breakfast club.")
    one.fill("What should be different?", "One person who stays.")
    one.press("Record it")
    one.sees("It has been recorded.")
    one.page.get_by_label("Whose view is it?").select_option(label="Brother or sister 2")
    one.choose("They were not asked")
    one.fill("If they were not asked, or did not want to: why?", "Two years old.")
    one.press("Record it")
    one.sees("It has been recorded.")
    one.picture("family-views")
    one.page.get_by_role("link", name=re.compile("Change this.*The index child")).first.click()
    one.look()
    one.fill("What should be different?", "One person who stays, and who comes when they say.")
    one.press("Save")
    one.sees("One person who stays, and who comes when they say.")
    one.is_now(MANAGER)
    one.goto(f"{CASE}report/")
    one.sees("Views of 1 of ")
    one.sees("1 was not asked; why stands below.")
    one.sees("My teacher at breakfast club.")
    one.picture("report-voices")
    one.has_no_complaints()


def one_case(visitor: Visitor, audit: str, child: str, *, again: bool) -> None:
    """A family is nominated with a date of birth, selected, and every agency asked about it."""
    visitor.is_now(NURSE)
    visitor.goto(f"/audits/{audit}/nominations/new/")

    def fill() -> None:
        visitor.fill("Why this case?", "A child came to school hungry through two winters.")
        visitor.choose("Child in need")
        visitor.choose("5 to 9")
        visitor.fill("Name of the index child", child)
        for part, value in (("Day", "3"), ("Month", "4"), ("Year", "2017")):
            visitor.page.get_by_label(part, exact=True).first.fill(value)

    fill()
    visitor.press("Nominate the case")
    if again:
        visitor.page.get_by_label("Nominate all the same").check()
        visitor.press("Nominate the case")
        visitor.complaints.clear()
    visitor.sees("The case has been nominated.")
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/nominations/")
    visitor.follow("Select nomination 1")
    visitor.press("Select the case")
    visitor.is_now(MANAGER)
    visitor.goto(f"/audits/{audit}/circulate/")
    visitor.press("Circulate")


@HOW
def test_an_earlier_return_lies_beside_and_what_is_carried_over_is_confirmed(visitor, how, tmp_path):
    one = visitor(**how)
    one.pictured, pictured = False, one.pictured
    round_ = f"and heat {'phone' if how.get('phone') else 'laptop' if not how else 'plain'}"
    first = plan(one, round_)
    child = child_of(first, "Ottoline")
    one_case(one, first, child, again=False)
    answer(one, first)
    here = f"/audits/{first}/cases/1/returns/health-visiting/"
    one.is_now(AUDITOR)
    one.goto(here)
    take_away(one, tmp_path)
    second = plan(one, f"{round_} again")
    one_case(one, second, child, again=True)
    one.is_now(AUDITOR)
    here = f"/audits/{second}/cases/1/returns/health-visiting/"
    one.goto(here)
    one.follow("Declare")
    one.declares()
    one.follow("Is this family known to you?")
    one.choose("Yes, we know the family")
    one.press("Save and continue")
    one.choose("No")
    one.press("Save and continue")
    one.goto(here)
    one.pictured = pictured
    one.follow("What you answered about this family before")
    one.sees("What the record says on question 1.")
    one.page.get_by_label("1. Has the neglect toolkit been used?").check()
    one.page.get_by_label("3. ").first.check()
    one.picture("earlier-return")
    one.press("Carry over")
    one.sees("Carried over, to confirm")
    one.goto(f"{here}questions/1/")
    one.sees("These words come from your return in")
    one.fill("How do you know?", "Looked at today: it has been used since May.")
    one.press("Save and continue")
    one.goto(here)
    assert one.page.inner_text("main").count("Carried over, to confirm") == 2
    one.goto(f"{here}questions/1/")
    one.page.get_by_label("I have looked at our records, and this is so today").check()
    one.press("Save and continue")
    one.goto(here)
    assert one.page.inner_text("main").count("Carried over, to confirm") == 1
    one.follow("What you answered about this family before")
    one.sees("Looked at today: it has been used since May.")
    one.has_no_complaints()


def take_away(visitor: Visitor, to: Path) -> None:
    """The finished return as files, which another program opens."""
    said = {}
    for kind in ("Word", "PDF"):
        with visitor.page.expect_download() as download:
            visitor.page.get_by_role("link", name=f"The return in {kind}").click()
        said[kind] = to / download.value.suggested_filename
        said[kind].write_bytes(download.value.path().read_bytes())
    assert said["PDF"].read_bytes().startswith(b"%PDF-1.7")
    if not (soffice := shutil.which("soffice")):
        return  # tests/documents opens what is written in LibreOffice too, and says when it is skipped
    convert = [soffice, f"-env:UserInstallation=file://{to}/office", "--headless", "--convert-to"]
    as_text = ["txt:Text (encoded):UTF8", "--outdir", str(to), str(said["Word"])]
    subprocess.run(convert + as_text, check=True, capture_output=True, timeout=120)
    text = said["Word"].with_suffix(".txt").read_text(encoding="utf-8-sig")
    for words in ("Known since the birth of the index child.", "What the record says on question 5.", "Partly",
                  "The school was told the same day.", "Child health record, Entry 12", "The lead nurse"):  # fmt: skip
        assert words in text, words
