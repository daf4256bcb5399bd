"""A finding whose facts are wrong is withdrawn after the panel: kept in the record, struck, and counted nowhere."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.actions.queries import actions_of, waiting_for_those_who_run
from maca.briefing.operations import (
    approve_briefing,
    draft_briefing,
    edit_findings,
    publish_briefing,
    send_briefing,
    take_back_briefing,
)
from maca.briefing.queries import left_out
from maca.briefing.rules import may_publish_briefing, may_send_briefing
from maca.briefing.value import Heading as BriefingHeading
from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.feedback.models import Decision, Dispute, FactCheck
from maca.feedback.operations import (
    answer_fact_check,
    ask_fact_checks,
    read_disputes,
    read_fact_check,
    send_feedback_note,
)
from maca.feedback.queries import find_dispute, findings_for, findings_of_note, what_the_check_lacks
from maca.journal.models import Entry
from maca.learning.figures import findings_by_agency
from maca.learning.models import ReviewKind
from maca.learning.operations import compare_findings, link_finding, record_review
from maca.learning.queries import recurrence_of, seen_in_practice
from maca.notices.models import Notice
from maca.panel.alike import alike
from maca.panel.models import Finding
from maca.panel.operations import put_back_finding, withdraw_disputed_finding
from maca.panel.queries import findings_of, struck_from, themes_of, what_rests_on
from maca.worklist.queries import tasks
from tests.actions.conftest import made
from tests.feedback.conftest import DAY, closed
from tests.feedback.test_fact_checks import check_of, decided, dispute_of, finding_of, refused
from tests.makers import keep_all

WORDS = "Health saw him alone in Case 1"


def withdrawn(world, audit, reason="Zqreason: the record says he was with his mother.", **other):
    dispute = dispute_of(world, audit, **other)
    decided(dispute, world, Decision.WITHDRAWN, dispute.finding.text, reason)
    return Finding.objects.select_related("case", "audit").get(pk=dispute.finding_id)


def page(name, audit, **other):
    return reverse(name, kwargs={"audit": audit.slug, **other})


def test_the_finding_is_kept_struck_and_the_agency_that_disputed_it_reads_why(world, asked, sign_in):
    finding = withdrawn(world, asked)
    assert (finding.text, finding.withdrawn_at is not None, finding.saved_by) == (f"{WORDS}.", True, world.chair)
    assert struck_from(asked, finding.case) == [finding]
    told = Notice.objects.filter(kind="feedback/decided").values_list("to_person", flat=True)
    assert list(told) == [world.lead.public_id]
    for who, where, reads_why in (
        (world.lead, page("fact-check", asked, agency="health"), True),
        (world.scrutineer, page("fact-checks", asked), True),
        (world.manager, page("hearing", asked, case=1), False),
    ):
        shown = sign_in(who).get(where).content.decode()
        assert f"<del>{WORDS}.</del>" in shown, where
        assert ("Zqreason" in shown) is reads_why, where
    assert b"Zqreason" not in bytes(Dispute.objects.get().reason)
    assert "Zqreason" not in json.dumps([one.details for one in Entry.objects.all()])
    assert Entry.objects.get(did="decided on a dispute").details["decision"] == "withdrawn"
    assert Entry.objects.filter(did="withdrew a disputed finding").count() == 1


def test_it_counts_neither_among_findings_nor_themes_nor_what_was_said_before_nor_what_agencies_are_asked(world, asked):
    Finding.objects.filter(text__startswith=WORDS).update(themes=["voice"])
    finding = withdrawn(world, asked)
    case = asked.cases.get(number=1)
    assert finding not in [one for those in findings_of(case).values() for one in those]
    assert themes_of(asked, {case.pk}) == []
    assert finding not in findings_for(world.health, asked)
    assert WORDS not in str(
        [one.text for one in alike("Health saw him alone", asked, world.chair) if "Case 1" in one.text]
    )
    assert f"{WORDS}." not in [one.text for one in draft_briefing(asked, by=world.manager).value.findings]


def test_each_agency_that_disputes_it_is_told_and_others_whom_it_concerned_hear_of_it(world, asked):
    words = "Nobody had the whole picture in Case 1"
    dispute_of(world, asked, "police", words)
    Notice.objects.all().delete()
    withdrawn(world, asked, words=words)
    assert not Dispute.objects.undecided().exists()
    read = {
        one.dispute.fact_check.agency.slug: (one.dispute.decision, one.reason)
        for one in read_disputes(asked, by=world.chair)
    }
    reason = "Zqreason: the record says he was with his mother."
    assert read == {"health": ("withdrawn", reason), "police": ("withdrawn", reason)}
    told = {one.to_person for one in Notice.objects.filter(kind="feedback/decided")}
    assert told == {world.lead.public_id, world.police_lead.public_id}
    assert not Notice.objects.filter(kind="feedback/withdrawn").exists()


def test_the_chair_is_told_before_which_agencies_read_why(world, asked, sign_in):
    words = "Nobody had the whole picture in Case 1"
    first = dispute_of(world, asked, "police", words)
    there = page("decide-dispute", asked, dispute=first.public_id)
    assert "each agency that disputes it reads this: Police." in sign_in(world.chair).get(there).content.decode()
    dispute_of(world, asked, words=words)
    shown = sign_in(world.chair).get(there).content.decode()
    assert "each agency that disputes it reads this: Health, Police." in shown
    assert "reads why in your words: Health, Police." in shown


def test_another_agency_that_had_said_the_facts_were_right_hears_of_it_and_finds_it_struck(world, asked, sign_in):
    words = "Nobody had the whole picture in Case 1"
    answer_fact_check(check_of(world, asked, "police"), wrong={}, version=None, by=world.police_lead)
    withdrawn(world, asked, words=words)
    told = Notice.objects.filter(kind="feedback/withdrawn").values_list("to_person", flat=True)
    assert list(told) == [world.police_lead.public_id]
    shown = sign_in(world.police_lead).get(page("fact-check", asked, agency="police")).content.decode()
    assert f"<del>{words}.</del>" in shown
    assert "Zqreason" not in shown


def test_it_is_said_why_and_once_and_by_nobody_but_the_chair(world, asked):
    dispute = dispute_of(world, asked)
    refused("no-reason", decided, dispute, world, Decision.WITHDRAWN, dispute.finding.text, " ")
    assert Finding.objects.get(pk=dispute.finding_id).withdrawn_at is None
    refused("not-the-chair", withdraw_disputed_finding, dispute.finding, by=world.manager)
    decided(dispute, world, Decision.WITHDRAWN, dispute.finding.text, "R")
    finding = Finding.objects.select_related("case__audit", "audit").get(pk=dispute.finding_id)
    refused("finding-withdrawn", withdraw_disputed_finding, finding, by=world.chair)
    refused("panel-not-open", put_back_finding, finding, by=world.chair)
    refused("not-asked", answer_fact_check, check_of(world, asked), wrong={finding: "No."}, version=None, by=world.lead)


def test_the_form_wants_a_reason_and_the_words_as_they_stand(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    there = page("decide-dispute", asked, dispute=dispute.public_id)
    client = sign_in(world.chair)
    sent = {
        "decision": "withdrawn", "text": dispute.finding.text, "agencies": ["health"], "reason": "", "version": "1",
        "once": "a" * 32,
    }  # fmt: skip
    answer = client.post(there, sent)
    assert answer.status_code == 422
    assert "Say why the finding is withdrawn" in answer.content.decode()
    assert client.post(there, {**sent, "text": "Other.", "reason": "R", "once": "b" * 32}).status_code == 422
    for _ in range(2):
        assert client.post(there, {**sent, "reason": "R", "once": "c" * 32}).status_code == 302
    assert Entry.objects.filter(did="withdrew a disputed finding").count() == 1


def test_what_rests_on_it_is_named_before_it_is_withdrawn(world, asked, sign_in):
    finding = finding_of(asked, WORDS)
    Finding.objects.filter(pk=finding.pk).update(themes=["voice"])
    dispute = dispute_of(world, asked)
    there = page("decide-dispute", asked, dispute=dispute.public_id)
    alone = sign_in(world.chair).get(there).content.decode()
    assert "It is the only finding under “What went well?” of Case 1." in alone
    assert "so that is no theme of it any more" in alone
    made(world, asked)
    send_feedback_note(world.return_of(asked), opening="Thank you.", by=world.manager)
    briefing = draft_briefing(asked, by=world.manager)
    review = record_review(
        kind=ReviewKind.LCSPR, title="Child A", year=2024, published_by="P", link="", recommendations=["See him."],
        by=world.manager,
    )  # fmt: skip
    link_finding(review.recommendations.get(), finding, by=world.manager)
    compare_findings(asked, by=world.chair)
    shown = sign_in(world.chair).get(there).content.decode()
    for said in (
        "rests on it alone: “Core group minutes", "The feedback note to Health shows it",
        "The briefing says it", "It was seen for recommendation 1 of “Child A”", "The comparison with earlier audits",
    ):  # fmt: skip
        assert said in shown, said
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    assert any("which has been sent for approval" in one.text for one in what_rests_on(finding, world.chair))


def test_a_briefing_that_says_it_goes_no_further_until_it_is_left_out(world, asked, sign_in):
    dispute = dispute_of(world, asked)
    briefing = draft_briefing(asked, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    decided(dispute, world, Decision.WITHDRAWN, dispute.finding.text, "R")
    assert may_publish_briefing(world.manager, briefing).code == "says-withdrawn"
    refused("says-withdrawn", publish_briefing, briefing, by=world.manager)
    shown = sign_in(world.manager).get(page("briefing", asked)).content.decode()
    assert "Leave it out of the briefing." in shown
    take_back_briefing(briefing, by=world.manager)
    assert may_send_briefing(world.manager, briefing).code == "says-withdrawn"
    kept = [
        one for one in briefing.value.findings if one.heading is BriefingHeading.WENT_WELL and one.text != f"{WORDS}."
    ]
    edit_findings(briefing, BriefingHeading.WENT_WELL, findings=kept, version=None, by=world.manager)
    assert dispute.finding not in left_out(briefing)  # nor is it offered to be put back
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    table = findings_by_agency([asked], asked.partnership_id, suppressed=False)
    assert dict(table.rows)["Health"] == (1,)  # of Case 2


def test_an_action_that_rested_on_it_says_so_and_the_audit_has_none_any_more(world, asked, sign_in):
    action = made(world, asked)
    assert [one.resting for one in actions_of(asked, world.chair)] == [1]
    assert asked not in waiting_for_those_who_run(world.chair).without
    withdrawn(world, asked)
    assert [one.resting for one in actions_of(asked, world.chair)] == [0]
    assert asked in waiting_for_those_who_run(world.chair).without
    shown = sign_in(world.manager).get(reverse("action", kwargs={"action": action.public_id})).content.decode()
    assert f"<del>{WORDS}.</del>" in shown
    assert "The finding that it rested on has been withdrawn." in shown


def test_a_note_that_was_sent_before_shows_it_struck_and_one_sent_after_says_nothing_of_it(world, asked, sign_in):
    note = send_feedback_note(world.return_of(asked), opening="Thank you.", by=world.manager)
    there = page("feedback-note", asked, case=1, agency="health")
    assert f"<li>{WORDS}.</li>" in sign_in(world.auditor).get(there).content.decode()
    withdrawn(world, asked)
    shown = sign_in(world.auditor).get(there).content.decode()
    assert f"<del>{WORDS}.</del>" in shown
    assert "Withdrawn after this note was sent" in shown
    assert not any(WORDS in one.text for _, those in findings_of_note(note.agency_return) for one in those)
    later = send_feedback_note(world.return_of(asked, "police"), opening="Thank you.", by=world.manager)
    assert (
        "Withdrawn after"
        not in sign_in(world.police_lead).get(page("feedback-note", asked, case=1, agency="police")).content.decode()
    ), later


def test_learning_counts_it_no_more(world, asked):
    finding = finding_of(asked, WORDS)
    review = record_review(
        kind=ReviewKind.LCSPR, title="Child A", year=2024, published_by="P", link="", recommendations=["See him."],
        by=world.manager,
    )  # fmt: skip
    recommendation = review.recommendations.get()
    link_finding(recommendation, finding, by=world.manager)
    compare_findings(asked, by=world.chair)
    before = recurrence_of(asked, world.chair, suppressed=False).whole.of
    withdrawn(world, asked)
    assert seen_in_practice(recommendation, world.chair) == []
    assert recurrence_of(asked, world.chair, suppressed=False).whole.of == before - 1


def test_an_agency_whose_only_finding_is_withdrawn_is_asked_nothing_any_more(world, audit):
    for finding in audit.findings.all():
        if not finding.text.startswith((WORDS, "Police")):
            finding.agencies.set([world.agencies["police"]])
    audit.findings.exclude(text__startswith=WORDS).filter(agencies=world.health).delete()
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    finding_of(audit, WORDS).agencies.add(world.agencies["police"])
    assert "Check the facts for Health" in [one.text for one in tasks(world.lead)]
    assert what_the_check_lacks(audit) == "2 agencies have not answered the factual accuracy check."
    withdrawn(world, audit, agency="police")
    assert what_the_check_lacks(audit) == ""  # the police have answered
    assert "Check the facts for Health" not in [one.text for one in tasks(world.lead)]
    (group,) = (one for one, _ in read_fact_check(check_of(world, audit), by=world.lead) if one.past)
    assert not group.findings


def test_a_withdrawn_finding_of_a_case_that_is_closed_to_a_lead_is_not_shown_beside_what_they_are_asked(
    world, asked, sign_in
):
    finding_of(asked, "Nobody had the whole picture in Case 1").agencies.set([world.agencies["police"]])
    withdrawn(world, asked)
    there = page("fact-check", asked, agency="health")
    assert f"<del>{WORDS}.</del>" in sign_in(world.lead).get(there).content.decode()
    declare_interest(asked.cases.get(number=1), interest=Interest.HELD, by=world.lead)
    shown = sign_in(world.lead).get(there).content.decode()
    assert "Send the answer" in shown  # what is asked of Case 2 stays open to them
    assert WORDS not in shown
    assert "Zqreason" not in shown


def test_a_lead_whose_finding_is_withdrawn_while_they_write_keeps_their_words(world, asked, sign_in):
    words = "Nobody had the whole picture in Case 1"
    check = check_of(world, asked, "police")
    finding = finding_of(asked, words)
    withdrawn(world, asked, words=words)
    sent = {
        "answer": "wrong", f"wrong-{finding.public_id}": "Zqours was whole.", "version": str(check.version),
        "once": "a" * 32,
    }  # fmt: skip
    answer = sign_in(world.police_lead).post(page("fact-check", asked, agency="police"), sent)
    assert answer.status_code == 409
    assert "Zqours was whole." in answer.content.decode()
    assert FactCheck.objects.get(pk=check.pk).answer == ""


def test_pages_take_the_same_queries_for_one_and_for_many_withdrawn(world, sign_in):
    counted = []
    for cases in (1, 5):
        audit = closed(world, cases)
        ask_fact_checks(audit, due_on=DAY, by=world.chair)
        for case in range(1, cases + 1):
            withdrawn(world, audit, words=f"Health saw him alone in Case {case}")
        for person, there in (
            (world.chair, page("fact-checks", audit)), (world.lead, page("fact-check", audit, agency="health")),
        ):  # fmt: skip
            client = sign_in(person)
            client.get(there)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(there).status_code == 200
            counted.append(len(captured))
    assert counted[:2] == counted[2:]


@pytest.mark.parametrize("decision", [Decision.REWORDED, Decision.WITHDRAWN])
def test_what_is_disputed_of_a_finding_under_two_headings_is_asked_once_and_decided_under_both(
    world, audit, sign_in, decision
):
    first = finding_of(audit, WORDS)
    second = Finding(
        audit=audit, case=first.case, heading="challenge_or_theme", text=first.text, position=99, same_as=first,
        recorded_by=world.chair,
    )  # fmt: skip
    second.save(force_insert=True)
    second.agencies.set(first.agencies.all())
    assert second not in findings_for(world.health, audit)
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    answer_fact_check(check_of(world, audit), wrong={first: "Zqnot alone."}, version=None, by=world.lead)
    where = page("decide-dispute", audit, dispute=Dispute.objects.get().public_id)
    assert "is withdrawn there with it" in sign_in(world.chair).get(where).content.decode()
    dispute = find_dispute(world.chair, audit.slug, Dispute.objects.get().public_id)
    new = "Health saw him with his mother." if decision == Decision.REWORDED else ""
    decided(dispute, world, decision, new, "The record says otherwise.")
    second.refresh_from_db()
    assert (second.withdrawn_at is None) == (decision == Decision.REWORDED)
    if decision == Decision.REWORDED:
        assert second.text == new
        assert second.earlier_wordings.get().text == f"{WORDS}."
    assert not Dispute.objects.undecided().exists()
