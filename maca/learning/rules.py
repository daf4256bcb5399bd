from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.briefing.models import Briefing
from maca.briefing.stages import BriefingStage
from maca.cases.models import CONFLICTS, READS_EVERY_CASE
from maca.cases.queries import part_in
from maca.kernel.verdict import YES, Verdict, no
from maca.learning.models import Recommendation, Review
from maca.panel.models import Finding
from maca.partnership.models import Person, Role

LINKS = (Role.CHAIR, Role.BUSINESS_MANAGER)


def may_ask_what_was_said(person: Person) -> Verdict:
    """Everybody who sees audits asks whether something was said before, in any briefing that is published."""
    if not person.sees_audits:
        return no("sees-no-audits", "Audits and briefings are not shown to your role.")
    return YES


def may_read_reviews(person: Person) -> Verdict:
    """The business manager, the chair, the sub-group and the scrutineer read the register of reviews."""
    if not person.holds(*READS_EVERY_CASE):
        return no("not-yours", "The register of reviews is for the sub-group, the business manager and the scrutineer.")
    return YES


def may_read_review(person: Person, review: Review) -> Verdict:
    """Whoever reads the register reads each review on it."""
    return may_read_reviews(person)


def may_read_recommendation(person: Person, recommendation: Recommendation) -> Verdict:
    """Whoever reads the register reads each recommendation, and where it was seen in practice."""
    return may_read_reviews(person)


def may_record_review(person: Person) -> Verdict:
    """The business manager keeps the register of reviews."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager keeps the register of reviews.")
    return YES


def may_change_review(person: Person, review: Review) -> Verdict:
    """The business manager puts a review on the register right, or strikes it off, saying why."""
    if not (verdict := may_record_review(person)):
        return verdict
    if review.struck_at:
        return no("struck-off", "This review has been struck off the register, and stays as it was.")
    return YES


def may_link_finding(person: Person, found: tuple[Recommendation, Finding]) -> Verdict:
    """The chair or the business manager links a finding of a closed panel to a recommendation; nobody with a conflict
    of interest in its case."""
    recommendation, finding = found
    if not person.holds(*LINKS):
        return no("not-yours", "Only the chair and the business manager link a finding to a recommendation.")
    if recommendation.review.struck_at:
        return no("struck-off", "This review has been struck off the register, so its links stay as they are.")
    if finding.case and part_in(finding.case, person).interest in CONFLICTS:
        return no(
            "conflict",
            f"You have declared a conflict of interest in {finding.case.label}, so somebody else links its findings.",
        )
    return YES


def may_read_recurrence(person: Person, audit: Audit) -> Verdict:
    """What of a published audit was said before is for everybody; before that, for the sub-group, the business manager
    and the scrutineer, once the panel has closed."""
    if not person.holds(*READS_EVERY_CASE):
        read = Briefing.objects.visible_to(person).filter(audit=audit, stage=BriefingStage.PUBLISHED)
        if not (verdict := may_ask_what_was_said(person)) or read.exists():
            return verdict
        return no("not-published", "This is shown once the briefing of the audit is published.")
    if audit.stage == AuditStage.PUBLISHED:
        return YES
    if audit.stage != AuditStage.PANEL_CLOSED:
        return no("panel-not-closed", "This begins when the chair has closed the panel.")
    return YES


def may_compare_findings(person: Person, audit: Audit) -> Verdict:
    """The chair or the business manager has the findings of a closed panel compared with those of earlier audits."""
    if not person.holds(*LINKS):
        return no("not-yours", "Only the chair and the business manager have the findings compared.")
    return may_read_recurrence(person, audit)


def may_read_re_audit(person: Person, audit: Audit) -> Verdict:
    """Everybody who reads a published briefing reads what has changed since the audit before it."""
    if not (verdict := may_ask_what_was_said(person)):
        return verdict
    if not Briefing.objects.visible_to(person).reached_readers().filter(audit=audit, stage=BriefingStage.PUBLISHED):
        return no("not-published", "This is shown once the briefing of the audit is published.")
    return YES


def may_read_figures(person: Person) -> Verdict:
    """Everybody who sees audits reads the figures over those that are published; small numbers only who reads every
    case."""
    return may_ask_what_was_said(person)


def may_read_yearly_report(person: Person, year: int) -> Verdict:
    """The business manager, the chair, the sub-group and the scrutineer take the section for the yearly report."""
    if not person.holds(*READS_EVERY_CASE):
        return no(
            "not-yours",
            "The section for the yearly report is for the sub-group, the business manager and the scrutineer.",
        )
    return YES


def may_record_discussion(person: Person, briefing: Briefing) -> Verdict:
    """Everybody who reads a published briefing records that their team talked about it."""
    return may_ask_what_was_said(person)


def may_read_uses(person: Person) -> Verdict:
    """The business manager, the chair, the sub-group and the scrutineer see which agencies used a briefing."""
    if not person.holds(*READS_EVERY_CASE):
        return no("not-yours", "Who used a briefing is for the sub-group, the business manager and the scrutineer.")
    return YES
