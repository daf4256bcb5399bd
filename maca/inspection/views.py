import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.audits.models import Audit
from maca.audits.question_sets import ready_made
from maca.cases.models import Case
from maca.cases.queries import find_case
from maca.design.pages import as_file, form_page, guarded
from maca.inspection import operations, rules
from maca.inspection.days import Days, usual_days
from maca.inspection.forms import MOST_CHILDREN, USUAL_CHILDREN, ChangeDaysForm, StartForm
from maca.inspection.queries import cases_of_packs, days_of, find_inspected, inspection_of, returns_of
from maca.kernel import paper_as_files
from maca.kernel.clock import today, working_days_from
from maca.partnership.models import Agency, Person
from maca.partnership.requests import signed_in
from maca.returns.rules import may_ask_more_agencies

QUESTIONS = "inspection"


@guarded(rules.may_start_inspection, writes=True)
def start_inspection(request: HttpRequest) -> HttpResponse:
    """One page from which every agency is asked about every child that the inspectors chose."""
    person = signed_in(request)
    asked = request.GET.get("children", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 4
    children = min(max(int(asked), 1), MOST_CHILDREN) if is_number else USUAL_CHILDREN
    agencies = Agency.objects.filter(partnership=person.partnership_id)
    days = usual_days(working_days_from(working_days_from(today(), 1), -1))  # today, or the working day before

    def do(form: StartForm, version: int | None) -> str:
        given = form.cleaned_data
        started = operations.start_inspection(
            called=given["called"], theme=given["theme"], days=form.days(), questions=ready_made()[QUESTIONS],
            children=form.children(), agencies=form.asked(), by=person,
        )  # fmt: skip
        return reverse("inspection", kwargs={"audit": started.audit.slug})

    return form_page(
        request,
        "inspection/start.html",
        lambda data, _: StartForm(data, agencies=agencies, children=children, days=days),
        do=do,
        context={
            "children": children,
            "most": MOST_CHILDREN,
            "back": reverse("audits"),
            "days": _numbered(days),
        },
        saved="The inspection has been started, and every agency has been asked.",
        said_at={"same-name": "called"},
    )


def _numbered(days: Days) -> list[tuple[int, str, dt.date]]:
    return [(days.number(day), name, day) for name, day in days.in_words]


@guarded(rules.may_change_days, find_inspected, writes=True)
def change_inspection_days(request: HttpRequest, audit: Audit) -> HttpResponse:
    here = reverse("inspection", kwargs={"audit": audit.slug})

    def do(form: ChangeDaysForm, version: int | None) -> str:
        operations.change_days(audit, days=form.days(), version=version, by=signed_in(request))
        return here

    return form_page(
        request,
        "design/form_page.html",
        lambda data, now: ChangeDaysForm(data, days=days_of(inspection_of(now), now)),
        do=do,
        thing=audit,
        context={
            "heading": "Change the days of the inspection",
            "caption": audit.title,
            "introduction": "Every evaluation that has not been handed in will be due on the new day, and its agency "
            "is told. More time that you gave an agency stays, while it ends before the packs are handed over.",
            "button_text": "Change the days",
            "back": here,
        },
        saved="The days have been changed.",
    )


@guarded(rules.may_read_inspection, find_inspected)
def inspection(request: HttpRequest, audit: Audit) -> HttpResponse:
    """The day clock, and child by agency what was asked, opened and handed in."""
    person = signed_in(request)
    days = days_of(inspection_of(audit), audit)
    cases = cases_of_packs(audit, person)
    packs = [(one, rules.may_take_pack(person, one)) for one in cases]
    return render(
        request,
        "inspection/inspection.html",
        {
            "audit": audit,
            "says": days.says(today()),
            "days": _numbered(days),
            "returns": returns_of(audit),
            "may_chase": rules.may_start_inspection(person),
            "may_ask_more": bool(cases) and may_ask_more_agencies(person, cases[0]),
            "may_change_days": rules.may_change_days(person, audit),
            "may_take": rules.may_take_packs(person, audit),
            "packs": packs,
            "open_packs": sum(bool(verdict) for _, verdict in packs),
        },
    )


def find_pack(person: Person, audit: str, case: int, kind: str) -> tuple[Case, str]:
    find_inspected(person, audit)
    return find_case(person, audit, case), kind


@guarded(lambda person, found: rules.may_take_pack(person, found[0]), find_pack, step_up=True)
def inspection_pack(request: HttpRequest, found: tuple[Case, str]) -> HttpResponse:
    case, kind = found
    if kind not in paper_as_files.WRITERS:
        raise Http404
    write, content_type = paper_as_files.WRITERS[kind]
    paper = operations.copy_pack(case, kind=kind, by=signed_in(request))
    return as_file(write(paper), content_type, f"child-{case.number}.{kind}")


@guarded(rules.may_take_packs, find_inspected, step_up=True)
def inspection_packs(request: HttpRequest, audit: Audit) -> HttpResponse:
    return as_file(operations.copy_packs(audit, by=signed_in(request)), "application/zip", f"{audit.slug}-packs.zip")
