import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Audit
from maca.briefing.models import Briefing
from maca.cases.queries import forget_parts
from maca.journal.operations import write
from maca.kernel.clock import today
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.learning import rules
from maca.learning.models import (
    ComparedFinding,
    Comparison,
    Discussion,
    Recommendation,
    Review,
    ReviewKind,
    SeenInPractice,
)
from maca.learning.queries import earlier_than, find_published, said_in
from maca.panel.models import STRENGTHS, Finding
from maca.panel.queries import codebook_of
from maca.partnership.models import Person

FAR = 10_000  # behind the number of any recommendation


@transaction.atomic
def record_review(
    *, kind: ReviewKind, title: str, year: int, published_by: str, link: str, recommendations: Sequence[str], by: Person
) -> Review:
    """Put a review on the register, with what it recommends, numbered as it stands there."""
    rules.may_record_review(by).insist()
    review = Review.objects.create(
        partnership=by.partnership, kind=kind, title=title, year=year, published_by=published_by, link=link,
        recorded_by=by,
    )  # fmt: skip
    Recommendation.objects.bulk_create(
        Recommendation(review=review, number=number, words=words) for number, words in enumerate(recommendations, 1)
    )
    write("recorded a review", review, by=by, kind=str(kind), year=year, recommendations=len(recommendations))
    return review


@transaction.atomic
def edit_review(
    review: Review,
    *,
    kind: ReviewKind,
    title: str,
    year: int,
    published_by: str,
    link: str,
    recommendations: Sequence[str],
    version: int | None,
    by: Person,
) -> None:
    """Put a review on the register right. A recommendation keeps what is linked to it: it is known by its words, or by
    its place where it alone was reworded. One that a finding is linked to neither goes nor gets another’s words."""
    hold(review)
    rules.may_change_review(by, review).insist()
    saved = {"saved_by": by, "saved_at": timezone.now()}
    save_changes(
        review, version=version, kind=kind, title=title, year=year, published_by=published_by, link=link, **saved
    )
    there = list(review.recommendations.all())
    now = _matched(there, recommendations)
    gone = [one.pk for one in there if one not in now]
    if SeenInPractice.objects.filter(recommendation__in=gone).exists():
        raise Refused(
            "still-seen",
            "A finding is linked to a recommendation that is no longer there in the same words. Take that link back "
            "first, or leave the recommendation as it is. To change its words, change nothing else of the list.",
        )
    Recommendation.objects.filter(pk__in=gone).delete()
    # A number stands once in a review, so those that move are first put out of the way.
    moved = [one for number, one in enumerate(now, 1) if one and one.number != number]
    for one in moved:
        Recommendation.objects.filter(pk=one.pk).update(number=FAR + one.number)
    for number, (known, words) in enumerate(zip(now, recommendations, strict=True), 1):
        if known is None:
            Recommendation.objects.create(review=review, number=number, words=words)
        elif known.words != words or known.number != number:
            save_changes(known, version=None, words=words, number=number, **saved)
    write("edited a review", review, by=by, recommendations=len(recommendations), version=review.version)


def _matched(there: Sequence[Recommendation], wanted: Sequence[str]) -> list[Recommendation | None]:
    """Which recommendation each of the wanted words is, None for a new one."""
    if len(there) == len(wanted) and sum(one.words != words for one, words in zip(there, wanted, strict=True)) <= 1:
        return list(there)
    left = list(there)
    found: list[Recommendation | None] = []
    for words in wanted:
        same = next((one for one in left if one.words == words), None)
        if same:
            left.remove(same)
        found.append(same)
    return found


@transaction.atomic
def strike_review(review: Review, *, because: str, version: int | None, by: Person) -> None:
    """Strike a review off the register, saying why. It stays in its place, with the reason."""
    hold(review)
    rules.may_change_review(by, review).insist()
    save_changes(review, version=version, struck_at=timezone.now(), struck_by=by, struck_because=because)
    write("struck off a review", review, by=by)


@transaction.atomic
def link_finding(recommendation: Recommendation, finding: Finding, *, by: Person) -> None:
    """Say that a finding shows what a recommendation is about. Said twice, it is said once."""
    hold(finding, "audit", read=("case",))
    recommendation.review.refresh_from_db(fields=["struck_at"])  # it may have been struck off since
    if finding.case:
        forget_parts(finding.case)
    rules.may_link_finding(by, (recommendation, finding)).insist()
    _, new = SeenInPractice.objects.get_or_create(
        recommendation=recommendation, finding=finding, defaults={"linked_by": by}
    )
    if new:
        write("linked a finding to a recommendation", recommendation, by=by, finding=finding.public_id)


@transaction.atomic
def unlink_finding(recommendation: Recommendation, finding: Finding, *, by: Person) -> None:
    """Take back that a finding shows what a recommendation is about."""
    hold(finding, "audit", read=("case",))
    recommendation.review.refresh_from_db(fields=["struck_at"])  # it may have been struck off since
    if finding.case:
        forget_parts(finding.case)
    rules.may_link_finding(by, (recommendation, finding)).insist()
    gone, _ = SeenInPractice.objects.filter(recommendation=recommendation, finding=finding).delete()
    if gone:
        write("unlinked a finding from a recommendation", recommendation, by=by, finding=finding.public_id)


@transaction.atomic
def compare_findings(audit: Audit, *, by: Person) -> Comparison:
    """Hold each finding of an audit against those of every audit published before it, in place of what was found the
    last time."""
    hold(audit)
    rules.may_compare_findings(by, audit).insist()
    Comparison.objects.filter(audit=audit).delete()
    book, earlier = codebook_of(audit.partnership_id), list(earlier_than(audit))

    def themes(finding: Finding) -> list[str]:
        return list(finding.themes) or [one.code for one in book.suggested(finding.text)]

    before = Finding.objects.counted().filter(audit__in=earlier).only("text", "themes", "heading").order_by("pk")
    # What stands there word for word is the same, also where nearly every finding says it, so that no word is rare.
    word_for_word = {_said(one): one.pk for one in before}
    known = sorted({code for one in before for code in themes(one)})
    comparison = Comparison.objects.create(audit=audit, themes_before=known, compared_by=by)
    comparison.against.set(earlier)
    findings = list(audit.findings.counted())
    said = said_in(earlier, findings, audit.partnership_id)
    rows = [
        ComparedFinding(
            comparison=comparison, finding=one, themes=themes(one),
            earlier_id=word_for_word.get(_said(one)) or said.get(one.pk),
        )
        for one in findings
    ]  # fmt: skip
    ComparedFinding.objects.bulk_create(rows)
    recurring = sum(one.earlier_id is not None for one in rows)
    write("compared findings", audit, by=by, findings=len(rows), said_before=recurring, audits=len(earlier))
    return comparison


def _said(finding: Finding) -> tuple[str, bool]:
    return " ".join(finding.text.casefold().split()).rstrip("."), finding.heading in STRENGTHS


@transaction.atomic
def record_discussion(
    briefing: Briefing, *, team: str, discussed_on: dt.date, people: int, change: str, by: Person
) -> Discussion:
    """Record that a team talked about a published briefing, and one thing that will change."""
    hold(briefing)
    find_published(by, briefing.audit.slug)
    rules.may_record_discussion(by, briefing).insist()
    if discussed_on > today() or (briefing.published_on and discussed_on < briefing.published_on):
        raise Refused("no-such-day", "The day must be one since the briefing was published, and not to come.")
    recorded = Discussion.objects.filter(briefing=briefing, agency=by.agency, discussed_on=discussed_on)
    if any(one.casefold() == team.casefold() for one in recorded.values_list("team", flat=True)):
        raise Refused("recorded-already", "It has been recorded already that this team talked about it on that day.")
    discussion = Discussion.objects.create(
        briefing=briefing, agency=by.agency, team=team, discussed_on=discussed_on, people=people, change=change,
        recorded_by=by,
    )  # fmt: skip
    write(
        "recorded a discussion", discussion, by=by, audit=briefing.audit.slug,
        agency=by.agency.slug if by.agency else None, people=people,
    )  # fmt: skip
    return discussion
