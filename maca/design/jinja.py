"""The one Jinja environment: our pages are strict, and the GOV.UK macros as lenient as they need."""

import re
import secrets
from collections.abc import MutableMapping
from typing import Any

from django.forms import BaseForm
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import (
    ChainableUndefined,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup, escape

from maca.design import dates
from maca.design.forms import problems
from maca.kernel.text import TURNS, name_of, short_name

MACROS = "govuk_frontend_jinja/"


class Pages(Environment):
    """Our templates, where an unknown name is an error; the GOV.UK macros have their own environment.

    The macros ask for parameters that nobody gave (`params.legend.html`), which only a chainable
    undefined can answer. In a page of ours the same leniency would print nothing where a word should be.
    """

    macros: Environment

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        if isinstance(name, str) and name.startswith(MACROS):
            return self.macros.get_template(name)
        return super().get_template(name, parent, globals)


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page by its name: `url("audit", slug="neglect-2")`."""
    return reverse(name, args=args, kwargs=kwargs)


@pass_context
def form_keys(context: Context, version: int | None = None) -> Markup:
    """What every form carries: the forgery token, a key used once, and the version it was opened at."""
    if not context.get("csrf_input"):
        raise LookupError("form_keys needs the request: render with it, and import the macro “with context”.")
    fields = [Markup("{}").format(context["csrf_input"]), _hidden("once", secrets.token_hex(16))]
    if version is not None:
        fields.append(_hidden("version", version))
    return Markup("\n").join(fields)


def _hidden(name: str, value: object) -> Markup:
    """One hidden value of a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


def plural(count: int, one: str, many: str | None = None) -> str:
    """“1 case”, “1,204 cases”."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def shown(text: object) -> Markup:
    """What a person wrote, escaped, with whatever would turn its letters round shown in its place, and not at work."""
    return Markup(TURNS.sub(_turn, escape(text)))  # noqa: S704 - it is escaped, and what is put in is ours


def _turn(found: re.Match[str]) -> str:
    """A character that turns the direction, as one sees it and as it is read out."""
    return (
        f'<span class="maca-control"><span aria-hidden="true">⟨{short_name(found[0])}⟩</span>'
        f'<span class="govuk-visually-hidden">({name_of(found[0])})</span></span>'
    )


def lines(text: object) -> Markup:
    """What a person wrote, escaped, with its line breaks."""
    return Markup("<br>\n").join(shown(text).splitlines())


def environment(**options: Any) -> Pages:
    """The environment that `settings.TEMPLATES` names."""
    options |= {
        "undefined": StrictUndefined,
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    pages = Pages(**options)
    pages.macros = Environment(
        loader=PrefixLoader({MACROS.rstrip("/"): PackageLoader("govuk_frontend_jinja")}),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=pages.auto_reload,
    )
    # A template that knows less than the one that imports it would be run anew for every import.
    pages.macros.globals = pages.globals

    def error_summary(form: BaseForm) -> Markup:
        """What is wrong with a form, each with a link to where it can be put right."""
        drawn: Markup = vars(pages.get_template("design/parts.html").module)["error_summary"](form)
        return drawn

    pages.globals.update(static=static, url=url, form_keys=form_keys, problems=problems, error_summary=error_summary)
    pages.filters.update(
        date=dates.date,
        shortdate=dates.shortdate,
        datetime=dates.datetime,
        time=dates.time,
        plural=plural,
        lines=lines,
        shown=shown,
    )
    return pages
