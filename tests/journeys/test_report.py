"""The manager reads the summative report of a case, and takes it away in Word and as PDF."""

import io

import docx
import pypdfium2
import pytest

from tests.journeys.test_an_audit import MANAGER

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "no-scripts"])
def test_the_report_is_read_and_taken_away(visitor, how):
    one = visitor(**how).is_now(MANAGER)
    one.goto("/audits/neglect-3/cases/1/report/")
    one.sees("The chronology in brief")
    one.sees("Between the agencies")
    one.sees("Which agency answered which question")
    with one.page.expect_download() as word:
        one.page.get_by_role("link", name="The report in Word").click()
    with one.page.expect_download() as pdf:
        one.page.get_by_role("link", name="The report in PDF").click()
    assert word.value.suggested_filename == "neglect-3-case-1-report.docx"
    assert pdf.value.suggested_filename == "neglect-3-case-1-report.pdf"
    on_paper = [part.text for part in docx.Document(io.BytesIO(word.value.path().read_bytes())).paragraphs]
    printed = pypdfium2.PdfDocument(pdf.value.path().read_bytes())
    text = " ".join("\n".join(page.get_textpage().get_text_bounded() for page in printed).replace("\ufffe", "").split())
    page = " ".join(one.page.inner_text("main").split())
    for heading in ("Who was asked, and what came back", "What is missing", "What the family says"):
        assert heading in page
        assert heading in on_paper
        assert heading in text
    one.has_no_complaints()


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "no-scripts"])
def test_the_cases_of_an_audit_are_read_side_by_side(visitor, how):
    one = visitor(**how).is_now(MANAGER)
    one.goto("/audits/neglect-3/")
    one.follow("The summative report of the audit")
    for heading in ("Who was asked, and what came back", "What is missing", "What the chronologies ask"):
        one.sees(heading)
    one.picture("audit-report", whole=False)
    with one.page.expect_download() as word:
        one.page.get_by_role("link", name="The report in Word").click()
    assert word.value.suggested_filename == "neglect-3-report.docx"
    on_paper = [part.text for part in docx.Document(io.BytesIO(word.value.path().read_bytes())).paragraphs]
    asked = [line for line in one.page.locator("main li").all_inner_texts() if "Not decided yet" in line]
    assert asked
    assert [line for line in asked if " ".join(line.split()) not in on_paper] == []
    one.page.get_by_role("link", name="Case 1").first.click()
    one.sees("The case in outline")
    one.has_no_complaints()


@pytest.mark.parametrize(
    ("how", "case"),
    [({}, 1), ({"phone": True}, 2), ({"scripts": False}, 3)],
    ids=["laptop", "phone", "no-scripts"],
)
def test_the_report_is_introduced_issued_and_says_what_has_changed(visitor, how, case):
    one = visitor(**how).is_now(MANAGER)
    one.goto(f"/audits/neglect-3/cases/{case}/report/")
    one.follow("Write an introduction")
    one.fill("Introduction", "Read the chronology first.\nThe school's return came late.")
    one.press("Save the introduction")
    one.sees("The school's return came late.")
    one.press("Issue version 1 to the panel")
    one.sees("Nothing has changed since version 1.")
    one.follow("Change the introduction")
    one.fill("Introduction", "Read the chronology first.\nThe school's return is in now.")
    one.press("Save the introduction")
    one.sees("Changed since version 1")
    one.picture("report-versions", whole=False)
    one.follow("Version 1")
    one.sees("This is how it stood then.")
    one.sees("The school's return came late.")
    assert "is in now" not in one.page.inner_text("main")
    one.has_no_complaints()
