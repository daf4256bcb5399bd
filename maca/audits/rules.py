from maca.audits.models import Audit, Priority, Theme
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
