"""After the panel each agency checks the facts, and what it disputes comes back to the chair."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maca.briefing.models import Briefing
from maca.briefing.operations import approve_briefing, draft_briefing, publish_briefing, send_briefing
from maca.cases.models import DestructionReason, Interest, LiftReason
from maca.cases.operations import declare_interest, destroy_case, lift_conflict
from maca.feedback import rules
from maca.feedback.models import Decision, Dispute, FactCheck
from maca.feedback.operations import (
    answer_fact_check,
    ask_fact_checks,
    decide_dispute,
    read_dispute,
    read_disputes,
    read_fact_check,
    send_feedback_note,
)
from maca.feedback.queries import agencies_to_ask, find_dispute, find_fact_check, findings_for, what_the_check_lacks
from maca.journal.models import Entry
from maca.kernel.clock import today, working_days_from
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.notices.models import Notice
from maca.panel.models import EarlierWording, Finding
from maca.panel.operations import reword_disputed_finding
from maca.partnership.models import Person, Role
from maca.worklist.queries import steps, tasks
from tests.feedback.conftest import DAY, closed
from tests.makers import World, keep_all


def check_of(world, audit, agency="health"):
    who = world.lead if agency == "health" else world.people[f"{agency}_lead"]
    return find_fact_check(who, audit.slug, agency)


def finding_of(audit, words):
    return Finding.objects.select_related("case__nomination", "case__audit", "audit").get(
        audit=audit, text__startswith=words
    )


def dispute_of(
    world, audit, agency="health", words="Health saw him alone in Case 1", said="Zqseen with his mother.", who=None
):
    """An agency disputes one finding. Answers with the dispute as the chair finds it."""
    check = check_of(world, audit, agency)
    by = who or (world.lead if agency == "health" else world.people[f"{agency}_lead"])
    answer_fact_check(check, wrong={finding_of(audit, words): said}, version=None, by=by)
    return find_dispute(
        world.chair, audit.slug, check.disputes.standing().get(finding__text__startswith=words).public_id
    )


def decided(dispute, world, decision=Decision.STANDS, text="", reason="The record of the visit says so."):
    decide_dispute(dispute, decision=decision, text=text, reason=reason, version=None, by=world.chair)


def refused(code, do, *args, **kwargs):
    with pytest.raises(Refused) as problem:
        do(*args, **kwargs)
    assert problem.value.code == code
    return problem.value.sentence


# ---- asked


def test_each_agency_that_a_finding_concerns_is_asked_once_and_its_lead_is_told(world, audit):
    assert agencies_to_ask(audit) == [world.health, world.agencies["police"]]
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    asked = FactCheck.objects.filter(audit=audit)
    assert {(one.agency.slug, one.due_on, one.answer) for one in asked} == {("health", DAY, ""), ("police", DAY, "")}
    told = Notice.objects.filter(kind="feedback/check").values_list("to_person", flat=True)
    assert sorted(told) == sorted([world.lead.public_id, world.police_lead.public_id])
    assert Entry.objects.get(did="asked for a factual accuracy check").details["agencies"] == ["health", "police"]
    refused("already-asked", ask_fact_checks, audit, due_on=DAY, by=world.chair)


def test_an_agency_that_took_no_part_is_asked_only_where_a_finding_is_about_it(world, audit):
    school = world.agencies["school"]
    assert school not in agencies_to_ask(audit)
    assert findings_for(school, audit) == []
    finding_of(audit, "Nobody had the whole picture in Case 1").agencies.set([school])
    assert school in agencies_to_ask(audit)
    assert [one.text for one in findings_for(school, audit)] == ["Nobody had the whole picture in Case 1."]


def test_an_agency_is_shown_what_is_about_it_or_names_nobody_and_never_what_is_about_others(world, audit):
    said = [one.text for one in findings_for(world.agencies["police"], audit)]
    assert said == [
        "Police came late in Case 1.", "Nobody had the whole picture in Case 1.",
        "Police came late in Case 2.", "Nobody had the whole picture in Case 2.",
        "Police led the strategy meetings.",
    ]  # fmt: skip


@pytest.mark.parametrize("day", [today(), today() - dt.timedelta(days=7), dt.date(2030, 12, 25), dt.date(2030, 6, 1)])
def test_the_day_to_answer_by_is_a_working_day_to_come(world, audit, day, sign_in):
    refused("no-working-day", ask_fact_checks, audit, due_on=day, by=world.chair)
    page = reverse("ask-fact-checks", kwargs={"audit": audit.slug})
    sent = {"due_on-day": day.day, "due_on-month": day.month, "due_on-year": day.year, "once": "a" * 32}
    assert sign_in(world.chair).post(page, sent).status_code == 422
    assert not FactCheck.objects.exists()


def test_five_working_days_are_proposed(world, audit, sign_in):
    page = sign_in(world.manager).get(reverse("ask-fact-checks", kwargs={"audit": audit.slug})).content.decode()
    assert f'value="{DAY.day}"' in page
    assert f'value="{DAY.year}"' in page


def test_who_asks_and_when(world):
    early = world.panel_opened(1)
    assert rules.may_ask_fact_checks(world.chair, early).code == "panel-not-closed"
    for who in ("lead", "auditor", "member", "scrutineer", "social_worker"):
        assert rules.may_ask_fact_checks(world.people[who], early).code == "not-yours"
    published = world.published().audit
    assert rules.may_ask_fact_checks(world.manager, published).code == "published"
    bare = closed(world, 1)
    for finding in bare.findings.all():
        finding.agencies.clear()
    bare.returns = None
    assert rules.may_ask_fact_checks(world.manager, bare)  # those that name nobody concern who took part
    bare.findings.update(withdrawn_at=timezone.now())
    assert rules.may_ask_fact_checks(world.manager, bare).code == "nobody-to-ask"


# ---- answered


def test_a_lead_says_that_the_facts_are_right(world, asked):
    check = check_of(world, asked)
    answer_fact_check(check, wrong={}, version=check.version, by=world.lead)
    assert (check.answer, check.is_late, check.standing()[0]) == ("right", False, "The facts are right")
    assert not Notice.objects.filter(kind="feedback/disputed").exists()
    assert what_the_check_lacks(asked) == "1 agency has not answered the factual accuracy check."


def test_what_is_wrong_lies_sealed_and_stands_in_no_journal(world, asked):
    dispute = dispute_of(world, asked)
    assert b"Zqseen" not in bytes(Dispute.objects.get().words)
    assert "Zqseen" not in json.dumps([one.details for one in Entry.objects.all()])
    entry = Entry.objects.get(did="answered a factual accuracy check")
    assert (entry.details["disputed"], len(entry.details["sealed"][dispute.public_id])) == (1, 64)
    assert read_dispute(dispute, by=world.chair).words == "Zqseen with his mother."
    assert Entry.objects.filter(did="read what an agency disputes", is_reading=True).count() == 1
    told = Notice.objects.filter(kind="feedback/disputed").values_list("to_person", flat=True)
    assert list(told) == [world.chair.public_id]


def test_of_the_audit_as_a_whole_there_is_no_key_and_the_words_are_open(world, asked):
    dispute = dispute_of(world, asked, "police", "Police led", "It was social care.")
    assert (bytes(dispute.words), dispute.open_words) == (b"", "It was social care.")
    decided(dispute, world, reason="The minutes say police.")
    shown = read_disputes(asked, by=world.chair)
    assert [(one.words, one.reason) for one in shown] == [("It was social care.", "The minutes say police.")]


def test_the_answer_can_be_changed_until_its_day_is_over(world, asked, monkeypatch):
    dispute_of(world, asked)
    check = check_of(world, asked)
    answer_fact_check(
        check,
        wrong={finding_of(asked, "Nobody had the whole picture in Case 1"): "We had."},
        version=None,
        by=world.lead,
    )
    standing = {one.finding.text for one in Dispute.objects.standing().select_related("finding")}
    assert standing == {"Nobody had the whole picture in Case 1."}
    dispute_of(world, asked, said="Again.")  # what was taken back can be said again
    assert Dispute.objects.standing().get().finding.text.startswith("Health saw")
    assert Dispute.objects.count() == 2
    monkeypatch.setattr("maca.kernel.clock.today", lambda: DAY + dt.timedelta(days=1))
    refused("day-over", answer_fact_check, check_of(world, asked), wrong={}, version=None, by=world.lead)


def test_a_late_answer_is_taken_once_and_marked(world, asked):
    FactCheck.objects.update(due_on=today() - dt.timedelta(days=1))
    check = check_of(world, asked)
    assert (check.standing()[0], check.is_late) == ("No reply", True)
    answer_fact_check(check, wrong={}, version=None, by=world.lead)
    check = check_of(world, asked)
    assert (check.standing()[0], check.is_late) == ("The facts are right", True)
    assert rules.may_answer_fact_check(world.lead, check).code == "day-over"


def test_no_answer_is_never_agreement(world, asked, sign_in):
    page = reverse("fact-checks", kwargs={"audit": asked.slug})
    assert "No answer yet" in sign_in(world.chair).get(page).content.decode()
    FactCheck.objects.update(due_on=today() - dt.timedelta(days=1))
    shown = sign_in(world.chair).get(page).content.decode()
    assert shown.count("No reply") == 2
    assert "The facts are right" not in shown


def test_only_the_lead_of_the_agency_answers(world, asked):
    check = check_of(world, asked)
    for who in set(world.people) - {"lead"}:
        assert rules.may_read_fact_check(world.people[who], check).code == "not-the-lead", who
        refused("not-the-lead", answer_fact_check, check, wrong={}, version=None, by=world.people[who])
        refused("not-the-lead", read_fact_check, check, by=world.people[who])
    assert not FactCheck.objects.exclude(answer="").exists()


def test_nothing_is_disputed_that_the_agency_was_not_asked_about(world, asked):
    check = check_of(world, asked)
    others = finding_of(asked, "Police came late in Case 1")
    refused("not-asked", answer_fact_check, check, wrong={others: "No."}, version=None, by=world.lead)
    assert not Dispute.objects.exists()


def test_a_lead_declares_first_and_with_a_conflict_another_answers(world, asked, sign_in):
    second = world.add("second_lead", "health")
    check = find_fact_check(second, asked.slug, "health")
    assert rules.may_answer_fact_check(second, check).code == "undeclared"
    page = reverse("fact-check", kwargs={"audit": asked.slug, "agency": "health"})
    shown = sign_in(second).get(page).content.decode()
    assert "Health saw him alone" not in shown
    assert reverse("declare", kwargs={"audit": asked.slug, "case": 1}) in shown
    world.declared(asked, "second_lead")
    assert rules.may_answer_fact_check(second, find_fact_check(second, asked.slug, "health"))
    declare_interest(asked.cases.get(number=1), interest=Interest.HELD, by=second)
    verdict = rules.may_answer_fact_check(second, find_fact_check(second, asked.slug, "health"))
    assert verdict.code == "conflict"
    shown = sign_in(second).get(page).content.decode()
    assert "alone in Case 1" not in shown
    assert "alone in Case 2" in shown
    assert "Check the facts for Health" not in [one.text for one in tasks(second)]
    assert "Check the facts for Health" in [one.text for one in tasks(world.lead)]


def test_the_second_of_two_leads_is_shown_both(world, asked):
    check = check_of(world, asked)
    answer_fact_check(check, wrong={}, version=1, by=world.lead)
    with pytest.raises(Changed):
        answer_fact_check(check_of(world, asked), wrong={}, version=1, by=world.lead)


def test_the_form_asks_for_words_where_facts_are_wrong_and_for_none_where_they_are_right(world, asked, sign_in):
    page = reverse("fact-check", kwargs={"audit": asked.slug, "agency": "health"})
    name = f"wrong-{finding_of(asked, 'Health saw him alone in Case 1').public_id}"
    client = sign_in(world.lead)
    for sent in ({"answer": "right", name: "No."}, {"answer": "wrong"}, {}):
        assert client.post(page, {**sent, "version": "1", "once": "a" * 32}).status_code == 422, sent
    assert client.post(page, {"answer": "wrong", name: "No.", "version": "1", "once": "b" * 32}).status_code == 302
    assert client.post(page, {"answer": "wrong", name: "No.", "version": "1", "once": "b" * 32}).status_code == 302
    assert Dispute.objects.count() == 1
    assert "No." in client.get(page).content.decode()


# ---- decided


def test_the_chair_rewords_a_finding_and_the_earlier_wording_is_kept_and_shown(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    decided(dispute, world, Decision.REWORDED, "Health saw him with his mother.", "")
    finding = Finding.objects.get(pk=dispute.finding_id)
    assert (finding.text, finding.saved_by) == ("Health saw him with his mother.", world.chair)
    kept = EarlierWording.objects.get()
    assert (kept.text, kept.replaced_by) == ("Health saw him alone in Case 1.", world.chair)
    assert finding.terms.filter(term="mother").exists()
    for who, page in (
        (world.lead, reverse("fact-check", kwargs={"audit": asked.slug, "agency": "health"})),
        (world.scrutineer, reverse("fact-checks", kwargs={"audit": asked.slug})),
        (world.manager, reverse("hearing", kwargs={"audit": asked.slug, "case": 1})),
    ):
        shown = sign_in(who).get(page).content.decode()
        assert "Health saw him with his mother." in shown, page
        assert "Before: “Health saw him alone in Case 1.”" in shown, page
    told = Notice.objects.filter(kind="feedback/decided").values_list("to_person", flat=True)
    assert list(told) == [world.lead.public_id]
    details = Entry.objects.get(did="decided on a dispute").details
    assert (details["case"], details["agency"], details["decision"]) == ("Case 1", "health", "reworded")
    assert "mother" not in json.dumps(details)


def test_a_finding_that_stands_says_why_and_the_agency_reads_it(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    decided(dispute, world)
    assert b"record of the visit" not in bytes(Dispute.objects.get().reason)
    shown = sign_in(world.lead).get(reverse("fact-check", kwargs={"audit": asked.slug, "agency": "health"}))
    assert "The record of the visit says so." in shown.content.decode()
    # What was decided stays; the rest can be disputed until the day is over.
    assert f"wrong-{dispute.finding.public_id}" not in shown.content.decode()
    check = check_of(world, asked)
    refused("decided", answer_fact_check, check, wrong={dispute.finding: "Again."}, version=None, by=world.lead)
    other = finding_of(asked, "Nobody had the whole picture in Case 1")
    answer_fact_check(check, wrong={other: "We had it."}, version=None, by=world.lead)
    assert [one.finding for one in Dispute.objects.undecided()] == [other]
    answer_fact_check(check, wrong={}, version=None, by=world.lead)
    assert (FactCheck.objects.get(pk=check.pk).answer, Dispute.objects.standing().count()) == ("wrong", 1)
    refused("already-decided", decided, find_dispute(world.chair, asked.slug, dispute.public_id), world)
    assert not EarlierWording.objects.exists()


def test_only_the_chair_decides_and_only_between_the_panel_and_the_briefing(world, asked):
    dispute = dispute_of(world, asked)
    for who in set(world.people) - {"chair"}:
        verdict = rules.may_decide_dispute(world.people[who], dispute)
        assert verdict.code == "not-the-chair", who
        with pytest.raises(Refused):
            decide_dispute(dispute, decision=Decision.STANDS, text="", reason="R", version=None, by=world.people[who])
    assert Dispute.objects.undecided().exists()
    publish(world, asked)
    late = find_dispute(world.chair, asked.slug, dispute.public_id)
    assert rules.may_decide_dispute(world.chair, late).code == "not-after-the-panel"
    assert rules.may_answer_fact_check(world.lead, check_of(world, asked)).code == "published"
    with pytest.raises(Refused):
        reword_disputed_finding(late.finding, text="Changed.", by=world.chair)


def test_a_chair_with_a_conflict_or_who_has_declared_nothing_does_not_decide(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    chair = world.add("second_chair", "school", Role.CHAIR)
    mine = find_dispute(chair, asked.slug, dispute.public_id)
    assert rules.may_decide_dispute(chair, mine).code == "undeclared"
    page = reverse("fact-checks", kwargs={"audit": asked.slug})
    shown = sign_in(chair).get(page).content.decode()
    assert "Zqseen" not in shown
    assert reverse("declare", kwargs={"audit": asked.slug, "case": 1}) in shown
    declared = declare_interest(asked.cases.get(number=1), interest=Interest.SUPERVISED, by=chair)
    mine = find_dispute(chair, asked.slug, dispute.public_id)
    assert rules.may_decide_dispute(chair, mine).code == "conflict"
    assert "Zqseen" not in sign_in(chair).get(page).content.decode()
    assert not [one for one in tasks(chair) if one.text.startswith("Decide on")]
    lift_conflict(declared, reason=LiftReason.SLIP, by=world.chair)
    world.declared(asked, "second_chair")
    declare_interest(asked.cases.get(number=1), interest=Interest.NONE, by=chair)
    assert rules.may_decide_dispute(chair, find_dispute(chair, asked.slug, dispute.public_id))


def test_what_was_taken_back_is_not_decided(world, asked):
    dispute = dispute_of(world, asked)
    answer_fact_check(check_of(world, asked), wrong={}, version=None, by=world.lead)
    refused("withdrawn", decided, dispute, world)
    with pytest.raises(Dispute.DoesNotExist):
        find_dispute(world.chair, asked.slug, dispute.public_id)


def test_two_agencies_dispute_one_finding_and_the_second_decision_sees_the_first(world, asked, sign_in):
    words = "Nobody had the whole picture in Case 1"
    one, other = dispute_of(world, asked, words=words), dispute_of(world, asked, "police", words)
    decided(one, world, Decision.REWORDED, "Two agencies had the whole picture.", "")
    sent = {"decision": "reworded", "text": "Three had it.", "reason": "", "version": "1", "once": "a" * 32}
    page = reverse("decide-dispute", kwargs={"audit": asked.slug, "dispute": other.public_id})
    answer = sign_in(world.chair).post(page, sent)
    assert answer.status_code == 409
    assert "Two agencies had the whole picture." in answer.content.decode()
    decided(find_dispute(world.chair, asked.slug, other.public_id), world, Decision.REWORDED, "Three had it.", "")
    assert [kept.text for kept in EarlierWording.objects.all()] == [
        "Nobody had the whole picture in Case 1.", "Two agencies had the whole picture.",
    ]  # fmt: skip


def test_the_form_of_a_decision_wants_new_words_or_a_reason(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    page = reverse("decide-dispute", kwargs={"audit": asked.slug, "dispute": dispute.public_id})
    now, client = dispute.finding.text, sign_in(world.chair)
    for sent in (
        {"decision": "reworded", "text": now, "reason": "R"},
        {"decision": "stands", "text": now, "reason": ""},
        {"decision": "stands", "text": "Other.", "reason": "R"},
        {"decision": "stands", "text": now, "reason": "R", "agencies": ["police"]},
        {"text": now, "reason": "R"},
    ):
        sent = {"agencies": ["health"], **sent, "version": "1", "once": "a" * 32}
        assert client.post(page, sent).status_code == 422, sent
    sent = {"decision": "stands", "text": now, "reason": "R", "agencies": ["health"], "version": "1", "once": "b" * 32}
    assert client.post(page, sent).status_code == 302
    assert client.post(page, sent).status_code == 302


def publish(world: World, audit) -> Briefing:
    briefing = draft_briefing(audit, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    return briefing


# ---- what waits, and how much is asked of the database


def texts(person):
    return [(one.text, one.late) for one in tasks(person)]


def test_what_waits_for_whom(world, asked):
    assert ("Check the facts for Health", False) in texts(world.lead)
    assert ("Check the facts for Health", False) not in texts(world.auditor)
    dispute_of(world, asked)
    assert ("Check the facts for Health", False) not in texts(world.lead)
    assert ("Decide on 1 disputed finding", False) in texts(world.chair)
    assert not [text for text, _ in texts(world.manager) if "disputed" in text]
    FactCheck.objects.update(due_on=today() - dt.timedelta(days=1))
    assert ("Check the facts for Police", True) in texts(world.police_lead)
    step = steps(asked, world.police_lead)[6]
    assert (step.title, step.status) == ("Check the facts with the agencies", "To do now")
    assert step.url == reverse("fact-check", kwargs={"audit": asked.slug, "agency": "police"})


def test_a_case_that_was_destroyed_closes_what_was_said_of_it(world, asked, sign_in):
    dispute_of(world, asked)
    publish(world, asked)
    destroy_case(
        asked.cases.select_related("nomination", "audit").get(number=1),
        reason=DestructionReason.ASKED,
        by=world.manager,
    )
    for who, page in (
        (world.lead, reverse("fact-check", kwargs={"audit": asked.slug, "agency": "health"})),
        (world.chair, reverse("fact-checks", kwargs={"audit": asked.slug})),
    ):
        answer = sign_in(who).get(page)
        assert answer.status_code == 200
        assert "has been destroyed" in answer.content.decode()


def test_the_pages_take_the_same_queries_for_one_and_for_many(world, sign_in):
    counted = []
    for cases in (1, 5):
        audit = closed(world, cases)
        ask_fact_checks(audit, due_on=working_days_from(today(), 5), by=world.chair)
        for agency, by in (("health", world.lead), ("police", world.police_lead)):
            wrong = dict.fromkeys(findings_for(check_of(world, audit, agency).agency, audit), "No.")
            answer_fact_check(check_of(world, audit, agency), wrong=wrong, version=None, by=by)
        pages = [
            (world.chair, reverse("fact-checks", kwargs={"audit": audit.slug})),
            (world.lead, reverse("fact-check", kwargs={"audit": audit.slug, "agency": "health"})),
            (world.chair, reverse("work-list")),
            (world.lead, reverse("work-list")),
        ]
        for person, page in pages:
            client = sign_in(person)
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            counted.append(len(captured))
    assert counted[:4] == counted[4:]


# ---- what a review found


def test_a_finding_of_a_case_that_is_closed_to_somebody_is_not_shown_with_its_dispute(world, asked, sign_in):
    dispute_of(world, asked)
    page = reverse("fact-checks", kwargs={"audit": asked.slug})
    assert "Health saw him alone in Case 1." in sign_in(world.manager).get(page).content.decode()
    declare_interest(asked.cases.get(number=1), interest=Interest.SUPERVISED, by=world.manager)
    assert "Health saw him alone in Case 1." not in sign_in(world.manager).get(page).content.decode()


def test_a_conflict_in_a_case_that_the_agency_took_no_part_in_hides_no_check(world, audit):
    school = world.agencies["school"]
    finding = finding_of(audit, "Police came late in Case 1")
    finding.agencies.add(school)
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    lead = world.add("school_lead", "school")
    declare_interest(audit.cases.get(number=1), interest=Interest.NONE, by=lead)
    declare_interest(audit.cases.get(number=2), interest=Interest.SUPERVISED, by=lead)
    assert rules.may_answer_fact_check(lead, find_fact_check(lead, audit.slug, "school"))
    assert f"Check the facts for {school}" in [one.text for one in tasks(lead)]


def test_who_answered_before_a_finding_was_reworded_is_told_and_shown_so(world, audit, sign_in):
    finding_of(audit, "Health saw him alone in Case 1").agencies.add(world.agencies["police"])
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    answer_fact_check(check_of(world, audit, "police"), wrong={}, version=None, by=world.police_lead)
    dispute = dispute_of(world, audit)
    Notice.objects.all().delete()
    decided(dispute, world, Decision.REWORDED, text="Health saw him once, alone, in Case 1.")
    told = {(one.kind, one.to_person) for one in Notice.objects.all()}
    assert ("feedback/reworded", world.police_lead.public_id) in told
    assert ("feedback/reworded", world.lead.public_id) not in told
    page = sign_in(world.chair).get(reverse("fact-checks", kwargs={"audit": audit.slug})).content.decode()
    assert page.count("Answered before a finding was reworded") == 2


def test_an_agency_that_nobody_can_answer_for_is_named_before_it_is_asked(world, audit, sign_in):
    page = reverse("ask-fact-checks", kwargs={"audit": audit.slug})
    assert "Nobody can answer for" not in sign_in(world.chair).get(page).content.decode()
    Person.objects.filter(pk=world.police_lead.pk).update(ended_at=timezone.now(), is_active=False)
    assert "Nobody can answer for Police" in sign_in(world.chair).get(page).content.decode()


def test_whoever_runs_the_audit_is_asked_to_begin_what_comes_after_the_panel(world, audit):
    def begun(person):
        return [one.text for one in tasks(person) if one.text.startswith(("Ask the", "Send"))]

    expected = ["Ask the agencies to check the facts", "Send 2 teams their feedback notes"]
    assert begun(world.chair) == begun(world.manager) == expected
    assert begun(world.lead) == begun(world.member) == []
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    send_feedback_note(world.return_of(audit), opening="Thank you.", by=world.manager)
    assert begun(world.chair) == ["Send 1 team its feedback note"]


def test_a_chair_whose_page_is_older_than_the_finding_is_shown_both(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    page = reverse("decide-dispute", kwargs={"audit": asked.slug, "dispute": dispute.public_id})
    sent = {"decision": "stands", "text": dispute.finding.text, "reason": "R", "version": "1", "once": "a" * 32}
    Finding.objects.filter(pk=dispute.finding_id).update(text="Reworded meanwhile.")
    Dispute.objects.filter(pk=dispute.pk).update(version=2)
    answer = sign_in(world.chair).post(page, sent)
    assert answer.status_code == 409
    assert "You have changed the wording" not in answer.content.decode()


def test_nobody_is_asked_to_ask_where_no_finding_concerns_an_agency_that_was_asked(world):
    audit = closed(world, 1)
    assert agencies_to_ask(audit)
    assert "Ask the agencies to check the facts" in [one.text for one in tasks(world.chair)]
    audit.findings.update(withdrawn_at=timezone.now())
    assert agencies_to_ask(audit) == []
    assert "Ask the agencies to check the facts" not in [one.text for one in tasks(world.chair)]


def test_what_a_lead_was_writing_of_a_finding_that_is_decided_meanwhile_is_not_lost(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    check = check_of(world, asked)
    page = reverse("fact-check", kwargs={"audit": asked.slug, "agency": "health"})
    decided(dispute, world)
    name = f"wrong-{dispute.finding.public_id}"
    sent = {"answer": "wrong", name: "Zqmore of it.", "version": str(check.version), "once": "a" * 32}
    answer = sign_in(world.lead).post(page, sent)
    assert answer.status_code == 409
    assert "Zqmore of it." in answer.content.decode()
