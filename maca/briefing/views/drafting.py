"""A draft is made, edited and compared with its earlier versions."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.briefing import as_html, operations, rules
from maca.briefing.forms import FindingsForm, ProcessForm, ThemeForm
from maca.briefing.models import Briefing, DraftVersion
from maca.briefing.queries import find_briefing, find_draft_version, find_draft_versions, find_left_out, version_against
from maca.briefing.value import Heading
from maca.briefing.versions import changed
from maca.briefing.views.reading import page_of
from maca.design.pages import do_once, form_page, guarded, version_sent
from maca.panel.models import Finding
from maca.panel.queries import not_agreed
from maca.partnership.requests import signed_in


@require_POST
@guarded(rules.may_draft_briefing, find_audit, writes=True)
def draft(request: HttpRequest, audit: Audit) -> HttpResponse:
    def do() -> str:
        operations.draft_briefing(audit, by=signed_in(request))
        return page_of(audit)

    return do_once(request, do, saved="The briefing has been drafted from the panel’s findings.")


@guarded(rules.may_edit_briefing, find_briefing, writes=True)
def edit_theme(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: ThemeForm, version: int | None) -> str:
        operations.edit_theme_and_cases(
            briefing, lines=form.cleaned_data["lines"], version=version, by=signed_in(request)
        )
        return page_of(briefing.audit)

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
        return page_of(briefing.audit)

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
    closed = rules.closed_findings(briefing, person)
    disputed = {one.public_id: agencies for one, agencies in not_agreed(briefing.audit)}

    def make_form(data: Mapping[str, Any] | None, now: Briefing) -> FindingsForm:
        return FindingsForm(data, value=now.value, heading=heading, closed=closed, not_agreed=disputed)

    def do(form: FindingsForm, version: int | None) -> str:
        operations.edit_findings(briefing, heading, findings=form.edited(), version=version, by=signed_in(request))
        return page_of(briefing.audit)

    title = next(one.text for one in briefing.value.headings if one.step.value == named)
    return form_page(
        request,
        "briefing/edit.html",
        make_form,
        do=do,
        thing=briefing,
        context=_editing(briefing, title, {case.label for case in closed.values()}),
    )


def _editing(briefing: Briefing, heading: str, closed: Iterable[str] = ()) -> dict[str, Any]:
    return {"heading": heading, "audit": briefing.audit, "back": page_of(briefing.audit), "closed": sorted(closed)}


@require_POST
@guarded(rules.may_edit_left_out, find_left_out, writes=True)
def put_back(request: HttpRequest, found: tuple[Briefing, Finding]) -> HttpResponse:
    briefing, finding = found

    def do() -> str:
        operations.put_back_into_briefing(briefing, finding, version=version_sent(request), by=signed_in(request))
        return page_of(briefing.audit)

    return do_once(request, do, saved="The finding is in the briefing again.")


@guarded(rules.may_read_draft, find_draft_versions)
def draft_versions(request: HttpRequest, found: tuple[Briefing, list[DraftVersion]]) -> HttpResponse:
    briefing, versions = found
    page = Paginator(versions, 50).get_page(request.GET.get("page"))
    return render(
        request, "briefing/draft_versions.html", {"audit": briefing.audit, "briefing": briefing, "page": page}
    )


@guarded(rules.may_read_draft, find_draft_version)
def draft_version(request: HttpRequest, found: tuple[Briefing, DraftVersion]) -> HttpResponse:
    """One version of a draft against another, word by word."""
    briefing, version = found
    asked = request.GET.get("against", "").strip()
    other = version_against(version, asked)
    before, now = (version, other) if other and other.number > version.number else (other, version)
    return render(
        request,
        "briefing/draft_version.html",
        {
            "audit": briefing.audit,
            "before": before,
            "now": now,
            "no_such": asked if other is None or asked != str(other.number) else "",
            "sections": changed(before.value, now.value) if before else [],
            "body": as_html.write(now.value),
        },
    )
