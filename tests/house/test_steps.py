"""The steps of other tests: written anew as they were written, and taken in full wherever anything differs."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import override_settings

from maca.journal.models import Entry
from maca.journal.queries import verify
from maca.partnership.models import AgencyKind
from maca.partnership.operations import register_agency
from tests.makers import World
from tests.steps import WALK, Tape, step

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="on PostgreSQL every step is taken in full")


class Undone(Exception):
    pass


def as_a_test(walk: Callable[[], None]) -> None:
    with suppress(Undone), transaction.atomic(), transaction.atomic(using="keystore"):
        with WALK.of_a_test():
            walk()
        raise Undone


@pytest.fixture
def in_full(db, monkeypatch):
    """The steps that were taken in full, by how many were known before; to begin with none is."""
    taken: list[int] = []
    monkeypatch.setattr(WALK, "tapes", {})
    recorded = WALK.recorded
    monkeypatch.setattr(WALK, "recorded", lambda: taken.append(len(WALK.tapes)) or recorded())
    return taken


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of both databases."""
    held = {}
    for one in connections.all():
        with one.cursor() as cursor:
            for table in one.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                held[f"{one.alias}: {table}"] = cursor.fetchall()
    return held


def test_what_a_step_wrote_is_written_again_to_the_last_byte(in_full):
    held, answers, promised = [], [], []

    def walk():
        world = World()
        audit = world.circulated()
        handed_in = world.submitted(world.return_of(audit))
        held.append(everything())
        promised.append([len(one.run_on_commit) for one in connections.all()])
        answers.append((audit.pk, handed_in.stage, handed_in.submitted_at, [one.name for one in world.people.values()]))
        assert not verify(world.partnership.public_id).wrong

    as_a_test(walk)
    first = len(in_full)
    as_a_test(walk)
    assert first > 3
    assert len(in_full) == first
    assert held[0] == held[1]
    assert held[1]["default: journal_entry"]
    assert held[1]["keystore: sealing_key"]
    assert answers[0] == answers[1]
    assert promised[0] == promised[1]
    assert promised[1] != [0, 0]


def test_what_was_handed_to_a_step_stays_the_same_object_and_is_as_the_step_left_it(in_full):
    def walk():
        world = World()
        handed_in = world.return_of(world.circulated())
        assert world.submitted(handed_in) is handed_in
        assert handed_in.submitted_at

    as_a_test(walk)
    as_a_test(walk)


def more(world: World) -> None:
    register_agency(partnership=world.partnership, name="More", kind=AgencyKind.SCHOOL, by=world.operator)


def undone(world: World) -> None:
    with pytest.raises(Undone), transaction.atomic():
        raise Undone


def asks_something_else(world: World) -> None:
    world.questions = replace(world.questions, agency=world.questions.agency[:3])


@pytest.mark.parametrize("meanwhile", [more, undone, asks_something_else])
def test_a_step_is_taken_in_full_once_anything_else_has_happened(in_full, monkeypatch, meanwhile):
    """A tape that is played shows, and so does one that is not."""
    played = []
    write = Tape.write
    monkeypatch.setattr(Tape, "write", lambda tape: played.append(tape) or write(tape))

    def walk(between: Callable[[World], None]) -> None:
        world = World()
        between(world)
        world.planned()

    as_a_test(lambda: walk(lambda world: None))
    assert len(played) == 0
    as_a_test(lambda: walk(meanwhile))
    assert len(played) == 1
    as_a_test(lambda: walk(lambda world: None))
    assert len(played) == 3


def test_a_step_is_taken_in_full_on_another_day(in_full):
    as_a_test(World)
    before = dict(WALK.tapes)
    years = []
    with time_machine.travel("2031-05-01"):
        as_a_test(lambda: years.append(Entry.objects.filter(partnership=World().partnership.public_id).first().at.year))
    assert years == [2031]
    assert before == WALK.tapes


def test_a_test_that_may_patch_something_takes_its_steps_in_full(monkeypatch, world):
    assert WALK.place is None


def test_one_that_patches_nothing_does_not(world):
    assert WALK.place is not None


def test_a_step_is_taken_in_full_under_another_setting(in_full):
    with override_settings(MACA_TRAINING=False):
        as_a_test(World)
    assert not WALK.tapes
    as_a_test(World)
    assert WALK.tapes


def test_of_what_cannot_be_told_apart_every_step_is_taken_in_full(in_full):
    times = []

    @step
    def make(world: World, of: object) -> None:
        times.append(of)
        more(world)

    def walk():
        make(World(), object())

    as_a_test(walk)
    as_a_test(walk)
    assert len(times) == 2


def test_a_step_that_was_undone_in_part_is_not_kept(in_full):
    times = []

    @step
    def make(world: World) -> None:
        times.append(world)
        undone(world)
        more(world)

    def walk():
        make(World())

    as_a_test(walk)
    as_a_test(walk)
    assert len(times) == 2
