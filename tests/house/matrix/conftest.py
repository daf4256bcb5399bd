import gc
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.house.matrix.stand import Stand, build, rolled_back
from tests.house.matrix.tries import Site
from tools.permissions_table import table


@pytest.fixture(scope="package")
def stand(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stand]:
    """Every audit in every situation, built once for the whole of this folder and taken away with it."""
    with django_db_blocker.unblock(), rolled_back():
        stand = build(list(table().situations))
        gc.freeze()  # it stays for the whole folder
        often = gc.get_threshold()
        # Each cell leaves little behind, and all of it would be gone through a hundred thousand times.
        gc.set_threshold(50_000, 20, 20)
        yield stand
        gc.set_threshold(*often)


@pytest.fixture(scope="module")
def site(stand: Stand, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The site around them, which remembers nothing of what an earlier module has found."""
    with django_db_blocker.unblock(), Site(stand).watched() as site:
        yield site
