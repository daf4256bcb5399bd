from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.cases.models import Case, Involvement
from maca.cases.queries import find_case
from maca.chronology import as_pdf, as_table, as_word, operations, rules
from maca.chronology.choosing import EVERYTHING, Chosen, numbered
from maca.chronology.entries import Entry
from maca.chronology.events import CHOICES, event_called
from maca.chronology.forms import ChoosingForm, EntryForm, PatternsForm, PhrasesForm, TableForm, ThresholdsForm
from maca.chronology.models import Chronology, EntryFile, Thresholds
from maca.chronology.picture import Drawing, Span, picture_of
from maca.chronology.queries import (
    ENTRIES_ON_A_PAGE,
    Names,
    agencies_in,
    chronology_of,
    find_involvement,
    names_of,
    phrases_of,
    settings_of,
    thresholds_of,
    vocabulary_of,
    waiting_file,
)
from maca.chronology.shown import Shown
from maca.chronology.suggesting import usual_phrases
from maca.chronology.thresholds import settings_with
from maca.design.forms import Form
from maca.design.pages import do_once, form_page, guarded
from maca.kernel.verdict import Refused
from maca.partnership.queries import school_holidays_of
from maca.partnership.requests import signed_in

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS: dict[str, tuple[Callable[[list[Entry]], bytes], str]] = {
    "docx": (as_word.write, WORD),
    "pdf": (as_pdf.write, "application/pdf"),
    "xlsx": (as_table.as_xlsx, EXCEL),
    "csv": (as_table.as_csv, "text/csv; charset=utf-8"),
}
# A document that is read and printed. A table holds as many as there are.
MOST_IN_A_DOCUMENT = 5_000
UNREAD_SHOWN = 200


def _address(case: Case, page: str = "chronology", **more: Any) -> str:
    return reverse(page, kwargs={"audit": case.audit.slug, "case": case.number, **more})


def _number(request: HttpRequest) -> int:
    said = request.GET.get("page", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 1


def _pages(path: str, chosen: Mapping[str, str], number: int, pages: int) -> dict[str, Any]:
    """The links to the page before and the page after, for the pagination."""

    def to(other: int) -> dict[str, str]:
        return {"href": f"{path}?{urlencode({**chosen, 'page': other})}"}

    links = {}
    if number > 1:
        links["previous"] = to(number - 1)
    if number < pages:
        links["next"] = to(number + 1)
    return links


# ---- an agency's own entries


@guarded(rules.may_read_entries, find_involvement, writes=True)
def own(request: HttpRequest, involvement: Involvement) -> HttpResponse:
    """What an agency has given of a case: typed here, pasted or uploaded; looked at, and only then added."""
    person, case, agency = signed_in(request), involvement.case, involvement.agency
    here = _address(case, "own-chronology", agency=agency.slug)
    may_add = rules.may_add_entries(person, involvement)
    doing = request.POST.get("do", "") if request.method == "POST" else ""
    if request.method == "POST":
        may_add.insist()
    acts: dict[str, tuple[Callable[[], str], str]] = {
        "take": (lambda: _take(request, involvement, here), "The entries have been added."),
        "throw-away": (lambda: _throw_away(request, involvement, here), "It has been thrown away."),
        "remove": (lambda: _remove(request, involvement, here), "They have been taken back."),
        "suggestions": (lambda: _suggestions(request, involvement, here), "The events have been kept."),
    }
    if doing in acts:
        act, saved = acts[doing]
        return do_once(request, act, saved=saved)
    names = names_of(case.audit.partnership)
    whose = names.codes[agency.pk]
    given = operations.read_own_entries(involvement, number=_number(request), by=person)
    blank = {
        "typed": EntryForm(None, agencies=names.known, whose=whose, last=given.last),
        "table": TableForm(None, agencies=names.known, whose=whose),
    }

    def make_form(data: Mapping[str, Any] | None, _: Any) -> Form:
        if data is None:
            return blank["typed"]
        if doing == "table":
            return TableForm(data, request.FILES, agencies=names.known, whose=whose)
        return EntryForm(data, agencies=names.known, whose=whose)

    def do(form: Form, version: int | None) -> str:
        if isinstance(form, TableForm):
            operations.keep_file(involvement, form.content, name=form.name, source=form.source, by=person)
            return f"{here}#preview"
        assert isinstance(form, EntryForm)
        assert form.entry
        operations.add_entry(involvement, form.entry, by=person)
        return f"{here}#type"

    return form_page(
        request,
        "chronology/own.html",
        make_form,
        do=do,
        context={
            "case": case,
            "agency": agency,
            "back": _address(case, "return", agency=agency.slug),
            "blank": blank,
            "doing": doing,
            "given": given,
            "unread": given.reading.unread[:UNREAD_SHOWN] if given.reading else (),
            "may_add": may_add,
            "pages": _pages(here, {}, given.page.number, given.page.pages),
            "event_called": event_called,
            "suggest": vocabulary_of(case.audit.partnership).suggest,
            "events": CHOICES,
        },
        saved="It has been read. Look at it below." if doing == "table" else "The entry has been added.",
    )


def _file(request: HttpRequest, involvement: Involvement) -> EntryFile:
    """What was sent, as the page showed it. Raises `Refused` where somebody has sent another since, or taken it."""
    file = waiting_file(involvement.case, involvement.agency)
    if file is None or file.public_id != request.POST.get("file"):
        raise Refused(
            "another-file", "What you looked at is no longer here: a colleague took it, or sent another. Look again."
        )
    file.case, file.agency = involvement.case, involvement.agency
    return file


def _take(request: HttpRequest, involvement: Involvement, here: str) -> str:
    operations.take_file(_file(request, involvement), by=signed_in(request))
    return here


def _throw_away(request: HttpRequest, involvement: Involvement, here: str) -> str:
    operations.throw_file_away(_file(request, involvement), by=signed_in(request))
    return here


def _remove(request: HttpRequest, involvement: Involvement, here: str) -> str:
    operations.remove_entries(involvement, request.POST.getlist("entry"), by=signed_in(request))
    return here


def _suggestions(request: HttpRequest, involvement: Involvement, here: str) -> str:
    prefix = "event-"
    events = {
        name.removeprefix(prefix): str(event)
        for name, event in request.POST.items()
        if name.startswith(prefix) and event
    }
    operations.take_suggestions(involvement, events, by=signed_in(request))
    return here


# ---- the merged line


def _choosing(request: HttpRequest, case: Case) -> tuple[ChoosingForm, Chosen, dict[str, str]]:
    """The form by which entries are chosen, what it chooses, and that as it stands in an address."""
    asked = {name: value for name in ChoosingForm.base_fields if (value := request.GET.get(name, ""))}
    agencies = tuple((one.slug, one.name) for one in agencies_in(case))
    if not asked:
        return _nothing_chosen(agencies), EVERYTHING, asked
    form = ChoosingForm(asked, agencies=agencies)
    return form, form.chosen if form.is_valid() else EVERYTHING, asked


@lru_cache(maxsize=64)
def _nothing_chosen(agencies: tuple[tuple[str, str], ...]) -> ChoosingForm:
    """The form before anything is chosen: alike for everybody, and a fifth of the work of drawing a page."""
    return ChoosingForm({}, agencies=agencies)


def _fitting(names: Names, shown: Iterable[Shown]) -> list[Entry]:
    """Entries as they go into a file: with the name of the agency."""
    return [replace(one.entry, agency=names.of(one.entry.agency)) for one in shown]


@guarded(rules.may_read_chronology, find_case, writes=True)
def line(request: HttpRequest, case: Case) -> HttpResponse:
    """The merged line of a case, as a list, as a picture, or as the questions that its patterns ask."""
    view = request.GET.get("show", "")
    form, chosen, asked = _choosing(request, case)
    context: dict[str, Any] = {
        "case": case,
        "choosing": form,
        "asked": asked,
        "query": urlencode(asked),
        "here": _address(case),
        "back": _address(case, "report"),
        "show": view if view in ("picture", "patterns") else "list",
        "event_called": event_called,
    }
    if request.method == "POST" or view == "patterns":
        return _patterns(request, case, context)
    if view == "picture":
        return _picture(request, case, chosen, context)
    page = operations.read_line(case, chosen, number=_number(request), by=signed_in(request))
    context |= {"page": page, "pages": _pages(_address(case), asked, page.number, page.pages)}
    return render(request, "chronology/line.html", context, status=422 if form.errors else 200)


def _picture(request: HttpRequest, case: Case, chosen: Chosen, context: dict[str, Any]) -> HttpResponse:
    shown = operations.read_picture(case, chosen, by=signed_in(request))
    holidays = [Span(one.first_on, one.last_on, one.name) for one in school_holidays_of(case.audit.partnership)]
    picture = picture_of([one.entry for one in shown], holidays, settings_of(case.audit))
    context |= {
        "picture": picture,
        "drawing": Drawing(picture) if picture else None,
        "names": names_of(case.audit.partnership),
    }
    return render(request, "chronology/picture.html", context)


def _patterns(request: HttpRequest, case: Case, context: dict[str, Any]) -> HttpResponse:
    person = signed_in(request)
    chronology = chronology_of(case)
    context |= {
        "thresholds": thresholds_of(case.audit.partnership),
        "may_set": rules.may_set_up_chronologies(person),
    }
    if chronology is None:
        if request.method == "POST":
            raise Refused("no-entries", "No agency has given any entry of this case yet, so there is no pattern.")
        return render(request, "chronology/patterns.html", {**context, "prompts": []})
    may_decide = rules.may_decide_on_patterns(person, chronology)
    if request.method == "POST":
        may_decide.insist()

    def make_form(data: Mapping[str, Any] | None, now: Chronology) -> PatternsForm:
        return PatternsForm(data, here, first=first)

    def do(form: PatternsForm, version: int | None) -> str:
        operations.decide_on_patterns(chronology, form.decided(), version=version, by=person)
        return f"{_address(case)}?show=patterns&page={number}"

    prompts = operations.read_patterns(case, by=person)
    pages = numbered(len(prompts), most=ENTRIES_ON_A_PAGE)
    number = min(max(_number(request), 1), pages)
    first = (number - 1) * ENTRIES_ON_A_PAGE
    here = prompts[first : first + ENTRIES_ON_A_PAGE]
    return form_page(
        request,
        "chronology/patterns.html",
        make_form,
        do=do,
        thing=chronology,
        context={
            **context,
            "show": "patterns",
            "names": names_of(case.audit.partnership),
            "prompts": here,
            "count": len(prompts),
            "decided": sum(1 for one in prompts if one.decision),
            "first": first,
            "number": number,
            "pages": _pages(_address(case), {"show": "patterns"}, number, pages),
            "may_decide": may_decide,
        },
        saved="What you decided has been kept.",
    )


@guarded(rules.may_set_up_chronologies, writes=True)
def thresholds(request: HttpRequest) -> HttpResponse:
    """When the patterns of this partnership ask."""
    person = signed_in(request)

    def make_form(data: Mapping[str, Any] | None, now: Thresholds) -> ThresholdsForm:
        return ThresholdsForm(data, now=settings_with(now.changed))

    def do(form: ThresholdsForm, version: int | None) -> str:
        operations.set_thresholds(person.partnership, form.cleaned_data, version=version, by=person)
        return reverse("thresholds")

    return form_page(
        request,
        "chronology/thresholds.html",
        make_form,
        do=do,
        thing=thresholds_of(person.partnership),
        context={"heading": "When the patterns of a chronology ask", "back": reverse("people")},
        saved="What was set has been kept. The patterns ask by it from now on.",
    )


@guarded(rules.may_set_up_chronologies, writes=True)
def phrases(request: HttpRequest) -> HttpResponse:
    """The words by which this partnership tells of an event, besides those that come with the site."""
    person = signed_in(request)
    own = phrases_of(person.partnership)

    def do(form: PhrasesForm, version: int | None) -> str:
        operations.change_phrases(person.partnership, add=form.added(), take_out=form.taken_out(), by=person)
        return reverse("phrases")

    return form_page(
        request,
        "chronology/phrases.html",
        lambda data, _: PhrasesForm(data, phrases=own),
        do=do,
        context={
            "heading": "Words that suggest an event",
            "back": reverse("people"),
            "phrases": own,
            "usual": [(event_called(event), says) for event, says in usual_phrases().items()],
        },
        saved="The words have been changed.",
    )


@guarded(
    lambda person, found: rules.may_read_chronology(person, found[0]),
    lambda person, audit, case, kind: (find_case(person, audit, case), kind),
    step_up=True,
)
def copy(request: HttpRequest, found: tuple[Case, str]) -> HttpResponse:
    """The chosen entries of the line as a file."""
    case, kind = found
    if kind not in WRITERS:
        raise Http404
    form, chosen, _ = _choosing(request, case)
    if form.errors:
        raise Refused("not-chosen", "What was chosen cannot be read. Go back, and mend the boxes that say so.")
    most = MOST_IN_A_DOCUMENT if kind in ("docx", "pdf") else None
    shown = operations.copy_line(case, chosen, kind=kind, most=most, by=signed_in(request))
    entries = _fitting(names_of(case.audit.partnership), shown)
    write, content_type = WRITERS[kind]
    response = HttpResponse(write(entries), content_type=content_type)
    name = f"{case.audit.slug}-case-{case.number}-chronology.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
