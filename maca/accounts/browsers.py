"""Browsers that have signed in to an account before, so that nobody else's guesses can lock its owner out.

Guesses are counted for each account. A stranger could use them up on purpose, and its owner would stand
outside. So a browser that has signed in keeps a signed cookie that says to which accounts, and its tries are
counted apart from those of strangers. (OWASP calls it a device cookie.) The cookie opens nothing: it only
says which count a wrong password goes to.
"""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

SALT = "maca.accounts.browsers"
KEPT_FOR = 180 * 24 * 60 * 60
MOST_ACCOUNTS = 20


def cookie_name() -> str:
    return "known" if settings.MACA_TRAINING else "__Host-known"


def one_spelling(email: str) -> str:
    """Every way of writing an address that anything might take for the same, so that none has tries of its own."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email).casefold()).strip()


def _mark(email: str) -> str:
    """Stands for an account without saying its address to whoever reads the cookie."""
    return salted_hmac(SALT, one_spelling(email), algorithm="sha256").hexdigest()[:32]


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        held = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        held = {}
    return held if isinstance(held, dict) else {}


def is_known(request: HttpRequest, email: str) -> bool:
    """Whether this browser has signed in to this account before."""
    return _mark(email) in _read(request).get("accounts", [])


def count_of_tries(request: HttpRequest, email: str) -> str:
    """The name under which a try at this account from this browser is counted."""
    return f"{_mark(email)}:{_read(request)['browser']}" if is_known(request, email) else _mark(email)


@contextmanager
def counted_apart(request: HttpRequest, email: str) -> Iterator[None]:
    """Meanwhile a try from a browser known to this account is counted by browser, and not by the network address
    that it shares with others (`Accounts.get_client_ip`)."""
    if is_known(request, email):
        request.counted_as = f"browser-{_read(request)['browser']}"  # type: ignore[attr-defined]
    try:
        yield
    finally:
        request.counted_as = ""  # type: ignore[attr-defined]


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """This browser has signed in to this account."""
    held = _read(request)
    accounts = [one for one in held.get("accounts", []) if one != _mark(email)]
    held = {
        "browser": held.get("browser") or secrets.token_hex(16),
        "accounts": [_mark(email), *accounts][:MOST_ACCOUNTS],
    }
    response.set_cookie(
        cookie_name(),
        signing.dumps(held, salt=SALT),
        max_age=KEPT_FOR,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


# In this order: each browser also calls itself by the name of those below it.
BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox")]
BROWSERS += [("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari")]
DEVICES = [("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("CrOS", "a Chromebook")]
DEVICES += [("Windows", "Windows"), ("Macintosh", "a Mac"), ("Linux", "Linux")]


def in_words(user_agent: str) -> str:
    """“Edge on Windows”, as its owner would call it."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "A browser")
    device = next((name for sign, name in DEVICES if sign in user_agent), "")
    return f"{browser} on {device}" if device else browser
