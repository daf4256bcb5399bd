"""Before something grave a person proves again who they are, and nothing that they sent is lost."""

import re
import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.http import HttpRequest, HttpResponse
from django.urls import path

from maca.config.urls import handler400, handler403, handler404, handler500
from maca.config.urls import urlpatterns as all_pages
from maca.design.pages import anyone_signed_in, do_once, guarded
from maca.journal.models import Entry
from maca.kernel.models import FormUse
from maca.kernel.verdict import Verdict, no
from tests.accounts.conftest import PASSWORD

__all__ = ["handler400", "handler403", "handler404", "handler500"]
WORDS = "A long account\r\nof the visit & <b>what</b> was seen."
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
done: list[dict[str, list[str]]] = []


@guarded(anyone_signed_in, writes=True, step_up=True)
def grave(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return do_once(request, lambda: done.append(dict(request.POST.lists())) or "/audits/")
    return HttpResponse("the grave page")


def nobody_may(person: object) -> Verdict:
    return no("never", "Nobody may do this, whatever they prove.")


urlpatterns = [
    *all_pages,
    path("grave/", grave, name="grave"),
    path("barred/", guarded(nobody_may, writes=True, step_up=True)(grave), name="barred"),
]


@pytest.fixture(autouse=True)
def grave_pages(settings):
    settings.ROOT_URLCONF = __name__
    done.clear()


def long_ago(client) -> None:
    """As if what was proved in this sign-in had been proved more than five minutes ago."""
    session = client.session
    for proof in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        proof["at"] -= 301
    session.save()


@pytest.fixture
def client(real, browser, come_in):
    client = come_in(browser())
    long_ago(client)
    return client


def test_whoever_signed_in_just_now_is_not_asked_again(real, browser, come_in):
    assert come_in(browser()).get("/grave/").content == b"the grave page"


def test_reading_is_asked_about_and_goes_on_after_the_proof(client):
    asked = client.get("/grave/?case=1")
    assert asked.headers["Location"] == "/prove-it-is-you/?next=%2Fgrave%2F%3Fcase%3D1"
    page = client.get(asked.headers["Location"]).content.decode()
    assert "Prove that it is still you" in page
    before = client.session.session_key
    wrong = client.post("/prove-it-is-you/", {"next": "/grave/?case=1", "prove-password": "no no no no no"})
    assert wrong.status_code == 422
    assert client.get("/grave/").status_code == 302
    right = client.post("/prove-it-is-you/", {"next": "/grave/?case=1", "prove-password": PASSWORD})
    assert right.headers["Location"] == "/grave/?case=1"
    assert client.get("/grave/").status_code == 200
    assert client.session.session_key != before
    assert not client.session.exists(before)
    assert Entry.objects.get(did="proved who they are").details == {"how": "password"}


def carried(page: str) -> dict[str, str]:
    page = page[page.index("<main") : page.index("</main")]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    for name, words in re.findall(r'<textarea name="([^"]+)" hidden[^>]*>\n(.*?)</textarea>', page, flags=re.DOTALL):
        found[name] = words
    return {
        name: words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") for name, words in found.items()
    }


def test_what_was_sent_is_carried_through_the_proof_and_has_its_effect_once(client):
    once = "a" * 32
    asked = client.post("/grave/", {"once": once, "reason": WORDS, "version": "3"})
    assert asked.status_code == 200
    assert done == []
    fields = carried(asked.content.decode())
    assert fields["once"] == once
    assert fields["reason"] == WORDS
    again = client.post("/grave/", {**fields, "prove-password": "no no no no no"})
    assert again.status_code == 422
    assert carried(again.content.decode())["reason"] == WORDS
    assert done == []
    for _ in range(2):
        assert client.post("/grave/", {**fields, "prove-password": PASSWORD}).headers["Location"] == "/audits/"
    assert len(done) == 1
    assert done[0]["reason"] == [WORDS]
    assert not [name for name in done[0] if name.startswith("prove-")]
    assert FormUse.objects.count() == 1


def test_the_words_are_in_no_session_and_the_password_on_no_page(client):
    asked = client.post("/grave/", {"once": "a" * 32, "reason": WORDS, "prove-password": "wrong wrong wrong"})
    assert "A long account" not in str(dict(client.session.items()))
    assert "wrong wrong wrong" not in asked.content.decode()


def test_five_minutes_later_it_is_asked_again(client):
    client.post("/prove-it-is-you/", {"prove-password": PASSWORD})
    assert client.get("/grave/").status_code == 200
    long_ago(client)
    assert client.get("/grave/").status_code == 302


def test_a_code_is_proof_too(real, client):
    TOTP.activate(real, SECRET)
    code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
    assert client.post("/prove-it-is-you/", {"prove-code": "000000"}).status_code == 422
    assert client.post("/prove-it-is-you/", {"prove-code": code}).status_code == 302
    assert client.get("/grave/").status_code == 200


def test_nothing_given_is_no_proof(client):
    assert client.post("/prove-it-is-you/", {}).status_code == 422
    assert client.post("/prove-it-is-you/", {"prove-one-click": "yes"}).status_code == 422
    assert client.get("/grave/").status_code == 302


def test_in_training_it_is_one_click(world, browser):
    client = browser()
    client.post(f"/sign-in/as/{world.chair.public_id}/")
    long_ago(client)
    asked = client.post("/grave/", {"once": "a" * 32, "reason": WORDS}).content.decode()
    assert "It is still me" in asked
    assert client.post("/grave/", carried(asked)).headers["Location"] == "/audits/"
    assert done[0]["reason"] == [WORDS]


def test_a_rule_that_says_no_says_it_before_anything_is_asked(client):
    assert "Nobody may do this" in client.get("/barred/").content.decode()


def test_guessing_is_limited(client):
    answers = [client.post("/prove-it-is-you/", {"prove-password": "wrong"}).content.decode() for _ in range(12)]
    assert "too many tries" in answers[-1]
    assert client.post("/prove-it-is-you/", {"prove-password": PASSWORD}).status_code == 422


@pytest.mark.parametrize("onward", ["https://elsewhere.example/", "//elsewhere.example"])
def test_the_proof_leads_nowhere_else(client, onward):
    assert client.post("/prove-it-is-you/", {"next": onward, "prove-password": PASSWORD}).headers["Location"] == (
        "/your-sign-in/"
    )
