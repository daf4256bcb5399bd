"""What is asked of everybody who is signed in: that they were here lately, and that they have a second step."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.logout import logout
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from maca.accounts.operations import note_seen
from maca.accounts.queries import second_factors
from maca.accounts.session import BEGAN, SEEN, has_second_factor, is_signed_in, seconds_left

Handler = Callable[[HttpRequest], HttpResponse]

ENDED = "You were signed out, because nothing was sent for a while or eight hours were over. What was saved is safe."
NOTED_EVERY = 60


class TimeOuts:
    """A sign-in ends when nothing was sent for half an hour (`MACA_IDLE_MINUTES`), and after eight hours.

    What is sent after that is not lost: `maca.design.middleware.SignedIn` gives the words back.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_signed_in(request) and min(seconds_left(request)) <= 0:
            request.session.flush()
            request.user = AnonymousUser()
            messages.info(request, ENDED)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if is_signed_in(request) and not getattr(view, "unattended", False):
            self.note(request)

    def note(self, request: HttpRequest) -> None:
        """Written once a minute, so that it costs no request more than it must."""
        now = int(time.time())
        if now - request.session.get(SEEN, 0) < NOTED_EVERY and BEGAN in request.session:
            return
        request.session.setdefault(BEGAN, now)
        request.session[SEEN] = now
        note_seen(request.session.session_key or "")


class SecondFactorFirst:
    """In production a person without a second step is led to set one up before they see any other page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        open_to_all = not getattr(view, "login_required", True)
        if settings.MACA_TRAINING or open_to_all or not request.user.is_authenticated or has_second_factor(request):
            return None
        if second_factors(request.user).exists():
            # Signed in with the password alone, before the second step was set up in another browser.
            logout(request, show_message=False)
            return redirect(settings.LOGIN_URL)
        if getattr(view, "before_second_factor", False):
            return None
        return redirect("mfa_index")
