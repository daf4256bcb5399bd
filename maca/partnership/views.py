from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maca.design.pages import anyone_signed_in, guarded
from maca.partnership.models import ROLES_IN_PROSE
from maca.partnership.queries import people_of
from maca.partnership.requests import signed_in


@guarded(anyone_signed_in)
def people(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "partnership/people.html",
        {"people": people_of(signed_in(request)), "roles": ROLES_IN_PROSE},
    )
