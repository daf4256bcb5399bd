from django.db.models import QuerySet

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.briefing.models import Briefing, ScreenDecision
from maca.briefing.stages import BriefingStage
from maca.panel.models import Finding
from maca.partnership.models import Person


def find_briefing(person: Person, audit: str) -> Briefing:
    """The briefing of the audit at this address, if this person may see it."""
    return (
        Briefing.objects.visible_to(person)
        .select_related("audit__theme", "audit__partnership", "drafted_by", "saved_by", "approved_by")
        .get(audit=find_audit(person, audit))
    )


def find_draft_or_audit(person: Person, audit: str) -> tuple[Audit, Briefing | None]:
    """The audit, and its briefing if there is one that this person may see."""
    found = find_audit(person, audit)
    try:
        briefing = find_briefing(person, audit)
    except Briefing.DoesNotExist:
        return found, None
    return briefing.audit, briefing


def find_left_out(person: Person, audit: str, finding: str) -> tuple[Briefing, Finding]:
    briefing = find_briefing(person, audit)
    return briefing, briefing.audit.findings.standing().select_related("case").get(public_id=finding)


def decisions_on(briefing: Briefing) -> list[ScreenDecision]:
    """What was decided on what could identify a family, the first first."""
    return list(briefing.screen_decisions.select_related("decided_by"))


def left_out(briefing: Briefing) -> list[Finding]:
    """The panel's findings that do not stand in the briefing."""
    refs = {finding.ref for finding in briefing.value.findings}
    return [
        finding
        for finding in briefing.audit.findings.standing().select_related("case")
        if finding.public_id not in refs
    ]


def reworded_since(briefing: Briefing) -> list[tuple[Finding, str]]:
    """The findings that the chair has reworded since the draft was made, each with what the briefing says instead."""
    said = {one.ref: one.text for one in briefing.value.findings}
    reworded = briefing.audit.findings.standing().filter(earlier_wordings__replaced_at__gt=briefing.drafted_at)
    return [
        (one, said[one.public_id])
        for one in reworded.select_related("case").distinct()
        if one.public_id in said and said[one.public_id] != one.text
    ]


def published(person: Person) -> QuerySet[Briefing]:
    """The published briefings this person may read, newest first."""
    return (
        Briefing.objects.visible_to(person)
        .filter(stage=BriefingStage.PUBLISHED)
        .select_related("audit__theme")
        .defer("content")
        .order_by("-published_at", "-drafted_at")
    )
