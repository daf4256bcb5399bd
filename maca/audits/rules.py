from maca.audits.models import Audit, Priority, QuestionSet, Theme
from maca.audits.queries import Placed, questions_of
from maca.audits.stages import AuditStage
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role


def may_record_priority(person: Person) -> Verdict:
    """The chair of the sub-group records the partnership's priorities."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair of the sub-group can record a priority.")
    return YES


def may_adopt_theme(person: Person, priority: Priority) -> Verdict:
    """The chair adopts a theme from a priority of their own partnership."""
    if not person.holds(Role.CHAIR) or priority.partnership_id != person.partnership_id:
        return no("not-the-chair", "Only the chair of the sub-group can adopt a theme.")
    return YES


def may_plan_audit(person: Person, theme: Theme) -> Verdict:
    """The chair plans an audit on a theme that has been adopted."""
    if not person.holds(Role.CHAIR) or theme.partnership_id != person.partnership_id:
        return no("not-the-chair", "Only the chair of the sub-group can plan an audit.")
    return YES


def may_begin_inspected_audit(person: Person) -> Verdict:
    """When inspectors announce an inspection, the business manager begins its audit alone: the theme is theirs."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager starts an inspection.")
    return YES


def may_read_plan(person: Person, audit: Audit) -> Verdict:
    """Everybody signed in reads the plan of an audit: terms of reference, questions and timetable."""
    return YES


def may_change_plan(person: Person, audit: Audit) -> Verdict:
    """The chair changes a plan until the audit is circulated; after that it stays as it was asked."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair of the sub-group can change the plan.")
    if audit.imported_from:
        return no("recorded", "This audit was recorded from its briefing, so there is no plan to change.")
    if audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The audit has been circulated, so its plan stays as it was asked.")
    return YES


def may_read_question_set(person: Person, question_set: QuestionSet) -> Verdict:
    """Everybody signed in reads the question sets of their own partnership: they say nothing about any case."""
    return YES


def may_read_ready_made_set(person: Person, questions: object) -> Verdict:
    """Everybody signed in reads the ready-made question sets that come with the site."""
    return YES


def may_draft_question_set(person: Person) -> Verdict:
    """The chair or the business manager drafts a question set: the chair plans with it, the manager circulates it."""
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return no("not-an-editor", "Only the chair and the business manager draft question sets.")
    return YES


def may_change_question_set(person: Person, question_set: QuestionSet) -> Verdict:
    """The chair or the business manager changes a question set while it is a draft; once issued, nobody does."""
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return no("not-an-editor", "Only the chair and the business manager change question sets.")
    if not question_set.is_draft:
        return no(
            "already-issued", "This question set has been issued, so it stays as it is. Make its next version instead."
        )
    return YES


def may_change_question(person: Person, placed: Placed) -> Verdict:
    """A question is written, moved and removed by those who may change its set."""
    return may_change_question_set(person, placed.question_set)


def may_issue_question_set(person: Person, question_set: QuestionSet) -> Verdict:
    """The chair or the business manager issues a draft whose conditions hold; from then on audits can ask it."""
    if not (verdict := may_change_question_set(person, question_set)):
        return verdict
    if faults := questions_of(question_set).faults():
        return no("not-sound", " ".join(faults))
    return YES
