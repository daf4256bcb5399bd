from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.audits import operations, rules
from maca.audits.forms import ChangePlanForm, PlanForm, PriorityForm, ThemeForm, plan_as_filled_in
from maca.audits.models import Audit, Priority, Theme
from maca.audits.queries import agency_questions, find_audit, find_priority, find_theme, panel_questions
from maca.audits.question_sets import ready_made
from maca.design.pages import anyone_signed_in, form_page, guarded
from maca.partnership.requests import signed_in


@guarded(anyone_signed_in)
def audits(request: HttpRequest) -> HttpResponse:
    listed = Audit.objects.visible_to(signed_in(request)).select_related("theme")
    return render(
        request,
        "audits/audits.html",
        {
            "page": Paginator(listed, 50).get_page(request.GET.get("page")),
            "may_plan": rules.may_record_priority(signed_in(request)),
        },
    )


@guarded(anyone_signed_in)
def priorities(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    audits = Audit.objects.visible_to(person)
    recorded = Priority.objects.filter(partnership=person.partnership_id).prefetch_related(
        Prefetch("themes__audits", audits)
    )
    return render(
        request,
        "audits/priorities.html",
        {
            "page": Paginator(recorded, 20).get_page(request.GET.get("page")),
            "other_themes": Theme.objects.filter(partnership=person.partnership_id, priority=None).prefetch_related(
                Prefetch("audits", audits)
            ),
            "may_record": rules.may_record_priority(person),
        },
    )


@guarded(rules.may_record_priority, writes=True)
def record_priority(request: HttpRequest) -> HttpResponse:
    def do(form: PriorityForm, version: int | None) -> str:
        operations.record_priority(**form.cleaned_data, by=signed_in(request))
        return reverse("priorities")

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: PriorityForm(data),
        do=do,
        context={
            "heading": "Record a priority",
            "button_text": "Record the priority",
            "back": reverse("priorities"),
        },
        saved="The priority has been recorded.",
    )


@guarded(rules.may_adopt_theme, find_priority, writes=True)
def adopt_theme(request: HttpRequest, priority: Priority) -> HttpResponse:
    def do(form: ThemeForm, version: int | None) -> str:
        theme = operations.adopt_theme(priority, title=form.cleaned_data["title"], by=signed_in(request))
        return reverse("plan-audit", kwargs={"theme": theme.public_id})

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: ThemeForm(data),
        do=do,
        context={
            "heading": "Adopt a theme",
            "caption": f"From the priority: {priority.title}",
            "button_text": "Adopt the theme",
            "back": reverse("priorities"),
        },
        saved="The theme has been adopted. Now plan the audit.",
    )


def _earlier_audits(theme: Theme, but: Audit | None = None) -> list[Audit]:
    found = Audit.objects.filter(partnership=theme.partnership_id, theme=theme)
    return list(found.exclude(pk=but.pk) if but else found)


def _chosen(values: Mapping[str, Any], earlier: list[Audit]) -> Audit | None:
    return next((one for one in earlier if one.public_id == values["earlier"]), None)


@guarded(rules.may_plan_audit, find_theme, writes=True)
def plan_audit(request: HttpRequest, theme: Theme) -> HttpResponse:
    earlier = _earlier_audits(theme)

    def make_form(data: Mapping[str, Any] | None, _: Any) -> PlanForm:
        proposed = {
            "title": f"{theme.title} {len(earlier) + 1}" if not earlier else _next_title(earlier[0].title),
            "earlier": earlier[0].public_id if earlier else "",
            "questions": next(iter(ready_made())),
        }
        return PlanForm(data, earlier=earlier, initial=proposed)

    def do(form: PlanForm, version: int | None) -> str:
        audit = operations.plan_audit(
            theme,
            title=form.cleaned_data["title"],
            terms_of_reference=form.cleaned_data["terms_of_reference"],
            questions=ready_made()[form.cleaned_data["questions"]],
            review_title=form.cleaned_data["review_title"],
            dates=form.dates(),
            earlier=_chosen(form.cleaned_data, earlier),
            by=signed_in(request),
        )
        return reverse("plan", kwargs={"audit": audit.slug})

    return form_page(
        request,
        "audits/plan_form.html",
        make_form,
        do=do,
        context={
            "heading": "Plan an audit",
            "caption": f"Theme: {theme.title}",
            "button_text": "Plan the audit",
            "back": reverse("priorities"),
        },
        saved="The audit has been planned. Sub-group members can now nominate cases.",
    )


def _next_title(title: str) -> str:
    words = title.rsplit(" ", 1)
    if len(words) == 2 and words[1].isdigit():
        return f"{words[0]} {int(words[1]) + 1}"
    return f"{title} 2"


@guarded(rules.may_read_plan, find_audit)
def plan(request: HttpRequest, audit: Audit) -> HttpResponse:
    return render(
        request,
        "audits/plan.html",
        {
            "audit": audit,
            "agency_questions": agency_questions(audit),
            "panel_questions": panel_questions(audit),
            "may_change": rules.may_change_plan(signed_in(request), audit),
        },
    )


@guarded(rules.may_change_plan, find_audit, writes=True)
def change_plan(request: HttpRequest, audit: Audit) -> HttpResponse:
    earlier = _earlier_audits(audit.theme, but=audit)

    def make_form(data: Mapping[str, Any] | None, now: Audit) -> ChangePlanForm:
        return ChangePlanForm(data, earlier=earlier, initial=plan_as_filled_in(now))

    def do(form: ChangePlanForm, version: int | None) -> str:
        operations.change_plan(
            audit,
            title=form.cleaned_data["title"],
            terms_of_reference=form.cleaned_data["terms_of_reference"],
            review_title=form.cleaned_data["review_title"],
            purpose=form.cleaned_data["purpose"],
            legal_basis=form.cleaned_data["legal_basis"],
            questions=ready_made()[form.cleaned_data["questions"]],
            dates=form.dates(),
            earlier=_chosen(form.cleaned_data, earlier),
            version=version,
            by=signed_in(request),
        )
        return reverse("plan", kwargs={"audit": audit.slug})

    return form_page(
        request,
        "audits/plan_form.html",
        make_form,
        do=do,
        thing=audit,
        context={
            "heading": "Change the plan",
            "caption": audit.title,
            "button_text": "Save the plan",
            "back": reverse("plan", kwargs={"audit": audit.slug}),
        },
        saved="The plan has been changed.",
    )
