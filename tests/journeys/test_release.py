"""A briefing is released by two people, held back, read, and withdrawn; and what a partnership prints on it."""

import datetime as dt
import io
from typing import Any

import pytest
from django.utils import timezone
from docx.shared import RGBColor
from PIL import Image

from maca.kernel.clock import working_days_from
from tests.briefing.test_letterhead import a_letterhead
from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import AUDITOR, CHAIR, MANAGER, decide
from tests.journeys.test_feedback import a_panel_that_has_closed

pytestmark = pytest.mark.browser


def a_logo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 100), (122, 31, 92)).save(file, "PNG")
    return file.getvalue()


def too_pale(document: Any) -> None:
    document.styles["Heading 2"].font.color.rgb = RGBColor(0xFF, 0xDD, 0)


def sets_the_house_style(visitor: Visitor) -> None:
    visitor.is_now(MANAGER)
    visitor.goto("/people/")
    visitor.follow("Set the logo and the line at the foot of each page")
    visitor.page.get_by_label("Logo", exact=True).set_input_files(
        {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    )
    visitor.press("Save")
    visitor.sees("neither PNG nor JPEG")
    visitor.picture("house-style-refused")
    visitor.page.get_by_label("Logo", exact=True).set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": a_logo()}
    )
    visitor.fill("Line at the foot of each page", "Working together for children.")
    visitor.press("Save")
    visitor.goto("/people/house-style/")
    visitor.sees("A logo of 400 by 100 pixels is printed.")
    visitor.follow("Take fonts, sizes and colours from a Word file of yours")
    visitor.picture("word-file")
    visitor.page.get_by_label("Word file").set_input_files(
        {"name": "house.docx", "mimeType": "application/octet-stream", "buffer": a_letterhead(too_pale)}
    )
    visitor.press("Read the file")
    visitor.sees("The colour (#ffdd00) of Heading 2 is too light to be read on white")
    visitor.picture("word-styles")
    visitor.press("Save")
    visitor.sees("Liberation Serif")
    visitor.picture("house-style")


def plans_a_re_audit(visitor: Visitor) -> str:
    visitor.is_now(CHAIR)
    visitor.follow("Priorities and themes")
    visitor.follow("Plan an audit on Neglect")
    visitor.fill("Title of the audit", "Neglect, looked at again")
    visitor.fill("Terms of reference", "What has changed.")
    visitor.page.get_by_label("Question set").select_option(label="Neglect")
    visitor.fill("Review whose learning is asked about", "the Serious Case Review for Child and Family R")
    visitor.page.get_by_label("Earlier audit on this theme").select_option(label="Neglect 2")
    day = working_days_from(timezone.localdate(), 45)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        visitor.fill(part, str(value))
    visitor.press("Plan the audit")
    return visitor.page.url.split("/audits/")[1].split("/")[0]


def is_sent(visitor: Visitor, audit: str) -> None:
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.press("Draft the briefing")
    visitor.follow("What could identify a family")
    visitor.picture("what-could-identify")
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.follow("Edit “What went well?”")
    visitor.fill("Case 1, point 1", "The social worker saw each child alone.")
    visitor.press("Save")
    decide(visitor)
    visitor.follow("Versions of the draft")
    visitor.picture("draft-versions")
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.press("Send for approval")
    # Whoever wrote it is no approver of it, not even by the address of an approver’s page.
    assert not visitor.page.get_by_role("button", name="Approve the briefing").count()
    visitor.refused(f"/audits/{audit}/briefing/send-back/", "Only the chair or a member of the sub-group approves")


def holds_back(visitor: Visitor, day: str, month: str, year: str, time: str) -> None:
    for label, typed in (("Day", day), ("Month", month), ("Year", year), ("Until which hour of that day?", time)):
        visitor.fill(label, typed)


def is_approved_and_published_under_an_embargo(visitor: Visitor, audit: str) -> None:
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.picture("briefing-to-approve")
    visitor.press("Approve the briefing")
    visitor.sees("You have approved the briefing.")
    visitor.refused(f"/audits/{audit}/briefing/publish/", "Only the business manager publishes the briefing.")
    visitor.is_now(MANAGER)
    visitor.goto(f"/audits/{audit}/briefing/publish/")
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    holds_back(visitor, str(tomorrow.day), str(tomorrow.month), str(tomorrow.year), "9:00")
    visitor.picture("briefing-publish")
    visitor.press("Publish the briefing")
    visitor.sees("Published, and held back")
    visitor.picture("briefing-embargo")
    visitor.is_now(AUDITOR)
    visitor.refused(f"/audits/{audit}/briefing/", "has not been published yet")


def is_read(visitor: Visitor, audit: str) -> None:
    visitor.is_now(MANAGER)
    visitor.goto(f"/audits/{audit}/briefing/embargo/")
    holds_back(visitor, "", "", "", "")
    visitor.press("Save")
    visitor.goto(f"/audits/{audit}/briefing/overview/")
    visitor.picture("overview-report")
    visitor.goto(f"/audits/{audit}/again/")
    visitor.sees("What has changed since Neglect 2")
    visitor.picture("re-audit")
    visitor.is_now(AUDITOR)
    visitor.goto(f"/audits/{audit}/briefing/read/")
    visitor.sees("The social worker saw each child alone.")


def is_withdrawn(visitor: Visitor, audit: str) -> None:
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.follow("Withdraw the briefing")
    visitor.choose("Something in it was not right")
    visitor.fill("What happened?", "A date was wrong.")
    visitor.press("Withdraw it for good")
    visitor.sees("The briefing has been withdrawn.")
    visitor.is_now(AUDITOR)
    visitor.goto(f"/audits/{audit}/briefing/")
    visitor.sees("This briefing has been withdrawn. Do not rely on a copy that you may have.")
    visitor.picture("briefing-withdrawn")
    assert "A date was wrong." not in visitor.page.inner_text("main")


def looks_at_the_figures(visitor: Visitor) -> None:
    visitor.is_now(MANAGER)
    visitor.goto("/learning/figures/")
    visitor.picture("figures")
    visitor.goto("/learning/")
    visitor.follow("The section for the yearly report")
    visitor.picture("yearly-section")


def test_a_briefing_is_released_by_two_people_and_withdrawn_on_a_laptop(visitor):
    a = visitor()
    sets_the_house_style(a)
    audit = a_panel_that_has_closed(a, "release", plans_a_re_audit(a))
    a.is_now(MANAGER)
    is_sent(a, audit)
    is_approved_and_published_under_an_embargo(a, audit)
    is_read(a, audit)
    is_withdrawn(a, audit)
    looks_at_the_figures(a)
    # The browser remarks on a form that comes back with what is wrong in it.
    assert [one for one in a.complaints if "422" not in one] == []
