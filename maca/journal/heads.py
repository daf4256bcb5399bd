"""Keeping the head of each chain in another database, after the commit of what it stands for.

A commit to the keystore costs about as much as one to the site's own database, so a busy second costs one and
not one a save: what came meanwhile is kept with the next entry, or when the process ends.
"""

import atexit
import contextlib
import threading
import time

from django.db import DatabaseError
from django.utils import timezone

from maca.journal.models import Head

# Seconds from one keeping of a chain's head to the next.
A_WHILE = 1.0

_lock = threading.Lock()
_waiting: dict[str, tuple[int, str]] = {}
_kept_at: dict[str, float] = {}


def keep(partnership: str, number: int, digest: str) -> None:
    """Remember a head whose entry is on the disk, and keep it now unless one was kept a moment ago."""
    now = time.monotonic()
    with _lock:
        if number > _waiting.get(partnership, (0, ""))[0]:
            _waiting[partnership] = (number, digest)
        if now - _kept_at.get(partnership, -A_WHILE) < A_WHILE:
            return
        _kept_at[partnership] = now
    keep_waiting(partnership)


def keep_waiting(*partnerships: str) -> None:
    """Keep every head that waits, or those of some partnerships."""
    with _lock:
        due = {one: _waiting.pop(one) for one in partnerships or list(_waiting) if one in _waiting}
    for partnership, (number, digest) in due.items():
        _advance(partnership, number, digest)


def _advance(partnership: str, number: int, digest: str) -> None:
    """Never moves a head back: of two processes the later entry wins, whoever comes last."""
    new = {"number": number, "digest": digest, "at": timezone.now()}
    found = Head.objects.filter(partnership=partnership)
    if not found.filter(number__lt=number).update(**new):
        _, first = Head.objects.get_or_create(partnership=partnership, defaults=new)
        if not first:
            found.filter(number__lt=number).update(**new)


@atexit.register
def _at_the_end() -> None:
    # A head that cannot be kept now lags behind, which is no alarm. Noise at the end of a process helps nobody.
    with contextlib.suppress(DatabaseError):
        keep_waiting()
