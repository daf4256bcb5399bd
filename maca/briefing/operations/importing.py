"""An audit is recorded from a briefing that was published elsewhere."""

from dataclasses import replace

from django.db import transaction

from maca.audits.models import Audit
from maca.audits.models import Heading as FindingHeading
from maca.audits.operations import record_published_audit
from maca.briefing import rules
from maca.briefing.models import Briefing
from maca.briefing.operations.release import keep_files
from maca.briefing.operations.screening import count_undecided
from maca.briefing.stages import BriefingStage
from maca.briefing.value import SixSteps, to_dict
from maca.cases.operations import add_case
from maca.journal.operations import write
from maca.kernel.verdict import Refused
from maca.panel.operations import record_published_findings
from maca.partnership.models import Partnership, Person


@transaction.atomic
def import_briefing(value: SixSteps, *, partnership: Partnership, imported_from: str, by: Person) -> Audit:
    """Record an audit, its questions, cases and findings from its published briefing, word for word."""
    rules.may_import_briefing(by).insist()
    if by.partnership_id != partnership.pk:
        raise Refused("another-partnership", "A briefing is imported into one’s own partnership.")
    if not value.title:
        raise Refused("no-title", "The briefing has no title above its first heading. Add one, such as “Neglect 2”.")
    audit = record_published_audit(
        partnership=partnership,
        kind=value.kind,
        title=value.title,
        theme=value.theme,
        agency_questions=value.agency_questions,
        panel_questions=value.panel_questions,
        imported_from=imported_from,
        by=by,
    )
    labels = list(dict.fromkeys(finding.case for finding in value.findings if finding.case))
    cases = {label: add_case(audit, number=int(label.removeprefix("Case "))) for label in labels}
    kept = record_published_findings(
        audit,
        (
            (FindingHeading(finding.heading), cases[finding.case] if finding.case else None, finding.text)
            for finding in value.findings
        ),
        by=by,
    )
    traced = replace(
        value,
        findings=tuple(
            replace(finding, ref=record.public_id) for finding, record in zip(value.findings, kept, strict=True)
        ),
    )
    briefing = Briefing.objects.create(
        audit=audit, content=to_dict(traced), drafted_by=by, stage=BriefingStage.PUBLISHED
    )
    files = keep_files(briefing)
    count_undecided(briefing)
    write("imported a briefing", briefing, by=by, cases=len(cases), findings=len(kept), files=files)
    return audit
