from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from maca.audits.models import Audit
from maca.audits.queries import find_audit, year_of
from maca.audits.stages import AuditStage
from maca.briefing.models import Briefing
from maca.briefing.queries import published
from maca.design.charts import bar_chart
from maca.design.pages import as_file, do_once, form_page, guarded
from maca.kernel import paper_as_files
from maca.kernel.clock import today
from maca.learning import operations, rules
from maca.learning.again import against_the_earlier
from maca.learning.figures import (
    actions_in_numbers,
    find_year,
    findings_by_agency,
    findings_by_theme,
    published_audits,
    recurrence_by_audit,
    returns_in_time,
)
from maca.learning.forms import DiscussionForm, ReviewForm, SaidBeforeForm, StrikeForm
from maca.learning.models import Recommendation, Review
from maca.learning.queries import (
    discussions_of,
    earlier_on_theme,
    find_link,
    find_published,
    find_recommendation,
    find_review,
    offered_for,
    reads_numbers,
    recurrence_of,
    reviews_of,
    seen_in_practice,
    uses_of,
)
from maca.learning.said_before import said_before
from maca.learning.yearly import yearly_report
from maca.panel.models import Finding
from maca.partnership.requests import signed_in

YEARLY_FILES = {"docx": paper_as_files.WRITERS["docx"], "txt": (paper_as_files.as_text, "text/plain; charset=utf-8")}


@guarded(rules.may_ask_what_was_said, writes=True)
def learning(request: HttpRequest) -> HttpResponse:
    """“Have we said this before?”, and the ways to the rest. What is typed is in no address, and not kept."""
    person = signed_in(request)
    form = SaidBeforeForm(request.POST if request.method == "POST" else None)
    asked = form.is_valid()
    year = year_of(today())
    return render(
        request,
        "learning/learning.html",
        {
            "form": form,
            "found": said_before(form.cleaned_data["text"], person) if asked else None,
            "briefings": published(person)[:10],
            "may_read_reviews": rules.may_read_reviews(person),
            "may_read_yearly": rules.may_read_yearly_report(person, year),
            "year": year,
            "may_read_uses": rules.may_read_uses(person),
        },
        status=422 if form.errors else 200,
    )


# ---- the register of reviews


@guarded(rules.may_read_reviews)
def reviews(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    return render(
        request,
        "learning/reviews.html",
        {
            "page": Paginator(reviews_of(person), 50).get_page(request.GET.get("page")),
            "may_record": rules.may_record_review(person),
        },
    )


@guarded(rules.may_record_review, writes=True)
def record_review(request: HttpRequest) -> HttpResponse:
    def do(form: ReviewForm, version: int | None) -> str:
        review = operations.record_review(**form.cleaned_data, by=signed_in(request))
        return reverse("review", kwargs={"review": review.public_id})

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: ReviewForm(data),
        do=do,
        context={"heading": "Put a review on the register", "button_text": "Put it on the register",
                 "back": reverse("reviews")},
        saved="The review is on the register.",
    )  # fmt: skip


@guarded(rules.may_read_review, find_review)
def review(request: HttpRequest, review: Review) -> HttpResponse:
    context = {
        "review": review,
        "recommendations": review.recommendations.all(),
        "may_change": rules.may_change_review(signed_in(request), review),
    }
    return render(request, "learning/review.html", context)


def _review_page(review: Review) -> str:
    return reverse("review", kwargs={"review": review.public_id})


@guarded(rules.may_change_review, find_review, writes=True)
def edit_review(request: HttpRequest, review: Review) -> HttpResponse:
    def make_form(data: Mapping[str, Any] | None, now: Review) -> ReviewForm:
        said = {name: getattr(now, name) for name in ("kind", "title", "year", "published_by", "link")}
        return ReviewForm(data, initial=said | {"recommendations": [one.words for one in now.recommendations.all()]})

    def do(form: ReviewForm, version: int | None) -> str:
        operations.edit_review(review, **form.cleaned_data, version=version, by=signed_in(request))
        return _review_page(review)

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=review,
        context={"heading": "Put the review right", "caption": review.title, "back": _review_page(review)},
        said_at={"still-seen": "recommendations"},
    )


@guarded(rules.may_change_review, find_review, writes=True)
def strike_review(request: HttpRequest, review: Review) -> HttpResponse:
    def do(form: StrikeForm, version: int | None) -> str:
        operations.strike_review(review, because=form.cleaned_data["because"], version=version, by=signed_in(request))
        return _review_page(review)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: StrikeForm(data),
        do=do,
        thing=review,
        context={
            "heading": "Strike the review off the register",
            "caption": review.title,
            "introduction": "It stays in its place with your reason, and what is linked to it stays linked. "
            "Nothing more can be linked to it.",
            "button_text": "Strike it off",
            "back": _review_page(review),
        },
        saved="The review has been struck off.",
    )


@guarded(rules.may_read_recommendation, find_recommendation)
def recommendation(request: HttpRequest, recommendation: Recommendation) -> HttpResponse:
    """What is recommended, where it was seen in practice, and findings that say as much."""
    person = signed_in(request)
    links = person.holds(*rules.LINKS) and not recommendation.review.struck_at
    return render(
        request,
        "learning/recommendation.html",
        {
            "recommendation": recommendation,
            "review": recommendation.review,
            "seen": seen_in_practice(recommendation, person, suppressed=not reads_numbers(person)),
            "offered": offered_for(recommendation, person) if links else [],
            "links": links,
        },
    )


def _recommendation_page(recommendation: Recommendation) -> str:
    return reverse("recommendation", kwargs={"recommendation": recommendation.public_id})


@require_POST
@guarded(rules.may_link_finding, find_link, writes=True)
def link_finding(request: HttpRequest, found: tuple[Recommendation, Finding]) -> HttpResponse:
    def do() -> str:
        operations.link_finding(*found, by=signed_in(request))
        return _recommendation_page(found[0])

    return do_once(request, do, saved="The finding is linked to the recommendation.")


@require_POST
@guarded(rules.may_link_finding, find_link, writes=True)
def unlink_finding(request: HttpRequest, found: tuple[Recommendation, Finding]) -> HttpResponse:
    def do() -> str:
        operations.unlink_finding(*found, by=signed_in(request))
        return _recommendation_page(found[0])

    return do_once(request, do, saved="The finding is no longer linked to the recommendation.")


# ---- what recurs


@guarded(rules.may_read_recurrence, find_audit)
def recurrence(request: HttpRequest, audit: Audit) -> HttpResponse:
    person = signed_in(request)
    return render(
        request,
        "learning/recurrence.html",
        {
            "audit": audit,
            "recurrence": recurrence_of(audit, person, suppressed=not reads_numbers(person)),
            "may_compare": rules.may_compare_findings(person, audit),
            "shows_findings": reads_numbers(person),
            "is_published": audit.stage == AuditStage.PUBLISHED,
        },
    )


@require_POST
@guarded(rules.may_compare_findings, find_audit, writes=True)
def compare(request: HttpRequest, audit: Audit) -> HttpResponse:
    def do() -> str:
        operations.compare_findings(audit, by=signed_in(request))
        return reverse("recurrence", kwargs={"audit": audit.slug})

    return do_once(request, do, saved="The findings have been compared with those of earlier audits.")


@guarded(rules.may_read_re_audit, find_audit)
def re_audit(request: HttpRequest, audit: Audit) -> HttpResponse:
    """The same questions in this audit and the one before, and what has improved by area."""
    person = signed_in(request)
    suppressed = not reads_numbers(person)
    again = against_the_earlier(audit, person, suppressed=suppressed)
    before = earlier_on_theme(audit, person)
    context = {"audit": audit, "again": again, "suppressed": suppressed, "before": before}
    return render(request, "learning/again.html", context)


# ---- in numbers


@guarded(rules.may_read_figures)
def figures(request: HttpRequest) -> HttpResponse:
    """Bars with their tables. What agencies did is shown to whoever reads every case and action."""
    person = signed_in(request)
    suppressed = not reads_numbers(person)
    audits = published_audits(person)
    tables = [
        findings_by_theme(audits, person.partnership_id, suppressed=suppressed),
        findings_by_agency(audits, person.partnership_id, suppressed=suppressed),
        recurrence_by_audit(audits, suppressed=suppressed),
    ]
    if not suppressed:
        tables += [actions_in_numbers(person), returns_in_time(audits)]
    charts = [bar_chart(one.title, one.first, one.columns, one.rows) for one in tables if audits and one.rows]
    return render(request, "learning/figures.html", {"charts": charts, "audits": audits, "suppressed": suppressed})


@guarded(rules.may_read_yearly_report, find_year)
def yearly(request: HttpRequest, year: int) -> HttpResponse:
    paper = yearly_report(signed_in(request), year)
    context = {"paper": paper, "year": year, "has_next": year < year_of(today())}
    return render(request, "learning/yearly.html", context)


@guarded(
    lambda person, found: rules.may_read_yearly_report(person, found[0]),
    lambda person, year, office: (find_year(person, year), office),
)
def yearly_file(request: HttpRequest, found: tuple[int, str]) -> HttpResponse:
    """The same words as a file."""
    year, office = found
    if office not in YEARLY_FILES:
        raise Http404
    write, kind = YEARLY_FILES[office]
    name = f"case-audits-{year}.{office}"
    return as_file(write(yearly_report(signed_in(request), year)), kind, name)


# ---- who used a briefing


@guarded(rules.may_record_discussion, find_published, writes=True)
def discussed(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    person = signed_in(request)

    def do(form: DiscussionForm, version: int | None) -> str:
        operations.record_discussion(briefing, **form.cleaned_data, by=person)
        return request.path

    return form_page(
        request,
        "learning/discussed.html",
        lambda data, _: DiscussionForm(data, briefing=briefing),
        do=do,
        context={
            "heading": "Your team talked about this briefing",
            "caption": briefing.audit.title,
            "introduction": "Say when, how many of you were there, and one thing that will change. The business "
            "manager sees it.",
            "button_text": "Record it",
            "back": reverse("read-briefing", kwargs={"audit": briefing.audit.slug}),
            "discussions": discussions_of(briefing, person),
        },
        saved="It has been recorded. Thank you.",
    )


@guarded(rules.may_read_uses)
def used(request: HttpRequest) -> HttpResponse:
    uses, briefings, of_none = uses_of(signed_in(request))
    return render(request, "learning/used.html", {"uses": uses, "briefings": briefings, "of_none": of_none})
