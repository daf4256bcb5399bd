"""Actions that are proposed at a panel, and what the wording of a strength holds besides."""

import pytest
from django.urls import reverse

from bench.related.__main__ import SEED
from maca.audits.models import Heading
from maca.briefing.reading import read_briefing
from maca.kernel.verdict import Refused
from maca.panel import rules
from maca.panel.models import ACTION, Finding, PanelLine
from maca.panel.operations import read_lines, record_finding
from maca.panel.queries import Column, find_line
from maca.panel.related import Within, within
from tests.panel.test_lines import address, hearing, said

__all__ = ["hearing"]

MONTHLY = "Contact is currently monthly but needs to be fortnightly."


def test_the_strengths_of_the_published_briefing_hold_one_action_and_two_that_speak_against():
    strengths = [one.text for one in read_briefing(SEED).value.findings if one.heading == Heading.WENT_WELL]
    found = [inside for text in strengths if (inside := within(text)) != Within()]
    assert [one.still_to_do for one in found if one.still_to_do] == [MONTHLY]
    assert [one.against for one in found if one.against] == [
        "Communication with School is difficult at the moment due to School holidays but an appointment has been set "
        "up in September.",
        "Response to risk has been quick and appropriate, in spite of later drift and delay.",
    ]


@pytest.mark.parametrize("text", ["", "Their needs are met.", "She notes what he says.", "A butterfly was drawn."])
def test_a_strength_is_left_alone(text):
    assert within(text) == Within()


def test_an_action_is_proposed_with_a_finding_and_both_stand(world, hearing, sign_in):
    client = sign_in(world.chair)
    page = reverse("record-finding", kwargs={"audit": hearing.case.audit.slug, "case": 1, "heading": "went_well"})
    text = f"The children see their siblings. {MONTHLY}"
    looked = client.post(page, {"text": text, "look": "yes"}, headers={"Accept": "application/json"}).json()
    assert looked["within"] == {"still_to_do": MONTHLY, "against": ""}
    plain = client.post(page, {"text": text, "look": "yes"}).content.decode()
    assert f">\n{MONTHLY}</textarea>" in plain or f">{MONTHLY}</textarea>" in plain
    sent = {"text": text, "proposed": "See them every fortnight.", "once": "a" * 32}
    assert client.post(page, sent).status_code == client.post(page, sent).status_code == 302
    finding, line = Finding.objects.get(), PanelLine.objects.get()
    assert (finding.text, line.heading, line.rests_on) == (text, ACTION, finding)
    (shown,) = read_lines(hearing, by=world.chair)
    assert (shown.words, shown.is_finding) == ("See them every fortnight.", False)


def test_in_what_can_be_improved_nothing_is_pointed_out(world, hearing, sign_in):
    page = reverse("record-finding", kwargs={"audit": hearing.case.audit.slug, "case": 1, "heading": "can_be_improved"})
    asked = {"text": MONTHLY, "look": "yes"}
    told = sign_in(world.chair).post(page, asked, headers={"Accept": "application/json"}).json()
    assert told["within"] == {"still_to_do": "", "against": ""}


def test_several_write_actions_as_they_write_lines_and_none_becomes_a_finding(world, hearing, sign_in):
    client = sign_in(world.manager)
    sent = {"words": "Ring the school.", "agency": "", "sent": "b" * 32}
    for _ in range(2):
        assert client.post(address("write-line", hearing, heading=ACTION), sent).status_code == 302
    line = find_line(world.chair, hearing.case.audit.slug, 1, PanelLine.objects.get().public_id)
    change = client.get(address("change-line", hearing, line=line.public_id)).content.decode()
    assert "Proposed actions" in change
    assert "Make a finding of it" not in change
    verdict = rules.may_agree_line(world.chair, line)
    assert (bool(verdict), verdict.code) == (False, "an-action")
    column = Column(hearing.case.audit, hearing.case, Heading.WENT_WELL)
    with pytest.raises(Refused):
        record_finding(column, text="F", agencies=[], line=line, by=world.chair)
    said(hearing, world, "They met.")
    page = client.get(address("hearing", hearing)).content.decode()
    assert "Ring the school." in page.split('id="heading-action"')[1]
    screen = client.get(address("present", hearing)).content.decode()
    assert "Ring the school." in screen.split('id="heading-action"')[1]
