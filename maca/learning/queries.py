from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse

from maca.audits.models import Audit
from maca.audits.queries import sets_to_begin_from
from maca.audits.stages import AuditStage
from maca.briefing.models import Briefing
from maca.briefing.queries import find_briefing
from maca.briefing.stages import BriefingStage
from maca.cases.models import READS_EVERY_CASE, Case
from maca.kernel.small_numbers import Hidden, together, without_small_numbers
from maca.learning.models import ComparedFinding, Comparison, Discussion, Recommendation, Review
from maca.learning.said_before import year_of
from maca.panel.alike import looked_at, nearest, nearest_to_each
from maca.panel.models import STRENGTHS, Finding, FindingTerm
from maca.panel.queries import Resting, codebook_of
from maca.panel.related import EVERY, terms_of
from maca.partnership.models import Agency, Person

CLOSED = (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED)
OFFERED = 10
# A finding was said before where an earlier one says so much of it. On the pairs that people marked in “Neglect 2” this
# finds two in five, and takes one pair in 260 for the same that nobody marked (ADR 55).
SAME = 0.35


# ---- the register of reviews


def reviews_of(person: Person) -> QuerySet[Review]:
    return Review.objects.visible_to(person).annotate(many=Count("recommendations")).order_by("-year", "title", "pk")


def find_review(person: Person, review: str) -> Review:
    return Review.objects.visible_to(person).select_related("saved_by", "struck_by").get(public_id=review)


def find_recommendation(person: Person, recommendation: str) -> Recommendation:
    found = Recommendation.objects.select_related("review").get(public_id=recommendation)
    found.review = find_review(person, found.review.public_id)
    return found


def find_link(person: Person, recommendation: str, finding: str) -> tuple[Recommendation, Finding]:
    """A recommendation, and a finding that may be linked to it. Before its panel has closed there is none to link."""
    found = Finding.objects.standing().select_related("audit", "case").filter(audit__stage__in=CLOSED)
    mine = found.filter(audit__partnership=person.partnership_id)
    return find_recommendation(person, recommendation), mine.get(public_id=finding)


@dataclass(frozen=True)
class Seen:
    """In how many cases of an audit a recommendation was seen, of how many; and the findings that show it."""

    audit: Audit
    cases: int | Hidden
    of: int
    findings: tuple[Finding, ...]


def open_to(person: Person, findings: QuerySet[Finding]) -> set[int]:
    """The keys of those of these findings whose words this person may read, as wherever what is alike is shown."""
    rows = looked_at(person.partnership_id, person).filter(term=EVERY, finding__in=findings.values("pk"))
    return set(rows.values_list("finding", flat=True))


def seen_in_practice(recommendation: Recommendation, person: Person, *, suppressed: bool = False) -> list[Seen]:
    """Audit by audit, the newest first. Suppressed, no number is shown from which a child could be guessed. Counted are
    all cases; shown are the findings that this person may read."""
    linked = Finding.objects.filter(seen_for__recommendation=recommendation, withdrawn_at=None)
    read = open_to(person, linked)
    by_audit: dict[Audit, list[Finding]] = {}
    for one in linked.select_related("audit", "case").order_by("-audit__planned_at", "position"):
        by_audit.setdefault(one.audit, []).append(one)
    cases = Case.objects.filter(audit__in=by_audit).values_list("audit").annotate(many=Count("pk"))
    totals = dict(cases.order_by())
    found = []
    for audit, findings in by_audit.items():
        total, seen = totals.get(audit.pk, 0), len({one.case_id for one in findings if one.case_id})
        shown = without_small_numbers([seen, total - seen])[0] if suppressed else seen
        found.append(Seen(audit, shown, total, tuple(one for one in findings if one.pk in read)))
    return found


def resting_on(finding: Finding, person: Person) -> list[Resting]:
    """For `panel.queries.what_rests_on`: the recommendations that a finding shows, and the comparison with it."""
    found = [
        Resting(
            f"It was seen for recommendation {one.number} of “{one.review.title}”.",
            reverse("recommendation", kwargs={"recommendation": one.public_id}),
        )
        for one in Recommendation.objects.filter(
            seen__finding=finding, review__in=Review.objects.visible_to(person)
        ).select_related("review")
    ]
    if ComparedFinding.objects.filter(finding=finding).exists():
        found.append(Resting("The comparison with earlier audits counts it, and will not any more."))
    return found


def offered_for(recommendation: Recommendation, person: Person) -> list[Finding]:
    """Findings of closed panels that say most of what a recommendation says, and are not linked to it."""
    rows = looked_at(person.partnership_id, person).filter(finding__audit__stage__in=CLOSED)
    rows = rows.exclude(finding__in=recommendation.seen.values("finding"))
    near = nearest(terms_of(recommendation.words), person.partnership_id, rows, most=OFFERED)
    found = Finding.objects.select_related("audit", "case").in_bulk([one.finding for one in near])
    return [found[one.finding] for one in near]


# ---- what recurs


def earlier_than(audit: Audit) -> QuerySet[Audit]:
    """The audits of the partnership that were published before this one was planned here."""
    told = Briefing.objects.reached_readers().filter(stage=BriefingStage.PUBLISHED)
    others = Audit.objects.filter(partnership=audit.partnership_id, briefing__in=told)
    return others.filter(Q(planned_at__lt=audit.planned_at) | Q(pk=audit.earlier_id)).exclude(pk=audit.pk)


def earlier_on_theme(audit: Audit, person: Person) -> list[tuple[Audit, str]]:
    """The audits on the same theme that were published before this one was planned, the newest first, each with the
    name of its question set, blank where that is not on record."""
    told = Briefing.objects.visible_to(person).filter(stage=BriefingStage.PUBLISHED)
    found = earlier_than(audit).filter(Q(theme=audit.theme_id) | Q(pk=audit.earlier_id), briefing__in=told)
    sets = sets_to_begin_from(person)
    return [
        (one, sets[one.question_set].name if one.question_set in sets else "")
        for one in found.order_by("-planned_at", "-pk")
    ]


def said_in(audits: Iterable[Audit], findings: Iterable[Finding], partnership: int) -> dict[int, int]:
    """For each of these findings that the findings of these audits have said, by its key: the key of the nearest that
    says the same; of a strength, only of strengths."""
    rows = FindingTerm.objects.filter(
        partnership=partnership, finding__withdrawn_at=None, finding__audit__in=[one.pk for one in audits]
    )
    of_strengths = Q(finding__heading__in=STRENGTHS)
    asked: dict[bool, dict[int, Collection[str]]] = {True: {}, False: {}}
    for one in findings:
        asked[one.heading in STRENGTHS][one.pk] = terms_of(one.text)
    near = {
        key: those
        for is_strength, side in ((True, of_strengths), (False, ~of_strengths))
        for key, those in nearest_to_each(asked[is_strength], partnership, rows.filter(side), most=1).items()
    }
    return {key: those[0].finding for key, those in near.items() if those and those[0].share >= SAME}


@dataclass(frozen=True)
class Row:
    """How many of the findings of one kind were said before. `before` is None where nobody can tell."""

    called: str
    before: int | Hidden | None
    of: int


@dataclass(frozen=True)
class Recurrence:
    """What of an audit was said before, in numbers and finding by finding."""

    comparison: Comparison
    against: list[Audit]
    whole: Row
    themes: list[Row]
    agencies: list[Row]
    years: list[Row]
    recurring: list[ComparedFinding]


def recurrence_of(audit: Audit, person: Person, *, suppressed: bool) -> Recurrence | None:
    """What the comparison of an audit found; finding by finding only what this person may read. None where it has not
    been compared."""
    comparison = Comparison.objects.filter(audit=audit).select_related("compared_by").first()
    if comparison is None:
        return None
    rows = comparison.findings.filter(finding__withdrawn_at=None).select_related("finding__case", "earlier__audit")
    compared = list(rows.prefetch_related(Prefetch("finding__agencies", Agency.objects.only("name"))))
    book = codebook_of(audit.partnership_id)
    against = list(comparison.against.order_by("-planned_at"))
    codes = sorted({code for one in compared for code in one.themes}, key=book.called)
    agencies = sorted({agency.name for one in compared for agency in one.finding.agencies.all()})
    years = sorted({year_of(one.earlier.audit) or 0 for one in compared if one.earlier}, reverse=True)

    def row(called: str, those: Sequence[ComparedFinding], can_tell: bool = True) -> Row:
        return Row(called, sum(one.earlier_id is not None for one in those) if can_tell else None, len(those))

    by_theme = [
        row(book.called(code), [one for one in compared if code in one.themes], code in comparison.themes_before)
        for code in codes
    ]
    by_agency = [
        row(name, [one for one in compared if name in {agency.name for agency in one.finding.agencies.all()}])
        for name in agencies
    ]
    by_year = [
        Row(
            str(year) if year else "Year not on record",
            sum(bool(one.earlier) and (year_of(one.earlier.audit) or 0) == year for one in compared if one.earlier),
            len(compared),
        )
        for year in years
    ]
    shown = _without_small if suppressed else list
    (whole,) = shown([row("All findings", compared, bool(against))])
    read = open_to(person, audit.findings.all())
    recurring = [one for one in compared if one.earlier and one.finding_id in read]
    return Recurrence(
        comparison, against, whole, shown(by_theme), shown(by_agency), shown(by_year), recurring if against else []
    )


def _without_small(rows: Sequence[Row]) -> list[Row]:
    """The rows with what was said before and what was not as one table, so that neither gives the other away: where
    one of the two is not shown, the other would tell it."""
    told = [one for one in rows if one.before is not None]
    shown = together([(one.before, one.of - one.before) for one in told])  # type: ignore[misc, operator]
    instead = dict(zip(map(id, told), shown, strict=True))
    return [Row(one.called, instead[id(one)], one.of) if id(one) in instead else one for one in rows]


# ---- who used a briefing


def find_published(person: Person, audit: str) -> Briefing:
    """The briefing of the audit at this address, once it is published."""
    found = find_briefing(person, audit)
    if not (found.is_published and found.has_reached_readers):
        raise Briefing.DoesNotExist
    return found


def discussions_of(briefing: Briefing, person: Person) -> list[Discussion]:
    found = Discussion.objects.visible_to(person).filter(briefing=briefing)
    return list(found.select_related("agency", "recorded_by"))


@dataclass(frozen=True)
class Use:
    """What one agency made of the briefings that are published: of which its teams talked, and how often."""

    agency: Agency
    briefings: int
    discussions: int
    people: int


def uses_of(person: Person) -> tuple[list[Use], int, int]:
    """Agency by agency, those that never recorded anything last; how many briefings are published; and how often
    somebody of no agency recorded that a team talked."""
    published = Briefing.objects.visible_to(person).reached_readers().filter(stage=BriefingStage.PUBLISHED)
    rows = Discussion.objects.visible_to(person).filter(briefing__in=published)
    talked: dict[int, list[tuple[int, int]]] = {}
    for agency, briefing, people in rows.exclude(agency=None).values_list("agency", "briefing", "people"):
        talked.setdefault(agency, []).append((briefing, people))
    uses = [
        Use(agency, len({one for one, _ in those}), len(those), sum(people for _, people in those))
        for agency in Agency.objects.filter(partnership=person.partnership_id)
        for those in [talked.get(agency.pk, [])]
    ]
    uses.sort(key=lambda one: (-one.briefings, -one.discussions, one.agency.name))
    return uses, published.count(), rows.filter(agency=None).count()


def reads_numbers(person: Person) -> bool:
    """Whether small numbers are open to somebody: those who read every case anyhow."""
    return person.holds(*READS_EVERY_CASE)
