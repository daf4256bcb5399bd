from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from maca.audits.models import Heading
from maca.cases.models import Case
from maca.design.middleware import for_a_script
from maca.design.pages import do_once, form_page, guarded, unattended
from maca.kernel.ids import new_public_id
from maca.panel import operations, rules
from maca.panel.addresses import columns_of, hearing_page
from maca.panel.following import poke, stream
from maca.panel.forms import LineForm
from maca.panel.lines import told
from maca.panel.models import ACTION, Hearing, PanelLine
from maca.panel.queries import (
    CASE_HEADINGS,
    Column,
    agencies_around,
    asked_mark,
    codebook_of,
    evidence_cited,
    find_hearing,
    find_line,
    findings_of,
    offered_question,
)
from maca.partnership.requests import signed_in


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
            "columns": [(heading, question, found[heading]) for heading, question in columns_of(case)],
            "theme_called": codebook_of(case.audit.partnership_id).called,
            "evidence": evidence_cited(case),
            "passages": operations.read_passages(hearing, by=person),
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
    here = f"{hearing_page(hearing.case)}#{heading}"
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        if for_a_script(request):
            return JsonResponse({"words": sentence}, status=422)
        messages.error(request, f"{sentence}.")
        return redirect(here)
    sent = form.cleaned_data["sent"] or new_public_id()
    said = form.said()
    question = offered_question(hearing.case, request.POST.get("question", ""), said["agency"])
    asked = asked_mark(hearing.case, request.POST.get("asked", ""))
    line = operations.write_line(
        hearing, heading, **said, question=question, asked=asked, sent=sent, by=signed_in(request)
    )
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
    back = hearing_page(case)

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
        return hearing_page(line.hearing.case)

    return do_once(request, do, saved="The line has been taken out. It can be put back until the panel closes.")


@require_POST
@guarded(rules.may_change_line, find_line, writes=True)
def put_back_line(request: HttpRequest, line: PanelLine) -> HttpResponse:
    def do() -> str:
        operations.put_back_line(line, by=signed_in(request))
        poke(line.hearing)
        return hearing_page(line.hearing.case)

    return do_once(request, do, saved="The line has been put back.")
