from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from maca.audits.models import Audit, Heading
from maca.audits.queries import agency_questions
from maca.cases.models import Case
from maca.chronology.operations import read_question
from maca.chronology.shown import Prompt
from maca.design.middleware import for_a_script
from maca.design.pages import do_once, form_page, guarded, version_sent
from maca.kernel.verdict import Refused
from maca.panel import operations, rules
from maca.panel.addresses import page_of
from maca.panel.alike import alike
from maca.panel.codebook import CodeBook
from maca.panel.following import poke
from maca.panel.forms import FindingForm, marks_of
from maca.panel.models import STRENGTHS, Finding, PanelLine
from maca.panel.queries import (
    CASE_HEADINGS,
    Column,
    agencies_around,
    codebook_of,
    days_of,
    find_column,
    find_finding,
    find_line,
    under_other_headings,
)
from maca.panel.related import Within, within
from maca.partnership.models import Person
from maca.partnership.requests import signed_in
from maca.returns.queries import evidence_given


@guarded(rules.may_record_finding, find_column, writes=True)
def record_finding(request: HttpRequest, column: Column) -> HttpResponse:
    if "look" in request.POST and for_a_script(request):
        # Each pause in typing is no reading of the chronology.
        return _looked(request, {}, column, codebook_of(column.audit.partnership_id))
    back, person = page_of(column.audit, column.case), signed_in(request)
    line = _line_asked_for(request, column, person)
    question = _question_asked_for(request, column, line, person)
    book = codebook_of(column.audit.partnership_id)
    passages = question.pattern.passages if question else ()

    def make_form(data: Mapping[str, Any] | None, _: Any) -> FindingForm:
        proposed: dict[str, Any] = {"passages": marks_of(passages)}
        if question:
            proposed["text"] = question.pattern.says
        if line:
            said = operations.read_line(line, by=person)
            proposed |= {
                "text": said.words,
                "agencies": [line.agency.slug] if line.agency else [],
                "answers": str(line.question.number) if line.question else "",
            }
        return FindingForm(
            data,
            **_to_choose_from(column.audit, column.case, book),
            passages=passages,
            also=_other_headings(column),
            takes_action=column.case is not None,
            initial=proposed,
        )

    def do(form: FindingForm, version: int | None) -> str:
        operations.record_finding(
            column, **form.said(), question=question.mark if question else "", line=line, by=person
        )
        if line:
            poke(line.hearing)
        return request.path if "another" in request.POST else back

    context = {
        "heading": column.heading.label,
        "caption": f"{column.audit.title}, {column.case.label if column.case else 'the whole audit'}",
        "back": back,
        "finding": None,
        "question": question,
        "line": line,
        "no_longer_asked": bool(line and line.asked and not question),
        "alike": alike(question.pattern.says, column.audit, person) if question and not line else [],
        "suggested": [],
    }
    if "look" in request.POST:
        return _looked(request, context, column, book, passages=passages)
    return form_page(
        request, "panel/finding.html", make_form, do=do, context=context, saved="The finding has been recorded."
    )


def _to_choose_from(audit: Audit, case: Case | None, book: CodeBook) -> dict[str, Any]:
    """What the form of a finding offers to tag it with and to rest it on."""
    return {
        "agencies": agencies_around(audit),
        "book": book,
        "asked": agency_questions(audit),
        "days": days_of(case),
        "evidence": evidence_given(case) if case else [],
    }


def _other_headings(column: Column) -> list[Heading]:
    return [one for one in CASE_HEADINGS if one != column.heading] if column.case else []


def _question_asked_for(request: HttpRequest, column: Column, line: PanelLine | None, person: Person) -> Prompt | None:
    """The question of the chronology that a finding is made of, by itself or by a line that was taken from it. Where it
    is no longer asked, a line is a line as any other."""
    mark = request.GET.get("question", "") or (line.asked if line else "")
    if not (mark and column.case):
        return None
    try:
        return read_question(column.case, mark, by=person)
    except Refused as refusal:
        if line and refusal.code == "no-such-question":
            return None
        raise


def _looked(
    request: HttpRequest,
    context: dict[str, Any],
    column: Column,
    book: CodeBook,
    but: Finding | None = None,
    passages: Sequence[str] = (),
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
    several = ("agencies", "themes", "causes", "evidence", "passages", "also")
    typed: dict[str, Any] = {"text": text, **{name: request.POST.getlist(name) for name in several}}
    takes_action = column.case is not None and but is None
    typed["proposed"] = request.POST.get("proposed", "") or (inside.still_to_do if takes_action else "")
    typed |= {name: request.POST.get(name, "") for name in ("answers", "days")}
    form = FindingForm(
        **_to_choose_from(column.audit, column.case, book),
        passages=passages,
        also=_other_headings(column) if but is None else [],
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


def _column_of(finding: Finding) -> Column:
    return Column(finding.audit, finding.case, Heading(finding.heading))


@guarded(rules.may_change_finding, find_finding, writes=True)
def change_finding(request: HttpRequest, finding: Finding) -> HttpResponse:
    back, person = page_of(finding.audit, finding.case), signed_in(request)
    if "look" in request.POST and for_a_script(request):
        return _looked(request, {}, _column_of(finding), codebook_of(finding.audit.partnership_id), finding)
    book = codebook_of(finding.audit.partnership_id)
    passages = operations.read_passages_of(finding, by=person)

    def make_form(data: Mapping[str, Any] | None, now: Finding) -> FindingForm:
        evidence = now.evidence.select_related("reference", "upload")
        return FindingForm(
            data,
            **_to_choose_from(finding.audit, finding.case, book),
            passages=passages,
            initial={
                "text": now.text,
                "agencies": [agency.slug for agency in now.agencies.all()],
                "themes": now.themes,
                "causes": now.causes,
                "answers": ", ".join(str(one.question.number) for one in now.answers.select_related("question")),
                "days": ", ".join(f"{day:%-d %B %Y}" for day in sorted({one.date for one in now.entries.only("date")})),
                "evidence": [one.row.public_id for one in evidence],
                "passages": marks_of(passages),
            },
        )

    def do(form: FindingForm, version: int | None) -> str:
        operations.change_finding(finding, **form.said(), version=version, by=person)
        return back

    context = {
        "heading": finding.get_heading_display(),
        "caption": f"{finding.audit.title}, {finding.case.label if finding.case else 'the whole audit'}",
        "back": back,
        "finding": finding,
        "elsewhere": [one.get_heading_display() for one in under_other_headings(finding)],
        "alike": [],
        "suggested": [],
    }
    if "look" in request.POST:
        return _looked(request, context, _column_of(finding), book, finding, passages)
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
        return page_of(finding.audit, finding.case)

    return do_once(request, do, saved="The finding has been withdrawn. It can be put back until the panel closes.")


@require_POST
@guarded(rules.may_change_finding, find_finding, writes=True)
def put_back_finding(request: HttpRequest, finding: Finding) -> HttpResponse:
    def do() -> str:
        operations.put_back_finding(finding, by=signed_in(request))
        return page_of(finding.audit, finding.case)

    return do_once(request, do, saved="The finding has been put back.")
