"""The panel's grades beside the agencies' own: counted apart, and what is no grade in no percentage."""

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel import rules
from maca.panel.grades import NO_GRADES, agreement, figures, percent, share, spread
from maca.panel.models import PanelGrade
from maca.panel.operations import (
    close_panel,
    give_grade,
    introduce_case,
    open_panel,
    read_grades,
    read_grades_across,
    take_back_grade,
)
from maca.panel.queries import find_grade_place, find_hearing
from maca.returns.models import GRADES, Grade
from maca.returns.operations import say_not_known
from tests.makers import with_a_grade
from tests.steps import step

O, G, RI, IN = GRADES  # noqa: E741 - the field's own letters
NA, NEI = NO_GRADES
CODES = st.none() | st.sampled_from(list(Grade))


# ---- the figures, of plain values


@given(st.lists(CODES))
def test_every_answer_is_counted_once_and_what_is_no_grade_apart(codes):
    found = spread(codes)
    assert found.graded == sum(code in GRADES for code in codes)
    assert found.graded + sum(found.without) == sum(code is not None for code in codes)
    assert list(found.counts) == [codes.count(grade) for grade in GRADES]


@given(st.lists(CODES), st.lists(st.sampled_from([None, *NO_GRADES])))
def test_what_is_no_grade_changes_no_percentage(codes, more):
    def shares(these):
        return [share(count, found.graded) for found in [spread(these)] for count in found.counts]

    assert shares(codes) == shares([*codes, *more])


@given(st.lists(st.sampled_from(GRADES), min_size=1))
def test_rounded_percentages_come_near_a_hundred(codes):
    counts = spread(codes).counts
    assert abs(sum(percent(one, len(codes)) for one in counts) - 100) <= len(GRADES) / 2
    assert all(0 <= percent(one, len(codes)) <= 100 for one in counts)


@given(st.lists(st.tuples(CODES, CODES)))
def test_agreement_adds_up_and_turned_round_it_says_the_same_of_the_other(pairs):
    found, turned = agreement(pairs), agreement((panel, own) for own, panel in pairs)
    assert found.both == sum(own in GRADES and panel in GRADES for own, panel in pairs)
    assert found.lower + found.higher == found.one_step + found.further
    assert (found.same, found.one_step, found.further) == (turned.same, turned.one_step, turned.further)
    assert (found.lower, found.higher) == (turned.higher, turned.lower)


@given(st.lists(st.tuples(CODES, CODES)), st.randoms())
def test_the_order_in_which_grades_came_does_not_matter(pairs, chance):
    mixed = list(pairs)
    chance.shuffle(mixed)
    assert agreement(mixed) == agreement(pairs)


def test_steps_are_those_of_the_four_grades_and_lower_is_worse():
    found = agreement([(G, G), (G, RI), (RI, G), (O, IN), (G, NEI), (NA, G), (None, G), (G, None)])
    assert (found.both, found.same, found.one_step, found.further) == (4, 1, 2, 1)
    assert (found.lower, found.higher) == (2, 1)
    assert found.sentences == [
        "Graded by both: 4. The same: 1 of 4 (25%). One step apart: 2 of 4 (50%). Further apart: 1 of 4 (25%).",
        "Where they differ, the panel is lower in 2 and higher in 1.",
    ]
    assert agreement([]).sentences == ["Nothing has been graded by both the agency and the panel yet."]
    assert len(agreement([(G, G)]).sentences) == 1


def test_twelve_self_grades_are_counts_with_percentages_and_cannot_tell_is_in_none():
    own = [O, *[G] * 5, *[RI] * 5, IN]
    found = figures([])
    assert {own for _, own, _ in found.rows} == {"None"}
    found = type(found)(spread([*own, NEI, NA, None]), spread([RI]), agreement([]))
    assert found.rows == [
        ("Outstanding", "1 of 12 (8%)", "0 of 1 (0%)"),
        ("Good", "5 of 12 (42%)", "0 of 1 (0%)"),
        ("Requires improvement", "5 of 12 (42%)", "1 of 1 (100%)"),
        ("Inadequate", "1 of 12 (8%)", "0 of 1 (0%)"),
        ("Good or better, together", "6 of 12 (50%)", "0 of 1 (0%)"),
    ]
    assert found.not_grades == [("Not applicable", 1, 0), ("Not enough information to grade", 1, 0)]


# ---- what the panel gives


@pytest.fixture
@step
def audit(world):
    """Two cases before the panel. Health called its own work good in both, the police inadequate in the first."""
    world.questions = with_a_grade(grades=2)
    audit = world.circulated(2)
    world.submitted(world.return_of(audit))
    world.submitted(world.return_of(audit, case=2))
    world.submitted(world.return_of(audit, "police"), grade="inadequate")
    say_not_known(world.return_of(audit, "school"), version=None, by=world.school_auditor)
    open_panel(audit, by=world.chair)
    for case in audit.cases.select_related("audit", "hearing"):
        introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    return audit


def place(world, audit, agency="health", case=1, question=8):
    return find_grade_place(world.chair, audit.slug, case, question, agency)


def gives(world, audit, grade, *, reason="R", follows="", by=None, version=None, **at):
    one = place(world, audit, **at)
    return give_grade(one, grade=grade, reason=reason, follows=follows, version=version, by=by or world.chair)


def given_in(world, audit, case=1):
    return read_grades(find_hearing(world.chair, audit.slug, case), by=world.chair)


def refused(code, do):
    with pytest.raises(Refused) as no:
        do()
    assert no.value.code == code


def test_what_the_panel_gives_is_sealed_and_stands_beside(world, audit):
    row = gives(world, audit, RI, reason="Zqreason", follows="Zqfollows")
    kept = PanelGrade.objects.filter(pk=row.pk).values_list("grade", "reason", "follows")[0]
    assert all(b"Zq" not in bytes(one) and b"requires" not in bytes(one) for one in kept)
    (one,) = given_in(world, audit).values()
    assert (one.grade, one.reason, one.follows) == (RI, "Zqreason", "Zqfollows")
    entry = Entry.objects.get(did="gave a grade of the panel")
    assert set(entry.details) == {"audit", "case", "question", "agency", "version", "sealed"}
    assert Entry.objects.filter(did="read the grades of a panel", is_reading=True).count() == 1


def test_only_the_chair_gives_grades_from_the_introduction_to_the_close(world, audit):
    for who in ("manager", "member", "auditor", "scrutineer"):
        refused("not-the-chair", lambda who=who: gives(world, audit, G, by=world.people[who]))
    for case in audit.cases.select_related("audit", "hearing"):
        world.hear(case)
    gives(world, audit, G)  # what is agreed when a case has been heard still counts
    close_panel(audit, by=world.chair)
    refused("panel-not-open", lambda: gives(world, audit, RI))
    assert given_in(world, audit)[8, "health"].grade == G


def test_no_grade_is_given_before_the_case_is_introduced(world):
    world.questions = with_a_grade()
    audit = world.circulated(1)
    world.submitted(world.return_of(audit))
    open_panel(audit, by=world.chair)
    refused("not-introduced", lambda: gives(world, audit, G))
    assert not PanelGrade.objects.exists()


def test_whoever_has_a_conflict_gives_no_grade(world, audit):
    one = place(world, audit)
    declare_interest(one.hearing.case, interest=Interest.HELD, by=world.chair)
    assert rules.may_give_grade(world.chair, one.hearing).code == "conflict"


def test_a_grade_needs_a_reason_and_an_inadequate_what_follows(world, audit):
    refused("no-reason", lambda: gives(world, audit, G, reason=""))
    refused("no-reason", lambda: gives(world, audit, NEI, reason=""))
    refused("nothing-follows", lambda: gives(world, audit, IN))
    assert not PanelGrade.objects.exists()
    gives(world, audit, IN, follows="The lead reports in March.")


def test_two_people_cannot_overwrite_each_others_grade(world, audit):
    gives(world, audit, G, version=1)
    with pytest.raises(Changed):
        gives(world, audit, RI, version=1)
    assert given_in(world, audit)[8, "health"].grade == G


def test_what_was_taken_back_is_given_no_more_and_can_be_given_anew(world, audit):
    gives(world, audit, G)
    take_back_grade(place(world, audit), version=2, by=world.chair)
    assert given_in(world, audit) == {}
    gives(world, audit, RI, version=3)
    assert given_in(world, audit)[8, "health"].grade == RI


@pytest.mark.parametrize(("agency", "question"), [("school", 8), ("health", 1), ("health", 10), ("nobody", 8)])
def test_nothing_is_graded_that_no_agency_handed_in_or_no_question_asks(world, audit, agency, question):
    with pytest.raises(ObjectDoesNotExist):
        place(world, audit, agency=agency, question=question)


# ---- the pages


def page_of(audit, name, **more):
    return reverse(name, kwargs={"audit": audit.slug, **more})


def test_the_hearing_shows_both_with_reasons_and_asks_for_what_follows(world, audit, sign_in):
    gives(world, audit, RI, reason="Zqreason")
    page = sign_in(world.chair).get(page_of(audit, "hearing", case=1)).content.decode()
    grades = page.split('id="grades"')[1].split("Who was there")[0]
    assert "Zqreason" in grades
    assert "In the record." in grades
    assert grades.count("An inadequate needs a decision") == 2
    assert "Graded by both: 1." in grades
    assert grades.count("Give a grade") == 3
    assert "Give a grade" not in sign_in(world.manager).get(page_of(audit, "hearing", case=1)).content.decode()


def test_a_question_set_without_a_grade_shows_nothing(world, sign_in):
    audit = world.panel_opened(1)
    client = sign_in(world.chair)
    assert 'id="grades"' not in client.get(page_of(audit, "hearing", case=1)).content.decode()
    assert page_of(audit, "panel-grades") not in client.get(page_of(audit, "panel")).content.decode()
    assert "asks no agency for a grade" in client.get(page_of(audit, "panel-grades")).content.decode()


def test_a_grade_is_given_changed_and_taken_back_on_its_page_and_leads_to_the_next(world, audit, sign_in):
    client, page = sign_in(world.chair), page_of(audit, "give-grade", case=1, question=8, agency="health")
    shown = client.get(page).content.decode()
    assert "The agency’s own grade: <strong>Good</strong>" in shown
    assert "take back" not in shown
    sent = {"grade": "inadequate", "reason": "R", "version": "1", "once": "a" * 32}
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert "Say what follows from it" in answer.content.decode()
    answer = client.post(page, {**sent, "follows": "F", "next": "yes", "once": "b" * 32})
    assert answer["Location"] == page.replace("health", "police")
    shown = client.get(page).content.decode()
    assert "Nothing: take back what it gave" in shown
    answer = client.post(page, {**sent, "grade": "good", "once": "c" * 32})
    assert answer.status_code == 409
    assert given_in(world, audit)[8, "health"].grade == IN
    assert client.post(page, {"grade": "take_back", "version": "2", "once": "d" * 32}).status_code == 302
    assert given_in(world, audit) == {}
    assert client.post(page, {"grade": "take_back", "version": "3", "once": "e" * 32}).status_code == 422


def test_the_whole_audit_is_counted_by_question_and_by_agency(world, audit):
    gives(world, audit, G)
    gives(world, audit, RI, case=2)
    gives(world, audit, IN, agency="police", follows="F")
    gives(world, audit, NEI, agency="police", question=9)
    found = read_grades_across(audit, by=world.chair)
    assert found.cases == ("Case 1", "Case 2")
    assert (found.all.own.graded, found.all.panel.graded, found.all.panel.without) == (6, 3, (0, 1))
    assert [(number, one.own.graded) for number, _, one in found.questions] == [(8, 3), (9, 3)]
    assert [(agency, one.both, one.same, one.lower) for agency, one in found.agencies] == [
        ("Health", 2, 1, 1), ("Police", 1, 1, 0),
    ]  # fmt: skip
    assert [(one.case, one.question, one.agency, one.follows) for one in found.inadequate] == [
        ("Case 1", 8, "Police", "F"), ("Case 1", 9, "Police", ""),
    ]  # fmt: skip


def test_an_inadequate_that_the_panel_graded_better_stands_no_more(world, audit):
    for question in (8, 9):
        gives(world, audit, RI, agency="police", question=question)
    assert read_grades_across(audit, by=world.chair).inadequate == ()


def test_only_cases_that_one_hears_are_counted(world, audit, sign_in):
    gives(world, audit, IN, follows="Zqclosed")
    page = page_of(audit, "panel-grades")
    assert "Zqclosed" in sign_in(world.member).get(page).content.decode()
    declare_interest(
        audit.cases.select_related("audit", "nomination").get(number=1), interest=Interest.HELD, by=world.member
    )
    shown = sign_in(world.member).get(page).content.decode()
    assert "Zqclosed" not in shown
    assert "the cases that you hear: Case 2." in shown
    # Two cases were shown at first, and one then; each reading is on record before.
    read = Entry.objects.filter(did="read the grades of a panel", by=world.member.public_id)
    assert [one.details["case"] for one in read] == ["Case 1", "Case 2", "Case 2"]


def test_the_pages_ask_as_often_for_many_grades_as_for_one(world, audit, sign_in):
    client = sign_in(world.chair)

    def queries(page) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        return len(asked)

    pages = [page_of(audit, "hearing", case=1), page_of(audit, "panel-grades")]
    gives(world, audit, G)
    [queries(page) for page in pages]
    before = [queries(page) for page in pages]
    for at in ({"question": 9}, {"agency": "police"}, {"agency": "police", "question": 9}, {"case": 2}):
        gives(world, audit, G, **at)
    assert [queries(page) for page in pages] == before
