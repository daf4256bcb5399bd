"""The exact headers of every kind of answer, and what a hostile request gets."""

import itertools
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from maca.config import urls
from maca.config.asgi import application
from maca.design.middleware import put_headers, written
from maca.design.pages import open_to_all
from maca.kernel.verdict import Refused

EVERY_ANSWER = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), "
    "usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    "Cache-Control": "no-store",
}
DOWNLOAD = {**EVERY_ANSWER, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
STATIC = {**EVERY_ANSWER, "Cache-Control": "max-age=3600, public"}
# What says which answer this is, and not how it is to be treated.
OF_ITS_OWN = {
    "Content-Type", "Content-Length", "Content-Disposition", "Content-Encoding", "Location", "Allow", "Vary",
    "Last-Modified", "ETag", "Accept-Ranges",
}  # fmt: skip


def exact(response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in OF_ITS_OWN}


@open_to_all("Only here, to be broken.")
def breaks(request: HttpRequest) -> HttpResponse:
    raise ValueError("broken on purpose")


@open_to_all("Only here, to be refused.")
def refuses(request: HttpRequest) -> HttpResponse:
    raise Refused("no", "No, since this is a test of refusing.")


@open_to_all("Only here: a view that thinks of headers of its own.")
def careless(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "{}",
        content_type="application/json",
        headers={"Cache-Control": "public", "X-Powered-By": "us", "Server": "us", "Access-Control-Allow-Origin": "*"},
    )


urlpatterns = [
    *urls.urlpatterns,
    path("breaks/", breaks),
    path("refuses/", refuses),
    path("careless/", careless),
]
handler400, handler403, handler404, handler500 = (
    urls.handler400, urls.handler403, urls.handler404, urls.handler500
)  # fmt: skip
here = override_settings(ROOT_URLCONF=__name__)


def client_of(person=None, **defaults) -> Client:
    client = Client(raise_request_exception=False, **{"HTTP_HOST": "127.0.0.1", **defaults})
    if person:
        client.force_login(person)
    return client


PAGES = [
    ("a page", "get", "/", 200),
    ("a page asked for by its head", "head", "/", 200),
    ("a list", "get", "/audits/", 200),
    ("a page of another", "get", "/priorities/new/", 403),
    ("nothing", "get", "/nothing/", 404),
    ("no static file", "get", "/static/nothing.css", 404),
    ("an address without its slash", "get", "/audits", 301),
    ("a method that is not taken", "delete", "/", 405),
    ("a method nobody knows", "trace", "/audits/", 405),
    ("a fault", "get", "/breaks/", 500),
    ("a fault at a form", "post", "/breaks/", 500),
    ("a refusal", "get", "/refuses/", 403),
    ("the sign-in, when signed in", "get", "/sign-in/", 302),
]


@here
@pytest.mark.parametrize(("what", "method", "address", "status"), PAGES)
def test_every_answer_has_exactly_these_headers(world, what, method, address, status):
    response = getattr(client_of(world.auditor), method)(address)
    assert (response.status_code, exact(response)) == (status, EVERY_ANSWER)


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/audits/neglect/", "/nothing/"])
def test_somebody_not_signed_in_gets_the_same_headers(db, address):
    assert exact(client_of().get(address)) == EVERY_ANSWER


def test_a_request_for_another_host_gets_the_same_headers(db):
    response = client_of(HTTP_HOST="elsewhere.example").get("/")
    assert (response.status_code, exact(response)) == (400, EVERY_ANSWER)


def test_a_forged_form_gets_the_same_headers(world):
    client = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    client.force_login(world.chair)
    response = client.post("/priorities/new/", {"title": "X"})
    assert (response.status_code, exact(response)) == (403, EVERY_ANSWER)


@pytest.mark.parametrize("file", ["site.css", "site.js", "icon.svg", "govuk-frontend.min.js"])
def test_a_static_file_may_be_kept_and_has_the_other_headers(db, file):
    first = client_of().get(f"/static/design/{file}")
    again = client_of().get(f"/static/design/{file}", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert [(one.status_code, exact(one)) for one in (first, again)] == [(200, STATIC), (304, STATIC)]


@pytest.mark.parametrize("form", ["txt", "html", "docx", "pdf", "json"])
def test_a_downloaded_file_is_kept_apart_from_the_site(world, form):
    audit = world.published().audit
    response = client_of(world.manager).get(f"/audits/{audit.slug}/briefing/download.{form}")
    if response.status_code == 404:
        pytest.fail(f"the address of the {form} has moved")
    assert exact(response) == DOWNLOAD
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")


@here
def test_what_a_view_thinks_of_does_not_count_and_what_is_no_page_is_a_file(db):
    response = client_of().get("/careless/")
    assert exact(response) == DOWNLOAD
    assert response.headers["Content-Disposition"] == "attachment"


def test_in_production_browsers_are_told_to_come_by_https(db):
    with override_settings(SECURE_HSTS_SECONDS=31536000):
        found = exact(client_of().get("/sign-in/"))
    assert found == {**EVERY_ANSWER, "Strict-Transport-Security": "max-age=31536000"}


def test_the_control_a_header_left_out_would_be_seen():
    response = put_headers(HttpResponse())
    assert exact(response) == EVERY_ANSWER
    for name in EVERY_ANSWER:
        without = {key: value for key, value in exact(response).items() if key != name}
        assert without != EVERY_ANSWER


def test_what_is_answered_before_any_page_has_the_headers_too(tmp_path):
    """Django answers a request that it cannot read before it asks any middleware."""
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"\xff", "scheme": "http", "headers": []}
    with (tmp_path / "body").open("wb+") as body:
        _, response = application.create_request(scope, body)
    assert (response.status_code, exact(response)) == (400, EVERY_ANSWER)


def test_a_password_is_never_shown_back(rf):
    sent = {"password": "correct horse battery", "new_password1": "another one", "otp-code": "123456", "text": "Words"}
    assert written(rf.post("/", sent)) == ["Words"]


@pytest.mark.parametrize("word", ["follow-up", "co-sleeping", "non-attendance", "re-referral 2"])
def test_an_answer_of_one_word_comes_back_and_an_id_of_ours_does_not(rf, word):
    sent = {"text": word, "person": "0a" * 16, "shown": "0a" * 32, "many": "12"}
    assert written(rf.post("/", sent)) == [word]


@here
def test_a_fault_has_a_reference_and_gives_the_words_back(db, caplog):
    response = client_of().post("/breaks/", {"text": "What I had written for an hour.", "password": "never this"})
    page = response.content.decode()
    assert "What I had written for an hour." in page
    assert "never this" not in page
    record = next(one for one in caplog.records if one.name == "django.request")
    assert f"<strong>{record.request.reference}</strong>" in page


# ---- what a hostile request gets

AWAY = [
    "https://elsewhere.example/", "http://elsewhere.example", "//elsewhere.example", "///elsewhere.example",
    "////elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example", "/\\/elsewhere.example",
    "https:elsewhere.example", "https:/elsewhere.example", "https:///elsewhere.example", "HTTPS://elsewhere.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
    "https://127.0.0.1@elsewhere.example/", "https://127.0.0.1.elsewhere.example/", "http://127.0.0.1:80@elsewhere",
    "http://[::1]@elsewhere.example", "http://elsewhere.example#127.0.0.1", "http://elsewhere.example?127.0.0.1",
    "\thttps://elsewhere.example", " https://elsewhere.example", "\x00https://elsewhere.example",
    "/\t/elsewhere.example", "/\n/elsewhere.example", "//elsewhere%2eexample", "http:///elsewhere.example",
    "//elsewhere.example/%2f..", "ftp://elsewhere.example", "mailto:x@elsewhere.example", "http://[elsewhere",
    "/ok\r\nLocation: https://elsewhere.example", "/ok\r\nSet-Cookie: a=b",
]  # fmt: skip


@pytest.mark.parametrize("onward", AWAY)
@pytest.mark.parametrize("where", ["one click", "the sign-in"])
def test_signing_in_leads_nowhere_else(world, onward, where):
    if where == "one click":
        response = client_of().post(f"/sign-in/as/{world.chair.public_id}/", {"next": onward})
    else:
        response = client_of(world.chair).get("/sign-in/", {"next": onward})
    location = response.headers["Location"]
    assert location == "/" or (location.startswith("/ok") and "\n" not in location), location
    assert "Set-Cookie" not in response.headers


def test_the_control_signing_in_leads_on_within_the_site(world):
    response = client_of().post(f"/sign-in/as/{world.chair.public_id}/", {"next": "/audits/?page=2"})
    assert response.headers["Location"] == "/audits/?page=2"


HOSTS = [
    "elsewhere.example", "127.0.0.1.elsewhere.example", "127.0.0.1@elsewhere.example", "127.0.0.1:80@elsewhere",
    "127.0.0.1, elsewhere.example", "127.0.0.1 elsewhere.example", "0.0.0.0", "[::]", "127.1", "2130706433",
    "localhost.elsewhere.example", ".localhost.", "127.0.0.1/elsewhere", "127.0.0.1#x", "127.0.0.1?x", "",
    "127.0.0.1:notaport", "*", "xn--lcalhost-54a",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_a_request_for_another_host_is_refused(world, host):
    response = client_of(world.chair, HTTP_HOST=host, SERVER_NAME="elsewhere.example").get("/")
    assert response.status_code == 400
    assert "elsewhere" not in response.content.decode()


SPOOFS = [
    ("X-Forwarded-Host", "elsewhere.example"), ("X-Forwarded-Host", "elsewhere.example, 127.0.0.1"),
    ("X-Forwarded-Server", "elsewhere.example"), ("X-Forwarded-Port", "6666"), ("X-Forwarded-For", "6.6.6.6"),
    ("X-Forwarded-Prefix", "/elsewhere"), ("X-Script-Name", "/elsewhere"), ("Forwarded", "host=elsewhere.example"),
    ("X-Original-URL", "/people/"), ("X-Rewrite-URL", "/people/"), ("X-Host", "elsewhere.example"),
    ("X-Real-IP", "6.6.6.6"), ("X-Remote-User", "chair"), ("Remote-User", "chair"), ("X-Forwarded-User", "chair"),
    ("X-Forwarded-Proto", "https"), ("X-Forwarded-Scheme", "https"), ("X-Forwarded-Ssl", "on"),
    ("Front-End-Https", "on"), ("X-Forwarded-Proto", "https, http"), ("X-Client-IP", "127.0.0.1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), SPOOFS)
def test_a_header_that_a_proxy_might_set_changes_nothing(world, name, value):
    for person, address in ((None, "/audits/"), (world.auditor, "/audits"), (world.auditor, "/people/")):
        client = client_of(person)
        plain, spoofed = client.get(address), client.get(address, headers={name: value})
        assert spoofed.status_code == plain.status_code
        assert spoofed.headers.get("Location") == plain.headers.get("Location")
        assert spoofed.wsgi_request.is_secure() is False
        assert value not in spoofed.content.decode() or value in plain.content.decode()


@override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
@pytest.mark.parametrize(
    ("headers", "secure"),
    [
        ({"X-Forwarded-Proto": "https"}, True),
        ({"X-Forwarded-Proto": "http"}, False),
        ({"X-Forwarded-Proto": "http, https"}, False),
        ({"X-Forwarded-Scheme": "https"}, False),
        ({"X-Forwarded-Ssl": "on"}, False),
        ({}, False),
    ],
)
def test_in_production_the_proxy_says_only_whether_it_was_tls(db, headers, secure):
    request = client_of().get("/sign-in/", headers={**headers, "X-Forwarded-Host": "elsewhere.example"}).wsgi_request
    assert request.is_secure() is secure
    assert request.get_host() == "127.0.0.1"


OVERRIDES = [
    {"headers": {name: verb}} for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    for verb in ("DELETE", "PUT", "GET")
] + [{"data": {"_method": verb}} for verb in ("DELETE", "PUT", "GET")]  # fmt: skip


@pytest.mark.parametrize("override", OVERRIDES)
def test_a_method_is_the_one_that_was_sent(world, override):
    assert client_of(world.chair).post("/audits/", **override).status_code == 405
    assert client_of(world.chair).get("/audits/", **override).status_code == 200
    assert client_of(world.chair).get("/sign-out/", **override).status_code == 405


def test_who_comes_to_an_address_that_only_takes_a_form_is_told_so(world):
    audit = world.circulated(1)
    answer = client_of(world.manager).get(f"/audits/{audit.slug}/cases/1/returns/health/chase/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "it only takes what a form sends" in answer.content.decode()


def test_what_was_asked_for_is_asked_for_again_once_an_interest_is_declared(world):
    audit = world.circulated(1)
    audit.cases.get().declarations.all().delete()
    asked = f"/audits/{audit.slug}/cases/1/chronology/?page=2&agency=health"
    answer = client_of(world.manager).get(asked)
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == [asked]


TAILS = ["x.css", "x.js", "x.png", ".css", ";.css", "%2ecss", "x.css/", "%0ax.css", "%23.css", "%3f.css", "..%2fx.css",
         "design/site.css", "%00.css", "x.ico", "index.html", "~x", "%5c..%5cx.css"]  # fmt: skip


@pytest.mark.parametrize(("page", "tail"), [*itertools.product(["/audits/", "/people/", "/priorities/", "/"], TAILS)])
def test_a_page_is_not_there_under_the_name_of_a_file(world, page, tail):
    response = client_of(world.chair).get(page + tail)
    assert response.status_code in (301, 404)
    if response.status_code == 301:
        response = client_of(world.chair).get(response.headers["Location"])
        assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("tail", TAILS)
def test_an_audit_is_not_there_under_the_name_of_a_file(world, tail):
    here = f"/audits/{world.planned().slug}/"
    client = client_of(world.chair)
    assert client.get(here).status_code == 200
    assert client.get(here + tail, follow=True).status_code == 404
    assert client.get(here.rstrip("/") + tail, follow=True).status_code == 404


POLLUTED = [
    "page=1&page=2", "page=2&page=1", "page[]=1", "page=1;page=2", "page=1%00", "page=%ff", "next=/&next=//x",
    "page=" + "9" * 5000, "&" * 500, "=" * 500, "a=1&" * 900, "page=1e3", "page=-0", "%", "%zz=%zz",
]  # fmt: skip


@pytest.mark.parametrize("query", POLLUTED)
def test_a_query_that_says_things_twice_or_makes_no_sense_breaks_nothing(world, query):
    for address in ("/audits/", "/briefings/", "/sign-in/"):
        assert client_of(world.chair).get(f"{address}?{query}").status_code in (200, 302, 404)


def test_a_form_key_sent_twice_is_no_way_round_it(world):
    client = client_of(world.chair)
    sent = {"title": "Neglect", "source": "board", "reason": "It lasts."}
    responses = [
        client.post("/priorities/new/", {**sent, "once": once})
        for once in (["a" * 32, "b" * 32], ["c" * 32, "b" * 32], ["b" * 32])
    ]
    assert len({response.headers.get("Location") for response in responses}) == 1
    assert client.get("/priorities/").content.decode().count(">Neglect<") == 1


LONG = [1_000, 10_000, 60_000, 500_000]


@pytest.mark.parametrize("length", LONG)
def test_an_absurdly_long_request_is_answered_plainly(world, length):
    client = client_of(world.chair)
    assert client.get("/" + "x" * length + "/").status_code == 404
    assert client.get("/audits/" + "x" * length + "/").status_code == 404
    assert client.get("/audits/", {"page": "x" * length}).status_code == 200
    assert client.get("/audits/", headers={"X-Long": "x" * length, "Referer": "x" * length}).status_code == 200
    assert client.get("/audits/", headers={"Cookie": "sessionid=" + "x" * length}).status_code == 302
