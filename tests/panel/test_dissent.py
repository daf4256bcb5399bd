"""That an agency does not agree with a finding, in its own words, and what the panel then accepts and why."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.audits.models import Heading
from maca.briefing.operations import draft_briefing
from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel import rules
from maca.panel.models import Came, Dissent, Finding
from maca.panel.operations import (
    change_dissent,
    change_finding,
    close_panel,
    finish_hearing,
    introduce_case,
    put_back_dissent,
    read_disagreements,
    record_attendance,
    record_dissent,
    record_finding,
    say_what_is_accepted,
    withdraw_dissent,
    withdraw_finding,
)
from maca.panel.queries import CASE_HEADINGS, Column, find_dissent, find_finding_of_case, find_hearing, not_agreed
from tests.panel.test_panel import first_case
from tests.steps import step


@pytest.fixture
@step
def hearing(world):
    case = first_case(world.panel_opened(1))
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    return find_hearing(world.chair, case.audit.slug, 1)


@pytest.fixture
@step
def finding(world, hearing):
    return found(hearing, world, "The plan was good.")


def found(hearing, world, text):
    column = Column(hearing.case.audit, hearing.case, Heading.WENT_WELL)
    one = record_finding(column, text=text, agencies=[], by=world.chair)
    return find_finding_of_case(world.chair, hearing.case.audit.slug, 1, one.public_id)


def not_by(world, finding, agency="police", words="Zqnot so <b>", who="manager"):
    one = record_dissent(finding, agency=world.agencies[agency], words=words, by=world.people[who])
    return find_dissent(world.chair, finding.audit.slug, 1, finding.public_id, one.public_id)


def shown(world, hearing, who="chair"):
    """What is read of each finding: the agency, its words, and whether it was withdrawn."""
    read = read_disagreements(hearing, by=world.people[who])
    return [(one.agency, one.words, one.is_out) for those in read.dissents.values() for one in those]


def address(name, finding, **more):
    return reverse(name, kwargs={"audit": finding.audit.slug, "case": 1, "finding": finding.public_id, **more})


def page(name, hearing):
    case = {} if name == "panel" else {"case": 1}
    return reverse(name, kwargs={"audit": hearing.case.audit.slug, **case})


def test_what_an_agency_says_lies_sealed_is_read_with_the_finding_and_is_in_no_journal(world, hearing, finding):
    one = not_by(world, finding)
    assert b"Zqnot" not in bytes(Dissent.objects.get().words)
    read = read_disagreements(hearing, by=world.auditor).dissents[finding.public_id]
    assert [(one.agency, one.words, one.by) for one in read] == [("Police", "Zqnot so <b>", "Manager")]
    entry = Entry.objects.get(did="recorded a dissent")
    assert (entry.about, entry.details["agency"], entry.details["case"]) == (
        f"Dissent:{one.public_id}",
        "police",
        "Case 1",
    )
    assert Entry.objects.get(did="read what agencies do not agree with").details["dissents"] == 1
    assert not [one for one in Entry.objects.all() if "Zqnot" in str(one.details)]


def test_nothing_is_read_where_everybody_agrees(world, hearing, finding):
    assert shown(world, hearing) == []
    assert not Entry.objects.filter(did="read what agencies do not agree with").exists()


def test_an_agency_dissents_once_from_a_finding(world, hearing, finding):
    one = not_by(world, finding)
    for withdrawn in (False, True):
        if withdrawn:
            withdraw_dissent(one, by=world.chair)
        with pytest.raises(Refused) as refused:
            not_by(world, finding, words="Again")
        assert refused.value.code == "recorded"
    assert Dissent.objects.count() == 1
    not_by(world, finding, "health")  # the control: another agency
    not_by(world, found(hearing, world, "Another."))  # and another finding
    assert Dissent.objects.count() == 3


def test_it_is_changed_on_its_version_withdrawn_and_put_back_and_nothing_is_deleted(world, hearing, finding):
    one = not_by(world, finding)
    change_dissent(one, words="Not quite.", version=one.version, by=world.member)
    with pytest.raises(Changed):
        change_dissent(one, words="Later.", version=1, by=world.chair)
    withdraw_dissent(one, by=world.manager)
    assert shown(world, hearing) == [("Police", "Not quite.", True)]
    assert shown(world, hearing, "auditor") == shown(world, hearing, "scrutineer") == []
    put_back_dissent(one, by=world.manager)
    assert shown(world, hearing, "auditor") == [("Police", "Not quite.", False)]
    dids = Entry.objects.filter(about=f"Dissent:{one.public_id}", is_reading=False).values_list("did", flat=True)
    assert sorted(dids) == ["changed a dissent", "put back a dissent", "recorded a dissent", "withdrew a dissent"]


def test_who_was_not_asked_for_the_wording_since_is_not_said_to_disagree_with_it(world, hearing, finding, sign_in):
    one = not_by(world, finding)
    client = sign_in(world.auditor)
    told = "the finding has been changed since"
    assert told not in client.get(page("hearing", hearing)).content.decode()
    change_finding(finding, text="It was fair.", agencies=[], version=None, by=world.chair)
    assert told in client.get(page("hearing", hearing)).content.decode()
    change_dissent(one, words="Still not.", version=None, by=world.manager)
    assert told not in client.get(page("hearing", hearing)).content.decode()


def test_who_records_what_and_until_when(world, hearing, finding):
    one = not_by(world, finding)
    for who in ("chair", "manager", "member"):
        assert rules.may_record_dissent(world.people[who], finding)
        assert rules.may_change_dissent(world.people[who], one)
    for who in ("auditor", "lead", "scrutineer", "social_worker", "panel_member"):
        assert rules.may_record_dissent(world.people[who], finding).code == "not-a-note-taker"
        assert rules.may_change_dissent(world.people[who], one).code == "not-a-note-taker"
    assert rules.may_say_what_is_accepted(world.chair, finding)
    assert rules.may_say_what_is_accepted(world.manager, finding).code == "not-the-chair"
    declare_interest(hearing.case, interest=Interest.HELD, by=world.member)
    again = find_finding_of_case(world.member, finding.audit.slug, 1, finding.public_id)
    assert rules.may_record_dissent(world.member, again).code == "conflict"
    withdraw_finding(finding, by=world.chair)
    assert rules.may_record_dissent(world.chair, finding).code == "withdrawn"
    assert rules.may_say_what_is_accepted(world.chair, finding).code == "withdrawn"
    assert shown(world, hearing) == []


def test_once_the_panel_has_closed_it_stands_for_whoever_may_read_the_hearing(world, hearing, finding, sign_in):
    one = not_by(world, finding)
    withdraw_dissent(not_by(world, finding, "health", words="Zqafter all"), by=world.chair)
    record_attendance(hearing, {world.health: (Came.PRESENT, "")}, version=None, by=world.chair)
    finish_hearing(hearing, nothing_under=CASE_HEADINGS[1:], by=world.chair)
    close_panel(hearing.case.audit, by=world.chair)
    for do in (withdraw_dissent, put_back_dissent):
        with pytest.raises(Refused) as refused:
            do(one, by=world.chair)
        assert refused.value.code == "panel-closed"
    with pytest.raises(Refused):
        say_what_is_accepted(finding, words="W", version=None, by=world.chair)
    for who in ("chair", "auditor", "scrutineer"):
        read = sign_in(world.people[who]).get(page("hearing", hearing)).content.decode()
        assert "Zqnot so &lt;b&gt;" in read
        assert "Zqafter all" not in read
        assert "An agency does not agree" not in read


def test_a_finding_about_the_whole_audit_takes_none_since_no_key_would_go_with_it(world, hearing, sign_in):
    audit = hearing.case.audit
    whole = record_finding(Column(audit, None, Heading.GOOD_PRACTICE), text="Good.", agencies=[], by=world.chair)
    with pytest.raises(Refused) as refused:
        record_dissent(whole, agency=world.health, words="W", by=world.chair)
    assert refused.value.code == rules.may_say_what_is_accepted(world.chair, whole).code == "whole-audit"
    assert sign_in(world.chair).get(address("record-dissent", whole)).status_code == 404
    assert "does not agree" not in sign_in(world.chair).get(page("panel", hearing)).content.decode()


def test_it_stands_on_the_hearing_and_on_the_screen_and_is_counted_on_the_page_of_the_panel(
    world, hearing, finding, sign_in
):
    not_by(world, finding)
    client = sign_in(world.chair)
    for name in ("hearing", "present"):
        read = client.get(page(name, hearing)).content.decode()
        assert "Zqnot so &lt;b&gt;" in read
        assert "Not agreed by" in read
    assert "Manager, " not in read  # on the screen in the room there is nobody's name
    read = client.get(page("panel", hearing)).content.decode()
    assert "1 finding not agreed by every agency" in read
    assert "Zqnot" not in read


def test_by_the_pages_it_is_recorded_once_changed_withdrawn_and_put_back(world, hearing, finding, sign_in):
    client = sign_in(world.manager)
    new = address("record-dissent", finding)
    assert client.post(new, {"agency": "", "words": "", "once": "a" * 32}).status_code == 422
    sent = {"agency": "police", "words": "Not so.", "once": "b" * 32}
    assert [client.post(new, sent).status_code for _ in range(2)] == [302, 302]
    one = Dissent.objects.get()
    here = address("change-dissent", finding, dissent=one.public_id)
    assert "Not so." in client.get(here).content.decode()
    assert client.post(here, {"words": "Not at all.", "version": 1, "once": "c" * 32}).status_code == 302
    late = client.post(here, {"words": "Late.", "version": 1, "once": "d" * 32})
    assert (late.status_code, "Not at all." in late.content.decode()) == (409, True)
    for name, is_out in (("withdraw-dissent", True), ("put-back-dissent", False)):
        assert client.post(address(name, finding, dissent=one.public_id), {"once": "e" * 32}).status_code == 302
        one.refresh_from_db()
        assert (one.withdrawn_at is not None) == is_out
        assert ("Put it back" in client.get(here).content.decode()) == is_out
    other = found(hearing, world, "Another.")
    assert client.get(address("change-dissent", other, dissent=one.public_id)).status_code == 404


def test_what_the_panel_accepts_and_why_stands_sealed_beside_the_finding(world, hearing, finding, sign_in):
    not_by(world, finding)
    client, here = sign_in(world.chair), address("accepted", finding)
    assert "Say what the panel accepts, and why" in client.get(page("hearing", hearing)).content.decode()
    sent = {"words": "Zqthe school’s record, made that day.", "version": finding.version, "once": "a" * 32}
    assert client.post(here, sent).status_code == 302
    assert b"Zqthe" not in bytes(Finding.objects.get().accepted)
    assert "Zqthe school" in client.get(here).content.decode()
    for name in ("hearing", "present"):
        assert "Zqthe school" in sign_in(world.auditor).get(page(name, hearing)).content.decode()
    assert not [one for one in Entry.objects.all() if "Zqthe" in str(one.details)]
    assert client.post(here, {**sent, "once": "b" * 32}).status_code == 409
    say_what_is_accepted(finding, words="", version=None, by=world.chair)
    assert "Zqthe school" not in client.get(page("hearing", hearing)).content.decode()


def test_who_drafts_the_briefing_is_told_which_agency_did_not_agree_and_nothing_of_it_is_published(
    world, hearing, finding, sign_in
):
    not_by(world, finding)
    withdraw_dissent(not_by(world, finding, "health"), by=world.chair)
    assert [(one.text, agencies) for one, agencies in not_agreed(finding.audit)] == [(finding.text, ["Police"])]
    record_attendance(hearing, {world.health: (Came.PRESENT, "")}, version=None, by=world.chair)
    finish_hearing(hearing, nothing_under=CASE_HEADINGS[1:], by=world.chair)
    close_panel(hearing.case.audit, by=world.chair)
    briefing = draft_briefing(hearing.case.audit, by=world.manager)
    client, words = sign_in(world.manager), {"audit": finding.audit.slug}
    assert "Not agreed by Police." in client.get(reverse("briefing", kwargs=words)).content.decode()
    edit = client.get(reverse("edit-findings", kwargs={**words, "heading": "went_well"})).content.decode()
    assert "At the panel, not agreed by Police." in edit
    for name in ("read-briefing", "briefing"):
        assert "Zqnot" not in client.get(reverse(name, kwargs=words)).content.decode()
    assert "agreed by" not in client.get(reverse("read-briefing", kwargs=words)).content.decode()
    assert "Police" not in str([one.text for one in briefing.value.findings])
    declare_interest(hearing.case, interest=Interest.HELD, by=world.manager)
    assert "Not agreed by" not in client.get(reverse("briefing", kwargs=words)).content.decode()


def test_the_pages_ask_as_often_for_many_as_for_one(world, hearing, finding, sign_in):
    client = sign_in(world.chair)

    def queries() -> list[int]:
        counts = []
        for path in (page("hearing", hearing), page("present", hearing), page("panel", hearing)):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            counts.append(len(asked))
        return counts

    not_by(world, finding)
    say_what_is_accepted(finding, words="W", version=None, by=world.chair)
    queries()
    before = queries()
    for number in range(25):
        another = found(hearing, world, f"Finding {number}")
        not_by(world, another)
        not_by(world, another, "health")
        say_what_is_accepted(another, words="W", version=None, by=world.chair)
    assert queries() == before
