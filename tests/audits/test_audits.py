import datetime as dt
import re

import pytest

from maca.audits import rules
from maca.audits.forms import PlanForm
from maca.audits.models import AskedOf, Audit, Priority, PrioritySource
from maca.audits.operations import adopt_theme, change_plan, record_priority
from maca.audits.question_sets import ready_made
from maca.audits.timetable import timetable
from maca.kernel.clock import is_working_day
from maca.kernel.verdict import Refused


def test_only_the_chair_records_a_priority_and_a_refusal_changes_nothing(world):
    for who, person in world.people.items():
        if who != "chair":
            with pytest.raises(Refused) as refused:
                record_priority(title="X", source=PrioritySource.BOARD, reason="Y", by=person)
            assert refused.value.code == "not-the-chair"
    assert not Priority.objects.exists()


def test_a_planned_audit_asks_the_seven_and_the_three_questions_with_the_review_named(world):
    audit = world.planned()
    agency = [question.text for question in audit.questions.filter(asked_of=AskedOf.AGENCY)]
    assert len(agency) == 7
    assert "the Review of Child Z" in agency[4]
    assert audit.questions.filter(asked_of=AskedOf.PANEL).count() == 3
    second = audit.questions.get(asked_of=AskedOf.AGENCY, number=2)
    assert second.shown_if.number == 1
    assert second.shown_if_answers == ["yes", "partly"]


def test_the_question_about_a_review_is_left_out_where_none_is_named(world):
    audit = world.planned()
    change_plan(
        audit,
        title=audit.title,
        terms_of_reference="T",
        review_title="",
        purpose="P",
        legal_basis="L",
        questions=ready_made()["neglect"],
        dates=timetable(dt.date(2027, 3, 10)),
        earlier=None,
        version=audit.version,
        by=world.chair,
    )
    numbers = list(audit.questions.filter(asked_of=AskedOf.AGENCY).values_list("number", flat=True))
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert not audit.questions.filter(text__contains="{review}").exists()


def test_two_audits_with_one_title_have_two_addresses(world):
    first, second = world.planned(), world.planned()
    assert (first.slug, second.slug) == ("neglect-9", "neglect-9-2")


def test_every_day_of_a_timetable_is_a_working_day_in_order():
    dates = timetable(dt.date(2027, 1, 12))
    days = [dates.request_on, dates.returns_due_on, dates.pack_on, dates.panel_on, dates.draft_on]
    assert days == sorted(days)
    assert all(is_working_day(day) for day in days)
    assert dates.returns_due_on == dt.date(2026, 12, 24)  # ten working days before, over Christmas


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (("25", "12", "2028"), "bank holiday"),
        (("23", "12", "2028"), "Saturday"),
        (("1", "1", "2020"), "in the future"),
    ],
)
def test_a_panel_cannot_meet_on_a_day_that_is_none(day, sentence):
    data = {
        "title": "T",
        "terms_of_reference": "T",
        "questions": "neglect",
        "earlier": "",
        "request_before": "30",
        "returns_before": "10",
        "pack_before": "5",
        "draft_after": "10",
        **{f"panel_on-{part}": value for part, value in zip(("day", "month", "year"), day, strict=True)},
    }
    form = PlanForm(data, asks=ready_made(), earlier=[])
    assert sentence in form.errors["panel_on"][0]
    assert list(form.errors) == ["panel_on"]


def test_a_plan_stays_as_it_was_asked_once_it_is_circulated(world):
    audit = Audit.objects.get(pk=world.circulated().pk)
    assert rules.may_change_plan(world.chair, audit).code == "already-circulated"


@pytest.mark.parametrize(("title", "proposed"), [("Domestic Abuse", "domestic-abuse"), ("neglect", "neglect")])
def test_the_question_set_called_as_the_theme_is_proposed(world, sign_in, title, proposed):
    theme = adopt_theme(world.theme().priority, title=title, by=world.chair)
    page = sign_in(world.chair).get(f"/themes/{theme.public_id}/audit/").content.decode()
    assert re.search(r'<option value="([^"]*)" selected', page[page.index('name="questions"') :])[1] == proposed


def test_whoever_begins_audits_is_told_how_and_others_are_not(world, sign_in):
    assert "To begin an audit" in sign_in(world.chair).get("/").content.decode()
    assert "To begin an audit" not in sign_in(world.manager).get("/").content.decode()
