"""The two floors: the least that the server can do, and the least that a signed-in page can do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maca.design.pages import anyone_signed_in, guarded, open_to_all
from maca.partnership.models import Person
from maca.partnership.requests import signed_in


@open_to_all("It says hello, and nothing else.")
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


@guarded(anyone_signed_in)
def fifty(request: HttpRequest) -> HttpResponse:
    people = Person.objects.visible_to(signed_in(request)).order_by("name")[:50]
    return render(request, "bench/fifty.html", {"people": people})
