"""What a session knows of its person: what they proved, when, and how long it lasts.

What was proved is kept by allauth in the session itself, so none of this asks the database.
"""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from maca.accounts.operations import follow_session

BEGAN = "maca_began"
SEEN = "maca_seen"


def proofs(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    return get_authentication_records(request, request.user)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this sign-in was made with a second step, or one was set up since."""
    return any(proof["method"] == "mfa" for proof in proofs(request))


def proved_lately(request: HttpRequest) -> bool:
    """Whether this person proved who they are within five minutes, by signing in or since."""
    latest = max((proof["at"] for proof in proofs(request)), default=0)
    return 0 <= time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT


def rotate(request: HttpRequest) -> None:
    """Give the session a new id: whoever knew the old one is out."""
    before = request.session.session_key
    request.session.cycle_key()
    if before and request.session.session_key:
        follow_session(before, request.session.session_key)


def is_signed_in(request: HttpRequest) -> bool:
    """By the session alone, without fetching the person."""
    return SESSION_KEY in request.session


def seconds_left(request: HttpRequest) -> tuple[int, int]:
    """Until the sign-in ends if nothing more is sent, and until it ends whatever is sent."""
    now = int(time.time())
    ends = request.session.get(BEGAN, now) + settings.MACA_LONGEST_SECONDS - now
    idle = request.session.get(SEEN, now) + settings.MACA_IDLE_SECONDS - now
    return min(idle, ends), ends
