import gc
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.house.matrix.stand import build, rolled_back
from tests.house.matrix.tries import Site
from tools.permissions_table import table


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """Every audit in every situation, built once for a module and taken away with it."""
    with django_db_blocker.unblock(), rolled_back(), Site(build(list(table().situations))).watched() as site:
        gc.freeze()  # it stays for the whole module
        often = gc.get_threshold()
        # Each cell leaves little behind, and all of it would be gone through a hundred thousand times.
        gc.set_threshold(50_000, 20, 20)
        yield site
        gc.set_threshold(*often)
