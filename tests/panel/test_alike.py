"""Findings that say the same: found while one is written, across audits, and never of a case closed to somebody."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.related.__main__ import LEAST, apart, of_seed, recall
from maca.audits.models import Audit, Heading
from maca.briefing.operations import import_briefing
from maca.briefing.reading import read_briefing
from maca.cases.models import Declaration, Interest
from maca.cases.operations import declare_interest
from maca.demo.operations import DATA
from maca.panel import related
from maca.panel.alike import alike, nearest, nearest_to_each
from maca.panel.models import Finding, FindingTerm
from maca.panel.operations import change_finding, introduce_case, record_finding, withdraw_finding
from maca.panel.queries import Column
from maca.panel.related import terms_of
from tests.makers import World
from tests.panel.test_panel import first_case
from tests.steps import step

TOOL = "The Graded Care Profile was never completed."


@pytest.fixture
@step
def audit(world):
    """A panel that is open, after the published “Neglect 2”."""
    value = read_briefing(DATA / "six-step-briefing-neglect-2.txt").value
    import_briefing(value, partnership=world.partnership, imported_from="neglect-2", by=world.manager)
    audit = world.panel_opened(1)
    introduce_case(
        first_case(audit).hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair
    )
    return audit


def recorded(world, audit, text):
    return record_finding(Column(audit, first_case(audit), Heading.WENT_WELL), text=text, agencies=[], by=world.chair)


def said(audit, text, world, **more):
    return [one.text for one in alike(text, audit, world.chair, **more)]


def test_the_seed_is_found_again_as_promised():
    assert recall(*of_seed())[0] >= LEAST


def test_the_list_of_words_is_what_finds_and_the_measure_can_fail(monkeypatch):
    """The control: without the concepts the measure is missed, on the seed and by far on what was written apart."""
    with_it = recall(*apart())[0]
    monkeypatch.setattr(related, "_concepts", list)
    assert recall(*of_seed())[0] < LEAST
    assert recall(*apart())[0] < with_it / 2


def test_a_finding_is_known_by_its_words_and_by_what_they_mean():
    assert terms_of("No Graded Care Profile.")["=assessment_tool"] == 1
    assert terms_of("The toolkit, then the TOOLKIT again")["=assessment_tool"] == 2
    assert terms_of("Nothing of the kind") == {"kind": 1}
    assert terms_of("") == {}


def test_what_was_said_before_is_found_in_an_earlier_audit_and_in_this_one(world, audit):
    found = alike(TOOL, audit, world.chair)
    assert {("Neglect 2, Case 1", False), ("Neglect 2, Case 3", False)} <= {
        (one.where, one.is_of_this_audit) for one in found
    }
    recorded(world, audit, "A neglect assessment was not done.")
    assert ("A neglect assessment was not done.", True) in {
        (one.text, one.is_of_this_audit) for one in alike(TOOL, audit, world.chair)
    }


def test_what_is_reworded_is_found_by_its_new_words_and_what_is_withdrawn_not_at_all(world, audit):
    finding = recorded(world, audit, "Quokkas were counted by every quokka warden.")
    asked = "Every quokka warden counted."
    assert said(audit, asked, world) == [finding.text]
    assert said(audit, asked, world, but=finding) == []
    change_finding(
        finding, text="Numbats were counted by every numbat keeper.", agencies=[], version=None, by=world.chair
    )
    assert said(audit, asked, world) == []
    assert said(audit, "Every numbat keeper.", world) == ["Numbats were counted by every numbat keeper."]
    withdraw_finding(finding, by=world.chair)
    assert said(audit, "Every numbat keeper.", world) == []


def test_nothing_is_found_of_another_partnership(world, audit):
    other = World("Elsewhere Partnership")
    theirs = other.panel_opened(1)
    introduce_case(
        first_case(theirs).hearing, introduced_by=other.social_worker, partners=[], version=None, by=other.chair
    )
    assert alike(TOOL, theirs, other.chair) == []


def test_nothing_is_found_of_a_case_that_is_closed_by_a_conflict_until_its_audit_is_published(world, audit):
    recorded(world, audit, "Quokkas were counted by every quokka warden.")
    declare_interest(first_case(audit), interest=Interest.HELD, by=world.chair)
    assert said(audit, "Every quokka warden counted.", world) == []
    Audit.objects.filter(pk=audit.pk).update(stage="published")
    assert len(said(audit, "Every quokka warden counted.", world)) == 1


def test_nothing_is_found_of_a_case_before_whoever_asks_has_declared_that_they_have_no_conflict(world, audit):
    recorded(world, audit, "Quokkas were counted by every quokka warden.")
    asked = "Every quokka warden counted."
    assert len(said(audit, asked, world)) == 1  # the control: the chair has declared
    Declaration.objects.filter(person=world.chair).delete()
    assert said(audit, asked, world) == []


def test_the_page_shows_it_without_scripts_and_records_nothing(world, audit, sign_in):
    client = sign_in(world.chair)
    page = reverse("record-finding", kwargs={"audit": audit.slug, "case": 1, "heading": "went_well"})
    before = Finding.objects.count()
    sent = {"text": TOOL, "agencies": ["health"], "look": "yes", "once": "a" * 32}
    shown = client.post(page, sent)
    assert (shown.status_code, Finding.objects.count()) == (200, before)
    text = shown.content.decode()
    assert "Neglect 2, Case 3: What can be improved?" in text
    assert TOOL in text
    assert re.search(r'value="health"[^>]*checked', text)
    answer = client.post(page, sent, headers={"Accept": "application/json"}).json()["alike"]
    assert "Neglect 2, Case 3" in {one["where"] for one in answer}
    assert "Nothing like it has been said before." in client.post(page, {**sent, "text": "Xyzzy."}).content.decode()
    # Once it is sent to be kept, it is.
    assert client.post(page, {"text": TOOL, "once": "b" * 32}).status_code == 302
    assert Finding.objects.count() == before + 1


def test_what_is_nearest_to_each_of_many_is_what_is_nearest_to_each_alone(world, audit):
    rows = FindingTerm.objects.filter(partnership=world.partnership)
    asked = {one.pk: terms_of(one.text) for one in Finding.objects.all()}
    alone = {key: nearest(terms, world.partnership.pk, rows) for key, terms in asked.items()}
    with CaptureQueriesContext(connection) as captured:
        assert nearest_to_each(asked, world.partnership.pk, rows) == alone
    assert len(captured) == 4
    assert len(asked) > 60
    assert nearest_to_each({}, world.partnership.pk, rows) == {}


def test_the_terms_of_a_finding_go_with_it_and_the_question_is_asked_in_as_many_queries(world, audit):
    finding = recorded(world, audit, TOOL)
    assert FindingTerm.objects.filter(finding=finding).exists()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            alike(TOOL, audit, world.chair)
        return len(asked)

    before = queries()
    for number in range(20):
        recorded(world, audit, f"{TOOL} Number {number}.")
    assert queries() == before
