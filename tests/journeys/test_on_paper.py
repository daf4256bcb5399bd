"""A return on paper: the business manager downloads the form, somebody fills it in, and what they wrote is taken."""

from io import BytesIO
from pathlib import Path

import docx
import pytest

from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import MANAGER

pytestmark = pytest.mark.browser
# Three of the demo’s returns that nobody has begun.
RETURNS = [
    ({"scripts": True}, 4, "health-visiting"),
    ({"scripts": False}, 2, "millside-surgery"),
    ({"scripts": True, "phone": True}, 3, "fenbrook-police"),
]


def filled_in(form: bytes) -> bytes:
    """Tick and write as a person does at the keyboard, where the form has its boxes."""
    document = docx.Document(BytesIO(form))
    known, _, now, first, *_ = document.tables
    for cell, chosen in ((known.cell(0, 1), "Known to us"), (first.cell(0, 1), "No")):
        for paragraph in cell.paragraphs:
            if paragraph.text.strip() == chosen:
                next(paragraph._p.iter("{*}t")).text = "☒"
    for table, row, words in ((now, 0, "Seen in class each day."), (first, 1, "Nothing in the record.")):
        next(table.cell(row, 1)._tc.iter("{*}p")).append(_run(words))
    document.add_paragraph("Please ring me about the younger brother.")
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def _run(words: str):
    return docx.Document().add_paragraph().add_run(words)._r


def send(visitor: Visitor, form: Path) -> None:
    visitor.page.get_by_label("The form that came back").set_input_files(form)
    visitor.press("Read the form")


@pytest.mark.parametrize(
    ("how", "case", "agency"),
    RETURNS,
    ids=["laptop", "scripts-off", "phone"],
)
def test_a_form_is_downloaded_filled_in_looked_at_and_taken(visitor, tmp_path, how, case, agency):
    someone = visitor(**how)
    here = f"/audits/neglect-3/cases/{case}/returns/{agency}/"
    someone.is_now(MANAGER)
    someone.goto(here)
    with someone.page.expect_download() as downloaded:
        someone.page.get_by_role("link", name="The form in Word").click()
    assert downloaded.value.suggested_filename == f"neglect-3-case-{case}-{agency}.docx"
    form = tmp_path / "form.docx"
    form.write_bytes(filled_in(Path(downloaded.value.path()).read_bytes()))
    other = tmp_path / "letter.docx"
    docx.Document().save(str(other))
    someone.follow("Send a form that was filled in")
    send(someone, other)
    someone.sees("is not one of our return forms")
    someone.complaints.clear()  # the browser remarks on a form that is refused
    send(someone, form)
    someone.sees("Nothing has been taken yet.")
    someone.sees("Please ring me about the younger brother.")
    assert "Nothing is ticked here" not in someone.page.inner_text("main")
    someone.sees("No\nNothing in the record.")
    someone.picture("form-looked-at")
    someone.page.get_by_label("Take question 1 from the form").uncheck()
    someone.press("Take what is ticked")
    someone.sees("has been taken into the return.")
    someone.sees("Entered from a form on paper by Priya Nair")
    someone.goto(here + "paper/")
    send(someone, form)
    assert "Take question 1 from the form" in someone.page.inner_text("main")
    someone.press("Take what is ticked")
    someone.sees("Entered from a form on paper by Priya Nair")
    someone.has_no_complaints()
