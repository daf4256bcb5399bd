from maca.audits.models import Audit, Heading
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.queries import part_in
from maca.cases.rules import may_work_on_case
from maca.kernel.verdict import YES, Verdict, no
from maca.panel.models import (
    ACTION,
    TAKES_NOTES,
    Dissent,
    Finding,
    Hearing,
    NamedTheme,
    PanelLine,
    RestrictedNote,
    ThemeTag,
)
from maca.panel.queries import Column, empty_headings, returns_outstanding, unheard
from maca.panel.stages import HearingStage
from maca.partnership.models import Agency, Person, Role
from maca.returns.rules import may_read_summative_report

SETS_AGENDA = (Role.CHAIR, Role.BUSINESS_MANAGER)


def may_open_panel(person: Person, audit: Audit) -> Verdict:
    """The chair opens the panel once the cases have been circulated. Returns still out are named and go on record."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair opens the panel.")
    if audit.stage == AuditStage.PLANNED:
        return no("not-circulated", "The cases have not been circulated yet, so there is nothing to hear.")
    if audit.stage != AuditStage.CIRCULATED:
        return no("already-opened", "The panel has been opened already.")
    return YES


def may_see_panel_page(person: Person, audit: Audit) -> Verdict:
    """Once the panel is open everyone on one of its cases sees its agenda; before, the chair, who opens it."""
    if person.holds(Role.CHAIR):
        return YES
    if not audit.panel_has_begun:
        return no("not-opened", "The panel has not been opened yet.")
    if not Case.objects.visible_to(person).filter(audit=audit).exists():
        return no("not-on-a-case", "The panel is for those who have a part in one of its cases.")
    return YES


def may_read_agenda(person: Person, audit: Audit) -> Verdict:
    """Whoever has a part in one of the cases reads when and where the panel meets."""
    if audit.imported_from:
        return no("recorded", "This audit was recorded from its briefing; its panel is not on record.")
    if not Case.objects.visible_to(person).filter(audit=audit).exists():
        return no("not-on-a-case", "The panel is for those who have a part in one of its cases.")
    return YES


def may_set_agenda(person: Person, audit: Audit) -> Verdict:
    """The chair and the business manager set the agenda until the panel closes."""
    if not person.holds(*SETS_AGENDA):
        return no("not-yours", "Only the chair and the business manager set the agenda of the panel.")
    if audit.stage in (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED):
        return no("panel-closed", "The panel has closed.")
    if not audit.cases.exists():
        return no("no-cases", "No case has been selected yet, so there is nothing to hear.")
    return YES


def may_attend_hearing(person: Person, hearing: Hearing) -> Verdict:
    """Whoever may read the case’s summative report hears the case: the two are one page on panel day."""
    return may_read_summative_report(person, hearing.case)


def may_hear_case(person: Person, hearing: Hearing) -> Verdict:
    """The chair leads each case: who introduced it, which partners spoke, and when it has been heard."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair leads the hearing of a case.")
    if hearing.case.audit.stage != AuditStage.PANEL_OPENED:
        return no("panel-closed", "The panel has closed.")
    return may_work_on_case(person, hearing.case)


def may_take_notes(person: Person, hearing: Hearing) -> Verdict:
    """The chair, the business manager and the sub-group write down what is said, from when the panel opens until it
    closes."""
    if not person.holds(*TAKES_NOTES):
        return no("not-a-note-taker", "Only the chair, the business manager and sub-group members take notes.")
    if hearing.case.audit.stage != AuditStage.PANEL_OPENED:
        return no("panel-closed", "The panel has closed, so its notes stand as they are.")
    return may_work_on_case(person, hearing.case)


def may_record_attendance(person: Person, hearing: Hearing) -> Verdict:
    """Whoever takes notes records for each agency that was asked whether it was there."""
    return may_take_notes(person, hearing)


def may_change_line(person: Person, line: PanelLine) -> Verdict:
    """Any note-taker puts a line right, takes it out or puts it back; one that became a finding is changed there."""
    if not (verdict := may_take_notes(person, line.hearing)):
        return verdict
    if line.finding and line.finding.withdrawn_at is None:
        return no("a-finding", "This line has become a finding. Change the finding.")
    return YES


def may_agree_line(person: Person, line: PanelLine) -> Verdict:
    """A line that stands becomes a finding; one that was taken out is put back first."""
    if not (verdict := may_change_line(person, line)):
        return verdict
    if line.heading == ACTION:
        return no("an-action", "This line proposes an action, so it becomes no finding.")
    if line.taken_out_at:
        return no("taken-out", "This line was taken out. Put it back before you make a finding of it.")
    return YES


def may_finish_hearing(person: Person, hearing: Hearing) -> Verdict:
    """A case has been heard when it was introduced, the panel has recorded a finding on it, and who was there is in.

    What it found nothing under, and what is known of the child's voice, is said with it.
    """
    if not (verdict := may_hear_case(person, hearing)):
        return verdict
    if hearing.stage == HearingStage.WAITING:
        return no("not-introduced", f"First record who introduced {hearing.case}.")
    if hearing.stage == HearingStage.HEARD:
        return no("already-heard", f"{hearing.case} has been heard.")
    if not hearing.case.findings.standing().exists():
        return no("no-findings", f"Record at least one finding on {hearing.case} before it is closed.")
    if hearing.attendance_at is None:
        return no("no-attendance", f"Record which agencies were there for {hearing.case} before it is closed.")
    return YES


def may_record_finding(person: Person, column: Column) -> Verdict:
    """The chair records what the panel agrees, while the panel is open and the case has been introduced."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair records findings.")
    if column.audit.stage != AuditStage.PANEL_OPENED:
        return no("panel-not-open", "Findings are recorded while the panel is open.")
    if column.case is not None and column.case.hearing.stage == HearingStage.WAITING:
        return no("not-introduced", f"First record who introduced {column.case}.")
    return may_work_on_case(person, column.case) if column.case else YES


def may_change_finding(person: Person, finding: Finding) -> Verdict:
    """The chair rewords, withdraws or puts back a finding until the panel closes."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair changes findings.")
    if finding.audit.stage != AuditStage.PANEL_OPENED:
        return no("panel-not-open", "The panel has closed, so its findings stand as they are.")
    return may_work_on_case(person, finding.case) if finding.case else YES


def may_set_codebook(person: Person) -> Verdict:
    """The chair and the business manager say which themes a finding may be about, and what they are called."""
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return no("not-yours", "Only the chair and the business manager change the code-book of themes.")
    return YES


def may_change_theme_tag(person: Person, theme: ThemeTag) -> Verdict:
    """Each theme is renamed, taken out of use, or given more words that suggest it."""
    return may_set_codebook(person)


def may_name_themes(person: Person, audit: Audit) -> Verdict:
    """The chair puts themes together under one name from the first finding until the briefing is published."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair puts themes together and names them.")
    if audit.stage not in (AuditStage.PANEL_OPENED, AuditStage.PANEL_CLOSED):
        return no("not-now", "Themes are named from when the panel opens until the briefing is published.")
    return YES


def may_change_named_theme(person: Person, named: NamedTheme) -> Verdict:
    """The chair renames what was put together, or takes it apart, for as long."""
    return may_name_themes(person, named.audit)


def may_give_grade(person: Person, hearing: Hearing) -> Verdict:
    """The chair records the grade that the panel agrees beside an agency’s own, once the case has been introduced and
    until the panel closes."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair records the panel’s grades.")
    if hearing.case.audit.stage != AuditStage.PANEL_OPENED:
        return no("panel-not-open", "The panel has closed, so its grades stand as they are.")
    if hearing.stage == HearingStage.WAITING:
        return no("not-introduced", f"First record who introduced {hearing.case}.")
    return may_work_on_case(person, hearing.case)


def may_record_dissent(person: Person, finding: Finding) -> Verdict:
    """Whoever takes notes records that an agency does not agree with a finding on a case, until the panel closes."""
    if finding.case is None:
        return no(
            "whole-audit",
            "A finding about the audit as a whole belongs to no case, so an agency’s words on it could not be sealed "
            "and destroyed with one. If an agency does not agree, the chair rewords the finding or withdraws it.",
        )
    if not (verdict := may_take_notes(person, finding.case.hearing)):
        return verdict
    if finding.withdrawn_at:
        return no("withdrawn", "This finding has been withdrawn, so there is nothing to disagree with.")
    return YES


def may_change_dissent(person: Person, dissent: Dissent) -> Verdict:
    """Any note-taker puts right why an agency does not agree, withdraws it or puts it back, until the panel closes."""
    return may_record_dissent(person, dissent.finding)


def may_say_what_is_accepted(person: Person, finding: Finding) -> Verdict:
    """Where agencies do not agree, the chair says what the panel accepts and why, until the panel closes."""
    if finding.case is None:
        return no("whole-audit", "What the panel accepts, and why, is said of a finding on a case.")
    if not (verdict := may_change_finding(person, finding)):
        return verdict
    if finding.withdrawn_at:
        return no("withdrawn", "This finding has been withdrawn. Put it back before you say what the panel accepts.")
    return YES


def may_send_restricted_note(person: Person, hearing: Hearing) -> Verdict:
    """Whoever takes notes sends an agency’s lead a note about a person’s practice, until the panel closes."""
    return may_take_notes(person, hearing)


def may_list_restricted_notes(person: Person, hearing: Hearing) -> Verdict:
    """Whoever takes notes sees that a note was sent, to which agency, when and by whom; never what it says."""
    if not person.holds(*TAKES_NOTES):
        return no("not-a-note-taker", "Only the chair, the business manager and sub-group members see what was sent.")
    return may_attend_hearing(person, hearing)


def may_read_restricted_note(person: Person, note: RestrictedNote) -> Verdict:
    """A lead of the agency reads a note that was sent to it, unless they introduce the case or have a conflict of
    interest in it; nobody else does, not even whoever wrote it."""
    if not (person.holds(Role.AGENCY_LEAD) and person.agency_id == note.agency_id):
        return no("not-the-lead", f"Only leads of {note.agency} read this note. Nobody else does, not even its writer.")
    if part_in(note.hearing.case, person).introduces:
        return no(
            "introduces",
            f"You introduce this case, so the note may be about your own work. Another lead of {note.agency} reads it.",
        )
    return may_work_on_case(person, note.hearing.case)


def may_deal_with_restricted_note(person: Person, note: RestrictedNote) -> Verdict:
    """Whoever reads a note says once what was done about it, for the leads of their agency alone."""
    if not (verdict := may_read_restricted_note(person, note)):
        return verdict
    if note.dealt_with_at:
        return no("dealt-with", "This note has been marked as dealt with already.")
    return YES


def may_change_disputed_finding(person: Person, finding: Finding) -> Verdict:
    """After the panel the chair rewords or withdraws a finding only where an agency has disputed its facts, until the
    briefing is published."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair decides on what is disputed.")
    if finding.audit.stage != AuditStage.PANEL_CLOSED:
        return no("not-after-the-panel", "What is disputed is decided between the panel and the published briefing.")
    if finding.withdrawn_at:
        return no("finding-withdrawn", "This finding has been withdrawn already.")
    return may_work_on_case(person, finding.case) if finding.case else YES


def may_correct_findings(person: Person, column: Column) -> Verdict:
    """Between the panel and the published briefing the chair corrects what findings are about: which agencies, which
    themes, and why it happened."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair corrects what a finding is about.")
    if column.audit.stage != AuditStage.PANEL_CLOSED:
        return no("not-after-the-panel", "What a finding is about is corrected between the panel and the briefing.")
    return may_work_on_case(person, column.case) if column.case else YES


def may_correct_finding(person: Person, finding: Finding) -> Verdict:
    """Each finding that stands can be corrected so."""
    if not (verdict := may_correct_findings(person, Column(finding.audit, finding.case, Heading(finding.heading)))):
        return verdict
    if finding.withdrawn_at:
        return no("finding-withdrawn", "This finding has been withdrawn.")
    return YES


def may_close_panel(person: Person, audit: Audit) -> Verdict:
    """The chair closes the panel when every case has been heard."""
    if not person.holds(Role.CHAIR):
        return no("not-the-chair", "Only the chair closes the panel.")
    if audit.stage != AuditStage.PANEL_OPENED:
        return no("not-open", "The panel is not open.")
    if waiting := unheard(audit):
        return no("unheard", f"{waiting} {'case has' if waiting == 1 else 'cases have'} not been heard yet.")
    for case in audit.cases.select_related("hearing").order_by("number"):
        for heading in empty_headings(case):
            if heading not in case.hearing.nothing_under:
                return no(
                    "unanswered",
                    f"{case.label} has no finding under “{heading.label}” Record one, or put back the one that was "
                    "withdrawn.",
                )
    return YES


def what_the_panel_lacks(audit: Audit) -> str:
    """A sentence on the returns that are still out when the panel opens; empty when none are."""
    out = returns_outstanding(audit)
    if not out:
        return ""
    return f"{out} {'return is' if out == 1 else 'returns are'} still out. The panel would open without them."


def why_nobody_reads(agency: Agency) -> str:
    """A sentence on an agency to which no restricted note can be sent, and how to mend that."""
    return (
        f"{agency} has no lead who could read a note: one who can sign in and has no conflict of interest in this "
        f"case. Ask the business manager to invite a lead for {agency}, or to say that its lead still needs an account."
    )
