"""A note about a person's practice goes to the lead of one agency, and appears nowhere else."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.briefing.operations import approve_briefing, draft_briefing, publish_briefing, send_briefing
from maca.cases.models import Case, DestructionReason, Interest, Presenter
from maca.cases.operations import declare_interest, destroy_case
from maca.cases.seal import case_key
from maca.journal.models import Entry
from maca.kernel.clock import today
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.notices.models import Notice
from maca.panel import rules
from maca.panel.models import RestrictedNote
from maca.panel.operations import (
    close_panel,
    deal_with_restricted_note,
    introduce_case,
    read_restricted_note,
    record_finding,
    send_restricted_note,
)
from maca.panel.queries import CASE_HEADINGS, Column, find_hearing, find_restricted_note, readers_of_notes
from maca.partnership.models import Appointment, Person, Role
from maca.sealing.queries import KeyGoneError
from maca.worklist.queries import tasks
from tests.makers import World, keep_all
from tests.panel.test_panel import first_case
from tests.steps import step

WORDS = "Zqthe visits were written up late, <twice>."


@pytest.fixture
@step
def hearing(world):
    case = first_case(world.panel_opened(1))
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    return find_hearing(world.chair, case.audit.slug, 1)


@pytest.fixture
@step
def note(world, hearing):
    return sent(world, hearing)


def sent(world, hearing, agency="health", who="member"):
    one = send_restricted_note(hearing, agency=world.agencies[agency], words=WORDS, by=world.people[who])
    lead = world.people["lead" if agency == "health" else f"{agency}_lead"]
    return find_restricted_note(lead, hearing.case.audit.slug, 1, one.public_id)


def address(name, hearing, **more):
    return reverse(name, kwargs={"audit": hearing.case.audit.slug, "case": 1, **more})


def notices():
    return Notice.objects.filter(kind="panel/restricted-note")


def waits(person):
    return [one.url for one in tasks(person) if one.text.endswith("a restricted note from the panel")]


def test_the_lead_of_the_agency_reads_it_and_nobody_else(world, hearing, note, sign_in):
    here = address("restricted-note", hearing, note=note.public_id)
    read = {}
    for who, person in world.people.items():
        response = sign_in(person).get(here)
        read[who] = response.status_code
        assert ("Zqthe visits" in response.content.decode()) == (who == "lead"), who
    assert {who for who, status in read.items() if status == 200} == {"lead"}
    # They know that it was sent: the member who wrote it no less than the others.
    assert {who for who, status in read.items() if status == 403} == {"manager", "chair", "member", "other_member"}
    assert set(read.values()) == {200, 403, 404}
    refused = sign_in(world.member).get(here).content.decode()
    assert "Only leads of Health read this note. Nobody else does, not even its writer." in refused


def test_its_words_lie_sealed_and_the_journal_holds_none_of_them(world, hearing, note):
    assert b"Zqthe" not in bytes(RestrictedNote.objects.get().words)
    read_restricted_note(note, by=world.lead)
    deal_with_restricted_note(
        find_restricted_note(world.lead, hearing.case.audit.slug, 1, note.public_id), outcome="Zqwe spoke.",
        version=None, by=world.lead,
    )  # fmt: skip
    assert b"Zqwe" not in bytes(RestrictedNote.objects.get().outcome)
    entries = Entry.objects.filter(about=f"RestrictedNote:{note.public_id}").order_by("number")
    assert [(one.did, one.is_reading, one.by_name) for one in entries] == [
        ("sent a restricted note", False, "Member"),
        ("read a restricted note", True, "Lead"),
        ("dealt with a restricted note", False, "Lead"),
    ]
    assert all(set(one.details) <= {"audit", "case", "agency", "sealed"} for one in entries)
    assert not [one for one in Entry.objects.all() if "Zq" in str(one.details)]


def test_a_lead_declares_first_and_stays_out_with_a_conflict(world, hearing, sign_in):
    undeclared, conflicted = world.add("new_lead", "health"), world.add("kin_lead", "health")
    declare_interest(hearing.case, interest=Interest.RELATED, by=conflicted)
    note = sent(world, hearing)
    slug = hearing.case.audit.slug
    for person, code in ((undeclared, "undeclared"), (conflicted, "conflict")):
        theirs = find_restricted_note(person, slug, 1, note.public_id)
        assert rules.may_read_restricted_note(person, theirs).code == code
        assert rules.may_deal_with_restricted_note(person, theirs).code == code
        with pytest.raises(Refused):
            read_restricted_note(theirs, by=person)
    # Neither written to nor asked to do what they may not.
    assert {one.to_person for one in notices()} == {world.lead.public_id, undeclared.public_id}
    assert waits(undeclared)
    assert not waits(conflicted)
    led = sign_in(undeclared).get(address("restricted-note", hearing, note=note.public_id))
    assert led.status_code in (302, 403)
    assert "Zqthe" not in led.content.decode()


def test_the_lead_is_written_to_and_asked_until_one_of_the_agencys_leads_has_read_it(world, hearing, note, sign_in):
    second = world.add("second_lead", "health")
    world.declared(hearing.case.audit, "second_lead")
    notice = notices().get()
    here = address("restricted-note", hearing, note=note.public_id)
    # Nothing of it says which case to whoever sees the message.
    assert (notice.to_person, notice.link) == (world.lead.public_id, reverse("work-list"))
    assert waits(world.lead) == waits(second) == [here]
    assert waits(world.auditor) == waits(world.police_lead) == waits(world.member) == []
    sign_in(second).get(here)
    assert waits(world.lead) == waits(second) == [here]
    assert "Deal with a restricted note from the panel" in [one.text for one in tasks(world.lead)]
    read_at = RestrictedNote.objects.get().read_at
    sign_in(world.lead).get(here)
    assert RestrictedNote.objects.get().read_at == read_at
    # It is found again from the page of its case, by those who may read it.
    case_page = address("case", hearing)
    assert here in sign_in(world.lead).get(case_page).content.decode()
    for who in ("auditor", "police_lead", "member", "chair", "scrutineer"):
        assert "estricted note" not in sign_in(world.people[who]).get(case_page).content.decode()


def test_those_who_take_notes_see_that_it_was_sent_and_nothing_else(world, hearing, note, sign_in):
    for who, person in world.people.items():
        response = sign_in(person).get(address("hearing", hearing))
        told = re.search(r"To Health, sent by Member on", response.content.decode()) is not None
        assert told == (who in ("manager", "chair", "member", "other_member")), who
        assert note.public_id not in response.content.decode()
    for who in ("auditor", "lead", "scrutineer"):
        assert rules.may_list_restricted_notes(world.people[who], hearing).code == "not-a-note-taker"


def test_it_is_marked_as_dealt_with_once_in_words_for_the_leads_alone(world, hearing, note, sign_in):
    client = sign_in(world.lead)
    here = address("deal-with-restricted-note", hearing, note=note.public_id)
    assert "Zqthe" not in client.get(here).content.decode()
    assert client.post(here, {"outcome": "", "version": 1, "once": "a" * 32}).status_code == 422
    once = {"outcome": "Zqwe spoke.", "version": 1, "once": "b" * 32}
    assert [client.post(here, once).status_code for _ in range(2)] == [302, 302]
    shown = client.get(address("restricted-note", hearing, note=note.public_id)).content.decode()
    assert "Zqwe spoke." in shown
    assert "Mark as dealt with" not in shown
    assert client.get(here).status_code == 403
    again = find_restricted_note(world.lead, hearing.case.audit.slug, 1, note.public_id)
    assert rules.may_deal_with_restricted_note(world.lead, again).code == "dealt-with"
    with pytest.raises(Refused):
        deal_with_restricted_note(again, outcome="Later.", version=None, by=world.lead)


def test_two_leads_do_not_cover_one_another(world, hearing, note):
    with pytest.raises(Changed):
        deal_with_restricted_note(note, outcome="O", version=note.version + 1, by=world.lead)


def test_an_agency_without_a_lead_who_would_read_it_is_refused_and_said_before(world, hearing, sign_in):
    """The school never had one; Police's no longer signs in; Health's has a conflict of interest."""
    Person.objects.filter(pk=world.police_lead.pk).update(attested_on=today() - dt.timedelta(days=91))
    declare_interest(hearing.case, interest=Interest.SUPERVISED, by=world.lead)
    assert {agency.slug: leads for agency, leads in readers_of_notes(hearing.case).items()} == {
        "health": [], "police": [], "school": []
    }  # fmt: skip
    client, here = sign_in(world.member), address("send-restricted-note", hearing)
    shown = client.get(here).content.decode()
    for name in ("Health", "Police", "School"):
        assert f"{name} has no lead who could read a note" in shown
    assert "Ask the business manager to invite a lead for School" in shown
    assert "Send the note" not in shown
    for agency in world.agencies.values():
        with pytest.raises(Refused) as refused:
            send_restricted_note(hearing, agency=agency, words=WORDS, by=world.member)
        assert refused.value.code == "no-lead"
    assert client.post(here, {"agency": "school", "words": WORDS, "once": "a" * 32}).status_code == 422
    assert not RestrictedNote.objects.exists()
    assert not notices().exists()
    world.add("school_lead", "school")
    assert "Send the note" in client.get(here).content.decode()
    send_restricted_note(hearing, agency=world.agencies["school"], words=WORDS, by=world.member)


def test_an_agency_that_was_not_asked_about_the_case_is_sent_none(world, hearing):
    theirs = World("Another Partnership")
    with pytest.raises(Refused):
        send_restricted_note(hearing, agency=theirs.health, words=WORDS, by=world.member)


def test_the_page_says_who_reads_it_and_what_it_is_not_for(world, hearing, sign_in):
    client, here = sign_in(world.member), address("send-restricted-note", hearing)
    shown = client.get(here).content.decode()
    for words in (
        "leads of the agency that you choose, and nobody else",
        "and not you",
        address("raise-concern", hearing),
        "designated officer (LADO) at once",
        "Once it is sent you cannot read it again, change it or take it back",
    ):
        assert words in shown
    sent = {"agency": "health", "words": WORDS, "once": "a" * 32}
    for _ in range(2):
        gone = client.post(here, sent, follow=True)
        assert "Zqthe" not in gone.content.decode()
    assert RestrictedNote.objects.count() == 1


def test_who_sends_one_and_until_when(world, hearing):
    for who in ("chair", "manager", "member"):
        assert rules.may_send_restricted_note(world.people[who], hearing)
    for who in ("auditor", "lead", "scrutineer", "panel_member"):
        assert rules.may_send_restricted_note(world.people[who], hearing).code == "not-a-note-taker"
    world.hear(hearing.case)
    close_panel(hearing.case.audit, by=world.chair)
    with pytest.raises(Refused) as refused:
        sent(world, hearing)
    assert refused.value.code == "panel-closed"


def test_it_goes_with_its_case_and_nothing_opens_it_again(
    world, hearing, note, sign_in, django_capture_on_commit_callbacks
):
    row = RestrictedNote.objects.get()
    sealed = bytes(row.words)
    case = Case.objects.select_related("audit", "nomination").get(pk=hearing.case.pk)
    published(world, case)
    here = address("restricted-note", hearing, note=note.public_id)
    client = sign_in(world.lead)
    assert "Zqthe" in client.get(here).content.decode()  # the control: it outlives the panel
    with django_capture_on_commit_callbacks(execute=True):
        destroy_case(case, reason=DestructionReason.RETENTION, by=world.manager)
    refused = client.get(here)
    assert refused.status_code == 403
    assert "Zqthe" not in refused.content.decode()
    assert waits(world.lead) == []
    assert here not in client.get(address("case", hearing)).content.decode()
    assert bytes(RestrictedNote.objects.get().words) == sealed
    with pytest.raises(KeyGoneError):
        case_key(case).open(RestrictedNote.objects.get())


def published(world, case):
    world.hear(case)
    close_panel(case.audit, by=world.chair)
    briefing = draft_briefing(case.audit, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)


def test_the_pages_ask_as_often_for_many_notes_as_for_one(world, hearing, note, sign_in):
    record_finding(Column(hearing.case.audit, hearing.case, CASE_HEADINGS[0]), text="F", agencies=[], by=world.chair)
    chair, lead = sign_in(world.chair), sign_in(world.lead)

    def queries() -> list[int]:
        counts = []
        for client, path in (
            (chair, address("hearing", hearing)), (chair, address("send-restricted-note", hearing)),
            (lead, address("case", hearing)), (lead, "/"),
        ):  # fmt: skip
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            counts.append(len(asked))
        return counts

    queries()
    before = queries()
    for number in range(49):
        sent(world, hearing, who="chair" if number % 2 else "manager")
        if number < 10:
            world.add(f"lead_{number}", "police")
    assert queries() == before


def test_a_lead_who_introduces_the_case_reads_no_note_on_it(world, hearing, sign_in):
    presenting = world.add("presenting_lead", "health", Role.PRACTICE_MANAGER)
    Appointment.objects.create(person=presenting, role=Role.AGENCY_LEAD)
    case = hearing.case
    Presenter.objects.create(case=case, person=presenting)
    assert presenting not in readers_of_notes(case)[world.health]
    note = sent(world, hearing)
    presenting = Person.objects.get(pk=presenting.pk)
    theirs = find_restricted_note(presenting, case.audit.slug, 1, note.public_id)
    assert rules.may_read_restricted_note(presenting, theirs).code == "introduces"
    assert waits(presenting) == []
    assert "estricted note" not in sign_in(presenting).get(address("case", hearing)).content.decode()


def test_a_refusal_gives_back_what_was_written_and_no_number_of_the_page(world, hearing, sign_in):
    type(hearing.case.audit).objects.filter(pk=hearing.case.audit.pk).update(stage="panel_closed")
    page = reverse("send-restricted-note", kwargs={"audit": hearing.case.audit.slug, "case": 1})
    typed = {"words": "She did it.", "date": "2026-01-05"}
    answer = sign_in(world.chair).post(page, {**typed, "sent": "a" * 32})
    assert answer.status_code == 403
    shown = answer.content.decode()
    assert [one for one in typed.values() if one not in shown] == []
    assert "a" * 32 not in shown
