"""A step that a test takes on its way is worked out once in a process, and then written as it was written.

Most of a run went into reaching the place where a test begins: the same plan made, the same agencies asked, the same
panel opened, three thousand times over. The first test that takes a `step` takes it in full, through every rule and
operation. What it wrote is kept as statements, and what it left in Python as a pickle; a later test that stands at the
very same place, and takes the same step, is given both.

A place is the chain of steps since the database was empty. It is lost, and every step taken in full, once anything else
wrote to the database, undid what was written, moved the clock or changed a setting; and a test that may put something
else in the place of code takes all its steps in full. On PostgreSQL each step is always taken in full: its numbers go
on counting when a test is undone. So it is with `MACA_STEPS=full`.
"""

import datetime as dt
import hashlib
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import time_machine
from django.conf import UserSettingsHolder, settings
from django.db import connections
from django.db.models import Model
from django.utils import timezone

from maca.kernel.clock import today

CHANGES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
NOW = timezone.now


@dataclass(eq=False)
class Tape:
    """What a step did: statements that change, promises for the commit, and the objects as they were afterwards."""

    statements: list[tuple[str, str, Any, bool]] = field(default_factory=list)
    promises: list[tuple[str, Callable[[], None], bool]] = field(default_factory=list)
    objects: bytes = b""
    spoilt: bool = False

    def write(self) -> None:
        for alias, sql, params, many in self.statements:
            with connections[alias].cursor() as cursor:
                (cursor.executemany if many else cursor.execute)(sql, params)
        for alias, promise, robust in self.promises:
            connection = connections[alias]
            connection.run_on_commit.append((set(connection.savepoint_ids), promise, robust))


class Walk:
    """Where this process stands between two tests, and the tapes of all steps it has taken."""

    def __init__(self) -> None:
        self.tapes: dict[str, Tape] = {}
        self.place: str | None = None
        self.running: list[Tape] = []
        self.changes = self.changes_at_place = 0

    @contextmanager
    def of_a_test(self, *, in_full: bool = False) -> Iterator[None]:
        """Stand at the beginning, where nothing is written but what the migrations wrote."""
        self.place = None
        if (
            in_full
            or os.environ.get("MACA_STEPS") == "full"
            or any(one.vendor != "sqlite" or not one.in_atomic_block for one in connections.all())
        ):
            yield
            return
        with ExitStack() as stack:
            for one in connections.all():
                stack.enter_context(one.execute_wrapper(self.watch))
            self.place = self.beginning()
            self.changes_at_place = self.changes
            yield
            self.place = None

    def beginning(self) -> str:
        """Every row has its number from these, so a step is written anew only where they stand as they stood then."""
        stand = hashlib.sha256()
        for connection in connections.all():
            with connection.cursor() as cursor:
                cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")
                stand.update(repr(cursor.fetchall()).encode())
        return stand.hexdigest()

    def watch(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        verb = sql.lstrip()[:8].upper()
        if verb.startswith(CHANGES):
            self.changes += 1
            for tape in self.running:
                kept = [tuple(one) for one in params] if many else params
                tape.statements.append((context["connection"].alias, sql, kept, many))
        elif verb == "ROLLBACK":
            self.place = None
            for tape in self.running:
                tape.spoilt = True
        return execute(sql, params, many, context)

    def after(self, make: Callable[..., Any], about: Any) -> str | None:
        """The place to which a step leads from here; None where it has to be taken in full."""
        if self.place is None or self.changes != self.changes_at_place:
            return None
        if timezone.now is not NOW or time_machine.escape_hatch.is_travelling():
            return None
        if isinstance(settings._wrapped, UserSettingsHolder):
            return None
        try:
            step = repr((self.place, today(), make.__module__, make.__qualname__, _described(about)))
        except _NotToldApartError:
            return None
        return hashlib.sha256(step.encode()).hexdigest()

    def take(self, make: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        onward, given = self.after(make, (args, named)), (*args, *named.values())
        if onward is None:
            return make(*args, **named)
        if onward in self.tapes:
            tape = self.tapes[onward]
            tape.write()
            result = _given_back(tape.objects, given)
        else:
            with self.recorded() as tape:
                result = make(*args, **named)
            if tape.spoilt:
                return result
            tape.objects = pickle.dumps((given, result))
            self.tapes[onward] = tape
        self.place, self.changes_at_place = onward, self.changes
        return result

    @contextmanager
    def recorded(self) -> Iterator[Tape]:
        tape = Tape()
        promised = {one.alias: len(one.run_on_commit) for one in connections.all()}
        self.running.append(tape)
        try:
            yield tape
        except BaseException:
            self.place = None
            raise
        finally:
            self.running.pop()
        for one in connections.all():
            promises = one.run_on_commit[promised[one.alias] :]
            tape.promises += [(one.alias, promise, robust) for _, promise, robust in promises]


class _NotToldApartError(Exception):
    """Of two such things it cannot be said whether they are alike."""


def _described(thing: Any) -> Any:
    """All that a step may hang on, so that two that differ never look alike."""
    if isinstance(thing, Model):
        held = {one.attname: thing.__dict__.get(one.attname) for one in thing._meta.concrete_fields}
        return type(thing).__name__, _described(held)
    if isinstance(thing, dict):
        return [(_described(key), _described(value)) for key, value in thing.items()]
    if isinstance(thing, (list, tuple)):
        return [_described(one) for one in thing]
    if isinstance(thing, (bytes, memoryview)):
        return bytes(thing)  # sealed text says nothing of itself
    if isinstance(thing, str):
        return str(thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        return type(thing).__name__, [_described(getattr(thing, one.name)) for one in fields(thing)]
    if hasattr(thing, "described"):
        return type(thing).__qualname__, _described(thing.described())
    if thing is None or isinstance(thing, (int, float, dt.date)):
        return thing
    raise _NotToldApartError


def _given_back(objects: bytes, given: tuple[Any, ...]) -> Any:
    """What the step answered; what was handed to it is left as the step left it, and stays the same object."""
    kept, result = pickle.loads(objects)
    for mine, then in zip(given, kept, strict=True):
        if hasattr(mine, "__dict__"):
            mine.__dict__.clear()
            mine.__dict__.update(then.__dict__)
        if result is then:
            result = mine
    return result


WALK = Walk()
P = ParamSpec("P")
R = TypeVar("R")


def step(make: Callable[P, R]) -> Callable[P, R]:
    """For what brings a test to a place: a method of `World`, or the body of a fixture.

    It may hang on what it is given and on the database, and on nothing else; and it changes nothing but these.
    """

    @wraps(make)
    def taken(*args: P.args, **named: P.kwargs) -> R:
        return WALK.take(make, args, named)  # type: ignore[no-any-return]

    return taken
