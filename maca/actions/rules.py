from collections.abc import Collection

from maca.actions.models import RUNS, SEES_EVERY_ACTION, VERIFIES, Action
from maca.actions.queries import Joining, is_in_conflict
from maca.actions.stages import ActionStage
from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases.rules import may_work_on_case
from maca.kernel.verdict import YES, Verdict, no
from maca.panel.models import Finding
from maca.panel.rules import may_see_panel_page
from maca.partnership.models import Person, Role
from maca.returns.rules import may_read_summative_report


def may_list_actions(person: Person) -> Verdict:
    """Everybody who sees audits lists the actions that they may see."""
    if not person.sees_audits:
        return no("no-audits", "Audits and their actions are not shown to your role.")
    return YES


def may_see_actions(person: Person, audit: Audit) -> Verdict:
    """Once the panel has closed, everybody sees those actions of the audit that they may see."""
    if audit.stage not in (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED):
        return no("panel-not-closed", "Actions begin when the chair has closed the panel.")
    return YES


def may_read_action(person: Person, action: Action) -> Verdict:
    """The sub-group, those who run the audits and the scrutineer read every action; the lead of an agency its own, and
    what waits to be verified; and whoever is accountable theirs."""
    return YES


def may_read_finding(person: Person, finding: Finding, seen: Collection[int]) -> Verdict:
    """What a finding says is shown with an action to whoever may read it on the page of its panel: the briefing may say
    it in other words, or be held back or withdrawn. `seen` are the keys of the cases that this person sees."""
    if finding.audit.imported_from:
        if person.holds(*SEES_EVERY_ACTION):
            return YES
        return no("recorded", "What this finding says stands in the briefing it was recorded from.")
    if finding.case is None:
        return may_see_panel_page(person, finding.audit)
    if finding.case_id not in seen:
        return no("not-your-case", "What this finding says is for those who have a part in its case.")
    return may_read_summative_report(person, finding.case)


def may_make_action(person: Person, finding: Finding) -> Verdict:
    """Once the panel has closed, the business manager or the chair makes an action of a finding; but nobody with a
    conflict of interest in its case."""
    if not person.holds(*RUNS):
        return no("not-yours", "Only the business manager and the chair make actions.")
    if not (verdict := may_see_actions(person, finding.audit)):
        return verdict
    if finding.withdrawn_at:
        return no("withdrawn", "This finding has been withdrawn, so no action is made of it.")
    return may_work_on_case(person, finding.case) if finding.case else YES


def may_join_action(person: Person, joining: Joining) -> Verdict:
    """Whoever may make an action of a finding may let an open action that is there already rest on it instead."""
    if not (verdict := may_make_action(person, joining.finding)):
        return verdict
    if joining.action.stage != ActionStage.OPEN:
        return no("not-open", "This action is no longer open, so nothing joins it. Make an action of its own.")
    if joining.action.rests_on.filter(finding=joining.finding).exists():
        return no("already-joined", "This action rests on this finding already.")
    return YES


def _in_no_conflict(person: Person, action: Action) -> Verdict:
    if is_in_conflict(action, person):
        return no(
            "conflict",
            "You have declared a conflict of interest in a case that this action rests on, so somebody else does this.",
        )
    return YES


def may_change_action(person: Person, action: Action) -> Verdict:
    """The business manager or the chair says anew what will change, who is accountable and how it is measured, as long
    as the action is open."""
    if not person.holds(*RUNS):
        return no("not-yours", "Only the business manager and the chair change actions.")
    if action.stage != ActionStage.OPEN:
        return no("not-open", "This action is no longer open, so it stands as it is.")
    return _in_no_conflict(person, action)


def may_move_action_day(person: Person, action: Action) -> Verdict:
    """The business manager or the chair moves the day, with a reason; the earlier day is kept."""
    return may_change_action(person, action)


def may_stop_action(person: Person, action: Action) -> Verdict:
    """The business manager or the chair stops an open action that will not be done, with a reason."""
    return may_change_action(person, action)


def may_note_progress(person: Person, action: Action) -> Verdict:
    """Whoever is accountable writes how far it is, as long as the action is open."""
    if action.accountable_id != person.pk:
        return no("not-accountable", "Only whoever is accountable for this action writes how far it is.")
    if action.stage == ActionStage.REPORTED:
        return no("already-reported", "You have said that it is done. It waits to be verified.")
    if action.stage != ActionStage.OPEN:
        return no("not-open", "This action is no longer open.")
    return YES


def may_report_action_done(person: Person, action: Action) -> Verdict:
    """Whoever is accountable says that it is done, what was done and where the proof is."""
    return may_note_progress(person, action)


def may_verify_action(person: Person, action: Action) -> Verdict:
    """That it was done is verified by the chair, the business manager, a sub-group member or an agency’s lead: of
    another agency than the action’s, and never by whoever is accountable."""
    if action.accountable_id == person.pk:
        return no("your-own", "You are accountable for this action, so somebody of another agency verifies it.")
    if not person.holds(*VERIFIES):
        return no(
            "not-a-verifier",
            "The chair, the business manager, a sub-group member or an agency’s lead verifies that an action was done.",
        )
    if person.agency_id == action.agency_id:
        return no("same-agency", f"This is an action of {action.agency}, so somebody of another agency verifies it.")
    if person.agency_id is None and action.accountable.agency_id is None:
        return no("same-office", "Whoever is accountable is of no agency, as you are. Somebody of one verifies it.")
    if action.stage != ActionStage.REPORTED:
        return no("not-reported", "Nobody has said that this action is done, so there is nothing to verify.")
    return _in_no_conflict(person, action)


def may_record_impact(person: Person, action: Action) -> Verdict:
    """Once it is done, the chair, the business manager or a sub-group member records whether it worked: of another
    agency than the action’s, and never whoever is accountable. They may look again later."""
    if action.accountable_id == person.pk:
        return no("your-own", "You are accountable for this action, so somebody else says whether it worked.")
    if not person.holds(*RUNS, Role.SUB_GROUP_MEMBER):
        return no("not-yours", "The chair, the business manager or a sub-group member says whether an action worked.")
    if person.agency_id == action.agency_id:
        return no("same-agency", f"This is an action of {action.agency}, so somebody of another agency says this.")
    if action.stage != ActionStage.DONE:
        return no("not-done", "Whether it worked is said once it is verified that it was done.")
    return _in_no_conflict(person, action)


def sees_every_action(person: Person) -> bool:
    return person.holds(*SEES_EVERY_ACTION)
