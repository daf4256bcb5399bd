from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases.models import READS_EVERY_CASE, Case, Nomination
from maca.cases.stages import NominationStage
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role


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


def may_select_case(person: Person, nomination: Nomination) -> Verdict:
    """The chair decides on each nomination until the cases are circulated."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair of the sub-group selects cases.")
    if nomination.audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated, so the selection is closed.")
    if nomination.stage == NominationStage.SELECTED:
        return no("already-selected", "This nomination has been selected already.")
    return YES


def may_name_presenter(person: Person, case: Case) -> Verdict:
    """The chair or the business manager names who will introduce a case, until the panel closes."""
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return no("not-yours", "Only the chair or the business manager names who introduces a case.")
    if case.audit.stage in (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED):
        return no("panel-closed", "The panel has closed, so who introduced a case can no longer be changed.")
    return YES


def may_open_identity(person: Person, case: Case) -> Verdict:
    """The chair, the manager, whoever introduces the case and the agencies that were asked, while the audit runs."""
    if person.holds(Role.SCRUTINEER):
        return no("anonymised", "The scrutineer reads every case by its label, never by name.")
    if case.nomination_id is None:
        return no("no-identity", "This audit was recorded from its briefing. It holds no identity.")
    if case.audit.stage == AuditStage.PUBLISHED:
        return no("published", "The briefing has been published, so there is no reason to open an identity.")
    if person.holds(Role.CHAIR, Role.BUSINESS_MANAGER) or case.presenters.filter(person=person).exists():
        return YES
    if not person.holds(Role.AGENCY_LEAD, Role.AUDITOR):
        return no("not-needed", "Your part in this audit needs the label only, not the name.")
    if not case.involvements.filter(agency=person.agency_id).exists():
        return no("not-asked", "Your agency has not been asked about this case, so it needs no name.")
    return YES
