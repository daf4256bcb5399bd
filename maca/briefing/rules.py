import datetime as dt

from django.utils import timezone

from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.briefing.house_style import could_identify
from maca.briefing.models import READS_DRAFTS, Briefing, HouseStyle
from maca.briefing.queries import withdrawn_in
from maca.briefing.stages import BriefingStage
from maca.cases.models import CONFLICTS, Case
from maca.cases.queries import fetch_parts, part_in
from maca.kernel.verdict import YES, Verdict, no
from maca.panel.models import EarlierTags, EarlierWording, Finding
from maca.partnership.models import Person, Role


def may_draft_briefing(person: Person, audit: Audit) -> Verdict:
    """The business manager drafts the briefing from the findings once the panel has closed."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager drafts the briefing.")
    if hasattr(audit, "briefing"):
        return no("already-drafted", "The briefing has been drafted already.")
    if audit.stage != AuditStage.PANEL_CLOSED:
        return no("panel-not-closed", "The briefing is drafted once the chair has closed the panel.")
    return YES


def may_read_briefing(person: Person, briefing: Briefing | tuple[Briefing, str]) -> Verdict:
    """A published briefing is for everybody once its embargo has passed; a draft for those who run, approve or
    scrutinise it. Of one that was withdrawn everybody reads that it was."""
    return YES


def may_see_briefing_page(person: Person, found: tuple[Audit, Briefing | None]) -> Verdict:
    """Those who work on the briefing see where it stands; everybody else sees it once it is published."""
    _, briefing = found
    if briefing is not None or person.holds(*READS_DRAFTS):
        return YES
    return no("not-published", "The briefing of this audit has not been published yet.")


def may_edit_part(person: Person, found: tuple[Briefing, str]) -> Verdict:
    """Whoever may edit the briefing may edit each of its parts."""
    return may_edit_briefing(person, found[0])


def may_edit_left_out(person: Person, found: tuple[Briefing, Finding]) -> Verdict:
    """Whoever may edit the briefing may put back a finding that was left out, unless it is of a case in which they
    have a conflict of interest."""
    briefing, finding = found
    if not (verdict := may_edit_briefing(person, briefing)) or finding.case is None:
        return verdict
    return may_change_points(person, finding.case)


def may_edit_briefing(person: Person, briefing: Briefing) -> Verdict:
    """The business manager edits the draft until it is sent for approval."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager edits the briefing.")
    if briefing.was_published:
        return no("published", "The briefing has been published. What is published never changes.")
    if briefing.stage != BriefingStage.DRAFTED:
        return no("sent", "The briefing is with its approver. Take it back into draft before you change a word.")
    return YES


def may_change_points(person: Person, case: Case) -> Verdict:
    """Nobody with a conflict of interest in a case rewords, leaves out or puts back what the briefing says of it."""
    if part_in(case, person).interest in CONFLICTS:
        return no(
            "conflict",
            f"You have declared a conflict of interest in {case.label}, so somebody else changes what the briefing "
            "says of it.",
        )
    return YES


def closed_cases(briefing: Briefing, person: Person) -> dict[str, Case]:
    """The cases of which this person may not change what the briefing says, by their labels."""
    cases = list(briefing.audit.cases.all())
    fetch_parts(cases, person)
    return {one.label: one for one in cases if not may_change_points(person, one)}


def closed_findings(briefing: Briefing, person: Person) -> dict[str, Case]:
    """The findings of which this person may not change what the briefing says, by their references, each with its
    case: also those that the briefing says of no one case."""
    if not (closed := closed_cases(briefing, person)):
        return {}
    findings = briefing.audit.findings.filter(case__in=[one.pk for one in closed.values()])
    of_case = {one.pk: one for one in closed.values()}
    return {ref: of_case[case] for ref, case in findings.values_list("public_id", "case")}


def may_send_briefing(person: Person, briefing: Briefing) -> Verdict:
    """The business manager sends the draft for approval, once there is a finding in it."""
    if not (verdict := may_edit_briefing(person, briefing)):
        return verdict
    if not briefing.value.findings:
        return no("no-findings", "Every finding has been left out. Put at least one back before you send it.")
    if not (verdict := _says_nothing_withdrawn(briefing)):
        return verdict
    if briefing.undecided:
        return no("undecided", f"Decide first on what could identify a family: {briefing.undecided} still to decide.")
    return YES


def _says_nothing_withdrawn(briefing: Briefing) -> Verdict:
    if withdrawn := len(withdrawn_in(briefing)):
        those = "a finding that has" if withdrawn == 1 else f"{withdrawn} findings that have"
        return no(
            "says-withdrawn",
            f"The briefing says {those} been withdrawn, since an agency disputed the facts. In its draft, leave "
            f"{'it' if withdrawn == 1 else 'them'} out first.",
        )
    return YES


def may_see_screening(person: Person, briefing: Briefing) -> Verdict:
    """Those who write or approve the briefing see what in it could identify a family, and what was decided on it."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR, Role.SUB_GROUP_MEMBER):
        return no("not-needed", "Only those who write or approve the briefing see what in it could identify a family.")
    return YES


def may_decide_on_hit(person: Person, found: Briefing | tuple[Briefing, str]) -> Verdict:
    """Whoever may edit the briefing decides on each thing in it that could identify a family."""
    return may_edit_briefing(person, found[0] if isinstance(found, tuple) else found)


def may_read_draft(person: Person, found: Briefing | tuple[Briefing, object]) -> Verdict:
    """Those who read drafts see each version of one, by whom it was saved and what has changed since another, and read
    its overview report; what that counts is fixed once the draft is sent."""
    if not person.holds(*READS_DRAFTS):
        return no("reads-no-drafts", "Only those who write, approve or scrutinise the briefing see its drafts.")
    return YES


def may_take_back_briefing(person: Person, briefing: Briefing) -> Verdict:
    """The business manager takes a briefing back into draft until it is published; its approval then lapses."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager takes the briefing back.")
    if briefing.stage not in (BriefingStage.SENT, BriefingStage.APPROVED):
        return no("not-sent", "The briefing has not been sent for approval.")
    return YES


def may_approve_briefing(person: Person, briefing: Briefing) -> Verdict:
    """The chair or a sub-group member approves, or sends back; never somebody who drafted or edited it."""
    if not person.holds(Role.CHAIR, Role.SUB_GROUP_MEMBER):
        return no("not-an-approver", "Only the chair or a member of the sub-group approves the briefing.")
    if briefing.stage != BriefingStage.SENT:
        return no("not-sent", "The briefing is not waiting for approval.")
    if briefing.undecided:
        return no("undecided", "Not everything that could identify a family is decided on. Send the briefing back.")
    if briefing.authors.filter(pk=person.pk).exists():
        return no("an-author", "You drafted or edited this briefing, so somebody else has to approve it.")
    return YES


def may_publish_briefing(person: Person, briefing: Briefing) -> Verdict:
    """The business manager publishes what somebody else has approved: never what they approved themselves."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager publishes the briefing.")
    if briefing.was_published:
        return no("published", "The briefing has been published already.")
    if briefing.stage != BriefingStage.APPROVED:
        return no("not-approved", "Somebody other than its author has to approve the briefing first.")
    if briefing.approved_by_id == person.pk:
        return no("approved-it", "You approved this briefing, so another business manager has to publish it.")
    if not (verdict := _says_nothing_withdrawn(briefing)):
        return verdict
    if HouseStyle.objects.filter(partnership=briefing.audit.partnership_id, saved_at__gt=briefing.approved_at).exists():
        return no(
            "house-style-since",
            "The house style was changed after the briefing was approved, and it is printed on every page. Take the "
            "briefing back into draft, and have it approved again.",
        )
    reworded = EarlierWording.objects.filter(finding__audit=briefing.audit, replaced_at__gt=briefing.approved_at)
    if reworded.exists():
        return no(
            "reworded-since",
            "A finding was reworded after the briefing was approved, since an agency disputed its facts. Take the "
            "briefing back into draft, see to its wording, and have it approved again.",
        )
    corrected = EarlierTags.objects.filter(finding__audit=briefing.audit, replaced_at__gt=briefing.sent_at)
    if corrected.exists():
        return no(
            "corrected-since",
            "What a finding is about was corrected after the briefing was sent for approval, and its overview report "
            "counts themes. Take the briefing back into draft, and send it again.",
        )
    return YES


def may_set_house_style(person: Person) -> Verdict:
    """The business manager says which logo and which line at the foot are printed on briefings and reports."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager sets the house style.")
    return YES


def may_print_footer(footer: str, *, kept: bool) -> Verdict:
    """A line at the foot is printed where nothing in it could tell of a family, or somebody says that it does not."""
    if not kept and (found := could_identify(footer)):
        return no(
            "could-identify",
            f"Look at what this could tell: {'; '.join(found)}. Take it out, or tick below that it tells of no family.",
        )
    return YES


def may_import_briefing(person: Person) -> Verdict:
    """The business manager, or the operator at the command line, records an audit from its published briefing."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.OPERATOR):
        return no("not-the-manager", "Only the business manager imports a briefing.")
    return YES


def may_open_briefing(person: Person, found: Briefing | tuple[Briefing, str]) -> Verdict:
    """What was published is opened and taken away by everybody until it is withdrawn, and then by those who read
    drafts."""
    briefing = found[0] if isinstance(found, tuple) else found
    if briefing.is_withdrawn and not person.holds(*READS_DRAFTS):
        return no("withdrawn", "This briefing has been withdrawn. Its page says when, and why in general words.")
    return YES


def may_set_embargo(person: Person, briefing: Briefing) -> Verdict:
    """The business manager or the chair says before which hour nobody reads a briefing, from the day it is sent for
    approval until that hour has passed."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR):
        return no("not-the-manager", "Only the business manager or the chair sets an embargo.")
    if briefing.stage == BriefingStage.DRAFTED:
        return no("not-sent", "An embargo is set once the briefing has been sent for approval.")
    if briefing.is_withdrawn:
        return no("withdrawn", "The briefing has been withdrawn.")
    if briefing.is_published and briefing.has_reached_readers:
        return no("passed", "Everybody may have read this briefing already, so it is too late for an embargo.")
    return YES


def may_end_embargo_at(embargo_until: dt.datetime | None) -> Verdict:
    """An embargo ends at an hour that is still to come, and within a year."""
    if embargo_until is None:
        return YES
    if embargo_until <= timezone.now():
        return no("embargo-passed", "This hour has passed already. Choose one that is still to come, or none.")
    if embargo_until > timezone.now() + dt.timedelta(days=366):
        return no("embargo-too-long", "An embargo lasts a year at most. Choose an earlier day.")
    return YES


def may_have_public_page(person: Person, briefing: Briefing) -> Verdict:
    """The business manager puts a briefing on a public page, where the partnership has such pages."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager puts a briefing on a public page.")
    if not briefing.audit.partnership.public_briefings:
        return no("no-public-pages", "Your partnership has no public pages. It can have some under “People and roles”.")
    return YES


def may_set_public_page(person: Person, briefing: Briefing) -> Verdict:
    """The business manager puts a published briefing on a public page, or takes it off, where the partnership has
    such pages."""
    if not (verdict := may_have_public_page(person, briefing)):
        return verdict
    if not briefing.is_published:
        return no("not-published", "Only a briefing that is published can be put on a public page.")
    if briefing.undecided and not briefing.is_public:
        return no(
            "undecided",
            f"Nobody has decided on {briefing.undecided} things in it that could identify a family, so it is put on no "
            "public page.",
        )
    return YES


def may_withdraw_briefing(person: Person, briefing: Briefing) -> Verdict:
    """The business manager or the chair withdraws a published briefing, for good."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR):
        return no("not-the-manager", "Only the business manager or the chair withdraws a briefing.")
    if briefing.is_withdrawn:
        return no("withdrawn", "The briefing has been withdrawn already.")
    if not briefing.is_published:
        return no("not-published", "Only a briefing that is published can be withdrawn.")
    return YES


def may_see_who_opened(person: Person, briefing: Briefing) -> Verdict:
    """The business manager and the chair see who has opened what was published, and when."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR):
        return no("not-the-manager", "Only the business manager and the chair see who has opened a briefing.")
    return YES
