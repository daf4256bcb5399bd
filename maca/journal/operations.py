"""The one way to write in the journal. There is no way to change it."""

import hashlib
import json
from typing import Any, Protocol

from django.db import connection
from django.utils import timezone

from maca.journal.models import Entry


class Actor(Protocol):
    """Whoever does things: a person of one partnership."""

    @property
    def public_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def partnership_public_id(self) -> str: ...


class Thing(Protocol):
    """Whatever things are done to."""

    @property
    def public_id(self) -> str: ...


def digest_of(entry: Entry) -> str:
    """SHA-256, in hexadecimal, over the digest before and every field of the entry, as canonical JSON."""
    content = {
        "partnership": entry.partnership,
        "number": entry.number,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "by_name": entry.by_name,
        "did": entry.did,
        "about": entry.about,
        "is_reading": entry.is_reading,
        "details": entry.details,
        "before": entry.before,
    }
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def write(did: str, about: Thing, *, by: Actor, is_reading: bool = False, **details: Any) -> Entry:
    """Append one entry, in the transaction of the change that it records.

    `did` is an operation's name ("submitted a return"); `details` are ids, labels and counts, never
    narrative. Raises `RuntimeError` outside a transaction: a change and its entry stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written in the same transaction as the change it records")
    partnership = by.partnership_public_id
    if connection.vendor == "postgresql":
        # One writer at a time for each chain; SQLite's IMMEDIATE transactions already are.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"journal:{partnership}"])
    last = Entry.objects.filter(partnership=partnership).order_by("-number").values("number", "digest").first()
    entry = Entry(
        partnership=partnership,
        number=(last["number"] if last else 0) + 1,
        at=timezone.now(),
        by=by.public_id,
        by_name=by.name,
        did=did,
        about=f"{type(about).__name__}:{about.public_id}",
        is_reading=is_reading,
        details=details,
        before=last["digest"] if last else "",
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry
