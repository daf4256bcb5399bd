"""An action that stands within a strength is proposed with it; others are written down beside the lines."""

import pytest

from tests.journeys.test_an_audit import CHAIR, SOCIAL_WORKER
from tests.journeys.test_panel_lines import goes_to, writes

pytestmark = pytest.mark.browser

HOW = [{}, {"phone": True}, {"scripts": False}]
MONTHLY = "Contact is currently monthly but needs to be fortnightly."


@pytest.mark.parametrize("how", HOW, ids=["laptop", "phone", "scripts-off"])
def test_an_action_is_proposed(visitor, how):
    chair = visitor(**how)
    page = "/audits/neglect-3/panel/cases/2/"
    chair.is_now(CHAIR)
    if chair.goto("/audits/neglect-3/panel/") and "Open the panel" in chair.page.inner_text("main"):
        chair.press("Open the panel")
    goes_to(chair, page)
    if "Record who introduced it" in chair.page.inner_text("main"):
        chair.follow("Record who introduced it")
        chair.choose(f"{SOCIAL_WORKER}, Social worker")
        chair.press("Save")
    chair.goto(f"{page}findings/went_well/new/")
    box = chair.page.get_by_label("Does anything have to be done about it?")
    chair.fill("Finding", f"They get on with their siblings. {MONTHLY}")
    if chair.scripts:
        chair.sees(f"This may hold an action: “{MONTHLY}”")
        chair.page.get_by_role("button", name="Propose it as an action").click()
        chair.look(again=True)
    else:
        chair.press("Look for the same")
    assert box.input_value() == MONTHLY
    chair.picture("finding-action", whole=False)
    chair.press("Save the finding")
    actions = chair.page.locator("#lines ol[data-heading=action] > li")
    actions.filter(has_text=MONTHLY).first.wait_for()
    words = f"Ring the school, {chr(97 + len(how))}{how.get('phone', '')}."
    if chair.scripts:
        writes(chair, "4", words)
    else:
        chair.page.locator("#words-action").fill(words)
        chair.page.locator("form[data-heading=action]").get_by_role("button").click()
    actions.filter(has_text=words).wait_for()
    chair.goto(page + "present/")
    chair.sees(words)
    chair.look(again=True)
    chair.has_no_complaints()
