"""The one way to write in the journal. There is no way to change it."""

import hashlib
from collections.abc import Iterable
from functools import partial
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils import timezone

from maca.journal import heads, rules
from maca.journal.chain import canonical_entry
from maca.journal.models import Entry

# What a detail may be long at most: enough for an id, a label, a slug or a digest, too little for an account.
LONGEST_DETAIL = 120


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


def _refuse_narrative(name: str, value: Any) -> None:
    """Raises `ValueError`, which does not repeat the value, for a detail that is no id, label, count or digest."""
    if isinstance(value, dict):
        for key, one in value.items():
            _refuse_narrative(name, key)
            _refuse_narrative(name, one)
    elif isinstance(value, list | tuple):
        for one in value:
            _refuse_narrative(name, one)
    elif isinstance(value, str):
        if len(value) > LONGEST_DETAIL or not value.isprintable():
            raise ValueError(f"the detail “{name}” is no id, label, count or digest: narrative is never journalled")
    elif value is not None and not isinstance(value, int):
        raise ValueError(f"the detail “{name}” is a {type(value).__name__}, which the journal does not hold")


def write(did: str, about: Thing, *, by: Actor, is_reading: bool = False, **details: Any) -> Entry:
    """Append one entry, in the transaction of the change that it records.

    `did` is an operation's name ("submitted a return"); `details` are ids, labels and counts, never
    narrative. Raises `RuntimeError` outside a transaction: a change and its entry stand or fall together;
    and `ValueError` for a detail that could be narrative.
    """
    (entry,) = _next(did, [(about, details)], by=by, is_reading=is_reading)
    entry.save(force_insert=True)
    return entry


def _next(did: str, things: Iterable[tuple[Thing, dict[str, Any]]], *, by: Actor, is_reading: bool) -> list[Entry]:
    """The next entries of the chain, to be saved at once, one for each thing with its details."""
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written in the same transaction as the change it records")
    partnership = by.partnership_public_id
    if connection.vendor == "postgresql":
        # One writer at a time for each chain; SQLite's IMMEDIATE transactions already are.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"journal:{partnership}"])
    last = Entry.objects.filter(partnership=partnership).order_by("-number").values("number", "digest").first()
    number, before = (last["number"], last["digest"]) if last else (0, "")
    entries = []
    for about, details in things:
        for name, value in details.items():
            _refuse_narrative(name, value)
        number += 1
        entry = Entry(
            partnership=partnership,
            number=number,
            at=timezone.now(),
            by=by.public_id,
            by_name=by.name,
            did=did,
            about=f"{type(about).__name__}:{about.public_id}",
            is_reading=is_reading,
            details=details,
            before=before,
        )
        entry.digest = before = hashlib.sha256(canonical_entry(entry)).hexdigest()
        entries.append(entry)
    if entries:
        # Robust: the change is on the disk by then, and a head that lags behind is no alarm.
        transaction.on_commit(partial(heads.keep, partnership, number, before), robust=True)
    return entries


def note_reading(did: str, about: Thing, *, by: Actor, **details: Any) -> Entry:
    """Append the entry of a reading, before anything is shown. Raises `Refused` for who has been shown too much."""
    rules.may_read_more(by).insist()
    return write(did, about, by=by, is_reading=True, **details)


def note_readings(did: str, things: Iterable[tuple[Thing, dict[str, Any]]], *, by: Actor) -> None:
    """Append an entry for each of several things read at once, with its details, as `note_reading` does for one."""
    things = list(things)
    rules.may_read_more(by, len(things)).insist()
    Entry.objects.bulk_create(_next(did, things, by=by, is_reading=True))
