from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases.rules import may_work_on_case
from maca.feedback.checking import groups_of
from maca.feedback.models import Dispute, FactCheck, FeedbackNote
from maca.feedback.queries import agencies_to_ask, is_of_team, was_asked_for
from maca.kernel.clock import is_past
from maca.kernel.verdict import YES, Verdict, no
from maca.panel.rules import may_change_disputed_finding
from maca.partnership.models import Person, Role
from maca.returns.models import READS_EVERY_RETURN, AgencyReturn
from maca.returns.stages import HANDED_IN

RUNS = (Role.CHAIR, Role.BUSINESS_MANAGER)


def _after_the_panel(audit: Audit) -> Verdict:
    if audit.imported_from:
        return no("recorded", "This audit was recorded from its briefing; its panel is not on record.")
    if audit.stage not in (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED):
        return no("panel-not-closed", "This begins when the chair has closed the panel.")
    return YES


def may_see_fact_checks(person: Person, audit: Audit) -> Verdict:
    """The chair, the business manager and the scrutineer see which agency has answered, and what is disputed."""
    if not person.holds(*READS_EVERY_RETURN):
        return no(
            "not-yours",
            "This page is for the chair, the business manager and the scrutineer. What your agency is asked stands on "
            "its lead’s work list.",
        )
    return _after_the_panel(audit)


def may_ask_fact_checks(person: Person, audit: Audit) -> Verdict:
    """Once the panel has closed, the chair or the business manager asks the agencies whether the facts are right."""
    if not person.holds(*RUNS):
        return no("not-yours", "Only the chair and the business manager ask the agencies to check the facts.")
    if not (verdict := _after_the_panel(audit)):
        return verdict
    if audit.stage == AuditStage.PUBLISHED:
        return no("published", "The briefing has been published, so its findings stand.")
    if was_asked_for(audit):
        return no("already-asked", "The agencies have been asked already.")
    if not agencies_to_ask(audit):
        return no("nobody-to-ask", "No finding is about an agency that was asked about a case.")
    return YES


def may_read_fact_check(person: Person, check: FactCheck) -> Verdict:
    """The lead of an agency reads the findings that concern it, and what was decided on those that it disputed."""
    if not (person.holds(Role.AGENCY_LEAD) and person.speaks_for(check.agency)):
        return no("not-the-lead", f"Only the lead of {check.agency} checks its facts.")
    return YES


def may_answer_fact_check(person: Person, check: FactCheck) -> Verdict:
    """The lead answers once for the agency, and may change the answer until its day is over.

    What the chair has decided stays as it is. An answer that comes late is taken, and marked.
    """
    if not (verdict := may_read_fact_check(person, check)):
        return verdict
    if check.audit.stage == AuditStage.PUBLISHED:
        return no("published", "The briefing has been published, so its findings stand.")
    if check.answer and is_past(check.due_on):
        return no("day-over", "You have answered, and the day for it is over, so your answer stands.")
    for group in groups_of(check, person):
        if not group.findings:
            continue
        if group.is_open.code == "conflict":
            return no(
                "conflict",
                f"You have declared a conflict of interest in {group.label}, so another lead of your agency answers. "
                "If there is none, tell the business manager.",
            )
        if group.is_open.code == "undeclared":
            return group.is_open
    return YES


def may_read_dispute(person: Person, dispute: Dispute) -> Verdict:
    """Whoever sees the checks reads what is disputed, but not of a case in which they have a conflict of interest."""
    if not (verdict := may_see_fact_checks(person, dispute.fact_check.audit)):
        return verdict
    return may_work_on_case(person, dispute.finding.case) if dispute.finding.case else YES


def may_decide_dispute(person: Person, dispute: Dispute) -> Verdict:
    """The chair decides on each finding that is disputed: it is reworded or withdrawn, or it stands. Once, and before
    the briefing is published."""
    if dispute.decision and person.holds(Role.CHAIR):
        return no("already-decided", "This has been decided already.")
    if not (verdict := may_change_disputed_finding(person, dispute.finding)):
        return verdict
    if dispute.withdrawn_at:
        return no("withdrawn", "The agency has taken this back.")
    return YES


def may_see_feedback_notes(person: Person, audit: Audit) -> Verdict:
    """The chair, the business manager and the scrutineer see which team has been sent a note, and who read it."""
    if not person.holds(*READS_EVERY_RETURN):
        return no(
            "not-yours",
            "This page is for the chair, the business manager and the scrutineer. A note for your team stands on your "
            "work list.",
        )
    return _after_the_panel(audit)


def may_send_feedback_note(person: Person, agency_return: AgencyReturn) -> Verdict:
    """After the panel the chair or the business manager sends each team that answered a note on what was found."""
    if not person.holds(*RUNS):
        return no("not-yours", "Only the chair and the business manager send feedback notes.")
    if not (verdict := _after_the_panel(agency_return.case.audit)):
        return verdict
    if not (verdict := may_work_on_case(person, agency_return.case)):
        return verdict
    if agency_return.stage not in HANDED_IN:
        return no("no-account", f"{agency_return.agency} gave no account of this case, so there is no team to thank.")
    if FeedbackNote.objects.filter(agency_return=agency_return).exists():
        return no("already-sent", f"{agency_return.agency} has been sent its note on this case already.")
    return YES


def may_read_feedback_note(person: Person, note: FeedbackNote) -> Verdict:
    """The team reads its note; so do the chair, the business manager and the scrutineer."""
    if not (person.holds(*READS_EVERY_RETURN) or is_of_team(person, note.agency_return)):
        return no("not-your-team", "This note is for another team.")
    return may_work_on_case(person, note.agency_return.case)


def may_answer_feedback_note(person: Person, note: FeedbackNote) -> Verdict:
    """Whoever a note is for may answer it, more than once."""
    if not is_of_team(person, note.agency_return):
        return no("not-your-team", "Only the team that this note is for answers it.")
    return may_work_on_case(person, note.agency_return.case)


def may_read_replies(person: Person, note: FeedbackNote) -> Verdict:
    """The chair and the business manager read what a team answers. Whoever wrote an answer reads their own."""
    if not person.holds(*RUNS):
        return no("not-yours", "What a team answers is for the chair and the business manager.")
    return may_work_on_case(person, note.agency_return.case)
