"""Every kind of question: asked of whom it is for, saved as it is written, counted whole, and shown in words."""

import datetime as dt
import re
from html import unescape

import pytest

from maca.audits.models import Question
from maca.audits.operations import change_plan
from maca.audits.question_sets import Questions, SetQuestion
from maca.audits.timetable import timetable
from maca.cases.seal import case_key
from maca.kernel.clock import today, working_days_from
from maca.kernel.verdict import Refused
from maca.returns.models import GRADES, Answer, Cause, Grade
from maca.returns.on_paper import as_word
from maca.returns.operations import (
    circulate_audit,
    describe_engagement,
    read_return,
    save_answer,
    say_known,
    say_of_risk,
    submit_return,
)
from maca.returns.paper import form_of
from maca.returns.queries import find_asking, unanswered
from maca.returns.summative import summative_report
from tests.documents.paper import edited, fill, row_of, tick
from tests.makers import World, opened
from tests.returns.test_return_on_paper import at, fields, send
from tests.steps import step

KINDS = Questions(
    "kinds",
    "Kinds",
    agency=(
        SetQuestion("judged", "Was it seen?", "judgement"),
        SetQuestion("police-only", "Was intelligence checked?", "judgement", for_kinds=("police",)),
        SetQuestion("graded", "How do you grade it?", "grade"),
        SetQuestion("listed", "What worked?", "list"),
        SetQuestion("told", "What happened?", "text"),
        SetQuestion("dated", "When?", "date"),
        SetQuestion("cited", "Where?", "evidence"),
        SetQuestion(
            "followed", "How do you grade what followed?", "grade", shown_if="judged", shown_if_answers=("yes",)
        ),
    ),
    panel=(SetQuestion("panel", "What went well?", "list", heading="went_well"),),
)
BLANK = {"choice": "", "how_known": "", "points": ""}


@pytest.fixture
@step
def audit(world: World):
    """An audit with a question of every kind, one of them for the police alone, circulated."""
    audit = world.selected(1)
    dates = timetable(working_days_from(today(), 45))
    change_plan(
        audit, title=audit.title, terms_of_reference="T", review_title="", purpose="P", legal_basis="L",
        questions=KINDS, dates=dates, earlier=None, version=None, by=world.chair,
    )  # fmt: skip
    agencies = {case: list(world.agencies.values()) for case in audit.cases.all()}
    circulate_audit(audit, agencies, purpose="P", legal_basis="L", version=None, by=world.manager)
    world.declared(audit)
    for agency, who in (("health", "auditor"), ("police", "police_auditor"), ("school", "school_auditor")):
        say_known(world.return_of(audit, agency), version=None, by=world.people[who])
    return audit


def answer(world, audit, number, agency="health", who="auditor", **said):
    asking = find_asking(world.people[who], audit.slug, 1, agency, number)
    return save_answer(asking, **{**BLANK, **said}, version=None, by=world.people[who])


def waiting(world, audit, agency="health"):
    return [question.number for question in unanswered(world.return_of(audit, agency))]


def test_a_branch_is_asked_of_its_kind_of_agency_alone_and_numbers_are_the_same_for_all(world, audit):
    assert waiting(world, audit) == [1, 3, 4, 5, 6, 7]
    assert waiting(world, audit, "police") == [1, 2, 3, 4, 5, 6, 7]
    assert find_asking(world.police_auditor, audit.slug, 1, "police", 2).question.code == "police-only"
    with pytest.raises(Question.DoesNotExist):
        find_asking(world.auditor, audit.slug, 1, "health", 2)


def test_the_page_of_a_case_lists_what_ones_own_agency_is_asked_by_its_number(world, audit, sign_in):
    here = f"/audits/{audit.slug}/cases/1/"
    nurse, officer = (sign_in(person).get(here).content.decode() for person in (world.auditor, world.police_auditor))
    manager = sign_in(world.manager).get(here).content.decode()
    assert "3. How do you grade it?" in nurse
    assert "2. Was intelligence checked?" not in nurse
    assert "2. Was intelligence checked?" in officer
    assert "2. Was intelligence checked?" in manager


@pytest.mark.parametrize(
    ("number", "part", "whole"),
    [
        (1, {"choice": "no"}, {"choice": "no", "how_known": "Seen."}),
        (3, {"choice": "good"}, {"choice": "not_applicable", "how_known": "We gave no help."}),
        (3, {"how_known": "Why", "cause": "own"}, {"choice": "inadequate", "how_known": "Why"}),
        (4, {"how_known": "words beside the point"}, {"points": "One"}),
        (5, {"points": "not asked for"}, {"how_known": "In May."}),
        (6, {"points": "not asked for"}, {"choice": "2026-05-03"}),
        (6, {}, {"how_known": "It is not in the record."}),
        (7, {"choice": "2026-05-03"}, {"how_known": "Health record, entry 12"}),
    ],
)
def test_an_answer_is_whole_when_it_has_what_its_kind_asks_for(world, audit, number, part, whole):
    answer(world, audit, number, **part)
    assert number in waiting(world, audit)
    answer(world, audit, number, **whole)
    assert number not in waiting(world, audit)


def test_what_is_no_grade_never_counts_as_one(world, audit):
    assert {grade.value for grade in Grade} - {grade.value for grade in GRADES} == {
        "not_applicable",
        "not_enough_information",
    }
    for grade in Grade:
        given = opened(answer(world, audit, 3, choice=grade.value, how_known="Why."))
        assert given.grade == (grade if grade in GRADES else None)
        assert given.chosen == grade.label
    # A judgement is no grade, whatever it says.
    assert opened(answer(world, audit, 1, choice="not_applicable", how_known="x")).grade is None


def handed_in(world, audit, agency, who, grade):
    by, one = world.people[who], world.return_of(audit, agency)
    say_of_risk(one, is_unsafe=False, by=by)
    describe_engagement(one, before="B", now="N", version=None, by=by)
    said = {
        1: {"choice": "no", "how_known": "Seen."},
        2: {"choice": "partly", "how_known": "Some."},
        3: {"choice": grade, "how_known": "For this reason.", "cause": "system"},
        4: {"points": "One\nTwo"},
        5: {"how_known": "It went on."},
        6: {"choice": "2026-05-03", "how_known": "In the letter."},
        7: {"choice": "2026-05-04", "how_known": "Custody record 9"},
    }
    for number in waiting(world, audit, agency):
        answer(world, audit, number, agency, who, **said[number])
    submit_return(world.return_of(audit, agency), delegated_by="The lead", version=None, by=by)


def test_the_report_counts_grades_beside_those_that_gave_none_and_says_who_was_not_asked(world, audit):
    handed_in(world, audit, "health", "auditor", "good")
    handed_in(world, audit, "police", "police_auditor", "inadequate")
    handed_in(world, audit, "school", "school_auditor", "not_enough_information")
    case = audit.cases.get()
    report = summative_report(case, case_key(case))
    rows = {row.number: {cell.agency: cell for cell in row.cells} for row in report.rows}
    assert report.rows[2].grades == "2 graded: Good 1, Inadequate 1. 1 answered without a grade."
    assert {row.grades for row in report.rows if row.number not in (3, 8)} == {""}
    assert rows[2]["Health"].gap == "Not asked: the question is for other agencies"
    assert rows[2]["Police"].choice == "Partly"
    assert rows[3]["School"].choice == "Not enough information to grade"
    assert rows[3]["Police"].words == (
        "For this reason.",
        "The cause lies with: the way agencies work together, or the system",
    )
    assert (rows[6]["Health"].choice, rows[6]["Health"].words) == ("3 May 2026", ("In the letter.",))
    assert (rows[7]["Health"].choice, rows[7]["Health"].words) == ("Entry of 4 May 2026", ("Custody record 9",))
    assert report.unanswered == []


def test_a_grade_that_an_earlier_answer_has_put_out_of_place_is_not_counted(world, audit):
    answer(world, audit, 1, choice="yes", how_known="Seen.")
    answer(world, audit, 8, choice="good", how_known="For this reason.")
    answer(world, audit, 1, choice="no", how_known="Not seen after all.")
    handed_in(world, audit, "health", "auditor", "good")
    case = audit.cases.get()
    row = summative_report(case, case_key(case)).rows[7]
    assert (row.number, row.grades) == (8, "0 graded.")
    assert row.cells[0].gap == "Not asked: an earlier answer makes it out of place"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, {"choice": "good"}),
        (3, {"choice": "yes"}),
        (3, {"choice": "good", "cause": "nobody"}),
        (4, {"choice": "yes"}),
        (5, {"choice": "yes"}),
        (6, {"choice": "3 May"}),
        (6, {"choice": "20260503"}),
        (7, {"choice": "2026-13-03"}),
    ],
)
def test_a_code_that_is_no_answer_to_the_question_is_refused_and_changes_nothing(world, audit, number, said):
    with pytest.raises(Refused) as refused:
        answer(world, audit, number, **said)
    assert refused.value.code == "no-such-answer"
    assert not Answer.objects.exists()


def test_a_question_for_agencies_that_handed_in_nothing_is_no_gap(world, audit):
    handed_in(world, audit, "health", "auditor", "good")
    case = audit.cases.get()
    assert summative_report(case, case_key(case)).unanswered == []


def place(audit, number):
    return f"/audits/{audit.slug}/cases/1/returns/health/questions/{number}/"


def keys(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(once|version)"[^>]* value="([^"]*)"', page))


SENT = {
    1: ({"choice": "partly", "how_known": "W"}, {}),
    3: ({"choice": "inadequate", "how_known": "W", "cause": "other"}, {}),
    4: ({"points": "W"}, {}),
    5: ({"how_known": "W"}, {}),
    6: ({"choice": "2026-05-03", "how_known": "W"}, {"choice-day": "3", "choice-month": "May", "choice-year": "2026"}),
    7: ({"choice": "2026-05-03", "how_known": "W"}, {"choice-day": "3", "choice-month": "5", "choice-year": "2026"}),
}


@pytest.mark.parametrize("number", SENT)
def test_each_kind_is_saved_while_it_is_written_and_when_it_is_sent_and_comes_back(world, audit, sign_in, number):
    client = sign_in(world.auditor)
    kept, boxes = SENT[number]
    values = {**{name: text for name, text in kept.items() if name != "choice" or not boxes}, **boxes}
    page = client.get(place(audit, number)).content.decode()
    saved = client.post(place(audit, number) + "autosave/", {**keys(page), **values})
    assert "Saved" in saved.content.decode()
    stored = opened(Answer.objects.get(question__number=number, agency_return__agency=world.health))
    assert {name: str(getattr(stored, name)) for name in kept} == kept
    version = stored.version
    # The same open form is then sent: its own autosave is no clash.
    response = client.post(place(audit, number), {**keys(page), **values})
    assert response.status_code == 302
    again = opened(Answer.objects.get(pk=stored.pk))
    assert again.version == version + 1
    assert {name: str(getattr(again, name)) for name in kept} == kept
    shown = client.get(place(audit, number)).content.decode()
    for text in (*boxes.values(), "W"):
        assert text in shown or (text == "May" and 'value="5"' in shown)
    assert ("checked" in shown) is (number in (1, 3))
    assert client.get(f"/audits/{audit.slug}/cases/1/returns/health/").status_code == 200


def test_half_a_date_waits_and_the_words_beside_it_are_saved(world, audit, sign_in):
    answer(world, audit, 6, choice="2026-01-02", how_known="Old words.")
    client = sign_in(world.auditor)
    page = client.get(place(audit, 6)).content.decode()
    half = {"choice-day": "3", "choice-month": "", "choice-year": "", "how_known": "New words."}
    saved = client.post(place(audit, 6) + "autosave/", {**keys(page), **half})
    assert "Saved" in saved.content.decode()
    stored = opened(Answer.objects.get(question__number=6))
    assert (str(stored.choice), str(stored.how_known)) == ("2026-01-02", "New words.")
    refused = client.post(place(audit, 6), {**keys(page), **half})
    assert refused.status_code == 422
    assert "Date must include a month and year" in refused.content.decode()


def test_an_entry_of_tomorrow_is_no_evidence(world, audit, sign_in):
    client = sign_in(world.auditor)
    page = client.get(place(audit, 7)).content.decode()
    day = today() + dt.timedelta(days=1)
    boxes = {"choice-day": day.day, "choice-month": day.month, "choice-year": day.year, "how_known": "Record 9"}
    assert client.post(place(audit, 7), {**keys(page), **boxes}).status_code == 422


def test_the_cause_stays_where_a_save_says_nothing_of_it(world, audit):
    answer(world, audit, 3, choice="inadequate", how_known="Nobody told us.", cause=Cause.OTHER.value)
    stored = answer(world, audit, 3, choice="inadequate", how_known="Nobody told us at all.")
    assert str(opened(Answer.objects.get(pk=stored.pk)).cause) == "other"


def test_the_return_leads_to_the_first_question_that_is_this_agencys(world, sign_in):
    audit = world.selected(1)
    first_for_police = Questions(agency=(KINDS.agency[1], KINDS.agency[0]), panel=KINDS.panel)
    change_plan(
        audit, title=audit.title, terms_of_reference="T", review_title="", purpose="P", legal_basis="L",
        questions=first_for_police, dates=timetable(working_days_from(today(), 45)), earlier=None, version=None,
        by=world.chair,
    )  # fmt: skip
    circulate_audit(
        audit, {audit.cases.get(): [world.health]}, purpose="P", legal_basis="L", version=None, by=world.manager
    )
    world.declared(audit)
    say_known(world.return_of(audit), version=None, by=world.auditor)
    here = f"/audits/{audit.slug}/cases/1/returns/health/engagement/"
    client = sign_in(world.auditor)
    sent = client.post(here, {**keys(client.get(here).content.decode()), "before": "B", "now": "N"})
    assert sent.headers["Location"].endswith("/questions/2/")


def test_every_kind_comes_back_from_paper_and_what_is_no_answer_to_it_is_handed_back(world, audit, sign_in):
    answer(world, audit, 3, choice="good", how_known="Seen.")

    def edit(body):
        tick(body, "q1", "yes")
        tick(body, "q3", "inadequate")
        tick(body, "q3", "cause_system")
        fill(body, "q4", "One", "Two")
        fill(body, "q5", "What happened.")
        fill(body, "q6 date", "3rd April 2026")
        fill(body, "q7 date", "3 April 2060")
        fill(body, "q7", "Entry 12")
        tick(body, "q8", "good")

    data = edited(as_word.write(form_of(world.return_of(audit))), edit)
    client = sign_in(world.auditor)
    looked = send(client, audit, data)
    page = unescape(looked.content.decode())
    assert "In the box of question 7 (" in page
    assert "3 April 2060" in page
    # A box left empty stays as it is, and what is there is shown with it.
    assert "Inadequate\nSeen.\nThe cause lies with: The way agencies work together, or the system" in page
    client.post(at(audit, "paper/take/"), fields(looked))
    answers, _ = read_return(world.return_of(audit), by=world.auditor)
    assert {
        one.question.number: (str(one.choice), str(one.how_known), str(one.points), str(one.cause))
        for one in answers.values()
    } == {
        1: ("yes", "", "", ""),
        3: ("inadequate", "Seen.", "", "system"),
        4: ("", "", "One\nTwo", ""),
        5: ("", "What happened.", "", ""),
        6: ("2026-04-03", "", "", ""),
        7: ("", "Entry 12", "", ""),
        8: ("good", "", "", ""),
    }


def test_an_answer_out_of_place_is_not_ticked_and_a_choice_of_another_kind_is_handed_back(world, audit, sign_in):
    def edit(body):
        tick(body, "q1", "no")
        tick(body, "q8", "good")
        for each in row_of(body, "q3 good").iter("{*}t"):
            each.text = {" Good": "☒ Partly"}.get(each.text or "", "" if each.text != "q3" else each.text)

    data = edited(as_word.write(form_of(world.return_of(audit))), edit)
    looked = send(sign_in(world.auditor), audit, data)
    page = unescape(looked.content.decode())
    assert fields(looked)["take"] == ["q1"]
    assert "It is asked only where question 1 is answered “Yes”." in page
    assert "In the box of question 3 (select one of the answers offered)" in page
