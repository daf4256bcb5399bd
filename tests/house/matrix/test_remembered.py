from collections.abc import Iterator

import pytest
from django.db import connection

from maca.partnership.models import Partnership
from tests.house.matrix.remembered import Memory
from tests.makers import World

pytestmark = pytest.mark.django_db


class Asked:
    """Where the connection is said to stand, whether something has changed, and how often the database was asked."""

    def __init__(self) -> None:
        self.place, self.changed, self.times = "here", False, 0

    def count(self, execute, sql, params, many, context):
        self.times += 1
        return execute(sql, params, many, context)


@pytest.fixture
def asked(world: World) -> Iterator[Asked]:
    asked = Asked()
    connection.make_cursor = Memory(lambda: asked.place, lambda: not asked.changed).cursor(connection)
    with connection.execute_wrapper(asked.count):
        yield asked
    del connection.make_cursor


def names() -> list[str]:
    return list(Partnership.objects.order_by("name").values_list("name", flat=True))


def test_the_same_is_asked_once_and_anew_at_another_place_and_after_a_change(world: World, asked: Asked) -> None:
    before = [world.partnership.name]
    assert names() == names() == before
    assert Partnership.objects.get().name == Partnership.objects.get().name == before[0]
    assert asked.times == 2
    asked.place = "elsewhere"
    assert names() == before
    assert asked.times == 3
    Partnership.objects.update(name="Renamed")
    assert names() == before, "the control: nobody has said that something changed"
    asked.changed = True
    assert names() == ["Renamed"]
