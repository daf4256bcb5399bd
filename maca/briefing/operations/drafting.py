"""A draft is made, edited and kept in versions."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from maca.audits.models import Audit
from maca.briefing import rules
from maca.briefing.drafting import draft_value
from maca.briefing.models import Briefing, DraftVersion
from maca.briefing.operations.screening import count_undecided
from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps, to_dict
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.versions import save_changes
from maca.panel.models import Finding as PanelFinding
from maca.partnership.models import Person


@transaction.atomic
def draft_briefing(audit: Audit, *, by: Person) -> Briefing:
    """Draft the six steps from the audit’s own record."""
    hold(audit)
    rules.may_draft_briefing(by, audit).insist()
    value = draft_value(audit)
    briefing = Briefing(audit=audit, content=to_dict(value), drafted_by=by)
    briefing.save(force_insert=True)
    briefing.authors.add(by)
    _keep_version(briefing, by=by)
    count_undecided(briefing)
    write("drafted a briefing", briefing, by=by, findings=len(value.findings), undecided=briefing.undecided)
    return briefing


def _keep_version(briefing: Briefing, *, by: Person) -> None:
    """The draft as it stands. Its briefing is held, so two savers do not take one number."""
    newest = briefing.draft_versions.aggregate(newest=Max("number"))["newest"] or 0
    row = DraftVersion(
        briefing=briefing, number=newest + 1, content=briefing.content, saved_by=by, saved_at=timezone.now()
    )
    row.save(force_insert=True)


def forget_earlier_versions(briefing: Briefing) -> None:
    """What screening took out still stands in the versions before, and is not to outlast the draft, nor its case."""
    if newest := briefing.draft_versions.last():
        briefing.draft_versions.exclude(pk=newest.pk).delete()


def save_words(briefing: Briefing, value: SixSteps, *, version: int | None, by: Person) -> None:
    """Save the draft; whoever saves it is an author. Where a word has changed, a version is kept."""
    before, content = briefing.content, to_dict(value)
    save_changes(briefing, version=version, content=content, saved_by=by, saved_at=timezone.now())
    briefing.authors.add(by)
    if content != before:
        _keep_version(briefing, by=by)


def _save(briefing: Briefing, value: SixSteps, *, version: int | None, by: Person, part: str) -> None:
    save_words(briefing, value, version=version, by=by)
    count_undecided(briefing)
    write("edited a briefing", briefing, by=by, part=part, version=briefing.version, undecided=briefing.undecided)


@transaction.atomic
def edit_theme_and_cases(briefing: Briefing, *, lines: Sequence[str], version: int | None, by: Person) -> None:
    """Change the words of the first step, “Theme / Cases”."""
    hold(briefing, "audit")
    rules.may_edit_briefing(by, briefing).insist()
    _save(
        briefing,
        replace(briefing.value, theme_and_cases=tuple(lines)),
        version=version,
        by=by,
        part="theme_and_cases",
    )


@transaction.atomic
def edit_process(briefing: Briefing, *, lines: Sequence[ProcessLine], version: int | None, by: Person) -> None:
    """Change the words of the second step, “The Process”. The questions stand as they were asked."""
    hold(briefing, "audit")
    rules.may_edit_briefing(by, briefing).insist()
    _save(briefing, replace(briefing.value, process=tuple(lines)), version=version, by=by, part="process")


@transaction.atomic
def edit_findings(
    briefing: Briefing, heading: Heading, *, findings: Sequence[Finding], version: int | None, by: Person
) -> None:
    """Reword the findings under one heading, or leave some out. Each keeps its tie to what the panel agreed."""
    hold(briefing, "audit")
    rules.may_edit_briefing(by, briefing).insist()
    value = briefing.value
    before = {finding for finding in value.findings if finding.heading is heading}
    closed = rules.closed_findings(briefing, by)
    for ref in {finding.ref for finding in before ^ set(findings) if finding.ref}:
        if case := closed.get(ref):
            rules.may_change_points(by, case).insist()
    others = tuple(finding for finding in value.findings if finding.heading is not heading)
    _save(
        briefing,
        replace(value, findings=(*others, *findings)),
        version=version,
        by=by,
        part=heading.value,
    )


@transaction.atomic
def put_back_into_briefing(briefing: Briefing, finding: PanelFinding, *, version: int | None, by: Person) -> None:
    """Put a finding of the panel that was left out back into the draft, in its place and as it was agreed."""
    hold(briefing, "audit")
    rules.may_edit_briefing(by, briefing).insist()
    if finding.case:
        rules.may_change_points(by, finding.case).insist()
    wanted = {one.ref for one in briefing.value.findings} | {finding.public_id}
    now = {one.ref: one for one in briefing.value.findings}
    agreed = [one for one in draft_value(briefing.audit).findings if one.ref in wanted]
    value = replace(briefing.value, findings=tuple(now.get(one.ref, one) for one in agreed))
    _save(briefing, value, version=version, by=by, part="findings")


@transaction.atomic
def note_draft_printed(briefing: Briefing, *, by: Person) -> None:
    """Put on record that a draft left the site by a command on the machine."""
    write("printed a draft", briefing, by=by, version=briefing.version)
