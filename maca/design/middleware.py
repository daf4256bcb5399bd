"""What every response has in common: nothing is stored by a browser, and a refusal is a sentence."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
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
# Shorter than this it is a choice or a number, which nobody would want back.
WORTH_KEEPING = 3

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
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response


class NeverStored:
    """A page seen when signed in is not left in a browser's cache for the next person at the laptop."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


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
        if "HX-Request" in request.headers:
            return HttpResponse(sentence)
        return render(request, "design/refused.html", {"sentence": sentence, "kept": written(request)}, status=403)


class Refusals:
    """A rule that says no becomes a page with the rule's own sentence, and the status 403.

    Where a person can mend it themselves they are led to the page that does, and back.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, Changed):
            sentence = "This has been changed since you opened it. Look at it again before you go on."
        elif isinstance(problem, Refused):
            sentence = problem.sentence
        else:
            return None
        mend = settings.MACA_MENDS.get(problem.code, "") if isinstance(problem, Refused) else ""
        if mend and request.method != "POST" and request.resolver_match:
            page, *words = mend.split()
            address = {word: request.resolver_match.kwargs[word] for word in words}
            return redirect(reverse(page, kwargs=address) + "?" + urlencode({"next": request.path}))
        status = 409 if isinstance(problem, Changed) else 403
        context = {"sentence": sentence, "kept": written(request)}
        return render(request, "design/refused.html", context, status=status)


def written(request: HttpRequest) -> list[str]:
    """What was typed into a form that is now refused, so that nobody's words are lost with it."""
    return [
        value
        for name, values in request.POST.lists()
        if name not in NOT_CONTENT
        for value in values
        if len(value) >= WORTH_KEEPING
    ]
