"""Handing in is signed; the business manager sends single questions back; nothing that was handed in is lost."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from maca.concerns.operations import raise_concern
from maca.journal.models import Entry
from maca.kernel.clock import LONDON, today, working_days_from
from maca.kernel.verdict import Refused
from maca.notices.kinds import body, kind_of
from maca.notices.models import Notice
from maca.panel.operations import open_panel
from maca.returns import rules
from maca.returns.differences import Part, differences
from maca.returns.models import AgencyReturn
from maca.returns.operations import (
    describe_engagement,
    read_dealings,
    read_return,
    save_answer,
    say_known,
    say_of_risk,
    send_back_questions,
    submit_return,
)
from maca.returns.queries import find_asking, waiting_for
from maca.returns.reminders import remind
from tests.makers import World
from tests.returns.test_returns import BLANK, asking, report_of


def question(audit, number):
    return audit.questions.get(asked_of="agency", number=number)


def handed_in(world: World) -> AgencyReturn:
    return world.submitted(world.return_of(world.circulated(1)))


def sent_back(world: World, *numbers: int) -> AgencyReturn:
    one = handed_in(world)
    comments = {question(one.case.audit, number): f"Look at {number} again." for number in numbers or (3,)}
    send_back_questions(one, comments, version=one.version, by=world.manager)
    return one


def test_what_was_sent_back_is_still_seen_as_it_was_handed_in_and_never_chased_by_the_calendar(world):
    one = world.return_of(world.circulated(1))
    say_known(one, version=None, by=world.auditor)
    upload = world.uploaded(one, by=world.auditor)
    world.submitted(world.return_of(one.case.audit))
    one = world.return_of(one.case.audit)
    send_back_questions(one, {question(one.case.audit, 3): "Again."}, version=one.version, by=world.manager)
    upload.agency_return = one
    assert rules.may_view_upload(world.manager, upload)
    assert rules.may_enter_from_paper(world.manager, one).code == "sent-back"
    assert rules.may_extend_return(world.manager, one).code == "complete"
    AgencyReturn.objects.filter(case=one.case).update(
        due_on=working_days_from(today(), -3), asked_at=timezone.now() - dt.timedelta(days=60)
    )
    Notice.objects.all().delete()
    remind(dt.datetime.combine(today(), dt.time(12), LONDON))
    assert Notice.objects.exists(), "the control: others are still awaited"
    assert not Notice.objects.filter(to_person__in=[world.lead.public_id, world.auditor.public_id]).exists()


def say(world: World, one: AgencyReturn, number: int, words: str, choice: str = "no") -> None:
    save_answer(
        asking(world, one.case.audit, number),
        **{**BLANK, "choice": choice, "how_known": words},
        version=None,
        by=world.auditor,
    )


def address(one: AgencyReturn, page: str = "return", **more: object) -> str:
    return reverse(page, kwargs={"audit": one.case.audit.slug, "case": 1, "agency": one.agency.slug, **more})


# ---- signing


def test_the_lead_signs_in_their_own_right_and_an_auditor_says_who_gave_the_authority(world):
    one = world.answer_all(world.return_of(world.circulated(1)))
    with pytest.raises(Refused) as refused:
        submit_return(one, version=None, by=world.auditor)
    assert refused.value.code == "no-authority"
    assert world.return_of(one.case.audit).stage == "started"
    submit_return(one, delegated_by="The lead nurse", version=None, by=world.auditor)
    signature = one.signatures.get()
    assert (signature.name, signature.post, signature.is_delegated) == ("Auditor", "Post of the auditor", True)
    assert "authority to sign it for Health" in signature.statement
    assert b"nurse" not in bytes(signature.delegated_by)
    assert read_dealings(one, by=world.manager).signatures[0].delegated_by == "The lead nurse"
    two = world.answer_all(world.return_of(one.case.audit, "police"))
    submit_return(two, version=None, by=world.police_lead)
    assert not two.signatures.get().is_delegated


def test_a_name_that_changes_later_does_not_change_what_was_signed(world):
    one = handed_in(world)
    type(world.auditor).objects.filter(pk=world.auditor.pk).update(name="Married Name", post="Another post")
    assert read_dealings(one, by=world.manager).signatures[0].name == "Auditor"


# ---- sending back


def test_only_the_questions_that_were_sent_back_can_be_edited(world):
    one = sent_back(world, 3)
    assert one.stage == "sent_back"
    assert rules.may_answer_question(world.auditor, asking(world, one.case.audit, 3))
    assert rules.may_answer_question(world.auditor, asking(world, one.case.audit, 4)).code == "not-sent-back"
    with pytest.raises(Refused) as refused:
        say(world, one, 4, "Slipped in.")
    assert refused.value.code == "not-sent-back"
    with pytest.raises(Refused) as refused:
        describe_engagement(one, before="B", now="N", version=None, by=world.auditor)
    assert refused.value.code == "sent-back"


def test_others_read_what_was_handed_in_until_it_is_handed_in_again(world):
    one = sent_back(world, 3)
    third = question(one.case.audit, 3).pk
    say(world, one, 3, "Half a thought")
    assert read_return(world.return_of(one.case.audit), by=world.manager)[0][third].how_known == "In the record."
    assert read_return(world.return_of(one.case.audit), by=world.auditor)[0][third].how_known == "Half a thought"
    assert report_of(one.case.audit).rows[2].cells[0].words == ("In the record.",)
    submit_return(one, version=None, by=world.lead)
    assert read_return(world.return_of(one.case.audit), by=world.manager)[0][third].how_known == "Half a thought"
    row = read_dealings(one, by=world.manager).sent_back[0]
    assert (row.comment, row.answer.choice, row.answer.how_known) == ("Look at 3 again.", "yes", "In the record.")
    assert report_of(one.case.audit).rows[2].cells[0].words == ("Half a thought",)


def test_a_panel_that_opens_meanwhile_hears_what_was_handed_in(world):
    one = sent_back(world, 3)
    say(world, one, 3, "Too late")
    open_panel(one.case.audit, by=world.chair)
    report = report_of(one.case.audit)
    assert report.rows[2].cells[0].words == ("In the record.",)
    assert [account.name for account in report.sent_back] == ["Health"]
    fresh = world.return_of(one.case.audit)
    assert rules.may_submit_return(world.auditor, fresh).code == "not-gathering"


def test_a_question_that_hangs_on_another_goes_back_with_it(world):
    one = sent_back(world, 1)
    assert sorted(one.sent_back.values_list("question__number", flat=True)) == [1, 2]
    say(world, one, 1, "None.", choice="no")
    assert rules.may_submit_return(world.auditor, world.return_of(one.case.audit))
    submit_return(one, version=None, by=world.lead)
    assert report_of(one.case.audit).rows[1].cells[0].gap.startswith("Not asked")


def test_a_question_can_be_sent_back_twice_and_every_version_stays(world):
    one = sent_back(world, 3)
    say(world, one, 3, "Second")
    submit_return(one, version=None, by=world.lead)
    one = world.return_of(one.case.audit)
    send_back_questions(one, {question(one.case.audit, 3): "And again."}, version=None, by=world.manager)
    say(world, one, 3, "Third")
    submit_return(one, version=None, by=world.lead)
    versions = [row.answer.how_known for row in read_dealings(one, by=world.lead).sent_back]
    assert versions == ["In the record.", "Second"]
    assert one.signatures.count() == 3


def test_who_sends_back_and_when(world):
    one = handed_in(world)
    for who, person in world.people.items():
        if who != "manager":
            assert rules.may_send_back_questions(person, one).code == "not-the-manager", who
    with pytest.raises(Refused) as refused:
        send_back_questions(one, {question(one.case.audit, 3): ""}, version=None, by=world.manager)
    assert refused.value.code == "no-comment"
    open_panel(one.case.audit, by=world.chair)
    assert rules.may_send_back_questions(world.manager, world.return_of(one.case.audit)).code == "not-gathering"
    two = world.return_of(one.case.audit, "police")
    assert rules.may_send_back_questions(world.manager, two).code == "not-handed-in"


def test_the_agency_is_told_without_a_word_of_the_case(world):
    one = sent_back(world, 3)
    notices = Notice.objects.filter(kind="returns/sent-back")
    assert {notice.to_address for notice in notices} == {world.lead.email, world.auditor.email}
    text = body(kind_of("returns/sent-back"), notices.first().link)
    assert "again" not in text.replace("in again", "")
    assert "Look at" not in "".join(str(entry.details) for entry in Entry.objects.all())
    assert one in waiting_for(world.auditor)


def test_whether_it_came_late_is_decided_by_the_first_time(world):
    one = sent_back(world, 3)
    yesterday = working_days_from(today(), -1)
    AgencyReturn.objects.filter(pk=one.pk).update(due_on=yesterday)
    one = world.return_of(one.case.audit)
    assert not one.is_late
    assert not AgencyReturn.objects.of(one.case.audit).late().filter(pk=one.pk).exists()
    AgencyReturn.objects.filter(pk=one.pk).update(first_submitted_at=one.asked_at - dt.timedelta(days=9))
    submit_return(world.return_of(one.case.audit), version=None, by=world.lead)
    assert not world.return_of(one.case.audit).handed_in_late


def test_both_versions_stand_beside_each_other_on_the_page(world, sign_in):
    one = sent_back(world, 3)
    say(world, one, 3, "In the new record.")
    draft = sign_in(world.manager).get(address(one)).content.decode()
    assert "Look at 3 again." in draft
    assert "new" not in draft.split("Look at 3 again.")[1].split("</dd>")[0]
    submit_return(one, version=None, by=world.lead)
    page = sign_in(world.manager).get(address(one)).content.decode()
    assert '<ins><span class="govuk-visually-hidden">put in: </span>new ' in page
    assert '<del><span class="govuk-visually-hidden">taken out: </span>Yes' in page


def test_the_comment_stands_beside_the_question(world, sign_in):
    one = sent_back(world, 3)
    assert "Look at 3 again." in sign_in(world.auditor).get(address(one, "answer", question=3)).content.decode()
    assert sign_in(world.auditor).get(address(one, "answer", question=4)).status_code == 403


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab \n", max_size=30), st.text(alphabet="ab \n", max_size=30))
def test_the_differences_hold_both_texts_whole(was, now):
    parts = differences(was, now)
    assert "".join(part.was for part in parts) == was
    assert "".join(part.now for part in parts) == now
    assert all(part.is_same for part in differences(was, was))


def test_long_texts_are_compared_by_sentences_and_very_long_ones_not_at_all():
    told = [f"On visit {n} the house was cold. " for n in range(400)]
    parts = differences("".join(told), "".join([*told[:200], "It was warm. ", *told[201:]]))
    assert [part for part in parts if not part.is_same] == [Part(told[200], "It was warm. ")]
    assert differences("a b " * 5_000, "b a a " * 5_000) == (Part("a b " * 5_000, "b a a " * 5_000),)
    assert len(differences("a b " * 100, "b a a " * 100)) > 1, "the control: short ones are compared by words"


# ---- immediate risk


def test_no_return_is_handed_in_without_the_first_question(world):
    one = world.answer_all(world.return_of(world.circulated(1)))
    one.risk_statements.all().delete()
    assert rules.may_submit_return(world.auditor, one).code == "no-risk-answer"
    said = say_of_risk(one, is_unsafe=False, by=world.auditor)
    assert (said.said_by, said.said_at.date()) == (world.auditor, today())
    assert rules.may_submit_return(world.auditor, one)


def test_yes_wants_a_concern_and_every_answer_is_kept(world, sign_in):
    one = world.answer_all(world.return_of(world.circulated(1)))
    client = sign_in(world.auditor)
    page = client.get(address(one, "risk")).content.decode()
    key = page.split('name="once" value="')[1].split('"')[0]
    response = client.post(address(one, "risk"), {"is_unsafe": "yes", "once": key})
    assert response.headers["Location"].endswith("/concern/")
    assert rules.may_submit_return(world.auditor, one).code == "no-concern"
    raise_concern(one.case, what="W", found_at=one.asked_at, told=None, by=world.auditor)
    assert rules.may_submit_return(world.auditor, world.return_of(one.case.audit))
    say_of_risk(one, is_unsafe=False, by=world.lead)
    assert [said.is_unsafe for said in one.risk_statements.all()] == [False, True, False]


def test_it_can_be_answered_anew_after_the_return_was_handed_in(world):
    one = handed_in(world)
    open_panel(one.case.audit, by=world.chair)
    fresh = world.return_of(one.case.audit)
    say_of_risk(fresh, is_unsafe=True, by=world.auditor)
    assert rules.may_say_of_risk(world.police_auditor, fresh).code == "not-your-agency"
    assert rules.may_say_of_risk(world.manager, fresh).code == "not-your-agency"


def test_the_first_question_comes_right_after_the_family_is_known(world, sign_in):
    audit = world.circulated(1)
    one, client = world.return_of(audit), sign_in(world.auditor)
    key = client.get(address(one, "known")).content.decode().split('name="once" value="')[1].split('"')[0]
    sent = {"known": "yes", "version": one.version, "once": key}
    assert client.post(address(one, "known"), sent).headers["Location"] == address(one, "risk")
    assert find_asking(world.auditor, audit.slug, 1, "health", 1).agency_return.stage == "started"
