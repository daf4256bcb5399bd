"""Addresses of the site, and pages that break in every way, quoting what they were sent."""

import logging
import threading
import urllib.request
import warnings
from collections.abc import Callable, Iterator

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from maca.config import urls
from maca.config.urls import handler400, handler403, handler404, handler500
from maca.design.pages import anyone_signed_in, guarded, open_to_all
from maca.journal.operations import write
from maca.kernel.verdict import Verdict
from maca.partnership.models import Partnership
from maca.partnership.requests import signed_in

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

SEALED_WORDS = "Words that only a recorded reading may show."


def sent(request: HttpRequest) -> str:
    return " ".join([*request.GET.values(), *request.POST.values(), *request.headers.values()])


def in_a_view(request: HttpRequest) -> HttpResponse:
    raise ValueError(sent(request))


def with_a_cause(request: HttpRequest) -> HttpResponse:
    try:
        raise KeyError(sent(request))
    except KeyError as problem:
        raise ExceptionGroup(sent(request), [RuntimeError(sent(request))]) from problem


def in_a_template(request: HttpRequest) -> HttpResponse:
    engines["jinja2"].from_string("{{ words.nothing[words] }}").render({"words": sent(request)})
    raise AssertionError


def in_a_template_it_wrote(request: HttpRequest) -> HttpResponse:
    engines["jinja2"].from_string("{% " + sent(request)).render({})
    raise AssertionError


def in_the_session(request: HttpRequest) -> HttpResponse:
    request.session["kept"] = {sent(request)}  # a set, which no session can hold
    return HttpResponse("kept")


def in_the_database(request: HttpRequest) -> HttpResponse:
    """A row refused for a name that is there already: PostgreSQL then quotes the row."""
    with transaction.atomic():
        for _ in range(2):
            Partnership.objects.create(name=sent(request)[:100], public_id="a" * 32)
    raise AssertionError


def in_its_sql(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT '" + sent(request).replace("'", "").replace("%", "") + "' FROM nowhere")
    raise AssertionError


def in_the_mail(request: HttpRequest) -> HttpResponse:
    EmailMessage(f"{sent(request)}\nsecond line", sent(request), to=[sent(request)]).message()
    raise AssertionError


def in_a_thread(request: HttpRequest) -> HttpResponse:
    thread = threading.Thread(target=in_a_view, args=(request,))
    thread.start()
    thread.join()
    return HttpResponse("gone on")


class Gone:
    def __init__(self, words: str) -> None:
        self.words = words

    def __del__(self) -> None:
        raise ValueError(self.words)


def when_let_go(request: HttpRequest) -> HttpResponse:
    Gone(sent(request))
    return HttpResponse("gone on")


def half_way(request: HttpRequest) -> StreamingHttpResponse:
    words = sent(request)

    def parts() -> Iterator[str]:
        yield "half"
        raise ValueError(words)

    return StreamingHttpResponse(parts())


def by_a_warning(request: HttpRequest) -> HttpResponse:
    warnings.warn(sent(request), stacklevel=1)
    return HttpResponse("gone on")


def by_a_library(request: HttpRequest) -> HttpResponse:
    logging.getLogger("library.of.others").error("could not handle %s", sent(request))
    logging.getLogger("library.of.others").error(f"could not handle {sent(request)}")
    return HttpResponse("gone on")


def a_rule_that_breaks(person: object) -> Verdict:
    raise LookupError(str(person))


@guarded(anyone_signed_in)
def recorded(request: HttpRequest) -> HttpResponse:
    """As every page that opens what is sealed: the entry first, then the words."""
    person = signed_in(request)
    with transaction.atomic():
        write("read a test page", person, by=person, is_reading=True)
    return HttpResponse(SEALED_WORDS)


def to_the_outside(request: HttpRequest) -> HttpResponse:
    urllib.request.urlopen("http://192.0.2.1/")
    raise AssertionError


WAYS: list[Callable[[HttpRequest], HttpResponse | StreamingHttpResponse]] = [
    in_a_view, with_a_cause, in_a_template, in_a_template_it_wrote, in_the_session, in_the_database, in_its_sql,
    in_the_mail, in_a_thread, when_let_go, half_way, by_a_warning, by_a_library,
]  # fmt: skip
OTHERS = [to_the_outside]

urlpatterns = [
    *urls.urlpatterns,
    *(
        path(f"breaking/{way.__name__}/", csrf_exempt(open_to_all("To be broken.")(way)), name=way.__name__)  # type: ignore[arg-type]
        for way in [*WAYS, *OTHERS]
    ),
    path("breaking/recorded/", recorded, name="recorded"),
    path("breaking/in_a_rule/", guarded(a_rule_that_breaks, writes=True)(in_a_view), name="in-a-rule"),
]
