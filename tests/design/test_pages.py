"""The page around every page, and the pages shown when something is refused, missing, broken or changed."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import path
from jinja2 import UndefinedError

from maca.design import context, dates, views
from maca.design.jinja import lines, plural, shown


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path(f"{name}/", nothing, name=name) for name in ("audits", "people", "sign-out")]


@pytest.fixture(autouse=True)
def _small_site(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MACA_TRAINING = True
    settings.MACA_NAVIGATION = [("Audits", "audits"), ("People", "people", f"{__name__}.is_manager")]


def is_manager(person: Any) -> bool:
    return bool(person.manager)


Ask = Callable[..., HttpRequest]


@pytest.fixture
def ask(rf: RequestFactory) -> Ask:
    def asking(
        address: str = "/", *, manager: bool = False, signed_in: bool = True, training: bool = True
    ) -> HttpRequest:
        request = rf.get(address)
        request.session = {}  # type: ignore[assignment]
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
        request.user = SimpleNamespace(  # type: ignore[assignment]
            is_authenticated=signed_in,
            name="Alex <b>Shah",
            post="Health visitor lead",
            manager=manager,
            holds=lambda *roles: False,
            partnership=SimpleNamespace(name="Northfield", training=training),
        )
        return request

    return asking


def html(template: str, request: HttpRequest | None = None, **values: Any) -> str:
    return render_to_string(template, values, request=request)


def test_no_script_or_style_is_inline(ask: Ask) -> None:
    page = views.gallery(ask()).content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert "<style" not in page
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", page)
    assert not re.search(r'(src|href)="(https?:)?//', page)


def test_the_page_names_the_partnership_and_who_is_signed_in(ask: Ask) -> None:
    page = html("design/not_found.html", ask())
    assert "Northfield" in page
    assert "Alex &lt;b&gt;Shah, Health visitor lead" in page
    assert 'action="/sign-out/"' in page


def test_somebody_not_signed_in_sees_no_navigation(ask: Ask) -> None:
    page = html("design/not_found.html", ask(signed_in=False))
    assert "Sign out" not in page
    assert "govuk-service-navigation" not in page
    assert context.NOBODY_YET in page


@pytest.mark.parametrize("training", [True, False])
def test_training_is_said_on_every_page_of_a_training_partnership(ask: Ask, training: bool) -> None:
    page = html("design/not_found.html", ask(training=training))
    assert ("Training site: the people and families here are invented" in page) is training


def test_navigation_shows_what_this_person_may_open_and_where_they_are(ask: Ask) -> None:
    at = context.site(ask("/audits/"))["navigation"]
    assert at == [{"text": "Audits", "href": "/audits/", "current": True, "active": True}]
    below = context.site(ask("/audits/neglect-2/", manager=True))["navigation"]
    assert [(item["text"], item["current"], item["active"]) for item in below] == [
        ("Audits", False, True),
        ("People", False, False),
    ]


def test_messages_are_shown_escaped(ask: Ask) -> None:
    request = ask()
    messages.success(request, "Saved <b>")
    page = html("design/not_found.html", request)
    assert "govuk-notification-banner--success" in page
    assert "Saved &lt;b&gt;" in page


def test_the_title_says_that_there_is_an_error(ask: Ask) -> None:
    assert "<title>Error: Gallery – MACA</title>" in views.gallery(ask()).content.decode()
    assert "<title>Page not found – MACA</title>" in html("design/not_found.html", ask())


def test_a_form_has_a_key_of_its_own_each_time(ask: Ask) -> None:
    drawn = engines["jinja2"].from_string("{{ form_keys(7) }}{{ form_keys() }}").render({}, ask())
    keys = re.findall(r'name="once" value="([0-9a-f]{32})"', drawn)
    assert len(set(keys)) == 2
    assert drawn.count("csrfmiddlewaretoken") == 2
    assert drawn.count('name="version" value="7"') == 1


def test_a_form_without_a_request_is_a_mistake_that_shows() -> None:
    with pytest.raises(LookupError, match="needs the request"):
        engines["jinja2"].from_string("{{ form_keys() }}").render({})


def test_an_unknown_name_in_a_page_of_ours_is_a_mistake_that_shows() -> None:
    with pytest.raises(UndefinedError):
        engines["jinja2"].from_string("{{ nobody.name }}").render({})


def test_the_page_for_a_fault_needs_no_request_and_no_database(rf: RequestFactory) -> None:
    response = views.broken(rf.get("/"))
    assert response.status_code == 500
    assert "Something has gone wrong" in response.content.decode()


def test_the_page_for_an_unreadable_request_does_not_need_to_read_it(rf: RequestFactory) -> None:
    response = views.bad_request(rf.get("/"), ValueError())
    assert response.status_code == 400
    assert "That could not be read" in response.content.decode()


def test_a_forged_or_old_form_is_refused_in_plain_words(ask: Ask) -> None:
    page = views.refused(ask(), reason="CSRF token missing.").content.decode()
    assert "This form was open for too long" in page
    assert "CSRF" not in page


def test_a_refusal_is_the_rules_own_sentence(ask: Ask) -> None:
    page = html("design/refused.html", ask(), sentence="Only Police can <submit>.", kept=["What I <wrote>"])
    assert "Only Police can &lt;submit&gt;." in page
    assert "What I &lt;wrote&gt;" in page


def test_two_texts_are_shown_and_ones_own_is_sent_again(ask: Ask) -> None:
    page = html(
        "design/changed.html",
        ask(),
        fields=[("How do you know?", "Seen <3 times", "Seen 4 times")],
        hidden=[("how", 'Seen "4"\ntimes')],
        version=4,
        action_url="/a/",
        back_url="/b/",
        saved_by="Sam Lee",
        saved_at=dt.datetime(2026, 7, 1, 15, 50, tzinfo=dt.UTC),
    )
    assert "Sam Lee saved this on 1 July 2026 at 4:50pm" in page
    assert "Seen &lt;3 times" in page
    assert "Seen 4 times" in page
    assert '<input type="hidden" name="how" value="Seen &#34;4&#34;\ntimes">' in page
    assert 'name="version" value="4"' in page


def test_dates_are_as_people_read_them() -> None:
    assert dates.date(dt.date(2026, 11, 3)) == "3 November 2026"
    assert dates.shortdate(dt.date(2026, 11, 3)) == "3 Nov 2026"
    # Half past eleven at night in Greenwich is the next day in London, in summer.
    late = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)
    assert dates.date(late) == "1 July 2026"
    assert dates.datetime(late) == "1 July 2026 at 12:30am"
    assert dates.date(None) == dates.datetime(None) == ""


def test_words_are_counted_and_lines_are_kept() -> None:
    assert plural(1, "case") == "1 case"
    assert plural(1204, "entry", "entries") == "1,204 entries"
    assert lines("<b>\r\nnext") == "&lt;b&gt;<br>\nnext"


@pytest.mark.parametrize(
    ("turn", "short", "long"),
    [
        ("\u202e", "RLO", "right-to-left override"),
        ("\u2067", "RLI", "right-to-left isolate"),
        ("\u200f", "RLM", "right-to-left mark"),
    ],
)
def test_what_would_turn_round_a_line_is_shown_and_not_at_work(turn: str, short: str, long: str) -> None:
    drawn = engines["jinja2"].env.from_string(
        "{% from 'design/parts.html' import words, facts, timeline %}"
        "{{ words(text) }}{{ facts([('Key', text)]) }}{{ timeline([('Title', 'Then', none, text)]) }}"
    )
    for page in (shown(f"<b>{turn}x"), lines(f"<b>\n{turn}x"), drawn.render(text=f"<b>{turn}x")):
        assert turn not in page
        assert f'<span aria-hidden="true">⟨{short}⟩</span><span class="govuk-visually-hidden">({long})</span>' in page
        assert "<b>" not in page


def test_what_people_wrote_shows_what_would_turn_it_round_on_every_page() -> None:
    rooms = Path(__file__).parents[2] / "maca"
    for page in rooms.glob("*/templates/**/*.html"):
        for drawn in re.findall(r'class="[^"]*maca-words[^"]*">\{\{(.*?)\}\}', page.read_text()):
            assert drawn.endswith("| shown "), f"{page}: {drawn}"
