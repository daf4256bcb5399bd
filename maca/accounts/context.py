import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

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
