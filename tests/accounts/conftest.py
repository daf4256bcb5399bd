import pytest
from django.test import Client

from maca.partnership.models import Role
from maca.partnership.operations import add_person, found_partnership, operator_of

PASSWORD = "heron lantern gravel"


@pytest.fixture
def production(settings):
    """The site as it is for real people, but for the cookies that a test's client would not send back."""
    settings.MACA_TRAINING = False


@pytest.fixture
def real(db):
    """A real partnership’s chair, with a password and no second step yet."""
    partnership = found_partnership(name="Real")
    return add_person(
        partnership=partnership,
        name="Alexandra Real",
        email="a@b.example",
        post="Chair",
        roles=[Role.CHAIR],
        password=PASSWORD,
        by=operator_of(partnership),
    )


@pytest.fixture
def browser():
    """A browser that has never been here: `browser()`, or `browser("10.0.0.7")` from an address of its own."""

    def new(address: str = "127.0.0.1") -> Client:
        return Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR=address)

    return new


@pytest.fixture
def try_password():
    def send(client: Client, email: str, password: str = "wrong wrong wrong"):
        return client.post("/sign-in/", {"login": email, "password": password})

    return send


@pytest.fixture
def come_in(try_password):
    """Sign in with the password, and fail the test if it does not."""

    def sign_in(client: Client, email: str = "a@b.example") -> Client:
        assert try_password(client, email, PASSWORD).status_code == 302
        return client

    return sign_in
