from django.conf import settings
from django.utils.module_loading import import_string

from maca.audits.models import Audit
from maca.audits.queries import given_up_on
from maca.audits.stages import AuditStage
from maca.cases.models import CONFLICTS, READS_EVERY_CASE, Case, Declaration, Draw, LegalHold, Nomination
from maca.cases.queries import in_conflict, part_in
from maca.cases.stages import DrawStage, NominationStage
from maca.kernel.clock import LONDON, is_past, today
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role

CONFLICT = (
    "You have said that you held or supervised this case, or know the family, so somebody else works on it. "
    "If that was a slip, the chair or another business manager can lift it."
)
DESTROYED = "What was written about this case has been destroyed. What was learned from it is in the briefing."


def may_work_on_case(person: Person, case: Case) -> Verdict:
    """Before anybody first opens a case they declare their interest; whoever held or supervised it stays out.

    Whoever introduces a case held it, and is there because of that. The scrutineer never learns who it is, so there is
    nothing for them to declare; but what they declared in another role stands.
    """
    if case.destroyed_at:
        return no("destroyed", DESTROYED)
    if case.nomination_id is None or part_in(case, person).introduces:
        return YES
    if (interest := part_in(case, person).interest) is None:
        if person.holds(Role.SCRUTINEER):
            return YES
        return no("undeclared", f"Before you open {case.label}, say whether you have a conflict of interest.")
    if interest in CONFLICTS:
        return no("conflict", CONFLICT)
    return YES


def may_declare_interest(person: Person, case: Case) -> Verdict:
    """Everybody on a case declares their interest, and anew when they learn more; a declared conflict stands
    until somebody else lifts it."""
    if case.nomination_id is None:
        return no("no-identity", "This audit was recorded from its briefing. It holds no identity.")
    if case.destroyed_at:
        return no("destroyed", DESTROYED)
    if part_in(case, person).interest in CONFLICTS:
        return no(
            "conflict",
            "You have declared a conflict of interest in this case, and that stands. If it was a slip, ask the "
            "chair or another business manager to lift it.",
        )
    return YES


def may_read_declarations(person: Person, case: Case) -> Verdict:
    """The chair and the business manager see who has declared what interest in a case."""
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return no("not-yours", "Only the chair and the business manager see who declared what.")
    if case.nomination_id is None:
        return no("no-identity", "This audit was recorded from its briefing, so nobody declared anything.")
    return YES


def may_lift_conflict(person: Person, declaration: Declaration) -> Verdict:
    """A conflict declared by a slip is lifted by a chair or business manager who has none, never by oneself."""
    case = declaration.of_case
    if not (verdict := may_read_declarations(person, case)):
        return verdict
    if not declaration.is_conflict or declaration.lifted_at:
        return no("no-conflict", "This is no conflict of interest that stands, so there is nothing to lift.")
    if case.destroyed_at:
        return no("destroyed", DESTROYED)
    if declaration.person_id == person.pk:
        return no("your-own", "Nobody lifts their own conflict. Ask another chair or business manager.")
    if part_in(case, person).interest in CONFLICTS:
        return no("conflict", CONFLICT)
    return YES


def may_sit_on_panel(person: Person, case: Case) -> Verdict:
    """Somebody who held or supervised a case does not sit on its panel."""
    if part_in(case, person).interest in CONFLICTS:
        return no("conflict", f"{person.name} has declared a conflict of interest in {case.label}.")
    return YES


def may_read_case(person: Person, case: Case) -> Verdict:
    """Those on a case, and those who run, hear or scrutinise its audit, see its page once they have declared."""
    if case.destroyed_at:
        return YES  # the page says so, and shows nothing that was written
    return may_work_on_case(person, case)


def may_destroy_case(person: Person, case: Case) -> Verdict:
    """The business manager destroys what was written about a case once the briefing has been published, once the
    packs of an inspection have been handed over, which has no briefing, or once an audit that is not published has
    taken no step for a year."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager destroys what was written about a case.")
    if case.nomination_id is None:
        return no("no-identity", "This audit was recorded from its briefing. There is nothing to destroy.")
    if case.destroyed_at:
        return no("destroyed", DESTROYED)
    if not _is_over(case.audit):
        return no("not-published", "A case is destroyed after the briefing has been published.")
    assert case.nomination is not None  # looked at above
    for keeps in settings.MACA_KEEPS_CASE:
        verdict: Verdict = import_string(keeps)(case)
        if not verdict:
            return verdict
    return _not_held(LegalHold.objects.over(case.nomination).first())


def _is_over(audit: Audit) -> bool:
    return audit.stage == AuditStage.PUBLISHED or _has_handed_over(audit) or given_up_on(audit) <= today()


def _has_handed_over(audit: Audit) -> bool:
    return audit.is_inspection and audit.pack_on is not None and is_past(audit.pack_on)


def _not_held(hold: LegalHold | None) -> Verdict:
    if hold is None:
        return YES
    begun = f"{hold.begun_at.astimezone(LONDON):%-d %B %Y}"
    return no(
        "held",
        f"A legal hold stands over this since {begun} ({hold.get_reason_display().lower()}). Nothing "
        "of it is destroyed until the chair or the information governance officer has ended the hold.",
    )


def may_destroy_identity(person: Person, case: Case) -> Verdict:
    """The business manager destroys who the child is, by itself, once all that was written about it may go."""
    if not (verdict := may_destroy_case(person, case)):
        return verdict
    assert case.nomination is not None  # looked at above
    if case.nomination.identity_destroyed_at:
        return no("identity-destroyed", "Who the child is has been destroyed already.")
    return YES


def may_destroy_nomination(person: Person, nomination: Nomination) -> Verdict:
    """The business manager destroys what was written about a nomination that became no case, once the briefing of the
    audit has been published, or once an audit that is not published has taken no step for a year."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager destroys what was written in a nomination.")
    if Case.objects.filter(nomination=nomination).exists():
        return no("a-case", "This nomination became a case, and is destroyed with it.")
    if nomination.destroyed_at:
        return no("destroyed", DESTROYED)
    if not _is_over(nomination.audit):
        return no("not-published", "A nomination is destroyed after the briefing has been published.")
    return _not_held(LegalHold.objects.over(nomination).first())


def may_read_nominations(person: Person, audit: Audit) -> Verdict:
    """Those who run, hear or scrutinise the audit read its nominations, which name nobody."""
    if not person.holds(*READS_EVERY_CASE):
        return no(
            "not-the-sub-group",
            "Nominations are read by the sub-group, the business manager and the scrutineer.",
        )
    return YES


def may_nominate_case(person: Person, audit: Audit) -> Verdict:
    """Sub-group members nominate cases while the audit is being planned."""
    if not person.holds(Role.SUB_GROUP_MEMBER):
        return no("not-a-member", "Only members of the sub-group nominate cases.")
    if audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated, so no more can be nominated.")
    return YES


def may_take_chosen_child(person: Person, audit: Audit) -> Verdict:
    """The business manager puts on record the children whom inspectors have chosen, until the agencies are asked."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager puts the inspectors’ children on record.")
    if not audit.is_inspection:
        return no("no-inspection", "The children of this audit are chosen by the sub-group, not by inspectors.")
    if audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated, so no more can be added.")
    return YES


def may_select_case(person: Person, nomination: Nomination) -> Verdict:
    """The chair decides on each nomination until the cases are circulated; but no chair who has declared a conflict of
    interest in it, when it was a case."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair of the sub-group selects cases.")
    if in_conflict(nomination, person):
        return no("conflict", CONFLICT)
    if nomination.audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated, so the selection is closed.")
    if nomination.stage == NominationStage.SELECTED:
        return no("already-selected", "This nomination has been selected already.")
    return YES


def may_swap_case(person: Person, case: Case) -> Verdict:
    """The chair puts another nomination in the place of a case, with a reason, until the cases are circulated; but no
    chair with a conflict of interest in it."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair of the sub-group puts one case in the place of another.")
    if part_in(case, person).interest in CONFLICTS:
        return no("conflict", CONFLICT)
    if case.audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated, so the selection is closed.")
    return YES


def may_part_with_case(person: Person, case: Case) -> Verdict:
    """Whoever may swap a case does so, but not while a legal hold stands over it: what was asked about it goes too."""
    if not (verdict := may_swap_case(person, case)):
        return verdict
    assert case.nomination is not None  # one that is planned was nominated
    return _not_held(LegalHold.objects.over(case.nomination).first())


def may_draw_cases(person: Person, audit: Audit) -> Verdict:
    """The business manager or the chair draws cases by lot from a cohort while the audit is being planned."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR):
        return no("not-yours", "Only the business manager and the chair draw cases from a list.")
    if audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated, so no more can be drawn.")
    return YES


def may_change_draw(person: Person, draw: Draw) -> Verdict:
    """A draw is changed, nominated from and discarded by those who may draw, until its cohort is destroyed."""
    if not (verdict := may_draw_cases(person, draw.audit)):
        return verdict
    if draw.stage != DrawStage.OPEN:
        return no("over", "This draw is over and its list destroyed. Send the file again to draw from it again.")
    return YES


def may_end_draw(person: Person, draw: Draw) -> Verdict:
    """Whoever may change a draw ends it, which destroys its list; but not while a legal hold stands over the audit."""
    if not (verdict := may_change_draw(person, draw)):
        return verdict
    return _not_held(LegalHold.objects.over_audit(draw.audit).first())


def may_read_coverage(person: Person, audit: Audit) -> Verdict:
    """Those who see every case see whom the cases are about; those who answer, introduce or sit, in numbers that
    single nobody out, and only once the cases are circulated and stay as they are."""
    if person.holds(*READS_EVERY_CASE):
        return YES
    if not person.holds(Role.AGENCY_LEAD, Role.AUDITOR, Role.SOCIAL_WORKER, Role.PRACTICE_MANAGER, Role.PANEL_MEMBER):
        return no("not-yours", "Whom the cases are about is shown to those who work on the audit.")
    if audit.stage == AuditStage.PLANNED:
        return no("not-circulated", "The cases are still being chosen. Whom they are about is shown once they are.")
    return YES


def may_name_presenter(person: Person, case: Case) -> Verdict:
    """The chair or the business manager names who introduces a case and who sits on its panel, until that closes;
    nobody with a conflict of interest in it does."""
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return no(
            "not-yours", "Only the chair or the business manager names who introduces a case or sits on its panel."
        )
    if part_in(case, person).interest in CONFLICTS:
        return no("conflict", CONFLICT)
    if case.audit.stage in (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED):
        return no(
            "panel-closed",
            "The panel has closed, so who introduced a case or sat on its panel can no longer be changed.",
        )
    return YES


def may_open_identity(person: Person, case: Case) -> Verdict:
    """The chair, the manager, whoever introduces the case and the agencies that were asked, while the audit runs.

    An agency that has said that it does not know the family no longer needs to know who it is. Nor does any agency once
    the packs of an inspection have been handed over; the chair and the manager, whom inspectors ask who is who, until
    ten working days after they have left.
    """
    if person.holds(Role.SCRUTINEER):
        return no("anonymised", "The scrutineer reads every case by its label, never by name.")
    if case.nomination_id is None:
        return no("no-identity", "This audit was recorded from its briefing. It holds no identity.")
    if case.destroyed_at:
        return no("destroyed", DESTROYED)
    if part_in(case, person).interest in CONFLICTS:
        return no("conflict", CONFLICT)
    if case.audit.stage == AuditStage.PUBLISHED:
        return no("published", "The briefing has been published, so there is no reason to open an identity.")
    if case.audit.is_inspection and case.audit.draft_on and is_past(case.audit.draft_on):
        return no("inspection-over", "The inspection is over, so there is no reason to open an identity.")
    if person.holds(Role.CHAIR, Role.BUSINESS_MANAGER) or part_in(case, person).introduces:
        return YES
    if _has_handed_over(case.audit):
        return no(
            "handed-over",
            "The packs have been handed to the inspectors, so no agency needs to know any more who the child is. Ask "
            "the business manager.",
        )
    if not person.holds(Role.AGENCY_LEAD, Role.AUDITOR):
        return no("not-needed", "Your part in this audit needs the label only, not the name.")
    involvement = case.involvements.filter(agency=person.agency_id).first()
    if involvement is None:
        return no("not-asked", "Your agency has not been asked about this case, so it needs no name.")
    if involvement.not_known_at:
        return no(
            "not-known",
            "Your agency has said that it does not know this family, so the name is closed to it. If that was a "
            "mistake, say that the family is known, and it opens again.",
        )
    return YES
