"""Letters that look alike, or that a database takes for one another, open no account and give no fresh tries."""

import pytest
from django.core import mail

from maca.accounts.browsers import one_spelling
from maca.accounts.queries import person_of_address
from maca.kernel.verdict import Refused
from maca.partnership.invitations import invite_person
from maca.partnership.models import Person, Role, as_kept
from maca.partnership.operations import add_person, operator_of
from tests.accounts.conftest import PASSWORD


@pytest.fixture
def chris(real):
    return add_person(
        partnership=real.partnership,
        name="C",
        email="chris.skelton@b.example",
        post="P",
        roles=[Role.SUB_GROUP_MEMBER],
        password=PASSWORD,
        by=operator_of(real.partnership),
    )


ALIKE = ["chriſ.skelton@b.example", "ｃhris.skelton@b.example", "chrıs.skelton@b.example"]


@pytest.mark.parametrize("typed", ALIKE)
def test_another_spelling_is_no_account(chris, browser, try_password, typed):
    assert person_of_address(typed) is None
    assert try_password(browser(), typed, PASSWORD).status_code == 422
    browser().post("/forgotten-password/", {"email": typed})
    assert mail.outbox == []
    with pytest.raises(Person.DoesNotExist):
        Person.objects.get_by_natural_key(typed)
    # The control: capitals and spaces around it are the same address.
    assert person_of_address(" Chris.Skelton@B.example ") == chris
    assert try_password(browser(), " Chris.Skelton@B.example ", PASSWORD).status_code == 302


@pytest.mark.parametrize("typed", ALIKE[:2])
def test_another_spelling_gives_no_fresh_tries(chris, browser, try_password, typed):
    for guess in range(10):
        try_password(browser(f"10.0.0.{guess}"), chris.email)
    assert try_password(browser("10.0.1.1"), typed).status_code == 429
    # The control: another address has its own.
    assert try_password(browser("10.0.1.1"), "chris.skelton@c.example").status_code == 422


def test_one_spelling_stands_for_all():
    assert {one_spelling(typed) for typed in ALIKE[:2]} == {"chris.skelton@b.example"}
    assert as_kept("A@B.example ") == "a@b.example"


def test_nobody_gets_an_account_with_such_an_address(world, sign_in):
    person = {"partnership": world.partnership, "name": "N", "email": ALIKE[0], "post": "P", "roles": [Role.CHAIR]}
    with pytest.raises(Refused) as refused:
        add_person(**person, by=world.operator)
    assert refused.value.code == "not-an-address"
    with pytest.raises(Refused):
        invite_person(**person, site="", by=world.chair)
    values = {"name": "N", "post": "P", "email": "ann@exämple.example", "roles": ["panel_member"]}
    page = sign_in(world.chair).post("/people/invite/", values)
    assert page.status_code == 422
    assert "not plain English" in page.content.decode()
