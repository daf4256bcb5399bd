"""What every page knows: whose site it is, where one can go, who is signed in, and what was just said."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

NOBODY_YET = "Multi-agency case audits"


def site(request: HttpRequest) -> dict[str, Any]:
    """A context processor. Its names (`site`, `navigation`, `person`, `alerts`, `messages`) win over a view's own."""
    user = getattr(request, "user", None)
    person = user if getattr(user, "is_authenticated", False) else None
    partnership = getattr(person, "partnership", None)
    return {
        "site": {
            "name": partnership.name if partnership else NOBODY_YET,
            "training": partnership.training if partnership else settings.MACA_TRAINING,
        },
        "person": person,
        "navigation": navigation(request.path, person) if person else [],
        "alerts": alerts(person) if person else [],
        "messages": get_messages(request),
    }


def navigation(path: str, person: object) -> list[dict[str, Any]]:
    """The entries of `settings.MACA_NAVIGATION` that this person is shown.

    An entry is (text, url name) or (text, url name, dotted path of a function from person to bool).
    `current` is the page itself; `active` is a page somewhere below it.
    """
    items = []
    entries: Sequence[tuple[str, ...]] = settings.MACA_NAVIGATION
    for text, name, *shown in entries:
        if shown and not import_string(shown[0])(person):
            continue
        href = reverse(name)
        items.append(
            {
                "text": text,
                "href": href,
                "current": path == href,
                "active": href != "/" and path.startswith(href),
            }
        )
    return items


def alerts(person: object) -> list[object]:
    """What `settings.MACA_ALERTS` has for this person: each with a `text`, a `link_text` and an `href`."""
    found = [import_string(function)(person) for function in settings.MACA_ALERTS]
    return [one for one in found if one]
