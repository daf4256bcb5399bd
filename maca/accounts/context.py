import datetime as dt
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from maca.accounts.rules import may_forget_second_factors
from maca.accounts.session import is_signed_in, seconds_left


def time_out(request: HttpRequest) -> dict[str, Any]:
    """A context processor: until when the sign-in lasts, for the warning and for the foot of the page."""
    if not hasattr(request, "session") or not is_signed_in(request) or not request.user.is_authenticated:
        return {"time_out": None}
    left, longest = seconds_left(request)
    now = timezone.now()
    return {
        "time_out": {
            "left": left,
            "longest": longest,
            "until": now + dt.timedelta(seconds=left),
            "ends": now + dt.timedelta(seconds=longest),
            "minutes": settings.MACA_IDLE_SECONDS // 60,
        }
    }


def help_with_second_steps(request: HttpRequest) -> dict[str, Any]:
    """A context processor: the rule by which the page of a person, in a room below, links to this room’s."""
    asking: Any = getattr(request, "user", None)
    return {"may_forget_second_steps": partial(may_forget_second_factors, asking)}
