"""“Have we said this before?”, over every finding of every briefing that a person may read."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from maca.actions.models import Action, RestsOn
from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.briefing.models import Briefing
from maca.briefing.stages import BriefingStage
from maca.panel.alike import LEAST, nearest
from maca.panel.models import Finding, FindingTerm
from maca.panel.related import terms_of
from maca.partnership.models import Person

MOST = 10
# Some of the nearest may stand in no briefing: so many are looked at.
LOOKED_AT = 2 * MOST


@dataclass(frozen=True)
class SaidBefore:
    """A finding of a published briefing, in the words of the briefing, and the actions that rest on it."""

    finding: Finding
    text: str
    actions: tuple[Action, ...]

    @property
    def audit(self) -> Audit:
        return self.finding.audit

    @property
    def year(self) -> int | None:
        return year_of(self.finding.audit)


def year_of(audit: Audit) -> int | None:
    """The year of an audit's panel, or else of its publication. None where neither is on record."""
    day = audit.panel_on or audit.published_at
    return day.year if day else None


def published_terms(partnership: int) -> QuerySet[FindingTerm]:
    return FindingTerm.objects.filter(
        partnership=partnership, finding__withdrawn_at=None, finding__audit__stage=AuditStage.PUBLISHED
    )


def said_before(text: str, person: Person, *, but: Finding | None = None) -> list[SaidBefore]:
    """The findings of published briefings that say most of what a text says: the nearest first, the newer of two that
    are as near. `but` is left out.

    What a briefing left out is not found; what it reworded is found by its words in the briefing.
    """
    asked = terms_of(text)
    if not asked or not person.sees_audits:
        return []
    rows = published_terms(person.partnership_id)
    if but:
        rows = rows.exclude(finding=but)
    near = [one.finding for one in nearest(asked, person.partnership_id, rows, most=LOOKED_AT, least=LEAST)]
    findings = {one.pk: one for one in Finding.objects.filter(pk__in=near).select_related("audit__theme")}
    actions = actions_on(findings, person)
    printed = as_printed([one.audit_id for one in findings.values()], person)
    found = []
    for key in near:
        finding = findings[key]
        words = printed.get(finding.public_id)
        if words is not None and (words == finding.text or len(asked.keys() & terms_of(words).keys()) > 1):
            found.append(SaidBefore(finding, words, tuple(actions.get(key, ()))))
    return found[:MOST]


def actions_on(findings: Collection[int], person: Person) -> dict[int, list[Action]]:
    """What was done about each of these findings, by its key, as far as this person sees it."""
    rows = RestsOn.objects.filter(finding__in=findings, action__in=Action.objects.visible_to(person))
    found: dict[int, list[Action]] = {}
    for one in rows.select_related("action__agency"):
        found.setdefault(one.finding_id, []).append(one.action)
    return found


def as_printed(audits: Collection[int], person: Person) -> dict[str, str]:
    """The words of every finding in the published briefings of these audits, by its public id."""
    published = Briefing.objects.visible_to(person).filter(audit__in=audits, stage=BriefingStage.PUBLISHED)
    return {
        one["ref"]: one["text"]
        for content in published.values_list("content", flat=True)
        for one in content["findings"]
        if one.get("ref")
    }
