import pytest
from django.test import Client, override_settings

from maca.partnership.models import Person, Role
from maca.partnership.operations import add_person, found_partnership, operator_of
from tests.makers import World


@pytest.fixture
def nobody():
    return Client(HTTP_HOST="127.0.0.1")


def test_one_click_signs_in_an_invented_person(world, nobody):
    assert nobody.post(f"/sign-in/as/{world.chair.public_id}/").headers["Location"] == "/"
    assert "Your work" in nobody.get("/").content.decode()


def test_one_click_never_signs_in_a_real_person(nobody, db):
    real = found_partnership(name="Real")
    person = add_person(
        partnership=real, name="Alexandra Real", email="a@b.example", post="P", roles=[Role.CHAIR], by=operator_of(real)
    )
    assert nobody.post(f"/sign-in/as/{person.public_id}/").status_code == 404
    assert person.name not in nobody.get("/sign-in/").content.decode()


@override_settings(MACA_TRAINING=False)
def test_in_production_one_click_is_not_there(world, nobody):
    assert nobody.post(f"/sign-in/as/{world.chair.public_id}/").status_code == 404
    assert "Choose who to be" not in nobody.get("/sign-in/").content.decode()


def test_the_operator_cannot_sign_in(world, nobody):
    assert nobody.post(f"/sign-in/as/{world.operator.public_id}/").status_code == 404


def test_a_password_signs_in_and_a_wrong_one_says_nothing_of_the_account(db, nobody):
    real = found_partnership(name="Real")
    add_person(
        partnership=real, name="A", email="A@b.example", post="P", roles=[Role.CHAIR], by=operator_of(real),
        password="correct horse battery",
    )  # fmt: skip
    answers = [
        nobody.post("/sign-in/", {"login": email, "password": "wrong wrong wrong"}).content.decode()
        for email in ("a@b.example", "nobody@b.example")
    ]
    assert all("do not match an account" in answer for answer in answers)
    right = nobody.post("/sign-in/", {"login": "a@B.example", "password": "correct horse battery"})
    assert right.headers["Location"] == "/"
    assert Person.objects.get(email="a@b.example").password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("onward", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(world, nobody, onward):
    answer = nobody.post(f"/sign-in/as/{world.chair.public_id}/", {"next": onward})
    assert answer.headers["Location"] == "/"


def test_people_see_only_their_own_partnership(world, sign_in):
    elsewhere = World("Elsewhere")
    page = sign_in(world.auditor).get("/people/").content.decode()
    assert world.chair.post in page
    assert elsewhere.chair.email not in page
    assert Person.objects.visible_to(world.auditor).filter(pk=elsewhere.chair.pk).count() == 0
