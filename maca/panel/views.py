import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from maca.audits.models import Audit, Heading
from maca.audits.queries import agency_questions, find_audit, panel_questions
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.queries import cases_of, fetch_parts, possible_presenters
from maca.chronology.operations import read_question
from maca.design.middleware import for_a_script
from maca.design.pages import as_file, do_once, form_page, guarded, unattended, version_sent
from maca.kernel.clock import today
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.panel import operations, rules
from maca.panel.agenda import USUAL_MINUTES, agenda_of, missing_from, quorum_of, turns
from maca.panel.alike import alike
from maca.panel.as_calendar import as_calendar
from maca.panel.codebook import CodeBook
from maca.panel.following import poke, stream
from maca.panel.forms import (
    TAKE_BACK,
    AcceptedForm,
    AgendaForm,
    AttendanceForm,
    ClosingForm,
    DealtWithForm,
    DissentForm,
    FindingForm,
    GradeForm,
    IntroductionForm,
    LineForm,
    NamedThemeForm,
    RestrictedNoteForm,
    ThemeForm,
)
from maca.panel.grades import asks_for_grades, figures, graded
from maca.panel.lines import told
from maca.panel.models import (
    ACTION,
    STRENGTHS,
    Agenda,
    Dissent,
    Finding,
    Hearing,
    NamedTheme,
    PanelGrade,
    PanelLine,
    RestrictedNote,
    Slot,
    ThemeTag,
)
from maca.panel.offers import offers
from maca.panel.queries import (
    CASE_HEADINGS,
    Column,
    GradePlace,
    ThemeAcross,
    agencies_around,
    audit_asks_for_grades,
    codebook_of,
    empty_headings,
    expected_at,
    find_column,
    find_dissent,
    find_finding,
    find_finding_of_case,
    find_grade_place,
    find_hearing,
    find_line,
    find_named_theme,
    find_restricted_note,
    find_theme_tag,
    findings_of,
    good_practice_of,
    hearings_of,
    named_presenter,
    not_agreed,
    notes_sent,
    offered_question,
    readers_of_notes,
    themes_of,
    withdrawn_from,
)
from maca.panel.related import Within, suggesting_words, within
from maca.partnership.models import Person
from maca.partnership.requests import signed_in
from maca.returns.models import READS_EVERY_RETURN, Grade
from maca.returns.operations import read_report

USUAL_BEGIN = dt.time(9, 30)


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
            "theme_called": codebook_of(audit.partnership_id).called,
            "not_agreed": Counter(finding.case_id for finding, _ in not_agreed(audit)),
            "withdrawn": withdrawn_from(audit, None) if may_record else [],
            "asks_for_grades": audit_asks_for_grades(audit),
            "lacks": rules.what_the_panel_lacks(audit) if not audit.panel_has_begun else "",
            "may_open": rules.may_open_panel(person, audit),
            "may_close": rules.may_close_panel(person, audit),
            "may_record": may_record,
            "follows_up": bool(audit.panel_closed_at) and person.holds(*READS_EVERY_RETURN),
        },
    )


@guarded(rules.may_read_agenda, find_audit)
def agenda(request: HttpRequest, audit: Audit) -> HttpResponse:
    person = signed_in(request)
    visible = {case.pk for case in cases_of(audit, person)}
    found = agenda_of(audit)
    return render(
        request,
        "panel/agenda.html",
        {
            "audit": audit,
            "agenda": found,
            "turns": [(one, one.case.pk in visible) for one in turns(audit, found, today=today(), named=visible)],
            "may_set": rules.may_set_agenda(person, audit),
        },
    )


@guarded(rules.may_set_agenda, find_audit, writes=True)
def set_agenda(request: HttpRequest, audit: Audit) -> HttpResponse:
    cases, agencies = list(audit.cases.order_by("number")), agencies_around(audit)
    back = reverse("agenda", kwargs={"audit": audit.slug})

    def make_form(data: Mapping[str, Any] | None, now: Agenda) -> AgendaForm:
        kept = {one.case_id: one for one in now.slots.all()} if now.pk else {}
        initial: dict[str, Any] = {"begins_at": now.begins_at, "place": now.place, "quorum": now.quorum}
        initial["needed"] = [one.slug for one in now.needed.all()] if now.pk else []
        for number, case in enumerate(cases, start=1):
            slot = kept.get(case.pk)
            initial[f"place-{case.number}"] = slot.place if slot else number
            initial[f"minutes-{case.number}"] = slot.minutes if slot else USUAL_MINUTES
        return AgendaForm(data, cases=cases, agencies=agencies, initial=initial)

    def do(form: AgendaForm, version: int | None) -> str:
        given = form.cleaned_data
        operations.set_agenda(
            audit,
            begins_at=given["begins_at"],
            place=given["place"],
            quorum=given["quorum"],
            needed=form.has_to_be_there(),
            slots=form.slots(),
            version=version,
            by=signed_in(request),
        )
        return back

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=agenda_of(audit) or Agenda(audit=audit, begins_at=USUAL_BEGIN),
        context={"heading": "The agenda of the panel", "caption": audit.title, "back": back},
        saved="The agenda has been kept. Whoever took it into a calendar takes it again.",
    )


@guarded(rules.may_read_agenda, find_audit)
def agenda_calendar(request: HttpRequest, audit: Audit) -> HttpResponse:
    visible = {case.pk for case in cases_of(audit, signed_in(request))}
    found = agenda_of(audit)
    mine = [one for one in turns(audit, found, today=today()) if one.case.pk in visible]
    if found is None:
        raise Refused("no-agenda", "No agenda has been set yet, so there is nothing to put into a calendar.")
    calendar = as_calendar(audit, found, mine, now=timezone.now())
    return as_file(calendar, "text/calendar; charset=utf-8", f"{audit.slug}-panel.ics")


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
            "columns": [(heading, question, found[heading]) for heading, question in _columns(case)],
            "offers": offers(report, case.public_id, {one.sent for one in shown}) if may_note else {},
            "theme_called": codebook_of(case.audit.partnership_id).called,
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
            "columns": [(heading, question, found[heading]) for heading, question in _columns(case)],
            "lines": shown,
            "latest": max([hearing.findings_changed, *(one.changed for one in shown)]),
        },
    )


def _columns(case: Case) -> list[tuple[Heading, str]]:
    """The three headings, each with the question as this audit asks it."""
    asked = {question.heading: question.text for question in panel_questions(case.audit)}
    return [(heading, asked.get(heading) or str(heading.label)) for heading in CASE_HEADINGS]


# ---- what is said, line by line


@unattended
@guarded(rules.may_attend_hearing, find_hearing)
def lines(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    """The lines that changed since, for a page that cannot be told of them as they come."""
    shown = operations.read_lines(hearing, since=_since(request.GET.get("since")), by=signed_in(request))
    names = "screen" not in request.GET
    lines = [told(one, names=names) for one in shown]
    return JsonResponse({"lines": lines, "findings": hearing.findings_changed})


@unattended
@guarded(rules.may_attend_hearing, find_hearing)
def findings(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    """The findings under each heading as they are now, to be put in the place of those that a page shows."""
    person, case = signed_in(request), hearing.case
    found = findings_of(case)
    return render(
        request,
        "panel/findings.html",
        {
            "audit": case.audit,
            "case": case,
            "hearing": hearing,
            "columns": [(heading, question, found[heading]) for heading, question in _columns(case)],
            "theme_called": codebook_of(case.audit.partnership_id).called,
            "disagreements": operations.read_disagreements(hearing, by=person),
            "may_record": rules.may_record_finding(person, Column(case.audit, case, CASE_HEADINGS[0])),
            "may_note": rules.may_take_notes(person, hearing),
            "on_screen": "screen" in request.GET,
        },
    )


@unattended
@guarded(rules.may_attend_hearing, find_hearing)
def follow(request: HttpRequest, hearing: Hearing) -> HttpResponseBase:
    """Each line as soon as it is there."""
    since = _since(request.headers.get("Last-Event-ID") or request.GET.get("since"))
    note = partial(operations.follow_lines, hearing, by=signed_in(request))
    return StreamingHttpResponse(
        stream(hearing, since, note, reader=signed_in(request), names="screen" not in request.GET),
        content_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


def _since(said: str | None) -> int:
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 10 else 0


@require_POST
@guarded(
    lambda person, found: rules.may_take_notes(person, found[0]),
    lambda person, audit, case, heading: (find_hearing(person, audit, case), _heading(heading)),
    writes=True,
    repeats=True,
)
def write_line(request: HttpRequest, found: tuple[Hearing, str]) -> HttpResponse:
    """One line, sent by a script or by a plain form. The number of the page makes it one, however often it comes."""
    hearing, heading = found
    form = LineForm(request.POST, agencies=agencies_around(hearing.case.audit))
    here = f"{_hearing_page(hearing.case)}#{heading}"
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        if for_a_script(request):
            return JsonResponse({"words": sentence}, status=422)
        messages.error(request, f"{sentence}.")
        return redirect(here)
    sent = form.cleaned_data["sent"] or new_public_id()
    said = form.said()
    question = offered_question(hearing.case, request.POST.get("question", ""), said["agency"])
    line = operations.write_line(hearing, heading, **said, question=question, sent=sent, by=signed_in(request))
    poke(hearing)
    for notice in form.notices:
        messages.warning(request, notice)
    if not for_a_script(request):
        return redirect(here)
    return JsonResponse({"id": line.public_id, "place": line.place, "changed": line.changed, "notices": form.notices})


def _heading(heading: str) -> str:
    if heading not in (*CASE_HEADINGS, ACTION):
        raise Case.DoesNotExist
    return heading


@guarded(rules.may_change_line, find_line, writes=True)
def change_line(request: HttpRequest, line: PanelLine) -> HttpResponse:
    case, person = line.hearing.case, signed_in(request)
    agencies = agencies_around(case.audit)
    back = _hearing_page(case)

    def make_form(data: Mapping[str, Any] | None, now: PanelLine) -> LineForm:
        initial = {
            "words": operations.read_line(now, by=person).words,
            "agency": now.agency.slug if now.agency else "",
            "in_own_record": now.in_own_record,
        }
        return LineForm(data, agencies=agencies, is_action=now.heading == ACTION, initial=initial)

    def do(form: LineForm, version: int | None) -> str:
        operations.change_line(line, **form.said(), version=version, by=person)
        poke(line.hearing)
        return back

    return form_page(
        request,
        "panel/line.html",
        make_form,
        do=do,
        thing=line,
        context={
            "heading": "Change a line",
            "caption": f"{case.audit.title}, {case.label}: {line.get_heading_display()}",
            "back": back,
            "line": line,
            "case": case,
            "may_record": line.heading != ACTION
            and rules.may_record_finding(person, Column(case.audit, case, Heading(line.heading))),
        },
        saved="The line has been changed.",
    )


@require_POST
@guarded(rules.may_change_line, find_line, writes=True)
def take_out_line(request: HttpRequest, line: PanelLine) -> HttpResponse:
    def do() -> str:
        operations.take_out_line(line, by=signed_in(request))
        poke(line.hearing)
        return _hearing_page(line.hearing.case)

    return do_once(request, do, saved="The line has been taken out. It can be put back until the panel closes.")


@require_POST
@guarded(rules.may_change_line, find_line, writes=True)
def put_back_line(request: HttpRequest, line: PanelLine) -> HttpResponse:
    def do() -> str:
        operations.put_back_line(line, by=signed_in(request))
        poke(line.hearing)
        return _hearing_page(line.hearing.case)

    return do_once(request, do, saved="The line has been put back.")


# ---- what agencies do not agree with


@guarded(rules.may_record_dissent, find_finding_of_case, writes=True)
def record_dissent(request: HttpRequest, finding: Finding) -> HttpResponse:
    agencies = agencies_around(finding.audit)

    def do(form: DissentForm, version: int | None) -> str:
        operations.record_dissent(finding, agency=form.whose(), words=form.cleaned_data["words"], by=signed_in(request))
        return _page_of(finding.audit, finding.case)

    return form_page(
        request,
        "panel/dissent.html",
        lambda data, _: DissentForm(data, agencies=agencies),
        do=do,
        context={**_about_finding(finding), "heading": "An agency does not agree"},
        saved="It has been recorded that the agency does not agree.",
    )


@guarded(rules.may_change_dissent, find_dissent, writes=True)
def change_dissent(request: HttpRequest, dissent: Dissent) -> HttpResponse:
    finding, person = dissent.finding, signed_in(request)

    def make_form(data: Mapping[str, Any] | None, now: Dissent) -> DissentForm:
        now.finding = finding
        return DissentForm(data, initial={"words": operations.read_dissent(now, by=person)})

    def do(form: DissentForm, version: int | None) -> str:
        operations.change_dissent(dissent, words=form.cleaned_data["words"], version=version, by=person)
        return _page_of(finding.audit, finding.case)

    return form_page(
        request,
        "panel/dissent.html",
        make_form,
        do=do,
        thing=dissent,
        context={**_about_finding(finding), "heading": f"Not agreed by {dissent.agency}", "dissent": dissent},
        saved="What the agency said has been changed.",
    )


@require_POST
@guarded(rules.may_change_dissent, find_dissent, writes=True)
def withdraw_dissent(request: HttpRequest, dissent: Dissent) -> HttpResponse:
    def do() -> str:
        operations.withdraw_dissent(dissent, by=signed_in(request))
        return _page_of(dissent.finding.audit, dissent.finding.case)

    return do_once(
        request, do, saved=f"{dissent.agency} now agrees. What it said can be put back until the panel closes."
    )


@require_POST
@guarded(rules.may_change_dissent, find_dissent, writes=True)
def put_back_dissent(request: HttpRequest, dissent: Dissent) -> HttpResponse:
    def do() -> str:
        operations.put_back_dissent(dissent, by=signed_in(request))
        return _page_of(dissent.finding.audit, dissent.finding.case)

    return do_once(request, do, saved=f"It is on record again that {dissent.agency} does not agree.")


@guarded(rules.may_say_what_is_accepted, find_finding_of_case, writes=True)
def accepted(request: HttpRequest, finding: Finding) -> HttpResponse:
    """Where agencies do not agree, what the panel accepts and why."""
    case, person = finding.case, signed_in(request)

    def make_form(data: Mapping[str, Any] | None, now: Finding) -> AcceptedForm:
        now.case = case
        return AcceptedForm(data, initial={"words": operations.read_what_is_accepted(now, by=person)})

    def do(form: AcceptedForm, version: int | None) -> str:
        operations.say_what_is_accepted(finding, words=form.cleaned_data["words"], version=version, by=person)
        return _page_of(finding.audit, finding.case)

    return form_page(
        request,
        "panel/dissent.html",
        make_form,
        do=do,
        thing=finding,
        context={**_about_finding(finding), "heading": "What the panel accepts, and why"},
        saved="What the panel accepts has been kept.",
    )


def _about_finding(finding: Finding) -> dict[str, Any]:
    case = finding.case
    where = case.label if case else "the whole audit"
    return {
        "finding": finding,
        "dissent": None,
        "caption": f"{finding.audit.title}, {where}: {finding.get_heading_display()}",
        "back": _page_of(finding.audit, case),
    }


# ---- notes for one agency's lead


@guarded(rules.may_send_restricted_note, find_hearing, writes=True)
def send_restricted_note(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    case, readers = hearing.case, readers_of_notes(hearing.case)
    agencies = [agency for agency, leads in readers.items() if leads]

    def do(form: RestrictedNoteForm, version: int | None) -> str:
        operations.send_restricted_note(
            hearing, agency=form.whose(), words=form.cleaned_data["words"], by=signed_in(request)
        )
        return _hearing_page(case) + "#restricted-notes"

    return form_page(
        request,
        "panel/send_restricted_note.html",
        lambda data, _: RestrictedNoteForm(data, agencies=agencies),
        do=do,
        context={
            "heading": "Write a restricted note",
            "caption": f"{case.audit.title}, {case.label}",
            "back": _hearing_page(case),
            "case": case,
            "unread": [rules.why_nobody_reads(agency) for agency, leads in readers.items() if not leads],
            "button_text": "Send the note",
        },
        saved="The note has been sent. Only the lead of that agency can read it.",
    )


@guarded(rules.may_read_restricted_note, find_restricted_note)
def restricted_note(request: HttpRequest, note: RestrictedNote) -> HttpResponse:
    """A note, for the lead of the agency it was sent to."""
    person = signed_in(request)
    return render(
        request,
        "panel/restricted_note.html",
        {
            "note": operations.read_restricted_note(note, by=person),
            "case": note.hearing.case,
            "audit": note.hearing.case.audit,
            "may_deal": rules.may_deal_with_restricted_note(person, note),
        },
    )


@guarded(rules.may_deal_with_restricted_note, find_restricted_note, writes=True)
def deal_with_restricted_note(request: HttpRequest, note: RestrictedNote) -> HttpResponse:
    case = note.hearing.case
    back = reverse("restricted-note", kwargs={"audit": case.audit.slug, "case": case.number, "note": note.public_id})

    def do(form: DealtWithForm, version: int | None) -> str:
        operations.deal_with_restricted_note(
            note, outcome=form.cleaned_data["outcome"], version=version, by=signed_in(request)
        )
        return back

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: DealtWithForm(data),
        do=do,
        thing=note,
        context={
            "heading": "Mark the note as dealt with",
            "caption": f"{case.audit.title}, {case.label}",
            "back": back,
            "introduction": "What you write stands below the note. It cannot be changed afterwards.",
            "button_text": "Mark as dealt with",
        },
        saved="The note has been marked as dealt with.",
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
        return _hearing_page(case)

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=hearing,
        context={
            "heading": "Who was there?",
            "caption": f"{case.audit.title}, {case.label}",
            "back": _hearing_page(case),
        },
        saved="Who was there has been recorded.",
    )


@guarded(rules.may_finish_hearing, find_hearing, writes=True)
def finish_hearing(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    case = hearing.case
    empty = empty_headings(case)

    def do(form: ClosingForm, version: int | None) -> str:
        operations.finish_hearing(hearing, nothing_under=empty, voice=form.cleaned_data["voice"], by=signed_in(request))
        return _panel_page(case.audit)

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
            "back": _hearing_page(case),
        },
        saved=f"{case.label} has been heard.",
    )


@guarded(rules.may_record_finding, find_column, writes=True)
def record_finding(request: HttpRequest, column: Column) -> HttpResponse:
    if "look" in request.POST and for_a_script(request):
        # Each pause in typing is no reading of the chronology.
        return _looked(request, {}, column, codebook_of(column.audit.partnership_id))
    back, person = _page_of(column.audit, column.case), signed_in(request)
    mark = request.GET.get("question", "") if column.case else ""
    question = read_question(column.case, mark, by=person) if mark and column.case else None
    line = _line_asked_for(request, column, person)
    book = codebook_of(column.audit.partnership_id)

    def make_form(data: Mapping[str, Any] | None, _: Any) -> FindingForm:
        proposed: dict[str, Any] = {}
        if question:
            proposed = {"text": question.pattern.says}
        elif line:
            said = operations.read_line(line, by=person)
            proposed = {
                "text": said.words,
                "agencies": [line.agency.slug] if line.agency else [],
                "answers": str(line.question.number) if line.question else "",
            }
        return FindingForm(
            data,
            agencies=agencies_around(column.audit),
            book=book,
            asked=agency_questions(column.audit),
            takes_action=column.case is not None,
            initial=proposed,
        )

    def do(form: FindingForm, version: int | None) -> str:
        operations.record_finding(column, **form.said(), question=mark, line=line, by=person)
        if line:
            poke(line.hearing)
        return request.path if "another" in request.POST else back

    context = {
        "heading": column.heading.label,
        "caption": f"{column.audit.title}, {column.case.label if column.case else 'the whole audit'}",
        "back": back,
        "finding": None,
        "question": question,
        "alike": alike(question.pattern.says, column.audit, person) if question else [],
        "suggested": [],
    }
    if "look" in request.POST:
        return _looked(request, context, column, book)
    return form_page(
        request, "panel/finding.html", make_form, do=do, context=context, saved="The finding has been recorded."
    )


def _looked(
    request: HttpRequest, context: dict[str, Any], column: Column, book: CodeBook, but: Finding | None = None
) -> HttpResponse:
    """What was said before of what is being typed. Nothing is recorded; without scripts the form comes back with it."""
    text = request.POST.get("text", "")
    found = alike(text, column.audit, signed_in(request), but=but)
    themes = book.suggested(text)
    inside = within(text) if column.heading in STRENGTHS else Within()
    if for_a_script(request):
        return JsonResponse(
            {
                "alike": [asdict(one) for one in found],
                "themes": [[one.code, one.called] for one in themes],
                "within": asdict(inside),
            }
        )
    typed = {"text": text, **{name: request.POST.getlist(name) for name in ("agencies", "themes", "causes")}}
    takes_action = column.case is not None and but is None
    typed["proposed"] = request.POST.get("proposed", "") or (inside.still_to_do if takes_action else "")
    typed["answers"] = request.POST.get("answers", "")
    form = FindingForm(
        agencies=agencies_around(column.audit),
        book=book,
        asked=agency_questions(column.audit),
        takes_action=takes_action,
        initial=typed,
    )
    version = version_sent(request) if but else None
    return render(
        request,
        "panel/finding.html",
        {
            **context,
            "form": form,
            "version": version,
            "alike": found,
            "suggested": [one.called for one in themes],
            "within": inside,
            "looked": True,
        },
    )


def _line_asked_for(request: HttpRequest, column: Column, person: Person) -> PanelLine | None:
    """The line that a finding is made of, where it stands under the same heading of the same case."""
    asked = request.GET.get("line", "")
    if not (asked and column.case):
        return None
    try:
        line = find_line(person, column.audit.slug, column.case.number, asked)
    except PanelLine.DoesNotExist as nothing:
        raise Http404 from nothing
    if line.heading != column.heading:
        raise Http404
    rules.may_agree_line(person, line).insist()
    return line


@guarded(rules.may_see_panel_page, find_audit)
def panel_themes(request: HttpRequest, audit: Audit) -> HttpResponse:
    """Which themes stand in the findings of which cases, and why it happened: each case counts once."""
    person = signed_in(request)
    return render(
        request,
        "panel/themes.html",
        {
            "audit": audit,
            "themes": themes_of(audit, _heard_by(person, audit)),
            "may_name": rules.may_name_themes(person, audit),
            "may_set_codebook": rules.may_set_codebook(person),
        },
    )


@guarded(rules.may_name_themes, find_audit, writes=True)
def name_themes(request: HttpRequest, audit: Audit) -> HttpResponse:
    """Themes that are one, under the name that the chair gives them."""
    person = signed_in(request)
    free = [one for one in themes_of(audit, _heard_by(person, audit)) if not one.named]

    def do(form: NamedThemeForm, version: int | None) -> str:
        operations.name_themes(audit, **form.cleaned_data, by=person)
        return reverse("panel-themes", kwargs={"audit": audit.slug})

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: NamedThemeForm(data, themes=[(one.codes[0], _with_cases(one)) for one in free]),
        do=do,
        context=_naming(audit, "Put themes together"),
        saved="The themes stand under their new name.",
    )


@guarded(rules.may_change_named_theme, find_named_theme, writes=True)
def change_named_theme(request: HttpRequest, named: NamedTheme) -> HttpResponse:
    audit, person = named.audit, signed_in(request)
    across = themes_of(audit, _heard_by(person, audit))
    called = codebook_of(audit.partnership_id).called
    free = [(one.codes[0], _with_cases(one)) for one in across if not one.named]

    def make_form(data: Mapping[str, Any] | None, now: NamedTheme) -> NamedThemeForm:
        under = [(code, called(code)) for code in now.codes]
        return NamedThemeForm(data, themes=under + free, initial={"codes": now.codes, "called": now.called})

    def do(form: NamedThemeForm, version: int | None) -> str:
        operations.change_named_theme(named, **form.cleaned_data, version=version, by=person)
        return reverse("panel-themes", kwargs={"audit": audit.slug})

    return form_page(
        request,
        "panel/named_theme.html",
        make_form,
        do=do,
        thing=named,
        context=_naming(audit, "Themes under one name") | {"named": named},
        saved="The themes stand under this name.",
    )


@require_POST
@guarded(rules.may_change_named_theme, find_named_theme, writes=True)
def take_themes_apart(request: HttpRequest, named: NamedTheme) -> HttpResponse:
    def do() -> str:
        operations.take_themes_apart(named, by=signed_in(request))
        return reverse("panel-themes", kwargs={"audit": named.audit.slug})

    return do_once(request, do, saved="Each theme stands again under its own name.")


def _with_cases(one: ThemeAcross) -> str:
    return f"{one.called} ({', '.join(one.cases) or 'the whole audit'})"


def _naming(audit: Audit, heading: str) -> dict[str, Any]:
    return {"heading": heading, "caption": audit.title, "back": reverse("panel-themes", kwargs={"audit": audit.slug})}


def _heard_by(person: Person, audit: Audit) -> set[int]:
    """The cases whose findings somebody may read: all, once the briefing is published; before, those they hear."""
    if audit.stage == AuditStage.PUBLISHED:
        return set(audit.cases.values_list("pk", flat=True))
    visible = {case.pk: case for case in cases_of(audit, person)}
    fetch_parts(visible.values(), person)
    found = set()
    for one in hearings_of(audit):
        if case := visible.get(one.case_id):
            one.case = case
            if rules.may_attend_hearing(person, one):
                found.add(one.case_id)
    return found


@guarded(rules.may_change_finding, find_finding, writes=True)
def change_finding(request: HttpRequest, finding: Finding) -> HttpResponse:
    back = _page_of(finding.audit, finding.case)
    book = codebook_of(finding.audit.partnership_id)

    def make_form(data: Mapping[str, Any] | None, now: Finding) -> FindingForm:
        return FindingForm(
            data,
            agencies=agencies_around(finding.audit),
            book=book,
            asked=agency_questions(finding.audit),
            initial={
                "text": now.text,
                "agencies": [agency.slug for agency in now.agencies.all()],
                "themes": now.themes,
                "causes": now.causes,
                "answers": ", ".join(str(one.question.number) for one in now.answers.select_related("question")),
            },
        )

    def do(form: FindingForm, version: int | None) -> str:
        operations.change_finding(finding, **form.said(), version=version, by=signed_in(request))
        return back

    context = {
        "heading": finding.get_heading_display(),
        "caption": f"{finding.audit.title}, {finding.case.label if finding.case else 'the whole audit'}",
        "back": back,
        "finding": finding,
        "alike": [],
        "suggested": [],
    }
    if "look" in request.POST:
        column = Column(finding.audit, finding.case, Heading(finding.heading))
        return _looked(request, context, column, book, finding)
    return form_page(
        request,
        "panel/finding.html",
        make_form,
        do=do,
        thing=finding,
        context=context,
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


# ---- the code-book


@guarded(rules.may_set_codebook)
def codebook(request: HttpRequest) -> HttpResponse:
    """Every theme that a finding may be about, as this partnership calls it."""
    book = codebook_of(signed_in(request).partnership_id)
    return render(
        request,
        "panel/codebook.html",
        {"used": book.used, "out_of_use": [one for one in book.themes.values() if not one.used]},
    )


@guarded(rules.may_set_codebook, writes=True)
def add_theme_tag(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)

    def do(form: ThemeForm, version: int | None) -> str:
        operations.add_theme_tag(person.partnership, **form.cleaned_data, by=person)
        return reverse("codebook")

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: ThemeForm(data, is_new=True),
        do=do,
        context={"heading": "Add a theme", "caption": "The code-book", "back": reverse("codebook")},
        saved="The theme has been added. It can be chosen for findings from now on.",
    )


@guarded(rules.may_change_theme_tag, find_theme_tag, writes=True)
def change_theme_tag(request: HttpRequest, theme: ThemeTag) -> HttpResponse:
    person = signed_in(request)

    def make_form(data: Mapping[str, Any] | None, now: ThemeTag) -> ThemeForm:
        initial = {"called": now.called, "words": ", ".join(now.words), "used": now.used}
        return ThemeForm(data, is_new=False, initial=initial)

    def do(form: ThemeForm, version: int | None) -> str:
        operations.change_theme_tag(theme, **form.cleaned_data, version=version, by=person)
        return reverse("codebook")

    return form_page(
        request,
        "panel/theme.html",
        make_form,
        do=do,
        thing=theme,
        context={
            "heading": theme.called,
            "caption": "The code-book",
            "back": reverse("codebook"),
            "usual": suggesting_words(theme.code),
        },
        saved="The theme has been changed. Findings that have it show it so.",
    )


# ---- the panel's grades beside the agencies' own


@guarded(lambda person, place: rules.may_give_grade(person, place.hearing), find_grade_place, writes=True)
def give_grade(request: HttpRequest, place: GradePlace) -> HttpResponse:
    """What one agency gave itself on one question, and what the panel gives beside it."""
    case, person = place.hearing.case, signed_in(request)
    report = read_report(case, by=person, did="read a hearing")
    every = {(one.question, one.slug): one for those in graded(report, {}) for one in those.besides}
    at = place.question.number, place.agency.slug
    after = next((one for before, one in pairwise(every.values()) if (before.question, before.slug) == at), None)
    back = f"{_hearing_page(case)}#grades"

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
