import pytest
from django.core.management import call_command
from django.test import Client

from maca.partnership.models import Person
from tests.makers import World


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


@pytest.fixture(scope="session")
def demo_site(django_db_setup: None, django_db_blocker: object) -> None:
    """The whole demo, once for every test of a session that reads it."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("flush", verbosity=0, interactive=False)
