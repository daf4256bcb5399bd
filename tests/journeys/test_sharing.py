"""Several colleagues write in one return: in two browsers, with the network gone for a while, or one after another."""

import datetime as dt
import re
import sys
import time

import pytest

from maca.kernel.clock import LONDON
from tests.journeys.browser import served_demo
from tests.journeys.conftest import Visitor
from tests.journeys.test_colleagues import AISHA, GRACE
from tests.journeys.test_concern import WHAT

pytestmark = pytest.mark.browser

RETURN = "/audits/neglect-3/cases/2/returns/health-visiting/"
QUESTION = RETURN + "questions/3/"
SAVED = re.compile(r"^Saved \d\d:\d\d$")


def words_of(visitor):
    return visitor.page.get_by_label("How do you know?")


def status(visitor):
    return visitor.page.locator("#saved")


def is_saved(visitor):
    status(visitor).filter(has_text=SAVED).wait_for()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_two_colleagues_edit_one_return_and_one_loses_the_network_for_a_while(visitor, phone):
    grace, aisha = visitor(phone=phone).is_now(GRACE), visitor(phone=phone).is_now(AISHA)
    grace.goto(QUESTION)
    aisha.goto(QUESTION)
    aisha.sees(f"Writing in this return now: {GRACE} (here too).")
    aisha.look(again=True)
    aisha.picture("who-else-writes")

    # The network goes while she types. Her words stay in the page, which says that they are not saved.
    grace.context.set_offline(True)
    words_of(grace).fill("")
    words_of(grace).press_sequentially("Typed on a train, ", delay=5)
    grace.page.locator("#saved", has_text="Not saved: the site cannot be reached").wait_for()
    grace.look(again=True)
    grace.picture("not-saved")
    # Nor does the button take her away from them.
    grace.page.get_by_role("button", name="Save and continue").click()
    grace.page.wait_for_timeout(300)
    assert grace.page.url.endswith(QUESTION)
    words_of(grace).press_sequentially("in a tunnel.", delay=5)
    grace.complaints.clear()  # the browser says itself that it could not send

    # Meanwhile her colleague writes at another question: nobody's words are touched.
    aisha.goto(RETURN + "questions/4/")
    words_of(aisha).fill("By the clinic.")
    is_saved(aisha)

    # The network is back: what she wrote goes by itself.
    grace.context.set_offline(False)
    is_saved(grace)
    grace.picture("saved")
    aisha.goto(QUESTION)
    assert words_of(aisha).input_value() == "Typed on a train, in a tunnel."

    # Both in one question: the second is told, and sees both texts.
    words_of(grace).press_sequentially(" Out again.", delay=5)
    is_saved(grace)
    grace.page.wait_for_timeout(100)
    words_of(aisha).fill("Aisha’s own words.")
    aisha.page.locator("#saved", has_text="Grace Lewis has saved this at").wait_for()
    aisha.complaints.clear()
    aisha.page.get_by_role("button", name="Save and continue").click()
    aisha.sees("Somebody else has saved this too")
    aisha.sees("Typed on a train, in a tunnel. Out again.")
    aisha.sees("Aisha’s own words.")
    aisha.look()
    aisha.press("Save what you wrote instead")
    # What stood there is kept all the same.
    grace.goto(QUESTION)
    assert words_of(grace).input_value() == "Aisha’s own words."
    grace.page.get_by_text("What Grace Lewis had written here until").first.click()
    grace.sees("Typed on a train, in a tunnel. Out again.")
    grace.look(again=True)
    grace.picture("earlier-words")
    grace.has_no_complaints()


def test_leaving_with_unsaved_words_asks_first(visitor):
    grace = visitor().is_now(GRACE)
    grace.goto(RETURN + "engagement/")
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    grace.page.on("dialog", answer)
    grace.context.set_offline(True)
    grace.page.get_by_label("Current engagement").fill("Seen every week.")
    grace.page.locator("#saved", has_text="Not saved").wait_for()
    grace.page.get_by_role("link", name="Back").click()
    grace.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert grace.page.get_by_label("Current engagement").input_value() == "Seen every week."
    grace.context.set_offline(False)
    is_saved(grace)
    grace.follow("Back")
    assert asked == ["beforeunload"]


def test_a_lost_answer_is_no_clash_with_oneself(visitor):
    """The server saves, and its answer never comes: what is typed next is saved all the same."""
    grace = visitor().is_now(GRACE)
    grace.goto(RETURN + "questions/5/")
    lost = []

    def lose(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    grace.page.route("**/autosave/", lose)
    words_of(grace).fill("First half,")
    grace.page.locator("#saved", has_text="cannot be reached").wait_for()
    words_of(grace).press_sequentially(" second half.")
    is_saved(grace)
    assert lost == [200]
    assert words_of(grace).input_value() == "First half, second half."
    grace.page.reload()
    assert words_of(grace).input_value() == "First half, second half."


def test_a_form_that_lost_the_network_and_then_clashed_can_still_be_sent(visitor):
    grace, aisha = visitor().is_now(GRACE), visitor().is_now(AISHA)
    for one in (grace, aisha):
        one.goto(RETURN + "questions/4/")
    grace.context.set_offline(True)
    words_of(grace).fill("What Grace found.")
    grace.page.locator("#saved", has_text="cannot be reached").wait_for()
    words_of(aisha).fill("What Aisha found.")
    is_saved(aisha)
    grace.context.set_offline(False)
    grace.page.locator("#saved", has_text="Not saved").filter(has_not_text="cannot be reached").wait_for()
    grace.complaints.clear()  # the browser remarks on the lost network and on the 409
    grace.page.get_by_role("button", name="Save and continue").click()
    grace.page.get_by_text("Save what you wrote instead").wait_for()
    assert grace.page.get_by_text("What Aisha found.").first.is_visible()
    assert grace.page.get_by_text("What Grace found.").first.is_visible()


def test_whoever_types_without_a_pause_is_saved_all_the_same(visitor):
    grace = visitor().is_now(GRACE)
    grace.goto(RETURN + "questions/5/")
    with grace.page.expect_response("**/autosave/") as saved:
        words_of(grace).press_sequentially("x" * 70, delay=100)
    assert saved.value.status == 200


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_words_typed_after_the_sign_in_ended_stay_and_go_when_one_is_back(visitor, phone):
    grace = visitor(phone=phone).is_now(GRACE)
    grace.goto(RETURN + "questions/4/")
    grace.context.clear_cookies(name=re.compile("session"))
    words_of(grace).fill("Typed after the sign-in ended.")
    grace.page.locator("#saved", has_text="You are no longer signed in").wait_for()
    grace.complaints.clear()  # the browser remarks on the 401
    grace.look(again=True)
    with grace.context.expect_page() as opened:
        status(grace).get_by_role("link", name="Sign in again").click()
    other = opened.value
    other.wait_for_load_state()
    other.locator(".govuk-summary-list__row", has_text=GRACE).get_by_role("button", name="Sign in").click()
    other.wait_for_url(grace.site.address + "/")
    is_saved(grace)
    assert words_of(grace).input_value() == "Typed after the sign-in ended."
    grace.has_no_complaints()
    grace.page.reload()
    assert words_of(grace).input_value() == "Typed after the sign-in ended."


def test_a_question_is_shared_with_a_colleague_who_finds_it(visitor):
    for how in ({}, {"phone": True}, {"scripts": False}):
        grace, aisha = visitor(**how).is_now(GRACE), visitor(**how).is_now(AISHA)
        grace.goto(RETURN)
        grace.follow("Share the writing with colleagues")
        grace.page.get_by_label("4. Have we provided", exact=False).check()
        grace.page.get_by_label("Your engagement").check()
        grace.page.get_by_label("Who is to write them?").select_option(label="Aisha Rahman, Named nurse")
        grace.press("Save")
        grace.sees("Who has what")
        grace.look(again=True)
        grace.picture("share-return")
        grace.follow("Back")
        grace.sees("With Aisha Rahman")
        aisha.goto("/")
        aisha.sees("given to you: the engagement, question 4")
        aisha.goto(RETURN + "questions/4/")
        aisha.sees("Aisha Rahman has been given this part by Grace Lewis.")
        aisha.goto(RETURN + "share/")
        for part in ("Your engagement", "4. Have we provided"):
            aisha.page.get_by_label(part, exact=False).check()
        aisha.page.get_by_label("Who is to write them?").select_option(label="Nobody: take them back")
        aisha.press("Save")
        assert "Who has what" not in aisha.page.inner_text("main")
        for one in (grace, aisha):
            one.has_no_complaints()


HOW = {"laptop": {}, "phone": {"phone": True}, "without scripts": {"scripts": False}}


def of_gp(case, rest=""):
    return f"/audits/neglect-3/cases/{case}/returns/millside-surgery/{rest}"


@pytest.mark.parametrize(("how", "case"), [("laptop", 2), ("without scripts", 3)])
def test_one_saves_half_and_a_deputy_finishes(visitor, how, case):
    """As in a school, where the deputy takes over what the lead had begun."""
    first, deputy = visitor(**HOW[how]).is_now("Leah Stone"), visitor(**HOW[how]).is_now("Samuel Adeyemi")
    for one in (first, deputy):
        one.goto(of_gp(case))
        one.goto(f"/audits/neglect-3/cases/{case}/interest/")
        if "Have you a conflict of interest" in one.page.inner_text("main"):
            one.declares()
    first.goto(of_gp(case, "known/"))
    first.page.locator("[name=known][value=yes]").check()
    first.press("Save and continue")
    first.choose("No")
    first.press("Save and continue")
    first.fill("Historic engagement", "Registered since birth.")
    first.press("Save and continue")
    first.choose("No")
    first.fill("How do you know?", "Half an account of the")
    first.press("Save and continue")
    first.goto(of_gp(case, "share/"))
    for part in first.page.get_by_role("checkbox").all():
        part.check()
    first.page.get_by_label("Who is to write them?").select_option(label="Samuel Adeyemi, Named GP")
    first.press("Save")

    deputy.goto("/")
    deputy.sees("given to you: the engagement, questions 1")
    deputy.goto(of_gp(case))
    deputy.sees("Half an account of the")
    deputy.goto(of_gp(case, "engagement/"))
    assert deputy.page.get_by_label("Historic engagement").input_value() == "Registered since birth."
    deputy.fill("Current engagement", "Seen twice this year.")
    deputy.press("Save and continue")
    while "/questions/" in deputy.page.url:
        if deputy.page.locator("[name=choice]").count():
            deputy.page.locator("[name=choice][value=no]").check()
            deputy.page.locator("[name=how_known]").fill("In the record, entry 12.")
        else:
            deputy.page.locator("[name=points]").fill("One point.")
        deputy.press("Save and continue")
    deputy.follow("Check and submit")
    deputy.press("Submit the return")
    deputy.sees("The return has been submitted.")
    # What the first had written is kept beside what stands there now, for the agency.
    first.goto(of_gp(case))
    first.sees("What Leah Stone had written here until")
    first.sees("Signed")
    for one in (first, deputy):
        one.has_no_complaints()


@pytest.fixture
def on_friday(browser, tmp_path):
    """The site on the next Friday at 16:50, as London has it."""
    with served_demo(tmp_path) as site:
        site.stop()
        day = dt.datetime.now(LONDON) + dt.timedelta(days=1)
        while day.weekday() != 4:
            day += dt.timedelta(days=1)
        site.environment["MACA_DRILL_HOUR"] = day.replace(hour=16, minute=50, second=0, microsecond=0).isoformat()
        site.program = [sys.executable, "-m", "tests.drills.at_an_hour"]
        site.start()
        yield site


def test_danger_is_found_at_ten_to_five_on_a_friday(browser, on_friday):
    """From the first question of the return to the alert, which goes out at that hour as at any other."""
    for how in HOW.values():
        grace, manager = Visitor(browser, on_friday, **how), Visitor(browser, on_friday, **how)
        grace.is_now(GRACE).goto(RETURN + "risk/")
        grace.choose("Yes, or possibly")
        grace.press("Save and continue")
        grace.sees("If a child is in immediate danger, ring 999 now.")
        grace.sees("From 5pm, at weekends and on bank holidays")
        grace.look()
        grace.fill("What makes you think", WHAT)
        found = grace.page.locator("[name=found_time]").input_value()
        assert re.fullmatch(r"16:5\d|17:\d\d", found), found
        grace.choose("No", within="Have you told children’s social care or the police?")
        grace.press("Put it on the record")
        grace.sees("Nobody has been told yet")
        grace.sees("Priya Nair")
        where = grace.page.url.removeprefix(on_friday.address)
        manager.is_now("Priya Nair")
        assert "A child may be at risk now" in manager.page.inner_text("main")
        manager.goto(where)
        manager.sees(WHAT)
        manager.press("Acknowledge this concern")
        for one in (grace, manager):
            one.has_no_complaints()
            one.context.close()
    end = time.monotonic() + 30
    while time.monotonic() < end and not list((on_friday.data / "mail").glob("*")):
        time.sleep(0.5)
    letters = [path.read_text() for path in (on_friday.data / "mail").glob("*")]
    assert any("priya" in letter.lower() for letter in letters)
    assert not any(WHAT in letter for letter in letters)
