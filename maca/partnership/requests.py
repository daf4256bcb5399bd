from django.http import HttpRequest

from maca.partnership.models import Person


def signed_in(request: HttpRequest) -> Person:
    """Who is asking. Only for pages behind the sign-in, where there always is somebody."""
    person = request.user
    assert isinstance(person, Person)
    return person
