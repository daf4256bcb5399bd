"""Inspectors call at nine: by ten every agency has been asked, a day moves, and a pack is taken."""

import re

import pytest

from maca.kernel.clock import today, working_days_from

pytestmark = pytest.mark.browser

MANAGER, LEAD = "Priya Nair", "Ruth Bennett"


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "scripts-off"])
def test_the_manager_starts_an_inspection_moves_a_day_and_takes_a_pack(visitor, how):
    manager = visitor(**how).is_now(MANAGER)
    manager.follow("Audits")
    manager.follow("Start an inspection")
    manager.fill("Name of the inspection", f"JTAI by {'-'.join(how) or 'laptop'}")
    manager.fill("Theme", "Neglect")
    manager.fill("Name of child 1", "Zqonja Thornapple")
    manager.page.get_by_label("Level of help of child 1").select_option(label="Child in need")
    manager.page.locator("summary", has_text="Child 2").click()
    manager.fill("Name of child 2", "Zqarlo Thornapple")
    manager.page.get_by_label("Level of help of child 2").select_option(label="Child protection plan")
    manager.choose("Millside Surgery", within="Which agencies did not know child 2?")
    manager.picture("inspection-start")
    manager.press("Start the inspection and ask the agencies")
    manager.sees("The inspection has been started")
    manager.sees("Day 1 of 15.")
    of_the_surgery = manager.page.get_by_role("row").filter(has_text="Millside Surgery")
    assert of_the_surgery.count() == 1
    assert "child 1" in of_the_surgery.inner_text()
    assert "Thornapple" not in manager.page.inner_text("main")

    here = manager.page.url.removeprefix(manager.site.address)
    manager.follow("Ask another agency about child 2")
    manager.choose("Millside Surgery")
    manager.picture("ask-another-agency")
    manager.press("Ask them")
    manager.sees("They have been asked.")
    manager.goto(here)
    manager.follow(re.compile("Millside Surgery.*child 2"))
    manager.follow("Asked in error? Call it off")
    manager.picture("call-off")
    manager.press("Call it off")
    manager.sees("Millside Surgery is asked about Case 2 no longer.")
    manager.goto(here)
    manager.follow("Change the days")
    last = manager.page.get_by_role("group", name="Last day on site")
    moved = working_days_from(today(), 30)
    for part, value in (("Day", moved.day), ("Month", moved.month), ("Year", moved.year)):
        last.get_by_label(part).fill(str(value))
    manager.press("Change the days")
    manager.sees("The days have been changed.")
    manager.sees(f"{moved:%-d %B %Y}: Last day on site")

    manager.follow(re.compile("declare your interest"))
    manager.declares()
    manager.sees("1 of 2 children")
    with manager.page.expect_download() as download:
        manager.page.get_by_role("link", name="All packs in one archive").click()
    assert download.value.suggested_filename.endswith("-packs.zip")
    manager.has_no_complaints()


def test_an_inspection_of_the_demo_on_a_laptop(visitor):
    manager = visitor().is_now(MANAGER)
    manager.follow("Audits")
    manager.follow("JTAI, serious youth violence")
    manager.follow("The days of the inspection, and the packs")
    manager.sees("of 15. Next: agencies hand in their evaluations on day 8")
    manager.picture("inspection")
    lead = visitor().is_now(LEAD)
    lead.sees("JTAI, serious youth violence")
    for one in (manager, lead):
        one.has_no_complaints()
