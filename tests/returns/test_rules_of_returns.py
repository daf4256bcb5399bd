"""Clauses of the rules of returns that no page can tell apart, since another fence stands behind each."""

import datetime as dt
import io

import pytest
from django.utils import timezone
from PIL import Image

from maca.audits.models import Question
from maca.concerns.operations import raise_concern
from maca.kernel.clock import today
from maca.returns.models import ReminderStep, Upload, UploadPage
from maca.returns.operations import save_answer, say_known, say_not_known, say_of_risk
from maca.returns.queries import find_asking, find_upload, find_upload_page
from maca.returns.rules import (
    may_chase_return,
    may_enter_answers_from_paper,
    may_enter_from_paper,
    may_read_answers,
    may_submit_return,
)
from tests.makers import World


def test_that_a_family_is_not_known_is_no_draft(world: World) -> None:
    audit = world.circulated(1)
    drafted, not_known = world.return_of(audit), world.return_of(audit, "police")
    say_not_known(not_known, version=None, by=world.police_auditor)
    assert may_read_answers(world.manager, not_known)
    assert may_read_answers(world.manager, drafted).code == "a-draft"


def test_the_manager_takes_back_what_they_entered_from_paper_and_nothing_else(world: World) -> None:
    agency_return = world.return_of(world.circulated(1))
    say_not_known(agency_return, version=None, by=world.auditor)
    assert may_enter_from_paper(world.manager, agency_return).code == "not-known"
    agency_return.entered_by = world.manager
    assert may_enter_from_paper(world.manager, agency_return)


def test_answers_on_paper_are_entered_by_the_manager_alone(world: World) -> None:
    agency_return = world.return_of(world.circulated(1))
    say_known(agency_return, version=None, by=world.auditor)
    assert may_enter_answers_from_paper(world.manager, agency_return)
    assert may_enter_answers_from_paper(world.chair, agency_return).code == "not-the-manager"


def test_another_agencys_concern_does_not_stand_for_ones_own(world: World) -> None:
    agency_return = world.return_of(world.circulated(1))
    world.answer_all(agency_return)
    say_of_risk(agency_return, is_unsafe=True, by=world.auditor)

    def concern(by: str) -> None:
        raise_concern(agency_return.case, what="X", found_at=timezone.now(), told=None, by=world.people[by])

    concern("police_auditor")
    assert may_submit_return(world.auditor, agency_return).code == "no-concern"
    concern("auditor")
    assert may_submit_return(world.auditor, agency_return)


@pytest.mark.parametrize(
    ("step", "days_ago", "may"),
    [(ReminderStep.CHASED, 0, False), (ReminderStep.CHASED, 1, True), (ReminderStep.ON_THE_DAY, 0, True)],
)
def test_only_a_chase_of_today_is_one_too_many(world: World, step: str, days_ago: int, may: bool) -> None:
    agency_return = world.return_of(world.circulated(1))
    agency_return.reminders.create(
        step=step, day=today() - dt.timedelta(days=days_ago), recipient=world.auditor, notice="0" * 32
    )
    assert bool(may_chase_return(world.manager, agency_return)) is may


def test_each_question_is_found_with_its_own_answer(world: World) -> None:
    audit = world.circulated(1)
    agency_return = world.return_of(audit)
    say_known(agency_return, version=None, by=world.auditor)
    place = (audit.slug, 1, "health")
    for number in (3, 4):
        save_answer(
            find_asking(world.auditor, *place, number), choice="yes", how_known="X", points="", version=None,
            by=world.auditor,
        )  # fmt: skip
    assert [find_asking(world.auditor, *place, one).answer.question.number for one in (3, 4)] == [3, 4]


def test_only_the_agency_learns_that_a_question_is_out_of_place(world: World) -> None:
    audit = world.circulated(1)
    place = (audit.slug, 1, "health")
    first, second = audit.questions.filter(asked_of="agency").order_by("number")[:2]
    Question.objects.filter(pk=second.pk).update(shown_if=first, shown_if_answers=["yes"])
    with pytest.raises(Question.DoesNotExist):
        find_asking(world.auditor, *place, second.number)
    assert find_asking(world.manager, *place, second.number).question == second


def test_an_upload_is_found_at_its_own_address_alone(world: World) -> None:
    audit = world.circulated(2)
    agency_return = world.return_of(audit)
    say_known(agency_return, version=None, by=world.auditor)
    two = [Image.effect_noise((80, 60), 80) for _ in range(2)]
    content = io.BytesIO()
    two[0].save(content, "PDF", save_all=True, append_images=two[1:])
    upload = world.uploaded(agency_return, by=world.auditor, content=content.getvalue(), file_name="two.pdf")
    assert find_upload(world.auditor, audit.slug, 1, "health", upload.public_id) == upload
    for case, agency in ((2, "health"), (1, "police")):
        with pytest.raises(Upload.DoesNotExist):
            find_upload(world.auditor, audit.slug, case, agency, upload.public_id)
    for number in (1, 2):
        assert find_upload_page(world.auditor, audit.slug, 1, "health", upload.public_id, number).number == number
    with pytest.raises(UploadPage.DoesNotExist):
        find_upload_page(world.auditor, audit.slug, 1, "health", upload.public_id, 3)
