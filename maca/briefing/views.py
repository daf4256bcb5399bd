from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe
from markupsafe import Markup

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.audits.stages import AuditStage
from maca.briefing import as_html, operations, rules
from maca.briefing.deciding import SEVERAL_AT_ONCE, Hit
from maca.briefing.forms import (
    DecideForm,
    EmbargoForm,
    FindingsForm,
    KeepWordsForm,
    ProcessForm,
    PublicPageForm,
    PublishForm,
    SearchForm,
    SendBackForm,
    ThemeForm,
    WithdrawForm,
)
from maca.briefing.models import (
    READS_DRAFTS,
    Briefing,
    Decision,
    DraftVersion,
    PublishedFile,
    WithdrawnBecause,
)
from maca.briefing.printing import (
    FORMATS,
    SHEET_FORMATS,
    overview_in,
    print_briefing,
    print_overview,
    print_sheet,
)
from maca.briefing.queries import (
    decisions_on,
    digests,
    find_briefing,
    find_draft_or_audit,
    find_draft_version,
    find_draft_versions,
    find_left_out,
    find_overview,
    find_public_page,
    kept_file,
    left_out,
    readers_of,
    reworded_since,
    version_against,
    was_opened_lately,
)
from maca.briefing.queries import published as published_to
from maca.briefing.reading_age import reading_age
from maca.briefing.screening.combinations import called
from maca.briefing.screening.identity import SEALED
from maca.briefing.sheets import SHEETS
from maca.briefing.stages import BriefingStage
from maca.briefing.value import Heading
from maca.briefing.versions import changed
from maca.cases.queries import fetch_parts
from maca.design import dates
from maca.design.middleware import KeptPage
from maca.design.pages import (
    anyone_signed_in,
    do_once,
    form_page,
    guarded,
    open_to_all,
    unattended,
    version_sent,
)
from maca.feedback.queries import what_the_check_lacks
from maca.kernel.verdict import Refused
from maca.panel.models import Finding
from maca.panel.queries import not_agreed
from maca.partnership.models import Person
from maca.partnership.requests import signed_in

T = TypeVar("T")


def _page(audit: Audit) -> str:
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
            "public_address": _public_address(request, briefing),
            "left_out": left_out(briefing) if person.holds(*READS_DRAFTS) else [],
            "not_agreed": _not_agreed(briefing, person) if person.holds(*READS_DRAFTS) else [],
            "reworded": _reworded(briefing, person) if person.holds(*READS_DRAFTS) else [],
            "lacks": "" if briefing.is_published else what_the_check_lacks(audit),
            "duplicates": len(briefing.value.duplicates()),
            "reading_age": reading_age(briefing.value),
            "may_edit": rules.may_edit_briefing(person, briefing),
            "may_send": rules.may_send_briefing(person, briefing),
            "may_see_versions": rules.may_see_draft_versions(person, (briefing, None)),
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


def _public_address(request: HttpRequest, briefing: Briefing) -> str:
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
    closed = rules.closed_findings(briefing, person)
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
        context=_editing(briefing, title, {case.label for case in closed.values()}),
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
@guarded(rules.may_approve_briefing, find_briefing, writes=True, step_up=True)
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


@guarded(rules.may_publish_briefing, find_briefing, writes=True, step_up=True)
def publish(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def make_form(data: Mapping[str, Any] | None, _: object) -> PublishForm:
        return PublishForm(
            data,
            initial=PublishForm.as_it_is(briefing),
            public_pages=briefing.audit.partnership.public_briefings,
        )

    def do(form: PublishForm, version: int | None) -> str:
        operations.publish_briefing(
            briefing,
            embargo_until=form.cleaned_data["embargo_until"],
            is_public=form.is_public(),
            by=signed_in(request),
        )
        return _page(briefing.audit)

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        context={
            "heading": "Publish the briefing",
            "caption": briefing.audit.title,
            "introduction": "Everybody in the partnership who signs in can read it, at once or after an embargo. "
            "What is published never changes.",
            "button_text": "Publish the briefing",
            "back": _page(briefing.audit),
        },
        saved="The briefing has been published.",
    )


@require_POST
@guarded(rules.may_edit_left_out, find_left_out, writes=True)
def put_back(request: HttpRequest, found: tuple[Briefing, Finding]) -> HttpResponse:
    briefing, finding = found

    def do() -> str:
        operations.put_back_into_briefing(briefing, finding, version=version_sent(request), by=signed_in(request))
        return _page(briefing.audit)

    return do_once(request, do, saved="The finding is in the briefing again.")


@guarded(rules.may_see_draft_versions, find_draft_versions)
def draft_versions(request: HttpRequest, found: tuple[Briefing, list[DraftVersion]]) -> HttpResponse:
    briefing, versions = found
    page = Paginator(versions, 50).get_page(request.GET.get("page"))
    return render(
        request, "briefing/draft_versions.html", {"audit": briefing.audit, "briefing": briefing, "page": page}
    )


@guarded(rules.may_see_draft_versions, find_draft_version)
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


def _screening_page(audit: Audit) -> str:
    return reverse("screening", kwargs={"audit": audit.slug})


@guarded(rules.may_see_screening, find_briefing)
def screening(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    found = operations.read_screening(briefing, by=signed_in(request))
    return render(request, "briefing/screening.html", _what_was_found(request, briefing, found))


def _what_was_found(request: HttpRequest, briefing: Briefing, found: list[Hit]) -> dict[str, Any]:
    may_decide = rules.may_decide_on_hit(signed_in(request), briefing)
    # Whoever has a conflict of interest in a case is not told what is sealed with it.
    closed = rules.closed_findings(briefing, signed_in(request))
    shown = [one for one in found if one.kind != SEALED or one.open_stands(closed)]
    undecided = [one for one in shown if one.undecided]
    words = [one for one in undecided if one.kind in SEVERAL_AT_ONCE and one.open_stands(closed)]
    decisions = decisions_on(briefing)
    why = {one.found: one for one in decisions if one.is_kept}
    return {
        "audit": briefing.audit,
        "briefing": briefing,
        "may_decide": may_decide,
        "hits": [(one, bool(one.open_stands(closed))) for one in undecided],
        "for_others": sum(bool(one.undecided) for one in found) - len(undecided),
        "kept": [(one, why[one.public_id], bool(one.open_stands(closed))) for one in shown if not one.undecided],
        "changed": [(called(one.kind), one) for one in decisions if not one.is_kept],
        "words_form": KeepWordsForm(None, hits=words) if may_decide and len(words) > 1 else None,
    }


@require_POST
@guarded(rules.may_decide_on_hit, find_briefing, writes=True)
def keep_words(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    person, version, chosen = signed_in(request), version_sent(request), request.POST.getlist("words")
    if not chosen:
        messages.warning(request, "Tick at least one word that tells of no family.")
        return redirect(_screening_page(briefing.audit))

    def do() -> str:
        operations.keep_words(briefing, chosen, version=version, by=person)
        return _screening_page(briefing.audit)

    return do_once(request, do, saved="These words are kept.")


@guarded(rules.may_decide_on_hit, lambda person, audit, hit: (find_briefing(person, audit), hit), writes=True)
def decide_on_hit(request: HttpRequest, address: tuple[Briefing, str]) -> HttpResponse:
    briefing, public_id = address
    person = signed_in(request)
    if (hit := operations.read_hit(briefing, public_id, by=person)) is None:
        # A colleague has taken the words out meanwhile: what was typed here is shown again.
        if request.method == "POST" and version_sent(request) != briefing.version:
            raise Refused("gone", "These words are no longer in the briefing, so there is nothing to decide.")
        raise Http404
    closed = rules.closed_findings(briefing, person)
    if not (stands := hit.open_stands(closed)):
        raise Http404

    def do(form: DecideForm, version: int | None) -> str:
        chosen = form.cleaned_data["decision"]
        operations.decide_on_hit(
            briefing,
            public_id,
            decision=Decision(chosen),
            reason=form.why(),
            because=form.cleaned_data["because"],
            words=form.words(),
            version=version,
            by=person,
        )
        return _screening_page(briefing.audit)

    return form_page(
        request,
        "briefing/decide.html",
        lambda data, now: DecideForm(data, hit=hit, stands=stands),
        do=do,
        thing=briefing,
        context={
            "heading": f"“{hit.phrase}”",
            "caption": hit.called[0].upper() + hit.called[1:],
            "audit": briefing.audit,
            "hit": hit,
            "stands": stands,
            "back": _screening_page(briefing.audit),
            "closed": sorted({closed[ref].label for one in hit.stands if (ref := one.point.ref) in closed}),
            "button_text": "Decide",
        },
        saved="Decided",
        said_at={"still-there": "decision", "has-to-stay": "decision", "no-case": "decision", "no-reason": "decision"},
    )


@guarded(rules.may_set_embargo, find_briefing, writes=True, step_up=True)
def embargo(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: EmbargoForm, version: int | None) -> str:
        operations.set_embargo(
            briefing, embargo_until=form.cleaned_data["embargo_until"], version=version, by=signed_in(request)
        )
        return _page(briefing.audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, now: EmbargoForm(data, initial=EmbargoForm.as_it_is(now)),
        do=do,
        thing=briefing,
        context={
            "heading": "Hold the briefing back",
            "caption": briefing.audit.title,
            "introduction": "Until the embargo ends, nobody is shown the briefing but those who read drafts. Others "
            "are told that it has not been published yet.",
            "back": _page(briefing.audit),
        },
        saved="The embargo has been set as you see it here.",
    )


@guarded(rules.may_set_public_page, find_briefing, writes=True, step_up=True)
def public_page_switch(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: PublicPageForm, version: int | None) -> str:
        operations.set_public_page(briefing, is_public=form.cleaned_data["public"], by=signed_in(request))
        return _page(briefing.audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: PublicPageForm(data, initial={"public": briefing.is_public}),
        do=do,
        context={"heading": "The public page", "caption": briefing.audit.title, "back": _page(briefing.audit)},
    )


@guarded(rules.may_withdraw_briefing, find_briefing, writes=True, step_up=True)
def withdraw(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: WithdrawForm, version: int | None) -> str:
        operations.withdraw_briefing(
            briefing,
            because=WithdrawnBecause(form.cleaned_data["because"]),
            note=form.cleaned_data["note"],
            by=signed_in(request),
        )
        return _page(briefing.audit)

    return form_page(
        request,
        "briefing/withdraw.html",
        lambda data, _: WithdrawForm(data),
        do=do,
        context={
            "heading": "Withdraw the briefing",
            "caption": briefing.audit.title,
            "button_text": "Withdraw it for good",
            "back": _page(briefing.audit),
            "readers": readers_of(briefing),
            "public_address": _public_address(request, briefing),
        },
        saved="The briefing has been withdrawn.",
    )


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
