"""A double click, a refresh or a retry has one effect.

Every form carries a random key. With who sends it, to which address and with what words, it names one
sending: the same sending again is taken where the first was, and other words from the same open form are
a sending of their own, so that none is swallowed. The name is claimed in the same transaction as the
operation, so that either both happen or neither does.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from maca.kernel.ids import PUBLIC_ID
from maca.kernel.models import FormUse
from maca.kernel.verdict import Refused


def name_of_sending(key: str, *, person: str, address: str, content: Iterable[tuple[str, list[str]]]) -> str:
    """64 hexadecimal characters. Raises `Refused` for a form that has lost its key."""
    if not PUBLIC_ID.fullmatch(key):
        raise Refused("no-form-key", "This form has lost its key. Go back, reload the page and send it again.")
    sending = json.dumps([key, person, address, sorted(content)], ensure_ascii=False)
    return hashlib.sha256(sending.encode("utf-8", "surrogatepass")).hexdigest()


def once(sending: str, do: Callable[[], str]) -> str:
    """Run `do` unless this sending has had its effect, and answer with the address to go to.

    `do` returns that address.
    """
    with transaction.atomic():
        use, first = FormUse.objects.get_or_create(key=sending, defaults={"location": ""})
        if not first:
            return use.location
        location = do()
        FormUse.objects.filter(key=sending).update(location=location)
        return location


def already_used(sending: str) -> str | None:
    """Where this sending led the first time; None if it has had no effect yet."""
    return FormUse.objects.filter(key=sending).values_list("location", flat=True).first()


def forget_old_forms() -> None:
    """Forms used over a month ago: nobody sends one of those again by accident."""
    FormUse.objects.filter(used_at__lt=timezone.now() - dt.timedelta(days=31)).delete()
