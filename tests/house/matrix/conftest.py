import gc
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.house.matrix.stand import Stand, begin, know_sizes, rolled_back, standing_of, with_audits
from tests.house.matrix.tries import Site
from tools.permissions_table import table

LISTED = "published"  # what a page that is always there lists: a briefing


@pytest.fixture(scope="package")
def begun(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stand]:
    """Everybody, and no audit of ours yet: built once for the whole of this folder and taken away with it."""
    with django_db_blocker.unblock(), rolled_back():
        begun = begin()
        gc.freeze()  # it stays for the whole folder
        often = gc.get_threshold()
        # Each cell leaves little behind, and all of it would be gone through a hundred thousand times.
        gc.set_threshold(50_000, 20, 20)
        yield begun
        gc.set_threshold(*often)


@pytest.fixture(scope="package")
def stand(begun: Stand, django_db_blocker: DjangoDbBlocker) -> Iterator[Stand]:
    """An audit in every situation."""
    with django_db_blocker.unblock(), rolled_back():
        stand = with_audits(begun, list(table().situations))
        know_sizes()
        begun.whole = stand
        yield stand
        begun.whole = None


@pytest.fixture(scope="module")
def site(stand: Stand, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The site around them, which remembers nothing of what an earlier module has found."""
    with django_db_blocker.unblock(), Site(stand).watched() as site:
        yield site


@pytest.fixture
def site_at(begun: Stand, situations: list[str]) -> Iterator[Site]:
    """The site around an audit in each of these situations; or around all, where they stand there already: an
    inspection, or an account that has ended, cannot be there twice."""
    beside = [LISTED] if "always" in situations else []
    wanted = [*dict.fromkeys(standing_of(one) for one in situations), *beside]
    with rolled_back(), Site(begun.whole or with_audits(begun, wanted)).watched() as site:
        yield site
