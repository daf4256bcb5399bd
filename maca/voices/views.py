from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.cases.models import Case
from maca.cases.queries import find_case
from maca.design.pages import form_page, guarded
from maca.partnership.requests import signed_in
from maca.voices import operations, rules
from maca.voices.forms import ReflectionForm, ViewForm
from maca.voices.models import FamilyView, Reflection
from maca.voices.queries import find_view, own_reflection


def _address(case: Case, page: str) -> str:
    return reverse(page, kwargs={"audit": case.audit.slug, "case": case.number})


@guarded(rules.may_read_own_reflection, find_case, writes=True)
def reflection(request: HttpRequest, case: Case) -> HttpResponse:
    """One's own reflection: a form until the panel closes, and afterwards what was written."""
    person = signed_in(request)
    back = _address(case, "case")
    context = {"case": case, "back": back}
    if not (may_write := rules.may_write_reflection(person, case)):
        if request.method == "POST":
            may_write.insist()
        written = operations.read_own_reflection(case, by=person)
        return render(request, "voices/reflection_closed.html", {**context, "reflection": written, "why": may_write})

    def make_form(data: Mapping[str, Any] | None, now: Reflection) -> ReflectionForm:
        return ReflectionForm(data, now if data is not None else operations.read_own_reflection(case, by=person))

    def do(form: ReflectionForm, version: int | None) -> str:
        assert version is not None  # a reflection has one, also before it is first saved
        operations.write_reflection(case, **form.written(), version=version, by=person)
        return back

    return form_page(
        request,
        "voices/reflection.html",
        make_form,
        do=do,
        thing=own_reflection(case, person),
        context=context,
        saved="Your reflection has been kept.",
    )


@guarded(rules.may_read_own_views, find_case, writes=True)
def family_views(request: HttpRequest, case: Case) -> HttpResponse:
    """What one has recorded of the family's views, and the form for one more until the panel closes."""
    person = signed_in(request)
    may_record = rules.may_record_view(person, case)
    if request.method == "POST":
        may_record.insist()

    def do(form: ViewForm, version: int | None) -> str:
        operations.record_view(case, form.said(), by=person)
        return _address(case, "family-views")

    return form_page(
        request,
        "voices/family_views.html",
        lambda data, _: ViewForm(data),
        do=do,
        context={
            "case": case,
            "back": _address(case, "case"),
            "views": operations.read_own_views(case, by=person),
            "may_record": may_record,
        },
        saved="It has been recorded.",
    )


@guarded(rules.may_change_view, find_view, writes=True)
def change_view(request: HttpRequest, view: FamilyView) -> HttpResponse:
    person = signed_in(request)

    def make_form(data: Mapping[str, Any] | None, now: FamilyView) -> ViewForm:
        if data is not None:
            return ViewForm(data)
        now.case = view.case
        return ViewForm(None, operations.read_view(now, by=person))

    def do(form: ViewForm, version: int | None) -> str:
        operations.change_view(view, form.said(), version=version, by=person)
        return _address(view.case, "family-views")

    return form_page(
        request,
        "voices/change_view.html",
        make_form,
        do=do,
        thing=view,
        context={"case": view.case, "back": _address(view.case, "family-views")},
        saved="It has been changed.",
    )
