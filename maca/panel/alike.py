"""Findings that say what somebody says: in an audit, and in every earlier one of the partnership."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases.models import CONFLICTS, Declaration
from maca.panel.models import Finding, FindingTerm
from maca.panel.related import CONCEPT, EVERY, WEIGHT, rarity, score, terms_of
from maca.partnership.models import Person

MOST = 5
# The terms that tell most apart are asked for, this many.
TERMS = 12
# How rare a term is, is counted among so many of the newest findings; and of what holds a term, and of what holds any,
# so many of the newest are looked at. What it costs does not grow with all that was ever found (ADR 55).
SAMPLE, OF_A_TERM, OF_ALL = 5_000, 200, 400
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
    partnership = finding.audit.partnership_id
    return [
        FindingTerm(partnership_id=partnership, finding=finding, term=term) for term in (EVERY, *terms_of(finding.text))
    ]


def looked_at(partnership: int, person: Person) -> QuerySet[FindingTerm]:
    """The terms of every finding that stands, of a partnership by its primary key; but as long as its audit is not
    published, only of cases in which this person has declared that they have no conflict of interest."""
    declared = Declaration.objects.standing().filter(person=person.pk, case__isnull=False)
    closed = declared.filter(interest__in=CONFLICTS).values("case")
    heard = declared.exclude(interest__in=CONFLICTS).exclude(case__in=closed).values("case")
    seen = Q(finding__audit__stage=AuditStage.PUBLISHED) | Q(finding__case=None) | Q(finding__case__in=heard)
    return FindingTerm.objects.filter(seen, partnership=partnership, finding__withdrawn_at=None)


class Near(NamedTuple):
    """A finding by its key, its score, and how much that is of all that was asked, from 0 to 1."""

    finding: int
    score: float
    share: float


def nearest(
    asked: Collection[str], partnership: int, rows: QuerySet[FindingTerm], *, most: int = MOST, least: float = LEAST
) -> list[Near]:
    """The findings that say most of what is asked: the nearest first, and of those that
    are as near the newest.

    `rows` are the terms, of this partnership, of the findings that may be found.
    """
    rare = _rarity(asked, *how_often(asked, partnership))
    telling = _telling(rare)
    found: dict[int, None] = {}
    for term in telling:
        if len(found) < OF_ALL:
            newest = rows.filter(term=term).order_by("-finding").values_list("finding", flat=True)
            found.update(dict.fromkeys(newest[:OF_A_TERM]))
    told: defaultdict[int, Counter[str]] = defaultdict(Counter)
    held = FindingTerm.objects.filter(finding__in=list(found), term__in=telling)
    for finding, term in held.values_list("finding", "term"):
        told[finding][term] = 1
    return _ranked(told, telling, rare, most=most, least=least)


def nearest_to_each(
    asked: Mapping[int, Collection[str]],
    partnership: int,
    rows: QuerySet[FindingTerm],
    *,
    most: int = MOST,
    least: float = LEAST,
) -> dict[int, list[Near]]:
    """The same for each of several, by any key, and in as many queries for one as for all of them.

    It reads all that holds a term, and not the newest alone, to know which those are: for what is asked now and then.
    """
    counts, total = how_often({term for terms in asked.values() for term in terms}, partnership)
    rare = {key: _rarity(terms, counts, total) for key, terms in asked.items()}
    telling = {key: _telling(those) for key, those in rare.items()}
    every = sorted({term for terms in telling.values() for term in terms})
    by_age = Window(RowNumber(), partition_by="term", order_by=F("finding").desc())
    newest = rows.filter(term__in=every).annotate(at=by_age).filter(at__lte=OF_A_TERM)
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for term, finding in newest.order_by("term", "-finding").values_list("term", "finding"):
        holding[term].append(finding)
    of_finding: defaultdict[int, set[str]] = defaultdict(set)
    held = FindingTerm.objects.filter(finding__in=newest.values("finding"), term__in=every)
    for finding, term in held.values_list("finding", "term"):
        of_finding[finding].add(term)
    found = {}
    for key, terms in telling.items():
        those: dict[int, None] = {}
        for term in terms:
            if len(those) < OF_ALL:
                those.update(dict.fromkeys(holding[term]))
        told = {one: Counter(dict.fromkeys(of_finding[one].intersection(terms), 1)) for one in those}
        found[key] = _ranked(told, terms, rare[key], most=most, least=least)
    return found


def _rarity(asked: Iterable[str], counts: Mapping[str, int], total: int) -> dict[str, float]:
    # One that none of these holds is held by no other, or by few: but only where there are others.
    return rarity({one: counts.get(one, 0) for one in asked if total >= SAMPLE or one in counts}, total)


def _telling(rare: Mapping[str, float]) -> list[str]:
    """The terms that tell most apart, these first."""
    return sorted(rare, key=lambda one: -rare[one] * (WEIGHT if one.startswith(CONCEPT) else 1))[:TERMS]


def _ranked(
    told: Mapping[int, Counter[str]], telling: Collection[str], rare: Mapping[str, float], *, most: int, least: float
) -> list[Near]:
    scores = {
        one: score(telling, terms, MEAN, MEAN, rare)
        for one, terms in told.items()
        # One word in common is chance; one concept is not.
        if len(terms) > 1 or any(term.startswith(CONCEPT) for term in terms)
    }
    ranked = sorted((one for one in scores if scores[one] >= least), key=lambda one: (-scores[one], -one))
    whole = score(telling, dict.fromkeys(telling, 1), MEAN, MEAN, rare)
    return [Near(one, scores[one], scores[one] / whole) for one in ranked[:most]]


def how_often(terms: Iterable[str], partnership: int) -> tuple[dict[str, int], int]:
    """How many of the newest findings of a partnership hold each of these terms, and how many those findings are."""
    kept = FindingTerm.objects.filter(partnership=partnership)
    every = kept.filter(term=EVERY)
    first = every.order_by("-finding").values_list("finding", flat=True)[SAMPLE - 1 : SAMPLE].first()
    newest = kept.filter(finding__gte=first) if first else kept
    counts = dict(newest.filter(term__in=[*terms, EVERY]).values_list("term").annotate(many=Count("finding")))
    return counts, counts.pop(EVERY, 0)


def alike(text: str, audit: Audit, person: Person, *, but: Finding | None = None) -> list[Alike]:
    """The findings that say most of what a text says, the nearest first; `but` is left out."""
    rows = looked_at(audit.partnership_id, person)
    if but:
        rows = rows.exclude(finding=but)
    near = [one.finding for one in nearest(terms_of(text), audit.partnership_id, rows)]
    found = {one.pk: one for one in Finding.objects.filter(pk__in=near).select_related("audit", "case")}
    return [_alike(found[one], audit) for one in near]


def _alike(finding: Finding, audit: Audit) -> Alike:
    where = f"{finding.audit}, {finding.case.label if finding.case else 'the whole audit'}"
    return Alike(finding.text, where, finding.get_heading_display(), finding.audit_id == audit.pk)


def keep_terms(findings: Iterable[Finding]) -> None:
    """Keep what these findings are found by, in place of what they were."""
    findings = list(findings)
    FindingTerm.objects.filter(finding__in=findings).delete()
    FindingTerm.objects.bulk_create([row for one in findings for row in terms_for(one)], batch_size=500)
