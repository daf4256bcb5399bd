"""What every response has in common: its headers, and that a refusal is a sentence."""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed

# What a form carries besides what a person wrote.
NOT_CONTENT = {"csrfmiddlewaretoken", "once", "version"}
# What the site read of a file and keeps in the page: it goes along with the form, but nobody typed it.
READ_OF_A_FILE = {"styles", "picture"}
# Proves who somebody is: never shown back, not even to them, since somebody may stand behind them.
SECRET = re.compile("password|otp|code|token|credential|secret", re.IGNORECASE)
# Shorter than this it is a choice or a number, which nobody would want back.
WORTH_KEEPING = 3
# Our own ids and digests. A slug that was chosen looks like a word that was typed, so both come back.
OURS = re.compile(r"([0-9a-f]{32}){1,2}")

ONLY_TAKES = "There is no page at this address: it only takes what a form sends. Go back to the page with the form."

Handler = Callable[[HttpRequest], HttpResponse]


class StaticFiles(WhiteNoiseMiddleware):
    """The site's style and scripts. They are small, so each is sent whole: under ASGI Django warns of
    every file that is streamed from a synchronous reader, and then collects it in memory all the same."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file:
            with found.file as file:
                content = file.read()
        response = Static(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response


class Static(HttpResponse):
    """A file of the site itself, the same for everybody: the one thing that a browser may keep."""


class KeptPage(HttpResponse):
    """A page kept as it once was, which needs nothing but the style inside it.

    `style` is the text of that style: a browser takes it by its digest, and no other.
    """

    def __init__(self, content: str | bytes, *, style: str, **more: Any) -> None:
        super().__init__(content, content_type="text/html; charset=utf-8", **more)
        self.policy = (
            f"default-src 'none'; style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )


# What every answer carries, whatever it is: a page, a redirect, a refusal, a fault, a file.
HEADERS = {
    # Nothing from anywhere else, no script or style inside a page, no frame around one.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" would make browsers send "Origin: null", which the forgery check must refuse.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Harmless here: no page of ours asks for anything from elsewhere.
    "Cross-Origin-Embedder-Policy": "require-corp",
    # Passkeys are the one thing of a device that signing in may ask for.
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
    # A page seen when signed in is not left in a browser's cache for the next person at the laptop.
    "Cache-Control": "no-store",
}
# A file that somebody opens from here is shown, if at all, where it can do nothing.
DOWNLOADED = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
NEVER = ("Server", "X-Powered-By", "Access-Control-Allow-Origin", "Expires")


def put_headers(response: HttpResponseBase) -> HttpResponseBase:
    """Give an answer exactly the headers that its kind has, whatever a view thought of."""
    static = isinstance(response, Static)
    wanted = dict(HEADERS)
    if static:
        del wanted["Cache-Control"]
    elif not response.headers.get("Content-Type", "text/html").startswith("text/html"):
        # What is no page is a file to keep, unless a view says how it is called.
        response.headers.setdefault("Content-Disposition", "attachment")
    if response.headers.get("Content-Disposition"):
        wanted |= DOWNLOADED
    if isinstance(response, KeptPage):
        wanted["Content-Security-Policy"] = response.policy
    if settings.SECURE_HSTS_SECONDS:
        wanted["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    for name, value in wanted.items():
        response.headers[name] = value
    for name in NEVER:
        response.headers.pop(name, None)
    return response


class Headers:
    """The outermost: whatever answers further in, a fault of ours included, leaves with the headers above."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return put_headers(self.get_response(request))


class SignedIn(LoginRequiredMiddleware):
    """Every page is for those who are signed in, unless it says otherwise.

    Somebody whose sign-in ran out while they wrote gets their words back, not an empty sign-in page.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is None or request.method != "POST":
            return answer
        sentence = "You are no longer signed in, so this was not saved. Sign in again and send it once more."
        if for_a_script(request):
            return JsonResponse({"words": sentence}, status=401)
        return render(request, "design/refused.html", {"sentence": sentence, "kept": written(request)}, status=403)


class Refusals:
    """A rule that says no becomes a page with the rule's own sentence, and the status 403.

    Where a person can mend it themselves they are led to the page that does, and back. Somebody who comes to an address
    that only takes what a form sends, by a reload or a bookmark, is told so.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET":
            return response
        page = render(request, "design/refused.html", {"sentence": ONLY_TAKES, "kept": []}, status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, Changed):
            sentence = "This has been changed since you opened it. Look at it again before you go on."
        elif isinstance(problem, Refused):
            sentence = problem.sentence
        else:
            return None
        mend = settings.MACA_MENDS.get(problem.code, "") if isinstance(problem, Refused) else ""
        page, *words = mend.split() or [""]
        here = request.resolver_match.kwargs if request.resolver_match else {}
        # From a page of no one case nothing leads to where it is declared: the sentence says in which.
        if page and request.method != "POST" and all(word in here for word in words):
            address = {word: here[word] for word in words}
            return redirect(reverse(page, kwargs=address) + "?" + urlencode({"next": request.get_full_path()}))
        status = 409 if isinstance(problem, Changed) else 403
        if for_a_script(request):
            return JsonResponse({"words": sentence}, status=status)
        page, because_of = settings.MACA_BECAUSE_OF.get(getattr(problem, "code", ""), ("", ""))
        because = (because_of, reverse(page)) if page else None
        context = {"sentence": sentence, "because": because, "kept": written(request)}
        return render(request, "design/refused.html", context, status=status)


def for_a_script(request: HttpRequest) -> bool:
    """Whether a script of ours reads the answer, and shows its words in the page that it belongs to."""
    return request.headers.get("Accept") == "application/json"


def written(request: HttpRequest) -> list[str]:
    """What was typed into a form that is now refused, so that nobody's words are lost with it."""
    return [
        value
        for name, values in request.POST.lists()
        if name not in NOT_CONTENT | READ_OF_A_FILE and not SECRET.search(name)
        for value in values
        if len(value) >= WORTH_KEEPING and not OURS.fullmatch(value)
    ]
