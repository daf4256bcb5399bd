"""Findings that say what somebody is about to say: in this audit, and in every earlier one of the partnership."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases.models import CONFLICTS, Declaration
from maca.panel.models import Finding, FindingTerm
from maca.panel.related import CONCEPT, WEIGHT, rarity, score, terms_of
from maca.partnership.models import Person

MOST = 5
# The terms that tell most apart are asked for, and of what holds them so many rows are looked at.
TERMS, ROWS = 12, 20_000
MEAN = 12.0  # terms of a finding, by and large
LEAST = 4.0


@dataclass(frozen=True)
class Alike:
    """A finding that says much the same. `where` is “Neglect 2, Case 3”."""

    text: str
    where: str
    heading: str
    is_of_this_audit: bool


def terms_for(finding: Finding) -> list[FindingTerm]:
    """The rows by which a finding is found; to be kept with it."""
    return [FindingTerm(finding=finding, term=term, times=times) for term, times in terms_of(finding.text).items()]


def looked_at(partnership: int, person: Person) -> QuerySet[FindingTerm]:
    """The terms of every finding that stands, of a partnership by its primary key; but as long as its audit is not
    published, only of cases in which this person has declared that they have no conflict of interest."""
    declared = Declaration.objects.standing().filter(person=person.pk, case__isnull=False)
    closed = declared.filter(interest__in=CONFLICTS).values("case")
    heard = declared.exclude(interest__in=CONFLICTS).exclude(case__in=closed).values("case")
    seen = Q(finding__audit__stage=AuditStage.PUBLISHED) | Q(finding__case=None) | Q(finding__case__in=heard)
    return FindingTerm.objects.filter(seen, finding__audit__partnership=partnership, finding__withdrawn_at=None)


def how_rare(terms: Iterable[str], partnership: int) -> dict[str, float]:
    """How much each of these terms tells apart, by how many findings of a partnership hold it."""
    rows = FindingTerm.objects.filter(finding__audit__partnership=partnership, finding__withdrawn_at=None)
    terms = set(terms)
    held = dict(rows.filter(term__in=terms).values_list("term").annotate(many=Count("pk")))
    total = Finding.objects.filter(audit__partnership=partnership, withdrawn_at=None).count()
    return rarity({one: held.get(one, 0) for one in terms}, total)


def alike(text: str, audit: Audit, person: Person, *, but: Finding | None = None) -> list[Alike]:
    """The findings that say most of what a text says, the nearest first; `but` is left out."""
    asked = terms_of(text)
    rows = looked_at(audit.partnership_id, person)
    if but:
        rows = rows.exclude(finding=but)
    total = Finding.objects.filter(audit__partnership=audit.partnership_id, withdrawn_at=None).count()
    counts = dict(rows.filter(term__in=asked).values_list("term").annotate(many=Count("pk")))
    rare = rarity(counts, total)
    telling = sorted(counts, key=lambda one: -rare[one] * (WEIGHT if one.startswith(CONCEPT) else 1))[:TERMS]
    told: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for finding, term, times in rows.filter(term__in=telling).values_list("finding", "term", "times")[:ROWS]:
        told[finding][term] = times
    scores = {
        one: score(telling, terms, MEAN, MEAN, rare)
        for one, terms in told.items()
        # One word in common is chance; one concept is not.
        if len(terms) > 1 or any(term.startswith(CONCEPT) for term in terms)
    }
    nearest = sorted((one for one in scores if scores[one] >= LEAST), key=lambda one: (-scores[one], one))[:MOST]
    found = {one.pk: one for one in Finding.objects.filter(pk__in=nearest).select_related("audit", "case")}
    return [_alike(found[one], audit) for one in nearest]


def _alike(finding: Finding, audit: Audit) -> Alike:
    where = f"{finding.audit}, {finding.case.label if finding.case else 'the whole audit'}"
    return Alike(finding.text, where, finding.get_heading_display(), finding.audit_id == audit.pk)


def keep_terms(findings: Iterable[Finding]) -> None:
    """Keep what these findings are found by, in place of what they were."""
    findings = list(findings)
    FindingTerm.objects.filter(finding__in=findings).delete()
    FindingTerm.objects.bulk_create([row for one in findings for row in terms_for(one)], batch_size=500)
