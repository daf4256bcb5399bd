"""Which agencies a finding is about, its themes and causes are put right after the panel, and what depends follows."""

import datetime as dt

import pytest
from django.urls import reverse

from maca.briefing.operations import (
    approve_briefing,
    draft_briefing,
    publish_briefing,
    send_briefing,
    take_back_briefing,
)
from maca.feedback.models import Decision, Dispute, FactCheck, Facts
from maca.feedback.operations import (
    answer_fact_check,
    ask_fact_checks,
    correct_finding,
    decide_dispute,
    read_fact_check,
)
from maca.feedback.queries import findings_for, findings_of_note
from maca.journal.models import Entry
from maca.kernel.clock import today, working_days_from
from maca.kernel.versions import Changed
from maca.notices.models import Notice
from maca.panel.models import Cause, EarlierTags, EarlierWording, Finding
from maca.panel.queries import themes_of
from maca.panel.rules import may_correct_finding
from maca.worklist.queries import tasks
from tests.feedback.conftest import DAY
from tests.feedback.test_fact_checks import check_of, dispute_of, finding_of, refused
from tests.makers import keep_all

WORDS = "Health saw him alone in Case 1"


def corrected(world, audit, *agencies, words=WORDS, themes=(), causes=(), by=None):
    finding = finding_of(audit, words)
    correct_finding(
        finding, agencies=[world.agencies[one] for one in agencies], themes=themes, causes=causes, version=None,
        by=by or world.chair,
    )  # fmt: skip
    return finding


def told(kind):
    return sorted(Notice.objects.filter(kind=f"feedback/{kind}").values_list("to_person", flat=True))


def test_what_it_is_about_is_put_right_and_what_it_was_is_kept_and_shown(world, audit, sign_in):
    finding = corrected(world, audit, "police", themes=["voice"], causes=[Cause.WORKLOAD])
    finding.refresh_from_db()
    assert ([one.slug for one in finding.agencies.all()], finding.themes, finding.causes) == (
        ["police"], ["voice"], ["workload"],
    )  # fmt: skip
    kept = EarlierTags.objects.get()
    assert ([one.slug for one in kept.agencies.all()], kept.themes, kept.replaced_by) == (["health"], [], world.chair)
    assert not EarlierWording.objects.exists()
    details = Entry.objects.get(did="corrected what a finding is about").details
    assert (details["before"]["agencies"], details["now"]["agencies"]) == (["health"], ["police"])
    shown = sign_in(world.manager).get(reverse("hearing", kwargs={"audit": audit.slug, "case": 1})).content.decode()
    assert "Before: about Health" in shown
    assert "Correct what it is about" not in shown
    case = audit.cases.get(number=1)
    assert [(one.codes, one.cases) for one in themes_of(audit, {case.pk})] == [(("voice",), ("Case 1",))]


def test_an_agency_that_it_concerns_only_now_is_asked_and_one_that_it_concerns_no_more_is_not(world, audit):
    audit.findings.filter(case=None).delete()
    for finding in audit.findings.all():
        finding.agencies.set([world.health])
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    assert [one.agency.slug for one in FactCheck.objects.filter(audit=audit)] == ["health"]
    Notice.objects.all().delete()
    corrected(world, audit, "police")
    check = FactCheck.objects.get(audit=audit, agency=world.agencies["police"])
    assert (check.due_on, check.answer) == (working_days_from(today(), 5), "")
    assert (told("check"), told("asked-again")) == ([world.police_lead.public_id], [])
    assert f"{WORDS}." in [one.text for one in findings_for(world.agencies["police"], audit)]
    assert f"{WORDS}." not in [one.text for one in findings_for(world.health, audit)]
    assert "Check the facts for Police" in [one.text for one in tasks(world.police_lead)]
    entry = Entry.objects.get(did="asked who else a finding concerns").details
    assert (entry["asked"], entry["again"]) == (["police"], [])


def test_an_agency_that_has_answered_is_asked_again_since_its_answer_was_none_to_this(world, asked):
    FactCheck.objects.update(due_on=today() - dt.timedelta(days=3))
    answer_fact_check(check_of(world, asked, "police"), wrong={}, version=None, by=world.police_lead)
    assert "Check the facts for Police" not in [one.text for one in tasks(world.police_lead)]
    corrected(world, asked, "health", "police")
    check = check_of(world, asked, "police")
    assert (check.answer, check.answered_at, check.due_on) == ("", None, working_days_from(today(), 5))
    assert told("asked-again") == [world.police_lead.public_id]
    assert "Check the facts for Police" in [one.text for one in tasks(world.police_lead)]
    answer_fact_check(check, wrong={}, version=None, by=world.police_lead)
    assert check_of(world, asked, "health").answer == ""  # was asked before, and is asked still


def test_before_anybody_has_been_asked_nobody_is(world, audit):
    corrected(world, audit, "police")
    assert not FactCheck.objects.exists()
    assert not Notice.objects.filter(kind__startswith="feedback/").exists()


def test_a_dispute_is_decided_by_putting_right_what_the_finding_is_about(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    page = reverse("decide-dispute", kwargs={"audit": asked.slug, "dispute": dispute.public_id})
    sent = {
        "decision": "reworded", "text": dispute.finding.text, "reason": "It was the police.", "agencies": ["police"],
        "version": str(dispute.version), "once": "a" * 32,
    }  # fmt: skip
    for _ in range(2):
        assert sign_in(world.chair).post(page, sent).status_code == 302
    finding = Finding.objects.get(pk=dispute.finding_id)
    assert [one.slug for one in finding.agencies.all()] == ["police"]
    assert (EarlierTags.objects.count(), EarlierWording.objects.count()) == (1, 0)
    # Whoever disputed it goes on seeing what came of that, and is not asked about it any more.
    shown = sign_in(world.lead).get(reverse("fact-check", kwargs={"audit": asked.slug, "agency": "health"}))
    shown = shown.content.decode()
    assert "It has been put right, and is no longer about Health." in shown
    assert "It was the police." in shown
    groups = read_fact_check(check_of(world, asked), by=world.lead)
    assert dispute.finding not in [one for group, _ in groups for one in group.findings]
    assert f"wrong-{finding.public_id}" in sign_in(world.police_lead).get(
        reverse("fact-check", kwargs={"audit": asked.slug, "agency": "police"})
    ).content.decode()  # fmt: skip


def test_a_dispute_that_was_open_when_the_finding_was_corrected_is_shown_with_what_it_is_now(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    page = reverse("decide-dispute", kwargs={"audit": asked.slug, "dispute": dispute.public_id})
    corrected(world, asked, "health", themes=["voice"])
    sent = {
        "decision": "reworded", "text": "Health saw him once.", "agencies": ["health"], "reason": "",
        "version": str(dispute.version), "once": "a" * 32,
    }  # fmt: skip
    assert sign_in(world.chair).post(page, sent).status_code == 409
    assert Finding.objects.get(pk=dispute.finding_id).themes == ["voice"]


def test_what_was_disputed_of_a_finding_that_is_asked_about_no_more_stands_when_the_answer_is_changed(
    world, asked, sign_in
):
    dispute_of(world, asked)
    corrected(world, asked, "police")
    answer_fact_check(check_of(world, asked), wrong={}, version=None, by=world.lead)
    assert [one.finding.text for one in Dispute.objects.undecided()] == [f"{WORDS}."]
    assert check_of(world, asked).answer == Facts.WRONG
    check = check_of(world, asked)
    there = reverse("fact-check", kwargs={"audit": asked.slug, "agency": "health"})
    sent = {"answer": "wrong", "version": str(check.version), "once": "a" * 32}
    assert sign_in(world.lead).post(there, sent).status_code == 302
    # What is still asked about is taken back as before.
    other = finding_of(asked, "Health saw him alone in Case 2")
    answer_fact_check(check_of(world, asked), wrong={other: "No."}, version=None, by=world.lead)
    assert Dispute.objects.undecided().count() == 2
    answer_fact_check(check_of(world, asked), wrong={}, version=None, by=world.lead)
    assert [one.finding.text for one in Dispute.objects.undecided()] == [f"{WORDS}."]


def test_words_and_what_it_is_about_are_put_right_in_one_decision(world, asked):
    dispute = dispute_of(world, asked)
    about = {"agencies": [world.health], "themes": ["voice"], "causes": []}
    decide_dispute(
        dispute, decision=Decision.REWORDED, text="Health saw him once.", reason="", about=about, version=None,
        by=world.chair,
    )  # fmt: skip
    finding = Finding.objects.get(pk=dispute.finding_id)
    assert (finding.text, finding.themes) == ("Health saw him once.", ["voice"])
    assert (EarlierTags.objects.count(), EarlierWording.objects.count()) == (1, 1)


def test_the_chair_does_it_between_the_panel_and_the_published_briefing_and_nobody_else(world, audit):
    for who in set(world.people) - {"chair"}:
        refused("not-the-chair", corrected, world, audit, "police", by=world.people[who])
    finding = finding_of(audit, WORDS)
    Finding.objects.filter(pk=finding.pk).update(withdrawn_at=audit.panel_closed_at)
    assert may_correct_finding(world.chair, finding_of(audit, WORDS)).code == "finding-withdrawn"
    opened = world.panel_opened(1)
    early = Finding(audit=opened, case=opened.cases.get(), heading="went_well")
    assert may_correct_finding(world.chair, early).code == "not-after-the-panel"
    assert not EarlierTags.objects.exists()


def test_an_older_page_is_shown_both_and_a_second_sending_has_no_second_effect(world, audit, sign_in):
    finding = finding_of(audit, WORDS)
    page = reverse("correct-finding", kwargs={"audit": audit.slug, "finding": finding.public_id})
    client = sign_in(world.chair)
    shown = client.get(page).content.decode()
    assert f"{WORDS}." in shown
    sent = {"agencies": ["police"], "themes": ["voice"], "version": "1", "once": "a" * 32}
    for _ in range(2):
        assert client.post(page, sent).status_code == 302
    assert EarlierTags.objects.count() == 1
    assert client.post(page, {**sent, "themes": [], "once": "b" * 32}).status_code == 409
    with pytest.raises(Changed):
        correct_finding(finding_of(audit, WORDS), agencies=[], themes=[], causes=[], version=1, by=world.chair)
    shown = client.get(reverse("hearing", kwargs={"audit": audit.slug, "case": 1})).content.decode()
    assert page in shown


def test_a_correction_that_corrects_nothing_is_refused_and_keeps_nothing(world, audit, sign_in):
    Finding.objects.filter(pk=finding_of(audit, WORDS).pk).update(themes=["voice"], causes=["workload"])
    refused("corrects-nothing", corrected, world, audit, "health", themes=["voice"], causes=[Cause.WORKLOAD])
    there = reverse("correct-finding", kwargs={"audit": audit.slug, "finding": finding_of(audit, WORDS).public_id})
    sent = {
        "agencies": ["health"], "themes": ["voice"], "causes": ["workload"], "version": "1", "once": "a" * 32,
    }  # fmt: skip
    answer = sign_in(world.chair).post(there, sent)
    assert answer.status_code == 422
    assert "so there is nothing to correct" in answer.content.decode()
    assert not EarlierTags.objects.exists()
    assert finding_of(audit, WORDS).version == 1


def test_a_note_follows(world, audit):
    returned = world.return_of(audit)
    assert any(WORDS in one.text for _, those in findings_of_note(returned) for one in those)
    corrected(world, audit, "police")
    assert not any(WORDS in one.text for _, those in findings_of_note(returned) for one in those)
    assert any(WORDS in one.text for _, those in findings_of_note(world.return_of(audit, "police")) for one in those)


def test_a_briefing_that_was_sent_before_is_sent_again_since_it_counts_themes(world, audit, sign_in):
    briefing = draft_briefing(audit, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    corrected(world, audit, "health", themes=["voice"])
    refused("corrected-since", publish_briefing, briefing, by=world.manager)
    shown = sign_in(world.manager).get(reverse("briefing", kwargs={"audit": audit.slug})).content.decode()
    assert "was corrected after the briefing was sent for approval" in shown
    take_back_briefing(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
