import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maca.accounts.session import BEGAN, SEEN

MINUTE = 60


@pytest.fixture
def client(world, sign_in):
    client = sign_in(world.chair)
    assert client.get("/").status_code == 200
    return client


def turn_back(client: Client, **by: int) -> None:
    """As if this sign-in had begun, or been used last, so many seconds earlier."""
    session = client.session
    for name, seconds in by.items():
        session[{"began": BEGAN, "seen": SEEN}[name]] -= seconds
    session.save()


def test_half_an_hour_of_nothing_ends_the_sign_in(client):
    before = client.session.session_key
    turn_back(client, seen=30 * MINUTE + 1)
    answer = client.get("/audits/")
    assert answer.headers["Location"] == "/sign-in/?next=/audits/"
    assert "You were signed out" in client.get("/sign-in/").content.decode()
    assert not client.session.exists(before)


def test_a_minute_less_does_not(client):
    turn_back(client, seen=29 * MINUTE)
    assert client.get("/audits/").status_code == 200
    assert time.time() - client.session[SEEN] < 5


def test_eight_hours_end_it_however_busy_somebody_was(client):
    turn_back(client, began=8 * 60 * MINUTE + 1)
    assert client.get("/").status_code == 302


def test_seven_hours_do_not(client):
    turn_back(client, began=7 * 60 * MINUTE)
    assert client.get("/").status_code == 200


def test_what_was_written_comes_back_after_either(client):
    turn_back(client, seen=31 * MINUTE)
    answer = client.post("/priorities/new/", {"reason": "A long account of the visit."})
    assert answer.status_code == 403
    assert "A long account of the visit." in answer.content.decode()


def test_the_minutes_are_a_setting(client, settings):
    settings.MACA_IDLE_SECONDS = 5 * MINUTE
    turn_back(client, seen=6 * MINUTE)
    assert client.get("/").status_code == 302


def test_the_foot_of_the_page_says_until_when_and_the_warning_is_there(client):
    page = client.get("/").content.decode()
    assert "you stay signed in until" in page
    assert 'id="time-out"' in page
    assert 'id="time-out"' not in Client(HTTP_HOST="127.0.0.1").get("/sign-in/").content.decode()


def test_the_warnings_button_gives_another_half_hour(client):
    turn_back(client, seen=28 * MINUTE)
    answer = client.post("/stay-signed-in/")
    assert answer.json()["left"] > 29 * MINUTE


def test_being_seen_is_written_once_a_minute_and_not_more(client):
    with CaptureQueriesContext(
        connection,
    ) as quiet:
        client.get("/people/")
    assert not [one for one in quiet if one["sql"].startswith(("UPDATE", "INSERT", "SAVEPOINT"))]
    assert len([one for one in quiet if "django_session" in one["sql"]]) == 1
    # The control: after a minute it is.
    turn_back(client, seen=MINUTE)
    with CaptureQueriesContext(connection) as noted:
        client.get("/people/")
    assert [one for one in noted if one["sql"].startswith("UPDATE")]


def test_signing_out_leaves_nothing_behind(client):
    before = client.session.session_key
    answer = client.post("/sign-out/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not client.session.exists(before)
    assert client.get("/sign-out/").status_code == 405
