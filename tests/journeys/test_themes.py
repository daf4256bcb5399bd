"""The code-book of a partnership, and themes that the chair puts together under one name."""

import pytest

from tests.journeys.test_an_audit import CHAIR, MANAGER, SOCIAL_WORKER
from tests.journeys.test_panel_lines import a_panel, goes_to

pytestmark = pytest.mark.browser

HOW = {"laptop": {}, "phone": {"phone": True}, "no scripts": {"scripts": False}}
ON = {"laptop": "mattress", "phone": "hammock", "no scripts": "sofa"}


@pytest.mark.parametrize("how", HOW)
def test_the_chair_names_what_comes_again(visitor, site, how):
    one = visitor(**HOW[how])
    audit = a_panel(one, f"of themes, {how}")
    one.complaints.clear()  # of a form that was sent empty on the way

    one.is_now(MANAGER)
    one.goto("/people/")
    one.follow("Change the code-book of themes")
    one.picture("code-book")
    one.follow("Add a theme")
    one.fill("What is it called?", f"Where they sleep, {how}")
    one.fill("Which words suggest it?", f"{ON[how]}*, bed bug*")
    one.press("Save")
    one.sees(f"Where they sleep, {how}")

    one.is_now(CHAIR)
    for case, text, theme in (
        (1, "Nobody measured the neglect with the toolkit.", "Assessment tools: used and reviewed"),
        (2, "The analysis did not say what the neglect did.", "Quality of assessment"),
        (2, f"A {ON[how]} for a bed was seen, and not asked about.", f"Where they sleep, {how}"),
    ):
        page = f"/audits/{audit}/panel/cases/{case}/"
        goes_to(one, page)
        if one.page.get_by_text("Record who introduced it").count():
            one.follow("Record who introduced it")
            one.choose(f"{SOCIAL_WORKER}, Social worker")
            one.press("Save")
        one.goto(f"{page}findings/can_be_improved/new/")
        one.fill("Finding", text)
        if how == "no scripts":
            one.press("Look for the same")
        one.page.locator("#suggested", has_text=theme).wait_for()
        # What the words suggest has come to the top.
        first = one.page.get_by_role("group", name="Which themes is it about?").locator("label").first
        assert first.inner_text() == theme
        one.choose(theme)
        if case == 1:
            one.picture("finding-themes")
        one.press("Save the finding")

    one.goto(f"/audits/{audit}/panel/themes/")
    one.follow("put themes together and name them")
    one.choose("Assessment tools: used and reviewed (Case 1)")
    one.choose("Quality of assessment (Case 2)")
    one.fill("What do you call it?", "Nobody measured the neglect")
    one.press("Save")
    one.sees("Nobody measured the neglect")
    one.sees("2 cases: Case 1, Case 2; 2 findings.")
    one.picture("themes")
    one.follow("Change “Nobody measured the neglect”")
    one.press("Take them apart again")
    one.sees("Each theme stands again under its own name.")
    one.has_no_complaints()
