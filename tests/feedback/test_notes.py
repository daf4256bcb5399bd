"""Each team gets a short note on what the panel found of its work, what went well first, and can answer it."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.cases.models import DestructionReason, Interest, Presenter
from maca.cases.operations import declare_interest, destroy_case
from maca.cases.queries import forget_parts
from maca.feedback import rules
from maca.feedback.models import FeedbackNote, NoteReader, NoteReply
from maca.feedback.operations import answer_feedback_note, read_feedback_note, send_feedback_note
from maca.feedback.queries import find_note, team_of
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.notices.models import Notice
from maca.panel.models import EarlierWording
from maca.partnership.models import AgencyKind, Person, Role
from maca.returns.queries import find_return
from maca.worklist.queries import tasks
from tests.feedback.conftest import closed
from tests.feedback.test_fact_checks import finding_of, publish
from tests.steps import step


def returned(world, audit, agency="health"):
    return find_return(world.chair, audit.slug, 1, agency)


@pytest.fixture
@step
def note(world, audit):
    return send_feedback_note(returned(world, audit), opening="Zqthank you.", by=world.chair)


def address(audit, page="feedback-note", agency="health"):
    return reverse(page, kwargs={"audit": audit.slug, "case": 1, "agency": agency})


def found(world, audit, who):
    return find_note(world.people[who], audit.slug, 1, "health")


def texts(person):
    return [one.text for one in tasks(person)]


def test_a_note_says_first_what_went_well_and_nothing_about_other_agencies(world, audit):
    finding_of(audit, "Nobody had the whole picture in Case 1").agencies.set([world.health])
    send_feedback_note(returned(world, audit), opening="Thank you.", by=world.manager)
    shown = read_feedback_note(found(world, audit, "auditor"), by=world.auditor)
    assert shown.opening == "Thank you."
    said = [(label, [one.text for one in findings]) for label, findings in shown.columns]
    assert said == [
        ("What went well?", ["Health saw him alone in Case 1."]),
        ("What challenges / themes can be identified?", ["Nobody had the whole picture in Case 1."]),
    ]


def test_what_is_written_lies_sealed_and_each_reading_is_on_record(world, audit, note):
    assert b"Zqthank" not in bytes(FeedbackNote.objects.get().opening)
    reply = answer_feedback_note(found(world, audit, "auditor"), words="Zqwe knew.", by=world.auditor)
    assert b"Zqwe" not in bytes(reply.words)
    read_feedback_note(found(world, audit, "chair"), by=world.chair)
    entry = Entry.objects.get(did="read a feedback note")
    assert (entry.is_reading, entry.details["case"], entry.details["answers"]) == (True, "Case 1", 1)
    assert "Zq" not in json.dumps([one.details for one in Entry.objects.all()])


def test_no_name_stands_in_it(world, audit, note, sign_in):
    answer_feedback_note(found(world, audit, "auditor"), words="We knew.", by=world.auditor)
    for who in ("auditor", "manager", "chair", "lead", "scrutineer"):
        page = (
            sign_in(world.people[who]).get(address(audit)).content.decode().partition("<main")[2].partition("</main")[0]
        )
        assert not [one.name for one in Person.objects.all() if one.name in page.replace("Business manager", "")], who
    assert "Post of the auditor" in sign_in(world.chair).get(address(audit)).content.decode()


def test_who_it_is_for_is_told_in_one_message_each(world, audit, note):
    world.people["second"] = world.add("second_auditor", "health", Role.AUDITOR)
    told = Notice.objects.filter(kind="feedback/note").values_list("to_person", flat=True)
    assert sorted(told) == sorted([world.lead.public_id, world.auditor.public_id])
    send_feedback_note(returned(world, audit, "police"), opening="Thank you.", by=world.chair)
    assert Notice.objects.filter(kind="feedback/note").count() == 4


def test_whoever_introduced_the_case_for_the_agency_is_of_the_team(world, audit):
    case = audit.cases.get(number=1)
    worker = world.add("own_worker", "health", Role.SOCIAL_WORKER)
    one = returned(world, audit)
    assert worker not in team_of(one)
    Presenter.objects.create(case=case, person=worker)
    assert worker in team_of(one)
    assert worker not in team_of(returned(world, audit, "police"))
    # Of no agency, and so of children's social care.
    assert world.social_worker not in team_of(one)
    note = send_feedback_note(one, opening="Thank you.", by=world.chair)
    assert rules.may_answer_feedback_note(worker, find_note(worker, audit.slug, 1, "health"))
    with pytest.raises(FeedbackNote.DoesNotExist):
        find_note(world.social_worker, audit.slug, 1, "health")
    world.health.kind = one.agency.kind = AgencyKind.CHILDREN_SOCIAL_CARE
    world.health.save(update_fields=["kind"])
    assert world.social_worker in team_of(one)
    assert rules.may_read_feedback_note(world.social_worker, find_note(world.social_worker, audit.slug, 1, "health"))
    assert note.agency_return == one


def test_whoever_has_a_conflict_is_not_written_to_and_does_not_read_it(world, audit):
    declare_interest(audit.cases.get(number=1), interest=Interest.HELD, by=world.auditor)
    assert world.auditor not in team_of(returned(world, audit))
    note = send_feedback_note(returned(world, audit), opening="Thank you.", by=world.chair)
    assert rules.may_read_feedback_note(world.auditor, found(world, audit, "auditor")).code == "conflict"
    assert "Read the feedback for Health" not in texts(world.auditor)
    assert "Read the feedback for Health" in texts(world.lead)
    forget_parts(note.agency_return.case)


def test_another_team_does_not_see_that_it_is_there(world, audit, note, sign_in):
    for who in ("police_lead", "police_auditor", "school_auditor", "member", "social_worker", "panel_member"):
        with pytest.raises(FeedbackNote.DoesNotExist):
            found(world, audit, who)
        assert sign_in(world.people[who]).get(address(audit)).status_code == 404, who
    assert rules.may_read_feedback_note(world.police_lead, note).code == "not-your-team"
    assert rules.may_answer_feedback_note(world.chair, note).code == "not-your-team"
    for who in ("scrutineer", "chair"):
        with pytest.raises(Refused):
            answer_feedback_note(note, words="No.", by=world.people[who])


def test_a_team_answers_more_than_once_and_only_those_who_run_the_audit_read_it(world, audit, note):
    answer_feedback_note(found(world, audit, "auditor"), words="First.", by=world.auditor)
    answer_feedback_note(found(world, audit, "auditor"), words="Second.", by=world.auditor)
    read = {
        who: [str(one.words) for one in read_feedback_note(found(world, audit, who), by=world.people[who]).replies]
        for who in ("auditor", "lead", "scrutineer", "manager", "chair")
    }
    both = ["First.", "Second."]
    assert read == {"auditor": both, "lead": [], "scrutineer": [], "manager": both, "chair": both}
    told = Notice.objects.filter(kind="feedback/answered").values_list("to_person", flat=True)
    assert sorted(told) == sorted([world.chair.public_id, world.manager.public_id])  # one each, as long as it waits


def test_what_waits_goes_when_it_has_been_read(world, audit, note):
    for who in ("lead", "auditor"):
        assert "Read the feedback for Health" in texts(world.people[who])
    read_feedback_note(found(world, audit, "auditor"), by=world.auditor)
    read_feedback_note(found(world, audit, "auditor"), by=world.auditor)
    assert "Read the feedback for Health" not in texts(world.auditor)
    assert "Read the feedback for Health" in texts(world.lead)
    assert NoteReader.objects.count() == 1
    answer_feedback_note(found(world, audit, "auditor"), words="We knew.", by=world.auditor)
    for who in ("chair", "manager"):
        assert "Read what Health answered" in texts(world.people[who])
    read_feedback_note(found(world, audit, "scrutineer"), by=world.scrutineer)
    assert "Read what Health answered" in texts(world.chair)
    read_feedback_note(found(world, audit, "manager"), by=world.manager)
    assert "Read what Health answered" not in texts(world.chair)
    assert NoteReply.objects.get().read_at


def test_who_sends_a_note_and_of_which_returns(world, audit):
    one = returned(world, audit)
    for who in ("lead", "auditor", "member", "scrutineer", "social_worker", "panel_member"):
        assert rules.may_send_feedback_note(world.people[who], one).code == "not-yours"
        with pytest.raises(Refused):
            send_feedback_note(one, opening="No.", by=world.people[who])
    assert rules.may_send_feedback_note(world.chair, returned(world, audit, "school")).code == "no-account"
    declared = declare_interest(audit.cases.get(number=1), interest=Interest.RELATED, by=world.manager)
    assert rules.may_send_feedback_note(world.manager, returned(world, audit)).code == "conflict"
    assert declared.is_conflict
    send_feedback_note(returned(world, audit), opening="Thank you.", by=world.chair)
    assert rules.may_send_feedback_note(world.chair, returned(world, audit)).code == "already-sent"
    early = world.panel_opened(1)
    assert rules.may_send_feedback_note(world.chair, returned(world, early)).code == "panel-not-closed"


def test_the_form_proposes_a_beginning_and_is_sent_once(world, audit, sign_in):
    client = sign_in(world.manager)
    page = client.get(address(audit, "send-feedback-note")).content.decode()
    assert "Thank you for the time and care" in page
    assert page.index("What went well?") < page.index("What challenges")
    sent = {"opening": "Thank you.", "once": "a" * 32}
    for _ in range(2):
        assert client.post(address(audit, "send-feedback-note"), sent).status_code == 302
    assert FeedbackNote.objects.count() == 1
    assert client.post(address(audit, "send-feedback-note"), {**sent, "once": "b" * 32}).status_code == 403


def test_an_answer_that_is_sent_twice_is_one(world, audit, note, sign_in):
    client = sign_in(world.auditor)
    for _ in range(2):
        assert client.post(address(audit), {"words": "We knew.", "once": "a" * 32}).status_code == 302
    assert NoteReply.objects.count() == 1
    assert client.post(address(audit), {"words": "", "once": "b" * 32}).status_code == 422
    assert sign_in(world.chair).post(address(audit), {"words": "No.", "once": "c" * 32}).status_code == 403


def test_after_the_briefing_the_note_leads_to_it_and_what_was_destroyed_is_gone(world, audit, note, sign_in):
    publish(world, audit)
    shown = sign_in(world.auditor).get(address(audit)).content.decode()
    assert reverse("briefing", kwargs={"audit": audit.slug}) in shown
    case = audit.cases.select_related("nomination", "audit").get(number=1)
    destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    assert sign_in(world.auditor).get(address(audit)).status_code in (403, 404)
    assert sign_in(world.chair).get(reverse("feedback-notes", kwargs={"audit": audit.slug})).status_code == 200
    assert "Read the feedback for Health" not in texts(world.lead)


def test_the_pages_take_the_same_queries_for_one_and_for_many(world, sign_in):
    counted = []
    for cases in (1, 5):
        audit = closed(world, cases)
        for agency in ("health", "police"):
            send_feedback_note(returned(world, audit, agency), opening="Thank you.", by=world.chair)
        for number in range(cases):
            answer_feedback_note(found(world, audit, "auditor"), words=f"{number}.", by=world.auditor)
        pages = [
            (world.chair, reverse("feedback-notes", kwargs={"audit": audit.slug})),
            (world.chair, address(audit)),
            (world.auditor, address(audit)),
            (world.auditor, reverse("case", kwargs={"audit": audit.slug, "case": 1})),
        ]
        for person, page in pages:
            client = sign_in(person)
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            counted.append(len(captured))
    assert counted[:4] == counted[4:]


def test_a_finding_that_was_reworded_after_the_note_says_so_in_it(world, audit, note, sign_in):
    page = reverse("feedback-note", kwargs={"audit": audit.slug, "case": 1, "agency": "health"})
    finding = audit.findings.get(text="Health saw him alone in Case 1.")
    EarlierWording.objects.create(finding=finding, text="Health saw him.", replaced_by=world.chair)
    shown = sign_in(world.lead).get(page).content.decode()
    assert "after this note was sent. Before: “Health saw him.”" in shown
    EarlierWording.objects.update(replaced_at=note.sent_at - dt.timedelta(hours=1))
    assert "after this note was sent" not in sign_in(world.lead).get(page).content.decode()


def test_where_nothing_went_well_the_writer_is_asked_for_something_that_did(world, audit, sign_in):
    def asked(agency):
        page = reverse("send-feedback-note", kwargs={"audit": audit.slug, "case": 1, "agency": agency})
        return "nothing that went well about this team" in sign_in(world.manager).get(page).content.decode()

    assert asked("police")
    assert not asked("health")
