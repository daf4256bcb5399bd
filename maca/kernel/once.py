"""A double click, a refresh or a retry has one effect.

Every form carries a random key. The key is claimed in the same transaction as the operation, so that
either both happen or neither does; the second sender is taken where the first was.
"""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from maca.kernel.ids import PUBLIC_ID
from maca.kernel.models import FormUse
from maca.kernel.verdict import Refused


def once(key: str, *, person: str, do: Callable[[], str]) -> str:
    """Run `do` unless this form has been used, and answer with the address to go to.

    `do` returns that address. Raises `Refused` for a form with no key, or somebody else's.
    """
    if not PUBLIC_ID.fullmatch(key):
        raise Refused("no-form-key", "This form has lost its key. Go back, reload the page and send it again.")
    with transaction.atomic():
        use, first = FormUse.objects.get_or_create(key=key, defaults={"person": person, "location": ""})
        if not first:
            if use.person != person:
                raise Refused("not-your-form", "This form belongs to somebody else. Reload the page.")
            return use.location
        location = do()
        FormUse.objects.filter(key=key).update(location=location)
        return location


def already_used(key: str, *, person: str) -> str | None:
    """Where this form took its sender the first time; None if it has had no effect yet."""
    if not PUBLIC_ID.fullmatch(key):
        return None
    return FormUse.objects.filter(key=key, person=person).values_list("location", flat=True).first()


def forget_old_forms() -> None:
    """Forms used over a month ago: nobody sends one of those again by accident."""
    FormUse.objects.filter(used_at__lt=timezone.now() - dt.timedelta(days=31)).delete()
