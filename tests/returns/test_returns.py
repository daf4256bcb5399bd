import datetime as dt

import pytest

from maca.audits.models import Question
from maca.cases.seal import case_key
from maca.kernel.clock import today, working_days_from
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel.operations import open_panel
from maca.returns import rules
from maca.returns.models import AgencyReturn, Answer, DeclineReason
from maca.returns.operations import (
    circulate_audit,
    decline_return,
    extend_return,
    save_answer,
    say_known,
    say_not_known,
    submit_return,
)
from maca.returns.queries import board, find_asking, find_return, unanswered
from maca.returns.summative import summative_report
from tests.makers import opened

BLANK = {"choice": "", "how_known": "", "points": ""}


def report_of(audit):
    case = audit.cases.get()
    return summative_report(case, case_key(case))


def asking(world, audit, number, agency="health", case=1, by="auditor"):
    return find_asking(world.people[by], audit.slug, case, agency, number)


def test_every_agency_is_asked_per_case_with_purpose_and_legal_basis(world):
    audit = world.circulated(2)
    returns = AgencyReturn.objects.of(audit)
    assert returns.count() == 6
    assert set(returns.values_list("purpose", "legal_basis", "due_on", "stage")) == {
        ("To learn.", "Section 16H.", audit.returns_due_on, "asked")
    }


def test_only_the_business_manager_circulates_and_a_refusal_changes_nothing(world):
    audit = world.selected(1)
    asked = {audit.cases.get(): [world.health]}
    for who, person in world.people.items():
        if who != "manager":
            with pytest.raises(Refused) as refused:
                circulate_audit(audit, asked, purpose="P", legal_basis="L", version=None, by=person)
            assert refused.value.code == "not-the-manager"
    assert not AgencyReturn.objects.exists()
    audit.refresh_from_db()
    assert audit.stage == "planned"


def test_a_case_circulated_to_nobody_is_refused(world):
    audit = world.selected(2)
    first = audit.cases.get(number=1)
    with pytest.raises(Refused) as refused:
        circulate_audit(audit, {first: [world.health]}, purpose="P", legal_basis="L", version=None, by=world.manager)
    assert refused.value.code == "nobody-asked"
    assert "Case 2" in refused.value.sentence
    assert not AgencyReturn.objects.exists()


def test_question_two_is_asked_only_where_question_one_makes_sense_of_it(world):
    audit = world.circulated(1)
    say_known(world.return_of(audit), version=None, by=world.auditor)
    with pytest.raises(Question.DoesNotExist):
        asking(world, audit, 2)
    for choice, is_asked in [("no", False), ("yes", True), ("cannot_tell", False), ("partly", True)]:
        save_answer(
            asking(world, audit, 1), **{**BLANK, "choice": choice, "how_known": "x"}, version=None, by=world.auditor
        )
        missing = [question.number for question in unanswered(world.return_of(audit))]
        assert (2 in missing) is is_asked


def test_the_questions_open_once_the_family_is_known(world):
    audit = world.circulated(1)
    assert rules.may_answer_questions(world.auditor, world.return_of(audit)).code == "known-first"


def test_an_agency_submits_only_a_whole_return(world):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    third = asking(world, audit, 3)
    save_answer(third, **BLANK, version=None, by=world.auditor)
    verdict = rules.may_submit_return(world.auditor, world.return_of(audit))
    assert (verdict.code, verdict.sentence) == ("unanswered", "Question 3 still needs an answer.")
    save_answer(third, **{**BLANK, "choice": "no", "how_known": "x"}, version=None, by=world.auditor)
    submit_return(one, version=one.version, by=world.lead)
    assert world.return_of(audit).stage == "submitted"


def test_no_is_an_answer_and_silence_is_a_gap(world):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    save_answer(
        asking(world, audit, 4), **{**BLANK, "choice": "no", "how_known": "Looked."}, version=None, by=world.auditor
    )
    submit_return(one, version=None, by=world.lead)
    report = report_of(audit)
    fourth = report.rows[3].cells[0]
    assert (fourth.choice, fourth.words, fourth.gap) == ("No", ("Looked.",), "")
    assert not report.unanswered
    assert [account.name for account in report.awaited] == ["Police", "School"]


def test_a_question_out_of_place_is_a_gap_with_its_reason(world):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    save_answer(
        asking(world, audit, 1), **{**BLANK, "choice": "no", "how_known": "None."}, version=None, by=world.auditor
    )
    submit_return(one, version=None, by=world.lead)
    report = report_of(audit)
    assert report.rows[1].cells[0].gap.startswith("Not asked")
    assert not report.unanswered


def test_a_draft_is_read_by_its_agency_alone(world):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    report = report_of(audit)
    assert not report.submitted
    assert all(not account.before for account in report.accounts)
    assert rules.may_read_answers(world.manager, one).code == "a-draft"
    assert rules.may_read_answers(world.auditor, one)


def test_agencies_are_independent_before_the_panel(world):
    audit = world.circulated(1)
    with pytest.raises(AgencyReturn.DoesNotExist):
        find_return(world.police_auditor, audit.slug, 1, "health")
    assert (
        rules.may_read_summative_report(world.police_auditor, audit.cases.select_related("audit").get()).code
        == "before-the-panel"
    )


def test_not_known_is_complete_and_can_be_taken_back(world):
    audit = world.circulated(1)
    one = world.return_of(audit)
    say_not_known(one, version=one.version, by=world.auditor)
    assert one.is_complete
    assert not AgencyReturn.objects.of(audit).outstanding().filter(pk=one.pk).exists()
    say_known(one, version=one.version, by=world.auditor)
    assert world.return_of(audit).stage == "started"


def test_only_the_lead_declines_and_declining_is_not_lateness(world):
    audit = world.circulated(1)
    one = world.return_of(audit)
    with pytest.raises(Refused) as refused:
        decline_return(one, reason=DeclineReason.PURPOSE, words="No.", version=None, by=world.auditor)
    assert refused.value.code == "not-the-lead"
    AgencyReturn.objects.of(audit).update(due_on=today() - dt.timedelta(days=9))
    one = world.return_of(audit)
    assert one.is_late
    decline_return(
        one, reason=DeclineReason.PURPOSE, words="Not content with the reason.", version=one.version, by=world.lead
    )
    assert not one.is_late
    report = report_of(audit)
    assert "Not content with the reason." in report.declined[0].decline
    counted = board(audit)
    assert (counted.complete, counted.overdue) == (1, 2)


def test_more_time_makes_a_late_return_due_again(world):
    audit = world.circulated(1)
    AgencyReturn.objects.of(audit).update(due_on=today() - dt.timedelta(days=1))
    one = world.return_of(audit)
    extend_return(one, due_on=working_days_from(today(), 2), version=one.version, by=world.manager)
    assert not world.return_of(audit).is_late


def test_late_is_accepted_and_marked(world):
    audit = world.circulated(1)
    AgencyReturn.objects.of(audit).update(due_on=today() - dt.timedelta(days=9))
    assert world.submitted(world.return_of(audit)).stage == "submitted"


def test_what_two_people_write_at_once_is_never_lost(world):
    audit = world.circulated(1)
    say_known(world.return_of(audit), version=None, by=world.auditor)
    both_opened_at = 1
    save_answer(
        asking(world, audit, 1),
        **{**BLANK, "choice": "yes", "how_known": "First."},
        version=both_opened_at,
        by=world.auditor,
    )
    with pytest.raises(Changed):
        save_answer(
            asking(world, audit, 1, by="lead"),
            **{**BLANK, "choice": "no", "how_known": "Second."},
            version=both_opened_at,
            by=world.lead,
        )
    assert opened(Answer.objects.get()).how_known == "First."


def test_a_slow_save_made_while_writing_never_covers_newer_words(world):
    audit = world.circulated(1)
    say_known(world.return_of(audit), version=None, by=world.auditor)
    mine = {"sitting": "a" * 32, "by": world.auditor}
    save_answer(asking(world, audit, 1), **{**BLANK, "how_known": "One"}, version=1, while_writing=True, **mine)
    save_answer(asking(world, audit, 1), **{**BLANK, "how_known": "One two three"}, version=1, **mine)
    with pytest.raises(Changed):
        save_answer(asking(world, audit, 1), **{**BLANK, "how_known": "One two"}, version=2, while_writing=True, **mine)
    assert opened(Answer.objects.get()).how_known == "One two three"


def test_a_pasted_list_loses_its_dashes_on_the_page_but_not_in_the_record(world):
    answer = Answer(points="- One\n• Two\n\n  – Three–and–a–half\n")
    assert answer.point_list() == ["One", "Two", "Three–and–a–half"]
    assert answer.points.startswith("- One")


def test_returns_close_when_the_panel_opens(world):
    audit = world.panel_opened(1)
    assert rules.may_answer_return(world.auditor, world.return_of(audit)).code == "not-gathering"


@pytest.mark.parametrize("answer", ["not_known", "declined"])
def test_an_agency_that_gave_no_account_is_not_on_the_panel_of_the_case(world, answer):
    audit = world.circulated(1)
    police = world.return_of(audit, "police")
    if answer == "not_known":
        say_not_known(police, version=None, by=world.police_auditor)
    else:
        decline_return(police, reason=DeclineReason.OTHER, words="No.", version=None, by=world.police_lead)
    open_panel(audit, by=world.chair)
    case = audit.cases.select_related("audit").get()
    case.audit.refresh_from_db()
    assert rules.may_read_summative_report(world.police_lead, case).code == "took-no-part"
    assert rules.may_read_summative_report(world.lead, case)
    assert rules.may_read_summative_report(world.social_worker, case)
