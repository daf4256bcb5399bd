import pytest
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
