from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.design.pages import form_page, guarded
from maca.panel import operations, rules
from maca.panel.addresses import hearing_page
from maca.panel.forms import TAKE_BACK, GradeForm
from maca.panel.grades import graded
from maca.panel.models import PanelGrade
from maca.panel.queries import GradePlace, audit_asks_for_grades, find_grade_place
from maca.partnership.requests import signed_in
from maca.returns.models import Grade
from maca.returns.operations import read_report


@guarded(lambda person, place: rules.may_give_grade(person, place.hearing), find_grade_place, writes=True)
def give_grade(request: HttpRequest, place: GradePlace) -> HttpResponse:
    """What one agency gave itself on one question, and what the panel gives beside it."""
    case, person = place.hearing.case, signed_in(request)
    report = read_report(case, by=person, did="read a hearing")
    every = {(one.question, one.slug): one for those in graded(report, {}) for one in those.besides}
    at = place.question.number, place.agency.slug
    after = next((one for before, one in pairwise(every.values()) if (before.question, before.slug) == at), None)
    back = f"{hearing_page(case)}#grades"

    def make_form(data: Mapping[str, Any] | None, now: PanelGrade) -> GradeForm:
        given = operations.read_grade(place, now, by=person)
        initial = {"grade": str(given.grade), "reason": given.reason, "follows": given.follows} if given else {}
        return GradeForm(data, is_given=given is not None, initial=initial)

    def do(form: GradeForm, version: int | None) -> str:
        said = form.cleaned_data
        if said["grade"] == TAKE_BACK:
            operations.take_back_grade(place, version=version, by=person)
        else:
            operations.give_grade(place, **{**said, "grade": Grade(said["grade"])}, version=version, by=person)
        if "next" in request.POST and after:
            where = {"audit": case.audit.slug, "case": case.number, "question": after.question, "agency": after.slug}
            return reverse("give-grade", kwargs=where)
        return back

    return form_page(
        request,
        "panel/grade.html",
        make_form,
        do=do,
        thing=place.row,
        context={
            "heading": "The panel’s grade",
            "caption": f"{case.audit.title}, {case.label}: {place.agency.name}",
            "back": back,
            "question": place.question,
            "own": every.get(at),
            "after": after,
        },
        saved="What the panel gives has been kept.",
    )


@guarded(rules.may_see_panel_page, find_audit)
def panel_grades(request: HttpRequest, audit: Audit) -> HttpResponse:
    """The agencies' grades and the panel's, as counts, in the cases that the reader hears."""
    found = operations.read_grades_across(audit, by=signed_in(request)) if audit_asks_for_grades(audit) else None
    return render(request, "panel/grades.html", {"audit": audit, "found": found})
