import pytest

from maca.accounts.views import INVITATION
from maca.journal.models import Entry
from maca.partnership.invitations import invite_at_the_machine, link_for
from maca.partnership.models import Role
from maca.partnership.operations import operator_of
from tests.accounts.conftest import PASSWORD


@pytest.fixture
def invited(real):
    return invite_at_the_machine(
        partnership=real.partnership,
        name="Dr Amina Noor",
        email="gp@b.example",
        post="General practitioner",
        roles=[Role.SUB_GROUP_MEMBER],
        by=operator_of(real.partnership),
    )


@pytest.fixture
def link(invited):
    return link_for(invited, "")


def test_an_invitation_leads_to_a_password_and_then_to_the_second_step(production, invited, link, browser):
    client = browser()
    moved = client.get(link)
    assert moved.headers["Location"] == "/invitation/"
    page = client.get("/invitation/")
    assert "Welcome, Dr Amina Noor" in page.content.decode()
    assert link.split("/")[3] not in page.content.decode()
    before = client.session.session_key
    joined = client.post("/invitation/", {"password": PASSWORD})
    assert joined.headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/your-sign-in/"
    assert INVITATION not in client.session
    assert client.session.session_key != before
    assert Entry.objects.filter(did="joined").count() == 1


def test_it_works_once(invited, link, browser):
    client = browser()
    client.get(link)
    client.post("/invitation/", {"password": PASSWORD})
    again = browser()
    again.get(link)
    assert again.get("/invitation/").status_code == 404
    assert again.post("/invitation/", {"password": "somebody elses words"}).status_code == 404
    invited.refresh_from_db()
    assert invited.check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["", "short", "password1234"])
def test_a_weak_password_is_refused_and_nothing_is_changed(invited, link, browser, weak):
    client = browser()
    client.get(link)
    assert client.post("/invitation/", {"password": weak}).status_code == 422
    invited.refresh_from_db()
    assert not invited.has_usable_password()


def test_every_link_that_cannot_be_used_is_answered_alike(invited, link, real, browser):
    answers = set()
    for uid, token in [
        ("0" * 32, "x"), (invited.public_id, "x"), (real.public_id, link.split("/")[3]), ("nothing", "x-y"),
    ]:  # fmt: skip
        client = browser()
        void = client.get(f"/invitation/{uid}/{token}/")
        answers.add((void.status_code, void.content, client.get("/invitation/").content))
    assert len(answers) == 1
    # The control.
    client = browser()
    client.get(link)
    assert client.get("/invitation/").status_code == 200


def test_whoever_is_signed_in_at_this_browser_is_signed_out_first(invited, link, browser, come_in):
    client = come_in(browser())
    client.get(link)
    client.post("/invitation/", {"password": PASSWORD})
    assert "Dr Amina Noor" in client.get("/").content.decode()


def test_a_link_that_fits_nobody_signs_nobody_out_and_blocks_no_invitation(invited, link, browser, come_in, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "reset_password_from_key": "3/15m/ip"}
    client = come_in(browser())
    for _ in range(5):
        assert client.get("/invitation/x/y/").status_code == 404
        browser().post("/invitation/", {"password": PASSWORD})
    assert client.get("/").status_code == 200
    # The control: at the same address, the link that fits works, and signs out whoever is signed in.
    assert client.get(link).status_code == 302
    assert client.get("/").status_code == 302
    assert client.post("/invitation/", {"password": PASSWORD}).status_code == 302


def test_whoever_has_joined_is_known_in_this_browser(invited, link, browser):
    client = browser()
    client.get(link)
    assert "known" in client.post("/invitation/", {"password": PASSWORD}).cookies


@pytest.mark.parametrize(
    "like", ["gp@b.example", "GP@b.example.", "Dr Amina Noor", "GeneralPractitioner1", "dr.amina.noor"]
)
def test_a_password_like_the_address_the_name_or_the_post_is_refused(invited, link, browser, like):
    client = browser()
    client.get(link)
    assert client.post("/invitation/", {"password": like}).status_code == 422
    # The control.
    assert client.post("/invitation/", {"password": PASSWORD}).status_code == 302
