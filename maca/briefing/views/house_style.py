"""What a partnership prints on its papers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.briefing import operations, rules
from maca.briefing.forms import HouseStyleForm, LetterheadForm, WordFileForm
from maca.briefing.queries import house_style_of
from maca.design.pages import form_page, guarded
from maca.partnership.requests import signed_in

SAVED = "The house style has been saved."


@guarded(rules.may_set_house_style, writes=True)
def house_style(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    style = house_style_of(person.partnership)

    def do(form: HouseStyleForm, version: int | None) -> str:
        operations.set_house_style(
            person.partnership,
            footer=form.cleaned_data["footer"],
            logo=form.cleaned_data["logo"],
            without_logo=form.says(form.WITHOUT_LOGO),
            without_look=form.says(form.WITHOUT_LOOK),
            kept=form.says(form.KEPT),
            version=version,
            by=person,
        )
        return reverse("people")

    return form_page(
        request,
        "briefing/house_style.html",
        lambda data, there: HouseStyleForm(
            data,
            request.FILES if data is not None else None,
            style=there,
            initial={"footer": there.footer},
        ),
        do=do,
        thing=style,
        context={
            "heading": "House style",
            "back": reverse("people"),
            "style": style,
            "colour": person.partnership.colour,
        },
        saved=SAVED,
    )


@guarded(rules.may_set_house_style)
def house_logo(request: HttpRequest) -> HttpResponse:
    style = house_style_of(signed_in(request).partnership)
    if not style.logo:
        raise Http404
    return HttpResponse(bytes(style.logo), content_type="image/jpeg")


@guarded(rules.may_set_house_style, writes=True)
def word_styles(request: HttpRequest) -> HttpResponse:
    """First a Word file is read and what came of it is shown; then that is sent back and kept."""
    person = signed_in(request)
    style = house_style_of(person.partnership)
    context = {
        "heading": "Styles of a Word file",
        "back": reverse("house-style"),
        "style": style,
        "colour": person.partnership.colour,
    }
    if "styles" not in request.POST:
        return _read(request, context)

    def do(form: LetterheadForm, version: int | None) -> str:
        operations.set_house_style(
            person.partnership,
            footer=form.cleaned_data["footer"],
            logo=form.wanted_logo,
            look=form.cleaned_data["styles"],
            kept=form.says(form.KEPT),
            version=version,
            by=person,
        )
        return reverse("house-style")

    return form_page(
        request,
        "briefing/letterhead.html",
        lambda data, there: LetterheadForm(data, style=there, initial={"footer": there.footer}),
        do=do,
        context=context,
        thing=style,
        saved=SAVED,
    )


def _read(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    sent = request.method == "POST"
    upload = WordFileForm(request.POST, request.FILES) if sent else WordFileForm()
    if not sent or not upload.is_valid():
        button = {"form": upload, "version": None, "button_text": "Read the file"}
        return render(request, "briefing/word_file.html", context | button, status=422 if sent else 200)
    read = upload.cleaned_data["file"]
    there = context["style"]
    form = LetterheadForm(None, read=read, style=there, initial={"footer": read.footer or there.footer})
    return render(request, "briefing/letterhead.html", context | {"form": form, "version": there.version})
