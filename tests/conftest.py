import gc
import inspect
import time
from collections.abc import Iterator

import pytest
from django.test import Client, TransactionTestCase

from maca.journal import heads
from maca.partnership.models import Person
from maca.sealing.root import root_key
from tests.behind_the_fence import (
    as_the_owner,
    as_the_role_that_serves,
    django_db_modify_db_settings,
    django_db_setup,
)
from tests.lifting import everything_can_be_emptied
from tests.makers import World
from tests.steps import WALK

__all__ = ["as_the_owner", "as_the_role_that_serves", "django_db_modify_db_settings", "django_db_setup"]

BOTH = ["default", "keystore"]

_empty_the_tables = TransactionTestCase._fixture_teardown


def _empty_the_tables_that_only_grow_too(test: TransactionTestCase) -> None:
    """The journal refuses to be emptied, and a test that commits leaves entries behind."""
    with everything_can_be_emptied():
        _empty_the_tables(test)


TransactionTestCase._fixture_teardown = _empty_the_tables_that_only_grow_too


def pytest_collection_finish() -> None:
    """What was imported stays, so the collector need not go through all of it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that uses the database uses the keystore with it."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is None and {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())):
            transaction = "transactional_db" in item.fixturenames
            item.add_marker(pytest.mark.django_db(databases=BOTH, transaction=transaction))
        elif marker is not None:
            marker.kwargs.setdefault("databases", BOTH)


@pytest.fixture(autouse=True, scope="session")
def a_root_of_these_tests() -> None:
    """Only a site in training makes its own root, and the first test to ask may be of one in production."""
    root_key()


@pytest.fixture(autouse=True)
def no_heads_of_other_tests() -> None:
    """A process remembers heads that are still to be kept. Those of an earlier test are of entries long gone."""
    heads._waiting.clear()
    heads._kept_at.clear()


@pytest.fixture
def walk(db: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """The steps to where a test begins are written as an earlier test wrote them."""
    with WALK.of_a_test(in_full="monkeypatch" in inspect.signature(request.function).parameters):
        yield


@pytest.fixture
def world(walk: None) -> World:
    """A partnership with everybody in it, and nothing done yet."""
    return World()


@pytest.fixture
def sign_in() -> "SignIn":
    return SignIn()


class SignIn:
    def __call__(self, person: Person) -> Client:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(person)
        # As somebody who has just proved who they are.
        session = client.session
        session["account_authentication_methods"] = [{"method": "one click", "at": time.time()}]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        return client
