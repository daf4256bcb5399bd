from maca.audits.models import Audit
from maca.audits.rules import may_begin_inspected_audit
from maca.cases.models import Case
from maca.kernel.clock import is_past
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role
from maca.returns.rules import may_read_board, may_read_summative_report

HANDS_OVER = (Role.BUSINESS_MANAGER, Role.CHAIR)


def may_start_inspection(person: Person) -> Verdict:
    """The business manager starts an inspection alone, on the word of the lead inspector."""
    return may_begin_inspected_audit(person)


def may_read_inspection(person: Person, audit: Audit) -> Verdict:
    """Whoever sees the board of an audit sees the days of its inspection, and what has come in by them."""
    if not audit.is_inspection:
        return no("no-inspection", "This audit was not made for an inspection.")
    return may_read_board(person, audit)


def may_change_days(person: Person, audit: Audit) -> Verdict:
    """When inspectors move a day, or one was mistyped, the business manager changes it, until the day on which the
    packs are handed over has passed."""
    if not (verdict := may_read_inspection(person, audit)):
        return verdict
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager changes the days of an inspection.")
    if not audit.is_gathering:
        return no("not-gathering", "The panel has opened, so the days stay as they were.")
    assert audit.pack_on  # an inspection is started with one
    if is_past(audit.pack_on):
        return no(
            "handed-over",
            f"The packs were handed over on {audit.pack_on:%-d %B %Y}, so the days stay as they were.",
        )
    return YES


def may_take_packs(person: Person, audit: Audit) -> Verdict:
    """The business manager or the chair takes the packs that the inspectors are given."""
    if not (verdict := may_read_inspection(person, audit)):
        return verdict
    if not person.holds(*HANDS_OVER):
        return no("not-yours", "Only the business manager and the chair take the packs for the inspectors.")
    return YES


def may_take_pack(person: Person, case: Case) -> Verdict:
    """The business manager or the chair takes the pack of one child, but for a conflict of interest in its case."""
    if not (verdict := may_take_packs(person, case.audit)):
        return verdict
    return may_read_summative_report(person, case)
