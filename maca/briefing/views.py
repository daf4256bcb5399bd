from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.audits.stages import AuditStage
from maca.briefing import as_html, operations, rules
from maca.briefing.forms import FindingsForm, ProcessForm, SendBackForm, ThemeForm
from maca.briefing.models import READS_DRAFTS, Briefing
from maca.briefing.printing import FORMATS, SHEET_FORMATS, print_briefing, print_sheet
from maca.briefing.queries import find_briefing, find_draft_or_audit, find_left_out, left_out, reworded_since
from maca.briefing.queries import published as published_to
from maca.briefing.reading_age import reading_age
from maca.briefing.sheets import SHEETS
from maca.briefing.stages import BriefingStage
from maca.briefing.value import Heading
from maca.cases.queries import fetch_parts
from maca.design.pages import anyone_signed_in, do_once, form_page, guarded, version_sent
from maca.feedback.queries import what_the_check_lacks
from maca.panel.models import Finding
from maca.panel.queries import not_agreed
from maca.partnership.models import Person
from maca.partnership.requests import signed_in

T = TypeVar("T")


def _page(audit: Audit) -> str:
    return reverse("briefing", kwargs={"audit": audit.slug})


@guarded(anyone_signed_in)
def published(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "briefing/briefings.html",
        {"page": Paginator(published_to(signed_in(request)), 50).get_page(request.GET.get("page"))},
    )


@guarded(rules.may_see_briefing_page, find_draft_or_audit)
def briefing(request: HttpRequest, found: tuple[Audit, Briefing | None]) -> HttpResponse:
    audit, briefing = found
    person = signed_in(request)
    if briefing is None:
        return render(
            request,
            "briefing/not_drafted.html",
            {
                "audit": audit,
                "may_draft": rules.may_draft_briefing(person, audit),
                "lacks": what_the_check_lacks(audit) if audit.stage == AuditStage.PANEL_CLOSED else "",
            },
        )
    return render(
        request,
        "briefing/briefing.html",
        {
            "audit": audit,
            "briefing": briefing,
            "value": briefing.value,
            "body": as_html.write(briefing.value),
            "left_out": left_out(briefing) if person.holds(*READS_DRAFTS) else [],
            "not_agreed": _not_agreed(briefing, person) if person.holds(*READS_DRAFTS) else [],
            "reworded": _reworded(briefing, person) if person.holds(*READS_DRAFTS) else [],
            "lacks": "" if briefing.is_published else what_the_check_lacks(audit),
            "duplicates": len(briefing.value.duplicates()),
            "reading_age": reading_age(briefing.value),
            "may_edit": rules.may_edit_briefing(person, briefing),
            "may_send": rules.may_send_briefing(person, briefing),
            "may_take_back": rules.may_take_back_briefing(person, briefing),
            "may_approve": rules.may_approve_briefing(person, briefing),
            "may_publish": rules.may_publish_briefing(person, briefing),
            "waits_for_approval": briefing.stage == BriefingStage.SENT,
        },
    )


def _not_agreed(briefing: Briefing, person: Person) -> list[tuple[Finding, list[str]]]:
    """The findings of a draft with which agencies do not agree, for whoever has no conflict of interest in the case."""
    if briefing.is_published:
        return []
    return _open_to(person, not_agreed(briefing.audit))


def _reworded(briefing: Briefing, person: Person) -> list[tuple[Finding, str]]:
    """The findings of a draft that were reworded since, for whoever has no conflict of interest in the case."""
    return [] if briefing.is_published else _open_to(person, reworded_since(briefing))


def _open_to(person: Person, found: list[tuple[Finding, T]]) -> list[tuple[Finding, T]]:
    cases = {one.case_id: one.case for one, _ in found if one.case}
    fetch_parts(cases.values(), person)
    return [
        (one, more) for one, more in found if not one.case_id or rules.may_change_points(person, cases[one.case_id])
    ]


@guarded(rules.may_read_briefing, find_briefing)
def read(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    """The briefing alone, as a page to read or print."""
    return render(
        request,
        "briefing/read.html",
        {
            "briefing": briefing,
            "audit": briefing.audit,
            "value": briefing.value,
            "body": as_html.write(briefing.value),
        },
    )


@guarded(
    rules.may_read_briefing,
    lambda person, audit, format: (find_briefing(person, audit), format),
    # A draft that leaves the site is not screened yet.
    step_up=lambda found: not found[0].is_published,
)
def download(request: HttpRequest, found: tuple[Briefing, str]) -> HttpResponse:
    briefing, wanted = found
    if wanted not in FORMATS:
        raise Http404
    return _file(print_briefing(briefing, wanted), wanted, f"{briefing.audit.slug}-briefing")


@guarded(
    rules.may_read_briefing,
    lambda person, audit, sheet, format: (find_briefing(person, audit), sheet, format),
    # As of the briefing itself.
    step_up=lambda found: not found[0].is_published,
)
def download_sheet(request: HttpRequest, found: tuple[Briefing, str, str]) -> HttpResponse:
    """A sheet that is made of the briefing."""
    briefing, sheet, wanted = found
    if sheet not in SHEETS or wanted not in SHEET_FORMATS:
        raise Http404
    return _file(print_sheet(briefing, sheet, wanted), wanted, f"{briefing.audit.slug}-{sheet}")


def _file(content: bytes, wanted: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=FORMATS[wanted])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@guarded(rules.may_draft_briefing, find_audit, writes=True)
def draft(request: HttpRequest, audit: Audit) -> HttpResponse:
    def do() -> str:
        operations.draft_briefing(audit, by=signed_in(request))
        return _page(audit)

    return do_once(request, do, saved="The briefing has been drafted from the panel’s findings.")


@guarded(rules.may_edit_briefing, find_briefing, writes=True)
def edit_theme(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: ThemeForm, version: int | None) -> str:
        operations.edit_theme_and_cases(
            briefing, lines=form.cleaned_data["lines"], version=version, by=signed_in(request)
        )
        return _page(briefing.audit)

    return form_page(
        request,
        "briefing/edit.html",
        lambda data, now: ThemeForm(data, initial={"lines": now.value.theme_and_cases}),
        do=do,
        thing=briefing,
        context=_editing(briefing, "Theme / Cases"),
    )


@guarded(rules.may_edit_briefing, find_briefing, writes=True)
def edit_process(request: HttpRequest, briefing: Briefing) -> HttpResponse:

    def make_form(data: Mapping[str, Any] | None, now: Briefing) -> ProcessForm:
        return ProcessForm(data, value=now.value)

    def do(form: ProcessForm, version: int | None) -> str:
        operations.edit_process(briefing, lines=form.edited(), version=version, by=signed_in(request))
        return _page(briefing.audit)

    return form_page(
        request,
        "briefing/edit.html",
        make_form,
        do=do,
        thing=briefing,
        context=_editing(briefing, "The Process"),
    )


@guarded(
    rules.may_edit_part,
    lambda person, audit, heading: (find_briefing(person, audit), heading),
    writes=True,
)
def edit_findings(request: HttpRequest, found: tuple[Briefing, str]) -> HttpResponse:
    briefing, named = found
    if named not in list(Heading):
        raise Http404
    heading, person = Heading(named), signed_in(request)
    cases = list(briefing.audit.cases.all())
    fetch_parts(cases, person)
    closed = {case.label for case in cases if not rules.may_change_points(person, case)}
    disputed = {one.public_id: agencies for one, agencies in not_agreed(briefing.audit)}

    def make_form(data: Mapping[str, Any] | None, now: Briefing) -> FindingsForm:
        return FindingsForm(data, value=now.value, heading=heading, closed=closed, not_agreed=disputed)

    def do(form: FindingsForm, version: int | None) -> str:
        operations.edit_findings(briefing, heading, findings=form.edited(), version=version, by=signed_in(request))
        return _page(briefing.audit)

    title = next(one.text for one in briefing.value.headings if one.step.value == named)
    return form_page(
        request,
        "briefing/edit.html",
        make_form,
        do=do,
        thing=briefing,
        context=_editing(briefing, title, closed),
    )


def _editing(briefing: Briefing, heading: str, closed: Iterable[str] = ()) -> dict[str, Any]:
    return {"heading": heading, "audit": briefing.audit, "back": _page(briefing.audit), "closed": sorted(closed)}


def _act(
    request: HttpRequest, briefing: Briefing, operation: Callable[..., None], saved: str, *, versioned: bool
) -> HttpResponse:
    version = {"version": version_sent(request)} if versioned else {}

    def do() -> str:
        operation(briefing, **version, by=signed_in(request))
        return _page(briefing.audit)

    return do_once(request, do, saved=saved)


@require_POST
@guarded(rules.may_send_briefing, find_briefing, writes=True)
def send(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    return _act(
        request,
        briefing,
        operations.send_briefing,
        "The briefing has been sent for approval.",
        versioned=True,
    )


@require_POST
@guarded(rules.may_take_back_briefing, find_briefing, writes=True)
def take_back(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    return _act(request, briefing, operations.take_back_briefing, "The briefing is a draft again.", versioned=False)


@require_POST
@guarded(rules.may_approve_briefing, find_briefing, writes=True)
def approve(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    return _act(request, briefing, operations.approve_briefing, "You have approved the briefing.", versioned=True)


@guarded(rules.may_approve_briefing, find_briefing, writes=True)
def send_back(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: SendBackForm, version: int | None) -> str:
        operations.send_back_briefing(briefing, because=form.cleaned_data["because"], by=signed_in(request))
        return _page(briefing.audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: SendBackForm(data),
        do=do,
        context={
            "heading": "Send the briefing back",
            "caption": briefing.audit.title,
            "button_text": "Send it back",
            "back": _page(briefing.audit),
        },
        saved="The briefing has been sent back to its author.",
    )


@require_POST
@guarded(rules.may_publish_briefing, find_briefing, writes=True, step_up=True)
def publish(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    return _act(request, briefing, operations.publish_briefing, "The briefing has been published.", versioned=False)


@require_POST
@guarded(rules.may_edit_left_out, find_left_out, writes=True)
def put_back(request: HttpRequest, found: tuple[Briefing, Finding]) -> HttpResponse:
    briefing, finding = found

    def do() -> str:
        operations.put_back_into_briefing(briefing, finding, version=version_sent(request), by=signed_in(request))
        return _page(briefing.audit)

    return do_once(request, do, saved="The finding is in the briefing again.")
