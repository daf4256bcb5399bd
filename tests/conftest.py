import pytest
from django.test import Client

from maca.partnership.models import Person
from tests.behind_the_fence import as_the_owner, as_the_role_that_serves, django_db_setup
from tests.makers import World

__all__ = ["as_the_owner", "as_the_role_that_serves", "django_db_setup"]

BOTH = ["default", "keystore"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that uses the database uses the keystore with it."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is None and {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())):
            transaction = "transactional_db" in item.fixturenames
            item.add_marker(pytest.mark.django_db(databases=BOTH, transaction=transaction))
        elif marker is not None:
            marker.kwargs.setdefault("databases", BOTH)


@pytest.fixture
def world(db: None) -> World:
    """A partnership with everybody in it, and nothing done yet."""
    return World()


@pytest.fixture
def sign_in() -> "SignIn":
    return SignIn()


class SignIn:
    def __call__(self, person: Person) -> Client:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(person)
        return client
