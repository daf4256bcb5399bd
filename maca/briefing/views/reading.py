"""The briefing and what is made of it, to read and to take away."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from markupsafe import Markup

from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.briefing import as_html, operations, rules
from maca.briefing.forms import SearchForm
from maca.briefing.models import READS_DRAFTS, Briefing, PublishedFile
from maca.briefing.printing import FORMATS, SHEET_FORMATS, overview_in, print_briefing, print_overview, print_sheet
from maca.briefing.queries import (
    digests,
    find_briefing,
    find_draft_or_audit,
    find_overview,
    find_public_page,
    kept_file,
    left_out,
    readers_of,
    reworded_since,
    was_opened_lately,
)
from maca.briefing.queries import published as published_to
from maca.briefing.reading_age import reading_age
from maca.briefing.sheets import SHEETS
from maca.briefing.stages import BriefingStage
from maca.cases.queries import fetch_parts
from maca.design import dates
from maca.design.middleware import KeptPage
from maca.design.pages import anyone_signed_in, guarded, open_to_all, unattended
from maca.feedback.queries import what_the_check_lacks
from maca.panel.models import Finding
from maca.panel.queries import not_agreed
from maca.partnership.models import Person
from maca.partnership.requests import signed_in

T = TypeVar("T")


def page_of(audit: Audit) -> str:
    return reverse("briefing", kwargs={"audit": audit.slug})


@guarded(anyone_signed_in)
def published(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = published_to(signed_in(request), words)
    return render(
        request,
        "briefing/briefings.html",
        {
            "form": form,
            "words": words,
            "onward": "?" + urlencode({"q": words, "page": ""} if words else {"page": ""}),
            "page": Paginator(found, 50).get_page(request.GET.get("page")),
        },
        status=422 if form.errors else 200,
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
    if briefing.is_withdrawn:
        return _tombstone(request, briefing)
    sees_readers = briefing.is_published and rules.may_see_who_opened(person, briefing)
    return render(
        request,
        "briefing/briefing.html",
        {
            "audit": audit,
            "briefing": briefing,
            "value": briefing.value,
            "body": _steps(request, briefing),
            "digests": (known_by := digests(briefing)),
            "has_overview": not briefing.was_published or overview_in("html") in known_by,
            "readers": readers_of(briefing) if sees_readers else [],
            "sees_readers": sees_readers,
            "may_set_embargo": rules.may_set_embargo(person, briefing),
            "may_set_public_page": rules.may_set_public_page(person, briefing),
            "may_withdraw": rules.may_withdraw_briefing(person, briefing),
            "public_address": public_address_of(request, briefing),
            "left_out": left_out(briefing) if person.holds(*READS_DRAFTS) else [],
            "not_agreed": _not_agreed(briefing, person) if person.holds(*READS_DRAFTS) else [],
            "reworded": _reworded(briefing, person) if person.holds(*READS_DRAFTS) else [],
            "lacks": "" if briefing.is_published else what_the_check_lacks(audit),
            "duplicates": len(briefing.value.duplicates()),
            "reading_age": reading_age(briefing.value),
            "may_edit": rules.may_edit_briefing(person, briefing),
            "may_send": rules.may_send_briefing(person, briefing),
            "may_see_versions": rules.may_read_draft(person, briefing),
            "may_see_screening": rules.may_see_screening(person, briefing),
            "may_take_back": rules.may_take_back_briefing(person, briefing),
            "may_approve": rules.may_approve_briefing(person, briefing),
            "may_publish": rules.may_publish_briefing(person, briefing),
            "waits_for_approval": briefing.stage == BriefingStage.SENT,
        },
    )


def _tombstone(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    """What stands in the place of a briefing that was withdrawn."""
    person = signed_in(request)
    sees_readers = rules.may_see_who_opened(person, briefing)
    return render(
        request,
        "briefing/tombstone.html",
        {
            "audit": briefing.audit,
            "briefing": briefing,
            "may_open": rules.may_open_briefing(person, briefing),
            "digests": digests(briefing),
            "sees_readers": sees_readers,
            "readers": readers_of(briefing) if sees_readers else [],
        },
    )


def _steps(request: HttpRequest, briefing: Briefing) -> Markup:
    """The six steps as a part of a page: those of what was published are the kept ones, and the reading on record."""
    if not briefing.was_published:
        return as_html.write(briefing.value)
    return as_html.steps_of(bytes(_kept(request, briefing, "html").content).decode())


def _kept(request: HttpRequest, briefing: Briefing, wanted: str) -> PublishedFile:
    """One form of what was published, for whoever asks, once that is on record."""
    person = signed_in(request)
    if not was_opened_lately(briefing, wanted, person):
        operations.note_opened(briefing, wanted, by=person)
    return kept_file(briefing, wanted)


def public_address_of(request: HttpRequest, briefing: Briefing) -> str:
    if not (briefing.is_public and briefing.audit.partnership.public_briefings):
        return ""
    address = {"partnership": briefing.audit.partnership.public_id, "briefing": briefing.public_id}
    return request.build_absolute_uri(reverse("public-briefing", kwargs=address))


def _not_agreed(briefing: Briefing, person: Person) -> list[tuple[Finding, list[str]]]:
    """The findings of a draft with which agencies do not agree, for whoever has no conflict of interest in the case."""
    if briefing.was_published:
        return []
    return _open_to(person, not_agreed(briefing.audit))


def _reworded(briefing: Briefing, person: Person) -> list[tuple[Finding, str]]:
    """The findings of a draft that were reworded since, for whoever has no conflict of interest in the case."""
    return [] if briefing.was_published else _open_to(person, reworded_since(briefing))


def _open_to(person: Person, found: list[tuple[Finding, T]]) -> list[tuple[Finding, T]]:
    cases = {one.case_id: one.case for one, _ in found if one.case}
    fetch_parts(cases.values(), person)
    return [
        (one, more) for one, more in found if not one.case_id or rules.may_change_points(person, cases[one.case_id])
    ]


@guarded(rules.may_read_briefing, find_briefing)
def read(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    """The briefing alone, as a page to read or print."""
    if not rules.may_open_briefing(signed_in(request), briefing):
        return _tombstone(request, briefing)
    return render(
        request,
        "briefing/read.html",
        {
            "briefing": briefing,
            "audit": briefing.audit,
            "value": briefing.value,
            "body": _steps(request, briefing),
            "digests": (known_by := digests(briefing)),
            "has_overview": not briefing.was_published or overview_in("html") in known_by,
        },
    )


@guarded(
    rules.may_open_briefing,
    lambda person, audit, format: (find_briefing(person, audit), format),
    # What leaves the site here is not for everybody: a draft, or what is held back or withdrawn.
    step_up=lambda found: not (found[0].is_published and found[0].has_reached_readers),
)
def download(request: HttpRequest, found: tuple[Briefing, str]) -> HttpResponse:
    briefing, wanted = found
    if wanted not in FORMATS:
        raise Http404
    if briefing.was_published:
        file = _kept(request, briefing, wanted)
        response = _file(bytes(file.content), wanted, _file_name(briefing, "briefing"))
        response.headers["ETag"] = f'"{file.sha256}"'
        return response
    return _file(print_briefing(briefing, wanted), wanted, _file_name(briefing, "briefing"))


@guarded(
    rules.may_open_briefing,
    lambda person, audit, sheet, format: (find_briefing(person, audit), sheet, format),
    # As of the briefing itself.
    step_up=lambda found: not (found[0].is_published and found[0].has_reached_readers),
)
def download_sheet(request: HttpRequest, found: tuple[Briefing, str, str]) -> HttpResponse:
    """A sheet that is made of the briefing."""
    briefing, sheet, wanted = found
    if sheet not in SHEETS or wanted not in SHEET_FORMATS:
        raise Http404
    if briefing.was_published and not was_opened_lately(briefing, sheet, person := signed_in(request)):
        operations.note_opened(briefing, sheet, by=person)
    return _file(print_sheet(briefing, sheet, wanted), wanted, _file_name(briefing, sheet))


@guarded(rules.may_open_briefing, find_overview)
def overview_report(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    page = _overview(request, briefing, "html").decode()
    return render(
        request,
        "briefing/overview.html",
        {"briefing": briefing, "audit": briefing.audit, "value": briefing.value, "body": as_html.paper_of(page)},
    )


@guarded(
    rules.may_open_briefing,
    lambda person, audit, format: (find_overview(person, audit), format),
    # As of the briefing itself.
    step_up=lambda found: not (found[0].is_published and found[0].has_reached_readers),
)
def download_overview(request: HttpRequest, found: tuple[Briefing, str]) -> HttpResponse:
    briefing, wanted = found
    if wanted not in SHEET_FORMATS:
        raise Http404
    return _file(_overview(request, briefing, wanted), wanted, _file_name(briefing, "overview"))


def _overview(request: HttpRequest, briefing: Briefing, wanted: str) -> bytes:
    """One form of the overview report: as it was kept, or of a draft made anew."""
    if briefing.was_published:
        return bytes(_kept(request, briefing, overview_in(wanted)).content)
    counts = operations.read_overview(briefing, by=signed_in(request))
    return print_overview(briefing, counts, wanted)


def _file_name(briefing: Briefing, what: str) -> str:
    # As it is called in the briefing: the audit may be called what screening took out.
    return f"{slugify(briefing.value.title)}-{what}{'-withdrawn' if briefing.is_withdrawn else ''}"


def _file(content: bytes, wanted: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=FORMATS[wanted])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@unattended
@open_to_all("What the partnership has put on a public page is read by anybody.")
@require_safe
def public_page(request: HttpRequest, partnership: str, briefing: str) -> HttpResponse:
    """What was published, as it was kept, with no way into the site; or that it was withdrawn."""
    try:
        found, file = find_public_page(partnership, briefing)
    except ObjectDoesNotExist as nothing:
        raise Http404 from nothing
    if not found.is_withdrawn:
        page = bytes(file.content)
        return KeptPage(page, style=as_html.style_of(page.decode()), headers={"ETag": f'"{file.sha256}"'})
    tombstone = as_html.write_tombstone(
        found.value.title,
        [
            "This briefing has been withdrawn.",
            *([f"Published on {dates.date(found.published_at)}."] if found.published_at else []),
            f"Withdrawn on {dates.date(found.withdrawn_at)}. {found.get_withdrawn_because_display()}.",
        ],
    )
    return KeptPage(tombstone, style=as_html.style_of(tombstone), status=410)
