"""A hearing and its lines in hand, for the operations of this room."""

from typing import Any

from maca.cases.models import Case
from maca.cases.queries import forget_parts
from maca.kernel.holding import hold
from maca.kernel.versions import save_changes
from maca.panel.models import Finding, Hearing, PanelLine


def hold_hearing(hearing: Hearing) -> None:
    """Hold a hearing, and read how far its audit is. The audit is not held, or panels that sit at once would wait for
    one another: whoever closes the panel holds each hearing, and so waits for what is being written."""
    case = hearing.case
    hold(hearing, read=("case",))
    case.audit.refresh_from_db(fields=["stage"])
    forget_parts(case)


def hold_finding(finding: Finding) -> None:
    """Hold a finding, and first its audit: where it stands under two headings, whoever changes the one changes the
    other, and two who began with one each would wait for one another."""
    hold(finding.audit)
    hold(finding, "audit", read=("case",))
    if finding.case:
        forget_parts(finding.case)


def hold_line(line: PanelLine) -> None:
    hearing = line.hearing
    hold_hearing(hearing)
    hold(line)
    line.hearing = hearing


def next_change(hearing: Hearing) -> int:
    """The hearing is held, so the numbers come in the order in which they are kept, and whoever asks for what came
    after one misses none."""
    hearing.changes += 1
    hearing.save(update_fields=["changes"])
    return hearing.changes


def tell_of_findings(case: Case | None, line: PanelLine | None = None) -> None:
    """Whoever follows is told that the findings of a case are others, and that this line is agreed, or again a line."""
    if case is None:
        return
    hearing = Hearing.objects.select_related("case__audit").get(case=case)
    hold_hearing(hearing)
    hearing.findings_changed = next_change(hearing)
    hearing.save(update_fields=["findings_changed"])
    if line:
        save_changes(line, version=None, changed=hearing.changes)


def where_of(case: Case) -> dict[str, Any]:
    return {"audit": case.audit.slug, "case": case.label}
