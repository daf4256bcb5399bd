"""The versions of a draft: each save that changed a word is kept, and one is shown against another."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.briefing import rules
from maca.briefing.models import ChangedBecause, Decision, DraftVersion
from maca.briefing.operations import (
    approve_briefing,
    decide_on_hit,
    edit_findings,
    edit_theme_and_cases,
    keep_words,
    publish_briefing,
    read_screening,
    send_briefing,
)
from maca.briefing.screening.spans import UNKNOWN
from maca.briefing.value import Finding, Heading, SixSteps
from maca.briefing.versions import changed
from maca.kernel.versions import Changed
from maca.partnership.models import Role
from tests.makers import keep_all

pytestmark = pytest.mark.django_db


def kept(briefing):
    return [(one.number, one.saved_by) for one in briefing.draft_versions.all()]


def page_of(briefing, name, **more):
    return reverse(name, kwargs={"audit": briefing.audit.slug, **more})


def test_a_draft_is_its_own_first_version_and_each_changed_word_makes_another(world):
    briefing = world.drafted()
    assert kept(briefing) == [(1, world.manager)]
    first = briefing.value
    other = world.add("other", "health", Role.BUSINESS_MANAGER)
    edit_theme_and_cases(briefing, lines=["Why we looked at neglect."], version=None, by=other)
    assert kept(briefing) == [(1, world.manager), (2, other)]
    assert [one.value for one in briefing.draft_versions.all()] == [first, briefing.value]


def test_saving_without_a_change_and_keeping_words_make_no_version(world):
    briefing = world.drafted()
    edit_theme_and_cases(briefing, lines=["A word: quoxel."], version=None, by=world.manager)
    before = kept(briefing)
    edit_theme_and_cases(briefing, lines=["A word: quoxel."], version=None, by=world.manager)
    words = [one.public_id for one in read_screening(briefing, by=world.manager) if one.kind == UNKNOWN]
    keep_words(briefing, words, version=None, by=world.manager)
    assert kept(briefing) == before


def test_what_screening_took_out_makes_a_version_too(world):
    briefing = world.drafted()
    edit_theme_and_cases(briefing, lines=["It was in Kettering.", "It was neglect."], version=None, by=world.manager)
    hit = next(one for one in read_screening(briefing, by=world.manager) if "Kettering" in one.phrase)
    decide_on_hit(
        briefing, hit.public_id, decision=Decision.REMOVED, reason=ChangedBecause.NAMES, version=None, by=world.manager
    )
    newest = briefing.draft_versions.last()
    assert newest.number == 3
    assert newest.value.theme_and_cases == ("It was neglect.",)


def test_a_save_that_comes_too_late_keeps_no_version(world):
    briefing = world.drafted()
    stale = briefing.version
    edit_theme_and_cases(briefing, lines=["One."], version=stale, by=world.manager)
    with pytest.raises(Changed):
        edit_theme_and_cases(briefing, lines=["Two."], version=stale, by=world.manager)
    assert DraftVersion.objects.count() == 2


def test_a_reworded_finding_is_shown_word_by_word_with_words_for_whoever_hears_the_page(world, sign_in):
    briefing = world.drafted()
    value = briefing.value
    said = [replace(one, text=one.text.replace("good", "very good")) for one in value.findings[:1]]
    rest = [one for one in value.findings[1:] if one.heading is Heading.WENT_WELL]
    edit_findings(briefing, Heading.WENT_WELL, findings=[*said, *rest], version=None, by=world.manager)
    page = sign_in(world.chair).get(page_of(briefing, "draft-version", number=2)).content.decode()
    assert '<ins><span class="govuk-visually-hidden">put in: </span>very ' in page
    assert "<del>" not in page
    assert "Reworded, Case 1" in page
    back = sign_in(world.chair).get(page_of(briefing, "draft-version", number=1) + "?against=2").content.decode()
    assert "Version 2 against version 1" in back
    other = sign_in(world.chair).get(page_of(briefing, "draft-version", number=2) + "?against=9").content.decode()
    assert "There is no other version 9, so it is shown against the one before." in other
    assert "There is no other version" not in page


def test_versions_are_for_those_who_read_drafts_also_when_the_briefing_is_published(world, sign_in):
    briefing = world.published()
    where = (page_of(briefing, "draft-versions"), page_of(briefing, "draft-version", number=1))
    for person, answer in ((world.manager, 200), (world.auditor, 403)):
        assert [sign_in(person).get(one).status_code for one in where] == [answer, answer]
    assert rules.may_read_draft(world.auditor, briefing).code == "reads-no-drafts"
    assert sign_in(world.manager).get(page_of(briefing, "draft-version", number=99)).status_code == 404


def test_what_screening_took_out_is_in_no_version_once_the_briefing_is_published(world):
    briefing = world.drafted()
    edit_theme_and_cases(briefing, lines=["It was in Kettering.", "It was neglect."], version=None, by=world.manager)
    hit = next(one for one in read_screening(briefing, by=world.manager) if "Kettering" in one.phrase)
    decide_on_hit(
        briefing, hit.public_id, decision=Decision.REMOVED, reason=ChangedBecause.NAMES, version=None, by=world.manager
    )
    assert "Kettering" in str([one.content for one in briefing.draft_versions.all()])
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    (last,) = DraftVersion.objects.filter(briefing=briefing)
    assert last.value == briefing.value
    assert "Kettering" not in str(last.content)


def test_the_list_takes_as_many_queries_for_fifty_versions_as_for_one(world, sign_in):
    briefing, client = world.drafted(), sign_in(world.manager)
    counts = []
    for until in (1, 51):
        for number in range(DraftVersion.objects.count() + 1, until + 1):
            edit_theme_and_cases(briefing, lines=[f"Line {number}."], version=None, by=world.manager)
        client.get(page_of(briefing, "draft-versions"))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(page_of(briefing, "draft-versions")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_page_of_the_briefing_asks_for_no_version(world, sign_in):
    briefing, client = world.drafted(), sign_in(world.manager)
    keep_all(briefing, by=world.manager)
    with CaptureQueriesContext(connection) as seen:
        assert "Versions of the draft" in client.get(page_of(briefing, "briefing")).content.decode()
    assert not [one for one in seen if "briefing_draftversion" in one["sql"]]


# ---- what has changed, of plain values


def value(*findings, **more):
    return SixSteps(title="Neglect 9", findings=findings, **more)


def one(text, ref=None, case="Case 1"):
    return Finding(Heading.WENT_WELL, case, text, ref)


def says(before, now):
    return [
        (point.says, point.was and point.was.text, point.now and point.now.text)
        for section in changed(before, now)
        for point in section.points
    ]


def test_nothing_has_changed_between_two_that_say_the_same():
    assert changed(value(one("A.", "a")), value(one("A.", "a"))) == []


def test_a_finding_is_known_by_its_reference_when_it_is_pooled():
    before, now = value(one("A.", "a"), one("B.", "b")), value(one("A.", "a", case=None), one("B.", "b"))
    assert says(before, now) == [("Said of Case 1, now of the whole audit", "A.", "A.")]


def test_a_finding_that_went_is_no_earlier_wording_of_one_that_came():
    before, now = value(one("A.", "a")), value(one("Something else.", "b"))
    assert says(before, now) == [("Left out, Case 1", "A.", None), ("Put in, Case 1", None, "Something else.")]


def test_lines_without_a_reference_are_put_beside_what_stands_in_their_place():
    before = value(theme_and_cases=("The first.", "The second."))
    now = value(theme_and_cases=("The first.", "The other second.", "A third."))
    assert says(before, now) == [
        ("Reworded, the whole audit", "The second.", "The other second."),
        ("Put in, the whole audit", None, "A third."),
    ]
