"""Two sendings of one form at the same time: the second was looked for too early, and finds that the first is done."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from maca.design.pages import do_once, guarded
from maca.kernel.models import FormUse
from maca.kernel.verdict import YES, Refused, Verdict, no

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["it is gone", "the rule says no", "its words are refused"])
def page(request: pytest.FixtureRequest) -> Any:
    """Answers with a page on which one sending is refused; before that, the other is done, where there is one."""

    def made(other: HttpRequest | None) -> Any:
        def find(person: Any) -> str:
            if other:
                do_once(other, lambda: "/done/")
            if request.param == "it is gone":
                raise ObjectDoesNotExist
            return "it"

        def rule(person: Any, thing: str) -> Verdict:
            return no("done", "This has been done.") if request.param == "the rule says no" else YES

        @guarded(rule, find, writes=True)
        def view(asking: HttpRequest, thing: str) -> HttpResponse:
            return HttpResponse("There is a problem", status=422)

        return view

    return made


@pytest.fixture
def sending(rf: RequestFactory) -> Any:
    def send(words: str = "W") -> HttpRequest:
        request = rf.post("/there/", {"once": "a" * 32, "words": words})
        request.user = SimpleNamespace(public_id="somebody")  # type: ignore[assignment]
        return request

    return send


def test_the_second_is_led_where_the_first_was(page: Any, sending: Any) -> None:
    answer = page(sending())(sending())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/done/")


@pytest.mark.parametrize("other", [None, "Other words"])
def test_what_was_not_done_is_refused_all_the_same(page: Any, sending: Any, other: str | None) -> None:
    try:
        status = page(sending(other) if other else None)(sending()).status_code
    except (Http404, Refused) as refused:
        status = type(refused)
    assert status in (422, Http404, Refused)
    assert FormUse.objects.count() == (1 if other else 0)
