"""What a partnership prints on its papers."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from maca.briefing import operations, rules
from maca.briefing.forms import HouseStyleForm
from maca.briefing.queries import house_style_of
from maca.design.pages import form_page, guarded
from maca.partnership.requests import signed_in


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
            kept=form.says(form.KEPT),
            by=person,
        )
        return reverse("people")

    return form_page(
        request,
        "briefing/house_style.html",
        lambda data, _: HouseStyleForm(
            data,
            request.FILES if data is not None else None,
            has_logo=bool(style and style.logo),
            initial={"footer": style.footer if style else ""},
        ),
        do=do,
        context={"heading": "House style", "back": reverse("people"), "style": style},
        saved="The house style has been saved.",
    )
