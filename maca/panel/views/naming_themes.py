from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.audits.stages import AuditStage
from maca.cases.queries import cases_of, fetch_parts
from maca.design.pages import do_once, form_page, guarded
from maca.panel import operations, rules
from maca.panel.forms import NamedThemeForm, ThemeForm
from maca.panel.models import NamedTheme, ThemeTag
from maca.panel.queries import (
    ThemeAcross,
    codebook_of,
    destroyed_with,
    find_named_theme,
    find_theme_tag,
    hearings_of,
    themes_of,
)
from maca.panel.related import suggesting_words
from maca.partnership.models import Person
from maca.partnership.requests import signed_in


@guarded(rules.may_see_panel_page, find_audit)
def panel_themes(request: HttpRequest, audit: Audit) -> HttpResponse:
    """Which themes stand in the findings of which cases, and why it happened: each case counts once."""
    person = signed_in(request)
    themes = themes_of(audit, _heard_by(person, audit))
    return render(
        request,
        "panel/themes.html",
        {
            "audit": audit,
            "themes": themes,
            "destroyed": destroyed_with({finding for one in themes for finding in one.findings}),
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
