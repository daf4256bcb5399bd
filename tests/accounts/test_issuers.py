"""An agency’s own sign-in, against an issuer on this machine that says what the test tells it to."""

import http.server
import json
import threading
import time
import urllib.parse

import jwt
import pytest
from django.core.exceptions import ImproperlyConfigured

from maca.accounts.issuers import read_issuers
from maca.partnership.models import Person


class FakeIssuer:
    """Answers as an OpenID Connect issuer does, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.says = {"email": "a@b.example", "email_verified": True}
        issuer = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                issuer.asked.append(self.path)
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.dumps(issuer.answer(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *words: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> dict[str, object]:
        claims = {"sub": "1", **self.says}
        if path.endswith("openid-configuration"):
            places = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            found = {f"{name}_endpoint": f"{self.url}/{place}" for name, place in places.items()}
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **found}
        if path.endswith("token"):
            now = int(time.time())
            token = jwt.encode(
                {**claims, "iss": self.url, "aud": "maca", "iat": now, "exp": now + 60}, "k" * 32, algorithm="HS256"
            )
            return {"access_token": "x", "token_type": "Bearer", "id_token": token}
        return claims


@pytest.fixture
def issuer(settings, tmp_path):
    fake = FakeIssuer()
    (tmp_path / "secret").write_text("s3cret\n")
    file = tmp_path / "issuers.toml"
    file.write_text(
        f'[[issuer]]\nid = "health"\nname = "Anywhere NHS Trust"\nurl = "{fake.url}"\nclient_id = "maca"\n'
        f'secret_file = "{tmp_path / "secret"}"\ndomains = ["b.example"]\n'
    )
    settings.MACA_ISSUERS = read_issuers(str(file))
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [one.as_app() for one in settings.MACA_ISSUERS]}}
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


def come_by_issuer(client):
    away = client.get("/sign-in/with/health/")
    assert away.status_code == 302
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(away.headers["Location"]).query)["state"][0]
    return client.get("/sign-in/with/health/back/", {"code": "c", "state": state})


def test_nothing_is_asked_of_an_issuer_before_somebody_signs_in_with_it(issuer, real, browser):
    assert "Sign in with Anywhere NHS Trust" in browser().get("/sign-in/").content.decode()
    assert issuer.asked == []


def test_somebody_with_an_account_here_comes_in_and_keeps_their_password(issuer, real, browser):
    client = browser()
    assert come_by_issuer(client).headers["Location"] == "/"
    assert real.name in client.get("/").content.decode()
    real.refresh_from_db()
    assert real.has_usable_password()


def test_in_production_they_need_a_second_step_too(issuer, production, real, browser):
    client = browser()
    come_by_issuer(client)
    assert client.get("/audits/").headers["Location"] == "/your-sign-in/"


@pytest.mark.parametrize(
    "says",
    [
        {"email": "nobody@b.example", "email_verified": True},
        {"email": "a@b.example", "email_verified": False},
        {"email": "a@b.example"},
        {},
        # An issuer of one agency may not speak for the people of another.
        {"email": "real@elsewhere.example", "email_verified": True},
    ],
)
def test_nobody_else_comes_in_and_no_account_is_made(issuer, real, browser, says):
    Person.objects.filter(pk=real.pk).update(email=says.get("email", "") if "elsewhere" in str(says) else real.email)
    issuer.says = says
    before = Person.objects.count()
    client = browser()
    assert come_by_issuer(client).headers["Location"] == "/sign-in/"
    assert "there is no account here" in client.get("/sign-in/").content.decode()
    assert client.get("/").status_code == 302
    assert Person.objects.count() == before


def test_an_ended_account_is_not_opened_by_an_issuer(issuer, real, browser):
    real.is_active = False
    real.save()
    assert come_by_issuer(browser()).headers["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[issuer]]\nid = 'x'\n", "without name, url"),
        ("not toml at all [", "cannot be read"),
        (
            "[[issuer]]\nid='x'\nname='X'\nurl='http://x.example'\nclient_id='m'\nsecret_file='/nothing'\ndomains=['x']\n",
            "must begin with https://",
        ),
    ],
)
def test_a_bad_file_says_what_to_mend(tmp_path, text, sentence):
    file = tmp_path / "issuers.toml"
    file.write_text(text)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        read_issuers(str(file))


def test_no_file_means_no_issuer():
    assert read_issuers("") == ()
