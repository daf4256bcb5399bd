from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.audits.models import Audit
from maca.audits.question_sets import ready_made
from maca.cases.models import Case
from maca.cases.queries import find_case
from maca.design.pages import form_page, guarded
from maca.inspection import operations, rules
from maca.inspection.days import usual_days
from maca.inspection.forms import MOST_CHILDREN, USUAL_CHILDREN, StartForm
from maca.inspection.queries import days_of, find_inspected, inspection_of, returns_of
from maca.kernel import paper_as_files
from maca.kernel.clock import today, working_days_from
from maca.partnership.models import Agency, Person
from maca.partnership.requests import signed_in

QUESTIONS = "inspection"


@guarded(rules.may_start_inspection, writes=True)
def start_inspection(request: HttpRequest) -> HttpResponse:
    """One page from which every agency is asked about every child that the inspectors chose."""
    person = signed_in(request)
    asked = request.GET.get("children", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 4
    children = min(max(int(asked), 1), MOST_CHILDREN) if is_number else USUAL_CHILDREN
    agencies = Agency.objects.filter(partnership=person.partnership_id)
    notice_on = working_days_from(working_days_from(today(), 1), -1)  # today, or the working day before

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
        lambda data, _: StartForm(data, agencies=agencies, children=children, days=usual_days(notice_on)),
        do=do,
        context={"children": children, "most": MOST_CHILDREN, "back": reverse("audits")},
        saved="The inspection has been started, and every agency has been asked.",
    )


@guarded(rules.may_read_inspection, find_inspected)
def inspection(request: HttpRequest, audit: Audit) -> HttpResponse:
    """The day clock, and child by agency what was asked, opened and handed in."""
    person = signed_in(request)
    days = days_of(inspection_of(audit), audit)
    return render(
        request,
        "inspection/inspection.html",
        {
            "audit": audit,
            "says": days.says(today()),
            "days": [(days.number(day), name, day) for name, day in days.in_words],
            "returns": returns_of(audit),
            "may_chase": rules.may_start_inspection(person),
            "may_take": rules.may_take_packs(person, audit),
            "cases": list(audit.cases.all()),
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
    return _file(write(paper), content_type, f"child-{case.number}.{kind}")


@guarded(rules.may_take_packs, find_inspected, step_up=True)
def inspection_packs(request: HttpRequest, audit: Audit) -> HttpResponse:
    return _file(operations.copy_packs(audit, by=signed_in(request)), "application/zip", f"{audit.slug}-packs.zip")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
