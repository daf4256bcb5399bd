"""Two people at once, no mouse, a closed laptop, an empty site."""

import re

import pytest

from tests.journeys.browser import Site, a_database
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser

GRACE, AISHA, CHAIR = "Grace Lewis", "Aisha Rahman", "Margaret Osei"
QUESTION_4 = "/audits/neglect-3/cases/2/returns/health-visiting/questions/4/"


def answer_of(visitor: Visitor) -> str:
    return visitor.page.get_by_label("How do you know?").input_value()


def test_two_colleagues_in_two_browsers_lose_no_word(visitor):
    first, second = visitor(), visitor(scripts=False)
    for one, name in ((first, GRACE), (second, AISHA)):
        one.is_now(name)
        one.goto(QUESTION_4)
        one.choose("Yes")
    first.fill("How do you know?", "Grace saw the course letter.")
    first.press("Save and continue")
    second.fill("How do you know?", "Aisha saw the clinic note.")
    second.page.get_by_role("button", name="Save and continue").click()
    second.sees("Grace saw the course letter.")
    second.sees("Aisha saw the clinic note.")
    second.press("Save what you wrote instead")
    first.goto(QUESTION_4)
    assert answer_of(first) == "Aisha saw the clinic note."


def test_the_clash_page_is_as_accessible_as_any(visitor):
    first, second = visitor(), visitor()
    for one, name in ((first, GRACE), (second, AISHA)):
        one.is_now(name)
        one.goto(QUESTION_4.replace("questions/4", "engagement"))
    first.fill("Current engagement", "First words on this.")
    first.press("Save and continue")
    second.fill("Current engagement", "Second words on this.")
    second.page.get_by_role("button", name="Save and continue").click()
    second.sees("Somebody else has saved this too")
    second.look()
    second.follow("Keep what is saved now")
    assert second.page.get_by_label("Current engagement").input_value() == "First words on this."


def test_words_are_saved_as_they_are_written(visitor):
    writer = visitor()
    writer.is_now(GRACE)
    writer.goto(QUESTION_4.replace("4/", "5/"))
    writer.page.get_by_label("How do you know?").press_sequentially("Half a sentence, then the fire alarm", delay=5)
    writer.page.locator("#saved", has_text="Saved").wait_for()
    writer.look()
    writer.has_no_complaints()
    writer.page.close()

    later = visitor(scripts=False)
    later.is_now(AISHA)
    later.goto(QUESTION_4.replace("4/", "5/"))
    assert answer_of(later) == "Half a sentence, then the fire alarm"


def test_the_account_of_the_engagement_is_saved_as_it_is_written(visitor):
    writer = visitor()
    writer.is_now(GRACE)
    path = QUESTION_4.replace("questions/4", "engagement")
    writer.goto(path)
    writer.page.get_by_label("Historic engagement").press_sequentially(" And then the fire alarm", delay=5)
    writer.page.locator("#saved", has_text="Saved").wait_for()
    writer.press("Save and continue")
    assert "questions/1" in writer.page.url
    writer.goto(path)
    assert "And then the fire alarm" in writer.page.get_by_label("Historic engagement").input_value()
    writer.has_no_complaints()


def test_a_question_is_answered_with_the_keyboard_alone(visitor):
    someone = visitor()
    someone.is_now(GRACE)
    page = someone.page
    someone.goto(QUESTION_4.replace("4/", "3/"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.keyboard.press("Enter")
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.type || document.activeElement.tagName")
        outlined = page.evaluate(
            "(e => getComputedStyle(e).outlineStyle + getComputedStyle(e).boxShadow"
            " + getComputedStyle(e.nextElementSibling || e, '::before').boxShadow)(document.activeElement)"
        )
        assert outlined != "nonenonenone", f"nothing shows that {focused} has the focus"
        seen.append(focused)
        if focused == "radio":
            page.keyboard.press("ArrowDown")
        elif focused == "textarea":
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.type("By keyboard alone.")
        elif focused == "submit":
            page.keyboard.press("Enter")
            break
    assert "radio" in seen
    assert "textarea" in seen
    page.wait_for_url(re.compile("questions/4"))
    someone.goto(QUESTION_4.replace("4/", "3/"))
    assert answer_of(someone) == "By keyboard alone."


def test_a_double_click_records_one_priority(visitor):
    chair = visitor(scripts=False)
    chair.is_now(CHAIR)
    chair.goto("/priorities/new/")
    chair.fill("Priority", "Pressed twice")
    chair.choose("Data")
    chair.fill("Why does it matter now?", "It does.")
    chair.page.get_by_role("button", name="Record the priority").dblclick()
    chair.page.wait_for_url(re.compile("/priorities/[0-9a-f]{32}/theme/$"))
    chair.page.wait_for_load_state("networkidle")
    chair.goto("/priorities/")
    assert chair.page.get_by_role("heading", name="Pressed twice").count() == 1


def test_every_page_of_a_site_with_nothing_in_it(browser, tmp_path):
    """Empty states, as each kind of person meets them on the first day, with a password."""
    with a_database(f"empty_{tmp_path.name[-8:].replace('-', '_')}") as database:
        site = Site(tmp_path, database)
        for role, more in (("chair", ()), ("business_manager", ()), ("auditor", ("--agency", "Police"))):
            made = site.maca(
                "person", f"{role}@a.example", "--name", role.title(), "--post", "Post", "--role", role,
                "--password", "correct horse battery", *more,
            )  # fmt: skip
            assert made.returncode == 0, made.stderr
        site.start()
        try:
            for role in ("chair", "business_manager", "auditor"):
                visitor = Visitor(browser, site)
                visitor.goto("/sign-in/")
                visitor.fill("E-mail address", f"{role}@a.example")
                visitor.fill("Password", "wrong")
                visitor.press("Sign in")
                visitor.sees("do not match an account")
                visitor.fill("E-mail address", f"{role}@a.example")
                visitor.fill("Password", "correct horse battery")
                visitor.press("Sign in")
                visitor.sees("Nothing waits for you.")
                for page in ("/audits/", "/priorities/", "/briefings/", "/people/"):
                    assert visitor.goto(page) == 200
                assert visitor.goto("/audits/none/") == 404
                visitor.context.close()
        finally:
            site.stop()
