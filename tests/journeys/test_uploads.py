"""An auditor puts a photograph with a return, looks at what is kept, and replaces it, in each kind of browser."""

import pytest

from tests.journeys.test_an_audit import AUDITOR, MANAGER
from tests.makers import a_picture

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "no-scripts"])
def test_a_photograph_is_put_with_a_return_seen_and_replaced(visitor, how):
    one = visitor(**how).is_now(AUDITOR)
    one.goto("/audits/neglect-3/cases/2/returns/health-visiting/")
    one.follow("Photographs and documents")
    give(one, "photo.jpg", b"<svg onload=alert(1)>")
    one.sees("This is neither a photograph (JPEG, PNG or WebP) nor a PDF")
    give(one, "kitchen.png", a_picture())
    one.sees("Look whether every page can be read")
    one.sees("A kitchen with an empty fridge.")
    shown = one.page.locator("img.maca-picture")
    assert shown.evaluate("image => image.complete && image.naturalWidth") == 80
    one.picture("upload")
    one.follow("Replace with a better version")
    give(one, "kitchen-2.png", a_picture())
    one.sees("Earlier versions")
    one.follow("Photograph added")
    one.sees("An earlier version, which only your agency can see.")
    one.follow("Return of")
    one.page.get_by_role("link", name="Photograph 1").first.click()
    one.press("Take it back")
    one.sees("It has been taken back")
    # The browser itself remarks on the 422 of the file that was refused.
    one.complaints = [said for said in one.complaints if "422" not in said]
    one.has_no_complaints()


def give(one, name, content):
    one.page.set_input_files("input[type=file]", {"name": name, "mimeType": "image/png", "buffer": content})
    one.choose("Photograph")
    one.fill("What does it show?", "A kitchen with an empty fridge.")
    one.fill("Where does it come from?", "Taken on a visit by the health visitor")
    for part, value in (("Day", "3"), ("Month", "11"), ("Year", "2025")):
        one.page.get_by_label(part, exact=True).fill(value)
    one.choose("As the rest of the return")
    one.press("Add")


def test_the_manager_says_that_none_are_taken(visitor):
    one = visitor().is_now(MANAGER)
    one.follow("People and roles")
    one.page.get_by_role("link", name="Change whether photographs").click()
    one.look()
    one.choose("No")
    one.press("Save")
    one.sees("They are not taken with returns.")
    one.page.get_by_role("link", name="Change whether photographs").click()
    one.choose("Yes")
    one.press("Save")
    one.sees("Agencies may put them with their returns.")
    one.has_no_complaints()
