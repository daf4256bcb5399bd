"""Themes across the cases of an audit: suggested from the words, decided by a person, each case counted once."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.related.__main__ import SEED
from maca.audits.models import Heading
from maca.briefing.reading import read_briefing
from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.panel.codebook import ThemeOf, codebook_with
from maca.panel.models import Cause, Finding
from maca.panel.operations import change_finding, introduce_case, record_finding, withdraw_finding
from maca.panel.queries import Column, themes_of
from maca.panel.related import suggesting_words
from tests.steps import step

# What the published briefing itself says again and again, and in which of its cases.
OF_SEED = {
    "assessment_tool": {"Case 1", "Case 3", "Case 4"},
    "voice": {"Case 3", "Case 4"},
    "oversight": {"Case 1", "Case 3", "Case 4"},
    "worker_change": {"Case 2", "Case 3", "Case 4"},
    "medical_information": {"Case 1", "Case 5"},
    "core_group": {"Case 4", "Case 5"},
}


BOOK = codebook_with()


@pytest.fixture
@step
def audit(world):
    audit = world.panel_opened(3)
    for case in audit.cases.select_related("audit", "hearing"):
        introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    return audit


def found(world, audit, case, *themes, text="F", heading=Heading.CAN_BE_IMPROVED, causes=()):
    column = Column(audit, audit.cases.select_related("audit", "hearing").get(number=case) if case else None, heading)
    return record_finding(column, text=text, agencies=[], themes=themes, causes=causes, by=world.chair)


def across(audit):
    return {one.called: one.cases for one in themes_of(audit, set(audit.cases.values_list("pk", flat=True)))}


@pytest.mark.parametrize("code", OF_SEED)
def test_the_themes_of_the_published_briefing_are_suggested_in_its_cases(code):
    theme = BOOK.themes[code]
    cases = {str(one.case) for one in read_briefing(SEED).value.findings if theme.is_suggested_by(one.text)}
    assert OF_SEED[code] <= cases


def test_every_theme_has_a_name_and_nothing_is_suggested_of_nothing():
    assert all(one.called and suggesting_words(one.code) for one in BOOK.used)
    assert BOOK.suggested("") == []
    assert BOOK.called("gone") == "gone"


def test_a_partnership_renames_takes_out_of_use_and_adds():
    own = [
        ThemeOf("voice", "What the child says", ("teddy",)),
        ThemeOf("drift", "Drift", used=False),
        ThemeOf("x", "Bed bugs", ("bed bug*",)),
    ]
    book = codebook_with(own)
    assert [one.called for one in book.suggested("Drift: a bed bug was on the teddy.")] == [
        "What the child says",
        "Bed bugs",
    ]
    assert list(book.themes)[-1] == "x"
    assert (book.called("drift"), len(book.used)) == ("Drift", len(BOOK.used))


def test_a_case_counts_once_and_a_finding_under_two_headings_too(world, audit):
    found(world, audit, 3, "voice", text="Not heard.", causes=[Cause.WORKLOAD])
    found(world, audit, 3, "voice", text="Not heard.", heading=Heading.CHALLENGE_OR_THEME, causes=[Cause.WORKLOAD])
    found(world, audit, 1, "voice", "drift", text="Nobody asked.", causes=[Cause.WORKLOAD, Cause.GUIDANCE])
    voice, drift = themes_of(audit, set(audit.cases.values_list("pk", flat=True)))
    assert (voice.cases, len(voice.findings)) == (("Case 1", "Case 3"), 2)
    assert voice.causes == (("Workload and capacity", 2), ("Process, guidance or thresholds unclear", 1))
    assert (drift.called, drift.cases) == ("Drift and delay", ("Case 1",))


def test_nothing_is_a_theme_without_a_finding_that_stands(world, audit):
    one = found(world, audit, 1, "voice")
    assert across(audit) == {"Voice and lived experience of the child": ("Case 1",)}
    change_finding(one, text="F", agencies=[], themes=["drift"], version=None, by=world.chair)
    assert across(audit) == {"Drift and delay": ("Case 1",)}
    withdraw_finding(one, by=world.chair)
    assert across(audit) == {}


def test_only_findings_of_cases_that_one_may_see_are_shown(world, audit):
    found(world, audit, 1, "voice", text="Of the first.")
    found(world, audit, 2, "voice", text="Of the second.")
    found(world, audit, 0, "voice", text="Of all.", heading=Heading.GOOD_PRACTICE)
    (voice,) = themes_of(audit, {audit.cases.get(number=1).pk})
    assert (voice.cases, [one.text for one in voice.findings]) == (("Case 1",), ["Of the first.", "Of all."])


def test_the_page_says_nothing_of_a_case_that_is_closed_to_somebody(world, audit, sign_in):
    found(world, audit, 1, "voice", text="Zqclosed finding.")
    page = reverse("panel-themes", kwargs={"audit": audit.slug})
    assert "Zqclosed" in sign_in(world.member).get(page).content.decode()
    declare_interest(
        audit.cases.select_related("audit", "nomination").get(number=1), interest=Interest.HELD, by=world.member
    )
    assert "Zqclosed" not in sign_in(world.member).get(page).content.decode()


def test_themes_and_causes_are_chosen_on_the_page_and_what_the_words_suggest_is_said(world, audit, sign_in):
    client = sign_in(world.chair)
    page = reverse("record-finding", kwargs={"audit": audit.slug, "case": 1, "heading": "can_be_improved"})
    text = "No Graded Care Profile, and the voice of the child is missing."
    looked = client.post(page, {"text": text, "look": "yes"}).content.decode()
    assert "Assessment tools: used and reviewed; Voice and lived experience of the child" in looked
    asked = client.post(page, {"text": text, "look": "yes"}, headers={"Accept": "application/json"}).json()
    assert asked["themes"] == [
        ["assessment_tool", "Assessment tools: used and reviewed"],
        ["voice", "Voice and lived experience of the child"],
    ]
    ticks = re.findall('name="themes"[^>]* value="([a-z_]+)"', looked)
    assert ticks[:2] == ["assessment_tool", "voice"]
    sent = {"text": text, "themes": ["voice"], "causes": ["workload"], "once": "a" * 32}
    assert client.post(page, sent).status_code == 302
    one = Finding.objects.get()
    assert (one.themes, one.causes) == (["voice"], ["workload"])
    assert client.post(page, {**sent, "themes": ["party"], "once": "b" * 32}).status_code == 422
    shown = client.get(reverse("panel-themes", kwargs={"audit": audit.slug})).content.decode()
    assert "Voice and lived experience of the child" in shown
    assert "workload and capacity (1)" in shown


def test_the_page_asks_as_often_for_many_findings_as_for_one(world, audit, sign_in):
    client, page = sign_in(world.chair), reverse("panel-themes", kwargs={"audit": audit.slug})
    found(world, audit, 1, "voice")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        return len(asked)

    queries()
    before = queries()
    for number in range(30):
        found(world, audit, 1 + number % 3, "voice", "drift", text=f"F {number}")
    assert queries() == before
