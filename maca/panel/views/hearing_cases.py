from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maca.cases.queries import possible_presenters
from maca.design.pages import form_page, guarded
from maca.kernel.ids import new_public_id
from maca.panel import operations, rules
from maca.panel.addresses import columns_of, hearing_page, panel_page
from maca.panel.agenda import missing_from, quorum_of
from maca.panel.forms import AttendanceForm, ClosingForm, IntroductionForm
from maca.panel.grades import asks_for_grades, figures, graded
from maca.panel.models import Hearing, Slot
from maca.panel.offers import offers
from maca.panel.queries import (
    CASE_HEADINGS,
    Column,
    agencies_around,
    codebook_of,
    empty_headings,
    evidence_cited,
    expected_at,
    find_hearing,
    findings_of,
    named_presenter,
    notes_sent,
    struck_from,
    withdrawn_from,
)
from maca.partnership.requests import signed_in
from maca.returns.operations import read_report


@guarded(rules.may_attend_hearing, find_hearing)
def hearing(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    """One screen for a case: who introduced it, the three columns, and the agencies side by side."""
    person = signed_in(request)
    case = hearing.case
    may_record = rules.may_record_finding(person, Column(case.audit, case, CASE_HEADINGS[0]))
    found = findings_of(case)
    shown = operations.read_lines(hearing, by=person)
    may_note = rules.may_take_notes(person, hearing)
    report = read_report(case, by=person, did="read a hearing")
    grades = graded(report, operations.read_grades(hearing, by=person)) if asks_for_grades(report) else []
    made = {one.question for those in found.values() for one in those}
    return render(
        request,
        "panel/hearing.html",
        {
            "hearing": hearing,
            "case": case,
            "audit": case.audit,
            "columns": [(heading, question, found[heading]) for heading, question in columns_of(case)],
            "offers": offers(report, case.public_id, {one.sent for one in shown}, made) if may_note else {},
            "theme_called": codebook_of(case.audit.partnership_id).called,
            "evidence": evidence_cited(case),
            "passages": operations.read_passages(hearing, by=person),
            "quorum": quorum_of(case.audit),
            "missing": missing_from(hearing),
            "slot": Slot.objects.filter(case=case).first(),
            "lines": [one for one in shown if not one.is_out],
            "taken_out": [one for one in shown if one.is_out] if may_note else [],
            "latest": max([hearing.findings_changed, *(one.changed for one in shown)]),
            "may_note": may_note,
            "disagreements": operations.read_disagreements(hearing, by=person),
            "may_list_notes": (may_list_notes := rules.may_list_restricted_notes(person, hearing)),
            "notes_sent": notes_sent(hearing) if may_list_notes else [],
            "agencies": agencies_around(case.audit) if may_note else [],
            "new_number": new_public_id,
            "partners": list(hearing.partners.all()),
            "withdrawn": withdrawn_from(case.audit, case) if may_record else [],
            "may_correct": rules.may_correct_findings(person, Column(case.audit, case, CASE_HEADINGS[0])),
            "struck": struck_from(case.audit, case),
            "report": report,
            "grades": grades,
            "figures": figures(beside for one in grades for beside in one.besides),
            "may_grade": rules.may_give_grade(person, hearing),
            "asked": [(one, one.mark in made) for one in report.chronology.questions if one.is_taken],
            "may_hear": rules.may_hear_case(person, hearing),
            "may_finish": rules.may_finish_hearing(person, hearing),
            "attendance": list(hearing.attendance.select_related("agency")),
            "voice": operations.read_voice(hearing, by=person),
            "may_record": may_record,
        },
    )


@guarded(rules.may_attend_hearing, find_hearing)
def present(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    """The three columns for the screen in the room: large, and with nothing on it that says who the child is."""
    case = hearing.case
    shown = operations.read_lines(hearing, by=signed_in(request))
    found = findings_of(case)
    return render(
        request,
        "panel/present.html",
        {
            "hearing": hearing,
            "disagreements": operations.read_disagreements(hearing, by=signed_in(request)),
            "case": case,
            "audit": case.audit,
            "columns": [(heading, question, found[heading]) for heading, question in columns_of(case)],
            "lines": shown,
            "latest": max([hearing.findings_changed, *(one.changed for one in shown)]),
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
        return hearing_page(case)

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
            "back": hearing_page(case),
        },
    )


@guarded(rules.may_record_attendance, find_hearing, writes=True)
def attendance(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    """Which of the agencies that were asked about a case were there when it was heard."""
    case, agencies = hearing.case, expected_at(hearing.case)

    def make_form(data: Mapping[str, Any] | None, now: Hearing) -> AttendanceForm:
        initial: dict[str, str] = {}
        for one in now.attendance.select_related("agency"):
            initial |= {f"came-{one.agency.slug}": one.came, f"posts-{one.agency.slug}": one.posts}
        return AttendanceForm(data, agencies=agencies, initial=initial)

    def do(form: AttendanceForm, version: int | None) -> str:
        operations.record_attendance(hearing, form.came(), version=version, by=signed_in(request))
        return hearing_page(case)

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=hearing,
        context={
            "heading": "Who was there?",
            "caption": f"{case.audit.title}, {case.label}",
            "back": hearing_page(case),
        },
        saved="Who was there has been recorded.",
    )


@guarded(rules.may_finish_hearing, find_hearing, writes=True)
def finish_hearing(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    case = hearing.case
    empty = empty_headings(case)

    def do(form: ClosingForm, version: int | None) -> str:
        operations.finish_hearing(hearing, nothing_under=empty, voice=form.cleaned_data["voice"], by=signed_in(request))
        return panel_page(case.audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: ClosingForm(data, empty=empty),
        do=do,
        context={
            "heading": f"{case.label} has been heard",
            "introduction": missing_from(hearing),
            "caption": case.audit.title,
            "button_text": f"{case.label} has been heard",
            "back": hearing_page(case),
        },
        saved=f"{case.label} has been heard.",
    )
