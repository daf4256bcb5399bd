"""A child may be at risk now: raised from the middle of a question, seen, acknowledged, and closed by another."""

import datetime as dt
import os
import re
import signal
import sqlite3
from contextlib import closing
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.drills.kill_nine import Visitor, reading
from tests.journeys.browser import Site, served_demo

PAGE = "/audits/neglect-3/cases/4/returns/health-visiting/"
pytestmark = pytest.mark.browser
HALF = "The health visitor saw him in March and"
WHAT = "A new bruise is in the record of Friday, and nobody has asked about it."
ALERT = "A child may be at risk now. A concern has been raised, and nobody has acknowledged it."


def notices(site: Site) -> int:
    sql = "SELECT count(*) FROM notices_notice WHERE kind = 'concerns/alert'"
    if url := site.environment.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            return int(connection.execute(sql).fetchone()[0])
    with closing(sqlite3.connect(site.data / "maca.sqlite3")) as connection:
        return int(connection.execute(sql).fetchone()[0])


def now() -> dt.datetime:
    return dt.datetime.now(ZoneInfo("Europe/London"))


def fill_day(page, name: str) -> None:
    for part, value in (("day", now().day), ("month", now().month), ("year", now().year)):
        page.locator(f"[name={name}-{part}]").fill(str(value))


def ready_to_answer(auditor) -> None:
    """Her interest is declared and the family is known: once for the whole of this site."""
    auditor.goto(PAGE + "known/")
    if "/interest/" in auditor.page.url:
        auditor.declares()
    auditor.page.locator("[name=known][value=yes]").check()
    auditor.press("Save and continue")


def raises(auditor) -> str:
    """From a question that is half answered; answers the address of the concern."""
    page = auditor.page
    page.get_by_label("How do you know", exact=False).first.fill(HALF)
    with auditor.context.expect_page() as opened:
        page.get_by_role("button", name="A child may be at risk now").or_(
            page.get_by_role("link", name="A child may be at risk now")
        ).first.click()
    auditor.page = opened.value
    auditor.page.wait_for_load_state()
    auditor.look()
    auditor.sees("This does not make a referral")
    auditor.picture("concern-raise")
    auditor.fill("What makes you think", WHAT)
    auditor.choose("No", within="Have you told children’s social care or the police?")
    auditor.press("Put it on the record")
    auditor.sees("Nobody has been told yet")
    auditor.sees("Priya Nair")
    where = auditor.page.url.removeprefix(auditor.site.address)
    auditor.page.close()
    auditor.page = page
    # Half typed, and not saved: it stands there still.
    assert page.get_by_label("How do you know", exact=False).first.input_value() == HALF
    return where


@pytest.mark.parametrize("how", ["laptop", "phone", "without scripts"])
def test_a_concern_from_a_half_answered_question_to_its_receipt(visitor, how):
    options = {"laptop": {}, "phone": {"phone": True}, "without scripts": {"scripts": False}}[how]
    auditor = visitor(**options).is_now("Grace Lewis")
    ready_to_answer(auditor)
    auditor.goto(PAGE + "questions/1/")
    where = raises(auditor)

    auditor.goto(where + "told/")
    auditor.fill("Who did you tell?", "The duty worker")
    auditor.fill("Which agency or team", "The front door")
    auditor.page.get_by_label("By phone", exact=False).check()
    fill_day(auditor.page, "told_on")
    auditor.page.locator("[name=told_time]").fill(f"{now():%H:%M}")
    auditor.press("Save")
    auditor.sees("From found to told")
    auditor.sees("You raised this concern, so somebody else acknowledges it and closes it.")
    auditor.refused(where + "close/", "You raised this concern")

    manager = visitor(**options).is_now("Priya Nair")
    manager.sees(ALERT)
    manager.goto("/audits/")
    manager.sees(ALERT)
    manager.picture("concern-alert")
    manager.follow("Read it and acknowledge it")
    manager.sees(WHAT)
    manager.picture("concern")
    manager.press("Acknowledge this concern")
    manager.sees("You have acknowledged this concern.")
    manager.goto("/audits/")
    assert ALERT not in manager.page.inner_text("main")

    lead = visitor(**options).is_now("Helen Carter")
    assert ALERT not in lead.page.inner_text("main")
    lead.follow("Concerns")
    lead.picture("concerns")
    lead.goto(where)
    lead.follow("Close this concern")
    lead.fill("What did they answer?", "A strategy discussion is called for today.")
    fill_day(lead.page, "replied_on")
    lead.page.locator("[name=replied_time]").fill(f"{now():%H:%M}")
    lead.press("Close the concern")
    lead.sees("A strategy discussion is called for today.")
    lead.sees("Closed")

    colleague = visitor(**options).is_now("Daniel Price")
    colleague.goto("/audits/neglect-3/cases/4/")
    colleague.sees("A concern raised on")
    assert WHAT not in colleague.page.inner_text("main")
    for one in (auditor, manager, lead, colleague):
        one.has_no_complaints()


def test_kill_minus_9_right_after_the_save_loses_no_concern(tmp_path):
    """It needs no browser, but a server of its own."""
    with served_demo(tmp_path) as site:
        kept = []
        for number in range(3):
            auditor = Visitor(site, "Grace Lewis", reading).sign_in()
            form = auditor.get("/audits/neglect-3/cases/4/concern/").split("<main")[1]
            page = auditor.post(
                form,
                "/audits/neglect-3/cases/4/concern/",
                what=f"{WHAT} {number}",
                is_told="no",
                found_time="00:00",
            )
            os.kill(site.server.pid, signal.SIGKILL)
            site.server.wait()
            kept.append(re.search(r"/concerns/[0-9a-f]{32}/", page)[0])
            site.start()
        manager = Visitor(site, "Priya Nair", reading).sign_in()
        assert "3 concerns have been raised" in manager.get("/")
        for number, address in enumerate(kept):
            assert f"{WHAT} {number}" in manager.get(address)
        # One message for each of the two who answer was queued with each concern: none without, none too many.
        assert notices(site) == 6
