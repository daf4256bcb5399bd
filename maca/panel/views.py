from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from maca.audits.models import Audit, Heading
from maca.audits.queries import find_audit, panel_questions
from maca.cases.models import Case
from maca.cases.queries import cases_of, possible_presenters
from maca.chronology.operations import read_question
from maca.design.pages import do_once, form_page, guarded
from maca.panel import operations, rules
from maca.panel.forms import FindingForm, IntroductionForm
from maca.panel.models import Finding, Hearing
from maca.panel.queries import (
    CASE_HEADINGS,
    Column,
    agencies_around,
    find_column,
    find_finding,
    find_hearing,
    findings_of,
    good_practice_of,
    hearings_of,
    named_presenter,
    withdrawn_from,
)
from maca.partnership.requests import signed_in
from maca.returns.operations import read_report


def _panel_page(audit: Audit) -> str:
    return reverse("panel", kwargs={"audit": audit.slug})


def _hearing_page(case: Case) -> str:
    return reverse("hearing", kwargs={"audit": case.audit.slug, "case": case.number})


def _page_of(audit: Audit, case: Case | None) -> str:
    if case is None:
        return _panel_page(audit) + "#good-practice"
    case.audit = audit
    return _hearing_page(case)


@guarded(rules.may_see_panel_page, find_audit)
def panel(request: HttpRequest, audit: Audit) -> HttpResponse:
    person = signed_in(request)
    visible = {case.pk for case in cases_of(audit, person)}
    may_record = rules.may_record_finding(person, Column(audit, None, Heading.GOOD_PRACTICE))
    return render(
        request,
        "panel/panel.html",
        {
            "audit": audit,
            "hearings": [(hearing, hearing.case_id in visible) for hearing in hearings_of(audit)],
            "good_practice": good_practice_of(audit),
            "withdrawn": withdrawn_from(audit, None) if may_record else [],
            "lacks": rules.what_the_panel_lacks(audit) if not audit.panel_has_begun else "",
            "may_open": rules.may_open_panel(person, audit),
            "may_close": rules.may_close_panel(person, audit),
            "may_record": may_record,
        },
    )


@require_POST
@guarded(rules.may_open_panel, find_audit, writes=True)
def open_panel(request: HttpRequest, audit: Audit) -> HttpResponse:
    def do() -> str:
        operations.open_panel(audit, by=signed_in(request))
        return _panel_page(audit)

    return do_once(request, do, saved="The panel is open. Returns have closed.")


@require_POST
@guarded(rules.may_close_panel, find_audit, writes=True)
def close_panel(request: HttpRequest, audit: Audit) -> HttpResponse:
    def do() -> str:
        operations.close_panel(audit, by=signed_in(request))
        return _panel_page(audit)

    return do_once(request, do, saved="The panel is closed. The briefing can be drafted.")


@guarded(rules.may_attend_hearing, find_hearing)
def hearing(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    """One screen for a case: who introduced it, the three columns, and the agencies side by side."""
    person = signed_in(request)
    case = hearing.case
    may_record = rules.may_record_finding(person, Column(case.audit, case, CASE_HEADINGS[0]))
    asked = {question.heading: question.text for question in panel_questions(case.audit)}
    found = findings_of(case)
    report = read_report(case, by=person, did="read a hearing")
    made = {one.question for those in found.values() for one in those}
    return render(
        request,
        "panel/hearing.html",
        {
            "hearing": hearing,
            "case": case,
            "audit": case.audit,
            "columns": [(heading, asked.get(heading) or heading.label, found[heading]) for heading in CASE_HEADINGS],
            "partners": list(hearing.partners.all()),
            "withdrawn": withdrawn_from(case.audit, case) if may_record else [],
            "report": report,
            "asked": [(one, one.mark in made) for one in report.chronology.questions if one.is_taken],
            "may_hear": rules.may_hear_case(person, hearing),
            "may_finish": rules.may_finish_hearing(person, hearing),
            "may_record": may_record,
        },
    )


@guarded(rules.may_hear_case, find_hearing, writes=True)
def introduce_case(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    case = hearing.case
    presenters = possible_presenters(case.audit)
    agencies = agencies_around(case.audit)

    def make_form(data: Mapping[str, Any] | None, now: Hearing) -> IntroductionForm:
        introducer = now.introduced_by or named_presenter(case)
        return IntroductionForm(
            data,
            presenters=presenters,
            agencies=agencies,
            initial={
                "introduced_by": introducer.public_id if introducer else None,
                "partners": [agency.slug for agency in now.partners.all()],
            },
        )

    def do(form: IntroductionForm, version: int | None) -> str:
        operations.introduce_case(
            hearing, introduced_by=form.introducer(), partners=form.spoke(), version=version, by=signed_in(request)
        )
        return _hearing_page(case)

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=hearing,
        context={
            "heading": f"Introduce {case.label}",
            "caption": case.audit.title,
            "button_text": "Save",
            "back": _hearing_page(case),
        },
    )


@require_POST
@guarded(rules.may_finish_hearing, find_hearing, writes=True)
def finish_hearing(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    def do() -> str:
        operations.finish_hearing(hearing, by=signed_in(request))
        return _panel_page(hearing.case.audit)

    return do_once(request, do, saved=f"{hearing.case.label} has been heard.")


@guarded(rules.may_record_finding, find_column, writes=True)
def record_finding(request: HttpRequest, column: Column) -> HttpResponse:
    back, person = _page_of(column.audit, column.case), signed_in(request)
    mark = request.GET.get("question", "") if column.case else ""
    question = read_question(column.case, mark, by=person) if mark and column.case else None

    def make_form(data: Mapping[str, Any] | None, _: Any) -> FindingForm:
        proposed = {"text": question.pattern.says} if question else None
        return FindingForm(data, agencies=agencies_around(column.audit), initial=proposed)

    def do(form: FindingForm, version: int | None) -> str:
        operations.record_finding(
            column, text=form.cleaned_data["text"], agencies=form.about(), question=mark, by=person
        )
        return request.path if "another" in request.POST else back

    return form_page(
        request,
        "panel/finding.html",
        make_form,
        do=do,
        context={
            "heading": column.heading.label,
            "caption": f"{column.audit.title}, {column.case.label if column.case else 'the whole audit'}",
            "back": back,
            "finding": None,
            "question": question,
        },
        saved="The finding has been recorded.",
    )


@guarded(rules.may_change_finding, find_finding, writes=True)
def change_finding(request: HttpRequest, finding: Finding) -> HttpResponse:
    back = _page_of(finding.audit, finding.case)

    def make_form(data: Mapping[str, Any] | None, now: Finding) -> FindingForm:
        return FindingForm(
            data,
            agencies=agencies_around(finding.audit),
            initial={"text": now.text, "agencies": [agency.slug for agency in now.agencies.all()]},
        )

    def do(form: FindingForm, version: int | None) -> str:
        operations.change_finding(
            finding, text=form.cleaned_data["text"], agencies=form.about(), version=version, by=signed_in(request)
        )
        return back

    return form_page(
        request,
        "panel/finding.html",
        make_form,
        do=do,
        thing=finding,
        context={
            "heading": finding.get_heading_display(),
            "caption": f"{finding.audit.title}, {finding.case.label if finding.case else 'the whole audit'}",
            "back": back,
            "finding": finding,
        },
        saved="The finding has been changed.",
    )


@require_POST
@guarded(rules.may_change_finding, find_finding, writes=True)
def withdraw_finding(request: HttpRequest, finding: Finding) -> HttpResponse:
    def do() -> str:
        operations.withdraw_finding(finding, by=signed_in(request))
        return _page_of(finding.audit, finding.case)

    return do_once(request, do, saved="The finding has been withdrawn. It can be put back until the panel closes.")


@require_POST
@guarded(rules.may_change_finding, find_finding, writes=True)
def put_back_finding(request: HttpRequest, finding: Finding) -> HttpResponse:
    def do() -> str:
        operations.put_back_finding(finding, by=signed_in(request))
        return _page_of(finding.audit, finding.case)

    return do_once(request, do, saved="The finding has been put back.")
