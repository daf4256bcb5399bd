from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from maca.audits.models import Audit, Heading
from maca.audits.operations import enter
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.chronology.models import ChronologyEntry
from maca.chronology.opening import question_of
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.models import Finding, Hearing
from maca.panel.queries import Column, returns_outstanding
from maca.panel.stages import HearingStage
from maca.partnership.models import Agency, Person


@transaction.atomic
def open_panel(audit: Audit, *, by: Person) -> None:
    """Open the panel: agencies’ returns close, and each case’s panel sees all of its case."""
    hold(audit)
    rules.may_open_panel(by, audit).insist()
    Hearing.objects.bulk_create(Hearing(case=case) for case in audit.cases.all())
    write("opened a panel", audit, by=by, returns_outstanding=returns_outstanding(audit))
    enter(audit, AuditStage.PANEL_OPENED, by=by)


@transaction.atomic
def introduce_case(
    hearing: Hearing,
    *,
    introduced_by: Person,
    partners: Collection[Agency],
    version: int | None,
    by: Person,
) -> None:
    """Record who introduced the case and which partners then gave their account."""
    hold(hearing, "case__audit")
    rules.may_hear_case(by, hearing).insist()
    if introduced_by.partnership_id != hearing.case.audit.partnership_id:
        raise Refused("another-partnership", "Choose somebody of your own partnership.")
    save_changes(hearing, version=version, introduced_by=introduced_by)
    if hearing.stage == HearingStage.WAITING:
        move(hearing, to=HearingStage.INTRODUCED)
    hearing.partners.set(partners)
    write(
        "introduced a case",
        hearing.case,
        by=by,
        introduced_by=introduced_by.public_id,
        partners=sorted(agency.slug for agency in partners),
    )


@transaction.atomic
def finish_hearing(hearing: Hearing, *, by: Person) -> None:
    """The panel has heard the case."""
    hold(hearing, "case__audit")
    rules.may_finish_hearing(by, hearing).insist()
    move(hearing, to=HearingStage.HEARD)
    write("heard a case", hearing.case, by=by)


@transaction.atomic
def record_finding(
    column: Column, *, text: str, agencies: Collection[Agency], question: str = "", by: Person
) -> Finding:
    """Record what the panel agreed, under a heading, tagged with the agencies it is about.

    Made of a `question` that the chronology of the case asks, by its mark, it cites the entries of that. Raises
    `Refused` where the chronology no longer asks it.
    """
    hold(column.audit)
    rules.may_record_finding(by, column).insist()
    cited = [one.public_id for one in question_of(column.case, question).entries] if question and column.case else []
    finding = _add(column, text, question if column.case else "", by=by)
    finding.agencies.set(agencies)
    if cited:
        finding.entries.set(ChronologyEntry.objects.filter(case=column.case, public_id__in=cited))
    write(
        "recorded a finding",
        finding,
        by=by,
        heading=str(column.heading),
        case=column.case.label if column.case else None,
        agencies=sorted(agency.slug for agency in agencies),
        entries=len(cited),
    )
    return finding


def _add(column: Column, text: str, question: str, *, by: Person) -> Finding:
    last = Finding.objects.filter(audit=column.audit).aggregate(last=Max("position"))["last"] or 0
    return Finding.objects.create(**vars(column), position=last + 1, text=text, question=question, recorded_by=by)


@transaction.atomic
def change_finding(
    finding: Finding, *, text: str, agencies: Collection[Agency], version: int | None, by: Person
) -> None:
    """Reword a finding, or correct the agencies it is about."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    save_changes(finding, version=version, text=text, saved_by=by, saved_at=timezone.now())
    finding.agencies.set(agencies)
    write("changed a finding", finding, by=by, version=finding.version)


@transaction.atomic
def withdraw_finding(finding: Finding, *, by: Person) -> None:
    """Take a finding out of the panel’s record. It is kept and can be put back until the panel closes."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    save_changes(finding, version=None, withdrawn_at=timezone.now())
    write("withdrew a finding", finding, by=by)


@transaction.atomic
def put_back_finding(finding: Finding, *, by: Person) -> None:
    """Put a withdrawn finding back where it stood."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    save_changes(finding, version=None, withdrawn_at=None)
    write("put back a finding", finding, by=by)


@transaction.atomic
def close_panel(audit: Audit, *, by: Person) -> None:
    """Close the panel: its findings stand, and the briefing can be drafted."""
    hold(audit)
    rules.may_close_panel(by, audit).insist()
    enter(audit, AuditStage.PANEL_CLOSED, by=by)
    write("closed a panel", audit, by=by, findings=audit.findings.standing().count())


@transaction.atomic
def record_published_findings(
    audit: Audit, findings: Iterable[tuple[Heading, Case | None, str]], *, by: Person
) -> list[Finding]:
    """Record the findings of an audit known only from its briefing, in their order."""
    kept = Finding.objects.bulk_create(
        Finding(audit=audit, case=case, heading=heading, position=position, text=text, recorded_by=by)
        for position, (heading, case, text) in enumerate(findings, start=1)
    )
    write("recorded published findings", audit, by=by, findings=len(kept))
    return kept
