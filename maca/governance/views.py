from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maca.design.pages import guarded
from maca.governance import queries, rules
from maca.governance.forms import FilterForm
from maca.partnership.models import Person
from maca.partnership.requests import signed_in


@guarded(rules.may_read_journal)
def journal(request: HttpRequest) -> HttpResponse:
    """The journal of the partnership, newest first, a page at a time."""
    person = signed_in(request)
    people = list(Person.objects.visible_to(person))
    form = FilterForm(request.GET if len(request.GET) else None, people=people)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    page = queries.journal_page(person, before=_before(request), **wanted)
    return render(
        request,
        "governance/journal.html",
        {"form": form, "page": page, "older": _older(request, page), "filtered": bool(request.GET)},
        status=422 if form.errors else 200,
    )


@guarded(rules.may_read_outliers)
def outliers(request: HttpRequest) -> HttpResponse:
    """Readings out of the ordinary in the last 30 days."""
    return render(
        request,
        "governance/outliers.html",
        {"outliers": queries.outliers(signed_in(request)), "limits": queries},
    )


@guarded(rules.may_see_who_read_ours)
def who_read_ours(request: HttpRequest) -> HttpResponse:
    """Everybody who read what the lead’s own agency wrote, newest first."""
    person = signed_in(request)
    page = queries.who_read_ours(person, before=_before(request))
    return render(
        request,
        "governance/who_read_ours.html",
        {
            "agency": person.agency,
            "page": page,
            "older": _older(request, page),
            "out_of_hours": queries.out_of_hours_of_ours(person),
        },
    )


def _before(request: HttpRequest) -> int | None:
    """The number that a page goes on from. Anything else in the address shows the first page."""
    asked = request.GET.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None


def _older(request: HttpRequest, page: queries.Page) -> str:
    if page.more_before is None:
        return ""
    kept = [(name, value) for name, value in request.GET.items() if name != "before" and value]
    return "?" + urlencode([*kept, ("before", str(page.more_before))])
