"""A panel of five cases with two who take notes in browsers: one loses the network for a minute, then the page."""

import statistics
import time
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error

from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import CHAIR, MANAGER, SOCIAL_WORKER, child_of, plan

pytestmark = pytest.mark.browser

CASES = 5
COLUMNS = {"1": "went_well", "2": "can_be_improved", "3": "challenge_or_theme"}
AWAY = 60.0  # seconds without the network


def a_panel(visitor: Visitor, round_: str) -> str:
    """Five cases before the panel, which has just been opened. Answers with the audit's address."""
    audit = plan(visitor, round_)
    visitor.is_now("Aisha Rahman")
    for number in range(CASES):
        visitor.goto(f"/audits/{audit}/nominations/new/")
        visitor.fill("Why this case?", "It would teach us.")
        visitor.choose("Child in need")
        visitor.choose("5 to 9")
        visitor.fill("Name of the index child", child_of(audit, f"Ottoline{chr(97 + number)}"))
        visitor.press("Nominate the case")
    visitor.is_now(CHAIR)
    for number in range(1, CASES + 1):
        visitor.goto(f"/audits/{audit}/nominations/")
        visitor.follow(f"Select nomination {number}")
        visitor.press("Select the case")
    visitor.is_now(MANAGER)
    visitor.goto(f"/audits/{audit}/circulate/")
    visitor.press("Circulate")
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/panel/")
    visitor.press("Open the panel")
    return audit


def goes_to(visitor: Visitor, page: str) -> None:
    visitor.goto(page)
    if "Have you a conflict of interest" in visitor.page.inner_text("main"):
        visitor.declares()


def lines(visitor: Visitor, heading: str) -> list[str]:
    return visitor.page.locator(f"#lines ol[data-heading={heading}] > li > .maca-words").all_inner_texts()


def writes(visitor: Visitor, key: str, words: str) -> None:
    """By keyboard alone: out of whatever box one is in, into the column, the line, and away with it."""
    visitor.page.keyboard.press("Escape")
    visitor.page.keyboard.press(key)
    visitor.page.keyboard.type(words)
    visitor.page.keyboard.press("Enter")


def comes(visitor: Visitor, words: str, timeout: float = 5_000) -> None:
    visitor.page.locator("#lines li:not(.maca-lines__unsent)", has_text=words).first.wait_for(timeout=timeout)


def test_two_take_notes_of_five_cases_and_no_line_is_lost_or_there_twice(visitor, site):
    chair, manager = visitor(), visitor()
    audit = a_panel(chair, "at the panel")
    chair.complaints.clear()  # of a form that was sent empty on the way
    manager.is_now(MANAGER)
    delays, number = [], count(1)
    expected: dict[tuple[int, str], list[str]] = {}

    for case in range(1, CASES + 1):
        page = f"/audits/{audit}/panel/cases/{case}/"
        goes_to(chair, page)
        chair.follow("Record who introduced it")
        chair.choose(f"{SOCIAL_WORKER}, Social worker")
        chair.press("Save")
        goes_to(manager, page)
        for key, heading in COLUMNS.items():
            for one, other in ((chair, manager), (manager, chair)):
                words = f"Line {next(number)}: they met, “often” <enough>."
                writes(one, key, words)
                began = time.monotonic()
                comes(other, words)
                delays.append(time.monotonic() - began)
                expected.setdefault((case, heading), []).append(words)

        if case == 2:  # the network of one is gone for a minute; both go on writing
            manager.context.set_offline(True)
            gone = time.monotonic()
            away = [f"Line {next(number)}: written on a train." for _ in range(5)]
            for words in away:
                writes(manager, "1", words)
            there = f"Line {next(number)}: written meanwhile."
            writes(chair, "1", there)
            manager.sees("5 lines stay on this page until it can be. Do not close the page.")
            manager.look(again=True)
            manager.picture("lines-unsent", whole=False)
            time.sleep(max(0.0, AWAY - (time.monotonic() - gone)))
            assert away[0] not in lines(chair, "went_well")
            manager.context.set_offline(False)
            for words in away:
                comes(chair, words, 30_000)
            comes(manager, there, 30_000)
            expected[2, "went_well"] += [there, *away]
            manager.complaints.clear()  # the browser says itself that it could not send
        if case == 3:  # the page of one dies, and is opened anew
            with pytest.raises(Error):
                manager.page.goto("chrome://crash")
            manager.page.close()
            manager.page = manager.context.new_page()
            manager.page.set_default_timeout(10_000)
            manager.goto(page)
            words = f"Line {next(number)}: after the page had gone."
            writes(manager, "2", words)
            comes(chair, words)
            expected[3, "can_be_improved"].append(words)

        if case == 5:  # what the chair records comes to the other's page, where somebody is typing
            manager.page.locator("#words-went_well").fill("Half a li")
            chair.goto(f"{page}findings/can_be_improved/new/")
            chair.fill("Finding", "Nobody asked the child.")
            chair.press("Save the finding")
            manager.page.locator("#findings-can_be_improved", has_text="Nobody asked the child.").wait_for()
            assert manager.page.locator("#words-went_well").input_value() == "Half a li"
            manager.page.locator("#words-went_well").fill("")

        for one in (chair, manager):
            for heading in COLUMNS.values():
                assert lines(one, heading) == expected[case, heading], f"case {case}, {heading}"

    for one in (chair, manager):  # and so it stands in the database, for whoever opens the pages now
        for case in range(1, CASES + 1):
            one.goto(f"/audits/{audit}/panel/cases/{case}/")
            for heading in COLUMNS.values():
                assert lines(one, heading) == expected[case, heading], f"case {case}, {heading}, opened again"
    print(f"{len(delays)} lines, seen by the other after {statistics.median(delays) * 1000:.0f} ms at the median")
    assert statistics.median(delays) < 1
    chair.picture("hearing-live")
    chair.has_no_complaints()
    manager.has_no_complaints()
    assert "Traceback" not in site.said()


def legible_across_a_room(visitor: Visitor) -> None:
    """On a projector’s 1,920 by 1,080 what the room reads has a contrast of 7 to 1, 4.5 if it is large (WCAG 1.4.6),
    and its letters are of 27 pixels or more."""
    visitor.page.set_viewport_size({"width": 1920, "height": 1080})
    rules = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
    results = Axe().run(visitor.page, context="main", options=rules)
    assert results.violations_count == 0, results.generate_report()
    assert results.response["passes"], "nothing was looked at"
    small = """() => [...document.querySelectorAll('.maca-words, [data-findings] li')]
        .map(one => parseFloat(getComputedStyle(one).fontSize)).filter(size => size < 27)"""
    assert visitor.page.evaluate(small) == []


def takes_what_is_offered_with_a_key(visitor: Visitor) -> None:
    """The first point that is offered comes into the box, is reworded there, and is offered no more."""
    offers = visitor.page.locator("#went_well form[data-offer]")
    offered = offers.count()
    assert offered
    visitor.page.keyboard.press("Escape")
    visitor.page.keyboard.press("Shift+Digit1")
    box = visitor.page.locator("#words-went_well")
    begun = box.input_value()
    assert begun
    visitor.page.keyboard.press("End")
    visitor.page.keyboard.type(" So the panel says.")
    visitor.page.keyboard.press("Enter")
    comes(visitor, f"{begun} So the panel says.")
    # The line is there as soon as it is kept; the offer goes when everybody is told of it.
    offers.nth(offered - 1).wait_for(state="detached", timeout=5_000)
    assert (offers.count(), box.input_value()) == (offered - 1, "")


@pytest.mark.parametrize("how", [{}, {"scripts": False}, {"phone": True}], ids=["laptop", "scripts-off", "phone"])
def test_a_line_is_put_right_taken_out_and_becomes_a_finding(visitor, site, how):
    chair = visitor(**how)
    page = "/audits/neglect-3/panel/cases/1/"
    chair.is_now(CHAIR)
    if chair.goto("/audits/neglect-3/panel/") and "Open the panel" in chair.page.inner_text("main"):
        chair.press("Open the panel")
    goes_to(chair, page)
    if "Record who introduced it" in chair.page.inner_text("main"):
        chair.follow("Record who introduced it")
        chair.choose(f"{SOCIAL_WORKER}, Social worker")
        chair.press("Save")
    if not how:
        takes_what_is_offered_with_a_key(chair)
    words = f"Seen alone on each visit, {chr(97 + len(how))}{how.get('phone', '')}."
    box = chair.page.locator("#words-went_well")
    box.fill(words)
    chair.page.locator("#agency-went_well").select_option(label="Health visiting")
    chair.page.locator("form[data-heading=went_well]").get_by_text("It stands in their own record").click()
    chair.page.locator("form[data-heading=went_well]").get_by_role("button").click()
    chair.sees(f"{words}")
    chair.sees("Health visiting, from its own record")
    if not how.get("scripts", True):
        chair.page.reload()  # sent again by the browser, or not: it stands there once
    assert lines(chair, "went_well").count(words) == 1
    chair.goto(page)
    chair.picture("hearing-lines")
    chair.look(again=True)
    chair.page.locator("#lines li", has_text=words).get_by_role("link", name="Change").click()
    chair.look(again=True)
    chair.fill("What is said", f"{words} Nearly.")
    chair.press("Save")
    chair.sees(f"{words} Nearly.")
    chair.page.locator("#lines li", has_text=words).get_by_role("link", name="Change").click()
    chair.press("Take this line out")
    chair.sees("Lines taken out")
    chair.page.locator("li", has_text=words).get_by_role("button", name="Put back").click()
    chair.page.locator("#lines li", has_text=words).get_by_role("link", name="Change").click()
    chair.follow("Make a finding of it")
    chair.press("Save the finding")
    chair.page.locator("#lines li", has_text=words).get_by_text("Agreed").wait_for()
    chair.goto(page + "present/")
    chair.sees(f"{words} Nearly.")
    chair.look(again=True)
    chair.picture("panel-screen")
    if chair.scripts:
        legible_across_a_room(chair)
    chair.has_no_complaints()
    assert "Traceback" not in site.said()
