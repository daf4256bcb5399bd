"""An agency gives its chronology, typed and from a table; the manager reads the line of all, and what it asks."""

import re

import pytest

from tests.journeys.test_an_audit import AUDITOR, MANAGER

pytestmark = pytest.mark.browser

HERE = "/audits/neglect-3/cases/1/chronology/"
TABLE = "date\ttext\tchild\n11/11/2026\tNew health visitor allocated.\tC3\nSpring 2026\tSomething happened.\tC3\n"


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "no-scripts"])
def test_an_agency_gives_its_entries_and_looks_at_them_first(visitor, how):
    one = visitor(**how).is_now(AUDITOR)
    one.goto("/audits/neglect-3/cases/1/returns/health-visiting/")
    one.follow("The chronology of Health visiting")
    one.fill("Date", "Spring 2026")
    one.fill("What happened?", "Home visit. A new bed was in use.")
    one.press("Add this entry")
    one.sees("Write a day such as 14/03/2026")
    one.fill("Date", "10/11/2026")
    one.fill("Which worker?", "health visitor B")
    one.press("Add this entry")
    one.sees("The entry has been added.")
    assert one.page.get_by_label("Which worker?").input_value() == "health visitor B"
    one.fill("Or paste a table", TABLE)
    one.press("Read it")
    one.sees("1 entry read")
    one.sees("This is a season, and an entry has a day, a month or a year.")
    one.picture("chronology-preview")
    one.press("Add 1 entry")
    one.sees("The entries have been added.")
    one.sees("Events that the words suggest")
    one.page.get_by_label(re.compile("New health visitor")).first.select_option(label="Change of worker (suggested)")
    one.press("Keep these events")
    one.sees("The events have been kept.")
    for text in ("A new bed was in use", "New health visitor allocated"):
        one.page.locator("tr", has_text=text).get_by_role("checkbox").first.check()
    one.press("Take back what is ticked")
    one.sees("They have been taken back.")
    assert "A new bed was in use" not in one.page.inner_text("main")
    # The browser itself remarks on the 422 of what could not be read.
    one.complaints = [said for said in one.complaints if "422" not in said]
    one.has_no_complaints()


def test_the_manager_reads_the_line_the_picture_and_what_to_ask_on_a_laptop(visitor):
    one = visitor().is_now(MANAGER)
    one.goto("/audits/neglect-3/cases/1/report/")
    one.follow("The chronology of this case")
    one.sees("Page 1 of 2")
    one.sees("about 2022")
    one.page.get_by_text("Choose entries").click()
    one.page.get_by_label("Agency", exact=True).select_option(label="Fenbrook Police")
    one.fill("From", "2026")
    one.press("Show these")
    one.sees("4 entries chosen.")
    one.sees("Health visiting seems to tell of this too")
    one.picture("chronology")
    with one.page.expect_download() as file:
        one.page.get_by_role("link", name="As CSV").click()
    assert file.value.suggested_filename == "neglect-3-case-1-chronology.csv"
    lines = file.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 5
    one.goto(HERE + "?show=picture")
    one.sees("More than 60 days without an entry")
    one.sees("Summer 2026")
    assert one.page.locator("svg circle").count() > 60
    one.picture("chronology-lanes")
    one.follow("Patterns")
    shown = set(one.page.locator("section[id^=pattern] p.govuk-hint").all_inner_texts())
    titles = {text.removeprefix("The pattern is called ").split(",")[0].strip() for text in shown}
    assert len(titles) >= 10, titles
    one.sees("3 changes of worker in children’s social care between 16 March 2026 and 24 August 2026")
    question = one.page.locator("section", has_text="3 changes of worker")
    question.get_by_label("What becomes of").select_option(label="Take it to the panel")
    twice = one.page.locator("section", has_text="seems to be one event").first
    twice.get_by_label("What becomes of").select_option(label="Set it aside")
    one.press("Keep what I decided")
    one.sees("Say why the question is set aside")
    one.page.locator("section", has_text="seems to be one event").first.get_by_label(re.compile("Why")).fill(
        "It is one discussion."
    )
    one.press("Keep what I decided")
    one.sees("Set aside by Priya Nair")
    one.sees("Taken to the panel by Priya Nair")
    one.page.locator("section", has_text="3 changes of worker").get_by_role("link").first.click()
    one.look()
    one.sees("The case passed from the assessment team")
    one.complaints = [said for said in one.complaints if "422" not in said]
    one.has_no_complaints()


def test_the_line_is_read_on_a_phone_and_with_scripts_off(visitor):
    for how in ({"phone": True}, {"scripts": False}):
        one = visitor(**how).is_now(MANAGER)
        for show in ("", "?show=picture", "?show=patterns", "?worker=social+worker+F&child=C3"):
            assert one.goto(HERE + show) == 200
        one.has_no_complaints()
